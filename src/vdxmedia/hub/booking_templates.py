"""The desk's organisations and templates: which one a booking is made with, and changing them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vdxmedia.booking import access
from vdxmedia.booking.audit import AuditNote, AuditOperation, changed_fields, note_of
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.checks import check_template
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.room_options import Template
from vdxmedia.errors import BadField, NotFound, Refused
from vdxmedia.hub.booking_parts import BookingParts, person_of
from vdxmedia.hub.booking_store import BookingRows, Clash, Taken

STAMPS = frozenset({"revision", "created_by", "created_at", "updated_at", "updated_by"})
"""Fields that say no more than that something changed."""


class TemplateDesk:
    """A part of `bookings.BookingDesk`."""

    def __init__(self, parts: BookingParts) -> None:
        self.parts = parts

    # ── organisations ─────────────────────────────────────────────────────────────────────────────────────────────

    async def tree(self) -> Tree:
        return await self.parts.organisations.tree()

    async def seed(self, organisations: Sequence[Organisation]) -> None:
        """Adds those that are not there yet: for a development server."""
        for one in organisations:
            if one.code not in await self.tree():
                await self.parts.organisations.add(one)

    async def add_organisation(self, caller: Caller, organisation: Organisation) -> Organisation:
        access.require(caller, CallerRole.ADMIN)
        self._check_organisation(caller, organisation, organisation.parent, await self.tree())
        try:
            return await self.parts.organisations.add(
                organisation, self._organisation_note(caller, AuditOperation.CREATE, organisation.code, ())
            )
        except Taken as error:
            raise _taken(error) from error

    async def change_organisation(self, caller: Caller, organisation: Organisation) -> Organisation:
        access.require(caller, CallerRole.ADMIN)
        tree = await self.tree()
        self._check_organisation(caller, organisation, organisation.code, tree)
        stored = tree.by_code[organisation.code]
        if organisation.parent != stored.parent:
            raise BadField("an organisation stays where it is", field="$.parent")
        changed = msgspec.structs.replace(organisation, group_id=stored.group_id)
        fields = changed_fields(stored, changed)
        if not fields:
            return changed
        note = self._organisation_note(caller, AuditOperation.UPDATE, changed.code, fields)
        try:
            await self.parts.organisations.save(changed, note)
        except Taken as error:
            raise _taken(error) from error
        return changed

    def _organisation_note(
        self, caller: Caller, operation: AuditOperation, code: str, fields: Sequence[str]
    ) -> AuditNote:
        return note_of(code, caller, operation, "organisation", code, self.parts.now(), fields)

    def _check_organisation(self, caller: Caller, organisation: Organisation, place: str, tree: Tree) -> None:
        """Raises: BadField, NotFound when `place` is not the caller's organisation or below."""
        organisation.validate()
        if not caller.organisation or not tree.is_at_or_below(place, caller.organisation):
            raise NotFound("there is no such organisation", code="organisation_unknown")
        if organisation.overflow and organisation.overflow not in tree:
            raise BadField("there is no such organisation", field="$.overflow")

    # ── templates ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def templates(self, caller: Caller) -> Sequence[Template]:
        """The organisation's own, by id."""
        access.require_any_role(caller)
        return await self.parts.store.read(lambda rows: rows.templates([caller.organisation]))

    async def template(self, caller: Caller, template: int) -> Template:
        """Also of an organisation above, or shared: bookings may name it."""
        access.require_any_role(caller)
        found = await self.parts.store.read(lambda rows: rows.template(template))
        upwards = [one.code for one in (await self.tree()).upwards(caller.organisation)]
        if found is None or found.is_deleted or found.organisation not in ("", caller.organisation, *upwards):
            raise _no_template()
        return found

    async def add_template(self, caller: Caller, template: Template) -> Template:
        access.require(caller, CallerRole.ADMIN)
        check_template(template)
        organisation = await self.parts.organisations.of(caller)
        new = msgspec.structs.replace(
            template,
            id=0,
            organisation=organisation.code,
            is_deleted=False,
            created_by=person_of(caller),
            created_at=self.parts.now(),
        )

        async def work(rows: BookingRows) -> Template:
            await _make_room_for(rows, new)
            added = await rows.add_template(new)
            code = added.organisation
            await self.parts.note(rows, caller, AuditOperation.CREATE, "template", added.id, organisation=code)
            return added

        return await self.parts.store.run(work)

    async def replace_template(self, caller: Caller, template: Template) -> Template:
        access.require(caller, CallerRole.ADMIN)
        check_template(template)

        async def work(rows: BookingRows) -> Template:
            old = _own(caller, await rows.template(template.id))
            new = msgspec.structs.replace(
                template,
                organisation=caller.organisation,
                is_deleted=False,
                created_by=old.created_by,
                created_at=old.created_at,
                updated_by=person_of(caller),
                updated_at=self.parts.now(),
            )
            await _make_room_for(rows, new)
            await rows.save_template(new)
            await self.parts.note(
                rows,
                caller,
                AuditOperation.UPDATE,
                "template",
                new.id,
                organisation=new.organisation,
                fields=changed_fields(old, new, besides=STAMPS),
            )
            return new

        return await self.parts.store.run(work)

    async def delete_template(self, caller: Caller, template: int) -> None:
        """Rooms that were made with it stay as they are."""
        access.require(caller, CallerRole.ADMIN)

        async def work(rows: BookingRows) -> None:
            found = _own(caller, await rows.template(template))
            await rows.save_template(msgspec.structs.replace(found, is_deleted=True))
            code = found.organisation
            await self.parts.note(rows, caller, AuditOperation.DELETE, "template", found.id, organisation=code)

        await self.parts.store.run(work)


async def _make_room_for(rows: BookingRows, new: Template) -> None:
    """One default: the newest; one for the pool: the first. Raises: BookingRefused `second_pool_template`."""
    for other in await rows.templates([new.organisation]):
        if other.id == new.id:
            continue
        if new.is_pool_template and other.is_pool_template:
            raise BookingRefused(Why.SECOND_POOL_TEMPLATE, "the organisation has a template for its pool")
        if new.is_default_template and other.is_default_template:
            await rows.save_template(msgspec.structs.replace(other, is_default_template=False))


def _own(caller: Caller, template: Template | None) -> Template:
    if template is None or template.is_deleted or template.organisation != caller.organisation:
        raise _no_template()
    return template


def _no_template() -> NotFound:
    return NotFound("there is no such template", code="template_unknown")


def _taken(error: Taken) -> Exception:
    if error.what is Clash.HISTORY_API_KEY:
        return BadField("another organisation has this key", field="$.historyApiKey")
    return Refused("there is an organisation with this code", code="organisation_exists")
