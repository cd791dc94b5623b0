"""Records of calls: what one says of a good call and of a bad one, how many there are, that it names nobody."""

from __future__ import annotations

import asyncio
import logging

import pytest
from prometheus_client import generate_latest

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.media_plane import FakeMediaPlane
from tests.fakes.store import FakeStore
from vdxmedia.clock import ManualClock, SystemClock
from vdxmedia.conference.kinds import LeaveReason, Quality, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import Refused
from vdxmedia.hub.call_records import AWAY_AT_ONCE, MAX_REFUSED, ROWS_AT_ONCE, WRITTEN_EVERY_S, CallRecords, RoomRecords
from vdxmedia.hub.call_story import story
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.open_record import MAX_STEPS
from vdxmedia.hub.ports import (
    CallRecord,
    MediaConnected,
    MediaLost,
    MediaOffer,
    MediaQuality,
    MediaStep,
    SlotPaused,
    Step,
    Transport,
)
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.observability import Metrics

ROOM, ANNA = RoomId("k7p2qmabcdef"), ParticipantId("annaannaanna")


class Book:
    """Records with a clock that is moved by hand, and what they write."""

    def __init__(self) -> None:
        self.clock, self.metrics, self.counters = ManualClock(), Metrics(), Counters()
        self.store = FakeStore()
        self.outbox = StoreOutbox(self.store, self.clock, counters=self.counters, metrics=self.metrics)
        self.all = CallRecords(self.clock, self.metrics, self.counters, self.outbox)

    def begin(self) -> RoomRecords:
        return self.all.begin(ROOM)

    async def kept(self) -> list[CallRecord]:
        assert await self.outbox.flush(5)
        return list(self.store.kept_records.values())

    def metric(self, line: str) -> float:
        text = generate_latest(self.metrics.registry).decode()
        return next((float(one.rsplit(" ", 1)[1]) for one in text.splitlines() if one.startswith(line + " ")), 0.0)


@pytest.fixture
async def book() -> Book:
    return Book()


def good_call(book: Book, room: RoomRecords) -> None:
    room.came(ANNA, "guest")
    room.joined_in(ANNA, 0.02)
    book.clock.advance(0.2)
    room.hear(MediaStep(ANNA, Step.BOUND, Transport.TCP))
    book.clock.advance(0.3)
    room.hear(MediaConnected(ANNA))
    book.clock.advance(0.1)
    room.hear(MediaStep(ANNA, Step.FLOWS))
    for _ in range(3):
        book.clock.advance(5)
        room.hear(MediaQuality(ANNA, 0.1, 0.2, 0.05, is_silent=False, period_s=5), Quality.GOOD)
    book.clock.advance(5)
    room.hear(MediaQuality(ANNA, 0.5, 0.0, None, is_silent=True, period_s=5, silent_s=8.5), Quality.LOST)
    room.hear(SlotPaused(ANNA, 0, is_paused=True))


