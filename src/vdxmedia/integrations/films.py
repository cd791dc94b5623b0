"""Starts one process per playing film, tells it what to do, hears how it is doing, and ends what hangs.

A player that does not answer, or says nothing for `SILENCE_S`, is killed; its listener hears `failed` with
`film_stuck`. All players end with this object, and by themselves when the server is gone.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from vdxmedia.conference.kinds import FilmAction, FilmStatus
from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.film import Clip, FilmReport, FilmStart
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ConferenceKey
from vdxmedia.integrations.clip_library import ClipLibrary
from vdxmedia.integrations.film_lines import (
    BEAT_S,
    MAX_LINE_BYTES,
    Answer,
    Assignment,
    Line,
    Order,
    OrderKind,
    Report,
)

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 30.0
"""From the process's start until the film is in the room; 2 s are usual."""
ORDER_TIMEOUT_S = 5.0
SILENCE_S = 5 * BEAT_S
END_TIMEOUT_S = 5.0
MAX_ORDERS = 32
"""Of one film, unanswered; more are refused with `film_busy`."""
STEP_S = 1.0
"""A position this far from where the film should be is told; a smaller difference is a beat's."""

Listener = Callable[[FilmReport], None]


class FilmAccess(msgspec.Struct, frozen=True):
    """How the processes reach the server."""

    url: str
    certificate: str | None = None
    """File of the certificate that the server has; None without TLS."""
    media_hosts: tuple[str, ...] = ()
    """See `Assignment.media_hosts`."""


class FilmProcesses:
    """`Films` of the hub. `maximum` films at a time, of one organisation `per_organisation`; more are refused with
    `films_full`."""

    def __init__(
        self,
        library: ClipLibrary,
        access: FilmAccess,
        *,
        maximum: int,
        per_organisation: int,
        max_file_bytes: int,
        counters: Counters,
    ) -> None:
        self._library = library
        self._access = access
        self._maximum = maximum
        self._per_organisation = per_organisation
        self._max_file_bytes = max_file_bytes
        self._counters = counters
        self._films: dict[ConferenceKey, _Film] = {}
        self._scope = TaskScope("films")

    async def clips(self, organisation: str) -> Sequence[Clip]:
        return await self._library.clips(organisation)

    async def start(self, film: FilmStart, listener: Listener) -> None:
        path = await self._library.path_of(film.organisation, film.clip)
        await self.stop(film.conference)
        if len(self._films) >= self._maximum:
            self._counters.add("films_full")
            raise Refused(f"{self._maximum} films are played at once on this server; stop another", code="films_full")
        if sum(one.organisation == film.organisation for one in self._films.values()) >= self._per_organisation:
            self._counters.add("films_full_for_organisation")
            most = self._per_organisation
            raise Refused(f"an organisation plays {most} at once here; stop another", code="films_full")
        playing = _Film(film.organisation, listener, self._counters)
        self._films[film.conference] = playing
        try:
            await playing.start(self._assignment(film, path), self._scope)
        except BaseException:
            await self._give_up(film.conference, playing)
            raise
        finally:
            if playing.is_over and self._films.get(film.conference) is playing:
                del self._films[film.conference]
        playing.ended.add_done_callback(lambda _: self._forget(film.conference, playing))

    async def control(
        self, conference: ConferenceKey, action: FilmAction, *, position_s: float = 0.0, is_on: bool = True
    ) -> None:
        playing = self._films.get(conference)
        if playing is None:
            raise NotFound("no film is played in this room", code="film_none")
        await playing.order(OrderKind(action.value), position_s=position_s, is_on=is_on)

    async def stop(self, conference: ConferenceKey) -> None:
        playing = self._films.pop(conference, None)
        if playing is not None:
            await playing.stop()

    def count(self) -> int:
        return len(self._films)

    async def __aenter__(self) -> FilmProcesses:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        films, self._films = list(self._films.values()), {}
        for playing in films:
            playing.hang_up()
        for playing in films:
            await playing.stop()
        await self._scope.close()

    def _assignment(self, film: FilmStart, path: Path) -> Assignment:
        return Assignment(
            url=self._access.url,
            token=film.token,
            certificate=self._access.certificate,
            media_hosts=list(self._access.media_hosts),
            path=str(path),
            max_file_bytes=self._max_file_bytes,
        )

    async def _give_up(self, conference: ConferenceKey, playing: _Film) -> None:
        self._forget(conference, playing)
        await playing.kill()

    def _forget(self, conference: ConferenceKey, playing: _Film) -> None:
        if self._films.get(conference) is playing:
            del self._films[conference]


