"""The desk's rooms: what is told of them, pools and reservations, and what an external provisioner reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

import msgspec

from vdxmedia.booking import access
from vdxmedia.booking.audit import AuditOperation
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import Provisioning, ProvisionStatus
from vdxmedia.booking.meetings import Booked, BookedRoom
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.pool_rules import first_ready, is_ready, is_reserved
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import PoolState, ProvisionReport
from vdxmedia.booking.room_making import in_status
from vdxmedia.booking.room_options import RoomOptions
from vdxmedia.booking.template_choice import pool_among
from vdxmedia.errors import BadField, NotAllowed, NotFound
from vdxmedia.hub.booking_parts import person_of
from vdxmedia.hub.booking_store import BookingRows, RoomQuery, RoomRow
from vdxmedia.hub.booking_templates import TemplateDesk
from vdxmedia.hub.bookings_port import LIST_PAGE

MAX_DUE = 1_000
"""Rooms told to a provisioner at once; when it has done them it asks again."""
MAX_STATUS_CHARS = 200
MAX_VMR_ID_CHARS = 50


class PoolDesk(TemplateDesk):
    """A part of `bookings.BookingDesk`."""

    # ── rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def room(self, caller: Caller, uuid: UUID) -> RoomRow:
        access.require_any_role(caller)
        found = await self.parts.store.read(lambda rows: rows.room(uuid))
        if found is None or not access.sees_room(caller, *found, await self.tree()):
            raise NotFound("there is no such room", code="meeting_unknown")
        return found

    async def rooms(
        self, caller: Caller, starts_from: int, ends_to: int, status: ProvisionStatus
    ) -> AsyncIterator[Sequence[RoomRow]]:
        access.require_any_role(caller)
        if access.sees_nothing(caller):
            return
        query = RoomQuery(
            starts_from=starts_from,
            ends_to=ends_to,
            status=status,
            organisations=access.visible_organisations(caller, await self.tree()),
            organized_by=access.own_email(caller),
        )
        after: tuple[int, UUID] | None = None
        while True:
            page = await self._page(query, after)
            if page:
                yield page
            if len(page) < LIST_PAGE:
                return
            after = page[-1][0].starts_at, page[-1][0].uuid

    async def _page(self, query: RoomQuery, after: tuple[int, UUID] | None) -> Sequence[RoomRow]:
        return await self.parts.store.read(lambda rows: rows.rooms(query, after, LIST_PAGE))

    async def rooms_of_uris(self, caller: Caller, uris: Sequence[str]) -> Mapping[str, BookedRoom]:
        access.require(caller, CallerRole.ADMIN)
        tree, wanted = await self.tree(), {uri.lower() for uri in uris}
        rooms = await self.parts.store.read(lambda rows: rows.rooms_by_uri(wanted))
        return {
            room.uri_with_domain.lower(): room
            for room in rooms
            if caller.organisation and tree.is_at_or_below(room.organisation, caller.organisation)
        }

    # ── an external provisioner ───────────────────────────────────────────────────────────────────────────────────

    async def report(self, caller: Caller, uuid: UUID, report: ProvisionReport) -> RoomRow:
        self._require_provisioner(caller)
        for name, text, most in (
            ("provisionStatusDescription", report.description, MAX_STATUS_CHARS),
            ("provisionVmrId", report.vmr_id, MAX_VMR_ID_CHARS),
        ):
            if len(text) > most:
                raise BadField(f"at most {most} characters", field=f"$.{name}")

        async def work(rows: BookingRows) -> RoomRow:
            found = await rows.room(uuid)
            if found is None:
                raise NotFound("there is no such room", code="meeting_unknown")
            vmr_id = report.vmr_id or None
            room = in_status(found[0], report.status, self.parts.now(), report.description, vmr_id)
            room = msgspec.structs.replace(room, updated_by=person_of(caller))
            await rows.save_room(room)
            await self._note(rows, caller, AuditOperation.UPDATE, room, ["status"])
            return room, found[1] and Booked(found[1].meeting, room)

        return await self.parts.store.run(work)

    async def due_for_provision(self, caller: Caller) -> Sequence[RoomRow]:
        """Those whose meetings are over already will never be made."""
        self._require_provisioner(caller)
        now = self.parts.now()
        due = await self.parts.store.read(lambda rows: rows.starting(ProvisionStatus.AWAITS_PROVISION, now, MAX_DUE))
        return [found for found in due if not found[0].ends_at or found[0].ends_at > now]

    async def due_for_deprovision(self, caller: Caller) -> Sequence[RoomRow]:
        self._require_provisioner(caller)
        now = self.parts.now()
        return await self.parts.store.read(lambda rows: rows.ending(ProvisionStatus.PROVISIONED_OK, now, MAX_DUE))

    async def _note(
        self, rows: BookingRows, caller: Caller, operation: AuditOperation, room: BookedRoom, fields: Sequence[str]
    ) -> None:
        code = room.organisation
        await self.parts.note(rows, caller, operation, "schedulingInfo", room.uuid, organisation=code, fields=fields)

    def _require_provisioner(self, caller: Caller) -> None:
        access.require(caller, CallerRole.PROVISIONER_USER)
        if self.parts.set_up.provisioning is not Provisioning.EXTERNAL:
            raise NotAllowed("this server makes the rooms itself", code="not_permitted")

    # ── pools ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def pools(self, caller: Caller) -> Sequence[PoolState]:
        access.require_any_role(caller)
        tree = await self.tree()
        visible = access.visible_organisations(caller, tree)
        with_pools = [
            one for one in tree.by_code.values() if one.pool_size and (visible is None or one.code in visible)
        ]

        async def work(rows: BookingRows) -> list[PoolState]:
            return [await self._pool_state(rows, one) for one in with_pools]

        return await self.parts.store.read(work)

    async def _pool_state(self, rows: BookingRows, organisation: Organisation) -> PoolState:
        now, code = self.parts.now(), organisation.code
        free = tuple(room for room in await rows.pool_rooms(code) if is_ready(room, now))
        template = pool_among(await rows.templates([code]), code)
        return PoolState(
            organisation=code, wanted=organisation.pool_size, free=len(free), template=template, rooms=free
        )

    async def add_pool_room(self, caller: Caller, organisation: str, template: int) -> BookedRoom:
        access.require(caller, CallerRole.PROVISIONER_USER)
        tree = await self.tree()
        found = tree.find(organisation)
        if found is None:
            raise BookingRefused(Why.ORGANISATION_UNKNOWN, "there is no such organisation")
        if not found.pool_size:
            raise BookingRefused(Why.NO_POOL, "the organisation has no pool")

        async def work(rows: BookingRows) -> BookedRoom:
            chosen = await self.parts.chosen_template(rows, tree, organisation, template)
            room = await self.parts.make_pool_room(rows, chosen, organisation, person_of(caller))
            await self._note(rows, caller, AuditOperation.CREATE, room, ())
            return room

        room = await self.parts.store.run(work)
        await self.parts.live.follow((room, None))
        return room

    # ── reservations ──────────────────────────────────────────────────────────────────────────────────────────────

    async def reserve(self, caller: Caller, options: RoomOptions) -> BookedRoom:
        """For `pool_rules.RESERVED_S`."""
        access.require(caller, CallerRole.ADMIN)
        organisation = await self.parts.organisations.of(caller)
        if not organisation.pool_size:
            raise BookingRefused(Why.NO_POOL, "the organisation has no pool")

        async def work(rows: BookingRows) -> BookedRoom:
            now = self.parts.now()
            room = first_ready(await rows.pool_rooms(organisation.code), options, now)
            if room is None:
                raise BookingRefused(Why.NO_FREE_POOL_ROOM, "no room of the pool is free")
            room = msgspec.structs.replace(
                room, reserved_by=str(self.parts.dice.uuid()), updated_by=person_of(caller), updated_at=now
            )
            await rows.save_room(room)
            await self._note(rows, caller, AuditOperation.UPDATE, room, ["reserved_by"])
            return room

        return await self.parts.store.run(work)

    async def reservation(self, caller: Caller, uuid: UUID) -> BookedRoom:
        access.require(caller, CallerRole.ADMIN)
        room = await self.parts.store.read(lambda rows: rows.reserved_room(uuid))
        if room is None or room.organisation != caller.organisation or not is_reserved(room, self.parts.now()):
            raise NotFound("there is no such reservation", code="reservation_unknown")
        return room
