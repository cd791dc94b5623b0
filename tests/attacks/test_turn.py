"""A8 and ASVS 17.1.1, 17.1.2: somebody with good TURN credentials, who wants more of the TURN server than his call."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.contract.turn_client import Address, TurnClient
from tests.coturn import SECRET, run_coturn, shipped_without
from vdxmedia.ids import ParticipantId
from vdxmedia.signalling.turn import TurnServers

QUOTA_REACHED, FORBIDDEN = 486, 403
ALLOCATIONS = 24
"""Of one participant (`user-quota`)."""
SPECIAL_V4 = {
    "this network": "0.0.0.0",
    "loopback": "127.0.0.53",
    "10/8": "10.1.2.3",
    "172.16/12": "172.31.255.254",
    "192.168/16": "192.168.0.1",
    "shared": "100.127.0.1",
    "link, cloud's metadata": "169.254.169.254",
    "protocol assignments": "192.0.0.170",
    "benchmarks": "198.19.0.1",
    "documentation": "203.0.113.7",
    "multicast": "224.0.0.251",
    "reserved": "250.0.0.1",
    "broadcast": "255.255.255.255",
}
SPECIAL_V6 = {
    "unspecified": "::",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.1.2.3",
    "mapped metadata": "::ffff:169.254.169.254",
    "translated private": "64:ff9b::a01:203",
    "teredo": "2001::7f00:1",
    "6to4 of a private": "2002:a01:203::1",
    "documentation": "2001:db8::7",
    "unique local": "fd00::1",
    "link": "fe80::1",
    "multicast": "ff02::1",
}


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """The shipped configuration; 127.0.0.1 and ::1 stand for vdxmedia's media addresses, the rest for the house."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = [
        *shipped_without("listening-port", "tls-listening-port", "syslog", "no-stdout-log"),
        *(f"listening-port={port}", f"static-auth-secret={SECRET}", "no-tls", "no-dtls", "allow-loopback-peers"),
        *("listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "relay-ip=::1"),
        *("allowed-peer-ip=127.0.0.1", "allowed-peer-ip=::1"),
    ]
    with run_coturn(tmp_path_factory.mktemp("coturn"), lines, ("127.0.0.1", port)):
        yield "127.0.0.1", port


def credentials(person: str) -> tuple[str, str]:
    servers = TurnServers(urls=("turn:turn.example.dk",), secret=SECRET.encode(), lifetime_s=600)
    (entry,) = servers.ice_servers(ParticipantId(person), time.time())
    assert entry.username
    assert entry.credential
    return entry.username, entry.credential


def test_a08_turn_brings_no_datagram_into_the_house(coturn: Address) -> None:
    """A service beside the TURN server that listens on an address of its own; tried with and without a permission."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media,
        TurnClient(coturn, *credentials("a08")) as mallory,
    ):
        inside.bind(("127.0.0.53", 0))
        media.bind(("127.0.0.1", 0))
        media.settimeout(5)
        assert mallory.allocate()[0] == 0
        assert mallory.permit("127.0.0.53") == FORBIDDEN
        for _ in range(5):
            mallory.send(inside.getsockname(), b"are you there?")
        assert mallory.permit("127.0.0.1") == 0
        for _ in range(5):
            mallory.send(inside.getsockname(), b"are you there?")
        mallory.send(media.getsockname(), b"last")
        assert media.recv(100) == b"last", "the relay works, so what went before has arrived or never will"
        inside.setblocking(False)
        with pytest.raises(BlockingIOError):
            inside.recv(100)


def test_v17_1_1_special_purpose_addresses_are_refused(coturn: Address) -> None:
    with TurnClient(coturn, *credentials("four")) as mallory:
        assert mallory.allocate()[0] == 0
        answers = {name: mallory.permit(address) for name, address in SPECIAL_V4.items()}
        assert answers == dict.fromkeys(SPECIAL_V4, FORBIDDEN)
        assert mallory.permit("127.0.0.1") == 0
    with TurnClient(coturn, *credentials("six")) as mallory:
        assert mallory.allocate(socket.AF_INET6)[0] == 0
        answers = {name: mallory.permit(address) for name, address in SPECIAL_V6.items()}
        assert answers == dict.fromkeys(SPECIAL_V6, FORBIDDEN)
        assert mallory.permit("::1") == 0


def test_v17_1_2_one_participant_cannot_use_up_the_ports(coturn: Address) -> None:
    known = credentials("greedy")
    with contextlib.ExitStack() as stack:
        errors = [stack.enter_context(TurnClient(coturn, *known)).allocate()[0] for _ in range(2 * ALLOCATIONS)]
        assert errors == [0] * ALLOCATIONS + [QUOTA_REACHED] * ALLOCATIONS
        with TurnClient(coturn, *credentials("another")) as bent:
            assert bent.allocate()[0] == 0
