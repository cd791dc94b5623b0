"""Our own REST of meetings, their links, and the ways in, put together."""

from __future__ import annotations

from collections.abc import Sequence

from vdxmedia.api.days import DayOperations
from vdxmedia.api.diagnoses import BURST, EVERY_S, DiagnosisOperations
from vdxmedia.api.entrances import EntranceOperations
from vdxmedia.api.invitations import InvitationOperations
from vdxmedia.api.meeting_invitations import MeetingInvitationOperations
from vdxmedia.api.meetings import MeetingOperations
from vdxmedia.api.messages import MessageOperations
from vdxmedia.api.operations import Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.api.room_links import RoomLinkOperations
from vdxmedia.api.templates import TemplateOperations
from vdxmedia.api.waiting_pictures import WaitingPictureOperations
from vdxmedia.assembly.looks import look_operations
from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.hub.booking_store import BookingStore
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.calls import Calls
from vdxmedia.hub.diagnoses import Diagnoses
from vdxmedia.hub.entrances import Entrances
from vdxmedia.hub.idempotency import Idempotency
from vdxmedia.hub.invitations import Invitations
from vdxmedia.hub.meeting_facts import FactsOfMeetings
from vdxmedia.hub.messages import Messages
from vdxmedia.hub.ports import Tokens
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.room_links import RoomLinks
from vdxmedia.sealing import Sealer
from vdxmedia.store.diagnoses import DiagnosisRows
from vdxmedia.store.invitations import InvitationRows, RepeatedRequests
from vdxmedia.store.units import Units

BURST_S = 5.0


def booking_operations(
    settings: Settings,
    bookings: Bookings,
    store: BookingStore,
    units: Units,
    registry: Registry,
    tokens: Tokens,
    messages: Messages,
    *,
    uri_domain: str,
    sealer: Sealer,
    clock: Clock,
    public_url: str,
) -> Sequence[Operation]:
    links = InvitationRows(units, sealer)
    invitations = Invitations(bookings, links, sealer=sealer, clock=clock)
    meetings = MeetingOperations(
        bookings,
        invitations,
        Idempotency(RepeatedRequests(units), clock),
        clock=clock,
        public_url=public_url,
        short_link_base=settings.booking.short_link_base,
    )
    facts = FactsOfMeetings(store, links, bookings)
    showing = InvitationOperations(registry, facts, clock=clock)
    entrances = Entrances(
        store,
        links,
        registry,
        bookings,
        registry.pins,
        facts,
        clock=clock,
        counters=registry.counters,
        uri_domain=uri_domain,
        turned_away=registry.records.turned_away,
    )
    per_second = settings.api.requests_per_second
    diagnoses = Diagnoses(DiagnosisRows(units), clock, registry.counters)
    return (
        *showing.table(),
        *meetings.table(),
        *RoomLinkOperations(
            RoomLinks(store, invitations, registry, bookings),
            public_url=public_url,
            short_link_base=settings.booking.short_link_base or f"{public_url}/m/",
        ).table(),
        *DiagnosisOperations(diagnoses, RateLimit(per_second=1 / EVERY_S, burst=BURST, clock=clock)).table(),
        *WaitingPictureOperations(registry.live_room, clock).table(),
        *TemplateOperations(meetings, bookings).table(),
        *DayOperations(meetings, bookings, registry.presence_in, clock=clock).table(),
        *MessageOperations(
            meetings,
            messages,
            Calls(bookings, invitations, messages, clock, registry.counters),
            public_url=public_url,
        ).table(),
        *look_operations(bookings, units, registry, sealer=sealer, clock=clock),
        *MeetingInvitationOperations(meetings, invitations, public_url=public_url).table(),
        *EntranceOperations(
            entrances,
            showing,
            tokens,
            RateLimit(per_second=per_second, burst=BURST_S * per_second, clock=clock),
        ).table(),
    )
