"""Who got what, compared with who is there: what should not have come, and what is missing, is told by name."""

from __future__ import annotations

import time
from typing import Any, cast

import msgspec
import pytest

from loadtests.run import wire
from loadtests.run.clients import ClientProcess
from loadtests.run.distribution import Distribution
from loadtests.run.hub import Hub
from loadtests.run.seat import Room, Seat
from loadtests.run.watch import HOLDING, SETTLE_NS, Watch

FINDINGS = {"packets": 1000, "lost": 0, "strays": 0}
LONG_AGO = 1


class OneClient:
    """A client process that has its report ready."""

    heartbeat = None

    def __init__(self) -> None:
        self.report: wire.Report | None = None

    def next_id(self) -> int:
        return 1

    async def ask(self, _request: wire.Request, _body: object) -> Any:
        return self.report


class IdleHub:
    async def spent_s(self) -> tuple[float, float]:
        return 1.0, 2.0


class Case:
    """Two in a room of three places, and one in another room."""

    def __init__(self) -> None:
        self.client = OneClient()
        self.watch = Watch(cast(Hub, IdleHub()), [cast(ClientProcess, self.client)])
        rooms = [Room({"roomId": name, "hostUrl": "", "guestUrl": ""}, lambda _one, _other: True) for name in "ab"]
        self.anna = self.seat(1, rooms[0], "Anna", microphone=11, camera=12)
        self.bent = self.seat(2, rooms[0], "Bent", microphone=21, camera=22)
        self.carl = self.seat(3, rooms[1], "Carl", microphone=31, camera=32)

    def seat(self, number: int, room: Room, name: str, **sources: int) -> Seat:
        joined = wire.Joined(participant=name, session="", sources=sources, slots={"speaker": 3, "video": 4})
        seat = Seat(number, room, name, "guest", cast(ClientProcess, self.client), joined)
        room.seats.append(seat)
        seat.since_ns = LONG_AGO
        self.watch.add(seat)
        return seat

    async def look(self, *found: wire.SeatFound, phase: str = HOLDING, **more: Any) -> None:
        self.client.report = wire.Report(
            at_ns=time.monotonic_ns(), cpu_ns=0, generator_cpu_ns=0, findings=FINDINGS, faults=0, sent={}, failures=[],
            seats=list(found), gone=[], measures={},
        )  # fmt: skip
        self.client.report = msgspec.structs.replace(self.client.report, **more)
        self.watch.judges_next = True
        await self.watch.look(phase)


def slot(kind: str, *heard: int, index: int = 0, packets: int = 100, bound: int = 0) -> wire.SlotFound:
    return wire.SlotFound(kind, index, packets if heard else 0, 0, 200_000, heard, bound, LONG_AGO)


@pytest.fixture
def case() -> Case:
    return Case()


async def test_call_in_which_everybody_gets_his_own_has_no_complaint(case: Case) -> None:
    await case.look(
        wire.SeatFound(1, [slot("speaker", 21), slot("speaker", index=1), slot("video", 22, bound=22)]),
        wire.SeatFound(2, [slot("speaker", 11), slot("video", 12, bound=12)]),
        wire.SeatFound(3, [slot("speaker"), slot("video")]),
    )
    assert not case.watch.complained, case.watch.complaints
    assert case.watch.measures["gap_s"].count == 2


@pytest.mark.parametrize(
    ("kind", "source", "says"),
    [
        ("video", 32, "camera of Carl"),
        ("video", 12, "camera of Anna"),
        ("speaker", 22, "camera of Bent"),
        ("video", 99, "a source that nobody has"),
    ],
)
async def test_source_of_another_room_or_kind_or_of_oneself_is_foreign(
    case: Case, kind: str, source: int, says: str
) -> None:
    await case.look(wire.SeatFound(1, [slot(kind, source), slot("speaker", 21, index=1), slot("video", 22, bound=22)]))
    await case.look(wire.SeatFound(1, [slot(kind, source), slot("speaker", 21, index=1), slot("video", 22, bound=22)]))
    assert case.watch.complained["foreign"] == 1, "each pair once"
    assert says in case.watch.complaints["foreign"][0]


async def test_whom_one_may_not_get_is_foreign_even_in_the_same_room_and_of_one_who_has_left(case: Case) -> None:
    case.anna.room.may_get = lambda _one, _other: False
    case.anna.room.seats.remove(case.anna)
    await case.look(gone=[wire.SeatFound(1, [slot("speaker", 21)])])
    assert case.watch.complaints["foreign"] == ["Anna got microphone of Bent in speaker slot 0"]


async def test_picture_and_voice_that_do_not_come_are_missing(case: Case) -> None:
    await case.look(wire.SeatFound(1, [slot("speaker"), slot("video", bound=22)]))
    assert case.watch.complaints["missing"] == [
        "Anna got 0 of 1 pictures", "Anna got 0 of 1 voices", "Anna never heard Bent",
    ]  # fmt: skip


async def test_nothing_is_missing_of_who_is_muted_nor_right_after_a_change(case: Case) -> None:
    case.bent.active = set()
    await case.look(wire.SeatFound(1, [slot("speaker"), slot("video")]))
    case.bent.active = {"microphone", "camera"}
    case.anna.since_ns = time.monotonic_ns() - SETTLE_NS // 2
    await case.look(wire.SeatFound(1, [slot("speaker"), slot("video")]))
    assert not case.watch.complained


async def test_delays_and_losses_are_judged_while_all_stay_and_told_apart_while_they_join(case: Case) -> None:
    delays = Distribution()
    delays.record(0.01)
    await case.look(phase="joining", measures={"one_way_s": delays, "join_s": delays}, findings={**FINDINGS, "lost": 9})
    await case.look(measures={"one_way_s": delays})
    assert set(case.watch.measures) == {"one_way_joining_s", "join_s", "one_way_s"}
    assert (case.watch.held["packets"], case.watch.held["lost"], case.watch.counts["lost"]) == (1000, 0, 9)
