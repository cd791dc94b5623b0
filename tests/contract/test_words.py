"""Words over real signalling: who is told, how soon, and that a patched client gets nothing through.

A patched client is one that sends whatever it likes; so is every client here.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.fakes.signalling_server import Client, Server, connected
from tests.machine import watched
from tests.patience import PATIENCE_S
from vdxmedia.conference.choices import ChatPolicy, GuestVisibility
from vdxmedia.signalling.fanout import PACE_GRID_S, PACE_S

SHOWN_WITHIN_S = 0.2
"""Of the 500 ms of EN 301 549 §6.2.4, what is left when a client sends every 300 ms."""
SECRET = "Ordene er hemmelige 4711"


async def come(stack: AsyncExitStack, server: Server, room: str, name: str, **grant: Any) -> Client:
    client = await stack.enter_async_context(connected(server, server.token(room, **grant)))
    assert (await client.join(name))["type"] == "joined"
    return client


async def everything_was_told(*clients: Client) -> None:
    """What a client is told after this was not caused by anything before: an answer comes behind earlier events."""
    for client in clients:
        await client.command("setTiles", tiles=[])
        await asyncio.sleep(0.12)  # two of the fan-out's paces: longer than anything waits to be written


async def test_private_room_a_patched_guest_reaches_no_other_guest_by_any_words(server: Server) -> None:
    room = server.room(guest_visibility=GuestVisibility.HOSTS)
    async with AsyncExitStack() as stack:
        host = await come(stack, server, room, "Vært", role="host")
        anna = await come(stack, server, room, "Anna", function="skrivetolk")
        bo = await come(stack, server, room, "Bo")
        before = len(bo.events)
        for fields in ({"to": "all"}, {"to": "hosts"}):
            assert (await anna.command("writeChat", text=SECRET, **fields))["type"] == "done"
            assert (await anna.command("typeText", keep=0, text=SECRET, **fields))["type"] == "done"
        refusals = [
            await anna.command(kind, to="one", participantId=other, **fields)
            for other in (bo.id, "nobody234567")
            for kind, fields in (("writeChat", {"text": SECRET}), ("typeText", {"keep": 0, "text": SECRET}))
        ]
        assert {refusal["code"] for refusal in refusals} == {"participant_unknown"}
        assert len({str(refusal) for refusal in refusals}) == 1
        assert (await anna.command("typeCaption", keep=0, text=SECRET))["type"] == "done"
        assert (await anna.command("typeCaption", keep=0, text=SECRET, finished=True))["type"] == "done"
        assert (await anna.command("react", reaction="heart"))["type"] == "done"
        for forged in ("announce", "letWriteCaptions", "takeAnnouncementAway"):
            fields = {"announce": {"text": SECRET}, "letWriteCaptions": {"participantId": bo.id, "allowed": True}}
            answer = await anna.command(forged, **fields.get(forged, {"number": 1}))
            assert answer["code"] == "hosts_only"
        await host.until_event("caption")
        await host.until_event("reactions")
        await everything_was_told(bo)
        assert bo.events[before:] == []
        assert len(host.of_type("chat")) == 2
        # And the other way: what a snapshot says of it.
        carla = await come(stack, server, room, "Carla")
        assert SECRET not in str(carla.joined)
        assert anna.id not in str(carla.joined)


async def test_patched_client_that_calls_itself_a_writer_of_captions_writes_none(server: Server) -> None:
    room = server.room()
    async with AsyncExitStack() as stack:
        host = await come(stack, server, room, "Vært", role="host")
        booked = await come(stack, server, room, "Bodil", function="skrivetolk")
        anna = await stack.enter_async_context(connected(server, server.token(room)))
        assert (await anna.join("Anna", function="skrivetolk"))["type"] == "joined"
        for finished in (False, True):
            answer = await anna.command("typeCaption", keep=0, text=SECRET, finished=finished)
            assert answer["code"] == "no_caption_right"
        assert await booked.command("typeCaption", keep=0, text="Goddag", finished=True) == {"type": "done"}
        assert (await host.until_event("caption"))["participantId"] == booked.id
        await everything_was_told(host)
        assert SECRET not in str(host.events)
        assert await host.command("letWriteCaptions", participantId=anna.id, allowed=True) == {"type": "done"}
        assert await anna.command("typeCaption", keep=0, text="Nu", finished=True) == {"type": "done"}


async def test_chat_to_all_hosts_and_one(server: Server) -> None:
    room = server.room()
    async with AsyncExitStack() as stack:
        host = await come(stack, server, room, "Vært", role="host")
        anna = await come(stack, server, room, "Anna")
        bo = await come(stack, server, room, "Bo")
        await anna.command("writeChat", to="all", text="alle")
        await anna.command("writeChat", to="hosts", text="værter")
        await anna.command("writeChat", to="one", participantId=bo.id, text="kun Bo")
        await anna.until_event("chat", 3)
        assert (await bo.until_event("chat", 2)) == {
            "type": "chat",
            "participantId": anna.id,
            "name": "Anna",
            "to": "one",
            "otherId": bo.id,
            "text": "kun Bo",
        }
        await host.until_event("chat", 2)
        await everything_was_told(host)
        assert [event["text"] for event in host.of_type("chat")] == ["alle", "værter"]
        assert (await anna.command("writeChat", to="one", text="x"))["code"] == "validation_failed"
        assert (await anna.command("writeChat", to="all", text="x" * 1001))["code"] == "message_too_large"
        assert (await anna.command("typeText", to="all", keep=-1, text="x"))["code"] == "bad_message"


async def test_typed_text_is_with_the_readers_in_time(server: Server) -> None:
    room = server.room()
    async with AsyncExitStack() as stack:
        anna = await come(stack, server, room, "Anna")
        bo = await come(stack, server, room, "Bo")
        text, worst_s = "", 0.0
        async with watched() as machine:
            for word in ["Jeg", "skriver", "mens", "du", "læser", "det", "her"]:
                keep, text = len(text), f"{text} {word}"
                sent_s = time.monotonic()
                assert (await anna.command("typeText", to="all", keep=keep, text=f" {word}"))["type"] == "done"
                async with asyncio.timeout(PATIENCE_S):
                    while not (lines := bo.of_type("openLines")) or lines[-1]["lines"][0]["text"] != text:
                        await asyncio.sleep(0.005)
                worst_s = max(worst_s, time.monotonic() - sent_s)
                await asyncio.sleep(0.25)  # as often as a page sends
        assert worst_s < machine.at_most(SHOWN_WITHIN_S), str(machine)
        await anna.command("writeChat", to="all", text=text)
        await bo.until_event("chat")
        async with asyncio.timeout(PATIENCE_S):
            while bo.of_type("openLines")[-1]["lines"]:
                await asyncio.sleep(0.005)
        kinds = [event["type"] for event in bo.events if event["type"] in ("chat", "openLines")]
        assert kinds[-2:] == ["chat", "openLines"], "the line is closed when its message is there"


def test_pace_of_the_lists_leaves_typed_text_its_time() -> None:
    """What a busy machine hides in the test above."""
    assert PACE_S + PACE_GRID_S <= SHOWN_WITHIN_S / 2


async def test_who_was_away_gets_open_lines_and_announcements_and_nothing_that_was_said(server: Server) -> None:
    room = server.room()
    async with AsyncExitStack() as stack:
        host = await come(stack, server, room, "Vært", role="host")
        token = server.token(room)
        async with connected(server, token) as bo:
            await bo.join("Bo")
            resume = {"session": bo.joined["session"], "sequence": bo.joined["sequence"]}
            await bo.cut()
        await host.command("writeChat", to="all", text="mens du var væk")
        await host.command("typeText", to="all", keep=0, text="og nu")
        await host.command("announce", text="Pause til 10.30")
        again = await stack.enter_async_context(connected(server, token))
        resumed = await again.join("Bo", resume=resume)
        assert resumed["type"] == "resumed"
        documents = {document["type"]: document for document in resumed["documents"]}
        assert [line["text"] for line in documents["openLines"]["lines"]] == ["og nu"]
        assert documents["announcements"]["announcements"] == [{"number": 1, "text": "Pause til 10.30"}]
        assert "mens du var væk" not in str(resumed)
        await everything_was_told(again)
        assert again.of_type("chat") == []
        newcomer = await come(stack, server, room, "Carla")
        assert "mens du var væk" not in str(newcomer.joined)


async def test_words_are_limited_by_rate(server: Server) -> None:
    room = server.room(chat=ChatPolicy.HOSTS)
    async with AsyncExitStack() as stack:
        anna = await come(stack, server, room, "Anna")
        answers = [await anna.command("writeChat", to="hosts", text="x") for _ in range(8)]
        assert [answer["type"] for answer in answers[:5]] == ["done"] * 5
        assert answers[-1]["code"] == "rate_limited"
        assert (await anna.command("writeChat", to="all", text="x"))["code"] in ("rate_limited", "chat_off")
        reactions = [await anna.command("react", reaction="smile") for _ in range(8)]
        assert reactions[-1]["code"] == "rate_limited"


async def test_no_word_is_ever_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    room = server.room()
    async with AsyncExitStack() as stack:
        host = await come(stack, server, room, "Vært", role="host", function="skrivetolk")
        for command, fields in (
            ("writeChat", {"to": "all", "text": SECRET}),
            ("writeChat", {"to": "one", "participantId": "nobody234567", "text": SECRET}),
            ("writeChat", {"to": "all", "text": SECRET * 100}),
            ("typeText", {"to": "all", "keep": 0, "text": SECRET}),
            ("typeText", {"to": "all", "keep": 400, "text": SECRET}),
            ("typeCaption", {"keep": 0, "text": SECRET, "finished": True}),
            ("announce", {"text": SECRET}),
            ("writeChat", {"to": SECRET, "text": SECRET}),
        ):
            await host.command(command, **fields)
        await host.until_event("chat")
    ours = [record for record in caplog.records if record.name.startswith(("vdxmedia", "engineio.server"))]
    assert ours
    assert not [record.getMessage() for record in ours if "4711" in record.getMessage()]
