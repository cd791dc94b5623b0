"""Makes the APIs by which systems of others book."""

from __future__ import annotations

from vdxmedia.api.callers import Callers
from vdxmedia.api.video.routes import VideoApi
from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.hub.bookings_port import Bookings


def short_link_base(settings: Settings, public_url: str) -> str:
    return settings.booking.short_link_base or f"{public_url}/m/"


def make_video_api(settings: Settings, bookings: Bookings, callers: Callers, *, clock: Clock, url: str) -> VideoApi:
    return VideoApi(
        bookings,
        callers,
        clock=clock,
        public_url=url,
        short_link_base=short_link_base(settings, url),
        v1_lists=settings.booking.v1_lists,
    )
