"""The VDX video API as aiohttp routes, and the middleware that gives its errors their form."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Literal, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from vdxmedia.api.operations import read_body
from vdxmedia.api.problems import route_name
from vdxmedia.api.video import times
from vdxmedia.api.video.answers import Answers, encode
from vdxmedia.api.video.document import Reference
from vdxmedia.api.video.faults import V2_GENERAL, V2_VALIDATION, Fault, fault_of, fault_response
from vdxmedia.api.video.lists import ARRAY, Wrapping, answer_list, embedded
from vdxmedia.api.video.meetings import MeetingOperations
from vdxmedia.api.video.operations import (
    NO_UUID,
    Call,
    Operation,
    Pages,
    asked_of,
    check_role,
    is_open,
    path_id,
    path_uuid,
)
from vdxmedia.api.video.resources import Info
from vdxmedia.api.video.rooms import RoomOperations
from vdxmedia.api.video.templates import TemplateOperations
from vdxmedia.api.video.versions import BASE, HAL, V2, VERSIONS, Version, version_of
from vdxmedia.booking.callers import Caller
from vdxmedia.clock import Clock
from vdxmedia.errors import VdxError
from vdxmedia.hub.bookings_port import Bookings

logger = logging.getLogger(__name__)

V1Lists = Literal["array", "hal"]


class Authentication(Protocol):
    """As `api.callers.Callers`."""

    async def authenticate(self, request: web.BaseRequest) -> Caller: ...

    async def authenticate_v1(self, request: web.BaseRequest) -> Caller: ...


class VideoApi:
    def __init__(
        self,
        bookings: Bookings,
        callers: Authentication,
        *,
        clock: Clock,
        public_url: str,
        short_link_base: str,
        v1_lists: V1Lists = "array",
    ) -> None:
        self._callers = callers
        self._clock = clock
        self._public_url = public_url
        self._v1_lists = v1_lists
        answers = {
            version: Answers(version, public_url=public_url, short_link_base=short_link_base) for version in VERSIONS
        }
        self.table: tuple[Operation, ...] = (
            *MeetingOperations(bookings, answers).table(),
            *RoomOperations(bookings, answers).table(),
            *TemplateOperations(bookings, answers).table(),
        )

    def routes(self) -> list[web.RouteDef]:
        found = Reference(self.table, public_url=self._public_url, v1_lists=self._v1_lists).routes()
        for version in VERSIONS:
            found += [self._route(operation, version) for operation in self.table]
        return found

    def _route(self, operation: Operation, version: Version) -> web.RouteDef:
        async def serve(request: web.Request) -> web.StreamResponse:
            caller = Caller(organisation="")
            if not is_open(operation, version):
                caller = await self._authenticate(request, version)
                check_role(operation, caller)
            call = Call(
                version=version,
                caller=caller,
                query=asked_of(operation, request),
                uuid=path_uuid(request) if "{uuid}" in operation.path else NO_UUID,
                id=path_id(request) if "{id}" in operation.path else 0,
                body=None if operation.body is None else await read_body(request, operation.body, strict=False),
            )
            answer = await operation.handler(call)
            if answer is None:
                return web.Response(status=operation.status(version))
            if isinstance(answer, Pages):
                return await answer_list(request, answer.pages, answer.write, self._wrapping(operation, request))
            return web.Response(
                body=encode(answer),
                content_type="application/json" if isinstance(answer, Info) else HAL,
                headers={"Cache-Control": "no-store"},
            )

        return web.route(operation.method, version.prefix + operation.path, serve)

    async def _authenticate(self, request: web.Request, version: Version) -> Caller:
        if version.is_v1:
            return await self._callers.authenticate_v1(request)
        return await self._callers.authenticate(request)

    def _wrapping(self, operation: Operation, request: web.Request) -> Wrapping:
        if self._v1_lists == "array" or version_of(request.path) is V2:
            return ARRAY
        return embedded(operation.relation, self._public_url + request.path_qs)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every error under `/videoapi` in the form of its version."""
        version = version_of(request.path)
        if version is None:
            return await handler(request)
        headers: dict[str, str] = {}
        try:
            return await handler(request)
        except VdxError as error:
            fault = fault_of(error)
            if fault.status >= 500 and fault.retry_after_s is None:
                logger.warning("video_api_fault route=%s code=%s", route_name(request), error.code)
        except web.HTTPException as answer:
            if answer.status < 400:
                raise
            is_no_place = answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
            fault = Fault(answer.status, answer.reason, v2_code=V2_GENERAL if is_no_place else V2_VALIDATION)
            headers = {name: answer.headers[name] for name in ("Allow",) if name in answer.headers}
        except Exception:
            logger.exception("request_failed method=%s route=%s", request.method, route_name(request))
            fault = Fault(500, "The fault is ours and has been logged.")
        response = fault_response(
            fault, is_v1=version.is_v1, path=request.path, timestamp=times.write_instant(self._clock.unix_s())
        )
        response.headers.update(headers)
        return response


__all__ = ["BASE", "Authentication", "V1Lists", "VideoApi"]
