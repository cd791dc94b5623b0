"""OpenAPI 3.1 of the VDX video API, both versions in one document, from the table that serves: our own writing.

Each field says whether this server obeys it or only stores it (`x-vdxmedia`). Schemas with times are there
for version 1 too, with a `V1` behind their name: the same fields, times in its own form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from vdxmedia import __version__
from vdxmedia.api.video.examples import EXAMPLES, in_v1
from vdxmedia.api.video.faults import FaultV1, FaultV2
from vdxmedia.api.video.marks import MARKS
from vdxmedia.api.video.operations import Kind, Operation, Parameter, Shape, is_open, statuses
from vdxmedia.api.video.resources import Info
from vdxmedia.api.video.versions import BASE, HAL, V1, VERSIONS, Version

V1_TIME = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2} ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$",
    "examples": ["2026-12-01T12:00:00 +0100"],
}
V2_TIME = {"type": "string", "format": "date-time"}
_REFERENCE = "#/components/schemas/"
TIMED = frozenset(
    {"CreateMeeting", "UpdateMeeting", "PatchMeeting", "Meeting", "SchedulingInfo", "SchedulingTemplate", "PoolInfo"}
)
"""Schemas with a time in them: version 1 has its own."""
_NOT_VDX = frozenset({"FaultV1", "FaultV2", "Link", "Links", "InfoType"})
"""Schemas whose fields need no mark."""


def document(table: Iterable[Operation], *, public_url: str, v1_lists: str = "array") -> dict[str, Any]:
    """The whole document, ready for JSON; the same table gives the same document."""
    operations = tuple(table)
    paths: dict[str, dict[str, Any]] = {}
    for version in VERSIONS:
        for operation in operations:
            path = f"{version.prefix}{operation.path}"
            paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, version, v1_lists)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "VDX video API",
            "version": __version__,
            "summary": "Book video meetings as integrations of the Danish VDX do.",
            "description": "Version 1 has no number in its paths, version 2 has `v2`. Unknown fields are passed over.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url or "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "sessionData": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-SESSIONDATA",
                    "description": "Version 1, from the proxy that does OIO IDWS; believed from configured addresses.",
                },
            },
        },
    }


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    types: list[type[msgspec.Struct]] = [FaultV1, FaultV2]
    for operation in operations:
        types += [kind for kind in (operation.body, operation.answer) if kind is not None and kind not in types]
    _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE + "{name}")
    for name, schema in components.items():
        schema.pop("description", None)
        if name in EXAMPLES:
            schema["examples"] = [EXAMPLES[name]]
        for field, of_field in schema.get("properties", {}).items() if name not in _NOT_VDX else ():
            mark, text = MARKS[field]
            of_field["description"] = f"{text} ({mark})"
            of_field["x-vdxmedia"] = mark.value
    for name in sorted(TIMED):
        copied = _as_v1(components[name])
        if name in EXAMPLES:
            copied["examples"] = [in_v1(EXAMPLES[name])]
        components[f"{name}V1"] = copied
    return components


def _as_v1(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_as_v1(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    if schema.get("format") == "date-time":
        kept = {name: value for name, value in schema.items() if name not in ("format", "type")}
        return {**kept, **V1_TIME}
    return {
        name: _v1_name(value) if name == "$ref" else _as_v1(value)
        for name, value in schema.items()
        if name != "examples"
    }


def _v1_name(reference: str) -> str:
    return f"{reference}V1" if reference.removeprefix(_REFERENCE) in TIMED else reference


def _operation(operation: Operation, version: Version, v1_lists: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.name}V{version.number}",
        "tags": [f"Version {version.number}"],
        "summary": operation.summary,
        "description": f"Roles: {', '.join(sorted(operation.roles))}.",
        "responses": {str(int(operation.status(version))): _success(operation, version, v1_lists)},
    }
    if version is V1:
        described["security"] = [{"bearer": []}, {"sessionData": []}]
    if is_open(operation, version):
        described["security"] = []
        described["description"] = "Open to all."
    parameters = [_path_parameter(name) for name in re.findall(r"{(\w+)}", operation.path)]
    parameters += [_parameter(parameter, version) for parameter in operation.parameters]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(operation.body.__name__, version)}},
        }
    fault = FaultV1 if version is V1 else FaultV2
    for status in statuses(operation, version):
        described["responses"][str(int(status))] = {
            "description": _WHEN.get(status, status.phrase),
            "content": {"application/json": {"schema": {"$ref": f"{_REFERENCE}{fault.__name__}"}}},
        }
    return described


_WHEN = {
    HTTPStatus.BAD_REQUEST: "The request cannot be taken; the code says why.",
    HTTPStatus.UNAUTHORIZED: "There is no valid token.",
    HTTPStatus.FORBIDDEN: "The caller's role does not allow it.",
    HTTPStatus.NOT_FOUND: "It is not there, or the caller may not know of it.",
    HTTPStatus.NOT_ACCEPTABLE: "The meeting is not in a state for it, or a template cannot be obeyed.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; `Retry-After` says when to come back.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now; nothing has been done.",
}


def _success(operation: Operation, version: Version, v1_lists: str) -> dict[str, Any]:
    if operation.shape is Shape.NOTHING or operation.answer is None:
        return {"description": "Done."}
    one = _reference(operation.answer.__name__, version)
    schema: dict[str, Any] = one
    if operation.shape is Shape.LIST:
        schema = {"type": "array", "items": one}
        if version is V1 and v1_lists == "hal":
            schema = _hal(operation.relation, one)
        if version is V1 and operation.is_single_in_v1 is not None:
            schema = {"anyOf": [schema, one], "description": "One object if `short-id` was asked for."}
    kind = "application/json" if operation.answer is Info else HAL
    return {"description": "Done.", "content": {kind: {"schema": schema}}}


def _hal(relation: str, one: Mapping[str, Any]) -> dict[str, Any]:
    rows = {"type": "object", "properties": {relation: {"type": "array", "items": one}}, "required": [relation]}
    return {
        "type": "object",
        "properties": {"_embedded": rows, "_links": {"$ref": f"{_REFERENCE}Links"}},
        "required": ["_links"],
    }


def _path_parameter(name: str) -> dict[str, Any]:
    schema = (
        {"type": "string", "format": "uuid"}
        if name == "uuid"
        else {"type": "integer", "format": "int64", "minimum": 0, "maximum": 10**18 - 1}
    )
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameter(parameter: Parameter, version: Version) -> dict[str, Any]:
    schema: dict[str, Any]
    if parameter.kind is Kind.TIME:
        schema = dict(V1_TIME if version is V1 else V2_TIME)
    elif parameter.kind is Kind.FLAG:
        schema = {"type": "boolean"}
    elif parameter.choices is not None:
        schema = {"type": "string", "enum": [choice.value for choice in parameter.choices]}
    else:
        schema = {"type": "string", "minLength": parameter.least_chars or 1, "maxLength": parameter.most_chars}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.summary,
        "schema": schema,
    }


def _reference(name: str, version: Version) -> dict[str, str]:
    reference = f"{_REFERENCE}{name}"
    return {"$ref": _v1_name(reference) if version is V1 else reference}


class Reference:
    """Serves the document; the page that shows it is beside our own API's."""

    def __init__(self, table: Iterable[Operation], *, public_url: str, v1_lists: str) -> None:
        self._document = msgspec.json.encode(document(table, public_url=public_url, v1_lists=v1_lists))

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{BASE}/openapi.json", self.serve), web.get(BASE, self.redirect)]

    async def serve(self, request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type="application/json", headers={"Cache-Control": "no-cache"})

    async def redirect(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(f"/api/docs?document={BASE}/openapi.json")
