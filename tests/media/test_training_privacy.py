"""Real packets through the real relay: a patched guest who tries everything gets none of another guest's.

He offers as many slots as there can be, names the others' ids in every command of the protocol, and asks for their
pictures by PLI and NACK of every SSRC and source id that is theirs. What he decrypts is looked at packet by packet.
That the same ears do hear the others once all have agreed, and no more after, is part of the test.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtpPacket,
)

from tests.contract.test_training_privacy import commands_about
from tests.media.client import Client, join
from tests.patience import PATIENCE_S
from tests.server import Server

MOST_SLOTS = 25
ROUNDS = 150
"""Of everything that he asks for; and he has heard the host meanwhile, so what others send would have come too."""
HEARD_PACKETS = 100
"""Two seconds of the host's voice, on a machine that has the time for it."""


@dataclass
class Ear:
    """Every RTP packet that a client decrypts, by whose it is."""

    packets: dict[int, int] = field(default_factory=dict)
    without_source: int = 0

    def put_on(self, client: Client) -> RTCDtlsTransport:
        transport: RTCDtlsTransport = client.pc.getTransceivers()[0].receiver.transport
        router = transport._rtp_router
        route = router.route_rtp

        def listen(packet: RtpPacket) -> object:
            if len(packet.csrc) == 1:
                self.packets[packet.csrc[0]] = self.packets.get(packet.csrc[0], 0) + 1
            else:
                self.without_source += 1
            return route(packet)

        router.route_rtp = listen
        return transport

    def heard(self, sources: set[int]) -> int:
        return sum(self.packets.get(source, 0) for source in sources)


def sources_of(client: Client) -> set[int]:
    (own,) = (one for one in client.joined["participants"] if one["id"] == client.participant_id)
    return {int(source["id"]) for source in own["sources"]}


async def attack(guest: Client, transport: RTCDtlsTransport, others: list[Client]) -> None:
    ssrcs = [sender._ssrc for other in others for sender in other.pc.getSenders()]
    ssrcs += [source for other in others for source in sources_of(other)]
    commands = [command for other in others for command in commands_about(other.participant_id)]
    for _ in range(ROUNDS):
        for ssrc in ssrcs:
            nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=ssrc, lost=[1, 2, 3])
            for packet in (RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=ssrc), nack):
                await transport._send_rtp(bytes(packet))
        if commands:
            await guest.send(commands.pop())
        tiles = [{"slot": slot, "width": 1920, "height": 1080} for slot in range(MOST_SLOTS)]
        await guest.send({"type": "setTiles", "tiles": tiles})
        await asyncio.sleep(0.02)


async def until_heard(ear: Ear, sources: set[int], packets: int = 1) -> None:
    """From now on."""
    before = ear.heard(sources)
    async with asyncio.timeout(PATIENCE_S):
        while ear.heard(sources) < before + packets:
            await asyncio.sleep(0.02)


async def until_at_rest(ear: Ear, theirs: set[int], hosts: set[int]) -> None:
    """The relay stops with its next packet, but what is on its way is still read, later on a busy machine: waits for a
    stretch in which the host is heard and they are not."""
    async with asyncio.timeout(PATIENCE_S):
        before = None
        while before != ear.heard(theirs):
            before = ear.heard(theirs)
            await until_heard(ear, hosts, HEARD_PACKETS // 4)


@pytest.mark.parametrize("visibility", [pytest.param("hosts", marks=pytest.mark.long), "spotlight"])
async def test_patched_guest_gets_no_packet_of_another_guest(server: Server, visibility: str) -> None:
    room = await server.create_room(mode="training", guestVisibility=visibility)
    async with (
        join(server.base_url, room["hostUrl"], "Vært", luma=200, tone=440) as host,
        join(server.base_url, room["guestUrl"], "Anna", luma=60, tone=600) as anna,
        join(server.base_url, room["guestUrl"], "Bo", luma=90, tone=800) as bo,
        join(server.base_url, room["guestUrl"], "Lytter", video_slots=MOST_SLOTS) as guest,
    ):
        ear = Ear()
        transport = ear.put_on(guest)
        theirs = sources_of(anna) | sources_of(bo)
        await host.pictures(2)  # both publish, and the relay has their pictures
        await until_heard(ear, sources_of(host))
        await attack(guest, transport, [anna, bo])
        await until_heard(ear, sources_of(host), HEARD_PACKETS)
        assert ear.heard(theirs) == 0, ear.packets
        assert set(ear.packets) <= sources_of(host)
        assert ear.without_source == 0
        assert [round(luma, -1) for luma in guest.lumas.values()] == [200]

        assert (await host.send({"type": "changeRoom", "guestVisibility": "all"}))["type"] == "done"
        yes = {"type": "answerConsent", "question": "visibility", "agrees": True}
        await until_heard(ear, sources_of(host), HEARD_PACKETS // 4)
        assert ear.heard(theirs) == 0, "nobody has agreed yet"
        for one in (anna, guest):
            assert (await one.send(yes))["type"] == "done"
        await until_heard(ear, sources_of(anna))
        assert ear.heard(sources_of(bo)) == 0, "he has not agreed"

        assert (await host.send({"type": "changeRoom", "guestVisibility": visibility}))["type"] == "done"
        await until_at_rest(ear, theirs, sources_of(host))
        ear.packets.clear()
        await attack(guest, transport, [anna, bo])
        await until_heard(ear, sources_of(host), HEARD_PACKETS)
        assert ear.heard(theirs) == 0, ear.packets
