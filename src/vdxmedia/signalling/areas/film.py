"""An exercise film: hosts load and control it, everybody is told how it is doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from vdxmedia.conference import film_desk
from vdxmedia.conference.documents import FilmDocument
from vdxmedia.conference.film_desk import MAX_CLIP_CHARS
from vdxmedia.conference.kinds import FilmAction as FilmAction
from vdxmedia.conference.kinds import FilmStatus as FilmStatus
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Wire

MAX_POSITION_S = 24 * 3600


class ControlFilm(Wire, frozen=True, tag="film"):
    """A host loads an exercise film of the room's organisation, or says what it shall do. `done` means that it was
    asked; `filmChanged` tells what came of it."""

    action: FilmAction
    clip: Annotated[str, Meta(min_length=1, max_length=MAX_CLIP_CHARS)] | None = None
    """For `load`: the clip's name in the library's list."""
    position_s: Annotated[float, Meta(ge=0, le=MAX_POSITION_S)] = 0.0
    """For `seek`: seconds from the beginning; beyond the end is the end."""
    is_on: bool = True
    """For `loop`."""


class FilmChanged(Wire, frozen=True, tag="filmChanged"):
    """The exercise film in the room. Its picture and sound come from a participant with `isFilm`."""

    status: FilmStatus
    clip: str
    position_s: float
    """At `at`; while it is `playing` it goes on from there, one second a second."""
    at: float
    """Unix seconds, by the server's clock."""
    duration_s: float
    is_looping: bool
    code: str | None
    """With `failed`: why, one of the stable codes `film_*`, `films_full`, `clip_unknown`."""
    text: str | None
    """With `failed`: what happened and what to do, in English."""


def _control(message: ControlFilm, asking: ParticipantId) -> film_desk.ControlFilm:
    return film_desk.ControlFilm(
        participant=asking,
        action=message.action,
        clip=message.clip,
        position_s=message.position_s,
        is_on=message.is_on,
    )


def _changed(room: RoomId, film: FilmDocument) -> FilmChanged:
    return FilmChanged(
        status=film.status,
        clip=film.clip,
        position_s=film.position_s,
        at=film.at_unix_s,
        duration_s=film.duration_s,
        is_looping=film.is_looping,
        code=film.code,
        text=film.text,
    )


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    ControlFilm: ((5.0, 20.0), _control),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {FilmDocument: (FilmChanged, _changed)}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "film_loading": "The film is being loaded; ask again when it stands.",
    "film_none": "There is no film in the room, or it has failed: load one.",
    "clip_unknown": "The library has no such film (any more): load its list anew.",
    "films_full": "The server plays its maximum of films, or those of the organisation: stop another.",
    "film_unlisted": "The organisation has more films than are taken: move some out of its directory.",
    "film_missing": "The file is gone: load the list anew.",
    "film_unreadable": "The file is damaged, or no film: export it again.",
    "film_unsupported": "The film's container or codec is not taken: convert it to MP4 with H.264 and AAC.",
    "film_too_large": "The file, its pictures or its length exceed a limit; the text says which and what to do.",
    "film_damaged": "The film could not be played to its end: export or copy it again.",
    "film_stuck": "The film's player did not answer and was ended: load the film anew.",
    "film_ended": "The film's player has ended: load the film anew.",
    "film_refused": "The film could not join the room: load it anew.",
    "film_codec_unsupported": "Films need a room with the codec VP8 or H264.",
    "film_busy": "The film has too much to do.",
}