async def test_record_says_when_how_and_how_well(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    room = book.begin()
    good_call(book, room)
    assert room.transport_of(ANNA) is Transport.TCP
    with caplog.at_level(logging.INFO):
        room.gone(ANNA, LeaveReason.LEFT)
    [kept] = await book.kept()
    assert kept.phases == {"signal": 0.02, "ice": 0.2, "dtls": 0.5, "first_media": 0.6}
    assert (kept.path, kept.end, kept.role) == ("tcp", "left", "guest")
    assert (kept.loss_up, kept.loss_down, kept.round_trip_ms) == (0.2, 0.15, 50)
    assert (kept.longest_gap_s, kept.pictures_paused) == (8.5, 1)
    assert kept.quality_s == {"good": 15, "lost": 5}
    assert kept.lasted_s == pytest.approx(20.6)
    [line] = [text for text in caplog.messages if text.startswith("call_ended ")]
    for said in ("room=k7p2qm ", "participant=annaan ", "role=guest", "lasted_s=20", "dtls_s=0.5", "path=tcp",
                 "good_s=15", "lost_s=5", "reason=left"):  # fmt: skip
        assert said in line
    assert book.metric('vdx_join_seconds_sum{phase="first_media"}') == pytest.approx(0.6)


async def test_ways_of_coming_back_are_told_apart(book: Book) -> None:
    room = book.begin()
    good_call(book, room)
    room.again(ANNA, "resumed")
    room.hear(MediaStep(ANNA, Step.BOUND, Transport.UDP))
    room.hear(MediaStep(ANNA, Step.SILENT))
    room.hear(MediaStep(ANNA, Step.BACK))
    room.hear(MediaLost(ANNA, "consent"))
    assert room.transport_of(ANNA) is None
    room.hear(MediaConnected(ANNA))
    room.hear(MediaLost(ANNA, "dtls"))
    room.hear(MediaLost(ANNA, "dtls"))
    room.gone(ANNA, LeaveReason.LOST)
    counted = {
        (kind, result): book.metric(f'vdx_reconnect_total{{kind="{kind}",result="{result}"}}')
        for kind, result in (
            ("signal", "resumed"), ("signal", "failed"), ("ice", "moved"), ("ice", "lost"), ("ice", "back"),
            ("full", "done"), ("full", "failed"),
        )
    }  # fmt: skip
    assert set(counted.values()) == {1.0}, counted
    assert {problem.how for problem in book.all.problems()} == {"consent", "dtls"}
    assert all(problem.room == "k7p2qm" for problem in book.all.problems())


async def test_freezes_and_pictures_that_rest_are_the_participants_own_and_add_up_over_connections(book: Book) -> None:
    room, bo = book.begin(), ParticipantId("bobobobobobo")
    room.came(ANNA, "guest")
    room.came(bo, "guest")

    def said(freezes: int, frozen_s: float) -> MediaQuality:
        return MediaQuality(ANNA, 0, 0, None, is_silent=False, freezes=freezes, frozen_s=frozen_s)

    for freezes, frozen_s in ((0, 0.0), (2, 3.5), (2, 4.5), (1, 2.0), (1, 2.0)):  # the fourth is of a new connection
        room.hear(said(freezes, frozen_s), Quality.GOOD)
    room.hear(SlotPaused(ANNA, 0, is_paused=True, is_given_up=True))
    room.hear(SlotPaused(ANNA, 0, is_paused=False))
    room.hear(SlotPaused(ANNA, 1, is_paused=True))
    anna, other = sorted(await book.kept(), key=lambda one: one.participant)
    assert (anna.freezes, anna.frozen_s, anna.pictures_given_up, anna.pictures_paused) == (3, 6.5, 1, 1)
    assert (other.freezes, other.frozen_s, other.pictures_given_up, other.pictures_paused) == (0, 0.0, 0, 0)
    told = "\n".join(story([anna]))
    assert "pictures stood still 3 times, 6 s in all" in told
    assert "pictures paused 1 times, the server was too busy" in told


async def test_who_is_turned_away_is_in_the_story_also_where_nobody_is_and_no_crowd_of_them_fills_it(
    book: Book,
) -> None:
    book.all.turned_away(ROOM, "", "pin_wrong")
    book.all.turned_away(ROOM, "guest", "token_expired")
    book.all.refused(ROOM, "host", "server_stopping")
    told = "\n".join(story(await book.kept()))
    for line in (
        "0 came or waited, 3 refused",
        "?              could not join: wrong PIN (pin_wrong)",
        "guest          could not join: the link was over (token_expired)",
        "host           could not join: the server was draining or stopping (server_stopping)",
    ):
        assert line in told, told
    for _ in range(int(AWAY_AT_ONCE)):
        book.all.turned_away(ROOM, "", "pin_wrong")
    assert book.counters.totals()["call_records_refusals_dropped"] == 2
    assert len(await book.kept()) == AWAY_AT_ONCE + 1
    assert [problem.how for problem in book.all.problems()] == ["server_stopping"], "nobody's guesses push others out"


async def test_first_packet_of_who_was_muted_is_no_delay(book: Book) -> None:
    room = book.begin()
    room.came(ANNA, "guest")
    book.clock.advance(60)
    room.hear(MediaStep(ANNA, Step.FLOWS))
    assert book.metric('vdx_join_seconds_count{phase="first_media"}') == 0


async def test_steps_refusals_and_rows_are_bounded_and_counted(book: Book) -> None:
    room = book.begin()
    room.came(ANNA, "guest")
    for _ in range(3 * MAX_STEPS):
        room.again(ANNA, "resumed")
    [live] = book.all.live_like("K7P 2qm")
    assert len(live.steps) == MAX_STEPS
    assert live.steps[0].what == "joined"
    for _ in range(MAX_REFUSED + 3):
        book.all.refused(ROOM, "guest", "room_full")
    assert book.counters.totals()["call_records_refusals_dropped"] == 3
    assert len(await book.kept()) == MAX_REFUSED + 1
    for at in range(int(ROWS_AT_ONCE)):
        room.came(ParticipantId(f"p{at}"), "guest")
    assert book.counters.totals()["call_records_dropped"] == MAX_REFUSED + 1


async def test_who_is_there_is_written_after_a_moment_and_ends_with_the_call(book: Book) -> None:
    room = book.begin()
    room.came(ANNA, "host")
    [there] = await book.kept()
    assert (there.ended_at, there.end) == (None, "")
    book.clock.advance(100)
    book.all.ended(ROOM, room)
    [over] = await book.kept()
    assert over.id == there.id
    assert over.end == "callOver"
    assert book.all.live_like(ROOM) == []
    assert book.metric("vdx_room_duration_seconds_sum") == 100


async def test_who_came_at_different_times_is_written_in_one_transaction(book: Book) -> None:
    room = book.begin()
    async with TaskScope("outbox") as scope:
        scope.start(book.outbox.run(), "outbox")
        for number in range(4):
            room.came(ParticipantId(f"p{number}"), "guest")
            await asyncio.sleep(0.01)
            assert book.store.transactions == []
            book.clock.advance(WRITTEN_EVERY_S / 4)
        room.came(ParticipantId("next"), "guest")
        book.outbox.put("wakes the writer", lambda: None)
        await until(lambda: len(book.store.transactions) > 0)
    assert [len(changes) for changes in book.store.transactions] == [4]


async def test_story_tells_who_came_who_could_not_and_how_it_went(book: Book) -> None:
    room = book.begin()
    good_call(book, room)
    book.all.refused(ROOM, "guest", "room_full")
    room.waits(ParticipantId("waitingwaiti"), "guest")
    room.came(ParticipantId("mutemutemute"), "guest")
    book.clock.advance(90)
    room.hear(MediaLost(ParticipantId("mutemutemute"), "consent"))
    room.gone(ParticipantId("mutemutemute"), LeaveReason.LEFT)
    room.gone(ANNA, LeaveReason.LEFT)
    told = "\n".join(story([*await book.kept()]))
    for line in (
        "Room k7p2qm",
        "3 came or waited, 1 refused, 1 came without sound and picture",
        "guest annaan   joined",
        "guest annaan   packets come by TCP",
        "could not join: the room was full (room_full)",
        "guest waitin   waits to be let in",
        "guest mutemu   sound and picture lost: no packet for 90 s, or none ever came",
        "guest annaan: by TCP; quality 75 % good, 25 % lost; loss 20.0 % up, 15.0 % down; round trip 50 ms; longest",
        "guest mutemu: no packet ever came",
        "guest waitin: no packet ever came; no end yet",
    ):
        assert line in told, told


async def test_nobody_is_named_in_logs_or_records(caplog: pytest.LogCaptureFixture) -> None:
    """With a name, a number and an address in play wherever somebody can bring one."""
    secrets = ("Karoline Testesen", "+4520304050", "192.0.2.77", "karoline@example.dk", "Hemmelig samtale")
    plane, clock, metrics, counters, store = FakeMediaPlane(), SystemClock(), Metrics(), Counters(), FakeStore()
    caplog.set_level(logging.DEBUG)
    settings = RoomSettings(subject=secrets[4], help_line=secrets[1], maximum=2)
    async with Registry(plane, clock, limits=HubLimits(seat_kept_s=0.01), metrics=metrics, counters=counters) as hub:
        outbox = StoreOutbox(store, clock, counters=counters, metrics=metrics)
        hub.records._outbox = outbox
        room = hub.create(settings)
        who = {"identity": secrets[3], "organisation": secrets[2], "function": secrets[1]}
        client = FakeClient()
        task, seat = await hub.join(room, request(secrets[0], role="host", **who), client)
        await task.offer(seat.participant, MediaOffer("v=0", {"0": SourceKind.MICROPHONE}), client)
        [hear] = plane.listeners.values()
        hear(MediaConnected(seat.participant))
        hear(MediaLost(seat.participant, "consent"))
        await hub.join(room, request("Bo"), FakeClient())
        with pytest.raises(Refused):
            await hub.join(room, request(secrets[0]), FakeClient())
        task.lost(client)
        await hub.close(room)
        await until(lambda: sum(text.startswith("call_ended ") for text in caplog.messages) == 2)
        assert await outbox.flush(5)
    assert [record.end for record in store.kept_records.values()].count("refused") == 1
    said = "\n".join(caplog.messages) + repr(store.kept_records)
    assert "seat_taken" in said or "participant_joined" in said
    for secret in secrets:
        assert secret not in said
