"""Makes the rooms of meetings and takes them down: one task, driven by deadlines, that catches up when it starts.

    AWAITS_PROVISION ── startTime - vmrAvailableBefore ──► STARTING_TO_PROVISION ──► PROVISIONED_OK
                                                            │        ▲
                                                            ▼        │ every PROBLEMS_S
                                                          PROVISION_PROBLEMS
    PROVISIONED_OK ── end, see `booking_rooms.is_over` ──► STARTING_TO_DEPROVISION ──► DEPROVISION_OK

Each state is in the store before its work begins, so a server that ends in between goes on where it was. The pools are
kept by the same task (`pool_keeping`), so that a room has one writer. With an external provisioner only they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from uuid import UUID

import msgspec

from vdxmedia.booking.choices import Provisioning, ProvisionStatus
from vdxmedia.booking.meetings import BookedRoom
from vdxmedia.booking.room_making import in_status
from vdxmedia.clock import Clock, beat_s
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotFound, VdxError
from vdxmedia.hub.booking_parts import BookingParts
from vdxmedia.hub.booking_rooms import is_over, merged, settings_of
from vdxmedia.hub.booking_store import BookingRows, RoomRow
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.pool_keeping import PoolKeeper
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import RoomId

logger = logging.getLogger(__name__)

BATCH = 50
"""Rooms in one transaction and opened at once: some 50 ms, and bookings wait no longer for it."""
LOOK_S = 1.0
"""How often the clock is compared with the next deadline: it may jump. No query is made for it."""
LINGERERS_S = 5.0
"""How often meetings that are over are looked at while people are still in them."""
STORE_RETRY_S = 2.0
"""After which a pass that the store has cut off is made again."""
SET_BACK_S = 2.0
"""So much is more than slewing takes in one look."""
PROBLEMS_S = 30.0
"""After which what went wrong is tried again."""
FOLLOW_S = 1.0
"""How long an answer waits for its live room to follow."""
MAX_TOUCHED = 10_000
"""Rooms that wait to be looked at. Full: the next start or deadline finds them."""
_S = ProvisionStatus


class Provisioner:
    """Use as `async with`; the registry and the store must outlast it. Implements `live_rooms.LiveRooms`."""

    def __init__(
        self,
        parts: BookingParts,
        registry: Registry,
        clock: Clock,
        counters: Counters,
        pools: PoolKeeper,
        *,
        look_s: float = LOOK_S,
    ) -> None:
        self._parts = parts
        self._registry = registry
        self._clock = clock
        self._counters = counters
        self._pools = pools
        self._look_s = look_s
        self._builds = parts.set_up.provisioning is Provisioning.BUILT_IN
        self._applied: dict[str, RoomSettings] = {}
        """By the live room's id: what of the booking it has been told."""
        self._touched: dict[UUID, asyncio.Future[None]] = {}
        self._wake = asyncio.Event()
        self._due_at = 0.0
        """Unix seconds; the next pass."""
        self._ahead_s = clock.unix_s() - clock.monotonic_s()
        """The wall clock on the monotonic one, when it was last looked at."""
        self._scope = TaskScope("provisioning")
        self.is_failing = False

    async def follow(self, changed: RoomRow) -> None:
        room = changed[0]
        self._pools.look_soon(room.organisation)
        if not self._builds:
            return
        if room.status is _S.AWAITS_PROVISION:
            if room.starts_at < self._due_at:
                self._due_at = float(room.starts_at)
                self._wake.set()
            return
        if len(self._touched) >= MAX_TOUCHED:
            self._counters.add("provisioning_full")
            return
        done = self._touched.setdefault(room.uuid, asyncio.get_running_loop().create_future())
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FOLLOW_S):
                await asyncio.shield(done)

    async def __aenter__(self) -> Provisioner:
        self._scope.start(self._run(), "provisioning")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._scope.close()

    # ── the task ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _run(self) -> None:
        is_new = True
        while True:
            self._wake.clear()
            try:
                if is_new and self._builds:
                    await self._catch_up()
                is_new = False
                await self._pass()
            except VdxError as error:
                # The store, as a rule. Nothing is lost by waiting: all that is to be done is in it.
                self._note_failure(error)
                await self._pause()
            except Exception:
                # A fault of ours must not end the rooms of everybody for as long as the server runs.
                logger.exception("provisioning_crashed")
                self.is_failing = True
                await self._pause()
            await self._sleep()

    async def _pause(self) -> None:
        await asyncio.sleep(STORE_RETRY_S)
        self._due_at = self._clock.unix_s()

    def _note_failure(self, error: VdxError) -> None:
        self._counters.add("provisioning_failures")
        if not self.is_failing:
            logger.warning("provisioning_failing code=%s reason=%s", error.code, error.text)
        self.is_failing = True

    async def _sleep(self) -> None:
        """Until something is due or touched, or the wall clock was set back: what was put off by it may be due."""
        while not self._wake.is_set():
            ahead_s = self._clock.unix_s() - self._clock.monotonic_s()
            was_set_back, self._ahead_s = ahead_s < self._ahead_s - SET_BACK_S, ahead_s
            if was_set_back:
                self._due_at = self._pools.due_at = self._clock.unix_s()
                return
            left_s = min(self._due_at, self._pools.due_at) - self._clock.unix_s()
            if left_s <= 0:
                return
            wait_s = min(left_s, beat_s(self._look_s, asyncio.get_running_loop().time()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    async def _pass(self) -> None:
        """All that is due now, and when the next is."""
        if not self._builds:
            self._due_at = math.inf
        elif self._due_at <= self._clock.unix_s():
            self._due_at = math.inf
            now = self._parts.now()
            await self._start_due(now)
            lingerers = await self._end_due(now)
            await self._finish()
            problems = await self._retry()
            await self._note_next(now, lingerers=lingerers, problems=problems)
        await self._look_at_touched()
        if self._pools.due_at <= self._clock.unix_s() and await self._pools.keep() and self._builds:
            self._due_at = self._clock.unix_s()
        self.is_failing = False

    async def _note_next(self, now: int, *, lingerers: bool, problems: bool) -> None:
        async def work(rows: BookingRows) -> list[int | None]:
            return [await rows.next_start(_S.AWAITS_PROVISION, now), await rows.next_end(_S.PROVISIONED_OK, now)]

        ahead = [float(at) for at in await self._parts.store.read(work) if at is not None]
        ahead += [now + LINGERERS_S] if lingerers else []
        ahead += [now + PROBLEMS_S] if problems else []
        self._due_at = min([self._due_at, *ahead])

    # ── making ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _start_due(self, now: int) -> None:
        while True:
            begun = await self._parts.store.run(lambda rows: self._begin(rows, now))
            if not begun:
                return
            await self._make([row for row in begun if row[0].status is _S.STARTING_TO_PROVISION])
            await self._take_down([row for row in begun if row[0].status is _S.STARTING_TO_DEPROVISION])

    async def _begin(self, rows: BookingRows, now: int) -> list[RoomRow]:
        """A meeting that is over already gets no room any more."""
        begun: list[RoomRow] = []
        for room, booked in await rows.starting(_S.AWAITS_PROVISION, now, BATCH):
            is_past = bool(room.ends_at) and room.ends_at <= now
            room = in_status(room, _S.STARTING_TO_DEPROVISION if is_past else _S.STARTING_TO_PROVISION, now)
            await rows.save_room(room)
            begun.append((room, booked))
        return begun

    async def _make(self, begun: Sequence[RoomRow]) -> None:
        if not begun:
            return  # no transaction for nothing
        results: dict[UUID, str] = {}
        async with asyncio.TaskGroup() as group:
            for row in begun:
                group.create_task(self._open(row, results), name="open room")
        now = self._parts.now()

        async def work(rows: BookingRows) -> None:
            for room, _ in begun:
                problem = results[room.uuid]
                if problem == "server_stopping":
                    continue  # the next server goes on with it
                made = in_status(room, _S.PROVISION_PROBLEMS if problem else _S.PROVISIONED_OK, now, problem)
                await rows.save_room(made if problem else msgspec.structs.replace(made, vmr_id=room.room_id))

        await self._parts.store.run(work)

    async def _open(self, row: RoomRow, results: dict[UUID, str]) -> None:
        try:
            await self._apply(row)
            results[row[0].uuid] = ""
        except VdxError as error:
            self._counters.add("rooms_not_provisioned")
            logger.warning("room_not_provisioned room=%s code=%s", row[0].room_id, error.code)
            results[row[0].uuid] = error.code

    async def _apply(self, row: RoomRow) -> None:
        """The live room is there, and as the booking says. Raises: Refused, BadField."""
        room, booked = row
        tree = await self._parts.organisations.tree()
        meeting = None if booked is None else booked.meeting
        wanted = settings_of(room, meeting, tree.find(room.organisation), self._parts.set_up.max_participants)
        live = RoomId(room.room_id)
        try:
            present = self._registry.settings_of(live)
        except NotFound:
            await self._registry.open(wanted, room=live)
        else:
            settings = merged(present, self._applied.get(live), wanted)
            if settings != present:
                await self._registry.change_settings(live, settings)
        self._applied[live] = wanted

    # ── taking down ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _end_due(self, now: int) -> bool:
        """Whether some that are over still have people in them."""
        has_lingerers, after = False, None
        while True:
            page = await self._ended_page(now, after)
            over = [row for row in page if is_over(row[0], now, self._present(row[0]))]
            has_lingerers = has_lingerers or len(over) < len(page)
            await self._store_status(over, _S.STARTING_TO_DEPROVISION)
            await self._take_down(over)
            if not page:  # one that is short may only lack what cannot be read
                return has_lingerers
            after = page[-1][0].ends_at, page[-1][0].uuid

    async def _ended_page(self, now: int, after: tuple[int, UUID] | None) -> Sequence[RoomRow]:
        return await self._parts.store.read(lambda rows: rows.ending(_S.PROVISIONED_OK, now, BATCH, after))

    def _present(self, room: BookedRoom) -> int:
        return self._registry.participants_in(RoomId(room.room_id))

    async def _take_down(self, ending: Sequence[RoomRow]) -> None:
        """Ends the calls; the addresses are free afterwards."""
        async with asyncio.TaskGroup() as group:
            for room, _ in ending:
                group.create_task(self._close(room), name="close room")
        await self._store_status(ending, _S.DEPROVISION_OK)

    async def _close(self, room: BookedRoom) -> None:
        self._applied.pop(room.room_id, None)
        try:
            await self._registry.close(RoomId(room.room_id))
        except NotFound:
            pass
        except (VdxError, TimeoutError) as error:
            # It is gone from this process; the registry writes that when the store can.
            self._counters.add("rooms_not_deprovisioned")
            logger.warning("room_close_slow room=%s reason=%s", room.room_id, type(error).__name__)

    async def _store_status(self, rooms: Sequence[RoomRow], status: ProvisionStatus) -> None:
        """Of rooms as they are stored now. A pool's room that is gone without a meeting leaves nothing."""
        now = self._parts.now()

        async def work(rows: BookingRows) -> None:
            for room, _ in rooms:
                found = await rows.room(room.uuid)
                if found is None:
                    continue
                if status is _S.DEPROVISION_OK and not found[0].has_meeting:
                    await rows.delete_room(room.uuid)
                else:
                    await rows.save_room(in_status(found[0], status, now))

        if rooms:
            await self._parts.store.run(work)

    # ── what a change, a crash or a problem has left ──────────────────────────────────────────────────────────────

    async def _look_at_touched(self) -> None:
        while self._touched:
            uuid, done = next(iter(self._touched.items()))
            try:
                await self._catch_up_one(uuid)
                del self._touched[uuid]  # else it is for the next pass
            finally:
                if not done.done():
                    done.set_result(None)

    async def _catch_up_one(self, uuid: UUID) -> None:
        row = await self._parts.store.read(lambda rows: rows.room(uuid))
        if row is None:
            return
        if row[0].status is _S.PROVISIONED_OK:
            await self._open(row, {})
        elif row[0].status is _S.STARTING_TO_DEPROVISION:
            await self._take_down([row])

    async def _catch_up(self) -> None:
        """After a start: what was begun goes on, and rooms that should be there are."""
        await self._finish()
        await self._retry(after_s=0.0)
        async for page in self._all_in(_S.PROVISIONED_OK):
            now = self._parts.now()
            for row in page:
                if not is_over(row[0], now, 0):
                    await self._open(row, {})

    async def _finish(self) -> None:
        """What was begun: by a pass that was cut off, by a change that ends a meeting, by the pools' keeper."""
        async for page in self._all_in(_S.STARTING_TO_PROVISION):
            await self._make(page)
        async for page in self._all_in(_S.STARTING_TO_DEPROVISION):
            await self._take_down(page)

    async def _retry(self, after_s: float = PROBLEMS_S) -> bool:
        """What had problems so long ago; whether some still may have."""
        has_problems = False
        async for page in self._all_in(_S.PROVISION_PROBLEMS):
            now = self._parts.now()
            past = [row for row in page if is_over(row[0], now, 0)]
            await self._take_down(past)
            coming = [row for row in page if not is_over(row[0], now, 0)]
            await self._make([row for row in coming if (row[0].status_at or 0) + after_s <= now])
            has_problems = has_problems or bool(coming)
        return has_problems

    async def _all_in(self, status: ProvisionStatus) -> AsyncIterator[Sequence[RoomRow]]:
        after: UUID | None = None
        while True:
            page = await self._status_page(status, after)
            if not page:
                return
            yield page
            after = page[-1][0].uuid

    async def _status_page(self, status: ProvisionStatus, after: UUID | None) -> Sequence[RoomRow]:
        return await self._parts.store.read(lambda rows: rows.in_status(status, after, BATCH))
