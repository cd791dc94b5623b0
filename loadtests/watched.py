"""The server with a meter inside: `python -m loadtests.watched dev …` is `vdxmedia dev …`, and answers a signal.

On SIGRTMIN it collects garbage and prints one line, `Watched: {…}`: the processor time of the event loop's thread by
part of a join, and how many objects live. With `PYTHONTRACEMALLOC=1` in the environment also which lines hold Python's
memory; the process is then larger and slower, so nothing else of it means anything.

Left out: what the relay's threads take, which the kernel tells (`processor.py`).
"""

from __future__ import annotations

import gc
import signal
import time
import tracemalloc
import types
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

import msgspec

from loadtests.processor import WATCHED, Watched
from vdxmedia import cli
from vdxmedia.hub import room, room_task, seats
from vdxmedia.hub.store_outbox import StoreOutbox
from vdxmedia.sfu import peer, plane
from vdxmedia.sfu.handshakes import Handshakes
from vdxmedia.signalling import engine, fanout

T = TypeVar("T")
HOLDERS = 40


class Meter:
    """Processor time of one thread by part; what is within another part counts for the inner one only."""

    def __init__(self) -> None:
        self.spent_ns: Counter[str] = Counter()
        self._parts: list[str] = []
        self._since_ns = 0

    def enter(self, part: str) -> None:
        self._charge()
        self._parts.append(part)

    def leave(self) -> None:
        self._charge()
        self._parts.pop()

    def _charge(self) -> None:
        now_ns = time.thread_time_ns()
        if self._parts:
            self.spent_ns[self._parts[-1]] += now_ns - self._since_ns
        self._since_ns = now_ns

    def metered(self, part: str, function: Callable[..., T]) -> Callable[..., T]:
        def call(*arguments: Any, **named: Any) -> T:
            self.enter(part)
            try:
                return function(*arguments, **named)
            finally:
                self.leave()

        return call

    def metered_steps(
        self, part: str, function: Callable[..., Coroutine[Any, Any, T]]
    ) -> Callable[..., Coroutine[Any, Any, T]]:
        """Of a coroutine: its steps, not what runs while it waits."""

        async def call(*arguments: Any, **named: Any) -> T:
            return await self._steps(part, function(*arguments, **named))

        return call

    @types.coroutine
    def _steps(self, part: str, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        error: BaseException | None = None
        while True:
            self.enter(part)
            try:
                waits_for = work.send(None) if error is None else work.throw(error)
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                self.leave()
            error = None
            try:
                yield waits_for
            except BaseException as raised:  # noqa: BLE001  # whatever it is, it is the coroutine's to handle
                error = raised


def instrument(meter: Meter) -> None:
    """Replaces what a join runs through; the parts are those of `processor.Watched`."""
    parts: tuple[tuple[Any, str, str], ...] = (
        (plane, "parse_offer", "sdp"),
        (peer, "negotiate", "sdp"),
        (peer, "write_answer", "sdp"),
        (plane.RelayPlane, "_answer", "plane"),
        (plane.RelayPlane, "apply", "plane"),
        (plane.RelayPlane, "_read_events", "plane"),
        (room_task.RoomTask, "_take_turn", "room"),
        (room.Room, "state", "keeping"),
        (seats.Seats, "tell", "telling"),
        (fanout.FanOut, "_flush", "telling"),
    )
    for owner, name, part in parts:
        setattr(owner, name, meter.metered(part, getattr(owner, name)))
    steps: tuple[tuple[Any, str, str], ...] = (
        (engine.GuardedEngine, "handle_request", "handshake"),
        (engine.EngineSocket, "_read", "commands"),
        (Handshakes, "shake", "dtls"),
        (StoreOutbox, "run", "keeping"),
    )
    for owner, name, part in steps:
        setattr(owner, name, meter.metered_steps(part, getattr(owner, name)))


def holders() -> list[str]:
    """The lines that hold most of Python's memory, in kB."""
    if not tracemalloc.is_tracing():
        return []
    lines = tracemalloc.take_snapshot().statistics("lineno")[:HOLDERS]
    return [f"{line.size // 1000} kB in {line.count}: {line.traceback}" for line in lines]


def answer(meter: Meter) -> None:
    gc.collect()
    kinds = Counter(type(one).__qualname__ for one in gc.get_objects())
    watched = Watched(dict(meter.spent_ns), sum(kinds.values()), dict(kinds.most_common(HOLDERS)), holders())
    print(WATCHED + msgspec.json.encode(watched).decode(), flush=True)


def main() -> None:
    meter = Meter()
    instrument(meter)
    signal.signal(signal.SIGRTMIN, lambda *_: answer(meter))
    cli.main()


if __name__ == "__main__":
    main()
