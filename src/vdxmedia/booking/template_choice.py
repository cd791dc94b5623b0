"""Which template a booking is made with, where it names none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vdxmedia.booking.room_options import Template


def default_among(templates: Iterable[Template], upwards: Sequence[str]) -> Template | None:
    """The default of the nearest organisation, else the shared one; None: there is none. `upwards`: the organisation
    and those above it, nearest first. Of several defaults the first made."""
    defaults = sorted((one for one in templates if one.is_default_template), key=lambda one: one.id)
    for code in (*upwards, ""):
        for template in defaults:
            if template.organisation == code:
                return template
    return None


def pool_among(templates: Iterable[Template], organisation: str) -> Template | None:
    """The organisation's own template for its pool."""
    return next((one for one in templates if one.is_pool_template and one.organisation == organisation), None)
