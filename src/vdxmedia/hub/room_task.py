"""One conference's task: the only writer of its `Room`.

Everybody else calls the async methods; they put a closure into the mailbox and wait for its result. The task takes one
item after another and never waits inside one, so every decision sees a consistent state. What takes time (the plane's
answer to an offer) is awaited by the caller; its result comes back as another item, and the room looks again who is
still there.

A conference begins with the first join and ends when its last seat is gone; the room's settings outlive it
(`registry.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, assert_never

from vdxmedia.clock import Clock
from vdxmedia.conference.commands import FilmHeard
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import Refused, VdxError
from vdxmedia.hub.client import Client, JoinRequest, Seated, SeatResumed, Waiting
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.mailbox import Mailbox
from vdxmedia.hub.ports import (
    LayersWanted,
    MediaAnswer,
    MediaConnected,
    MediaEvent,
    MediaLost,
    MediaOffer,
    MediaPlane,
    MediaQuality,
    MediaStep,
    SlotCannotDecode,
    SlotPaused,
    SpeakersChanged,
)
from vdxmedia.hub.presence import RoomPresence
from vdxmedia.hub.room import Performed, Room
from vdxmedia.ids import ParticipantId

logger = logging.getLogger(__name__)

T = TypeVar("T")
ITEMS_PER_TURN = 64
"""A busy room lets the loop run others after so many items."""
BUSY_RETRY_S = 1.0


class RoomTask:
    """Start `run` as a task; the methods work while it runs. `on_end` is called once, in the step that ends it."""

    def __init__(
        self,
        room: Room,
        *,
        plane: MediaPlane,
        clock: Clock,
        limits: HubLimits,
        counters: Counters,
        on_end: Callable[[RoomTask], None],
    ) -> None:
        self.room = room
        self._plane = plane
        self._clock = clock
        self._limits = limits
        self._counters = counters
        self._on_end = on_end
        self._mailbox = Mailbox(limits.mailbox)
        self._is_over = False
        self.ended = asyncio.Event()

    # ── callable from any task of the loop ────────────────────────────────────────────────────────────────────────

    async def join(self, request: JoinRequest, client: Client) -> Seated | SeatResumed | Waiting:
        """Raises: Refused."""
        return await self._ask(lambda: self.room.join(request, client))

    async def perform(self, command: Performed, client: Client, done: Callable[[], None] = lambda: None) -> object:
        """The answer, if there is more than that it was done. `done` is called in the step that did it, also when the
        caller has gone meanwhile. Raises: Refused, NotAllowed, NotFound."""

        def step() -> object:
            answer = self.room.perform(command, client)
            done()
            return answer

        return await self._ask(step)

    async def offer(self, participant: ParticipantId, offer: MediaOffer, client: Client) -> MediaAnswer:
        """Raises: BadSdp, Refused (`media_busy`), NotFound."""
        seat = await self._ask(lambda: self.room.begin_offer(participant, client))
        answer: MediaAnswer | None = None
        failed = False
        try:
            async with asyncio.timeout(self._limits.media_timeout_s):
                answer = await self._plane.connect(seat, offer)
        except TimeoutError as error:
            self._counters.add("offers_timed_out")
            raise Refused("the media plane is busy", code="media_busy", retry_after_s=BUSY_RETRY_S) from error
        except VdxError as error:
            failed = True
            self.room.records.media_refused(participant, error.code)
            raise
        finally:
            # Always, also when this task was cancelled: the room must know what the plane has.
            applied = self._notify(("offer", participant), lambda: self._end_offer(participant, client, answer, failed))
        await self._in_time(applied)
        return answer

    async def leave(self, participant: ParticipantId, client: Client) -> None:
        """Gives up the seat. Raises: NotFound, Refused."""
        await self._ask(lambda: self.room.leave(participant, client))

    def lost(self, client: Client) -> None:
        """The connection is gone; its seat, if any, waits. Never refused, never blocks; twice is fine."""
        self._notify(("lost", id(client)), lambda: self.room.lost(client))

    async def change_settings(self, settings: RoomSettings) -> None:
        """Tells everyone. The codec stays what it was when the conference began."""
        await self._ask(lambda: self.room.change_settings(settings))

    def film_heard(self, heard: FilmHeard) -> None:
        self._notify("film", lambda: self.room.film_heard(heard))

    def announce_stop(self, reconnect_after_s: float) -> None:
        self._notify("stopping", lambda: self.room.announce_stop(reconnect_after_s))

    def end(self, *, can_rejoin: bool) -> None:
        """Ends the conference for everyone; `ended` tells when that is done. Twice is fine."""
        self._notify("end", lambda: self.room.end(can_rejoin=can_rejoin))

    def counts(self) -> Mapping[Role, int]:
        """Participants by role, those that are reconnecting included."""
        return self.room.counts()

    def presence(self) -> RoomPresence:
        """Who waits, and how many are there; those that are reconnecting included."""
        return self.room.presence()

    # ── the task ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Until the last seat is gone."""
        room = self.room
        self._plane.open_conference(room.key, self._heard_from_plane)
        logger.info("conference_began room=%s conference=%d", room.id, room.key)
        try:
            while not self._is_over:
                self._take_turn()
                if not self._mailbox.is_empty:
                    await asyncio.sleep(0)
                elif room.is_empty:
                    self._is_over = True
                else:
                    deadline = room.deadline()
                    await self._mailbox.wait(None if deadline is None else deadline - self._clock.monotonic_s())
        finally:
            # In one step: no request can come between the registry's forgetting and the end.
            self._is_over = True
            self._on_end(self)
            self._guarded(lambda: room.end(can_rejoin=True))
            while (item := self._mailbox.take()) is not None:
                self._guarded(item)
            self._plane.close_conference(room.key)
            self.ended.set()
            logger.info("conference_ended room=%s conference=%d", room.id, room.key)

    def _take_turn(self) -> None:
        for _ in range(ITEMS_PER_TURN):
            item = self._mailbox.take()
            if item is None:
                break
            self._guarded(item)
        deadline = self.room.deadline()
        if deadline is not None and self._clock.monotonic_s() >= deadline:
            self._guarded(self.room.timeout)

    def _guarded(self, item: Callable[[], None]) -> None:
        try:
            item()
        except Exception:
            # One item's fault must not end everybody's call.
            self._counters.add("room_faults")
            logger.exception("room_fault room=%s conference=%d", self.room.id, self.room.key)

    # ── the mailbox ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, do: Callable[[], T]) -> T:
        """Runs `do` in the task's turn and gives its result, or raises what it raised."""
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def item() -> None:
            if result.done():
                return  # the caller has gone
            try:
                if self._is_over:
                    raise self._busy("the conference has just ended")
                result.set_result(do())
            except VdxError as error:
                result.set_exception(error)
            except Exception:
                result.set_exception(VdxError("a fault of the server"))
                raise

        if self._is_over or not self._mailbox.put(item):
            self._counters.add("mailbox_full")
            raise self._busy("the room has too much to do")
        return await self._in_time(result)

    def _notify(self, key: object, do: Callable[[], None]) -> asyncio.Future[None]:
        """Like `_ask`, but never refused; the caller need not wait. One key, one waiting notice: the latest."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def item() -> None:
            try:
                do()
            finally:
                if not done.done():
                    done.set_result(None)

        if self._is_over and self.ended.is_set():
            done.set_result(None)
        else:
            self._mailbox.put_latest(key, item)
        return done

    async def _in_time(self, result: asyncio.Future[T]) -> T:
        try:
            async with asyncio.timeout(self._limits.media_timeout_s):
                return await result
        except TimeoutError as error:
            if result.done() and not result.cancelled():
                return result.result()  # in the same moment: what has been done must not be refused
            self._counters.add("room_requests_timed_out")
            raise self._busy("the room has too much to do") from error

    def _busy(self, text: str) -> Refused:
        return Refused(text, code="server_busy", retry_after_s=BUSY_RETRY_S)

    def _end_offer(self, participant: ParticipantId, client: Client, answer: MediaAnswer | None, failed: bool) -> None:
        self.room.end_offer(participant, client, answer, failed=failed)

    def _heard_from_plane(self, event: MediaEvent) -> None:
        """The plane's listener: on the loop, at any time. Keys are bounded by participants and their slots."""
        key: object
        match event:
            case SpeakersChanged():
                key = "speakers"
            case SlotCannotDecode():
                key = ("cannot_decode", event.participant, event.index)
            case SlotPaused():
                key = (SlotPaused, event.participant, event.index)
            case LayersWanted():
                key = (LayersWanted, event.participant, event.kind)
            case MediaQuality() | MediaLost() | MediaConnected():
                key = (type(event), event.participant)
            case MediaStep():
                key = (MediaStep, event.participant, event.step)
            case _:
                assert_never(event)
        self._notify(key, lambda: self.room.heard(event))


async def all_ended(tasks: Sequence[RoomTask], timeout_s: float) -> None:
    """Or the time is over."""
    try:
        async with asyncio.timeout(timeout_s):
            for task in tasks:
                await task.ended.wait()
    except TimeoutError:
        pass
