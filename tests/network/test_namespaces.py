"""The bad network itself: it does what it is told, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loadtests.netns import namespace as namespaces
from loadtests.netns.conditions import Blocked, Conditions
from loadtests.netns.namespace import NAMESPACES, PREFIX, Unsuitable, remove_stale, require_machine, run_ip
from loadtests.netns.network import SERVER_ADDRESS, Client, Network, network
from loadtests.netns.wire import WireCounts
from tests.patience import PATIENCE_S

PORT = 5000
SILENCE_S = 0.3
TRIES = 10
"""The quickest of so many tells the wire's own delay, on a machine that is busy too."""


def udp(net: Network, client: Client) -> tuple[socket.socket, socket.socket]:
    """The client's socket, connected, and the server's."""
    theirs = net.server.socket(socket.AF_INET, socket.SOCK_DGRAM)
    theirs.bind((SERVER_ADDRESS, PORT))
    ours = client.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ours.connect((SERVER_ADDRESS, PORT))
    for one in (ours, theirs):
        one.settimeout(PATIENCE_S)
    return ours, theirs


def is_silent(end: socket.socket) -> bool:
    """Nothing comes for some time."""
    end.settimeout(SILENCE_S)
    try:
        end.recv(2000)
    except TimeoutError:
        return True
    finally:
        end.settimeout(PATIENCE_S)
    return False


def waiting(end: socket.socket) -> int:
    """Datagrams that have come and were not read; they are now."""
    count = 0
    end.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while end.recv(2000):
            count += 1
    end.settimeout(PATIENCE_S)
    return count


def until_done(client: Client, packets: int) -> WireCounts:
    """Waits until the wire has lost or delivered so many packets of each direction."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        counts = client.wire.counts()
        if all(way.lost + way.delivered >= packets for way in (counts.up, counts.down)):
            return counts
        assert time.monotonic() < deadline, counts
        time.sleep(0.01)


def own_namespaces() -> list[str]:
    return [path.name for path in NAMESPACES.glob(f"{PREFIX}-{os.getpid()}-*")]


def test_each_direction_does_what_it_is_told_and_nothing_is_left() -> None:
    with network() as net:
        client = net.client(up=Conditions(loss=0.3))
        ours, theirs = udp(net, client)
        with ours, theirs:
            for _ in range(200):
                ours.send(b"up")
                theirs.sendto(b"down", (client.address, ours.getsockname()[1]))
            counts = until_done(client, 200)
            came_up, came_down = waiting(theirs), waiting(ours)
        assert came_down == 200
        assert 100 <= came_up <= 180
        assert counts.up.lost == 200 - came_up
        assert len(own_namespaces()) == 2
    assert own_namespaces() == []
    assert re.search(rf"vdx{os.getpid()}w", run_ip("link")) is None


def test_delay_is_felt_and_ends_when_told() -> None:
    with network() as net:
        client = net.client(up=Conditions(delay_ms=60))
        ours, theirs = udp(net, client)
        with ours, theirs:

            def took_s() -> float:
                began = time.monotonic()
                ours.send(b"up")
                theirs.recv(100)
                return time.monotonic() - began

            delayed_s = took_s()
            client.wire.set(up=Conditions())
            at_once_s = min(took_s() for _ in range(TRIES))
    assert delayed_s >= 0.06
    assert at_once_s < 0.06


def test_blocked_udp_passes_again_when_unblocked() -> None:
    with network() as net:
        client = net.client()
        ours, theirs = udp(net, client)
        with ours, theirs:
            client.wire.block(Blocked.UDP)
            ours.send(b"up")
            assert is_silent(theirs)
            client.wire.block(Blocked.NOTHING)
            ours.send(b"up again")
            assert theirs.recv(100) == b"up again"


def test_rebind_and_new_address_are_seen_by_the_server() -> None:
    with network() as net:
        client = net.client()
        ours, theirs = udp(net, client)
        with ours, theirs:
            ours.send(b"up")
            assert theirs.recvfrom(100)[1][0] == client.address
            client.put_behind_nat()
            seen = []
            for _ in range(2):
                ours.send(b"up")
                seen.append(theirs.recvfrom(100)[1])
                theirs.sendto(b"down", seen[-1])
                assert ours.recv(100) == b"down"
                client.wire.rebind()
        assert {address for address, _ in seen} == {client.public_address}
        assert seen[0][1] != seen[1][1]
        before = client.address
        client.change_address()
        assert client.address != before
        assert client.address in client.namespace.ip("addr")
        assert before not in client.namespace.ip("addr")


def test_namespace_of_a_dead_process_is_removed_with_what_runs_in_it() -> None:
    script = (
        "import subprocess, os\n"
        "from loadtests.netns.namespace import run_ip\n"
        "from loadtests.netns.network import network\n"
        "with network() as net:\n"
        "    inside = subprocess.Popen(net.server.command('sleep', '600'), stdout=-3, stderr=-3)\n"
        "    while str(inside.pid) not in run_ip('netns', 'pids', net.server.name).split(): pass\n"
        "    print(os.getpid(), inside.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root, timeout=PATIENCE_S)
    dead, inside = map(int, done.stdout.split())
    assert any(name.startswith(f"{PREFIX}-{dead}-") for name in remove_stale())
    assert list(NAMESPACES.glob(f"{PREFIX}-{dead}-*")) == []
    stat = Path(f"/proc/{inside}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_machine_without_root_or_ip_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    require_machine()
    monkeypatch.setattr(namespaces.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(namespaces.shutil, "which", lambda _: None)
    with pytest.raises(Unsuitable, match=r"(?s)root: .*iproute2.*apt-get install -y chromium"):
        require_machine()
