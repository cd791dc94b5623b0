"""The organisations' brandings: in versions, the newest in force, an older one brought back as a new version.

An organisation without one has that of the nearest above it. The look is no secret, so reading asks nobody's leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from vdxmedia.booking.access import require
from vdxmedia.booking.audit import AuditNote, AuditOperation, changed_fields, note_of
from vdxmedia.booking.branding import Branding, Checked, checked
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.clock import Clock
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.bookings_port import Bookings

MAX_VERSIONS = 20
"""Kept of one organisation; the oldest goes."""


class StoredBranding(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    version: int
    """Counts up from 1; 0: none is stored."""
    made_at: int
    branding: Branding


class BrandingStore(Protocol):
    """Implemented by `store.brandings`. All raise Refused `store_unavailable`."""

    async def newest(self, organisations: Sequence[str]) -> Sequence[StoredBranding]:
        """Of each that has one."""
        ...

    async def versions(self, organisation: str) -> Sequence[StoredBranding]:
        """The newest first."""
        ...

    async def add(
        self, organisation: str, make: Callable[[StoredBranding | None], tuple[Branding, AuditNote] | None]
    ) -> StoredBranding | None:
        """`make` is given the newest, and gives the next with its note, or None for no change; all in one transaction.
        Older ones than `MAX_VERSIONS` go. Gives the newest."""
        ...

    async def organisation_of_room(self, room: str) -> str:
        """That a live room was booked for; empty: none."""
        ...


class BrandingDesk:
    """Event loop only. Raises, all: Refused `store_unavailable`."""

    def __init__(self, store: BrandingStore, bookings: Bookings, clock: Clock) -> None:
        self._store = store
        self._bookings = bookings
        self._clock = clock

    async def of(self, organisation: str) -> StoredBranding:
        """In force; of an unknown organisation as of one without any: nobody is told which there are."""
        upwards = [one.code for one in (await self._bookings.tree()).upwards(organisation)]
        found = {stored.organisation: stored for stored in await self._store.newest(upwards)} if upwards else {}
        none = StoredBranding(organisation="", version=0, made_at=0, branding=Branding())
        return next((found[code] for code in upwards if code in found), none)

    async def of_room(self, room: str) -> StoredBranding:
        return await self.of(await self._store.organisation_of_room(room))

    async def versions(self, caller: Caller, organisation: str) -> Sequence[StoredBranding]:
        """Raises: NotAllowed, NotFound."""
        await self._check(caller, organisation)
        return await self._store.versions(organisation)

    async def put(
        self, caller: Caller, organisation: str, branding: Branding, *, version: int | None = None
    ) -> tuple[StoredBranding, Checked]:
        """`version`: only if it is still in force, 0 for none. Raises: BadField, NotAllowed, NotFound, Refused
        `changed_meanwhile`."""
        await self._check(caller, organisation)
        result = checked(branding)
        return await self._add(caller, organisation, result.branding, version), result

    async def roll_back(self, caller: Caller, organisation: str, version: int) -> StoredBranding:
        """Raises: NotAllowed, NotFound."""
        for stored in await self.versions(caller, organisation):
            if stored.version == version:
                return await self._add(caller, organisation, stored.branding, None)
        raise NotFound("there is no such version")

    async def _add(self, caller: Caller, organisation: str, branding: Branding, version: int | None) -> StoredBranding:
        now = int(self._clock.unix_s())

        def make(newest: StoredBranding | None) -> tuple[Branding, AuditNote] | None:
            if version is not None and version != (0 if newest is None else newest.version):
                raise Refused("the branding has been changed meanwhile", code="changed_meanwhile")
            fields = changed_fields(Branding() if newest is None else newest.branding, branding)
            if newest is not None and not fields:
                return None
            operation = AuditOperation.CREATE if newest is None else AuditOperation.UPDATE
            return branding, note_of(organisation, caller, operation, "branding", organisation, now, fields)

        stored = await self._store.add(organisation, make)
        assert stored is not None, "there is one now"
        return stored

    async def _check(self, caller: Caller, organisation: str) -> None:
        require(caller, CallerRole.ADMIN)
        tree = await self._bookings.tree()
        if organisation not in tree or not caller.organisation:
            raise _unknown()
        if not tree.is_at_or_below(organisation, caller.organisation):
            raise _unknown()


def _unknown() -> NotFound:
    return NotFound("there is no such organisation")
