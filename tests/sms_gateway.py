"""A gateway of the tests' own on loopback: HTTP as it comes over the wire, well-behaved or not."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from vdxmedia.integrations.sms.generic import Description

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def accepts(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"id": "m-1"})


def answers(status: int, text: str = "") -> Behaviour:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text)

    return answer


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """After it has read the message."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


ENDED = web.AppKey("ended", asyncio.Event)


async def is_silent(request: web.Request) -> web.StreamResponse:
    await request.app[ENDED].wait()
    return web.Response()


@dataclass
class OwnGateway:
    url: str = ""
    behaviour: Behaviour = accepts
    received: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.received.append(json.loads(await request.read() or b"{}"))
        self.headers.append(dict(request.headers))
        return await self.behaviour(request)

    @property
    def references(self) -> list[str]:
        return [message["reference"] for message in self.received]


@contextlib.asynccontextmanager
async def own_gateway() -> AsyncIterator[OwnGateway]:
    gateway = OwnGateway()
    application = web.Application()
    application[ENDED] = asyncio.Event()
    application.router.add_route("*", "/send", gateway.serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        gateway.url = f"http://{host}:{port}/send"
        yield gateway
    finally:
        application[ENDED].set()
        await runner.cleanup()


def description(name: str, url: str, *, reports: bool = False) -> Description:
    """As an operator would write it."""
    return Description(
        name=name,
        url=url,
        headers=("Authorization: Bearer {secret}",),
        body='{"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{reference}", "report": "{reportUrl}"}',
        id_path="id",
        secret="s3cret",
        report_path="status" if reports else "",
        report_delivered=("delivered",),
        report_failed=("failed",),
    )
