"""The organisations' brandings: in versions, the newest in force, an older one brought back as a new version.

An organisation without one has that of the nearest above it, and so has one whose look cannot be shown any more: that
is counted, logged once and told with the look. The look is no secret, so reading asks nobody's leave.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from vdxmedia.booking.access import require
from vdxmedia.booking.audit import AuditNote, AuditOperation, changed_fields, note_of
from vdxmedia.booking.branding import Branding, Checked, checked
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import Clock
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.counters import Counters

logger = logging.getLogger(__name__)

MAX_VERSIONS = 20
"""Kept of one organisation; the oldest goes."""
MAX_REPORTED = 1_000
"""Looks that are known not to be as they were stored; then the list begins anew."""


class StoredBranding(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    version: int
    """Counts up from 1; 0: none is stored."""
    made_at: int
    branding: Branding | None
    """None: what is stored cannot be shown."""
    corrections: tuple[str, ...] = ()
    """What of the stored one is not shown as it is, or why nothing is."""


class ShownLook(msgspec.Struct, frozen=True, kw_only=True):
    """What a page gets."""

    organisation: str
    """Whose look it is; empty: nobody's, and all else is empty too."""
    version: int
    branding: Branding
    own_version: int = 0
    """The newest of the organisation that was asked for, shown or not; 0: it has none of its own."""
    name: str = ""
    help_line: str = ""
    shows_subject: bool = False
    """Of the organisation that was asked for."""
    corrections: tuple[str, ...] = ()


NOBODYS = ShownLook(organisation="", version=0, branding=Branding())


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

    def __init__(
        self, store: BrandingStore, bookings: Bookings, clock: Clock, counters: Counters | None = None
    ) -> None:
        self._store = store
        self._bookings = bookings
        self._clock = clock
        self._counters = counters or Counters()
        self._reported: set[tuple[str, int]] = set()

    async def of(self, organisation: str) -> ShownLook:
        """In force; of an unknown organisation as of one without any: nobody is told which there are."""
        upwards = list((await self._bookings.tree()).upwards(organisation))
        codes = [one.code for one in upwards]
        found = {stored.organisation: stored for stored in await self._store.newest(codes)} if codes else {}
        corrections: list[str] = []
        own_version = found[organisation].version if organisation in found else 0
        for one in upwards:
            stored = found.get(one.code)
            if stored is None:
                continue
            self._report(stored)
            corrections += stored.corrections
            if stored.branding is None:
                corrections.append(f"version {stored.version} is not shown; the look above it is")
                continue
            return ShownLook(
                organisation=one.code,
                version=stored.version,
                branding=stored.branding,
                own_version=own_version,
                name=one.name,
                help_line=one.help_line,
                shows_subject=upwards[0].shows_subject,
                corrections=tuple(corrections),
            )
        return msgspec.structs.replace(NOBODYS, own_version=own_version, corrections=tuple(corrections))

    async def shown(self, stored: StoredBranding, corrections: tuple[str, ...]) -> ShownLook:
        """One that was stored just now."""
        one = (await self._bookings.tree()).find(stored.organisation) or Organisation(code=stored.organisation)
        return ShownLook(
            organisation=stored.organisation,
            version=stored.version,
            branding=stored.branding or Branding(),
            own_version=stored.version,
            name=one.name,
            help_line=one.help_line,
            shows_subject=one.shows_subject,
            corrections=corrections,
        )

    async def of_room(self, room: str) -> ShownLook:
        return await self.of(await self._store.organisation_of_room(room))

    def _report(self, stored: StoredBranding) -> None:
        """Once for each version, not for each page."""
        key = (stored.organisation, stored.version)
        if not stored.corrections or key in self._reported:
            return
        if len(self._reported) >= MAX_REPORTED:
            self._reported.clear()
        self._reported.add(key)
        self._counters.add("brandings_mended" if stored.branding is not None else "brandings_unreadable")
        logger.warning(
            "branding_not_as_stored organisation=%s version=%d shown=%s first=%s",
            *key,
            stored.branding is not None,
            stored.corrections[0],
        )

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
            if stored.version == version and stored.branding is not None:
                return await self._add(caller, organisation, stored.branding, None)
        raise NotFound("there is no such version that can be shown")

    async def _add(self, caller: Caller, organisation: str, branding: Branding, version: int | None) -> StoredBranding:
        now = int(self._clock.unix_s())

        def make(newest: StoredBranding | None) -> tuple[Branding, AuditNote] | None:
            if version is not None and version != (0 if newest is None else newest.version):
                raise Refused("the branding has been changed meanwhile", code="changed_meanwhile")
            before = None if newest is None else newest.branding
            fields = changed_fields(before or Branding(), branding)
            if before is not None and not fields:
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
