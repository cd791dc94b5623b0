"""How long a call to a citizen takes: from the request to the SMS at the gateway, and to the host in the room.

    python -m loadtests.ringing [--times 20]

Starts a server of its own with development's gateway and no pool, so that each room is made only then: the slow way.
The host opens his link as the page does, asks every 50 ms whether the room is there, and joins by signalling. Left out:
media (see loadtests.join) and the mobile network.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time

import msgspec

from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.signalling_server import connected
from vdxmedia.booking.organisations import Organisation

MUST_BE_IN_S = 3.0
ASK_AGAIN_S = 0.05
WITHIN_S = 20.0
ORGANISATION = Organisation(code="ringing", name="Prøvekommunen")


class Rung(msgspec.Struct, frozen=True):
    """Seconds since the request, and what was sent."""

    answered_s: float
    sms_s: float
    host_in_s: float
    text: str
    short_url: str


async def ring(server: AssembledServer, organisation: str, number: str = "20 12 34 56") -> Rung:
    """One call, until the host is in. Raises: TimeoutError."""
    inbox = server.server.messages.inbox
    assert inbox is not None
    before = {message.reference for message in inbox.received()}
    begin = time.perf_counter()
    async with asyncio.timeout(WITHIN_S):
        async with server.post("/api/v1/calls", {"organisation": organisation, "to": number}) as answer:
            made = await answer.json()
            assert answer.status == 201, made
        answered_s = time.perf_counter() - begin
        async with asyncio.TaskGroup() as group:
            sms = group.create_task(_arrival(server, before))
            token = await _token(server, made["hostUrl"].partition("#")[2])
            async with connected(server, token) as host:
                joined = await host.join("Vært")
                assert joined["type"] == "joined", joined
                host_in_s = time.perf_counter() - begin
    arrived, text = sms.result()
    return Rung(answered_s, arrived - begin, host_in_s, text, made["shortUrl"])


async def _arrival(server: AssembledServer, before: set[str]) -> tuple[float, str]:
    inbox = server.server.messages.inbox
    assert inbox is not None
    while True:
        for message in inbox.received():
            if message.reference not in before:
                return time.perf_counter(), message.text
        await asyncio.sleep(0.002)


async def _token(server: AssembledServer, invitation: str) -> str:
    while True:
        async with server.post("/api/v1/entrances", {"invitation": invitation}) as answer:
            told = await answer.json()
        if told["state"] == "open":
            return str(told["token"])
        assert told["state"] == "notYet", told
        await asyncio.sleep(ASK_AGAIN_S)


async def measure(times: int) -> bool:
    flags = {"api.requests_per_second": "1000", "sms.per_number_a_day": "1000"}
    async with assembled(flags) as server:
        await server.server.seed([ORGANISATION])
        rung = [await ring(server, ORGANISATION.code) for _ in range(times)]
    for name, seconds in (
        ("answered", [one.answered_s for one in rung]),
        ("SMS at the gateway", [one.sms_s for one in rung]),
        ("host in the room", [one.host_in_s for one in rung]),
    ):
        print(f"{name}: median {statistics.median(seconds):.3f} s, worst {max(seconds):.3f} s")
    return max(one.host_in_s for one in rung) <= MUST_BE_IN_S


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--times", type=int, default=20)
    sys.exit(0 if asyncio.run(measure(arguments.parse_args().times)) else 1)


if __name__ == "__main__":
    main()
