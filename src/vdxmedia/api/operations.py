"""One table entry per REST operation: the route, its types and its handler; served and documented from the same entry.

A handler takes the path's parameters and the decoded body and returns a resource; everything that all operations
share (key, rate, size, JSON, errors) is done once here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Protocol

import msgspec
from aiohttp import web

from vdxmedia.api.audited import Audited, AuditRoutes, Noted
from vdxmedia.api.auth import ApiKeys, JoinTokens
from vdxmedia.booking.callers import Caller, HostInCall
from vdxmedia.errors import BadField, BadInput
from vdxmedia.hub.ports import Grant

BODY_WITHIN_S = 10.0
"""For at most 64 KiB (as configured) to arrive."""

CSV = "text/csv"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer with more than its body."""

    body: msgspec.Struct | bytes | None
    """Bytes where the operation's `media_type` is not JSON."""
    headers: Mapping[str, str]
    status: HTTPStatus | None = None
    """Instead of the operation's."""


OperationHandler = Callable[[Mapping[str, str], Any], Awaitable[msgspec.Struct | Said | None]]
"""Parameters of path, query and headers, and the body: an instance of the operation's `body` type, or None; with a join
token its `Grant`, with a body or a note `Joined`; of a caller, and of somebody unknown, `Called`."""


class Credential(Enum):
    """What the caller shows as bearer."""

    API_KEY = auto()
    JOIN_TOKEN = auto()
    """An operation of a participant."""
    CALLER = auto()
    """An organisation's system or person by OAuth, or an API key of this server."""
    NONE = auto()
    """Anybody; the handler guards itself."""


class CallerSource(Protocol):
    async def authenticate(self, request: web.BaseRequest) -> Caller:
        """Raises: NotAllowed, Refused `rate_limited`."""
        ...


@dataclass(frozen=True, slots=True)
class Joined:
    """A participant who asks with a body, or for something that is noted."""

    grant: Grant
    body: Any
    by: HostInCall


@dataclass(frozen=True, slots=True)
class Called:
    """Who asks, and for what."""

    caller: Caller | None
    """None: nobody has to say."""
    body: Any
    address: str
    """Of the client, as limits count it."""


@dataclass(frozen=True, slots=True)
class Access:
    """How requests show who they come from."""

    keys: ApiKeys
    join_tokens: JoinTokens
    callers: CallerSource
    address_of: Callable[[web.BaseRequest], str]
    audit: AuditRoutes


