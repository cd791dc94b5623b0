"""How organisations look and what their pages may do, put together."""

from __future__ import annotations

from collections.abc import Sequence

from vdxmedia.api.branding import BrandingOperations
from vdxmedia.api.embedders import AllowedByOrganisation
from vdxmedia.api.operations import Operation
from vdxmedia.api.organisation_pages import OrganisationPagesOperations
from vdxmedia.booking.origins import frame_origins
from vdxmedia.clock import Clock
from vdxmedia.errors import Refused
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.branding import BrandingDesk
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.terms import RoomTerms
from vdxmedia.sealing import Sealer
from vdxmedia.store.brandings import Brandings
from vdxmedia.store.units import Units


def look_operations(
    bookings: Bookings, units: Units, registry: Registry, *, sealer: Sealer, clock: Clock
) -> Sequence[Operation]:
    """And from now on guests are asked for the terms that their meeting's organisation demands."""
    desk = BrandingDesk(Brandings(units, sealer), bookings, clock, registry.counters)
    registry.terms = RoomTerms(desk, clock, registry.counters)
    return (*BrandingOperations(desk).table(), *OrganisationPagesOperations(bookings).table())


def frames_of(bookings: Bookings) -> AllowedByOrganisation:
    async def origins(code: str) -> Sequence[str]:
        try:
            return frame_origins(await bookings.tree(), code)
        except Refused:  # without the store the pages are still there, in the frames of the configuration
            return ()

    return origins
