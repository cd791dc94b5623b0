"""For what people wait: its own module, because events speak of it."""

from __future__ import annotations

from enum import StrEnum


class WaitReason(StrEnum):
    """As somebody who waits is told; the words of the wire."""

    HOST = "host"
    """Until a host is there."""
    ADMISSION = "admission"
    """Until a host lets him in."""


class WaitCause(StrEnum):
    """As it is."""

    HOST = "host"
    ADMISSION = "admission"
    PLACE = "place"
    """The room is full, which a private guest must not learn."""

    @property
    def told(self) -> WaitReason:
        return WaitReason.HOST if self is WaitCause.HOST else WaitReason.ADMISSION
