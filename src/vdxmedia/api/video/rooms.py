"""Operations on the rooms of meetings (`scheduling-info`), for who books and for who provisions; and reservations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from vdxmedia.api.video import asked
from vdxmedia.api.video.answers import Answers
from vdxmedia.api.video.bodies import CreateSchedulingInfo, UpdateSchedulingInfo
from vdxmedia.api.video.operations import ADMIN, PROVISIONER, Call, Kind, Operation, Pages, Parameter, Shape
from vdxmedia.api.video.resources import SchedulingInfo
from vdxmedia.api.video.versions import Version
from vdxmedia.booking.choices import ProvisionStatus, ViewType, VmrQuality, VmrType
from vdxmedia.booking.meetings import Booked, BookedRoom
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import ProvisionReport
from vdxmedia.booking.room_options import DEFAULTS, RoomOptions
from vdxmedia.errors import NotFound
from vdxmedia.hub.bookings_port import Bookings

Choice = TypeVar("Choice", bound=StrEnum)
RoomRow = tuple[BookedRoom, Booked | None]

RELATION = "schedulingInfoDtoList"
WINDOW = (
    Parameter(
        "from-start-time", "The room is there from, or its meeting ends, then or later.", Kind.TIME, is_required=True
    ),
    Parameter("to-end-time", "And then or earlier.", Kind.TIME, is_required=True),
    Parameter(
        "provision-status",
        "Of the room; AWAITS_PROVISION if it is not said.",
        Kind.CHOICE,
        choices=ProvisionStatus,
    ),
)
PROPERTIES = (
    Parameter("vmrType", "conference if it is not said.", Kind.CHOICE, choices=VmrType),
    Parameter("hostView", "one_main_seven_pips if it is not said.", Kind.CHOICE, choices=ViewType),
    Parameter("guestView", "one_main_seven_pips if it is not said.", Kind.CHOICE, choices=ViewType),
    Parameter("vmrQuality", "hd if it is not said.", Kind.CHOICE, choices=VmrQuality),
    Parameter("enableOverlayText", "true if it is not said.", Kind.FLAG),
    Parameter("guestsCanPresent", "true if it is not said.", Kind.FLAG),
    Parameter("forcePresenterIntoMain", "true if it is not said.", Kind.FLAG),
    Parameter("forceEncryption", "false if it is not said.", Kind.FLAG),
    Parameter("muteAllGuests", "false if it is not said.", Kind.FLAG),
)
NOTHING_FREE = frozenset({Why.NO_FREE_POOL_ROOM, Why.NO_POOL, Why.AD_HOC_NOT_ALLOWED, Why.RESERVATION_UNKNOWN})
"""Of a reservation: 404 here, where a booking would be refused with a code."""


class RoomOperations:
    def __init__(self, bookings: Bookings, answers: dict[Version, Answers]) -> None:
        self._bookings = bookings
        self._answers = answers

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "GET",
                "/scheduling-info",
                "listSchedulingInfo",
                "Rooms by time and status",
                self.window,
                parameters=WINDOW,
                answer=SchedulingInfo,
                shape=Shape.LIST,
                relation=RELATION,
            ),
            Operation(
                "POST",
                "/scheduling-info",
                "createSchedulingInfo",
                "Make a room for an organisation's pool",
                self.add_pool_room,
                roles=PROVISIONER,
                body=CreateSchedulingInfo,
                answer=SchedulingInfo,
                is_unacceptable=True,
            ),
            Operation(
                "GET",
                "/scheduling-info/{uuid}",
                "readSchedulingInfo",
                "A meeting's room: status, PINs and links",
                self.read,
                answer=SchedulingInfo,
                can_be_missing=True,
            ),
            Operation(
                "PUT",
                "/scheduling-info/{uuid}",
                "reportSchedulingInfo",
                "Report what became of a room; where an external provisioner makes them",
                self.report,
                roles=PROVISIONER,
                body=UpdateSchedulingInfo,
                answer=SchedulingInfo,
                can_be_missing=True,
                is_unacceptable=True,
            ),
            Operation(
                "GET",
                "/scheduling-info-provision",
                "listRoomsToProvision",
                "Rooms that are to be made now",
                self.due_for_provision,
                roles=PROVISIONER,
                answer=SchedulingInfo,
                shape=Shape.LIST,
                relation=RELATION,
            ),
            Operation(
                "GET",
                "/scheduling-info-deprovision",
                "listRoomsToDeprovision",
                "Rooms that are to be taken down now",
                self.due_for_deprovision,
                roles=PROVISIONER,
                answer=SchedulingInfo,
                shape=Shape.LIST,
                relation=RELATION,
            ),
            Operation(
                "GET",
                "/scheduling-info-reserve",
                "reserveRoom",
                "Reserve a room of the pool with these properties",
                self.reserve,
                roles=ADMIN,
                parameters=PROPERTIES,
                answer=SchedulingInfo,
                can_be_missing=True,
            ),
            Operation(
                "GET",
                "/scheduling-info-reserve/{uuid}",
                "readReservation",
                "Read a reservation",
                self.reservation,
                roles=ADMIN,
                answer=SchedulingInfo,
                can_be_missing=True,
            ),
        )

    async def window(self, call: Call) -> Pages:
        status = ProvisionStatus(call.query.get("provision-status", ProvisionStatus.AWAITS_PROVISION))
        starts_from = asked.required_time(call.query, "from-start-time", call.version)
        ends_to = asked.required_time(call.query, "to-end-time", call.version)
        return Pages(self._bookings.rooms(call.caller, starts_from, ends_to, status), self._writer(call))

    async def add_pool_room(self, call: Call) -> SchedulingInfo:
        body: CreateSchedulingInfo = call.body
        room = await self._bookings.add_pool_room(call.caller, body.organization_id, body.scheduling_template_id)
        return self._answers[call.version].room(room)

    async def read(self, call: Call) -> SchedulingInfo:
        return self._writer(call)(await self._bookings.room(call.caller, call.uuid))

    async def report(self, call: Call) -> SchedulingInfo:
        body: UpdateSchedulingInfo = call.body
        report = ProvisionReport(
            status=body.provision_status,
            description=body.provision_status_description or "",
            vmr_id=body.provision_vmr_id or "",
        )
        return self._writer(call)(await self._bookings.report(call.caller, call.uuid, report))

    async def due_for_provision(self, call: Call) -> Pages:
        rooms = await self._bookings.due_for_provision(call.caller)
        return Pages(_one_page(rooms), self._writer(call))

    async def due_for_deprovision(self, call: Call) -> Pages:
        rooms = await self._bookings.due_for_deprovision(call.caller)
        return Pages(_one_page(rooms), self._writer(call))

    async def reserve(self, call: Call) -> SchedulingInfo:
        options = RoomOptions(
            vmr_type=_choice(call, "vmrType", VmrType),
            host_view=_choice(call, "hostView", ViewType),
            guest_view=_choice(call, "guestView", ViewType),
            vmr_quality=_choice(call, "vmrQuality", VmrQuality),
            enable_overlay_text=_flag(call, "enableOverlayText"),
            guests_can_present=_flag(call, "guestsCanPresent"),
            force_presenter_into_main=_flag(call, "forcePresenterIntoMain"),
            force_encryption=_flag(call, "forceEncryption"),
            mute_all_guests=_flag(call, "muteAllGuests"),
        )
        try:
            room = await self._bookings.reserve(call.caller, options.over(DEFAULTS))
        except BookingRefused as refusal:
            raise _not_found(refusal) from refusal
        return self._answers[call.version].room(room)

    async def reservation(self, call: Call) -> SchedulingInfo:
        try:
            room = await self._bookings.reservation(call.caller, call.uuid)
        except BookingRefused as refusal:
            raise _not_found(refusal) from refusal
        return self._answers[call.version].room(room)

    def _writer(self, call: Call) -> Callable[[RoomRow], SchedulingInfo]:
        answers = self._answers[call.version]
        return lambda row: answers.room(*row)


def _not_found(refusal: BookingRefused) -> BookingRefused | NotFound:
    return NotFound(refusal.text) if refusal.why in NOTHING_FREE else refusal


def _choice(call: Call, name: str, choices: type[Choice]) -> Choice | None:
    return choices(call.query[name]) if name in call.query else None


def _flag(call: Call, name: str) -> bool | None:
    return call.query[name].lower() == "true" if name in call.query else None


async def _one_page(rows: Sequence[RoomRow]) -> AsyncIterator[Sequence[RoomRow]]:
    if rows:
        yield rows
