"""What all messages are made of: the base type, and the bounds of what a stranger may write into a field."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

MAX_VIDEO_SLOTS = 25
MAX_SDP_CHARS = 200_000
MAX_NAME_CHARS = 80
MAX_FUNCTION_CHARS = 60

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_CHARS)]
Short = Annotated[str, Meta(max_length=120)]
Function = Annotated[str, Meta(max_length=MAX_FUNCTION_CHARS)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]
Mid = Annotated[str, Meta(min_length=1, max_length=16)]
SlotIndex = Annotated[int, Meta(ge=0, lt=MAX_VIDEO_SLOTS)]
Pixels = Annotated[int, Meta(ge=0, le=8192)]


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=False):
    """Base of all wire values: immutable, camelCase."""
