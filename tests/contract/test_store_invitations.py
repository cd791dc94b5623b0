"""Links and repeated requests on both databases."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from tests.contract.places import SEALER, StorePlace
from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.audit import AuditNote, AuditOperation, note_of
from vdxmedia.booking.connection_tests import ConnectionTest, DeviceClass, NetworkVerdict
from vdxmedia.booking.invitations import Invitation, InvitedAs, token_hash
from vdxmedia.hub.idempotency import Remembered
from vdxmedia.hub.invitations import StoredInvitation
from vdxmedia.store.invitations import InvitationRows, RepeatedRequests
from vdxmedia.store.units import Units

DATABASES = itertools.count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def units(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Units]:
    place = StorePlace(f"sqlite:///{tmp_path}/vdx.db", "")
    if request.param == "postgresql":
        running: Postgres = request.getfixturevalue("postgres")
        place = StorePlace(await asyncio.to_thread(running.make_database, f"links{next(DATABASES)}"), PASSWORD)
    async with place.units() as opened:
        yield opened


def link(meeting: UUID, name: str, token: str = "") -> StoredInvitation:
    invitation = Invitation(id=name, meeting=meeting, role=InvitedAs.GUEST, name="Ærø 😀", created_at=7)
    return StoredInvitation(invitation, token_hash(token or f"{meeting}{name}"), "sealed")


def note(name: str) -> AuditNote:
    return note_of("aarhus", None, AuditOperation.DELETE, "invitation", name, 1_800_000_000)


async def test_link_is_found_by_its_hash_and_by_its_meeting_until_it_is_deleted(units: Units) -> None:
    rows, meeting = InvitationRows(units, SEALER), uuid4()
    mine = [link(meeting, "p2"), link(meeting, "host"), link(meeting, "guest")]
    assert await rows.add(mine, most=3)
    assert await rows.add([link(uuid4(), "host")], most=3)
    assert await rows.of_meeting(meeting) == [mine[2], mine[1], mine[0]]
    assert await rows.by_hash(mine[0].token_hash) == mine[0]
    assert await rows.by_hash("0" * 64) is None
    assert await rows.delete(meeting, "p2", note("p2"))
    assert not await rows.delete(meeting, "p2", note("p2"))
    assert await rows.by_hash(mine[0].token_hash) is None


async def test_newest_test_of_a_connection_is_kept_with_its_link_alone(units: Units) -> None:
    rows, meeting = InvitationRows(units, SEALER), uuid4()
    mine, other = link(meeting, "p1"), link(meeting, "p2")
    assert await rows.add([mine, other], most=9)
    test = ConnectionTest(tested_at=8, verdict=NetworkVerdict.NONE, device=DeviceClass.TABLET)
    newer = ConnectionTest(tested_at=9, verdict=NetworkVerdict.GOOD, device=DeviceClass.PHONE, picture=True, sound=True)
    assert await rows.save_test(mine.token_hash, test)
    assert await rows.save_test(mine.token_hash, newer)
    assert not await rows.save_test("0" * 64, newer)
    tests = {one.invitation.id: one.last_test for one in await rows.of_meeting(meeting)}
    assert tests == {"p1": newer, "p2": None}


async def test_two_who_make_the_shared_links_at_once_get_the_same(units: Units) -> None:
    rows, meeting = InvitationRows(units, SEALER), uuid4()
    await asyncio.gather(*(rows.add([link(meeting, "host", f"token {one}")], most=9) for one in range(5)))
    stored = await rows.of_meeting(meeting)
    assert len(stored) == 1


async def test_links_of_a_meeting_have_a_bound(units: Units) -> None:
    rows, meeting = InvitationRows(units, SEALER), uuid4()
    assert await rows.add([link(meeting, "a"), link(meeting, "b")], most=3)
    assert not await rows.add([link(meeting, "c"), link(meeting, "d")], most=3)
    assert len(await rows.of_meeting(meeting)) == 2


async def test_the_first_of_equal_requests_is_remembered_until_it_is_forgotten(units: Units) -> None:
    memory = RepeatedRequests(units)
    first = Remembered(caller="c", key_hash="k", request_digest="d", resource=uuid4(), created_at=10)
    others = [msgspec.structs.replace(first, resource=uuid4()) for _ in range(4)]
    answers = await asyncio.gather(*(memory.remember(one, forget_before=0) for one in (first, *others)))
    assert len({one.resource for one in answers}) == 1
    kept = answers[0]
    await memory.made(kept)
    assert (await memory.remember(others[0], forget_before=0)).is_made
    await memory.forget(kept)
    assert await memory.remember(others[1], forget_before=0) == others[1]
    assert await memory.remember(msgspec.structs.replace(first, caller="x"), forget_before=0) != others[1]
