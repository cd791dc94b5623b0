"""A room's settings as versioned JSON, and who has been let in.

A new field with a default needs no new version: old documents get the default, and an older server passes over fields
that it does not know. What is renamed or means something else does: raise `VERSION` and add to `_UPGRADES` how the
version before becomes the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from vdxmedia.conference.admissions import AdmissionState
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadInput

VERSION = 1
_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Version to what makes its document one of the next."""


def encode(settings: RoomSettings) -> str:
    """The document of version `VERSION`."""
    return msgspec.json.encode(settings).decode()


def decode(version: int, document: str) -> RoomSettings:
    """Raises: BadInput for what this server does not understand; the text says nothing of the content."""
    try:
        if version == VERSION:
            settings = msgspec.json.decode(document, type=RoomSettings)
        else:
            fields = msgspec.json.decode(document, type=dict[str, Any])
            for step in range(version, VERSION):
                fields = _UPGRADES[step](fields)
            if version > VERSION:
                raise BadInput(f"settings of version {version}, from a newer server", code="store_unreadable")
            settings = msgspec.convert(fields, RoomSettings)
        settings.validate()
    except (msgspec.MsgspecError, KeyError, UnicodeError, RecursionError) as error:
        raise BadInput(f"settings of version {version}: {type(error).__name__}", code="store_unreadable") from None
    return settings


def encode_admissions(admissions: AdmissionState) -> str:
    return msgspec.json.encode(admissions).decode()


def decode_admissions(document: str) -> AdmissionState:
    """Raises: BadInput, as `decode`."""
    try:
        return msgspec.json.decode(document, type=AdmissionState)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadInput(f"admissions: {type(error).__name__}", code="store_unreadable") from None
