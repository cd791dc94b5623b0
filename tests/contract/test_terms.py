"""Terms that an organisation demands, over real signalling: who has not accepted them stays out, whatever he sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
import pytest

from tests.contract.houses import House, new_room
from tests.fakes.signalling_server import signalling_server
from vdxmedia.booking.branding import Branding
from vdxmedia.clock import ManualClock
from vdxmedia.errors import Refused
from vdxmedia.hub.branding import NOBODYS, ShownLook
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.terms import KEPT_S, RoomTerms

TERMS = Branding(terms_title="Vilkår", terms_text="Mødet optages ikke.", terms_demanded=True)


class Looks:
    """The organisation's look, as the store has it now."""

    def __init__(self, branding: Branding = TERMS) -> None:
        self.branding = branding
        self.is_away = False
        self.asked = 0

    async def of_room(self, room: str) -> ShownLook:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Refused("the store is away", code="store_unavailable")
        return msgspec.structs.replace(NOBODYS, branding=self.branding)


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(0)


@pytest.fixture
async def house(looks: Looks, clock: ManualClock) -> AsyncIterator[House]:
    async with signalling_server() as server, AsyncExitStack() as stack:
        server.registry.terms = RoomTerms(looks, clock, server.registry.counters)
        yield House(server, stack, new_room(server, lobby="knock"))


@pytest.mark.parametrize("said", [None, "", "x", "0" * 16, TERMS.terms_title])
async def test_patched_page_that_names_no_terms_or_others_is_refused(house: House, said: str | None) -> None:
    guest = await house.open()
    assert (await guest.join("Gert", acceptsTerms=said))["code"] == "terms_not_accepted"
    # A seat or a place in the lobby that is not his does not spare it.
    resume = {"session": "invented", "sequence": 0}
    assert (await guest.join("Gert", acceptsTerms=said, resume=resume))["code"] == "terms_not_accepted"
    assert (await guest.command("setTiles", tiles=[]))["code"] == "out_of_order"


async def test_guest_who_has_accepted_comes_in_and_back_also_when_the_terms_have_changed(
    house: House, looks: Looks, clock: ManualClock
) -> None:
    host = await house.host()
    guest = await house.open()
    waiting = await guest.join("Gert", acceptsTerms=TERMS.terms_version)
    assert waiting["type"] == "waiting"
    looks.branding = msgspec.structs.replace(TERMS, terms_text="Andet")
    clock.advance(KEPT_S + 1)
    assert (await host.command("admit", waitingId=waiting["participantId"])) == {"type": "done"}
    await guest.until_event("admitted")
    joined = await guest.join("Gert", resume={"session": waiting["session"], "sequence": 0})
    assert joined["type"] == "joined"
    await guest.cut()
    again = await house.open()
    resume = {"session": joined["session"], "sequence": joined["sequence"]}
    assert (await again.join("Gert", resume=resume))["type"] == "resumed"
    another = await house.open()
    assert (await another.join("Ny", acceptsTerms=TERMS.terms_version))["code"] == "terms_not_accepted"
    assert (await another.join("Ny", acceptsTerms=looks.branding.terms_version))["type"] == "waiting"


async def test_hosts_and_guests_of_those_who_only_offer_terms_are_not_asked(house: House, looks: Looks) -> None:
    await house.host()
    looks.branding = msgspec.structs.replace(TERMS, terms_demanded=False)
    assert (await (await house.open()).join("Gert"))["type"] == "waiting"


async def test_store_is_asked_once_for_many_and_what_was_known_holds_while_it_is_away(clock: ManualClock) -> None:
    looks, counters = Looks(), Counters()
    terms = RoomTerms(looks, clock, counters)
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(terms.demanded("room")) for _ in range(50)]
    assert {each.result() for each in asked} == {TERMS.terms_version}
    assert looks.asked == 1
    looks.is_away = True
    clock.advance(KEPT_S + 1)
    assert await terms.demanded("room") == TERMS.terms_version
    assert await terms.demanded("never asked about") == ""
    assert counters.totals() == {"terms_not_looked_up": 1, "terms_unknown": 1}


async def test_answer_that_the_first_did_not_wait_for_is_asked_for_again(clock: ManualClock) -> None:
    terms = RoomTerms(Looks(), clock, Counters())
    first, second = (asyncio.ensure_future(terms.demanded("room")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == TERMS.terms_version
    assert first.cancelled()
