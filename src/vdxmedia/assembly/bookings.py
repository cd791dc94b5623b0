"""Makes the booking desk and what keeps its rooms, from the settings."""

from __future__ import annotations

from urllib.parse import urlsplit

from vdxmedia.booking import portal_links
from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.pool_keeping import PoolKeeper
from vdxmedia.hub.provisioning import Provisioner
from vdxmedia.hub.registry import Registry
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.units import Units


def make_desk(settings: Settings, public_url: str, units: Units, sealer: Sealer, clock: Clock) -> BookingDesk:
    booking = settings.booking
    return BookingDesk(
        BookingDatabase(units, sealer),
        clock,
        BookingSetUp(
            provisioning=booking.provisioning,
            uri_domain=booking.uri_domain or urlsplit(public_url).hostname or "",
            portal_link=booking.portal_link or public_url + portal_links.DEFAULT,
            max_participants=settings.limits.participants_per_room,
        ),
    )


def make_provisioner(desk: BookingDesk, registry: Registry, clock: Clock, counters: Counters) -> Provisioner:
    """Use as `async with`. The desk tells it of each change."""
    provisioner = Provisioner(desk.parts, registry, clock, counters, PoolKeeper(desk.parts, counters))
    desk.parts.live = provisioner
    return provisioner
