"""What a client is told about bandwidth: its slots that are paused, its layers that are wanted, its camera."""

from __future__ import annotations

import msgspec

from tests.fakes.hub_clients import FakeClient, request, until
from tests.fakes.media_plane import FakeMediaPlane
from vdxmedia.clock import SystemClock
from vdxmedia.conference import commands
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.layout_desk import PinPeople
from vdxmedia.conference.quality import ADVISE_AFTER_S, WITHDRAW_AFTER_S, UplinkAdviser
from vdxmedia.conference.settings import GuestVisibility, PictureQuality, RoomMode, RoomSettings
from vdxmedia.conference.visibility import AnswerSpotlight, AnswerVisibility, Spotlight
from vdxmedia.hub import client as hub_client
from vdxmedia.hub.ports import LayersWanted, MediaLost, MediaOffer, MediaQuality, SlotPaused
from vdxmedia.hub.registry import Registry

ADVISE_AFTER, WITHDRAW_AFTER = round(ADVISE_AFTER_S + 0.5), round(WITHDRAW_AFTER_S + 0.5)
"""Readings of a second."""
OFFER = MediaOffer("v=0", {"0": SourceKind.MICROPHONE})


async def test_bandwidth_is_told_whole_to_the_one_whom_it_concerns() -> None:
    plane = FakeMediaPlane()
    async with Registry(plane, SystemClock()) as registry:
        room = registry.create(RoomSettings())
        anna, bo = FakeClient(), FakeClient()
        task, seat = await registry.join(room, request(), anna)
        await registry.join(room, request("Bo"), bo)
        await task.offer(seat.participant, OFFER, anna)
        await task.perform(commands.SetSource(seat.participant, SourceKind.CAMERA, True), anna)

        def latest() -> hub_client.BandwidthChanged | None:
            told = anna.of(hub_client.BandwidthChanged)
            return told[-1] if told else None

        plane.say(SlotPaused(seat.participant, 2, is_paused=True))
        plane.say(SlotPaused(seat.participant, 0, is_paused=True))
        plane.say(SlotPaused(seat.participant, 1, is_paused=False))  # nothing new
        plane.say(LayersWanted(seat.participant, SourceKind.CAMERA, (0,)))
        layers = {SourceKind.CAMERA: (0,)}
        await until(lambda: latest() == hub_client.BandwidthChanged((0, 2), layers, advises_camera_off=False))
        plane.say(SlotPaused(seat.participant, 2, is_paused=True, is_given_up=True))
        given_up = hub_client.BandwidthChanged((0, 2), layers, advises_camera_off=False, given_up=(2,))
        await until(lambda: latest() == given_up)
        plane.say(SlotPaused(seat.participant, 2, is_paused=False))
        await until(lambda: latest() == hub_client.BandwidthChanged((0,), layers, advises_camera_off=False))

        for second in range(ADVISE_AFTER):
            assert not any(told.advises_camera_off for told in anna.of(hub_client.BandwidthChanged)), second
            reading = MediaQuality(seat.participant, 0.2, 0.0, 0.02, is_silent=False, uplink_bps=200_000 + second)
            plane.say(reading)
            await task.perform(commands.SetTiles(seat.participant, []), anna)  # after what media said
        await until(lambda: latest() == hub_client.BandwidthChanged((0,), layers, advises_camera_off=True))

        again = FakeClient()
        await registry.join(room, request(resume=(seat.session, 1)), again)
        assert again.of(hub_client.BandwidthChanged) == [latest()], "who comes back is told how it stands"
        plane.say(MediaLost(seat.participant, "consent"))
        plain = hub_client.BandwidthChanged((), {}, advises_camera_off=False)
        await until(lambda: again.of(hub_client.BandwidthChanged)[-1] == plain)
        assert not bo.of(hub_client.BandwidthChanged)


