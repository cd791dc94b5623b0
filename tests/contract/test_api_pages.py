"""Pages, health and headers over a real socket against the assembled server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import get_args

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tests.contract.assembled import AssembledServer, assembled
from tests.patience import PATIENCE_S
from vdxmedia.api.pages import Pages, read_files
from vdxmedia.config_sections import PageLanguage

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md"
WEB = Path(__file__).resolve().parents[2] / "web"


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled() as running:
        yield running


async def test_server_lives_and_is_ready_until_it_drains(server: AssembledServer) -> None:
    async with server.get("/livez", key=None) as answer:
        assert answer.status == 200
    async with server.get("/readyz", key=None) as answer:
        assert (answer.status, await answer.json()) == (200, {"ready": True})
    await server.server.stop(0)
    async with server.get("/livez", key=None) as answer:
        assert answer.status == 200
    async with server.get("/readyz", key=None) as answer:
        assert (answer.status, await answer.json()) == (503, {"ready": False, "reason": "draining"})
    async with server.post("/api/v1/rooms", {}) as answer:
        assert answer.status == 503
        assert (await answer.json(content_type=None))["code"] == "server_stopping"
        assert int(answer.headers["Retry-After"]) >= 1


async def metrics_of(server: AssembledServer) -> dict[str, float]:
    async with server.get("/metrics", key=None) as answer:
        assert answer.status == 200
        lines = (await answer.text()).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


async def test_metrics_count_rooms_and_requests_without_naming_any(server: AssembledServer) -> None:
    room = (await server.open_room(subject="Hemmeligt emne"))["roomId"]
    async with server.get(f"/api/v1/rooms/{room}"), server.raw("PROPFIND", "/api/v1/rooms"):
        pass
    values = await metrics_of(server)
    assert values["vdx_rooms"] == 1
    assert values['vdx_participants{role="guest",transport="none"}'] == 0
    assert values["vdx_draining"] == 0
    counted = {name for name in values if name.startswith("vdx_http_request_duration_seconds_count")}
    assert any('route="/api/v1/rooms/{roomId}"' in name and 'status="200"' in name for name in counted)
    assert any('method="other"' in name for name in counted)
    assert not any(room in name or "PROPFIND" in name or "Hemmeligt" in name for name in values)
    assert "process_cpu_seconds_total" in values


async def test_metrics_are_as_the_reference_says(server: AssembledServer) -> None:
    documented = set(re.findall(r"`(vdx_[a-z_]+)`", await asyncio.to_thread(REFERENCE.read_text, "utf-8")))
    async with server.get("/metrics") as answer:
        kinds = re.findall(r"^# TYPE (\S+) (\S+)$", await answer.text(), re.MULTILINE)
    exposed = {name for name, _ in kinds if not name.startswith("process_")}
    families = re.compile(r"vdx_(relay|hub)_\w+_total")
    assert {name for name in exposed - documented if not families.fullmatch(name)} == set()
    assert documented - exposed == set()


async def test_metrics_are_for_configured_networks_only() -> None:
    async with assembled({"metrics.networks": "192.0.2.0/24"}) as server, server.get("/metrics") as answer:
        assert answer.status == 403


async def test_proxy_that_is_trusted_decides_who_reads_metrics() -> None:
    async with assembled({"http.trusted_proxies": "127.0.0.0/8"}) as server:
        async with server.get("/metrics", headers={"X-Forwarded-For": "192.0.2.9"}) as answer:
            assert answer.status == 403
        async with server.get("/livez", headers={"X-Forwarded-Proto": "https"}) as answer:
            assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize("path", ["/", "/api/docs", "/livez", "/api/openapi.json", "/nothing", "/api/v1/nothing"])
async def test_every_answer_is_hardened(server: AssembledServer, path: str) -> None:
    async with server.get(path, key=None) as answer:
        headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"] == "vdxmedia"
    assert "Strict-Transport-Security" not in headers


async def test_front_page_allows_devices_for_itself_only(server: AssembledServer) -> None:
    async with server.get("/", key=None) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert "camera=(self), microphone=(self), display-capture=(self)" in answer.headers["Permissions-Policy"]
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert not re.search(r"<script(?![^>]*src=\"/)", text)


@pytest.mark.parametrize("path", ["/", "/i", "/m", "/m/0123456789ab", "/m/x", "/?url=1234%40m.example.dk&pin=4711"])
async def test_every_way_in_is_one_page_that_tells_nothing(server: AssembledServer, path: str) -> None:
    async with server.get(path, key=None) as answer:
        assert answer.status == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        text = await answer.text()
    async with server.get("/r/abc234abc234", key=None) as room:
        assert text == await room.text()
    assert re.findall(r"<title>(.*?)</title>", text) == ["Videomøde"]
    assert not re.search(r"<meta[^>]+(og:|twitter:|description)", text)
    assert "noindex" in text


async def test_reference_page_loads_only_our_own_files(server: AssembledServer) -> None:
    async with server.get("/api/docs", key=None) as answer:
        text = await answer.text()
    for address in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert address.startswith("/")
    assert not re.search(r"<script(?![^>]*src=)", text)
    async with server.get("/api/docs/start.js", key=None) as answer:
        assert answer.content_type == "text/javascript"
    async with server.get("/api/v1", key=None) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/api/docs")


@pytest.mark.parametrize(
    "raw",
    [
        b"BREW / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
    ],
    ids=["method", "length", "smuggling", "tls", "long"],
)
async def test_bytes_that_are_no_http_are_answered_and_not_logged(server: AssembledServer, raw: bytes) -> None:
    host, port = server.server.http_addresses[0]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(raw)
    async with asyncio.timeout(PATIENCE_S):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert b"Server: vdxmedia\r\n" in answer
    writer.close()
    await writer.wait_closed()
    async with server.get("/livez") as alive:
        assert alive.status == 200


async def test_expectation_that_is_unknown_is_refused_hardened(server: AssembledServer) -> None:
    async with server.get("/", headers={"Expect": "the unexpected"}) as answer:
        assert answer.status == 417
        assert answer.headers["Server"] == "vdxmedia"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """Pages over a small build, without the rest of the server."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>møde</title>", encoding="utf-8")
    (tmp_path / "assets" / "index-abc123.js").write_text("export {};\n" * 200, encoding="utf-8")
    (tmp_path / "icon.svg").write_text("<svg/>", encoding="utf-8")
    application = web.Application()

    async def frame_origins(code: str) -> Sequence[str]:
        return ["https://portal.example.dk"] if code == "århus/1" else []

    files = await asyncio.to_thread(read_files, tmp_path)
    application.add_routes(Pages(files, frame_ancestors=["'self'"], frame_origins=frame_origins).routes())
    async with TestClient(TestServer(application)) as client:
        yield client


