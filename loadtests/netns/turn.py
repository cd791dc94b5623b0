"""Ways through a TURN server: a real coturn with the shipped configuration beside the server, and people whose networks
leave them one way each.

coturn listens on an address of its own, as docs/turn.md says: 3478 for UDP and TCP, 443 for TLS, where nothing of
ours listens. What the test changes of the shipped file is the lines to fill in. Left out: IPv6, NAT before coturn.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loadtests.netns.call import MEDIA_PORT, Call, Person, call
from loadtests.netns.conditions import BASE, Blocked
from loadtests.netns.network import RELAY_ADDRESS, SERVER_ADDRESS
from loadtests.netns.result import Result
from tests.browser.pages import eventually
from tests.coturn import SECRET, make_certificate, run_coturn, shipped_without
from tests.machine import watched

UDP_PORT, TLS_PORT = 3478, 443
URLS = (
    f"turn:{RELAY_ADDRESS}:{UDP_PORT}?transport=udp",
    f"turn:{RELAY_ADDRESS}:{UDP_PORT}?transport=tcp",
    f"turns:{RELAY_ADDRESS}:{TLS_PORT}?transport=tcp",
)
PICTURE_LIMIT_S = 8.0
SEEN_S = 6.0


@dataclass(frozen=True)
class TurnCall:
    """A call on a server that has a TURN server beside it."""

    call: Call
    flags: tuple[str, ...]
    """With which Chromium trusts the TURN server's certificate: no flag about pages touches TURN over TLS."""

    async def join(self, name: str, blocked: Blocked, *, is_relay_only: bool) -> Person:
        closed = replace(BASE, blocked=blocked)
        return await self.call.join(
            name, watches_only=True, up=closed, down=closed, flags=self.flags, is_relay_only=is_relay_only
        )


@contextlib.asynccontextmanager
async def turn_call() -> AsyncIterator[TurnCall]:
    """Media is reached by UDP and TCP on one port, which is not 443. Raises: Unsuitable."""
    with tempfile.TemporaryDirectory(prefix="vdx-turn-") as made:
        directory = Path(made)
        secret = directory / "secret"
        secret.write_text(f"{SECRET}\n", encoding="utf-8")
        secret.chmod(0o600)
        certificate = make_certificate(directory, RELAY_ADDRESS)
        environment = {
            "VDX_MEDIA_BINDS": f"{SERVER_ADDRESS}:{MEDIA_PORT}",
            "VDX_TURN_URLS": ",".join(URLS),
            "VDX_TURN_SECRET_FILE": str(secret),
        }
        async with call(environment) as running:
            inside = running.network.server
            lines = [
                *shipped_without("syslog", "no-stdout-log"),
                f"static-auth-secret={SECRET}",
                f"cert={certificate.certificate}",
                f"pkey={certificate.key}",
                f"allowed-peer-ip={SERVER_ADDRESS}",
                f"listening-ip={RELAY_ADDRESS}",
                f"relay-ip={RELAY_ADDRESS}",
            ]
            with run_coturn(
                directory, lines, (RELAY_ADDRESS, UDP_PORT), under=inside.command(), open_socket=inside.socket
            ):
                yield TurnCall(running, (f"--ignore-certificate-errors-spki-list={certificate.spki}",))


async def _way(person: Person) -> str:
    """How the page's packets leave it: `udp`, `tcp` or `tls` to a TURN server, else what is not one."""
    pair = (await person.sample())["pair"] or {}
    return str(pair.get("relayProtocol")) if pair.get("local") == "relay" else f"no relay: {pair}"


async def _heard(person: Person, voices: int) -> None:
    """Waits until so many others' voices have been played."""

    async def rows() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await person.page.evaluate("observe.inbound('audio')")
        return found

    await eventually(rows, lambda seen: sum(row["totalAudioEnergy"] > 0.001 for row in seen) >= voices)


async def turn_ways(result: Result) -> None:
    """Three people by TURN alone: over UDP; over TCP, as UDP is blocked; over TLS, as all but TCP 443 is."""
    networks = {"Anna": Blocked.NOTHING, "Bent": Blocked.UDP, "Clara": Blocked.ALL_BUT_TCP_443}
    ways = {"Anna": "udp", "Bent": "tcp", "Clara": "tls"}
    async with turn_call() as made:
        people = [await made.join(name, blocked, is_relay_only=True) for name, blocked in networks.items()]
        for one in people:
            await one.time_to_picture_s()
        await asyncio.gather(*(_heard(one, len(people) - 1) for one in people))
        recordings = await asyncio.gather(*(one.record(SEEN_S) for one in people))
        for one, recording in zip(people, recordings, strict=True):
            way = await _way(one)
            seen = result.row(f"{one.name} over {way}", recording.reading())
            pictures = await eventually(lambda one=one: _pictures(one), lambda count: count >= 2)  # type: ignore[misc]
            result.demand(f"{one.name} over TURN/{ways[one.name].upper()}", way == ways[one.name], way)
            result.demand(f"{one.name} sees both others", pictures == 2, pictures)
            fps, made_up = seen.shown_fps, seen.concealed
            result.demand(f"{one.name}: >= 4 fps of 5", fps >= seen.machine.at_least(4), fps)
            result.demand(f"{one.name}: concealed <= 5 %", made_up <= seen.machine.share(0.05), made_up)
        await _tell_turn(made, result, len(people))


async def _tell_turn(made: TurnCall, result: Result, people: int) -> None:
    """What an operator sees: who comes through the TURN server is told apart, by the address that the relay hears."""
    server = made.call.server
    async with server.http() as http, http.get(f"{server.base_url}/api/v1/operator/now") as answer:
        seen = (await answer.json())["byTransport"]["turn"]
    result.demand(f"{people} told as coming through TURN", seen == people, seen)


async def _pictures(person: Person) -> int:
    rows = await person.page.evaluate("observe.inbound('video')")
    return sum(row["framesDecoded"] > 0 for row in rows)


async def turn_443(result: Result) -> None:
    """Everything but TCP 443 is dropped, and 443 is coturn's alone: nothing in the link says so."""
    async with turn_call() as made:
        await made.call.join("Anna", watches_only=True, up=BASE, down=BASE)
        async with watched() as machine:
            bent = await made.join("Bent", Blocked.ALL_BUT_TCP_443, is_relay_only=False)
            took = await bent.time_to_picture_s()
            await _heard(bent, 1)
            since = await bent.now()
        seen = result.row("since sound and picture", (await bent.record(SEEN_S)).reading())
        way = await _way(bent)
        await _tell_turn(made, result, 1)
    most_s = machine.at_most(PICTURE_LIMIT_S)
    result.demand(f"picture within {PICTURE_LIMIT_S:g} s of the page's start", took <= most_s, took)
    result.demand(f"and sound within {PICTURE_LIMIT_S:g} s", since <= most_s, since)
    result.demand(">= 4 fps of 5", seen.shown_fps >= seen.machine.at_least(4), seen.shown_fps)
    result.demand("concealed <= 5 %", seen.concealed <= seen.machine.share(0.05), seen.concealed)
    result.demand("over TURN/TLS", way == "tls", way)
