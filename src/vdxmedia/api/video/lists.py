"""Lists on the wire. Small ones have a length; what is longer than `BUFFERED_ROWS` leaves in chunks while it is read.

Version 2 answers with an array. Version 1 is described as an array too, but the service in use wraps it as HAL
(`_embedded`), and clients written against that look there: which of both is said by the settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from aiohttp import web

from vdxmedia.api.video.answers import encode
from vdxmedia.api.video.versions import HAL
from vdxmedia.errors import VdxError

logger = logging.getLogger(__name__)

Row = TypeVar("Row")

BUFFERED_ROWS = 5_000
"""Some 5 MB. Within these an error has its status; behind them it can only cut the connection."""
ROWS_AT_ONCE = 100
"""Written without giving others a turn: 2 ms of the event loop."""
WRITE_WITHIN_S = 30.0
"""For a client to take a chunk."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What stands around the rows."""

    before: bytes
    after: bytes
    empty: bytes


ARRAY = Wrapping(b"[", b"]", b"[]")


def embedded(relation: str, address: str) -> Wrapping:
    """A HAL collection (draft-kelly-json-hal): rows under `_embedded`, which is not there when there are none."""
    links = b'"_links":{"self":{"href":' + msgspec.json.encode(address) + b"}}}"
    return Wrapping(b'{"_embedded":{' + msgspec.json.encode(relation) + b":[", b"]}," + links, b"{" + links)


async def answer_list(
    request: web.Request,
    pages: AsyncIterator[Sequence[Row]],
    write: Callable[[Row], msgspec.Struct],
    wrapping: Wrapping,
) -> web.StreamResponse:
    """Raises: whatever `pages` raises while nothing has been sent; later that ends the connection."""
    buffered: list[bytes] = []
    rows = 0
    async with contextlib.aclosing(_encoded(pages, write)) as chunks:
        async for chunk, count in chunks:
            buffered.append(chunk)
            rows += count
            if rows > BUFFERED_ROWS:
                return await _stream(request, buffered, chunks, wrapping)
    body = wrapping.before + b",".join(buffered) + wrapping.after if buffered else wrapping.empty
    return web.Response(body=body, content_type=HAL, headers={"Cache-Control": "no-store"})


async def _stream(
    request: web.Request, begun: list[bytes], rest: AsyncIterator[tuple[bytes, int]], wrapping: Wrapping
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Cache-Control": "no-store"})
    response.content_type = HAL
    response.enable_chunked_encoding()
    await response.prepare(request)
    try:
        await _write(response, wrapping.before + begun[0])
        for chunk in begun[1:]:
            await _write(response, b"," + chunk)
        begun.clear()
        async for chunk, _ in rest:
            await _write(response, b"," + chunk)
        await _write(response, wrapping.after)
        await response.write_eof()
    except (VdxError, OSError) as error:  # a client that is gone or too slow, or the store
        logger.warning("list_cut why=%s", error.code if isinstance(error, VdxError) else type(error).__name__)
        if request.transport is not None:
            request.transport.abort()
    return response


async def _write(response: web.StreamResponse, chunk: bytes) -> None:
    async with asyncio.timeout(WRITE_WITHIN_S):
        await response.write(chunk)


async def _encoded(
    pages: AsyncIterator[Sequence[Row]], write: Callable[[Row], msgspec.Struct]
) -> AsyncGenerator[tuple[bytes, int]]:
    """Rows as JSON without brackets, and how many."""
    async for page in pages:
        for begin in range(0, len(page), ROWS_AT_ONCE):
            part = page[begin : begin + ROWS_AT_ONCE]
            yield encode([write(row) for row in part])[1:-1], len(part)
            await asyncio.sleep(0)
