"""The operator's page and what it is fed with, against a real server with somebody in a call."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import msgspec

from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.signalling_server import connected
from tests.patience import PATIENCE_S
from vdxmedia.api.tokens import JwtTokens
from vdxmedia.clock import SystemClock

NOW = "/api/v1/operator/now"


async def told(server: AssembledServer, path: str = NOW, status: int = 200) -> dict[str, Any]:
    async with server.get(path) as answer:
        assert answer.status == status, await answer.text()
        body: dict[str, Any] = await answer.json(content_type=None)
        return body


async def test_operator_is_told_what_goes_on_without_anybodys_name() -> None:
    async with assembled() as server, contextlib.AsyncExitStack() as stack:
        for key in (None, "x" * 40):
            async with server.get(NOW, key=key) as answer:
                assert answer.status == 401
        empty = await told(server)
        assert (empty["calls"], empty["rooms"], empty["problems"]) == (0, [], [])
        room = await server.open_room(subject="Hemmeligt emne", maximum=2)
        short = room["roomId"][:6]
        for name, link in (("Karoline Testesen", room["hostUrl"]), ("Bo", room["guestUrl"]), ("Cy", room["guestUrl"])):
            client = await stack.enter_async_context(connected(server, link.partition("#t=")[2]))
            await client.join(name)
        now = await told(server)
        assert (now["calls"], now["hosts"], now["guests"], now["roomsOpen"]) == (1, 1, 1, 1)
        assert now["byTransport"] == {"udp": 0, "tcp": 0, "turn": 0, "none": 2}
        assert [(one["room"], one["hosts"], one["guests"]) for one in now["rooms"]] == [(short, 1, 1)]
        assert [(one["what"], one["how"], one["room"]) for one in now["problems"]] == [("refused", "room_full", short)]
        assert {"name": "commands_refused_room_full", "total": 1} in now["bounds"]
        assert len(now["workers"]) == 1
        assert now["drain"] == {"isDraining": False, "deadline": None, "canUndo": False}
        later = await told(server)
        assert later["at"] > now["at"]

        lines = (await told(server, f"/api/v1/operator/stories/{short.upper()}"))["lines"]
        assert lines[0] == f"Room {short}"
        assert sum(" joined" in line for line in lines) == 2
        whole = str(now) + str(lines)
        for secret in ("Karoline", "Hemmeligt", room["roomId"], "127.0.0.1"):
            assert secret not in whole
        assert (await told(server, "/api/v1/operator/stories/zzzzzz", 404))["code"] == "room_unknown"
        assert (await told(server, "/api/v1/operator/stories/zz", 422))["code"] == "validation_failed"

        server.server.drain.begin(600)
        drained = (await told(server))["drain"]
        assert (drained["isDraining"], drained["canUndo"]) == (True, True)


async def test_page_is_shown_in_no_frame_and_has_no_script_of_its_own() -> None:
    async with assembled() as server, server.get("/operator", key=None) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        text = await answer.text()
    assert "<script>" not in text
    assert "/assets/operator-" in text
    assert "noindex" in text


async def test_story_tells_who_was_turned_away_at_the_door_and_why_also_where_nobody_is_in_the_room() -> None:
    async with assembled() as server, contextlib.AsyncExitStack() as stack:
        room = await server.open_room(maximum=2, guestPin="4711", subject="Hemmeligt emne")
        token, name = room["guestUrl"].partition("#t=")[2], room["roomId"]
        signing = server.server._credentials.signing
        tokens = JwtTokens(signing, [], issuer=server.url, clock=SystemClock(), closes_at_of=lambda room: None)
        grant = tokens.verify(token, time.time())
        over = tokens.issue(msgspec.structs.replace(grant, expires_at=time.time() - 60, lasts_with_room=False))
        gone = tokens.issue(msgspec.structs.replace(grant, room="gonegonegone"))

        async def refused(code: str, **auth: Any) -> None:
            client = await stack.enter_async_context(connected(server, "", auth={"protocol": 1, **auth}))
            assert client.refusal["data"]["code"] == code, client.refusal

        await refused("token_expired", token=over)
        await refused("token_invalid", token=token[:-6] + "AAAAAA", room=name)
        await refused("token_invalid", token=token[:-6] + "AAAAAA", room="nowherenowhe")
        await refused("pin_required", room=name)
        await refused("pin_wrong", room=name, pin="0815")
        await refused("room_unknown", token=gone)
        server.server.drain.begin(600)
        late = await stack.enter_async_context(connected(server, token))
        assert (await late.join("Karoline Testesen"))["code"] == "server_stopping"

        async def story(short: str) -> str:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    async with server.get(f"/api/v1/operator/stories/{short}") as answer:
                        if answer.status == 200:
                            lines: list[str] = (await answer.json())["lines"]
                            if sum("could not join" in line for line in lines) == int(lines[1].split()[4]) >= expected:
                                return "\n".join(lines)
                    await asyncio.sleep(0.05)

        expected = 4
        told = await story(name[:6])
        for code in ("token_expired", "token_invalid", "pin_wrong", "server_stopping"):
            assert told.count(f"({code})") == 1, told
        assert "pin_required" not in told
        for secret in ("Karoline", "Hemmeligt", "4711", "0815", "127.0.0.1", token[:20]):
            assert secret not in told
        expected = 1
        assert "the room was not there any more (room_unknown)" in await story("gonego")
