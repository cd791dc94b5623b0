"""Every way into a meeting that is not a join token already: a personal link, a short link, an address with a PIN.

    by               guest                         host                      unknown, or over
    personal link    as the room's lobby says      at once                   `unknown` · `closed`
    short link       knocks, after the guests'     by the hosts' PIN         `unknown` for both
                     PIN where there is one
    address          by the guests' PIN; knocks    by the hosts' PIN         `unknown` for both
                     where the room has none

What can be guessed is guarded by `hub.guesses`, PINs by `hub.pins`; neither limit is ever looked at for a personal
link that is right. Nothing here is used up by being asked.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import msgspec

from vdxmedia.booking.invitations import (
    Door,
    Invitation,
    InvitedAs,
    allowed_return,
    door_of,
    is_short_id,
    is_token,
    token_hash,
)
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import Clock
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused
from vdxmedia.hub.booking_store import BookingStore
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.guesses import GuessLimits
from vdxmedia.hub.invitations import InvitationStore
from vdxmedia.hub.meeting_facts import FactsOfMeetings, MeetingFacts, TreeSource
from vdxmedia.hub.pins import PinDoor
from vdxmedia.hub.ports import Grant
from vdxmedia.ids import RoomId

JOIN_WITHIN_S = 2 * 3600.0
"""How long the page may wait with joining; sessions renew their tokens themselves. A link that is revoked opens nothing
for a newcomer after this time."""
MAX_URI_CHARS = 200
MAX_PIN_CHARS = 16


class EntranceState(StrEnum):
    OPEN = "open"
    NOT_YET = "notYet"
    CLOSED = "closed"
    """Told to who has a personal link only."""
    UNKNOWN = "unknown"
    """No such meeting; for what can be guessed also: it is over."""
    PIN_REQUIRED = "pinRequired"
    WRONG_PIN = "wrongPin"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One of the first three."""

    invitation: str = ""
    short_id: str = ""
    uri: str = ""
    pin: str = ""
    return_url: str = ""
    address: str
    """Of the client, as limits count it."""


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told."""

    state: EntranceState
    grant: Grant | None = None
    """When `open`."""
    opens_at: int | None = None
    starts_at: int | None = None
    facts: MeetingFacts | None = None
    """When `notYet`, of a personal link."""
    organisation: str = ""
    """As people know it."""
    help_line: str = ""
    tries_left: int | None = None
    return_url: str = ""


class LiveRooms(Protocol):
    def settings_of(self, room: RoomId) -> RoomSettings:
        """Raises: NotFound."""
        ...


class Entrances:
    """Event loop only."""

    def __init__(
        self,
        store: BookingStore,
        invitations: InvitationStore,
        rooms: LiveRooms,
        organisations: TreeSource,
        pins: PinDoor,
        facts: FactsOfMeetings,
        *,
        clock: Clock,
        counters: Counters,
        uri_domain: str,
        turned_away: Callable[[RoomId, str, str], None] = lambda room, role, code: None,
    ) -> None:
        """`uri_domain`: what is added to an address that was typed without one. `turned_away`: is told the room, the
        role where a link says it, and the code, of who was not let through to a meeting that is known."""
        self._store = store
        self._invitations = invitations
        self._rooms = rooms
        self._organisations = organisations
        self._pins = pins
        self._facts = facts
        self._clock = clock
        self._counters = counters
        self._uri_domain = uri_domain
        self._turned_away = turned_away
        self._guesses = GuessLimits()

    async def enter(self, asked: Asked) -> Entered:
        """Raises: BadField (not exactly one way), Refused (`rate_limited`, `pin_locked`, `store_unavailable`)."""
        if sum(map(bool, (asked.invitation, asked.short_id, asked.uri))) != 1:
            raise BadField("one of invitation, shortId and url is needed, and no other", field="$")
        if asked.invitation:
            return await self._by_invitation(asked)
        self._check(asked)
        if asked.short_id:
            return await self._by_short_id(asked)
        return await self._by_uri(asked)

    # ── the ways ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _by_invitation(self, asked: Asked) -> Entered:
        stored = await self._invitations.by_hash(token_hash(asked.invitation)) if is_token(asked.invitation) else None
        if stored is None:
            self._check(asked)
            return self._unknown(asked)
        invitation = stored.invitation
        booked = await self._store.read(lambda rows: rows.booked(invitation.meeting))
        if booked is None:
            return Entered(state=EntranceState.CLOSED)
        organisation = await self._organisation(booked)
        told = _told(booked, organisation)
        match self._door(booked):
            case Door.CLOSED:
                self._turned_away(RoomId(booked.room.room_id), _role_of(invitation).value, "room_closed")
                return told(EntranceState.CLOSED)
            case Door.NOT_YET:
                facts = await self._facts.of(booked, knocks=False)
                return msgspec.structs.replace(_with_times(told(EntranceState.NOT_YET), booked), facts=facts)
            case Door.OPEN:
                grant = self._grant(booked, invitation, knocks=False)
                return self._open(told(EntranceState.OPEN), booked, organisation, asked, grant)

    async def _by_short_id(self, asked: Asked) -> Entered:
        short_id = asked.short_id.lower()
        booked = None
        if is_short_id(short_id):
            booked = await self._store.read(lambda rows: rows.booked_by_short_id(short_id))
        if booked is None or (door := self._door(booked)) is Door.CLOSED:
            return self._unknown(asked)
        organisation = await self._organisation(booked)
        told = _told(booked, organisation)
        if door is Door.NOT_YET:
            return _with_times(told(EntranceState.NOT_YET), booked)
        answer, role = self._by_pin(asked, booked)
        if answer is not None:
            return msgspec.structs.replace(told(answer.state), tries_left=answer.tries_left)
        grant = self._grant(booked, _nobody(booked, role), knocks=role is Role.GUEST)
        return self._open(told(EntranceState.OPEN), booked, organisation, asked, grant)

    async def _by_uri(self, asked: Asked) -> Entered:
        """Addresses are short numbers: before the right PIN nothing is told but that one is needed."""
        uri = asked.uri.strip().removeprefix("sip:")
        if "@" not in uri:
            uri = f"{uri}@{self._uri_domain}"
        booked = None
        if len(uri) <= MAX_URI_CHARS and uri.isprintable():
            booked = await self._store.read(lambda rows: rows.booked_by_uri(uri, with_domain=True, organisation=None))
        if booked is None or (door := self._door(booked)) is Door.CLOSED:
            return self._unknown(asked)
        pins = self._pins_of(booked)
        answer, role = self._by_pin(asked, booked)
        if answer is not None:
            return answer
        organisation = await self._organisation(booked)
        told = _told(booked, organisation)
        if door is Door.NOT_YET:
            return _with_times(told(EntranceState.NOT_YET), booked)
        knocks = role is Role.GUEST and not pins.guest_pin
        grant = self._grant(booked, _nobody(booked, role), knocks=knocks)
        return self._open(told(EntranceState.OPEN), booked, organisation, asked, grant)

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _by_pin(self, asked: Asked, booked: Booked) -> tuple[Entered | None, Role]:
        """What is to be answered instead of going on, or the role. Raises: Refused `pin_locked`."""
        settings = self._pins_of(booked)
        if not asked.pin:
            return (Entered(state=EntranceState.PIN_REQUIRED) if settings.guest_pin else None), Role.GUEST
        if not settings.guest_pin and not settings.host_pin:
            return None, Role.GUEST
        room, now_s = RoomId(booked.room.room_id), self._clock.monotonic_s()
        try:
            return None, self._pins.enter(room, settings, asked.pin[:MAX_PIN_CHARS], asked.address, now_s)
        except Refused as error:
            self._counters.add("pins_locked")
            self._turned_away(room, "", error.code)
            raise
        except NotAllowed as error:
            self._turned_away(room, "", error.code)
            tries_left = self._pins.tries_left(room, asked.address, now_s)
            return Entered(state=EntranceState.WRONG_PIN, tries_left=tries_left), Role.GUEST

    def _pins_of(self, booked: Booked) -> RoomSettings:
        """As they are in the room now, or as they are booked."""
        try:
            return self._rooms.settings_of(RoomId(booked.room.room_id))
        except NotFound:
            return RoomSettings(host_pin=booked.room.host_pin, guest_pin=booked.room.guest_pin)

    def _door(self, booked: Booked) -> Door:
        door = door_of(booked.room, int(self._clock.unix_s()))
        if door is Door.OPEN:
            try:
                self._rooms.settings_of(RoomId(booked.room.room_id))
            except NotFound:
                return Door.NOT_YET
        return door

    async def _organisation(self, booked: Booked) -> Organisation | None:
        return (await self._organisations.tree()).find(booked.meeting.organisation)

    def _check(self, asked: Asked) -> None:
        """Raises: Refused `rate_limited`."""
        try:
            self._guesses.check(asked.address, self._clock.monotonic_s())
        except Refused:
            self._counters.add("guesses_refused")
            raise

    def _unknown(self, asked: Asked) -> Entered:
        self._guesses.wrong(asked.address, self._clock.monotonic_s())
        self._counters.add("entrances_unknown")
        return Entered(state=EntranceState.UNKNOWN)

    def _grant(self, booked: Booked, invitation: Invitation, *, knocks: bool) -> Grant:
        settings = self._rooms.settings_of(RoomId(booked.room.room_id))
        role = _role_of(invitation)
        return Grant(
            room=booked.room.room_id,
            # A personal link is one person: opened again it takes the earlier seat.
            identity="" if invitation.is_shared else f"invitation-{invitation.id}",
            role=role.value,
            name=invitation.name or None,
            organisation=invitation.organisation or (settings.organisation if role is Role.HOST else ""),
            function=invitation.function,
            can_publish=frozenset(SourceKind),
            can_subscribe=True,
            expires_at=self._clock.unix_s() + JOIN_WITHIN_S,
            knocks=knocks,
        )

    def _open(
        self, told: Entered, booked: Booked, organisation: Organisation | None, asked: Asked, grant: Grant
    ) -> Entered:
        wanted = asked.return_url or booked.room.return_url
        return msgspec.structs.replace(told, grant=grant, return_url=allowed_return(organisation, wanted))


def _nobody(booked: Booked, role: Role) -> Invitation:
    """As by the meeting's shared link."""
    invited = InvitedAs.HOST if role is Role.HOST else InvitedAs.GUEST
    return Invitation(id=invited.value, meeting=booked.meeting.uuid, role=invited)


def _role_of(invitation: Invitation) -> Role:
    return Role.HOST if invitation.role is InvitedAs.HOST else Role.GUEST


def _told(booked: Booked, organisation: Organisation | None) -> Callable[[EntranceState], Entered]:
    def told(state: EntranceState) -> Entered:
        name = "" if organisation is None else organisation.name
        return Entered(state=state, organisation=name, help_line="" if organisation is None else organisation.help_line)

    return told


def _with_times(told: Entered, booked: Booked) -> Entered:
    return msgspec.structs.replace(told, opens_at=booked.room.starts_at, starts_at=booked.meeting.starts_at)
