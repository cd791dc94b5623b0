"""What happens at the same time comes together, and nothing of it is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.contract.test_signalling_frames import connect_frame, until_closed, websocket
from tests.fakes.signalling_server import Client, Server, connected, until
from tests.patience import PATIENCE_S
from vdxmedia.signalling import fanout, outbox
from vdxmedia.signalling.engine import PingWheel

WINDOW_S = 0.2
"""In which lists wait for one another here: longer than it takes a busy machine to bring about six events."""


class View:
    """What a client knows of the room: the snapshot, and every event after it. A repetition fails."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.lists: list[list[dict[str, Any]]] = []

        async def on_events(batch: list[dict[str, Any]]) -> None:
            self.lists.append(batch)
            client.events.extend(batch)

        client.socket.on("events", on_events)

    @property
    def sequence(self) -> int:
        numbers = [event["sequence"] for event in self._client.events if "sequence" in event]
        first = self._client.joined["sequence"]
        assert numbers == sorted(set(numbers))
        assert all(number > first for number in numbers)
        return int(numbers[-1]) if numbers else int(first)

    def participants(self) -> list[dict[str, Any]]:
        known = {one["id"]: one for one in self._client.joined["participants"]}
        for event in self._client.events:
            match event["type"]:
                case "participantJoined":
                    assert event["participant"]["id"] not in known
                    known[event["participant"]["id"]] = event["participant"]
                case "participantChanged":
                    assert event["participant"]["id"] in known
                    known[event["participant"]["id"]] = event["participant"]
                case "participantLeft":
                    del known[event["participantId"]]
        return list(known.values())

    async def until(self, sequence: int) -> None:
        await until(lambda: self.sequence >= sequence)


async def test_those_who_come_change_and_go_within_one_window_are_told_in_order(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "PACE_S", WINDOW_S)
    room = server.room(maximum=20)
    async with connected(server, server.token(room)) as anna:
        view = View(anna)
        await anna.join("Anna")
        for turn in range(3):
            async with connected(server, server.token(room)) as bo, connected(server, server.token(room)) as cai:
                await asyncio.sleep(2 * WINDOW_S)
                before = len(view.lists)
                events = len(anna.events)
                await bo.join(f"Bo {turn}")
                await bo.command("setSource", source="camera", active=True)
                await cai.join(f"Cai {turn}")
                await bo.command("leave")
                await cai.command("setSource", source="microphone", active=True)
                await cai.command("leave")
                await until(lambda: sum("sequence" in event for event in anna.events) >= 6 * (turn + 1))  # noqa: B023
                assert view.sequence
                assert len(view.lists) - before < len(anna.events) - events, "they came together"
        async with connected(server, server.token(room)) as last:
            await last.join("Last")
            await view.until(last.joined["sequence"])
            assert view.participants() == last.joined["participants"]


async def test_binding_never_names_somebody_of_whom_nothing_was_told(server: Server) -> None:
    room = server.room(maximum=20)
    async with connected(server, server.token(room)) as anna:
        await anna.join("Anna", videoSlots=4)
        known = {anna.id}
        for turn in range(6):
            async with connected(server, server.token(room)) as bo:
                await bo.join(f"Bo {turn}")
                await bo.command("setSource", source="camera", active=True)
                await bo.command("leave")
        await until(lambda: len(anna.of_type("participantLeft")) == 6)
        for event in anna.events:
            if event["type"] == "participantJoined":
                known.add(event["participant"]["id"])
            for binding in event.get("bindings", ()):
                assert binding["participantId"] in {*known, None}
        await until(lambda: not any(one["participantId"] for one in anna.of_type("bindings")[-1]["bindings"]))


async def test_who_resumes_within_the_window_gets_everything_once(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as bo, connected(server, server.token(room)) as anna:
        await bo.join("Bo")
        await anna.join("Anna")
        await bo.command("setSource", source="camera", active=True)
        await anna.until_event("participantChanged")
        # The next waits for the pace, and the connection goes meanwhile.
        await bo.command("setSource", source="camera", active=False)
        seen = max(event["sequence"] for event in anna.events if "sequence" in event)
        await anna.cut()
        async with connected(server, anna.joined["token"]) as again:
            resume = {"session": anna.joined["session"], "sequence": seen}
            resumed = await again.join("Anna", resume=resume)
            await bo.command("setSource", source="microphone", active=True)
            await until(lambda: [one for one in again.events if one.get("sequence", 0) > resumed["sequence"]])
            numbers = [event["sequence"] for event in [*resumed["missed"], *again.events] if "sequence" in event]
            assert numbers == sorted(set(numbers))
            assert numbers[0] > seen


async def test_end_of_the_room_comes_after_what_was_waiting(server: Server) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna, connected(server, server.token(room)) as bo:
        await anna.join("Anna")
        await bo.join("Bo")
        await anna.until_event("participantJoined")
        await bo.command("setSource", source="camera", active=True)  # waits for the pace
        await server.registry.close(room)
        await until(lambda: anna.is_closed)
        told = [event["type"] for event in anna.events if event["type"] != "bindings"]
        assert told == ["participantJoined", "participantChanged", "ended"]


async def test_few_lists_ask_and_a_client_that_answers_those_stays(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = server.room()
    async with connected(server, server.token(room)) as anna, websocket(server) as raw:
        await anna.join("Anna")
        await raw.send_str(connect_frame(server, room))
        await raw.receive_str()
        await raw.send_str('421["command",{"type":"join","name":"Raw","knowsWhoSees":"all"}]')
        assert (await raw.receive_str()).startswith("431[")
        asked = lists = 0
        for turn in range(3 * outbox.WINDOW):
            answer = await anna.command("setSource", source="camera", active=turn % 2 == 0)
            if answer["type"] == "error":
                await asyncio.sleep(answer["retryAfter"])
                continue
            async with asyncio.timeout(PATIENCE_S):
                text = await raw.receive_str()
            while text == "2":
                await raw.send_str("3")
                text = await raw.receive_str()
            assert text.startswith("42")
            lists += 1
            number = text[2 : text.index("[")]
            if number:
                asked += 1
                await raw.send_str(f"43{number}[]")
        assert lists > outbox.WINDOW
        assert 2 <= asked <= lists // 2
        assert server.total("clients_too_slow") == 0


async def test_client_that_answers_no_ping_is_cut_and_others_stay(server: Server) -> None:
    server.signalling._server.eio.pings = PingWheel(0.05)
    async with connected(server, server.token(server.room())) as alive, websocket(server) as silent:
        await alive.join("Alive")
        assert await silent.receive_str() == "2"
        await until_closed(silent)
        assert server.total("sockets_cut_for_silence") == 1
        assert not alive.is_closed
        assert (await alive.command("setSource", source="camera", active=True)) == {"type": "done"}
