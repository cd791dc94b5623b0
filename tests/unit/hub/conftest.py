"""A registry over a plane without media, with short times."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fakes.media_plane import FakeMediaPlane
from vdxmedia.clock import SystemClock
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.registry import Registry


@pytest.fixture
def plane() -> FakeMediaPlane:
    return FakeMediaPlane()


@pytest.fixture
async def registry(plane: FakeMediaPlane) -> AsyncIterator[Registry]:
    limits = HubLimits(seat_kept_s=0.05, return_kept_s=0.05, media_timeout_s=0.2, ring=8)
    async with Registry(plane, SystemClock(), limits=limits) as made:
        yield made
