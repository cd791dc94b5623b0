"""What is agreed about a floor: the policy, how many may hold it, how long a turn is, whether hosts need it.

Left out: who may change the rules, and what a floor's requests are (`floor_request`).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.settings import MAX_SPEAKERS, MAX_TURN_S
from vdxmedia.errors import BadField


class FloorKind(StrEnum):
    """The resources that are shared by asking (RFC 8855 calls each of them a floor)."""

    SPEECH = "speech"
    """To be heard."""
    SCREEN = "screen"
    """To share a screen."""


class FloorRules(msgspec.Struct, frozen=True, kw_only=True):
    """Immutable; `validate` before use."""

    policy: FloorPolicy = FloorPolicy.FREE
    max_holders: int = 1
    """Under every policy but `free`."""
    turn_s: int = 0
    """How long a turn lasts under `queue` and `moderated`; 0: until it is given back or taken."""
    hosts_exempt: bool = True
    """Whether hosts are heard without holding the floor."""

    def validate(self) -> None:
        """Raises: BadField for the first value that is not allowed."""
        if not 1 <= self.max_holders <= MAX_SPEAKERS:
            raise BadField(f"between 1 and {MAX_SPEAKERS}", field="$.maxSpeakers")
        if not 0 <= self.turn_s <= MAX_TURN_S:
            raise BadField(f"between 0 and {MAX_TURN_S} seconds", field="$.turnS")

    @property
    def is_enforced(self) -> bool:
        """Whether who has not the floor is not heard."""
        return self.policy in (FloorPolicy.QUEUE, FloorPolicy.MODERATED)

    @property
    def limit_s(self) -> int | None:
        """How long a turn lasts; None: no limit."""
        return self.turn_s if self.is_enforced and self.turn_s > 0 else None
