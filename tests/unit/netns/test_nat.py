"""The translator between a client and the server."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.netns.nat import FIRST_PORT, Nat
from tests.unit.netns.packets import checksums_hold, packet

PUBLIC = "198.18.1.200"


def ports(ip: bytes) -> tuple[int, int]:
    return int.from_bytes(ip[20:22], "big"), int.from_bytes(ip[22:24], "big")


@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_translation_there_and_back_keeps_checksums(kind: str) -> None:
    nat = Nat(PUBLIC)
    out = nat.outward(packet(kind, 5000, 443))
    assert out is not None
    assert socket.inet_ntoa(out[12:16]) == PUBLIC
    assert ports(out) == (FIRST_PORT, 443)
    assert checksums_hold(out)
    back = nat.inward(packet(kind, 443, FIRST_PORT, source="10.9.9.9", destination=PUBLIC))
    assert back is not None
    assert socket.inet_ntoa(back[16:20]) == "10.0.0.2"
    assert ports(back) == (443, 5000)
    assert checksums_hold(back)


@given(st.binary(max_size=64), st.integers(1, 65535))
def test_checksums_hold_for_any_payload(payload: bytes, port: int) -> None:
    out = Nat(PUBLIC).outward(packet("udp", port, 443, payload=payload))
    assert out is not None
    assert checksums_hold(out)


def test_flow_keeps_its_port_until_the_rebind() -> None:
    nat = Nat(PUBLIC)
    first, again = (nat.outward(packet("udp", 5000, 443)) for _ in range(2))
    assert first == again
    nat.rebind()
    assert nat.inward(packet("udp", 443, FIRST_PORT, destination=PUBLIC)) is None
    after = nat.outward(packet("udp", 5000, 443))
    assert after is not None
    assert ports(after)[0] == FIRST_PORT + 1


@given(st.binary(max_size=60))
def test_any_octets_are_translated_or_dropped(octets: bytes) -> None:
    nat = Nat(PUBLIC)
    nat.outward(octets)
    nat.inward(octets)
