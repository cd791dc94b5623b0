"""Origins (RFC 6454) that an organisation names: where people may be led after a call, and who may show its pages.

Whole origins only: no path, no wildcard, nothing that a policy header could read as more than one. `https`, and `http`
for `localhost`, where suppliers try things out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from vdxmedia.booking.organisations import Tree
from vdxmedia.errors import BadField

MAX_ORIGINS = 20
MAX_ORIGIN_CHARS = 200
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def checked_origins(given: Sequence[str], field: str) -> tuple[str, ...]:
    """In their one spelling, each once. Raises: BadField."""
    if len(given) > MAX_ORIGINS:
        raise BadField(f"at most {MAX_ORIGINS}", field=field)
    return tuple(dict.fromkeys(_origin(one, f"{field}[{at}]") for at, one in enumerate(given)))


def _origin(given: str, field: str) -> str:
    bad = BadField("an origin as https://portal.example.dk or https://portal.example.dk:8443", field=field)
    if len(given) > MAX_ORIGIN_CHARS or not given.isascii():
        raise bad
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise bad from None
    is_fine = parts.scheme == "https" or (parts.scheme == "http" and host == "localhost")
    if not is_fine or not _HOST.fullmatch(host) or port == 0:
        raise bad
    spelled = f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")
    # What was not taken apart (a path, a name, a lonely colon) has no place here.
    if given.lower() not in {spelled, f"{spelled}:{_DEFAULT_PORTS[parts.scheme]}"}:
        raise bad
    return spelled


def frame_origins(tree: Tree, code: str) -> Sequence[str]:
    """Who may show the organisation's pages: as it says, else the nearest above it that does."""
    return next((one.frame_origins for one in tree.upwards(code) if one.frame_origins), ())
