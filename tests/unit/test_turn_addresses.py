"""Whose packets come through the TURN server, by where they come from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from vdxmedia import turn_addresses
from vdxmedia.config import Turn
from vdxmedia.turn_addresses import TurnAddresses

TURN = Turn(urls=["turn:turn.example.dk:3478?transport=udp", "turns:turn.example.dk:443?transport=tcp"])
Names = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What names stand for; an unknown one is not found."""

    def set_names(**known: Sequence[str]) -> None:
        async def getaddrinfo(_: object, host: str, *__: object, **___: object) -> list[Any]:
            if host.split(".")[0] not in known:
                raise socket.gaierror(socket.EAI_NONAME, "not known")
            return [(0, 0, 0, "", (address, 0)) for address in known[host.split(".")[0]]]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    return set_names


async def test_who_comes_from_what_the_name_stands_for_comes_through_turn(names: Names) -> None:
    names(turn=["203.0.113.20", "2001:db8::20"])
    known = TurnAddresses(TURN, own=lambda: ["203.0.113.1"])
    assert "203.0.113.20" not in known, "nothing is known yet"
    await known.look_up()
    assert "203.0.113.20" in known
    assert "2001:db8::20" in known
    assert "203.0.113.1" not in known
    assert "203.0.113.2" not in known


async def test_turn_server_on_this_machine_relays_from_any_of_its_addresses(names: Names) -> None:
    names(turn=["203.0.113.20"])
    known = TurnAddresses(TURN, own=lambda: ["203.0.113.20", "203.0.113.1"])
    await known.look_up()
    assert "203.0.113.1" in known
    assert "203.0.113.2" not in known


async def test_name_that_is_not_found_leaves_what_was_known_and_what_is_configured(names: Names) -> None:
    names(turn=["203.0.113.20"])
    known = TurnAddresses(Turn(urls=TURN.urls, relay_networks=["10.1.0.0/16"]), own=list)
    assert "10.1.2.3" in known
    await known.look_up()
    names()
    await known.look_up()
    assert "203.0.113.20" in known
    names(turn=["203.0.113.21"])
    await known.look_up()
    assert "203.0.113.21" in known
    assert "203.0.113.20" not in known


async def test_addresses_in_urls_are_known_and_without_urls_nobody_comes_through_turn() -> None:
    known = TurnAddresses(Turn(urls=["turn:127.0.0.1:3478", "turn:[::1]:3478"]), own=list)
    await known.look_up()
    assert "127.0.0.1" in known
    assert "::1" in known
    without = TurnAddresses(Turn(relay_networks=["0.0.0.0/0"]), own=list)
    async with asyncio.timeout(turn_addresses.LOOK_UP_S):
        await without.run()
    assert "203.0.113.20" not in without
