"""One direction of a wire, without a wire."""

from __future__ import annotations

import itertools

import pytest

from loadtests.netns.conditions import Blocked, Conditions, Direction, is_blocked
from tests.unit.netns.packets import packet

PACKETS = 20_000


def offer(direction: Direction, count: int, every_s: float = 0.001, size: int = 100) -> list[int]:
    """Sends numbered packets at a steady pace; the numbers of those that arrived, in order of arrival."""
    arrived = []
    for number in range(count):
        direction.push(number.to_bytes(4, "big") + bytes(size - 4), number * every_s)
        arrived += direction.pop_due(number * every_s)
    arrived += direction.pop_due(count * every_s + 3600)
    return [int.from_bytes(one[:4], "big") for one in arrived]


def test_wire_without_conditions_delivers_at_once() -> None:
    wire = Direction(1)
    wire.push(b"one", 5.0)
    assert wire.next_due() == 5.0
    assert wire.pop_due(5.0) == [b"one"]


def test_random_loss_takes_its_share_and_is_the_same_for_the_same_seed() -> None:
    first, again = (offer(Direction(7, Conditions(loss=0.05)), PACKETS) for _ in range(2))
    assert first == again
    assert 0.04 < 1 - len(first) / PACKETS < 0.06


def test_bursty_loss_has_the_same_share_in_longer_losses() -> None:
    arrived = offer(Direction(3, Conditions(loss=0.05, burst_packets=4)), PACKETS)
    gaps = [after - before - 1 for before, after in itertools.pairwise(arrived) if after - before > 1]
    assert 0.04 < 1 - len(arrived) / PACKETS < 0.06
    assert 3.5 < sum(gaps) / len(gaps) < 4.5


def test_delay_holds_each_packet_that_long() -> None:
    wire = Direction(1, Conditions(delay_ms=40))
    wire.push(b"one", 1.0)
    assert wire.pop_due(1.039) == []
    assert wire.pop_due(1.041) == [b"one"]


def test_jitter_keeps_the_order() -> None:
    arrived = offer(Direction(1, Conditions(delay_ms=10, jitter_ms=30)), 1000)
    assert arrived == sorted(arrived)


def test_reordering_loses_nothing() -> None:
    arrived = offer(Direction(1, Conditions(reorder=0.1)), 1000)
    assert arrived != sorted(arrived)
    assert sorted(arrived) == list(range(1000))


def test_bottleneck_passes_its_rate_and_drops_the_tail() -> None:
    wire = Direction(1, Conditions(rate_bps=80_000, queue_ms=100))  # 100 packets of 100 B per second, a queue of 10
    for number in range(50):
        wire.push(bytes([number]) * 100, 0.0)
    assert wire.counts.overflowed == 40
    assert len(wire.pop_due(0.0501)) == 5
    assert len(wire.pop_due(1.0)) == 5


def test_change_of_rate_holds_for_what_waits() -> None:
    wire = Direction(1, Conditions(rate_bps=80_000, queue_ms=100))
    for _ in range(10):
        wire.push(bytes(100), 0.0)
    wire.change(Conditions(rate_bps=8_000, queue_ms=100), 0.0)
    assert len(wire.pop_due(0.501)) == 5
    wire.change(Conditions(), 0.501)
    assert len(wire.pop_due(0.502)) == 5
    assert wire.read_counts().queued_octets == 0


@pytest.mark.parametrize(
    ("what", "udp", "https", "other_tcp"),
    [
        (Blocked.NOTHING, False, False, False),
        (Blocked.UDP, True, False, False),
        (Blocked.ALL_BUT_TCP_443, True, False, True),
    ],
)
def test_firewall_drops_what_it_is_told(what: Blocked, udp: bool, https: bool, other_tcp: bool) -> None:
    assert is_blocked(packet("udp", 5000, 443), what) is udp
    assert is_blocked(packet("tcp", 5000, 443), what) is https
    assert is_blocked(packet("tcp", 443, 5000), what) is https
    assert is_blocked(packet("tcp", 5000, 7882), what) is other_tcp