async def test_private_guest_is_not_told_by_his_layers_how_many_others_a_host_has_on_the_screen() -> None:
    plane = FakeMediaPlane()
    async with Registry(plane, SystemClock()) as registry:
        settings = RoomSettings(mode=RoomMode.TRAINING, guest_visibility=GuestVisibility.SPOTLIGHT)
        room = registry.create(settings)
        chair, anna = FakeClient(), FakeClient()
        task, host = await registry.join(room, request("Inge", role="host"), chair)
        _, seat = await registry.join(room, request(), anna)
        await task.offer(seat.participant, OFFER, anna)

        async def told_after(*layers: int) -> list[tuple[int, ...] | None]:
            """What he is told when these are wanted; None: all."""
            before = len(anna.of(hub_client.BandwidthChanged))
            plane.say(LayersWanted(seat.participant, SourceKind.CAMERA, layers))
            await task.perform(commands.SetTiles(seat.participant, []), anna)  # after what media said
            return [told.layers.get(SourceKind.CAMERA) for told in anna.of(hub_client.BandwidthChanged)[before:]]

        assert await told_after(0) == [(0, 1)], "as many as a grid needs, however full it is"
        assert await told_after(2) == []
        assert await told_after() == []
        await task.perform(PinPeople(host.participant, (seat.participant,)), chair)
        assert await told_after(2) == [None], "a host looks closer"
        await task.perform(PinPeople(host.participant, ()), chair)
        assert await told_after(0) == [(0, 1)]
        await task.perform(Spotlight(host.participant, seat.participant), chair)
        await task.perform(AnswerSpotlight(seat.participant, agrees=True), anna)
        assert await told_after(0, 2) == [None]
        await task.perform(Spotlight(host.participant, None), chair)
        await task.change_settings(msgspec.structs.replace(settings, mode=RoomMode.MEETING))
        assert await told_after(0) == [], "still all: the size of his picture is not told"
        sd = {"mode": RoomMode.MEETING, "quality": PictureQuality.SD}
        await task.change_settings(msgspec.structs.replace(settings, **sd))
        assert await told_after(1) == [(0, 1)]
        await task.change_settings(RoomSettings())
        await task.perform(AnswerVisibility(seat.participant, agrees=True), anna)
        reading = MediaQuality(seat.participant, 0.0, 0.0, 0.02, is_silent=False, uplink_bps=900_000)
        plane.say(reading)
        await until(lambda: anna.of(hub_client.BandwidthChanged)[-1].layers == {SourceKind.CAMERA: (1,)})
        await task.perform(AnswerVisibility(seat.participant, agrees=False), anna)
        plane.say(reading)
        await until(lambda: anna.of(hub_client.BandwidthChanged)[-1].layers == {})


def test_camera_is_advised_off_after_some_bad_seconds_and_the_advice_stays_for_some_good_ones() -> None:
    adviser = UplinkAdviser()
    for _ in range(ADVISE_AFTER - 1):
        assert not adviser.read(0.0, 60_000, is_sending_camera=True)
    assert not adviser.read(0.0, 600_000, is_sending_camera=True), "one good second begins the count anew"
    said = [adviser.read(0.2, 600_000, is_sending_camera=True) for _ in range(ADVISE_AFTER)]
    assert said == [False] * (ADVISE_AFTER - 1) + [True]
    assert adviser.advises_camera_off
    said = [adviser.read(0.0, 40_000, is_sending_camera=False) for _ in range(WITHDRAW_AFTER)]
    assert said == [False] * (WITHDRAW_AFTER - 1) + [True]
    assert not adviser.advises_camera_off


def test_camera_that_is_off_or_watched_by_nobody_is_not_advised_off() -> None:
    adviser = UplinkAdviser()
    assert not any(adviser.read(0.0, 40_000, is_sending_camera=False) for _ in range(20))
    assert not any(adviser.read(0.0, None, is_sending_camera=True) for _ in range(20)), "nothing came: another matter"
