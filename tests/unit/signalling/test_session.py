"""The session without a socket: who is told what when things end at an awkward moment."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from tests.fakes.hub_clients import grant, until
from tests.fakes.media_plane import FakeMediaPlane
from vdxmedia.clock import SystemClock
from vdxmedia.conference.kinds import EndReason
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import Grant
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import RoomId
from vdxmedia.signalling.broadcast import Broadcast
from vdxmedia.signalling.fanout import FanOut
from vdxmedia.signalling.session import Session, SessionLimits


class FakeTokens:
    def verify(self, token: str, now_unix_s: float) -> Grant:
        raise NotImplementedError

    def issue(self, grant: Grant) -> str:
        return f"token until {grant.expires_at:.0f}"


@dataclass
class FakeWire:
    acknowledges: bool = True
    lists: list[list[dict[str, Any]]] = field(default_factory=list)
    closes: int = 0
    session: Session | None = None

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.lists for event in batch]

    def send(self, body: bytes, number: int | None) -> None:
        name, batch = orjson.loads(body)
        assert name == "events"
        self.lists.append(batch)
        if number is not None and self.acknowledges:
            assert self.session is not None
            self.session.acknowledged(number)

    async def close(self) -> None:
        self.closes += 1


@dataclass
class House:
    registry: Registry
    plane: FakeMediaPlane
    scope: TaskScope
    room: RoomId
    limits: SessionLimits = field(default_factory=SessionLimits)
    broadcast: Broadcast = field(default_factory=Broadcast)
    fan: FanOut = field(default_factory=lambda: FanOut(SystemClock()))

    def session(self, wire: FakeWire) -> Session:
        session = Session(
            grant(room=self.room),
            registry=self.registry,
            tokens=FakeTokens(),
            clock=SystemClock(),
            broadcast=self.broadcast,
            fan=self.fan,
            limits=self.limits,
        )
        wire.session = session
        self.scope.start(session.write(wire), "writer")
        return session


async def say(session: Session, **message: object) -> dict[str, Any]:
    if message["type"] == "join":
        message = {"knowsWhoSees": "all", **message}
    answer: dict[str, Any] = orjson.loads(await session.handle(orjson.dumps(message)))
    return answer


@pytest.fixture
async def house() -> AsyncIterator[House]:
    plane = FakeMediaPlane()
    async with (
        Registry(plane, SystemClock(), limits=HubLimits(seat_kept_s=0.05, return_kept_s=0.05)) as registry,
        TaskScope("sessions") as scope,
    ):
        yield House(registry, plane, scope, registry.create(RoomSettings()))


async def test_session_that_ends_says_so_last_and_closes_the_socket(house: House) -> None:
    wire = FakeWire()
    session = house.session(wire)
    await say(session, type="join", name="Anna")
    session.end(EndReason.REMOVED, can_rejoin=False)
    await until(lambda: wire.closes)
    assert wire.events[-1] == {"type": "ended", "reason": "removed", "canRejoin": False}
    assert (await say(session, type="setSource", source="camera", active=True))["code"] == "out_of_order"


async def test_socket_gone_during_the_join_leaves_no_seat_that_nobody_holds(house: House) -> None:
    wire = FakeWire()
    session = house.session(wire)
    async with asyncio.TaskGroup() as group:
        join = group.create_task(say(session, type="join", name="Anna"), name="join")
        await asyncio.sleep(0)  # the request is in the room's mailbox
        session.closed()
    assert join.result()["code"] == "out_of_order"
    await until(lambda: house.registry.participants_in(house.room) == 0)
    assert wire.events == []


async def test_nothing_is_written_before_the_answer_to_the_join(house: House) -> None:
    first, second = FakeWire(), FakeWire()
    anna, bo = house.session(first), house.session(second)
    await say(anna, type="join", name="Anna")
    order: list[str] = []
    send = second.send

    def watched(body: bytes, number: int | None) -> None:
        order.append("events")
        send(body, number)

    second.send = watched  # type: ignore[method-assign]

    async def join() -> None:
        await say(bo, type="join", name="Bo")
        order.append("answer")

    async with asyncio.TaskGroup() as group:
        group.create_task(join(), name="join")
        await asyncio.sleep(0)  # the request is in the room's mailbox
        await say(anna, type="setSource", source="camera", active=True)
    await until(lambda: second.events)
    assert order[0] == "answer"


async def test_client_that_is_too_slow_is_told_and_closed(house: House) -> None:
    house.limits = SessionLimits(ack_timeout_s=0.05)
    wire, other = FakeWire(acknowledges=False), FakeWire()
    slow, anna = house.session(wire), house.session(other)
    await say(slow, type="join", name="Slow")
    await say(anna, type="join", name="Anna")
    await until(lambda: wire.closes)
    assert wire.events[-1] == {"type": "ended", "reason": "tooSlow", "canRejoin": True}
    await until(lambda: any(event["type"] == "participantLeft" for event in other.events))


async def test_client_with_a_full_queue_is_too_slow(house: House) -> None:
    house.limits = SessionLimits(max_queued=4)
    wire = FakeWire(acknowledges=False)
    slow = house.session(wire)
    await say(slow, type="join", name="Slow")
    for _ in range(6):
        await say(house.session(FakeWire()), type="join", name="Anna")
    await until(lambda: wire.closes)
    assert wire.events[-1]["reason"] == "tooSlow"


async def test_writer_that_fails_closes_the_socket_and_reports_the_loss(
    house: House, expected_errors: list[object]
) -> None:
    wire = FakeWire()
    session = house.session(wire)

    def broken(*_: object) -> None:
        raise ConnectionResetError

    wire.send = broken  # type: ignore[method-assign]
    await say(session, type="join", name="Anna")
    await say(session, type="setSource", source="camera", active=True)
    await until(lambda: wire.closes)
    await until(lambda: house.registry.participants_in(house.room) == 0)
    assert len(expected_errors) == 1


async def test_participant_is_encoded_once_for_as_long_as_nothing_changes(house: House) -> None:
    anna, bo, cai = (house.session(FakeWire()) for _ in range(3))
    own = (await say(anna, type="join", name="Anna"))["participants"]
    assert (await say(bo, type="join", name="Bo"))["participants"][:1] == own
    encoded = dict(house.broadcast._participants)
    assert len(encoded) == 2
    await say(anna, type="setSource", source="camera", active=True)
    seen = (await say(cai, type="join", name="Cai"))["participants"]
    assert [one["name"] for one in seen] == ["Anna", "Bo", "Cai"]
    assert [source["active"] for source in seen[0]["sources"] if source["kind"] == "camera"] == [True]
    kept = [raw for _, raw in house.broadcast._participants.values() if any(raw is old for _, old in encoded.values())]
    assert len(kept) == 2, "Bo's, and Anna's former state, which is in the events that may be missed"
    for session in (anna, bo, cai):
        await say(session, type="leave")
        session.closed()
    await until(lambda: house.registry.participants_in(house.room) == 0)
    house.fan.close()
    del anna, bo, cai, session
    await until(lambda: gc.collect() >= 0 and not house.broadcast._participants)
