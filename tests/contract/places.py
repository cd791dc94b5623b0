"""Empty stores for tests, one of each kind of database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from vdxmedia.sealing import Sealer
from vdxmedia.store import migrate
from vdxmedia.store.engine import make_engine
from vdxmedia.store.location import address
from vdxmedia.store.units import CONNECTIONS, Units

SEALER = Sealer([b"k" * 32])


@dataclass(frozen=True)
class StorePlace:
    url: str
    password: str

    @contextlib.asynccontextmanager
    async def units(self) -> AsyncIterator[Units]:
        """Of the newest revision."""
        place = address(self.url, self.password)
        await asyncio.to_thread(migrate.upgrade, place)
        units = Units(await asyncio.to_thread(make_engine, place, pool_size=CONNECTIONS, max_overflow=0))
        try:
            yield units
        finally:
            await units.close()
