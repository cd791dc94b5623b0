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
from typing import Any

import msgspec
from aiohttp import web

from vdxmedia.api.auth import ApiKeys, JoinTokens
from vdxmedia.errors import BadField, BadInput
from vdxmedia.hub.ports import Grant

BODY_WITHIN_S = 10.0
"""For at most 64 KiB (as configured) to arrive."""

CSV = "text/csv"
OperationHandler = Callable[[Mapping[str, str], Any], Awaitable[msgspec.Struct | None]]
"""Parameters of path and query, and the body (an instance of the operation's `body` type, or None; with a join token
its `Grant`)."""


class Credential(Enum):
    """What the caller shows as bearer."""

    API_KEY = auto()
    JOIN_TOKEN = auto()
    """An operation of a participant; it has no body."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query."""

    name: str
    values: tuple[str, ...]
    """Empty: any text of at most `max_chars`."""
    summary: str
    max_chars: int = 0
    is_required: bool = False


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


def route(operation: Operation, keys: ApiKeys, join_tokens: JoinTokens) -> web.RouteDef:
    """The operation as an aiohttp route."""

    async def serve(request: web.Request) -> web.Response:
        given: msgspec.Struct | Grant | None = None
        if operation.credential is Credential.JOIN_TOKEN:
            given = join_tokens.authenticate(request)
        else:
            keys.authenticate(request)
            given = None if operation.body is None else await read_body(request, operation.body)
        asked = _asked(request, operation)
        answer = await operation.handler({**request.match_info, **asked}, given)
        if answer is None:
            return web.Response(status=operation.status)
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
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    return web.route(operation.method, operation.path, serve)


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
