"""Who was in a room, from when to when, over REST: as JSON, and as the CSV that a Danish Excel opens by a double click.

The names were typed by strangers, so a cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from http import HTTPStatus
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import Noted, of_path
from vdxmedia.api.operations import Credential, Operation
from vdxmedia.booking.audit import AuditOperation
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import NotAllowed
from vdxmedia.hub import ports
from vdxmedia.hub.ports import Grant
from vdxmedia.ids import RoomId


def _danish_time() -> tuple[tzinfo, str]:
    """The zone and what the header calls it; UTC where the system has no time zones."""
    try:
        return zoneinfo.ZoneInfo("Europe/Copenhagen"), "dansk tid"
    except zoneinfo.ZoneInfoNotFoundError:
        return UTC, "UTC"


ZONE, ZONE_NAME = _danish_time()
CSV_HEADER = ("Navn", "Rolle", "Organisation", f"Fra ({ZONE_NAME})", f"Til ({ZONE_NAME})", "Genkendt")
ROLE_WORDS = {Role.HOST: "vært", Role.GUEST: "deltager"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for a formula (OWASP, CSV injection)."""


class Stay(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A person's stay in the room; who leaves and comes back has several."""

    name: Annotated[str, Meta(description="As the others saw it.")]
    role: Role
    organisation: str
    first_seen: datetime
    last_seen: Annotated[datetime, Meta(description="Now, for who is there.")]
    is_recognised: Annotated[bool, Meta(description="A host has ticked that this is the person expected.")]


class RoomAttendance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    stays: Annotated[Sequence[Stay], Meta(description="By first seen; at most the latest 10,000.")]


class AttendanceBook(Protocol):
    """What the operations need of the hub's registry."""

    async def attendance(self, room: RoomId) -> Sequence[ports.Attendance]:
        """Raises: NotFound `room_unknown`, Refused `store_unavailable`."""
        ...

    async def delete_attendance(self, room: RoomId) -> None:
        """Raises: Refused `store_unavailable`."""
        ...


class AttendanceOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, book: AttendanceBook) -> None:
        self._book = book

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="/api/v1/rooms/{roomId}/attendance",
                name="showAttendance",
                summary="Show who was in a room that records attendance, also after it was closed; CSV on request",
                handler=self._show,
                body=None,
                answer=RoomAttendance,
                status=HTTPStatus.OK,
                errors=("room_unknown", "store_unavailable"),
                as_csv=as_csv,
                audit=Noted(AuditOperation.READ, "attendance", of_path("roomId")),
            ),
            Operation(
                method="DELETE",
                path="/api/v1/rooms/{roomId}/attendance",
                name="deleteAttendance",
                summary="Delete who was in a room, before its term",
                handler=self._delete,
                body=None,
                answer=None,
                status=HTTPStatus.NO_CONTENT,
                errors=("store_unavailable",),
                audit=Noted(AuditOperation.DELETE, "attendance", of_path("roomId")),
            ),
            Operation(
                method="GET",
                path="/api/v1/attendance",
                name="showOwnAttendance",
                summary="Show a host who was in the room; CSV on request",
                handler=self._show_host,
                credential=Credential.JOIN_TOKEN,
                body=None,
                answer=RoomAttendance,
                status=HTTPStatus.OK,
                errors=("room_unknown", "store_unavailable"),
                as_csv=as_csv,
            ),
        )

    async def _show(self, path: Mapping[str, str], body: None) -> RoomAttendance:
        return await self._of(RoomId(path["roomId"]))

    async def _show_host(self, path: Mapping[str, str], grant: Grant) -> RoomAttendance:
        if grant.role != Role.HOST:
            raise NotAllowed("only a host may see who was there")
        return await self._of(RoomId(grant.room))

    async def _delete(self, path: Mapping[str, str], body: None) -> None:
        await self._book.delete_attendance(RoomId(path["roomId"]))

    async def _of(self, room: RoomId) -> RoomAttendance:
        stays = await self._book.attendance(room)
        return RoomAttendance(
            stays=[
                Stay(
                    name=stay.name,
                    role=Role(stay.role),
                    organisation=stay.organisation,
                    first_seen=datetime.fromtimestamp(int(stay.first_seen), UTC),
                    last_seen=datetime.fromtimestamp(int(stay.last_seen), UTC),
                    is_recognised=stay.is_recognised,
                )
                for stay in stays
            ]
        )


def as_csv(attendance: RoomAttendance) -> bytes:
    """UTF-8 with its mark, semicolons, CRLF: what Excel reads without asking where Danish is the language."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    for stay in attendance.stays:
        writer.writerow(
            (
                _plain(stay.name),
                ROLE_WORDS[stay.role],
                _plain(stay.organisation),
                _local(stay.first_seen),
                _local(stay.last_seen),
                "ja" if stay.is_recognised else "nej",
            )
        )
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(FORMULA_STARTS) or cell.startswith(FORMULA_STARTS) else cell


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%d-%m-%Y %H:%M:%S")
