"""All organisations, kept in memory: they are asked for with each call and change seldom."""

from __future__ import annotations

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.clock import Clock
from vdxmedia.hub.booking_store import BookingRows, BookingStore, Taken

LOOK_S = 2.0


class OrganisationCache:
    """What was read last is so until `forget`, but for organisations that the command line has added: looked for when
    the tree is asked for, at most every `LOOK_S`."""

    def __init__(self, store: BookingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._looked_at = -LOOK_S
        self._tree: Tree | None = None
        self._changes = 0

    async def tree(self) -> Tree:
        """Raises: Refused `store_unavailable`."""
        if self._tree is not None and not await self._has_more(self._tree):
            return self._tree
        changes = self._changes
        self._looked_at = self._clock.monotonic_s()
        tree = Tree(await self._store.read(lambda rows: rows.organisations()))
        if changes == self._changes:
            self._tree = tree
        return tree

    async def _has_more(self, tree: Tree) -> bool:
        now = self._clock.monotonic_s()
        if now - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        newest = await self._store.read(lambda rows: rows.newest_organisation())
        return newest != max((one.group_id for one in tree.by_code.values()), default=0)

    def forget(self) -> None:
        """After each change, also one that may have failed."""
        self._changes += 1
        self._tree = None

    async def of(self, caller: Caller) -> Organisation:
        """The caller's, made under its automatic parent where it is new. Raises: BookingRefused
        `organisation_unknown`, BadField."""
        tree = await self.tree()
        found = tree.find(caller.organisation)
        if found is not None:
            return found
        if not caller.organisation or not caller.auto_organisation or caller.auto_organisation not in tree:
            raise BookingRefused(Why.ORGANISATION_UNKNOWN, "the caller's organisation is unknown")
        new = Organisation(code=caller.organisation, name=caller.organisation[:100], parent=caller.auto_organisation)
        new.validate()
        try:
            return await self.add(new)
        except Taken:  # another call has made it meanwhile
            return (await self.tree()).by_code[caller.organisation]

    async def add(self, organisation: Organisation, note: AuditNote | None = None) -> Organisation:
        """With its note in the audit log. Raises: Taken."""

        async def work(rows: BookingRows) -> Organisation:
            added = await rows.add_organisation(organisation)
            if note is not None:
                await rows.note(note)
            return added

        try:
            return await self._store.run(work)
        finally:
            self.forget()

    async def save(self, organisation: Organisation, note: AuditNote) -> None:
        """Raises: Taken."""

        async def work(rows: BookingRows) -> None:
            await rows.save_organisation(organisation)
            await rows.note(note)

        try:
            await self._store.run(work)
        finally:
            self.forget()
