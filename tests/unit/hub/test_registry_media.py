"""Media's way through a room's task: offers, what becomes of those cut short, and what the plane says."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.media_plane import FakeMediaPlane
from vdxmedia.conference import commands, events
from vdxmedia.conference.kinds import Quality, SourceKind
from vdxmedia.conference.quality import EXPECTED_WEAK_S
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadSdp, Refused
from vdxmedia.hub import client as hub_client
from vdxmedia.hub.ports import (
    MediaConnected,
    MediaLost,
    MediaOffer,
    MediaQuality,
    SlotCannotDecode,
    SlotKind,
    SpeakersChanged,
)
from vdxmedia.hub.registry import Registry

OFFER = MediaOffer("v=0", {"0": SourceKind.MICROPHONE})


async def test_offer_gives_the_plane_only_what_is_granted(registry: Registry, plane: FakeMediaPlane) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    granted = frozenset({SourceKind.MICROPHONE})
    task, seat = await registry.join(room, request(slots=4, can_publish=granted), anna)
    await task.offer(seat.participant, OFFER, anna)
    media = plane.seats[seat.participant]
    assert set(media.sources) == granted
    assert (media.video_slots, media.codec) == (4, "VP8")


async def test_later_offer_may_have_all_the_slots_that_were_asked_for(
    registry: Registry, plane: FakeMediaPlane
) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(slots=9), anna)
    plane.offered_video_slots = 4
    await task.offer(seat.participant, OFFER, anna)
    assert [b.kind for b in task.room._conference.snapshot(seat.participant).bindings].count(SlotKind.VIDEO) == 4
    plane.offered_video_slots = None
    await task.offer(seat.participant, MediaOffer("again", {}), anna)
    assert plane.seats[seat.participant].video_slots == 9
    assert [b.kind for b in task.room._conference.snapshot(seat.participant).bindings].count(SlotKind.VIDEO) == 9


async def test_bad_offer_is_refused_and_the_next_is_taken(registry: Registry) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)
    with pytest.raises(BadSdp):
        await task.offer(seat.participant, MediaOffer("garbage", {}), anna)
    assert (await task.offer(seat.participant, OFFER, anna)).sdp


async def test_offer_that_takes_too_long_is_refused_and_forgotten(registry: Registry, plane: FakeMediaPlane) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)
    plane.hold = asyncio.Event()
    with pytest.raises(Refused) as busy:
        await task.offer(seat.participant, OFFER, anna)
    assert busy.value.code == "media_busy"
    plane.hold = None
    await task.offer(seat.participant, OFFER, anna)
    assert registry.totals()["offers_timed_out"] == 1


async def test_two_offers_at_once_the_second_is_refused(registry: Registry, plane: FakeMediaPlane) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)
    plane.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(task.offer(seat.participant, OFFER, anna), name="offer")
        await asyncio.sleep(0)
        with pytest.raises(Refused) as busy:
            await task.offer(seat.participant, OFFER, anna)
        assert busy.value.code == "media_busy"
        plane.hold.set()
    assert first.result().sdp


async def test_participant_gone_while_the_plane_answers_leaves_no_connection(
    registry: Registry, plane: FakeMediaPlane
) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)
    await registry.join(room, request("Bo"), FakeClient())
    plane.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(task.offer(seat.participant, OFFER, anna), name="offer")
        await asyncio.sleep(0)
        await task.leave(seat.participant, anna)
        plane.hold.set()
    await until(lambda: not plane.seats)
    assert plane.gone == [seat.participant] * 2, "at the leave, and when the late connection was closed"


async def test_client_cancelled_in_its_offer_leaves_no_connection(registry: Registry, plane: FakeMediaPlane) -> None:
    room = registry.create(RoomSettings())
    anna = FakeClient()
    task, seat = await registry.join(room, request(), anna)
    plane.hold = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        offer = group.create_task(task.offer(seat.participant, OFFER, anna), name="offer")
        await until(lambda: task.room._seats.get(seat.participant).is_offering)  # type: ignore[union-attr]
        offer.cancel()
    plane.hold = None
    await task.offer(seat.participant, OFFER, anna)
    assert list(plane.seats) == [seat.participant]


async def test_media_events_reach_the_clients(registry: Registry, plane: FakeMediaPlane) -> None:
    room = registry.create(RoomSettings())
    anna, bo = FakeClient(), FakeClient()
    task, seat = await registry.join(room, request(), anna)
    _, bo_seat = await registry.join(room, request("Bo"), bo)
    await task.offer(seat.participant, OFFER, anna)
    await task.offer(bo_seat.participant, OFFER, bo)
    await task.perform(commands.SetSource(seat.participant, SourceKind.MICROPHONE, True), anna)
    microphone = plane.seats[seat.participant].sources[SourceKind.MICROPHONE]
    plane.say(MediaConnected(seat.participant))
    plane.say(SpeakersChanged([(microphone, 0.2)]))
    plane.say(SpeakersChanged([(microphone, 0.7)]))  # the latest counts
    await until(lambda: bo.of(events.SpeakersChanged))
    assert bo.of(events.SpeakersChanged) == [
        events.SpeakersChanged((seat.participant, bo_seat.participant), ((seat.participant, 0.7),))
    ]
    plane.say(SlotCannotDecode(bo_seat.participant, 0, microphone))
    await until(lambda: bo.of(hub_client.DecodeRefused))
    assert bo.of(hub_client.DecodeRefused)[0].participant == seat.participant
    assert not anna.of(hub_client.DecodeRefused)
    plane.say(MediaQuality(seat.participant, 0.0, 0.0, 0.02, is_silent=True))
    await until(lambda: bo.of(hub_client.QualityChanged))
    assert bo.of(hub_client.QualityChanged)[0].qualities == {seat.participant: Quality.LOST}
    plane.say(MediaLost(seat.participant, "consent"))
    await until(lambda: anna.of(hub_client.MediaGone))
    assert not bo.of(hub_client.MediaGone)


async def test_binding_reaches_the_plane_when_both_have_media(registry: Registry, plane: FakeMediaPlane) -> None:
    room = registry.create(RoomSettings())
    anna, bo = FakeClient(), FakeClient()
    task, seat = await registry.join(room, request(), anna)
    _, bo_seat = await registry.join(room, request("Bo"), bo)
    await task.perform(commands.SetSource(seat.participant, SourceKind.CAMERA, True), anna)
    await task.offer(bo_seat.participant, OFFER, bo)
    assert plane.shown(bo_seat.participant) == {}
    await task.offer(seat.participant, OFFER, anna)
    camera = plane.seats[seat.participant].sources[SourceKind.CAMERA]
    assert plane.shown(bo_seat.participant) == {0: camera}
    assert plane.shown(bo_seat.participant, SlotKind.SPEAKER)
    task.lost(anna)
    await until(lambda: plane.shown(bo_seat.participant) == {})  # given up
    await until(lambda: list(plane.seats) == [bo_seat.participant])


async def test_way_that_was_found_weak_before_joining_is_told_to_the_others_although_it_measures_well(
    registry: Registry, plane: FakeMediaPlane
) -> None:
    room = registry.create(RoomSettings())
    anna, bent = FakeClient(), FakeClient()
    await registry.join(room, request("Anna"), anna)
    task, seat = await registry.join(room, msgspec.structs.replace(request("Bent"), expects_weak=True), bent)
    await task.offer(seat.participant, OFFER, bent)
    plane.say(MediaConnected(seat.participant))

    def measures_well(seconds: float) -> None:
        plane.say(MediaQuality(seat.participant, 0.0, 0.0, 0.05, is_silent=False, period_s=seconds))

    def told() -> list[Quality]:
        return [change.qualities[seat.participant] for change in anna.of(hub_client.QualityChanged)]

    measures_well(2)
    await until(lambda: told() == [Quality.WEAK])
    await task.offer(seat.participant, OFFER, bent)  # another connection: the expectation is of the person's way
    plane.say(MediaConnected(seat.participant))
    measures_well(2)
    await until(lambda: told() == [Quality.WEAK] * 2)
    measures_well(EXPECTED_WEAK_S)
    await until(lambda: told()[2:] == [Quality.GOOD] or measures_well(1.0))
