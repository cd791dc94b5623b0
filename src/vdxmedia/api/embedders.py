"""Who may show our pages in a frame, lead the call in it, and join from pages of their own: one list says all three.

It is `http.frame_ancestors`, and of pages under an organisation's path what that organisation allows besides. The
browser takes it as `frame-ancestors` (CSP 3 §6.4.2); the call in the frame asks `GET /api/v1/embedding` before it obeys
the first word of the page around it; signalling compares the `Origin` of a connection with it. Only whom the list names
by host may lead and join: `*` and `https:` let everybody show a page, which is no reason to let him switch on a
microphone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from vdxmedia.api.operations import Called, Credential, Operation, Query
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.booking.organisations import MAX_CODE_CHARS

MAX_ORIGIN_CHARS = 300
"""A host name has 253 at most (RFC 1035 §2.3.4)."""
DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_SOURCE = re.compile(r"(?:(https?)://)?(\*\.)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}|\*))?/?")
"""A host source of CSP 3 §2.3.1 without a path, which frame ancestors do not have."""

AllowedByOrganisation = Callable[[str], Awaitable[Sequence[str]]]
"""The list of an organisation, by its code; empty for one that there is not."""


async def nobody_more(organisation: str) -> Sequence[str]:
    """No organisation has a list of its own."""
    return ()


def is_named(origin: str, sources: Sequence[str]) -> bool:
    """Whether one of these sources of CSP names this origin (RFC 6454 §6.1) by its host."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    if parts.scheme not in DEFAULT_PORTS or not host or origin != f"{parts.scheme}://{parts.netloc}" or "@" in origin:
        return False
    return any(_names(source, parts.scheme, host, port or DEFAULT_PORTS[parts.scheme]) for source in sources)


def _names(source: str, scheme: str, host: str, port: int) -> bool:
    found = _HOST_SOURCE.fullmatch(source)
    if found is None:
        return False
    said_scheme, wildcard, said_host, said_port = found.groups()
    said_scheme = said_scheme or "https"
    if scheme not in (said_scheme, "https"):
        return False
    said_host = said_host.lower().strip("[]")
    if not (host.endswith("." + said_host) if wildcard else host == said_host):
        return False
    if said_port == "*":
        return True
    return port == (int(said_port) if said_port else DEFAULT_PORTS[scheme])


class Embedding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    may_command: Annotated[
        bool, Meta(description="A page of this origin may lead the call in its frame, by `postMessage`.")
    ]


class Embedders:
    """The list, and the operation that tells of one origin whether it is in it."""

    def __init__(
        self,
        everywhere: Sequence[str],
        requests: RateLimit,
        allowed_by: AllowedByOrganisation = nobody_more,
    ) -> None:
        """`everywhere`: sources for all pages. `requests`: of one address."""
        self._everywhere = tuple(everywhere)
        self._requests = requests
        self._allowed_by = allowed_by

    def may_join(self, origin: str) -> bool:
        """A page of this origin may open a connection of its own."""
        return is_named(origin, self._everywhere)

    async def may_command(self, origin: str, organisation: str) -> bool:
        """`organisation`: of the path that the page in the frame has; empty: none."""
        if is_named(origin, self._everywhere):
            return True
        return organisation != "" and is_named(origin, await self._allowed_by(organisation))

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="/api/v1/embedding",
                name="showEmbedding",
                summary="Show whether pages of an origin may lead a call in their frame",
                handler=self._show,
                body=None,
                answer=Embedding,
                status=HTTPStatus.OK,
                errors=(),
                credential=Credential.NONE,
                query=(
                    Query("origin", (), "As browsers say it: `https://portal.example.dk`.", MAX_ORIGIN_CHARS, True),
                    Query("organisation", (), "The code in the page's path `/o/CODE/`.", MAX_CODE_CHARS),
                ),
            ),
        )

    async def _show(self, said: Mapping[str, str], called: Called) -> Embedding:
        self._requests.spend(called.address)
        return Embedding(may_command=await self.may_command(said["origin"], said.get("organisation", "")))
