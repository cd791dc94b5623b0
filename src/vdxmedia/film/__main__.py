"""A film's process: one film in one room, until it is stopped, its conference ends, or who started it is gone.

Told on standard input what to show and then what to do (`integrations.film_lines`); says on standard output how it is
doing. The end of standard input is the end of the process, graceful at first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import ssl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from vdxmedia.film.bounds import bound_process
from vdxmedia.film.clip import ClipFault, ClipLimits
from vdxmedia.film.participant import FilmParticipant
from vdxmedia.film.player import Player
from vdxmedia.integrations.film_lines import BEAT_S, MAX_LINE_BYTES, Answer, Assignment, Line, Order, OrderKind, Report

logger = logging.getLogger(__name__)

LEAVE_TIMEOUT_S = 3.0
"""From the end of standard input to the end of the process, whatever hangs."""
CHECK_S = 0.5


class Film:
    """The process's one film. `run` returns when all is over."""

    def __init__(self, say: Callable[[Line], None]) -> None:
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=64)
        self._over = asyncio.Event()
        self._player: Player | None = None

    def hear(self, line: bytes | None) -> None:
        """A line of standard input; None: its end. Full: the other side asks without end and is left."""
        try:
            self._lines.put_nowait(line)
        except asyncio.QueueFull:
            self._over.set()

    async def run(self) -> None:
        first = await self._lines.get()
        if first is None:
            return
        assignment = msgspec.json.decode(first, type=Assignment)
        trust = trust_only(assignment.certificate) if assignment.certificate else None
        limits = ClipLimits(file_bytes=assignment.max_file_bytes)
        player = self._player = Player(Path(assignment.path), limits, self._tell)
        try:
            await player.open()
            async with FilmParticipant(
                assignment.url, assignment.token, player, trust, assignment.media_hosts
            ) as participant:
                self._say(Answer(id=0))
                self._tell()
                await self._play(player, participant)
        except ClipFault as fault:
            self._say(Answer(id=0, code=fault.code, text=fault.text))
        finally:
            player.close()

    async def _play(self, player: Player, participant: FilmParticipant) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._obey(player), name="orders"),
                group.create_task(self._beat(player), name="beat"),
                group.create_task(self._end_with(participant), name="conference"),
            ]
            await self._over.wait()
            for task in tasks:
                task.cancel()

    async def _obey(self, player: Player) -> None:
        while (line := await self._lines.get()) is not None:
            order = msgspec.json.decode(line, type=Order)
            match order.kind:
                case OrderKind.PLAY:
                    player.play()
                case OrderKind.PAUSE:
                    player.pause()
                case OrderKind.SEEK:
                    player.seek(order.position_s)
                case OrderKind.LOOP:
                    player.loop(is_on=order.is_on)
                case OrderKind.STOP:
                    self._over.set()
            self._say(Answer(id=order.id))
        self._over.set()

    async def _beat(self, player: Player) -> None:
        told_s = 0.0
        while player.fault is None:
            await asyncio.sleep(CHECK_S)
            player.check()
            if self._loop.time() - told_s >= BEAT_S:
                self._tell()
                told_s = self._loop.time()
        self._over.set()

    async def _end_with(self, participant: FilmParticipant) -> None:
        await participant.ended.wait()
        self._over.set()

    def _tell(self) -> None:
        if self._player is not None:
            self._say(
                Report(
                    film=self._player.report(),
                    cpu_s=time.process_time(),
                    pictures_dropped=self._player.pictures_dropped,
                )
            )


def listen(loop: asyncio.AbstractEventLoop, hear: Callable[[bytes | None], None]) -> None:
    """Reads standard input in a thread, so that its end is found even when the loop hangs."""

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            while line := sys.stdin.buffer.readline(MAX_LINE_BYTES):
                loop.call_soon_threadsafe(hear, line)
            loop.call_soon_threadsafe(hear, None)
        time.sleep(LEAVE_TIMEOUT_S)
        os._exit(1)

    threading.Thread(target=read, name="standard input", daemon=True).start()


def trust_only(certificate: str) -> ssl.SSLContext:
    """This server's own certificate, whatever name it is for: the way is the machine's own."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def take_output() -> Callable[[Line], None]:
    """Standard output becomes ours alone; what libraries print goes to standard error."""
    descriptor = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.set_blocking(descriptor, False)

    def say(line: Line) -> None:
        try:
            os.write(descriptor, msgspec.json.encode(line) + b"\n")
        except OSError:  # nobody reads: gone, or so busy that it must start another
            os._exit(1)

    return say


async def main() -> None:
    film = Film(take_output())
    listen(asyncio.get_running_loop(), film.hear)
    await film.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; it closes our standard input
    bound_process()
    asyncio.run(main())
    os._exit(0)  # a thread in a file that hangs must not keep the process
