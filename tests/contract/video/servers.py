"""A whole server for the tests of the VDX video API, in a thread of its own, one for a module; and who calls it.

Version 1 is called with session data, as from the proxy that does OIO IDWS; version 2 with bearer tokens of an issuer
whose keys are fetched over HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import threading
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import Any, TypeVar

import pytest
from aiohttp import web

from tests.contract.assembled import assembled
from tests.fakes.issuers import AUDIENCE, jwks, public_jwk, token
from vdxmedia.app import Server
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import SystemClock

T = TypeVar("T")

VERSIONS = pytest.mark.parametrize("number", [1, 2])

START_WITHIN_S = 30.0
ANSWER_WITHIN_S = 20.0
TOKEN_LIFETIME_S = 366 * 24 * 3600
ORGANISATIONS = (
    Organisation(code="parent"),
    Organisation(code="own", parent="parent", pool_size=2, allow_custom_uri_without_domain=True),
    Organisation(code="child", parent="own"),
    Organisation(code="foreign", pool_size=1),
)
MANY = {
    "oauth.address_requests_per_second": "100000",
    "oauth.client_requests_per_second": "100000",
    "oauth.organisation_requests_per_second": "100000",
    "api.failures_per_minute": "10000",
}
"""Limits are for their own tests."""


class ShiftedClock(SystemClock):
    """The machine's clock, set forward at will."""

    def __init__(self) -> None:
        self.shift_s = 0.0

    def unix_s(self) -> float:
        return super().unix_s() + self.shift_s


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Who:
    """A caller: his role, organisation and e-mail address."""

    role: str = "meeting-admin"
    organisation: str = "own"
    email: str = "anna@example.dk"

    def session_data(self) -> str:
        attributes = {
            "dk:medcom:organisation_id": [self.organisation],
            "dk:medcom:email": [self.email],
            "dk:medcom:video:role": [self.role],
        }
        return b64encode(json.dumps({"UserAttributes": attributes}).encode()).decode()


