"""The plane under test; its end must leave nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.sfu.stage import (
    Stage,
)
from tests.unit.sfu.twin import TwinRelay
from vdxmedia.sfu.plane import RelayPlane


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    relay = TwinRelay()
    async with RelayPlane(relay) as plane:
        yield Stage(relay, plane)
    assert relay.is_closed
    assert plane.gauges()["peers"] == 0
    assert plane._allocation.live == 0
