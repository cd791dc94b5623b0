"""Echoes are bounded in number, in time and in what they carry, and know of nothing but themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from tests.fakes.media_plane import FakeMediaPlane
from tests.patience import PATIENCE_S
from vdxmedia.conference.kinds import SlotKind, SourceKind
from vdxmedia.errors import BadSdp, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.echoes import FIRST_KEY, MAX_OF_ADDRESS, MAX_OFFERS, MAX_UPLINK_BPS, Echoes
from vdxmedia.hub.ports import MediaConnected, MediaLost, MediaOffer, MediaQuality
from vdxmedia.ids import ParticipantId

OFFER = MediaOffer(sdp="v=0", sources={"0": SourceKind.MICROPHONE, "1": SourceKind.CAMERA})
SOON_S = 0.05
LONG_S = 30.0


class House:
    def __init__(self, *, most: int = 4, lasts_s: float = LONG_S, connect_within_s: float = LONG_S) -> None:
        self.plane = FakeMediaPlane()
        self.counters = Counters()
        self.echoes = Echoes(self.plane, self.counters, most=most, lasts_s=lasts_s, connect_within_s=connect_within_s)

    async def open(self, address: str = "a", offers: int = 1) -> list[ParticipantId]:
        before = set(self.plane.seats)
        await self.echoes.open(address, [OFFER] * offers)
        return [who for who in self.plane.seats if who not in before]

    async def ended(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.echoes.running or self.plane.listeners:
                await asyncio.sleep(0.005)


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., House]]:
    made: list[House] = []

    def house(**settings: float) -> House:
        made.append(House(**settings))  # type: ignore[arg-type]
        return made[-1]

    yield house
    for one in made:
        await one.echoes.__aexit__(None, None, None)


async def test_echo_shows_each_connection_its_own_sound_and_picture_and_no_other(make: Callable[..., House]) -> None:
    house = make()
    first = await house.open(offers=2)
    second = await house.open("b")
    conferences = {who: house.plane.seats[who].conference for who in (*first, *second)}
    assert len({conferences[first[0]], conferences[first[1]], conferences[second[0]]}) == 2
    assert min(conferences.values()) >= FIRST_KEY
    for who, seat in house.plane.seats.items():
        assert set(seat.sources) == {SourceKind.MICROPHONE, SourceKind.CAMERA}
        assert house.plane.shown(who) == {0: seat.sources[SourceKind.CAMERA]}
        assert house.plane.shown(who, SlotKind.SPEAKER) == {0: seat.sources[SourceKind.MICROPHONE]}


async def test_echo_is_refused_beyond_so_many_at_once_and_of_one_address(make: Callable[..., House]) -> None:
    house = make(most=MAX_OF_ADDRESS + 1)
    for _ in range(MAX_OF_ADDRESS):
        await house.open("a")
    with pytest.raises(Refused, match="too many") as refusal:
        await house.open("a")
    assert refusal.value.code == "echoes_full"
    await house.open("b")
    with pytest.raises(Refused):
        await house.open("c")
    assert house.counters.totals() == {"echoes_opened": MAX_OF_ADDRESS + 1, "echoes_refused_full": 2}
    assert len(house.plane.listeners) == MAX_OF_ADDRESS + 1


async def test_echo_of_none_at_once_is_always_refused(make: Callable[..., House]) -> None:
    with pytest.raises(Refused):
        await make(most=0).open()


async def test_echo_takes_no_more_offers_than_there_are_ways(make: Callable[..., House]) -> None:
    assert len(await make().open(offers=MAX_OFFERS + 3)) == MAX_OFFERS


async def test_echo_ends_when_nobody_connects(make: Callable[..., House]) -> None:
    house = make(connect_within_s=SOON_S)
    await house.open()
    await house.ended()
    assert house.counters.totals()["echoes_timed_out"] == 1


async def test_echo_ends_after_its_time_though_it_is_used(make: Callable[..., House]) -> None:
    house = make(lasts_s=SOON_S)
    [who] = await house.open()
    house.plane.say(MediaConnected(who))
    await house.ended()
    assert (house.counters.totals()["echoes_timed_out"], house.plane.seats) == (1, {})


async def test_echo_ends_with_its_connection(make: Callable[..., House]) -> None:
    house = make()
    used, tried = await house.open(offers=2)
    house.plane.say(MediaConnected(used))
    house.plane.say(MediaLost(tried, "dtls"))
    await asyncio.sleep(SOON_S)
    assert house.echoes.running == 1
    house.plane.say(MediaLost(used, "closed"))
    await house.ended()
    assert "echoes_timed_out" not in house.counters.totals()


async def test_echo_that_is_fed_more_than_a_camera_sends_is_cut_off(make: Callable[..., House]) -> None:
    house = make()
    [who] = await house.open()
    house.plane.say(MediaConnected(who))

    def sends(bps: int) -> None:
        house.plane.say(MediaQuality(who, 0.0, 0.0, None, is_silent=False, uplink_bps=bps))

    sends(MAX_UPLINK_BPS)
    await asyncio.sleep(SOON_S)
    assert house.echoes.running == 1
    sends(MAX_UPLINK_BPS + 1)
    await house.ended()
    assert house.counters.totals()["echoes_cut_off"] == 1


async def test_echo_of_an_offer_that_cannot_be_taken_leaves_nothing(make: Callable[..., House]) -> None:
    house = make()
    with pytest.raises(BadSdp):
        await house.echoes.open("a", [OFFER, MediaOffer(sdp="garbage", sources={})])
    assert (house.echoes.running, house.plane.listeners, house.plane.seats) == (0, {}, {})