class VideoServer:
    """Called from the tests' thread only."""

    def __init__(self, server: Server, clock: ShiftedClock, loop: asyncio.AbstractEventLoop, issuer: str) -> None:
        self.server = server
        self.clock = clock
        self.issuer = issuer
        self.url = server.public_url
        self.loop = loop
        self.ended = asyncio.Event()
        host, port = server.http_addresses[0]
        self._connection = http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN_S)
        self._bearers: dict[Who, str] = {}

    def call(
        self,
        number: int,
        method: str,
        path: str,
        body: object = None,
        *,
        who: Who | None = Who(),
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`number`: the version; `path`: behind its prefix."""
        sent = {**(self.credentials(number, who) if who is not None else {}), **(headers or {})}
        raw: bytes | None = None
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return self.raw(method, f"/videoapi{'/v2' if number == 2 else ''}{path}", raw, sent)

    def raw(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        self._connection.request(method, path, body=body, headers=dict(headers))
        with self._connection.getresponse() as answer:
            return Answer(answer.status, answer.headers.get_content_type(), answer.read(), answer.headers)  # type: ignore[arg-type]  # a Message is a mapping but for its type

    def close(self) -> None:
        self._connection.close()

    def credentials(self, number: int, who: Who) -> dict[str, str]:
        if number == 1:
            return {"X-SESSIONDATA": who.session_data()}
        return {"Authorization": f"Bearer {self.bearer(who)}"}

    def bearer(self, who: Who) -> str:
        if who not in self._bearers:
            now = int(self.clock.unix_s())
            self._bearers[who] = token(
                iss=self.issuer,
                iat=now - 1,
                exp=now + TOKEN_LIFETIME_S,
                **{  # type: ignore[arg-type]  # claims, none of them named as a parameter
                    "dk:medcom:organisation_id": who.organisation,
                    "dk:medcom:email": who.email,
                    "dk:medcom:video:role": who.role,
                },
            )
        return self._bearers[who]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """In the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(ANSWER_WITHIN_S)

    def time(self, number: int, in_s: float) -> str:
        """So many seconds from now, as the version writes times."""
        at = time.gmtime(self.clock.unix_s() + in_s)
        return time.strftime("%Y-%m-%dT%H:%M:%S +0000" if number == 1 else "%Y-%m-%dT%H:%M:%S+00:00", at)

    def booking(self, number: int, *, in_s: float = 7200, lasts_s: float = 1800, **fields: object) -> dict[str, object]:
        """A body of POST /meetings."""
        times = {"startTime": self.time(number, in_s), "endTime": self.time(number, in_s + lasts_s)}
        return {"subject": "Samtale", **times, **fields}

    def book(self, number: int, who: Who = Who(), **fields: Any) -> dict[str, Any]:
        answer = self.call(number, "POST", "/meetings", self.booking(number, **fields), who=who)
        assert answer.status == 200, answer.body
        made: dict[str, Any] = answer.json
        return made

    def wait_for(self, ask: Callable[[], Answer], wanted: Callable[[Answer], bool], within_s: float) -> Answer:
        """Polls as an integration does, ten times a second."""
        deadline = time.monotonic() + within_s
        while True:
            answer = ask()
            if wanted(answer):
                return answer
            assert time.monotonic() < deadline, answer.body
            threading.Event().wait(0.1)


@contextlib.contextmanager
def video_server(
    flags: Mapping[str, str] | None = None, organisations: Sequence[Organisation] = ORGANISATIONS
) -> Iterator[VideoServer]:
    """With these organisations. The thread ends with it."""
    started: Queue[VideoServer | BaseException] = Queue(1)
    thread = threading.Thread(target=lambda: asyncio.run(_serve(started, flags or {}, organisations)), name="server")
    thread.start()
    running = started.get(timeout=START_WITHIN_S)
    if isinstance(running, BaseException):
        thread.join()
        raise running
    try:
        yield running
    finally:
        running.close()
        running.loop.call_soon_threadsafe(running.ended.set)
        thread.join(START_WITHIN_S)
        assert not thread.is_alive()


async def _serve(
    started: Queue[VideoServer | BaseException], flags: Mapping[str, str], organisations: Sequence[Organisation]
) -> None:
    try:
        async with _issuer() as issuer:
            described = [{"issuer": issuer, "audience": AUDIENCE, "jwks_url": f"{issuer}/keys"}]
            whole = {"oauth.issuers": json.dumps(described), "oauth.session_data_from": "127.0.0.0/8", **MANY, **flags}
            clock = ShiftedClock()
            async with assembled(whole, clock) as running:
                await running.server.seed(organisations)
                made = VideoServer(running.server, clock, asyncio.get_running_loop(), issuer)
                started.put(made)
                await made.ended.wait()
    except BaseException as error:
        if not started.full():
            started.put(error)
        raise


@contextlib.asynccontextmanager
async def _issuer() -> AsyncIterator[str]:
    """An issuer's keys, served over HTTP as a realm serves them."""

    async def keys(request: web.Request) -> web.Response:
        return web.Response(body=jwks(public_jwk("ES256")), content_type="application/json")

    application = web.Application()
    application.router.add_get("/keys", keys)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def assert_fault(answer: Answer, number: int, status: int, v1_code: int | None, v2_code: int) -> None:
    """In the version's body, with its code."""
    body = answer.json
    assert (answer.status, answer.content_type, body["status"]) == (status, "application/json", status), body
    assert body["path"].startswith("/videoapi")
    if number == 1:
        assert body.get("errorCode") == v1_code
        assert set(body) - {"errorCode", "errorText"} == {"timestamp", "status", "error", "message", "path"}
        assert ("errorText" in body) == (v1_code is not None)
    else:
        assert body["detailed_error_code"] == str(v2_code)
        assert set(body) == {"timestamp", "status", "error", "path", "detailed_error", "detailed_error_code"}
