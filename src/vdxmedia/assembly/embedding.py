"""Who may embed, put together from the configuration."""

from __future__ import annotations

from vdxmedia.api.embedders import AllowedByOrganisation, Embedders
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.clock import Clock
from vdxmedia.config import Settings

BURST_S = 5.0


def make_embedders(settings: Settings, clock: Clock, allowed_by: AllowedByOrganisation) -> Embedders:
    per_second = settings.api.requests_per_second
    return Embedders(
        settings.http.frame_ancestors,
        RateLimit(per_second=per_second, burst=BURST_S * per_second, clock=clock),
        allowed_by,
    )
