"""The store for the command line, while a server may be using it.

The server's claim on its file is left alone: a second server would be wrong, a short transaction beside it is not.
SQLite lets one writer in at a time whatever process it is of, and the server looks for what was changed within seconds
(`hub.clients`, `hub.organisation_cache`). On PostgreSQL the audit log is locked for the moment of the transaction, for
there the server's writers take turns among themselves only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from vdxmedia.errors import Misconfigured
from vdxmedia.store import migrate
from vdxmedia.store.database import refuse_old
from vdxmedia.store.engine import make_engine
from vdxmedia.store.location import Claim, address, check_file, file_of
from vdxmedia.store.units import ANSWER_S, Units


@contextlib.asynccontextmanager
async def open_beside_server(url: str, password: str = "") -> AsyncIterator[Units]:
    """Makes the file when it is not there. An older store is left as it is: `vdxmedia store upgrade`.

    Raises: Misconfigured, also for a store of another version; Refused `store_unavailable`.
    """
    place = address(url, password)
    path = file_of(place)
    if path is not None:
        await asyncio.to_thread(check_file, path)
        try:
            claim = await asyncio.to_thread(Claim, path)
        except Misconfigured:
            pass  # a server has it
        else:
            try:
                await asyncio.to_thread(refuse_old, place)
                await asyncio.to_thread(migrate.upgrade, place)
            finally:
                claim.release()
    if await asyncio.to_thread(migrate.revision_of, place) != await asyncio.to_thread(migrate.newest):
        raise Misconfigured("store.url: the store is of another version; see `vdxmedia store upgrade`")
    pool = {"pool_size": 1, "max_overflow": 0, "pool_timeout": ANSWER_S}
    units = Units(await asyncio.to_thread(make_engine, place, **pool), locks_audit=path is None)
    try:
        yield units
    finally:
        await units.close()
