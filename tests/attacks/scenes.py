"""Calls to attack: who is in them, and what must still be true of them afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.attacks.patched import Patched, patched
from tests.attacks.process import Victim
from tests.contract.relay_client import Packet

PACKET_S = 0.005
"""Between two packets of sound: faster than 20 ms, so that tests are short; far below what a publisher may send."""
UNHEARD_FIRST = 5
"""Packets of a new voice until it is ranked: the first of a call may be among them."""


@dataclass
class Call:
    """Anna, a host, speaks; Bent, a guest, listens and has a microphone too."""

    victim: Victim
    room: Mapping[str, Any]
    anna: Patched
    bent: Patched

    async def settle(self) -> None:
        """Anna is ranked: from now on every packet of hers counts."""
        sent = await self.anna.speak(UNHEARD_FIRST, every_s=PACKET_S)
        assert await self.bent.hears(sent), "the call does not work before the attack"

    async def heard_of_anna(self) -> list[Packet]:
        source = self.anna.source_id("microphone")
        return [packet for packet in await self.bent.heard() if packet.csrcs == [source]]

    async def goes_on(self) -> None:
        """Every packet is heard, in order, and by its speaker's name."""
        sent = await self.anna.speak(10, every_s=PACKET_S)
        assert [packet.payload for packet in await self.heard_of_anna() if packet.payload in sent] == sent


@contextlib.asynccontextmanager
async def call(victim: Victim, **settings: Any) -> AsyncIterator[Call]:
    room = await victim.create_room(**settings)
    async with patched(victim, room["hostUrl"], "Anna") as anna, patched(victim, room["guestUrl"], "Bent") as bent:
        await anna.connect("microphone")
        await bent.connect("microphone")
        made = Call(victim, room, anna, bent)
        await made.settle()
        yield made


async def rejected(victim: Victim, reason: str) -> float:
    """How many packets the relay has dropped for this reason so far."""
    return (await victim.metrics())[f'vdx_rtp_rejected_total{{reason="{reason}"}}']
