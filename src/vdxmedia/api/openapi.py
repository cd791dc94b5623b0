"""OpenAPI 3.1 from the operations' own types: nothing about the API is written down twice.

Schemas are msgspec's JSON Schema 2020-12, which OpenAPI 3.1 takes as it is. `/api/docs` shows the document with
Swagger UI, served from our own files. Beside it is what signalling says: AsyncAPI 3, made by
scripts/generate_protocol.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from vdxmedia import __version__
from vdxmedia.api.operations import CSV, JSON, Credential, Operation, queries
from vdxmedia.api.pages import security_headers
from vdxmedia.api.problems import CONTENT_TYPE, STATUS_OF_CODE, Problem

ASYNCAPI = Path(__file__).with_name("asyncapi.json").read_bytes()
"""Read when this is imported, not in the loop."""

COMMON_ERRORS = {
    Credential.API_KEY: ("key_missing", "key_invalid", "rate_limited"),
    Credential.JOIN_TOKEN: ("token_missing", "token_invalid", "token_expired", "not_permitted", "rate_limited"),
    Credential.CALLER: (
        "token_missing",
        "token_invalid",
        "token_expired",
        "not_permitted",
        "rate_limited",
        "store_unavailable",
        "issuer_unavailable",
    ),
    Credential.NONE: ("rate_limited", "store_unavailable"),
}
SECURITY: dict[Credential, list[dict[str, list[str]]]] = {
    Credential.API_KEY: [{"key": []}],
    Credential.JOIN_TOKEN: [{"token": []}],
    Credential.CALLER: [{"caller": []}, {"key": []}],
    Credential.NONE: [],
}
BODY_ERRORS = ("bad_message", "message_too_large", "media_type_unsupported", "validation_failed")

DOCS_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>vdxmedia API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/swagger/swagger-ui.css">
</head>
<body>
<nav>NAV</nav>
<div id="reference"></div>
<noscript>The document itself is at <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
<script src="/swagger/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
DOCS_SCRIPT = """window.addEventListener("load", () => {
  const documents = DOCUMENTS;
  const asked = new URLSearchParams(window.location.search).get("document");
  const url = documents.includes(asked) ? asked : documents[0];
  window.SwaggerUIBundle({ url, dom_id: "#reference", deepLinking: true });
});
"""
DOCUMENTS = {
    "/api/openapi.json": "Rooms",
    "/videoapi/openapi.json": "VDX video API",
}
"""What the page shows, by path; the first unless `?document=` names another."""


def document(operations: Iterable[Operation], *, public_url: str) -> dict[str, Any]:
    """The whole document, ready for JSON; the same operations give the same document."""
    table = tuple(operations)
    types: list[type[msgspec.Struct]] = [Problem]
    for operation in table:
        types += [kind for kind in (operation.body, operation.answer) if kind is not None and kind not in types]
    _, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for operation in table:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vdxmedia",
            "version": __version__,
            "summary": "Open rooms for video meetings and let people in.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url.rstrip("/") or "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key of this server."},
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A participant's join token.",
                },
                "caller": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of an issuer that this server believes (OAuth 2.0).",
                },
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": {str(int(operation.status)): _success(operation)},
    }
    names = re.findall(r"{(\w+)}", operation.path)
    if names:
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    for query in queries(operation):
        described.setdefault("parameters", []).append(
            {
                "name": query.name,
                "in": "query",
                "required": query.is_required,
                "description": query.summary,
                "schema": {"type": "string"}
                | ({"enum": list(query.values)} if query.values else {"minLength": 1, "maxLength": query.max_chars}),
            }
        )
    for header in operation.headers:
        described.setdefault("parameters", []).append(
            {
                "name": header.name,
                "in": "header",
                "required": False,
                "description": header.summary,
                "schema": {"type": "string", "minLength": 1, "maxLength": header.max_chars},
            }
        )
    if operation.credential is not Credential.API_KEY:
        described["security"] = SECURITY[operation.credential]
    codes = [*operation.errors, *COMMON_ERRORS[operation.credential]]
    if queries(operation) or operation.headers:
        codes.append("validation_failed")
    if operation.body is not None:
        codes += BODY_ERRORS
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(operation.body)}},
        }
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(STATUS_OF_CODE[code], []).append(code)
    for status, of_status in sorted(by_status.items()):
        described["responses"][str(status)] = {
            "description": " · ".join(f"`{code}`" for code in of_status),
            "content": {CONTENT_TYPE: {"schema": _reference(Problem)}},
        }
    return described


def _success(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"description": operation.status.phrase}
    if operation.has_etag:
        described["headers"] = {"ETag": {"description": "The revision.", "schema": {"type": "string"}}}
    if operation.media_type != JSON:
        described["content"] = {operation.media_type: {"schema": {"type": "string"}}}
    elif operation.answer is not None:
        described["content"] = {JSON: {"schema": _reference(operation.answer)}}
        if operation.as_csv is not None:
            described["content"][CSV] = {"schema": {"type": "string"}}
    return described


def _reference(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


class Reference:
    """Serves the document and the page that shows it."""

    def __init__(self, operations: Iterable[Operation], *, public_url: str) -> None:
        self._document = msgspec.json.encode(document(operations, public_url=public_url))
        links = (f'<a href="/api/docs?document={path}">{name}</a>' for path, name in DOCUMENTS.items())
        self._page = DOCS_PAGE.replace("NAV", " · ".join(links))
        self._script = DOCS_SCRIPT.replace("DOCUMENTS", msgspec.json.encode(list(DOCUMENTS)).decode())
        self._headers = security_headers(["'none'"]) | {"Cache-Control": "no-cache"}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/openapi.json", self.serve_document),
            web.get("/api/asyncapi.json", self.serve_asyncapi),
            web.get("/api/docs", self.serve_page),
            web.get("/api/docs/start.js", self.serve_script),
            web.get("/api/v1", self.redirect_to_page),
        ]

    async def serve_document(self, request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type="application/json", headers={"Cache-Control": "no-cache"})

    async def serve_asyncapi(self, request: web.Request) -> web.Response:
        return web.Response(body=ASYNCAPI, content_type="application/json", headers={"Cache-Control": "no-cache"})

    async def serve_page(self, request: web.Request) -> web.Response:
        return web.Response(text=self._page, content_type="text/html", headers=self._headers)

    async def serve_script(self, request: web.Request) -> web.Response:
        return web.Response(text=self._script, content_type="text/javascript", headers=self._headers)

    async def redirect_to_page(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/api/docs")
