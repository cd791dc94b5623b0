"""Every way into a meeting, on a real store: who gets in, who is told what, and who goes on guessing for nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.invitations import InvitedAs
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.clock import ManualClock
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed, NotFound, Refused
from vdxmedia.hub.booking_store import BookingRows
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.entrances import Asked, Entered, Entrances, EntranceState
from vdxmedia.hub.guesses import MAX_ADDRESSES, WRONG_IN_ALL, WRONG_PER_ADDRESS, GuessLimits
from vdxmedia.hub.invitations import Invitations, NewInvitation
from vdxmedia.hub.meeting_facts import FactsOfMeetings, MeetingFacts
from vdxmedia.hub.pins import PinDoor
from vdxmedia.ids import RoomId
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import open_store
from vdxmedia.store.invitations import InvitationRows

NOW = 1_800_000_000
SEALER = Sealer([b"k" * 32])
ADMIN = Caller(organisation="aarhus", email="a@example.dk", roles=frozenset({CallerRole.ADMIN}), client="c")
CITIZEN, STRANGER = "192.0.2.1", "198.51.100.1"
ORGANISATION = Organisation(
    code="aarhus",
    name="Aarhus Kommune",
    help_line="87 65 43 21",
    return_origins=("https://portal.example.dk",),
)


class House:
    """The parts, and the rooms that are live."""

    audit: AuditLog

    def __init__(self, database: BookingDatabase, links: InvitationRows) -> None:
        self.database = database
        self.clock = ManualClock(unix_s=NOW)
        self.rooms: dict[str, RoomSettings] = {}
        self.pins = PinDoor()
        self.counters = Counters()
        self.organisation = ORGANISATION
        self.invitations = Invitations(self, links, sealer=SEALER, clock=self.clock)  # type: ignore[arg-type]  # of the desk only what is asked here
        self.facts = FactsOfMeetings(database, links, self)
        self.entrances = Entrances(
            database,
            links,
            self,
            self,
            self.pins,
            self.facts,
            clock=self.clock,
            counters=self.counters,
            uri_domain="m.example.dk",
        )

    def settings_of(self, room: RoomId) -> RoomSettings:
        if room not in self.rooms:
            raise NotFound("no such room", code="room_unknown")
        return self.rooms[room]

    async def tree(self) -> Tree:
        return Tree([self.organisation])

    async def meeting(self, caller: Caller, uuid: UUID) -> Booked:
        booked = await self.database.read(lambda rows: rows.booked(uuid))
        if booked is None or booked.meeting.organisation != caller.organisation:
            raise NotFound("no such meeting", code="meeting_unknown")
        return booked

    async def book(self, *, uri: str = "", guest_pin: str = "", host_pin: str = "", starts_in: int = 0) -> Booked:
        """Its room is live when it has begun."""
        uuid = uuid4()
        starts_at = NOW + starts_in
        room = BookedRoom(
            uuid=uuid, organisation="aarhus", template=1, status=ProvisionStatus.PROVISIONED_OK, has_meeting=True,
            room_id=uuid.hex[:12], uri_without_domain=uri or uuid.hex[12:24], uri_domain="m.example.dk",
            guest_pin=guest_pin, host_pin=host_pin, starts_at=starts_at - 900, ends_at=starts_at + 3600,
        )  # fmt: skip
        meeting = Meeting(
            uuid=uuid, organisation="aarhus", subject="Psykiatri", starts_at=starts_at, ends_at=starts_at + 3600,
            short_id=uuid.hex[20:32],
        )  # fmt: skip

        async def work(rows: BookingRows) -> None:
            await rows.add_meeting(meeting, room)

        await self.database.run(work)
        if starts_in <= 900:
            pins = {"guest_pin": guest_pin, "host_pin": host_pin}
            self.rooms[room.room_id] = RoomSettings(organisation="Aarhus Kommune", **pins)
        return Booked(meeting, room)

    async def save(self, booked: Booked) -> None:
        async def work(rows: BookingRows) -> None:
            await rows.save_meeting(booked.meeting)
            await rows.save_room(booked.room)

        await self.database.run(work)

    async def enter(self, address: str = CITIZEN, **asked: str) -> Entered:
        return await self.entrances.enter(Asked(address=address, **asked))

    async def personal(self, booked: Booked, **asked: object) -> str:
        link = await self.invitations.add(ADMIN, booked.meeting.uuid, NewInvitation(**asked))  # type: ignore[arg-type]
        return link.token


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_store(f"sqlite:///{tmp_path}/vdx.db") as store:
        database = BookingDatabase(store.units, SEALER)

        async def add(rows: BookingRows) -> None:
            await rows.add_organisation(ORGANISATION)

        await database.run(add)
        house = House(database, InvitationRows(store.units, SEALER))
        house.audit = AuditLog(store.units, SEALER)
        yield house


async def test_personal_link_is_its_person_and_is_never_used_up(house: House) -> None:
    booked = await house.book()
    doctor = await house.personal(booked, role=InvitedAs.HOST, name="Overlæge Bo", function="læge", organisation="AUH")
    seen = [await house.enter(invitation=doctor) for _ in range(3)]
    grants = [entered.grant for entered in seen]
    assert {entered.state for entered in seen} == {EntranceState.OPEN}
    assert all(grant is not None and grant.identity == grants[0].identity != "" for grant in grants)  # type: ignore[union-attr]
    grant = grants[0]
    assert grant is not None
    assert (grant.room, grant.role, grant.name, grant.function, grant.organisation, grant.knocks) == (
        booked.room.room_id, "host", "Overlæge Bo", "læge", "AUH", False,
    )  # fmt: skip
    assert (seen[0].organisation, seen[0].help_line) == ("Aarhus Kommune", "87 65 43 21")


async def test_shared_links_make_a_new_person_each_time_and_stay_the_same_links(house: House) -> None:
    booked = await house.book()
    host, guest = await house.invitations.shared_of(booked)
    again = await house.invitations.shared_of(booked)
    assert (host, guest) == again
    for link, role, organisation in ((host, "host", "Aarhus Kommune"), (guest, "guest", "")):
        grant = (await house.enter(invitation=link.token)).grant
        assert grant is not None
        assert (grant.identity, grant.role, grant.organisation, grant.name) == ("", role, organisation, None)


async def test_link_opens_with_the_room_moves_with_the_meeting_and_ends_with_it(house: House) -> None:
    booked = await house.book(starts_in=7200)
    token = await house.personal(booked)
    early = await house.enter(invitation=token)
    assert (early.state, early.opens_at, early.starts_at, early.grant) == (
        EntranceState.NOT_YET, NOW + 6300, NOW + 7200, None,
    )  # fmt: skip
    moved = Booked(
        msgspec.structs.replace(booked.meeting, starts_at=NOW + 600, ends_at=NOW + 1200),
        msgspec.structs.replace(booked.room, starts_at=NOW - 300, ends_at=NOW + 1200),
    )
    await house.save(moved)
    assert (await house.enter(invitation=token)).state is EntranceState.NOT_YET  # its room is being made
    house.rooms[booked.room.room_id] = RoomSettings()
    assert (await house.enter(invitation=token)).state is EntranceState.OPEN
    house.clock.advance(1200)
    closed = await house.enter(invitation=token)
    assert (closed.state, closed.grant) == (EntranceState.CLOSED, None)


async def test_early_personal_link_tells_when_and_with_whom_and_what_only_where_it_is_shown(house: House) -> None:
    booked = await house.book(starts_in=7200)
    guest = await house.personal(booked, name="Inger")
    times = {"starts_at": NOW + 7200, "ends_at": NOW + 10_800}
    assert (await house.enter(invitation=guest)).facts == MeetingFacts(**times), "hosts that share a link have no name"
    await house.personal(booked, role=InvitedAs.HOST, function="sekretær")
    await house.personal(booked, role=InvitedAs.HOST, name="Overlæge Bo", function="læge")
    house.clock.advance(1)
    await house.personal(booked, role=InvitedAs.HOST, name="Ane", function="tolk")
    host = {"host_name": "Overlæge Bo", "host_function": "læge"}
    assert (await house.enter(invitation=guest)).facts == MeetingFacts(**times, **host)
    house.organisation = msgspec.structs.replace(ORGANISATION, shows_subject=True)
    assert (await house.enter(invitation=guest)).facts == MeetingFacts(**times, **host, subject="Psykiatri")


async def test_what_can_be_guessed_tells_neither_host_nor_subject_before_it_is_open(house: House) -> None:
    house.organisation = msgspec.structs.replace(ORGANISATION, shows_subject=True)
    early = await house.book(starts_in=7200, uri="1234", guest_pin="2468")
    await house.personal(early, role=InvitedAs.HOST, name="Overlæge Bo")
    assert (await house.enter(short_id=early.meeting.short_id)).facts is None
    assert (await house.enter(uri="1234", pin="2468")).facts is None
    facts = await house.facts.of_room(early.room.room_id, knocks=True)
    assert facts is not None
    assert (facts.host_name, facts.subject) == ("Overlæge Bo", None)
    house.clock.advance(20_000)
    assert (await house.enter(invitation=await house.personal(early))).facts is None, "it is over"
    assert await house.facts.of_room("nosuchroom22", knocks=False) is None


async def test_store_that_does_not_answer_costs_the_facts_and_nothing_else(house: House) -> None:
    booked = await house.book(starts_in=7200)

    class Broken:
        async def named_host(self, meeting: UUID) -> None:
            raise Refused("the store does not answer", code="store_unavailable")

    facts = FactsOfMeetings(house.database, Broken(), house)
    assert await facts.of(booked, knocks=False) is None
    assert await facts.of_room(booked.room.room_id, knocks=False) is None


async def test_revoked_link_is_unknown_and_a_shared_one_is_followed_by_another(house: House) -> None:
    booked = await house.book()
    uuid = booked.meeting.uuid
    token = await house.personal(booked, name="Inger")
    links = await house.invitations.list(ADMIN, uuid)
    assert [link.invitation.id for link in links][:2] == ["guest", "host"]
    assert links[2].token == token
    _, before = await house.invitations.shared_of(booked)
    for link in links:
        await house.invitations.revoke(ADMIN, uuid, link.invitation.id)
    for gone in (token, before.token):
        assert (await house.enter(invitation=gone)).state is EntranceState.UNKNOWN
    _, after = await house.invitations.shared_of(booked)
    assert (await house.enter(invitation=after.token)).state is EntranceState.OPEN
    with pytest.raises(NotFound):
        await house.invitations.revoke(ADMIN, uuid, links[2].invitation.id)
    day = datetime.fromtimestamp(NOW, UTC).strftime("%Y-%m-%d")
    noted = [line.entry async for line in house.audit.entries("aarhus", day)]
    assert [(note.operation.value, note.resource, note.identifier) for note in noted] == [
        ("create", "invitation", f"{uuid} {links[2].invitation.id}"),
        *(("delete", "invitation", f"{uuid} {link.invitation.id}") for link in links),
    ]


async def test_links_are_for_who_books_and_nobody_of_another_organisation(house: House) -> None:
    booked = await house.book()
    uuid = booked.meeting.uuid
    with pytest.raises(NotFound):
        await house.invitations.list(msgspec.structs.replace(ADMIN, organisation="odense"), uuid)
    looks = msgspec.structs.replace(ADMIN, roles=frozenset({CallerRole.PROVISIONER}))
    with pytest.raises(NotAllowed):
        await house.invitations.list(looks, uuid)
    host, guest = await house.invitations.shared(looks, booked)
    assert host is None
    assert guest.invitation.role is InvitedAs.GUEST


async def test_store_holds_no_token_that_opens(house: House, tmp_path: Path) -> None:
    booked = await house.book()
    token = await house.personal(booked)
    raw = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()))
    assert str(booked.meeting.uuid).encode() in raw
    assert token.encode() not in raw


async def test_short_link_knocks_and_only_the_hosts_pin_makes_a_host(house: House) -> None:
    booked = await house.book(host_pin="7777")
    short_id = booked.meeting.short_id
    for typed in (short_id, short_id.upper()):
        grant = (await house.enter(short_id=typed)).grant
        assert grant is not None
        assert (grant.role, grant.knocks, grant.identity) == ("guest", True, "")
    host = (await house.enter(short_id=short_id, pin="7777")).grant
    assert host is not None
    assert (host.role, host.knocks) == ("host", False)


async def test_short_link_with_a_guest_pin_asks_for_it_and_knocks_all_the_same(house: House) -> None:
    booked = await house.book(guest_pin="1234", host_pin="7777")
    short_id = booked.meeting.short_id
    assert (await house.enter(short_id=short_id)).state is EntranceState.PIN_REQUIRED
    wrong = await house.enter(short_id=short_id, pin="9999")
    assert (wrong.state, wrong.tries_left, wrong.grant) == (EntranceState.WRONG_PIN, 4, None)
    grant = (await house.enter(short_id=short_id, pin="1234")).grant
    assert grant is not None
    assert grant.knocks


async def test_pin_limits_bind_who_types_and_never_a_link(house: House) -> None:
    booked = await house.book(guest_pin="1234")
    short_id, token = booked.meeting.short_id, await house.personal(booked)
    left = [(await house.enter(STRANGER, short_id=short_id, pin=f"{n}")).tries_left for n in range(5000, 5005)]
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(Refused) as caught:
        await house.enter(STRANGER, short_id=short_id, pin="1234")
    assert caught.value.code == "pin_locked"
    assert (caught.value.retry_after_s or 0) > 0
    assert (await house.enter(STRANGER, invitation=token)).state is EntranceState.OPEN
    assert (await house.enter(CITIZEN, short_id=short_id, pin="1234")).state is EntranceState.OPEN


async def test_address_tells_nothing_before_the_right_pin(house: House) -> None:
    booked = await house.book(uri="1234", guest_pin="4711", starts_in=7200)
    for typed in ("1234", "1234@m.example.dk", "sip:1234@M.example.dk"):
        told = await house.enter(uri=typed)
        assert told == Entered(state=EntranceState.PIN_REQUIRED)
    assert (await house.enter(uri="1234", pin="4711")).state is EntranceState.NOT_YET
    house.clock.advance(7000)
    house.rooms[booked.room.room_id] = RoomSettings(guest_pin="4711")
    grant = (await house.enter(uri="1234", pin="4711")).grant
    assert grant is not None
    assert (grant.role, grant.knocks) == ("guest", False)


async def test_address_of_a_room_without_pin_leads_to_the_lobby(house: House) -> None:
    await house.book(uri="1234")
    grant = (await house.enter(uri="1234")).grant
    assert grant is not None
    assert grant.knocks


async def test_unknown_and_closed_short_links_are_answered_alike(house: House) -> None:
    over = await house.book(starts_in=-7200)
    answers = [await house.enter(short_id=name) for name in (over.meeting.short_id, "0123456789ab", "nonsense")]
    assert answers == [Entered(state=EntranceState.UNKNOWN)] * 3
    assert (await house.enter(uri=over.room.uri_with_domain)) == Entered(state=EntranceState.UNKNOWN)


async def test_taken_down_room_is_closed_before_its_time(house: House) -> None:
    booked = await house.book()
    token = await house.personal(booked)
    await house.save(
        Booked(booked.meeting, msgspec.structs.replace(booked.room, status=ProvisionStatus.DEPROVISION_OK))
    )
    assert (await house.enter(invitation=token)).state is EntranceState.CLOSED
    assert (await house.enter(short_id=booked.meeting.short_id)).state is EntranceState.UNKNOWN


@pytest.mark.parametrize("addresses", [1, 10_000], ids=["one-address", "ten-thousand-addresses"])
async def test_ten_thousand_guesses_find_nothing_and_the_citizen_gets_in_at_once(house: House, addresses: int) -> None:
    meetings = [await house.book() for _ in range(20)]
    dice = random.Random(1)
    answers: dict[str, int] = {}
    for number in range(10_000):
        guess = f"{dice.getrandbits(48):012x}"
        house.clock.advance(0.01)
        try:
            told = (await house.enter(f"198.51.{number % addresses}", short_id=guess)).state.value
        except Refused as error:
            told = error.code if (error.retry_after_s or 0) > 0 else "refused without a time"
        answers[told] = answers.get(told, 0) + 1
        if number % 1000 == 999:
            mine = meetings[number % 20]
            assert (await house.enter(CITIZEN, short_id=mine.meeting.short_id)).state is EntranceState.OPEN
    assert set(answers) <= {"unknown", "rate_limited"}
    if addresses == 1:
        assert answers["unknown"] <= WRONG_PER_ADDRESS + 100 * 10_000 // 600_000 + 1
    assert house.counters.totals().get("guesses_refused", 0) == answers.get("rate_limited", 0)
    # From a guesser's own address, too: by a personal link at once, by the short one when the told time is over.
    guesser, mine = "198.51.0", meetings[0]
    assert (await house.enter(guesser, invitation=await house.personal(mine))).state is EntranceState.OPEN
    with pytest.raises(Refused) as refused:
        await house.enter(guesser, short_id=mine.meeting.short_id)
    house.clock.advance(refused.value.retry_after_s or 0)
    assert (await house.enter(guesser, short_id=mine.meeting.short_id)).state is EntranceState.OPEN


def test_guessing_is_slow_for_one_address_and_slower_for_many() -> None:
    limits = GuessLimits()

    def looks(address: str, now_s: float) -> bool:
        try:
            limits.check(address, now_s)
        except Refused:
            return False
        limits.wrong(address, now_s)
        return True

    assert sum(looks("one", 0.0) for _ in range(100)) == WRONG_PER_ADDRESS
    assert [looks("one", 61.0), looks("one", 61.0)] == [True, False]
    assert looks("one", 2000.0)  # forgiven
    # Many: while the limit of all is used up, each has one guess.
    many = [f"a{number}" for number in range(WRONG_IN_ALL)]
    assert all(looks(address, 3000.0) for address in many)
    assert looks("next", 3000.0)
    assert not looks("next", 3001.0)
    limits.check("citizen", 3001.0)
    assert not looks(many[0], 3001.0)
    assert looks(many[0], 3100.0)


def test_addresses_remembered_are_bounded() -> None:
    limits = GuessLimits()
    for number in range(MAX_ADDRESSES + 10):
        limits.wrong(str(number), float(number))
    assert len(limits._addresses) == MAX_ADDRESSES


async def test_page_returns_only_where_the_organisation_allows(house: House) -> None:
    booked = await house.book()
    token = await house.personal(booked)
    wanted = {
        "https://portal.example.dk/tak?id=1": True,
        "https://portal.example.dk:443/": True,
        "https://PORTAL.example.dk/": True,
        "http://portal.example.dk/": False,
        "https://portal.example.dk.evil.example/": False,
        "https://portal.example.dk@evil.example/": False,
        "https://evil.example/#https://portal.example.dk/": False,
        "https://evil.example\\@portal.example.dk/": False,
        "javascript:alert(1)": False,
        "//portal.example.dk/": False,
        "https://portal.example.dk:8443/": False,
        "https://portal.example.dk:x/": False,
    }
    for address, is_allowed in wanted.items():
        told = await house.enter(invitation=token, return_url=address)
        assert told.return_url == (address if is_allowed else ""), address
