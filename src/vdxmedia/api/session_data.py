"""`X-SESSIONDATA`: who calls version 1 of the VDX API, as the proxy in front says that did OIO IDWS.

The header is base64 of JSON; its `UserAttributes` are lists of texts by name, as in the SAML assertion. It is worth
what the proxy is worth: read it only from addresses that are configured.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vdxmedia.api.access_tokens import invalid

HEADER = "X-SESSIONDATA"
MAX_CHARS = 8192
MAX_ATTRIBUTES = 100


class _SessionData(msgspec.Struct, frozen=True, rename="pascal"):
    user_attributes: Annotated[
        dict[str, Annotated[list[str], Meta(max_length=MAX_ATTRIBUTES)]], Meta(max_length=MAX_ATTRIBUTES)
    ]


def read_session_data(text: str, *, lists: frozenset[str]) -> Mapping[str, Any]:
    """The attributes as claims: one value as a text, and those named in `lists` as a list. Raises: NotAllowed
    `token_invalid`, also for several values of what has one."""
    if len(text) > MAX_CHARS:
        raise invalid(f"{HEADER} is too long")
    try:
        raw = b64decode(text.strip().translate(_URL_SAFE) + "=" * (-len(text.strip()) % 4), validate=True)
        attributes = msgspec.json.decode(raw, type=_SessionData).user_attributes
    except (msgspec.MsgspecError, ValueError, binascii.Error, RecursionError) as error:
        raise invalid(f"{HEADER} is not base64 of JSON with UserAttributes") from error
    claims: dict[str, Any] = {}
    for name, values in attributes.items():
        if name in lists:
            claims[name] = values
        elif len(values) == 1:
            claims[name] = values[0]
        elif values:
            claims[name] = values  # refused where a text is wanted
    return claims


_URL_SAFE = str.maketrans("-_", "+/")
