"""The shipped coturn configuration with a real coturn, and the credentials that clients get for it."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterator

import pytest

from tests.contract.turn_client import Address, TurnClient
from tests.coturn import SECRET, run_coturn, shipped_without
from tests.patience import PATIENCE_S
from vdxmedia.ids import ParticipantId
from vdxmedia.signalling.turn import TurnServers

PEOPLE = itertools.count()

FORBIDDEN_V4 = [
    "0.0.0.1",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.2",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "255.255.255.255",
    "8.8.8.8",
]
FORBIDDEN_V6 = [
    "::",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "3fff::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "2a00:1450::1",
]
"""Special purpose, and last of each list: any other host of the internet."""
ONLY_AT_HOME = ("listening-port", "tls-listening-port", "syslog", "no-stdout-log")
"""What the test must change: its own port, no service log."""


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """The shipped configuration on loopback; 127.0.0.1 and ::1 stand for vdxmedia's media addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lines = [
        *shipped_without(*ONLY_AT_HOME),
        f"listening-port={port}",
        f"static-auth-secret={SECRET}",
        "no-tls",
        "no-dtls",
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        "relay-ip=::1",
        "allowed-peer-ip=127.0.0.1",
        "allowed-peer-ip=::1",
        "allow-loopback-peers",
    ]
    with run_coturn(tmp_path_factory.mktemp("coturn"), lines, ("127.0.0.1", port)):
        yield "127.0.0.1", port


def credentials(*, secret: str = SECRET, now: float | None = None) -> tuple[str, str]:
    servers = TurnServers(urls=("turn:turn.example.dk",), secret=secret.encode(), lifetime_s=600)
    person = ParticipantId(f"p{next(PEOPLE)}")
    (entry,) = servers.ice_servers(person, time.time() if now is None else now)
    assert entry.username
    assert entry.credential
    return entry.username, entry.credential


def test_fresh_credentials_relay_to_the_media_address_and_back(coturn: Address) -> None:
    with TurnClient(coturn, *credentials()) as client, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind(("127.0.0.1", 0))
        media.settimeout(PATIENCE_S)
        error, relayed = client.allocate()
        assert error == 0
        assert client.permit("127.0.0.1") == 0
        client.send(media.getsockname(), b"there")
        data, sender = media.recvfrom(100)
        assert (data, sender) == (b"there", relayed)
        media.sendto(b"back", relayed)
        assert client.receive() == b"back"


@pytest.mark.parametrize("case", ["expired", "other secret", "longer life", "no secret"])
def test_credentials_that_vdxmedia_did_not_make_now_are_refused(coturn: Address, case: str) -> None:
    username, password = credentials()
    match case:
        case "expired":
            username, password = credentials(now=time.time() - 601)
        case "other secret":
            username, password = credentials(secret=SECRET[::-1])
        case "longer life":
            expiry, _, person = username.partition(":")
            username = f"{int(expiry) + 86_400}:{person}"
        case "no secret":
            username, password = credentials(secret="")
    with TurnClient(coturn, username, password) as client:
        assert client.allocate()[0] == 401


@pytest.mark.parametrize("peer", FORBIDDEN_V4)
def test_no_peer_but_the_media_address_is_permitted(coturn: Address, peer: str) -> None:
    with TurnClient(coturn, *credentials()) as client:
        assert client.allocate()[0] == 0
        assert client.permit(peer) == 403
        assert client.permit("127.0.0.1") == 0


@pytest.mark.parametrize("peer", FORBIDDEN_V6)
def test_no_peer_over_ipv6_but_the_media_address_is_permitted(coturn: Address, peer: str) -> None:
    with TurnClient(coturn, *credentials()) as client:
        assert client.allocate(socket.AF_INET6)[0] == 0
        assert client.permit(peer) == 403
        assert client.permit("::1") == 0
