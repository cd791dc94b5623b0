"""Questions that the relay answers when its workers have reached them: fences, and the snapshots taken before one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Final

from vdxmedia.errors import VdxError
from vdxmedia.ids import ConferenceKey
from vdxmedia.sfu import relay_wire

FENCE_TIMEOUT_S: Final = 5.0


class Fences:
    """Event loop only. `command` raises VdxError `relay_stuck` when the relay takes no more."""

    def __init__(self, command: Callable[[relay_wire.Command], None]) -> None:
        self._command = command
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._snapshots: dict[int, list[relay_wire.Snapshot]] = {}

    async def reach(self) -> None:
        """All that was commanded before has been done. Raises: VdxError `relay_stuck`."""
        fence_id = next(self._ids)
        reached = self._waiting[fence_id] = asyncio.get_running_loop().create_future()
        try:
            self._command(relay_wire.Fence(id=fence_id))
            async with asyncio.timeout(FENCE_TIMEOUT_S):
                await reached
        except TimeoutError:
            raise VdxError("The relay does not answer.", code="relay_stuck") from None
        finally:
            del self._waiting[fence_id]

    async def snapshot(self, conference: ConferenceKey) -> list[relay_wire.Snapshot]:
        """Of each worker. Raises: VdxError `relay_stuck`."""
        snapshot_id = next(self._ids)
        taken = self._snapshots[snapshot_id] = []
        try:
            self._command(relay_wire.TakeSnapshot(id=snapshot_id, room=conference))
            await self.reach()  # each worker has answered before it
        finally:
            del self._snapshots[snapshot_id]
        return taken

    def take(self, event: relay_wire.FenceReached | relay_wire.Snapshot) -> None:
        """What the relay says; what nobody waits for any more is passed over."""
        if isinstance(event, relay_wire.Snapshot):
            if (taken := self._snapshots.get(event.id)) is not None:
                taken.append(event)
        elif (fence := self._waiting.get(event.id)) is not None and not fence.done():
            fence.set_result(None)

    def close(self) -> None:
        """The relay goes: nobody waits any more."""
        for fence in self._waiting.values():
            if not fence.done():
                fence.set_exception(VdxError("The relay has been closed.", code="relay_stuck"))
