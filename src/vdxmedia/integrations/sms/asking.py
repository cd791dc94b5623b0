"""One HTTP request to a gateway, and what its status says about the message: taken, certainly not, or nobody knows.

Each request has a connection of its own. On one that is kept open a gateway may hang up in the moment of the next
request, and then nobody knows whether it was read; aiohttp would even send a GET again by itself.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import aiohttp
from yarl import URL

from vdxmedia.booking.messages.delivery import Declined, Outcome, Unclear
from vdxmedia.booking.messages.message import Reason

CONNECT_S = 5.0
TOTAL_S = 18.0
"""Below the time that the outbox gives a gateway."""
MAX_ANSWER_BYTES = 64 * 1024
MAX_CONNECTIONS = 32

_OF_STATUS: Mapping[int, Outcome] = {
    400: Declined(Reason.TEXT_REFUSED, is_final=True),
    422: Declined(Reason.TEXT_REFUSED, is_final=True),
    401: Declined(Reason.NOT_AUTHORISED),
    402: Declined(Reason.NO_CREDIT),
    403: Declined(Reason.NOT_AUTHORISED),
    408: Unclear(Reason.ANSWER_MISSING),
    429: Declined(Reason.GATEWAY_BUSY),
    503: Declined(Reason.GATEWAY_BUSY),
}


class Answer:
    """What came back, whole; a longer body is no gateway's."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body


class Asking:
    """One client session for all gateways. Use as `async with`."""

    async def __aenter__(self) -> Asking:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=MAX_CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer | Outcome:
        """The answer, or what its missing says."""
        try:
            async with self._session.request(
                method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
            ) as response:
                answer = await _whole(response)
                return Unclear(Reason.ANSWER_UNREADABLE) if answer is None else Answer(response.status, answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL, ssl.SSLError):
            return Declined(Reason.GATEWAY_UNREACHABLE)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
            return Unclear(Reason.ANSWER_MISSING)


def of_status(status: int) -> Outcome:
    """For a status that is no success. Other 4xx and redirects: not taken, a fault of the configuration; other 5xx: the
    gateway or a proxy broke, perhaps after it was taken."""
    known = _OF_STATUS.get(status)
    if known is not None:
        return known
    return Unclear(Reason.GATEWAY_FAULT) if status >= 500 else Declined(Reason.GATEWAY_FAULT)


async def _whole(response: aiohttp.ClientResponse) -> bytes | None:
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
