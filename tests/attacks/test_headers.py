"""What every answer says to browsers: all routes of the application are walked, so a new one is asked by itself."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contract.assembled import AssembledServer, assembled
from vdxmedia import app
from vdxmedia.api import server as api_server
from vdxmedia.api.auth import DEVELOPMENT_KEY

EVIL = "https://evil.example"
EMBED = "/embed.js"
"""The one file that pages of other origins load."""
SOCKETS = "/socket.io/"
LOCAL_PLACES = {"'self'", "'none'", "data:", "blob:", "mediastream:"}
PERMISSIONS = ("geolocation=()", "payment=()")
PARAMETER = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")


@pytest.fixture
async def walked(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[AssembledServer, web.Application]]:
    """The assembled server behind a proxy that it believes, and its application."""
    made: list[web.Application] = []

    def keep(parts: api_server.Parts) -> web.Application:
        made.append(api_server.make_application(parts))
        return made[-1]

    monkeypatch.setattr(app, "make_application", keep)
    settings = {"http.trusted_proxies": "127.0.0.0/8", "api.requests_per_second": "10000"}
    async with assembled(settings) as server:
        yield server, made[-1]


def routes(application: web.Application) -> list[tuple[str, str]]:
    """Method and path of each, with something for every parameter."""
    found = []
    for route in application.router.routes():
        info = route.resource.get_info() if route.resource is not None else {}
        path = str(info.get("path") or info.get("formatter") or "")
        method = "GET" if route.method == "*" else route.method
        if path and (method, path) not in found and not path.startswith(SOCKETS.rstrip("/")):
            found.append((method, path))
    return found


def named(path: str) -> str:
    return PARAMETER.sub("x", path)


def complaints(path: str, answer: aiohttp.ClientResponse, *, is_secure: bool) -> list[str]:
    """What is wrong with an answer; empty: nothing."""
    headers = answer.headers
    wrong = []

    def demand(name: str, *, holds: object) -> None:
        if not holds:
            wrong.append(f"{name}: {headers.get(name)}")

    policy = directives(headers.get("Content-Security-Policy", ""))
    demand("Content-Security-Policy", holds=policy.get("default-src") == ["'none'"] and "frame-ancestors" in policy)
    places = {place for words in policy.values() for place in words}
    demand("Content-Security-Policy", holds=places <= LOCAL_PLACES)
    demand("X-Content-Type-Options", holds=headers.get("X-Content-Type-Options") == "nosniff")
    demand("Referrer-Policy", holds=headers.get("Referrer-Policy") == "no-referrer")
    demand("Server", holds=headers.get("Server") == "vdxmedia")
    demand("Cache-Control", holds=headers.get("Cache-Control"))
    demand("Strict-Transport-Security", holds=("Strict-Transport-Security" in headers) == is_secure)
    corp = "cross-origin" if path == EMBED else "same-origin"
    demand("Cross-Origin-Resource-Policy", holds=headers.get("Cross-Origin-Resource-Policy") == corp)
    demand("Access-Control-Allow-Origin", holds=headers.get("Access-Control-Allow-Origin") in
           (["*"] if path == EMBED else [None]))  # fmt: skip
    demand("Access-Control-Allow-Credentials", holds="Access-Control-Allow-Credentials" not in headers)
    if answer.content_type == "text/html" and answer.status == 200:
        permissions = headers.get("Permissions-Policy", "")
        demand("Permissions-Policy", holds=all(one in permissions for one in PERMISSIONS))
        demand("Permissions-Policy", holds="=*" not in permissions)
        demand("Cross-Origin-Opener-Policy", holds=headers.get("Cross-Origin-Opener-Policy") == "same-origin")
        demand("Content-Security-Policy", holds=policy.get("base-uri") == ["'none'"])
    if answer.content_type in ("application/json", "application/problem+json", "application/hal+json"):
        demand("Cache-Control", holds=headers.get("Cache-Control") in ("no-store", "no-cache") or is_public(path))
    for cookie in headers.getall("Set-Cookie", []):
        demand("Set-Cookie", holds=is_guarded(cookie, is_secure=is_secure))
    return wrong


def directives(policy: str) -> Mapping[str, list[str]]:
    words = (part.split() for part in policy.split(";") if part.strip())
    return {name: places for name, *places in words}


def is_public(path: str) -> bool:
    """The same for everybody, whoever asks: may be kept."""
    return "/branding" in path or path.startswith(("/.well-known/", "/oauth/", "/swagger"))


def is_guarded(cookie: str, *, is_secure: bool) -> bool:
    """RFC 6265bis: the prefix binds it to the host, by TLS, for all paths."""
    name, _, rest = cookie.partition("=")
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    guarded = (
        "httponly" in attributes and "path=/" in attributes and not any(a.startswith("domain") for a in attributes)
    )
    guarded = guarded and bool({"samesite=strict", "samesite=lax"} & attributes)
    return guarded and (not is_secure or ("secure" in attributes and name.startswith("__Host-")))


async def ask(server: AssembledServer, method: str, path: str, **headers: str) -> aiohttp.ClientResponse:
    key = None if "drain" in path else DEVELOPMENT_KEY  # which would end the walk
    async with server.raw(method, named(path), key=key, headers={"Origin": EVIL, **headers}) as answer:
        await answer.read()
        return answer


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_answer_of_every_route_is_hardened(
    walked: tuple[AssembledServer, web.Application], scheme: str
) -> None:
    server, application = walked
    asked = routes(application)
    assert len(asked) > 100, "the router was not walked"
    wrong: dict[str, list[str]] = {}
    for method, path in [*asked, ("GET", "/nothing"), ("PROPFIND", "/"), ("TRACE", "/"), ("POST", "/")]:
        answer = await ask(server, method, path, **{"X-Forwarded-Proto": scheme})
        found = complaints(path, answer, is_secure=scheme == "https")
        if answer.status == 500:
            found.append("500")
        if found:
            wrong[f"{method} {path} {answer.status}"] = found
    assert wrong == {}


async def test_no_route_allows_another_origin_to_read_or_to_ask_first(
    walked: tuple[AssembledServer, web.Application],
) -> None:
    """CORS is not there at all, but for the script that others load: a preflight allows nothing, credentials never."""
    server, application = walked
    allowed = set()
    for path in sorted({path for _, path in routes(application)}):
        asks = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,x-vdx-staff"}
        answer = await ask(server, "OPTIONS", path, **asks)
        if any(name.startswith("Access-Control-") for name in answer.headers):
            allowed.add(path)
    assert allowed == set()


async def test_cookies_of_staff_are_bound_to_the_host_and_read_by_no_script() -> None:
    """In development there is a sign-in of one click; by TLS its cookie has the prefix."""
    for public, is_secure in (("http://127.0.0.1", False), ("https://moede.example.dk", True)):
        settings = {"http.trusted_proxies": "127.0.0.0/8"} | ({"http.public_url": public} if is_secure else {})
        async with assembled(settings) as server:
            local = server.server.http_addresses[0]
            url = f"http://{local[0]}:{local[1]}/api/v1/staff/session"
            proto = {"X-Forwarded-Proto": "https"} if is_secure else {}
            origin = public if is_secure else f"http://{local[0]}:{local[1]}"
            own = {"X-Vdx-Staff": "1", "Sec-Fetch-Site": "same-origin", "Origin": origin, **proto}
            async with server.http.post(url, headers=own) as answer:
                cookies: list[Any] = answer.headers.getall("Set-Cookie", [])
                assert cookies, (await answer.text(), answer.status)
            assert all(is_guarded(cookie, is_secure=is_secure) for cookie in cookies), cookies
            assert all("samesite=strict" in cookie.lower() for cookie in cookies), cookies
