"""Token bucket, ring, mailbox, task scope."""

from __future__ import annotations

import asyncio
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.clock import beat_s
from vdxmedia.conference.events import ParticipantLeft
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.hub.limits import TokenBucket
from vdxmedia.hub.mailbox import Mailbox
from vdxmedia.hub.ring import EventRing
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ParticipantId


@given(st.lists(st.floats(0, 3), max_size=100), st.floats(0.1, 20), st.floats(1, 20))
def test_bucket_never_allows_more_than_rate_and_burst(pauses: list[float], rate: float, burst: float) -> None:
    bucket, now, allowed = TokenBucket(rate, burst, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        wait = bucket.take(now)
        if wait == 0.0:
            allowed += 1
        else:
            assert 0 < wait <= 1 / rate
    assert allowed <= burst + rate * now + 1e-6


def test_bucket_allows_again_after_the_time_it_said() -> None:
    bucket = TokenBucket(2.0, 1.0, 0.0)
    assert bucket.take(0.0) == 0.0
    wait = bucket.take(0.0)
    assert bucket.take(wait) == 0.0


B = ParticipantId("b")


def left(sequence: int) -> ParticipantLeft:
    return ParticipantLeft(sequence, (B,), ParticipantId("a"), LeaveReason.LEFT)


def append(ring: EventRing, event: ParticipantLeft) -> None:
    ring.append(event.to, (event,))


def test_ring_gives_what_came_after() -> None:
    ring = EventRing(3)
    assert ring.after(0, B) == ()
    for sequence in range(1, 6):
        append(ring, left(sequence))
    assert ring.after(5, B) == ()
    assert [event.sequence for event in ring.after(3, B) or ()] == [4, 5]
    assert [event.sequence for event in ring.after(2, B) or ()] == [3, 4, 5]
    assert ring.after(1, B) is None


def test_ring_with_several_at_once_gives_those_after_a_number() -> None:
    ring = EventRing(3)
    ring.append((B,), (left(1), left(2)))
    ring.append((B,), (left(3), left(4)))
    assert [event.sequence for event in ring.after(2, B) or ()] == [3, 4]
    assert [event.sequence for event in ring.after(3, B) or ()] == [4]
    assert [event.sequence for event in ring.after(1, B) or ()] == [2, 3, 4]
    ring.append((B,), (left(5),))
    assert ring.after(1, B) is None, "the first two have gone together"
    assert [event.sequence for event in ring.after(2, B) or ()] == [3, 4, 5]


def test_ring_gives_nobody_what_another_was_told() -> None:
    ring = EventRing(3)
    append(ring, left(1))
    assert ring.after(0, ParticipantId("c")) == ()


def test_ring_keeps_what_one_was_told_however_much_others_were() -> None:
    ring = EventRing(3)
    append(ring, left(1))
    for sequence in range(2, 9):
        append(ring, ParticipantLeft(sequence, (ParticipantId("c"),), ParticipantId("a"), LeaveReason.LEFT))
    assert [event.sequence for event in ring.after(0, B) or ()] == [1]
    ring.forget(B)
    assert ring.after(0, B) == ()


async def test_mailbox_refuses_requests_when_full_but_never_notices() -> None:
    mailbox, done = Mailbox(1), []
    assert mailbox.put(lambda: done.append("request"))
    assert not mailbox.put(lambda: done.append("refused"))
    mailbox.put_latest("level", lambda: done.append("old"))
    mailbox.put_latest("level", lambda: done.append("new"))
    while item := mailbox.take():
        item()
    assert done == ["new", "request"]
    await mailbox.wait(0.0)
    mailbox.put_latest("level", lambda: None)
    await mailbox.wait(None)
    assert not mailbox.is_empty


async def test_scope_ends_its_tasks_and_reports_a_crash(expected_errors: list[logging.LogRecord]) -> None:
    async def crash() -> None:
        raise ZeroDivisionError

    async with TaskScope("test") as scope:
        waiting = scope.start(asyncio.sleep(3600), "waiting")  # type: ignore[arg-type]
        scope.start(crash(), "crashing")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done(), "one task's crash does not end another"
    assert waiting.cancelled()
    assert "task=crashing" in expected_errors[0].getMessage()
    with pytest.raises(RuntimeError):
        scope.start(asyncio.sleep(0), "late")  # type: ignore[arg-type]


@pytest.mark.parametrize(("now_s", "wait_s"), [(10.0, 1.0), (10.25, 0.75), (10.5, 0.5), (10.75, 1.25), (10.999, 1.001)])
def test_beats_of_everyone_are_in_the_same_moments(now_s: float, wait_s: float) -> None:
    assert beat_s(1.0, now_s) == pytest.approx(wait_s)
    assert (now_s + beat_s(1.0, now_s)) % 1.0 == pytest.approx(0.0, abs=1e-9)
