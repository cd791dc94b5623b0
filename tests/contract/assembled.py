"""The server as `app.py` assembles it, in the test's own process, on free loopback ports."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from vdxmedia import config, credentials
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.app import Server
from vdxmedia.assembly import development
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import Clock


class AssembledServer:
    """A running server and a session to ask it with."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.url = server.public_url
        self.http = http

    def raw(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        key: str | None = DEVELOPMENT_KEY,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        sent = dict(headers or {})
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        if body is not None:
            sent["Content-Type"] = content_type
        return self.http.request(method, self.url + path, data=body, headers=sent, allow_redirects=False)

    def get(
        self, path: str, *, key: str | None = DEVELOPMENT_KEY, headers: Mapping[str, str] | None = None
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.raw("GET", path, key=key, headers=headers)

    def delete(self, path: str) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.raw("DELETE", path)

    def post(
        self, path: str, body: Mapping[str, Any]
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.raw("POST", path, json.dumps(body).encode())

    def patch(
        self, path: str, body: Mapping[str, Any]
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.raw("PATCH", path, json.dumps(body).encode())

    async def client_token(self) -> str:
        """An access token of an administrator's client of the organisation `development.ORGANISATION`."""
        secret = credentials.new_api_key()
        await self.server.seed([Organisation(code=development.ORGANISATION, name="Prøve")])
        units, sealer = self.server.database.units, credentials.for_development().sealer
        await development.add_client(units, sealer, secret, int(datetime.now(UTC).timestamp()))
        form = {"grant_type": "client_credentials", "client_id": development.CLIENT, "client_secret": secret}
        async with self.http.post(f"{self.url}/oauth/token", data=form) as answer:
            made: dict[str, Any] = await answer.json()
            assert answer.status == 200, made
            return str(made["access_token"])

    async def open_room(self, **fields: Any) -> dict[str, Any]:
        async with self.post("/api/v1/rooms", fields) as answer:
            made: dict[str, Any] = await answer.json()
            assert answer.status == 201, made
            return made


@contextlib.asynccontextmanager
async def assembled(
    flags: Mapping[str, str] | None = None, clock: Clock | None = None
) -> AsyncIterator[AssembledServer]:
    """A development server with these settings and a store of its own; ends with it."""
    async with contextlib.AsyncExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="vdxmedia-"))
        defaults = {
            "http.binds": "127.0.0.1:0",
            "media.binds": "127.0.0.1:0",
            "store.url": f"sqlite:///{directory}/vdxmedia.db",
        }
        settings = config.load(None, None, defaults | dict(flags or {}))
        known = await asyncio.to_thread(credentials.with_secrets, credentials.for_development(), settings)
        server = await stack.enter_async_context(Server(settings, known, public_host="127.0.0.1", clock=clock))
        yield AssembledServer(server, await stack.enter_async_context(aiohttp.ClientSession()))