@dataclass(frozen=True, slots=True)
class Header:
    """A header of the request that the operation reads; it is handed over under its name."""

    name: str
    summary: str
    max_chars: int


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query."""

    name: str
    values: tuple[str, ...]
    """Empty: any text of at most `max_chars`."""
    summary: str
    max_chars: int = 0
    is_required: bool = False


IDEMPOTENCY_KEY = Header("Idempotency-Key", "The same key and body again make nothing twice; kept for 24 hours.", 130)
IF_MATCH = Header("If-Match", "The `ETag` that the change is made from; any when left out.", 200)
FORMAT = Query("format", ("json", "csv"), "Instead of the header `Accept: text/csv`.")


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    """aiohttp's and OpenAPI's form at once: `/api/v1/rooms/{roomId}`."""
    name: str
    """`operationId`."""
    summary: str
    handler: OperationHandler
    body: type[msgspec.Struct] | None
    answer: type[msgspec.Struct] | None
    status: HTTPStatus
    errors: tuple[str, ...]
    """Codes beside those that every operation can answer with."""
    credential: Credential = Credential.API_KEY
    query: tuple[Query, ...] = ()
    as_csv: Callable[[Any], bytes] | None = None
    """The answer as CSV, for who asks for it by `?format=csv` or the header `Accept`."""
    headers: tuple[Header, ...] = ()
    has_etag: bool = False
    """The answer names its revision."""
    media_type: str = JSON
    tag: str = "Rooms"
    audit: Audited | None = None
    """What of it is in the audit log; needed for all that changes something."""

    def __post_init__(self) -> None:
        if self.method != "GET" and self.audit is None:
            raise TypeError(f"{self.name} says nothing of the audit log")
        if isinstance(self.audit, Noted) and self.credential is not Credential.API_KEY:
            raise TypeError(f"{self.name}: the route notes what is done with an API key only")


def route(operation: Operation, access: Access) -> web.RouteDef:
    """The operation as an aiohttp route."""

    async def serve(request: web.Request) -> web.Response:
        given: msgspec.Struct | Grant | Joined | Called | None = None
        key = ""
        if operation.credential is Credential.JOIN_TOKEN:
            grant = access.join_tokens.authenticate(request)
            given = grant
            if operation.body is not None or operation.audit is not None:
                by = HostInCall(grant.participant, access.address_of(request))
                given = Joined(grant, await _body(request, operation), by)
        elif operation.credential is Credential.API_KEY:
            key = access.keys.authenticate(request)
            given = await _body(request, operation)
        else:
            is_known = operation.credential is Credential.CALLER
            caller = await access.callers.authenticate(request) if is_known else None
            given = Called(caller, await _body(request, operation), access.address_of(request))
        asked = _asked(request, operation)
        said = await operation.handler({**request.match_info, **asked, **_headers(request, operation)}, given)
        answer, extra = (said.body, said.headers) if isinstance(said, Said) else (said, {})
        if isinstance(operation.audit, Noted):
            who = Caller(organisation="", client=f"key {key}", address=access.address_of(request))
            await access.audit.note(operation.audit, who, request.match_info, given, answer)
        if answer is None:
            status = said.status if isinstance(said, Said) else None
            return web.Response(status=status or operation.status, headers=extra)
        if isinstance(answer, bytes):
            headers = {"Cache-Control": "no-store", **extra}
            return web.Response(
                status=operation.status,
                body=answer,
                content_type=operation.media_type,
                charset="utf-8",
                headers=headers,
            )
        if operation.as_csv is not None and _wants_csv(request, asked):
            return web.Response(
                status=operation.status,
                body=operation.as_csv(answer),
                content_type=CSV,
                charset="utf-8",
                headers={
                    "Cache-Control": "no-store",
                    "Content-Disposition": f'attachment; filename="{operation.name}.csv"',
                    "Vary": "Accept",
                },
            )
        return web.Response(
            status=operation.status,
            body=msgspec.json.encode(answer),
            content_type=JSON,
            headers={"Cache-Control": "no-store", **extra},
        )

    return web.route(operation.method, operation.path, serve)


async def _body(request: web.Request, operation: Operation) -> msgspec.Struct | None:
    return None if operation.body is None else await read_body(request, operation.body)


def _headers(request: web.Request, operation: Operation) -> dict[str, str]:
    """Raises: BadField."""
    found: dict[str, str] = {}
    for header in operation.headers:
        values = request.headers.getall(header.name, [])
        if not values:
            continue
        text = ", ".join(values)
        if not 0 < len(text) <= header.max_chars or not text.isascii() or not text.isprintable():
            raise BadField(f"1 to {header.max_chars} printable characters", field=header.name)
        found[header.name] = text
    return found


def queries(operation: Operation) -> tuple[Query, ...]:
    """All that the operation takes."""
    return operation.query if operation.as_csv is None else (*operation.query, FORMAT)


def _asked(request: web.Request, operation: Operation) -> dict[str, str]:
    """Raises: BadField. What is not declared is passed over, as everywhere."""
    asked = {query.name: request.query[query.name] for query in queries(operation) if query.name in request.query}
    for query in queries(operation):
        if query.name not in asked:
            if query.is_required:
                raise BadField("is needed", field=f"?{query.name}")
        elif query.values and asked[query.name] not in query.values:
            raise BadField(f"one of {', '.join(query.values)}", field=f"?{query.name}")
        elif not query.values and not 0 < len(asked[query.name]) <= query.max_chars:
            raise BadField(f"1 to {query.max_chars} characters", field=f"?{query.name}")
    return asked


def _wants_csv(request: web.Request, asked: Mapping[str, str]) -> bool:
    if FORMAT.name in asked:
        return asked[FORMAT.name] == "csv"
    accepted = [part.partition(";")[0].strip().lower() for part in request.headers.get("Accept", "").split(",")]
    return CSV in accepted and "application/json" not in accepted


async def read_body(request: web.Request, kind: type[msgspec.Struct], *, strict: bool = True) -> msgspec.Struct:
    """The request's JSON as `kind`; if not `strict`, numbers and flags may be written as texts.

    Raises: BadInput, BadField; 408, 413 and 415 as aiohttp's own.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            raw = await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    try:
        return msgspec.json.decode(raw, type=kind, strict=strict)
    except msgspec.ValidationError as error:
        raise _bad_field(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("the body is not JSON", code="bad_message") from error


_AT = re.compile(r" - at `(\$[^`]*)`$")
_NAMED = re.compile(r"(?:unknown|required) field `([^`]+)`")


def _bad_field(text: str) -> BadField:
    """msgspec names a missing or unknown field in words and others by path; callers get a path always."""
    at = _AT.search(text)
    path = at.group(1) if at else "$"
    named = _NAMED.search(text)
    if named:
        path = f"{path}.{named.group(1)}"
    return BadField(_AT.sub("", text), field=path)
