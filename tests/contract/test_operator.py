"""The operator's page and what it is fed with, against a real server with somebody in a call."""

from __future__ import annotations

import contextlib
from typing import Any

from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.signalling_server import connected

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
