"""One table entry per operation of the VDX video API, for both versions; served and documented from the same entry.

What all share (who calls, his role, path, query, body, errors' form) is done here; a handler gets a `Call`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import web

from vdxmedia.api.video.versions import V1, V2, Version
from vdxmedia.booking.callers import BOOKS, Caller, CallerRole
from vdxmedia.errors import BadField, NotAllowed

ANY = frozenset(CallerRole)
BOOKERS = BOOKS
PROVISIONER = frozenset({CallerRole.PROVISIONER_USER})
ADMIN = frozenset({CallerRole.ADMIN})

MAX_QUERY_CHARS = 250
"""Of a parameter's text, if it says no less."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ID = re.compile(r"[0-9]{1,18}", re.ASCII)


class Kind(Enum):
    """Of a parameter of the query."""

    TEXT = "text"
    TIME = "time"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    summary: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    choices: type[StrEnum] | None = None
    least_chars: int = 0
    most_chars: int = MAX_QUERY_CHARS


class Shape(Enum):
    """Of a successful answer."""

    NOTHING = "nothing"
    ONE = "one"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Pages:
    """A list that a handler answers with: pages of rows, and how a row becomes a resource."""

    pages: AsyncIterator[Sequence[Any]]
    write: Callable[[Any], msgspec.Struct]


NO_UUID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler gets."""

    version: Version
    caller: Caller
    query: Mapping[str, str]
    """The declared parameters that are there and not empty."""
    uuid: UUID = NO_UUID
    """Of the path."""
    id: int = 0
    """Of the path."""
    body: Any = None
    """An instance of the operation's `body`."""


Handler = Callable[[Call], Awaitable[msgspec.Struct | Pages | None]]


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    """Behind the version's prefix: `/meetings/{uuid}`."""
    name: str
    """`operationId`, with the version's number."""
    summary: str
    handler: Handler
    roles: frozenset[CallerRole] = ANY
    parameters: tuple[Parameter, ...] = ()
    body: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None
    shape: Shape = Shape.ONE
    relation: str = ""
    """Of a list in version 1's HAL form."""
    can_be_missing: bool = False
    """404 is an answer."""
    is_unacceptable: bool = False
    """406 is an answer."""
    is_open_in_v1: bool = False
    is_single_in_v1: Callable[[Mapping[str, str]], bool] | None = None
    """For which query version 1 answers a list's operation with one object."""

    def status(self, version: Version) -> HTTPStatus:
        return version.deleted if self.shape is Shape.NOTHING else HTTPStatus.OK


def check_role(operation: Operation, caller: Caller) -> None:
    """Raises: NotAllowed. The desk checks again; here it comes before anything is read."""
    if not caller.has(*operation.roles):
        raise NotAllowed("the caller's role does not allow this")


def asked_of(operation: Operation, request: web.Request) -> dict[str, str]:
    """The declared parameters that are there. Raises: BadField."""
    asked: dict[str, str] = {}
    for parameter in operation.parameters:
        text = request.query.get(parameter.name, "")
        where = f"?{parameter.name}"
        if not text:
            if parameter.is_required:
                raise BadField("is needed", field=where)
            continue
        if not parameter.least_chars <= len(text) <= parameter.most_chars:
            raise BadField(f"{parameter.least_chars or 1} to {parameter.most_chars} characters", field=where)
        if not text.isprintable():
            raise BadField("visible characters and spaces", field=where)
        if parameter.choices is not None and text not in set(parameter.choices):
            raise BadField(f"one of {', '.join(parameter.choices)}", field=where)
        if parameter.kind is Kind.FLAG and text.lower() not in ("true", "false"):
            raise BadField("true or false", field=where)
        asked[parameter.name] = text
    return asked


def path_uuid(request: web.Request) -> UUID:
    """Raises: BadField."""
    text = request.match_info.get("uuid", "")
    if not _UUID.fullmatch(text):
        raise BadField("a UUID", field="uuid")
    return UUID(text)


def path_id(request: web.Request) -> int:
    """Raises: BadField."""
    text = request.match_info.get("id", "")
    if not _ID.fullmatch(text):
        raise BadField("a number", field="id")
    return int(text)


def statuses(operation: Operation, version: Version) -> list[HTTPStatus]:
    """All that the operation can answer with, but for success."""
    found = [HTTPStatus.BAD_REQUEST]
    if version is V2 or not operation.is_open_in_v1:
        found += [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN]
    if operation.can_be_missing:
        found.append(HTTPStatus.NOT_FOUND)
    if operation.is_unacceptable:
        found.append(HTTPStatus.NOT_ACCEPTABLE)
    if operation.body is not None:
        found += [
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ]
    found += [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE]
    return found


def is_open(operation: Operation, version: Version) -> bool:
    return version is V1 and operation.is_open_in_v1
