"""The film of one conference: carries out what its hosts order, one order after another, and tells the room.

Orders wait in a bounded queue; a `load` or `stop` overtakes what waits, because it makes that pointless, and ends a
loading that goes on. Full: an order is dropped and counted; the document in the room tells that nothing changed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import assert_never

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.conference.commands import FilmHeard
from vdxmedia.conference.events import FilmOrdered
from vdxmedia.conference.kinds import FilmAction, FilmStatus
from vdxmedia.errors import VdxError
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.film import FilmReport, Films, FilmStart
from vdxmedia.hub.tasks import TaskScope

MAX_ORDERS = 32


class FilmStage:
    """`start_of` makes what a player needs to come into this room now; `tell` gives the room what is heard."""

    def __init__(
        self,
        films: Films,
        scope: TaskScope,
        *,
        start_of: Callable[[str], FilmStart],
        tell: Callable[[FilmHeard], None],
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._films = films
        self._scope = scope
        self._start_of = start_of
        self._tell = tell
        self._clock = clock
        self._counters = counters
        self._orders: deque[FilmOrdered] = deque()
        self._wake = asyncio.Event()
        self._loading: asyncio.Task[None] | None = None
        self._is_running = False
        self._is_over = False

    def order(self, order: FilmOrdered) -> None:
        """In the room's turn; never waits."""
        if order.action in (FilmAction.LOAD, FilmAction.STOP):
            self._orders.clear()
            if self._loading is not None:
                self._loading.cancel()
        elif len(self._orders) >= MAX_ORDERS:
            self._counters.add("film_orders_dropped")
            return
        self._orders.append(order)
        self._wake.set()
        if not self._is_running and not self._is_over:
            self._is_running = True
            self._scope.start(self._run(), "film orders")

    def end(self) -> None:
        """The conference is over: its film is, too. Twice is fine."""
        self._is_over = True
        self._orders.clear()
        if self._loading is not None:
            self._loading.cancel()
        self._wake.set()

    async def _run(self) -> None:
        key = self._start_of("").conference
        try:
            while not self._is_over:
                self._wake.clear()
                while self._orders and not self._is_over:
                    order = self._orders.popleft()
                    self._loading = self._scope.start(self._carry_out(order), "film order")
                    await asyncio.wait((self._loading,))
                    self._loading = None
                if not self._is_over:
                    await self._wake.wait()
        finally:
            await self._films.stop(key)

    async def _carry_out(self, order: FilmOrdered) -> None:
        start = self._start_of(order.clip)
        try:
            match order.action:
                case FilmAction.LOAD:
                    await self._films.start(start, lambda report: self._heard(order.load, report))
                case FilmAction.STOP:
                    await self._films.stop(start.conference)
                case FilmAction.PLAY | FilmAction.PAUSE | FilmAction.SEEK | FilmAction.LOOP:
                    await self._films.control(
                        start.conference, order.action, position_s=order.position_s, is_on=order.is_on
                    )
                case _:
                    assert_never(order.action)
        except VdxError as error:
            if order.action is FilmAction.LOAD:
                report = FilmReport(
                    status=FilmStatus.FAILED,
                    position_s=0.0,
                    duration_s=0.0,
                    is_looping=False,
                    code=error.code,
                    text=error.text,
                )
                self._heard(order.load, report)

    def _heard(self, load: int, report: FilmReport) -> None:
        self._tell(FilmHeard(load=load, at_unix_s=self._clock.unix_s(), **msgspec.structs.asdict(report)))
