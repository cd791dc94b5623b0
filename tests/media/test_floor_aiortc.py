"""Floor control and one-way rooms with the real relay: once it has the command, no packet of that voice leaves it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from tests.fakes.hub_clients import FakeClient, grant
from tests.media.client import ToneTrack
from tests.patience import PATIENCE_S
from vdxmedia._relay import Relay
from vdxmedia.clock import SystemClock
from vdxmedia.conference import floor_asked, floor_commands
from vdxmedia.conference.call_type import CallType
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility
from vdxmedia.conference.commands import Asked, SetSource
from vdxmedia.conference.events import DocumentChanged
from vdxmedia.conference.floor_asked import FloorDocument
from vdxmedia.conference.floor_request import FloorRequestId
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.client import JoinRequest, Seated
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import MediaKind, MediaOffer
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.room_task import RoomTask
from vdxmedia.ids import ParticipantId
from vdxmedia.sfu.plane import RelayPlane

EVERYTHING = RoomSettings().call_type
ENOUGH = 20
"""Packets of sound, 20 ms each."""


class Person:
    """One in the room with a microphone that is always on and three voices to hear."""

    def __init__(self, task: RoomTask, client: FakeClient, seated: Seated) -> None:
        self.task, self.client, self.id = task, client, seated.participant
        self.pc = RTCPeerConnection()
        self.tone = ToneTrack(440.0)

    async def connect(self) -> None:
        voice = self.pc.addTransceiver(self.tone, direction="sendonly")
        for _ in range(4):
            self.pc.addTransceiver("audio", direction="recvonly")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        offer = MediaOffer(sdp=self.pc.localDescription.sdp, sources={voice.mid: MediaKind.MICROPHONE})
        answer = await self.task.offer(self.id, offer, self.client)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        await until(lambda: self.pc.connectionState == "connected")
        with contextlib.suppress(NotAllowed):  # he sends all the same
            await self.do(SetSource(self.id, SourceKind.MICROPHONE, True))

    async def do(self, command: Asked | SetSource) -> None:
        await self.task.perform(command, self.client)

    async def sent(self) -> int:
        stats = await self.pc.getSenders()[0].getStats()
        return sum(item.packetsSent for item in stats.values() if item.type == "outbound-rtp")

    async def heard(self) -> int:
        """Packets of any voice."""
        count = 0
        for receiver in self.pc.getReceivers()[1:]:
            stats = await receiver.getStats()
            count += sum(item.packetsReceived for item in stats.values() if item.type == "inbound-rtp")
        return count

    def request_of(self, other: ParticipantId) -> FloorRequestId:
        told = [event.document for event in self.client.of(DocumentChanged)]
        latest = [document for document in told if isinstance(document, FloorDocument)][-1].speech
        (request,) = [place.request for place in (*latest.holders, *latest.queue) if place.participant == other]
        assert request is not None
        return request


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.01)


async def hears_more(listener: Person) -> None:
    before = await listener.heard()
    async with asyncio.timeout(PATIENCE_S):
        while await listener.heard() < before + ENOUGH:
            await asyncio.sleep(0.01)


async def hears_nothing_more(listener: Person, speaker: Person, plane: RelayPlane) -> None:
    """From now on, while the speaker goes on sending."""
    await plane.fence()
    sent = await speaker.sent()
    async with asyncio.timeout(PATIENCE_S):
        while await speaker.sent() < sent + 2:  # what had left the relay before the fence is read meanwhile
            await asyncio.sleep(0.005)
        settled = await listener.heard()
        while await speaker.sent() < sent + ENOUGH:
            await asyncio.sleep(0.01)
    assert await listener.heard() == settled


@contextlib.asynccontextmanager
async def meeting(
    policy: FloorPolicy = FloorPolicy.FREE, *, call_type: int = EVERYTHING
) -> AsyncIterator[tuple[RelayPlane, Person, Person]]:
    """A host who listens and a guest who sends; no media of anybody else."""
    async with (
        RelayPlane(Relay(["127.0.0.1:0"])) as plane,
        Registry(plane, SystemClock(), limits=HubLimits(roster_round_s=0.0)) as registry,
    ):
        room = registry.create(RoomSettings(floor_policy=policy, call_type=call_type))
        people = []
        for role in ("host", "guest"):
            client = FakeClient()
            request = JoinRequest(grant(room=room, role=role), role, 0, None, GuestVisibility.ALL)
            task, seated = await registry.join(room, request, client)
            assert isinstance(seated, Seated)
            people.append(Person(task, client, seated))
        host, guest = people
        try:
            # The host's microphone is not published at all: whatever he hears is the guest's.
            for person in people:
                await person.connect()
            yield plane, host, guest
        finally:
            for person in people:
                await person.pc.close()
        await registry.stop(0.0)


def ask(who: Person) -> floor_asked.AskForFloor:
    return floor_asked.AskForFloor(who.id, floor_commands.RequestFloor(by=who.id))


async def test_queue_no_packet_leaves_without_the_floor_nor_after_it_was_given_back() -> None:
    async with meeting(FloorPolicy.QUEUE) as (plane, host, guest):
        await hears_nothing_more(host, guest, plane)
        assert await host.heard() == 0
        await guest.do(ask(guest))
        await hears_more(host)
        await guest.do(floor_asked.GiveFloorBack(guest.id, floor_commands.ReleaseFloor(by=guest.id)))
        await hears_nothing_more(host, guest, plane)


async def test_moderated_no_packet_leaves_before_the_grant_nor_after_the_chair_took_it_back() -> None:
    async with meeting(FloorPolicy.MODERATED) as (plane, host, guest):
        await guest.do(ask(guest))
        await hears_nothing_more(host, guest, plane)
        assert await host.heard() == 0
        request = host.request_of(guest.id)
        await host.do(floor_asked.GrantTheFloor(host.id, floor_commands.GrantFloor(by=host.id, request=request)))
        await hears_more(host)
        await host.do(floor_asked.RevokeTheFloor(host.id, floor_commands.RevokeFloor(by=host.id, request=request)))
        await hears_nothing_more(host, guest, plane)


@pytest.mark.parametrize("policy", [FloorPolicy.QUEUE, FloorPolicy.MODERATED])
async def test_grant_lets_no_packet_through_of_a_microphone_that_its_owner_closed(policy: FloorPolicy) -> None:
    async with meeting(policy) as (plane, host, guest):
        await guest.do(SetSource(guest.id, SourceKind.MICROPHONE, False))
        await guest.do(ask(guest))
        if policy is FloorPolicy.MODERATED:
            request = host.request_of(guest.id)
            await host.do(floor_asked.GrantTheFloor(host.id, floor_commands.GrantFloor(by=host.id, request=request)))
        await hears_nothing_more(host, guest, plane)  # his client goes on sending
        assert await host.heard() == 0


async def test_one_way_room_no_packet_of_a_guest_leaves_unless_the_booking_lets_him_send() -> None:
    only_receives = EVERYTHING & ~CallType.AUDIO_SEND
    async with meeting(call_type=only_receives) as (plane, host, guest):
        await hears_more(guest)
        await hears_nothing_more(host, guest, plane)
        assert await host.heard() == 0
        await host.task.change_settings(RoomSettings())
        await guest.do(SetSource(guest.id, SourceKind.MICROPHONE, True))
        await hears_more(host)
        await host.task.change_settings(RoomSettings(call_type=only_receives))
        with pytest.raises(NotAllowed):
            await guest.do(SetSource(guest.id, SourceKind.MICROPHONE, True))
        await hears_nothing_more(host, guest, plane)


async def test_one_way_room_no_packet_reaches_a_guest_unless_the_booking_lets_him_receive() -> None:
    only_sends = EVERYTHING & ~CallType.AUDIO_RECV
    async with meeting(call_type=only_sends) as (plane, host, guest):
        await hears_more(host)
        await hears_nothing_more(guest, host, plane)
        assert await guest.heard() == 0
        await host.task.change_settings(RoomSettings())
        await hears_more(guest)
        await host.task.change_settings(RoomSettings(call_type=only_sends))
        await hears_nothing_more(guest, host, plane)