class _Film:
    """One process."""

    def __init__(self, organisation: str, listener: Listener, counters: Counters) -> None:
        self.organisation = organisation
        self._listener = listener
        self._counters = counters
        self._process: Process | None = None
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._orders = 0
        self._is_started = False
        self._is_stopping = False
        self._is_stuck = False
        self._told: FilmReport | None = None
        self._told_s = 0.0

    @property
    def is_over(self) -> bool:
        return self.ended.done()

    async def start(self, assignment: Assignment, scope: TaskScope) -> None:
        """Raises: Refused `film_*`."""
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vdxmedia.film", stdin=PIPE, stdout=PIPE, limit=MAX_LINE_BYTES
        )
        assert process.stdin is not None
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._answers[0] = answer
        scope.start(self._listen(process), "film")
        process.stdin.write(msgspec.json.encode(assignment) + b"\n")
        answered = await self._in_time(answer, START_TIMEOUT_S)
        if answered.code is not None:
            raise Refused(answered.text, code=answered.code)
        self._is_started = True
        if self._told is not None:
            self._listener(self._told)

    async def order(self, kind: OrderKind, *, position_s: float = 0.0, is_on: bool = True) -> None:
        """Raises: Refused `film_busy`, `film_stuck`, `film_ended`."""
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing() or self.is_over:
            raise Refused("the film has ended; load it anew", code="film_ended")
        if len(self._answers) >= MAX_ORDERS:
            self._counters.add("film_orders_refused")
            raise Refused("the film has too much to do", code="film_busy", retry_after_s=1.0)
        self._orders += 1
        order = Order(id=self._orders, kind=kind, position_s=position_s, is_on=is_on)
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._answers[order.id] = answer
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        try:
            await self._in_time(answer, ORDER_TIMEOUT_S)
        finally:
            self._answers.pop(order.id, None)

    async def stop(self) -> None:
        """Gentle for a moment."""
        self._is_stopping = True
        self.hang_up()
        try:
            async with asyncio.timeout(END_TIMEOUT_S):
                await asyncio.shield(self.ended)
        except TimeoutError:
            self._counters.add("films_killed")
            await self.kill()

    def hang_up(self) -> None:
        """Its standard input ends, and so does it."""
        self._is_stopping = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def kill(self) -> None:
        self._kill()
        if self._process is not None:
            await self._process.wait()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _in_time(self, answer: asyncio.Future[Answer], timeout_s: float) -> Answer:
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError as error:
            self._found_stuck()
            raise Refused("the film's player does not answer; load the film anew", code="film_stuck") from error

    def _found_stuck(self) -> None:
        self._is_stuck = True
        self._counters.add("films_stuck")
        self._kill()

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        try:
            while True:
                timeout_s = SILENCE_S if self._is_started else START_TIMEOUT_S
                try:
                    async with asyncio.timeout(timeout_s):
                        line = await process.stdout.readline()
                    if not line:
                        break
                    self._hear(msgspec.json.decode(line, type=Line))
                except (TimeoutError, ValueError, msgspec.MsgspecError):
                    self._found_stuck()
                    break
        finally:
            self._kill_if_it_lingers(process)
            await process.wait()
            self._finish()

    def _kill_if_it_lingers(self, process: Process) -> None:
        """It has closed its output, so it has nothing left to do; it ends by itself within a moment."""
        handle = self._loop.call_later(END_TIMEOUT_S, self._kill)
        self.ended.add_done_callback(lambda _: handle.cancel())

    def _hear(self, line: Line) -> None:
        match line:
            case Answer():
                answer = self._answers.pop(line.id, None)
                if answer is not None and not answer.done():
                    answer.set_result(line)
            case Report():
                if self._is_news(line.film):
                    self._told, self._told_s = line.film, self._loop.time()
                    if self._is_started:
                        self._listener(line.film)

    def _is_news(self, film: FilmReport) -> bool:
        before = self._told
        if before is None or (film.status, film.is_looping, film.code) != (
            before.status, before.is_looping, before.code,
        ):  # fmt: skip
            return True
        gone_s = self._loop.time() - self._told_s if before.status is FilmStatus.PLAYING else 0.0
        return abs(film.position_s - before.position_s - gone_s) > STEP_S or (
            film.status is not FilmStatus.PLAYING and film.position_s != before.position_s
        )

    def _finish(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(Refused("the film's player has ended; load the film anew", code="film_ended"))
                answer.exception()  # whoever waits hears it; nobody need
        self._answers.clear()
        last = self._told
        if self._is_started and (last is None or last.status is not FilmStatus.FAILED):
            is_ill = self._is_stuck or not self._is_orderly()
            self._listener(
                FilmReport(
                    status=FilmStatus.FAILED if is_ill else FilmStatus.STOPPED,
                    position_s=0.0 if last is None else last.position_s,
                    duration_s=0.0 if last is None else last.duration_s,
                    is_looping=False,
                    code="film_stuck" if is_ill else None,
                    text="the film's player has failed; load the film anew" if is_ill else None,
                )
            )
        if not self.ended.done():
            self.ended.set_result(None)
        logger.info("film_ended code=%s", None if self._process is None else self._process.returncode)

    def _is_orderly(self) -> bool:
        return self._is_stopping or (self._process is not None and self._process.returncode == 0)
