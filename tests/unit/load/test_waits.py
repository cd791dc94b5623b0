"""How long the server waited for a core: told by thread, at its longest, and for as long as it took."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import cast

import pytest

from loadtests.processor import waits_ns
from loadtests.run import waits
from loadtests.run.hub import Hub
from loadtests.run.level import RESTART, SERVER
from loadtests.run.waits import Waits
from tests.server import Server

MS = 1_000_000


class HubHere:
    def __init__(self, process: Server | None) -> None:
        self.process = process


def here() -> Waits:
    return Waits(cast(Hub, HubHere(Server("", "", "", "", pid=7))))


def told(monkeypatch: pytest.MonkeyPatch, *looks: dict[int, int] | OSError) -> None:
    following: Iterator[dict[int, int] | OSError] = iter(looks)

    def look(_pid: int) -> dict[int, int]:
        if isinstance(found := next(following), OSError):
            raise found
        return found

    monkeypatch.setattr(waits, "waits_ns", look)


def test_wait_is_the_longest_of_any_thread_and_counts_for_as_long_as_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {1: 900 * MS, 2: 0}, {1: 901 * MS, 2: 500 * MS}, {1: 901 * MS, 2: 502 * MS})
    server = here()
    for _ in range(3):
        server.look()
    found = server.take()[SERVER]
    assert found.max_s == 0.5, "what a thread had waited before the first look counts for nothing"
    assert found.count == 1 + 5 + 1
    assert server.take() == {}


def test_wait_of_a_server_that_is_started_again_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {7: 5 * MS}, ProcessLookupError(), {9: 800 * MS}, {9: 801 * MS})
    hub = HubHere(Server("", "", "", "", pid=7))
    server = Waits(cast(Hub, hub))
    server.look()
    server.look()
    hub.process = Server("", "", "", "", pid=9)
    server.look()
    server.look()
    found = server.take()
    assert found[SERVER].max_s == 0.001
    assert found[RESTART].max_s == 0.8, "and its start had no core for so long"


def test_wait_of_a_server_elsewhere_is_not_known() -> None:
    server = Waits(cast(Hub, HubHere(None)))
    server.look()
    assert server.take() == {}


def test_waits_are_told_by_the_kernel_for_the_first_thread() -> None:
    assert waits_ns(os.getpid())[os.getpid()] >= 0
