"""The HTTP application: pages, REST, health, reference and, mounted by the assembly, signalling."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from aiohttp import web, web_response
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware

from vdxmedia.api.attendance import AttendanceOperations
from vdxmedia.api.clips import ClipOperations
from vdxmedia.api.drain import DrainOperations
from vdxmedia.api.embedders import Embedders
from vdxmedia.api.health import Health
from vdxmedia.api.history import HistoryApi
from vdxmedia.api.hosts import loopback_hosts_only
from vdxmedia.api.idle import IdleConnections
from vdxmedia.api.oauth import BuiltInIssuer
from vdxmedia.api.openapi import Reference
from vdxmedia.api.operations import Access, Operation, route
from vdxmedia.api.operator import OperatorOperations
from vdxmedia.api.organisations import OrganisationApi
from vdxmedia.api.pages import Pages
from vdxmedia.api.playground import Playground
from vdxmedia.api.problems import problem_middleware, route_name
from vdxmedia.api.proxies import TrustedProxies
from vdxmedia.api.rooms import RoomOperations
from vdxmedia.api.screens import Screens
from vdxmedia.api.sms import SmsRoutes
from vdxmedia.api.sms_inbox import SmsInbox
from vdxmedia.api.statistics import StatisticsOperations

SECURE_HEADER = "max-age=31536000"
"""Strict-Transport-Security, RFC 6797 §6.1: one year."""

protocol_logger = logging.getLogger("vdxmedia.api.protocol")
"""aiohttp's own logger: it reports what is not HTTP with traceback and address, at ERROR."""


def _is_fault_of_ours(record: logging.LogRecord) -> bool:
    """What a stranger sends is answered with 400 by aiohttp and needs no human."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, ConnectionError, TimeoutError))


protocol_logger.addFilter(_is_fault_of_ours)

web_response.SERVER_SOFTWARE = "vdxmedia"  # type: ignore[attr-defined]  # imported there, not exported
"""The header `Server`, also of answers to what is not HTTP: which versions run here is nobody's business."""

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""As a label of a metric; a stranger can send any word as a method."""

# (method, route pattern, status, seconds)
ObserveRequest = Callable[[str, str, int, float], None]


class AttachedApi(Protocol):
    """An API with paths, bodies and errors of its own."""

    def routes(self) -> Iterable[web.RouteDef]: ...

    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Gives errors under the API's own paths their form; leaves others alone. Marked as `web.middleware`."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is put together from; made by `app.py`."""

    pages: Pages
    rooms: RoomOperations
    drain: DrainOperations
    operator: OperatorOperations
    statistics: StatisticsOperations
    attendance: AttendanceOperations
    clips: ClipOperations
    bookings: Sequence[Operation]
    """Of meetings, their links, what these lead to, and the ways in."""
    network: Sequence[Operation]
    """Checks and tests of the way to the relay."""
    embedders: Embedders
    access: Access
    health: Health
    issuer: BuiltInIssuer | None
    proxies: TrustedProxies
    observe_request: ObserveRequest
    idle: IdleConnections
    max_body_bytes: int
    public_url: str
    history: HistoryApi
    sms: SmsRoutes
    sms_inbox: SmsInbox | None
    """In development."""
    screens: Screens | None
    """In development."""
    organisations: OrganisationApi
    is_for_development: bool
    """The key is the one that everybody knows: only requests to a loopback host are answered."""
    attached: tuple[AttachedApi, ...] = ()


def make_application(parts: Parts) -> web.Application:
    """The application with all routes. Signalling attaches itself to it afterwards."""
    operations = (
        *parts.rooms.table(),
        *parts.statistics.table(),
        *parts.attendance.table(),
        *parts.clips.table(),
        *parts.bookings,
        *parts.network,
        *parts.embedders.table(),
        *parts.drain.table(),
        *parts.operator.table(),
    )
    middlewares = [parts.idle.middleware(), _observing(parts.observe_request), problem_middleware]
    middlewares += [api.middleware for api in parts.attached]
    if parts.is_for_development:
        middlewares.append(loopback_hosts_only())
    application = web.Application(
        middlewares=middlewares,
        client_max_size=parts.max_body_bytes,
    )
    application.on_response_prepare.append(_hardening(parts.proxies))
    application.add_routes([route(operation, parts.access) for operation in operations])
    application.add_routes(Reference(operations, public_url=parts.public_url).routes())
    application.add_routes(parts.history.routes())
    application.add_routes(parts.organisations.routes())
    for api in parts.attached:
        application.add_routes(api.routes())
    application.add_routes(parts.health.routes())
    application.add_routes(parts.sms.routes())
    if parts.sms_inbox is not None:
        application.add_routes(parts.sms_inbox.routes())
    if parts.screens is not None:
        application.add_routes(parts.screens.routes())
    if parts.issuer is not None:
        application.add_routes(parts.issuer.routes())
    application.add_routes(parts.pages.routes())
    if parts.is_for_development:
        application.add_routes(Playground(parts.pages, parts.rooms.open_room).routes())
    return application


def _observing(observe: ObserveRequest) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as answer:
            status = answer.status
            raise
        finally:
            method = request.method if request.method in KNOWN_METHODS else "other"
            if status != HTTPStatus.SWITCHING_PROTOCOLS:  # a websocket lasts as long as its call
                observe(method, route_name(request), status, time.perf_counter() - began)

    return middleware


def _hardening(proxies: TrustedProxies) -> Callable[[web.BaseRequest, web.StreamResponse], Awaitable[None]]:
    """Headers that every answer carries, aiohttp's own refusals of a request too."""

    async def harden(request: web.BaseRequest, response: web.StreamResponse) -> None:
        _harden(response, is_secure=proxies.is_secure(request))
        if "Upgrade" in request.headers and response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            response.force_close()  # a proxy that took it for upgraded would pass on what it never looked at

    return harden


def _harden(response: web.StreamResponse, *, is_secure: bool) -> None:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    if is_secure:
        response.headers.setdefault("Strict-Transport-Security", SECURE_HEADER)
