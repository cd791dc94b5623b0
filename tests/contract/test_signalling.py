"""The protocol as a real socket.io client sees it, over loopback, with a fake media plane."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.signalling_server import Server, connected, signalling_server, until


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with signalling_server() as running:
        yield running


async def test_two_clients_join_offer_and_leave_each_hears_of_the_other(server: Server) -> None:
    room = server.room(subject="Samtale", organisation="Testkommune")
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        joined = await anna.join("Anna", videoSlots=4)
        assert joined["type"] == "joined", joined
        assert joined["room"]["subject"] == "Samtale"
        assert joined["media"]["slots"] == {"speaker": 3, "programme": 1, "video": 4}
        assert [one["name"] for one in joined["participants"]] == ["Anna"]
        assert (await anna.offer())["type"] == "answer"
        assert (await bo.join("Bo"))["type"] == "joined"
        assert (await anna.until_event("participantJoined"))["participant"]["name"] == "Bo"
        assert (await bo.offer())["type"] == "answer"
        assert (await bo.command("setSource", source="camera", active=True)) == {"type": "done"}
        await until(lambda: server.plane.shown(anna.id))
        camera = next(
            s["id"]
            for p in bo.joined["participants"]
            if p["id"] == bo.id
            for s in p["sources"]
            if s["kind"] == "camera"
        )
        assert server.plane.shown(anna.id) == {0: camera}
        bound = next(b for b in (await anna.until_event("bindings", 2))["bindings"] if b["kind"] == "video")
        assert bound == {
            "kind": "video",
            "index": 0,
            "participantId": bo.id,
            "source": camera,
            "sourceKind": "camera",
        }
        assert (await bo.command("leave")) == {"type": "done"}
        left = await anna.until_event("participantLeft")
        assert (left["participantId"], left["reason"]) == (bo.id, "left")
