"""The outbox: order, replacing, the window, and when a client is too slow."""

from __future__ import annotations

import orjson

from vdxmedia.conference.kinds import Quality
from vdxmedia.ids import ParticipantId
from vdxmedia.signalling.broadcast import Latest
from vdxmedia.signalling.outbox import ASK_AFTER_S, ASK_EVERY, MAX_BATCH, WINDOW, Outbox

A, B = ParticipantId("a"), ParticipantId("b")


def fragment(value: object) -> bytes:
    return orjson.dumps(value)


def texts(batch: list[bytes]) -> list[object]:
    return [orjson.loads(one) for one in batch]


def test_events_keep_their_order_and_latest_ones_follow() -> None:
    outbox = Outbox()
    outbox.put_latest(Latest.SPEAKERS, fragment("old speakers"))
    outbox.put(fragment(1))
    outbox.put_latest(Latest.SPEAKERS, fragment("speakers"))
    outbox.put_latest(Latest.BINDINGS, fragment("bindings"))
    outbox.put(fragment(2))
    taken = outbox.take(0.0)
    assert taken is not None
    assert texts(taken[1]) == [1, 2, "bindings", "speakers"]
    assert outbox.take(0.0) is None


def test_qualities_are_merged_per_participant() -> None:
    outbox = Outbox()
    outbox.put_qualities({A: Quality.WEAK, B: Quality.WEAK})
    outbox.put_qualities({A: Quality.LOST})
    taken = outbox.take(0.0)
    assert taken is not None
    assert texts(taken[1]) == [
        {
            "type": "connectionQuality",
            "participants": [
                {"participantId": "a", "quality": "lost"},
                {"participantId": "b", "quality": "weak"},
            ],
        }
    ]


def test_window_closes_until_the_client_acknowledges() -> None:
    outbox = Outbox()
    asked: list[int] = []
    for number in range(1, WINDOW + 2):
        outbox.put(fragment(number))
        taken = outbox.take(0.0)
        assert (taken is None) == (number == WINDOW + 1)
        asked += [taken[0]] if taken is not None and taken[0] is not None else []
    assert asked == [1], "one question at a time"
    assert not outbox.acknowledge(2), "nobody asked"
    assert outbox.acknowledge(1)
    assert not outbox.acknowledge(1)
    taken = outbox.take(0.0)
    assert taken is not None
    assert taken[0] == WINDOW + 1, "the window is more than half full"
    assert texts(taken[1]) == [WINDOW + 1]


def test_acknowledgement_confirms_the_lists_before_it() -> None:
    outbox = Outbox()
    asked = []
    for number in range(1, 4 * WINDOW):
        outbox.put(fragment(number))
        taken = outbox.take(0.0)
        assert taken is not None
        if taken[0] is not None:
            asked.append(number)
            assert not outbox.acknowledge(number)
    assert asked == [1, *range(1 + ASK_EVERY, 4 * WINDOW, ASK_EVERY)]


def test_list_after_a_while_asks() -> None:
    outbox = Outbox()
    for now_s, asks in ((0.0, True), (0.5, False), (ASK_AFTER_S, True), (ASK_AFTER_S + 0.9, False)):
        outbox.put(fragment(0))
        taken = outbox.take(now_s)
        assert taken is not None
        assert (taken[0] is not None) == asks
        if taken[0] is not None:
            outbox.acknowledge(taken[0])


def test_batch_is_bounded_and_the_rest_follows() -> None:
    outbox = Outbox()
    for number in range(MAX_BATCH + 1):
        outbox.put(fragment(number))
    outbox.put_latest(Latest.BINDINGS, fragment("bindings"))
    first, second = outbox.take(0.0), outbox.take(0.0)
    assert first is not None
    assert second is not None
    assert texts(first[1]) == list(range(MAX_BATCH))
    assert texts(second[1]) == [MAX_BATCH, "bindings"]


def test_client_is_too_slow_after_the_time_without_acknowledgement() -> None:
    outbox = Outbox(ack_timeout_s=15.0)
    assert outbox.ack_due_s is None
    outbox.put(fragment(1))
    outbox.take(2.0)
    outbox.put(fragment(2))
    outbox.take(5.0)
    assert outbox.ack_due_s == 17.0
    assert not outbox.is_too_slow(16.9)
    assert outbox.is_too_slow(17.0)
    outbox.acknowledge(1)
    assert outbox.ack_due_s is None
    assert not outbox.is_too_slow(99.0)


def test_client_is_too_slow_when_the_queue_is_full() -> None:
    outbox = Outbox(max_queued=2)
    for number in range(3):
        assert not outbox.is_too_slow(0.0)
        outbox.put(fragment(number))
    assert outbox.is_too_slow(0.0)


def test_latest_never_fill_the_queue() -> None:
    outbox = Outbox(max_queued=1)
    for _ in range(1000):
        outbox.put_latest(Latest.SPEAKERS, fragment([]))
        outbox.put_qualities({A: Quality.GOOD})
    assert not outbox.is_too_slow(0.0)


def test_more_than_a_list_holds_waits_for_the_next_in_order_and_the_latest_wait_with_it() -> None:
    outbox = Outbox()
    for number in range(2 * MAX_BATCH + 1):
        outbox.put(fragment(number))
    outbox.put_latest(Latest.SPEAKERS, fragment("speakers"))
    lists = [taken for _ in range(4) if (taken := outbox.take(0.0)) is not None]
    assert [len(batch) for _, batch in lists] == [MAX_BATCH, MAX_BATCH, 2]
    assert texts([one for _, batch in lists for one in batch]) == [*range(2 * MAX_BATCH + 1), "speakers"]
