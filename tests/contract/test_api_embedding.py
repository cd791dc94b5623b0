"""Who may lead a call from around its frame, and who may connect, as the assembled server says it; embed.js and CSP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.contract.assembled import AssembledServer, assembled
from vdxmedia.api.pages import BUILT_WEB

PORTAL = "https://portal.example.dk"
SIGNALLING = "/socket.io/?EIO=4&transport=websocket"


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"http.frame_ancestors": f"'self',{PORTAL}"}) as running:
        yield running


async def may_command(server: AssembledServer, origin: str, organisation: str = "") -> bool:
    query = f"?origin={origin}" + (f"&organisation={organisation}" if organisation else "")
    async with server.get(f"/api/v1/embedding{query}", key=None) as answer:
        assert answer.status == 200, await answer.text()
        said: bool = (await answer.json())["mayCommand"]
        return said


async def test_those_who_may_show_the_page_may_lead_it(server: AssembledServer) -> None:
    assert await may_command(server, PORTAL)
    assert not await may_command(server, "https://evil.example")
    assert not await may_command(server, "https://evil.example", "unknown")
    async with server.get("/r/abc234abc234", key=None) as page:
        assert f"frame-ancestors 'self' {PORTAL}" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("query", ["", "?origin=", "?origin=" + "x" * 301])
async def test_question_without_an_origin_is_refused(server: AssembledServer, query: str) -> None:
    async with server.get(f"/api/v1/embedding{query}", key=None) as answer:
        assert answer.status == 422
        assert (await answer.json(content_type=None))["code"] == "validation_failed"


async def test_page_of_an_embedder_may_connect_and_a_strangers_may_not(server: AssembledServer) -> None:
    async with server.http.ws_connect(server.url + SIGNALLING, headers={"Origin": PORTAL}):
        pass
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await server.http.ws_connect(server.url + SIGNALLING, headers={"Origin": "https://evil.example"})


async def test_embed_script_is_for_pages_of_other_origins_and_is_never_old(server: AssembledServer) -> None:
    if not (BUILT_WEB / "embed.js").exists():
        pytest.fail("the web client is not built: run `make web`")
    async with server.get("/embed.js", key=None) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/javascript"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        script = await answer.text()
    assert "vdx-meeting" in script
    assert "import" not in script


async def test_playground_makes_a_room_and_may_show_pages_of_ours(server: AssembledServer) -> None:
    async with server.get("/docs/embed", key=None) as page:
        policy = page.headers["Content-Security-Policy"]
        assert page.status == 200
        assert "frame-src 'self'" in policy
        assert "unsafe" not in policy
    async with server.http.post(f"{server.url}/docs/embed/room") as answer:
        links = await answer.json()
    assert links["hostUrl"] != links["guestUrl"]
    assert "/r/" in links["guestUrl"]
    async with server.get("/playground.html", key=None) as direct:
        assert direct.status == 404
