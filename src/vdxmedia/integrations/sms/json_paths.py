"""A value out of a JSON document by a path as `recipients.0.id`."""

from __future__ import annotations

import msgspec

MAX_TEXT_CHARS = 200


def text_at(document: bytes, path: str) -> str | None:
    """Text, number or truth value as text; None: it is not there, or this is no JSON. An empty path: the whole."""
    try:
        value: object = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    for part in path.split(".") if path else []:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isascii() and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)[:MAX_TEXT_CHARS]
