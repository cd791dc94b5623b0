"""The VDX SMS API (`/sms/v1/meeting/{uuid}`), and where gateways bring their delivery reports.

A report is authenticated by its address, which nobody can guess: reference and keyed digest. Gateways send it as GET or
POST, form or JSON; only the gateway's own adapter reads it. Every answer to one that is not ours is the same 404.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from vdxmedia.api.operations import BODY_WITHIN_S, read_body
from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.messages.message import Message
from vdxmedia.booking.messages.numbers import MAX_NUMBER_CHARS
from vdxmedia.booking.messages.wording import MAX_TEMPLATE_CHARS
from vdxmedia.clock import Clock
from vdxmedia.errors import NotFound
from vdxmedia.hub.messages import Messages, NewMessage


class CallerSource(Protocol):
    async def authenticate(self, request: web.BaseRequest) -> Caller:
        """Raises: NotAllowed, Refused `rate_limited`."""
        ...


MAX_NUMBERS = 20
"""In one request."""
MAX_REPORT_BYTES = 16 * 1024
REPORTS_PER_SECOND = 200.0
"""From one address: a gateway reports for all."""

Number = Annotated[str, Meta(min_length=1, max_length=MAX_NUMBER_CHARS)]
Numbers = Annotated[list[Number], Meta(min_length=1, max_length=MAX_NUMBERS)]


class SmsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /sms/v1/meeting/{uuid}`."""

    message: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=MAX_TEMPLATE_CHARS,
            description="`%meeting_url%` becomes the guests' short link; `{date}`, `{time}`, `{organisation}` and "
            "`{helpLine}` are filled in too.",
        ),
    ]
    to: Annotated[Number | Numbers, Meta(description="E.164; a number without a country is Danish.")]


class SmsStatus(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    """As in the organisation's callback."""
    status: str
    """`waiting`, `sending`, `sent`, `delivered`, `failed`, `uncertain`, `givenUp` or `cancelled`."""


class SmsRoutes:
    """Holds the rate of reports only."""

    def __init__(self, desk: Messages, callers: CallerSource, *, proxies: TrustedProxies, clock: Clock) -> None:
        self._desk = desk
        self._callers = callers
        self._proxies = proxies
        self._reports = RateLimit(per_second=REPORTS_PER_SECOND, burst=5 * REPORTS_PER_SECOND, clock=clock)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/sms/v1/meeting/{uuid}", self.send),
            web.get("/sms/v1/meeting/{uuid}", self.list, allow_head=False),
            web.get("/api/v1/sms/reports/{gateway}/{token}", self.report, allow_head=False),
            web.post("/api/v1/sms/reports/{gateway}/{token}", self.report),
        ]

    async def send(self, request: web.Request) -> web.Response:
        caller = await self._callers.authenticate(request)
        meeting = meeting_of(request.match_info["uuid"])
        asked = await read_body(request, SmsRequest)
        assert isinstance(asked, SmsRequest)
        numbers = [asked.to] if isinstance(asked.to, str) else asked.to
        wanted = [
            NewMessage(to=number, text=asked.message, needs_link=False, text_field="$.message") for number in numbers
        ]
        return _statuses(await self._desk.send_all(caller, meeting, wanted))

    async def list(self, request: web.Request) -> web.Response:
        caller = await self._callers.authenticate(request)
        return _statuses(await self._desk.list(caller, meeting_of(request.match_info["uuid"])))

    async def report(self, request: web.Request) -> web.Response:
        """Answered with 200 whatever it says, as gateways want it; a report of another meaning is counted."""
        self._reports.spend(limit_key(self._proxies.client_address(request)))
        body = b""
        if request.method == "POST":
            async with asyncio.timeout(BODY_WITHIN_S):
                body = await request.content.read(MAX_REPORT_BYTES)
                while not request.content.at_eof() and len(body) < MAX_REPORT_BYTES:
                    body += await request.content.read(MAX_REPORT_BYTES - len(body))
        await self._desk.report(
            request.match_info["gateway"], request.match_info["token"], dict(request.query), body, request.content_type
        )
        return web.Response(status=HTTPStatus.OK, text="ok\n", headers={"Cache-Control": "no-store"})


def meeting_of(text: str) -> UUID:
    """Raises: NotFound `meeting_unknown`."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("there is no such meeting", code="meeting_unknown") from None


def _statuses(messages: Sequence[Message]) -> web.Response:
    statuses = [SmsStatus(reference=one.reference, status=one.state.value) for one in messages]
    return web.json_response(body=msgspec.json.encode(statuses), headers={"Cache-Control": "no-store"})
