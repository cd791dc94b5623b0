"""An exercise film in the room: what hosts ask of it, and how it is doing. Pure; the hub plays it.

    status     load      play      pause    seek/loop   stop      heard from the player
    (none)     LOADING   refused   refused  refused     (none)    -
    LOADING    LOADING   refused   refused  refused     STOPPED   PAUSED, FAILED
    PLAYING    LOADING   asked     asked    asked       STOPPED   any
    PAUSED     LOADING   asked     asked    asked       STOPPED   any
    ENDED      LOADING   asked     asked    asked       STOPPED   any
    FAILED     LOADING   refused   refused  refused     STOPPED   -
    STOPPED    LOADING   refused   refused  refused     STOPPED   -

What the player has done is told by the player, not when it was asked. A report of a film that was stopped or replaced
meanwhile carries another `load` number and is passed over. The film does not outlive the conference: nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, assert_never

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked, FilmHeard, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import FilmDocument, Sheet
from vdxmedia.conference.events import FilmOrdered
from vdxmedia.conference.kinds import FilmAction, FilmStatus
from vdxmedia.errors import BadField, Refused

MAX_CLIP_CHARS = 120


class ControlFilm(Asked, frozen=True, kw_only=True):
    right: ClassVar[Right] = Right.HOST
    action: FilmAction
    clip: str | None = None
    """For `load`."""
    position_s: float = 0.0
    """For `seek`."""
    is_on: bool = True
    """For `loop`."""


class FilmDesk(Desk):
    name = "film"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._film: FilmDocument | None = None
        self._load = 0

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {ControlFilm: self._control}

    def _control(self, command: ControlFilm, now_s: float) -> None:
        match command.action:
            case FilmAction.LOAD:
                if not command.clip:
                    raise BadField("`load` needs the clip's name", field="$.clip")
                self._load += 1
                self._put(FilmDocument(status=FilmStatus.LOADING, clip=command.clip))
            case FilmAction.STOP:
                if self._film is not None:
                    self._load += 1
                    self._put(FilmDocument(status=FilmStatus.STOPPED, clip=self._film.clip))
            case FilmAction.PLAY | FilmAction.PAUSE | FilmAction.SEEK | FilmAction.LOOP:
                self._check_playable()
            case _:
                assert_never(command.action)
        self.assembly.tell(
            FilmOrdered(self._load, command.action, command.clip or "", command.position_s, command.is_on)
        )

    def _check_playable(self) -> None:
        status = None if self._film is None else self._film.status
        if status is FilmStatus.LOADING:
            raise Refused("the film is being loaded", code="film_loading", retry_after_s=1.0)
        if status not in (FilmStatus.PLAYING, FilmStatus.PAUSED, FilmStatus.ENDED):
            raise Refused("there is no film in the room; load one", code="film_none")

    def film_heard(self, heard: FilmHeard, now_s: float) -> None:
        if self._film is None or heard.load != self._load:
            return
        self._put(
            msgspec.structs.replace(
                self._film,
                status=heard.status,
                position_s=heard.position_s,
                at_unix_s=heard.at_unix_s,
                duration_s=heard.duration_s,
                is_looping=heard.is_looping,
                code=heard.code,
                text=heard.text,
            )
        )

    def _put(self, film: FilmDocument) -> None:
        self._film = film
        self.assembly.put(Sheet.same(film))
