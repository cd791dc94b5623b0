"""The desk's organisations and templates: which one a booking is made with, and changing them."""

from __future__ import annotations

from collections.abc import Sequence

from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.room_making import made_template
from vdxmedia.booking.room_options import Template
from vdxmedia.booking.template_choice import default_among
from vdxmedia.hub.booking_parts import BookingParts
from vdxmedia.hub.booking_store import BookingRows


class TemplateDesk:
    """A part of `bookings.BookingDesk`."""

    def __init__(self, parts: BookingParts) -> None:
        self.parts = parts

    async def tree(self) -> Tree:
        return await self.parts.organisations.tree()

    async def seed(self, organisations: Sequence[Organisation]) -> None:
        """Adds those that are not there yet: for a development server."""
        for one in organisations:
            if one.code not in await self.tree():
                await self.parts.organisations.add(one)

    async def chosen_template(self, rows: BookingRows, tree: Tree, organisation: str, wanted: int | None) -> Template:
        """The one asked for, else the default of the organisation, of those above, the shared one, or one that is made
        now. Raises: BookingRefused (`template_unknown`, `template_of_another_organisation`)."""
        upwards = [one.code for one in tree.upwards(organisation)]
        if wanted is not None:
            found = await rows.template(wanted)
            if found is None or found.is_deleted:
                raise BookingRefused(Why.TEMPLATE_UNKNOWN, "there is no such template")
            if found.organisation not in ("", *upwards):
                raise BookingRefused(Why.TEMPLATE_OF_ANOTHER, "the template is of another organisation")
            return found
        default = default_among(await rows.templates([*upwards, ""]), upwards)
        return default or await rows.add_template(made_template(organisation))
