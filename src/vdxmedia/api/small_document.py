"""OpenAPI 3.1 of a small API that has paths and bodies of its own, from the table that serves it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from vdxmedia import __version__

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Described:
    """One operation."""

    method: str
    path: str
    """OpenAPI's form; each parameter may hold slashes."""
    handler: Callable[..., Awaitable[Any]]
    body: Any
    """A type, or None."""
    answer: Any
    query: tuple[str, ...] = ()
    credential: str = "bearer"

    @property
    def route(self) -> str:
        """aiohttp's form."""
        return _PARAMETER.sub(r"{\1:.+}", self.path)


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"},
}


def document(title: str, table: Sequence[Described], public_url: str) -> dict[str, Any]:
    """The whole document; the same table gives the same."""
    types = [kind for each in table for kind in (each.body, each.answer) if kind is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    said = dict(zip(map(str, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in table:
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PARAMETER.findall(each.path)
        ]
        parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in each.query]
        operation: dict[str, Any] = {
            "operationId": re.sub(r"\W+", "_", f"{each.method.lower()} {each.path}").strip("_"),
            "parameters": parameters,
            "security": [{each.credential: []}],
            "responses": {
                "200": {"description": "OK", "content": {"application/json": {"schema": said[str(each.answer)]}}},
                "default": {"description": "An error"},
            },
        }
        if each.body is not None:
            content = {"application/json": {"schema": said[str(each.body)]}}
            operation["requestBody"] = {"required": True, "content": content}
        paths.setdefault(each.path, {})[each.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def documented(title: str, base: str, table: Sequence[Described], public_url: str) -> web.RouteDef:
    """`{base}/openapi.json`, for everyone."""
    body = msgspec.json.encode(document(title, table, public_url))

    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-cache"})

    return web.get(f"{base}/openapi.json", serve)