async def test_room_page_is_the_client_for_any_room(built: TestClient[web.Request, web.Application]) -> None:
    answer = await built.get("/r/abc234abc234?join=1")
    assert answer.status == 200
    assert "møde" in await answer.text()
    assert answer.headers["Cache-Control"] == "no-cache"
    again = await built.get("/r/zzz", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    "path", ["", "/", "/i", "/m/0123456789ab", "/r/abc234abc234", "/privacy", "/accessibility", "/help", "/help/host"]
)
async def test_every_page_of_an_organisation_is_the_same_page_in_the_frames_that_it_allows(
    built: TestClient[web.Request, web.Application], path: str
) -> None:
    own = await built.get("/o/%C3%A5rhus%2F1" + path)
    assert own.status == 200
    assert await own.text() == await (await built.get("/r/x")).text()
    policy = own.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://portal.example.dk")
    other = await built.get("/o/nobody" + path)
    assert other.headers["Content-Security-Policy"] == policy.removesuffix(" https://portal.example.dk")
    assert own.headers["ETag"] == other.headers["ETag"]


async def test_assets_are_immutable_and_typed(built: TestClient[web.Request, web.Application]) -> None:
    answer = await built.get("/assets/index-abc123.js")
    assert answer.content_type in ("text/javascript", "application/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await built.get("/icon.svg")).headers["Cache-Control"] == "no-cache"


async def test_text_is_compressed_for_those_who_can_read_it(built: TestClient[web.Request, web.Application]) -> None:
    small = await built.get("/assets/index-abc123.js", headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) < 200
    assert await small.text() == "export {};\n" * 200
    plain = await built.get("/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["/assets/../index.html", "/assets/%2e%2e/%2e%2e/pyproject.toml", "/index.html", "/r/a/b"]
)
async def test_path_that_is_not_built_is_not_found(built: TestClient[web.Request, web.Application], path: str) -> None:
    assert (await built.get(path)).status == 404


def test_built_pages_offer_the_languages_that_are_configured(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<meta name="vdx-languages" content="da en">', encoding="utf-8")
    files = read_files(tmp_path, languages=["en", "ar"])
    assert files["/index.html"].body == b'<meta name="vdx-languages" content="en ar">'


def test_built_client_says_what_it_offers_where_the_server_looks_for_it() -> None:
    assert "<!--head-->" in (WEB / "index.html").read_text(encoding="utf-8")
    head = (WEB / "build" / "head.ts").read_text(encoding="utf-8")
    assert 'name="vdx-languages" content="da en"' in head


def test_configuration_knows_the_languages_of_the_page() -> None:
    source = (WEB / "src" / "text" / "languages.ts").read_text(encoding="utf-8")
    found = re.search(r"LANGUAGES = \[(.*)\] as const", source)
    assert found is not None
    assert tuple(re.findall(r"'(\w+)'", found[1])) == get_args(PageLanguage)


async def test_room_page_without_a_build_says_how_to_build(tmp_path: Path) -> None:
    application = web.Application()
    application.add_routes(Pages(await asyncio.to_thread(read_files, tmp_path), frame_ancestors=[]).routes())
    async with TestClient(TestServer(application)) as client:
        answer = await client.get("/r/abc")
        assert answer.status == 503
        assert "make web" in await answer.text()
