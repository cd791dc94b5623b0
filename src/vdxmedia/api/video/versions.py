"""What differs between the two versions besides their errors, as one record each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from vdxmedia.api.video import times

BASE = "/videoapi"
HAL = "application/hal+json"
"""Of all successful answers but `info`."""


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    prefix: str
    """Before the operations' paths."""
    read_time: Callable[[str, str], int]
    """Text and field to Unix seconds. Raises: BadField, BookingRefused."""
    write_time: Callable[[int], str]
    deleted: HTTPStatus

    @property
    def is_v1(self) -> bool:
        return self.number == 1


V1 = Version(1, BASE, times.read_v1, times.write_v1, HTTPStatus.OK)
V2 = Version(2, f"{BASE}/v2", times.read_v2, times.write_v2, HTTPStatus.NO_CONTENT)
VERSIONS = (V1, V2)


def version_of(path: str) -> Version | None:
    """Whose path it is; None: not of this API."""
    for version in (V2, V1):
        if path == version.prefix or path.startswith(f"{version.prefix}/"):
            return version
    return None
