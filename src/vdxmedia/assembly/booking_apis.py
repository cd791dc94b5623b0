"""Makes the APIs by which systems of others book."""

from __future__ import annotations

from vdxmedia.api.callers import Callers
from vdxmedia.api.history import HistoryApi
from vdxmedia.api.video.routes import VideoApi
from vdxmedia.assembly.who_calls import Guards
from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.store.call_rows import History
from vdxmedia.store.units import Units


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


def make_history(settings: Settings, units: Units, guards: Guards, *, url: str) -> HistoryApi:
    return HistoryApi(
        History(units),
        proxies=guards.proxies,
        organisations=guards.limits.organisations,
        clock=guards.clock,
        requests_per_second=settings.api.requests_per_second,
        failures_per_minute=settings.api.failures_per_minute,
        public_url=url,
    )
