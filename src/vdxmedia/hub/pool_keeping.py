"""Keeps pools at their size: makes what is missing, gives up what is too much, frees reservations that have lapsed.

It only writes what is to be; `provisioning` or an external provisioner makes the rooms and takes them down.
"""

from __future__ import annotations

import logging

import msgspec

from vdxmedia.booking.choices import Provisioning, ProvisionStatus
from vdxmedia.booking.meetings import Person
from vdxmedia.booking.pool_rules import is_reserved, surplus
from vdxmedia.booking.refusals import BookingRefused
from vdxmedia.booking.room_making import in_status
from vdxmedia.booking.template_choice import pool_among
from vdxmedia.hub.booking_parts import BookingParts
from vdxmedia.hub.booking_store import BookingRows
from vdxmedia.hub.counters import Counters

logger = logging.getLogger(__name__)

KEEP_S = 10.0
"""How often all pools are looked at."""
GROWN_AT_ONCE = 20
"""Rooms made in one transaction; a pool that lacks more grows in the next."""
_S = ProvisionStatus


class PoolKeeper:
    """Called by the provisioning task alone, but for `look_soon`."""

    def __init__(self, parts: BookingParts, counters: Counters) -> None:
        self._parts = parts
        self._counters = counters
        self.due_at = 0.0
        """Unix seconds."""
        self._is_refused: set[str] = set()
        """Organisations whose pools cannot grow; said once."""

    def look_soon(self, organisation: str) -> None:
        """A room of its pool may have been given away, or its size has changed."""
        del organisation
        self.due_at = min(self.due_at, self._parts.now() + 1.0)

    async def keep(self) -> bool:
        """Whether something is to be done for it. Raises: Refused `store_unavailable`."""
        self.due_at = self._parts.now() + KEEP_S
        tree = await self._parts.organisations.tree()
        wanted = {one.code: one.pool_size for one in tree.by_code.values() if one.pool_size}
        standing = await self._parts.store.read(lambda rows: rows.pools())
        is_changed = False
        for code in sorted({*wanted, *standing}):
            try:
                changed = await self._keep_one(code, wanted.get(code, 0))
            except BookingRefused as error:
                self._counters.add("pool_rooms_refused")
                if code not in self._is_refused:
                    logger.warning("pool_cannot_grow reason=%s", error.code)
                self._is_refused.add(code)
            else:
                self._is_refused.discard(code)
                is_changed = is_changed or changed > 0
                if changed >= GROWN_AT_ONCE:
                    self.due_at = self._parts.now()
        return is_changed

    async def _keep_one(self, code: str, wanted: int) -> int:
        """How many rooms are to come or go."""
        rooms = await self._parts.store.read(lambda rows: rows.pool_rooms(code))
        now = self._parts.now()
        if len(rooms) == wanted and not any(room.reserved_by and not is_reserved(room, now) for room in rooms):
            return 0
        return await self._parts.store.run(lambda rows: self._change(rows, code, wanted))

    async def _change(self, rows: BookingRows, code: str, wanted: int) -> int:
        now, tree = self._parts.now(), await self._parts.organisations.tree()
        rooms = await rows.pool_rooms(code)
        for room in rooms:
            if room.reserved_by and not is_reserved(room, now):
                await rows.save_room(msgspec.structs.replace(room, reserved_by="", updated_at=now))
        rooms = await rows.pool_rooms(code)
        given_up = surplus(rooms, wanted, now)
        for room in given_up:
            gone = msgspec.structs.replace(room, ends_at=now)
            if room.status is _S.AWAITS_PROVISION:
                await rows.delete_room(room.uuid)
            elif self._parts.set_up.provisioning is Provisioning.BUILT_IN:
                await rows.save_room(in_status(gone, _S.STARTING_TO_DEPROVISION, now))
            else:
                await rows.save_room(gone)
        missing = min(wanted - len(rooms), GROWN_AT_ONCE)
        if missing > 0:
            template = pool_among(await rows.templates([code]), code)
            template = template or await self._parts.chosen_template(rows, tree, code, None)
            for _ in range(missing):
                await self._parts.make_pool_room(rows, template, code, Person(code))
        return len(given_up) + max(missing, 0)
