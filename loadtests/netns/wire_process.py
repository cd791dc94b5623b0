"""The process between two TUN devices; started by `wire.py`, told over a socket by lines of JSON.

    python -m loadtests.netns.wire_process CLIENT_FD SERVER_FD CONTROL_FD SEED

Ends when its control socket does. A process of its own, so that a busy event loop delays no packet. The kernel
hands a TUN device whole IP packets with checksums filled in and generic segmentation undone.
"""

from __future__ import annotations

import gc
import json
import math
import os
import select
import socket
import sys
import time
from dataclasses import asdict
from typing import Any

from loadtests.netns.conditions import Conditions, Direction
from loadtests.netns.nat import Nat

MAX_PACKET_OCTETS = 65_536
PACKETS_PER_TURN = 64
"""So that one direction's burst does not hold up the other's timer."""
PRIORITY = -10
"""Nice value: the wire is the measuring instrument, and sleeps nearly always."""
MAX_SLEEP_S = 1.0


class Wire:
    """Both directions and what is between them."""

    def __init__(self, client: int, server: int, seed: int) -> None:
        self._client, self._server = client, server
        self._up, self._down = Direction(2 * seed), Direction(2 * seed + 1)
        self._nat: Nat | None = None
        self._undeliverable = 0

    def obey(self, command: dict[str, Any], now: float) -> dict[str, Any]:
        match command:
            case {"up": conditions}:
                self._up.change(Conditions.from_json(conditions), now)
            case {"down": conditions}:
                self._down.change(Conditions.from_json(conditions), now)
            case {"nat": address}:
                self._nat = Nat(address)
            case {"rebind": True} if self._nat is not None:
                self._nat.rebind()
            case {"counts": True}:
                up, down = asdict(self._up.read_counts()), asdict(self._down.read_counts())
                return {"up": up, "down": down, "cpu_s": time.process_time(), "undeliverable": self._undeliverable}
            case _:
                return {"error": f"unknown command {command}"}
        return {}

    def sleep_s(self, now: float) -> float:
        return min(MAX_SLEEP_S, max(0.0, min(self._up.next_due(), self._down.next_due()) - now))

    def read(self, device: int, now: float) -> None:
        for _ in range(PACKETS_PER_TURN):
            try:
                packet = os.read(device, MAX_PACKET_OCTETS)
            except BlockingIOError:
                return
            if packet[0] >> 4 != 4:
                continue  # router solicitations
            if device == self._client:
                self._up.push(packet, now)
            else:
                self._down.push(packet, now)

    def deliver(self, now: float) -> None:
        for packet in self._up.pop_due(now):
            self._write(self._server, packet if self._nat is None else self._nat.outward(packet))
        for packet in self._down.pop_due(now):
            self._write(self._client, packet if self._nat is None else self._nat.inward(packet))

    def _write(self, device: int, packet: bytes | None) -> None:
        try:
            if packet is not None:
                os.write(device, packet)
                return
        except OSError:
            pass  # the device is down, or its namespace is going
        self._undeliverable += 1


def main() -> None:
    client, server, control, seed = map(int, sys.argv[1:5])
    for descriptor in (client, server):
        os.set_blocking(descriptor, False)
    os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    gc.disable()
    wire = Wire(client, server, seed)
    with socket.socket(fileno=control) as told:
        lines = told.makefile("rw")
        while True:
            sleep_s = wire.sleep_s(time.monotonic())
            timeout_s = sleep_s if sleep_s < math.inf else None
            ready, _, _ = select.select([client, server, told.fileno()], [], [], timeout_s)
            now = time.monotonic()
            for device in (client, server):
                if device in ready:
                    wire.read(device, now)
            wire.deliver(now)
            if told.fileno() in ready:
                line = lines.readline()
                if not line:
                    return
                lines.write(json.dumps(wire.obey(json.loads(line), now)) + "\n")
                lines.flush()


if __name__ == "__main__":
    main()
