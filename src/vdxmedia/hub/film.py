"""What the hub needs of films: a library of clips per organisation, and players that show one in a room.

A player is an ordinary client of its room in a process of its own; no RTP enters the server's Python. Implemented in
`integrations`, wired in `app.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from vdxmedia.conference.kinds import FilmAction, FilmStatus
from vdxmedia.errors import NotFound
from vdxmedia.ids import ConferenceKey


class Clip(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A film of the library."""

    clip: str
    """Its name within the organisation: the file's."""
    title: str
    duration_s: float | None
    """None for a file that cannot be played: `code` and `text` tell why."""
    width: int | None
    height: int | None
    size_bytes: int
    video: str | None
    """The codec's name, as `h264`."""
    audio: str | None
    """None: the film is silent."""
    code: str | None = None
    text: str | None = None


class FilmReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a film is doing; told after each change."""

    status: FilmStatus
    position_s: float
    """When it was told; while `playing` it goes on from there."""
    duration_s: float
    is_looping: bool
    code: str | None = None
    text: str | None = None


class FilmStart(msgspec.Struct, frozen=True, kw_only=True):
    """What to show, and where."""

    conference: ConferenceKey
    organisation: str
    clip: str
    token: str
    """Lets the player into the room, to publish `screen` and `screenAudio` and nothing else."""


class Films(Protocol):
    """All methods on the event loop. What is refused has a stable code: `clip_unknown`, `films_full`, `film_*`."""

    async def clips(self, organisation: str) -> Sequence[Clip]:
        """By name; empty for an organisation without a directory."""
        ...

    async def start(self, film: FilmStart, listener: Callable[[FilmReport], None]) -> None:
        """Returns when the film's first picture is in the room; it stands there until `play`. The listener hears every
        change, `failed` or `stopped` as the last. A film that the conference already has is stopped first.

        Raises: NotFound `clip_unknown`, Refused `films_full` or `film_*`; then the listener hears nothing.
        """
        ...

    async def control(
        self, conference: ConferenceKey, action: FilmAction, *, position_s: float = 0.0, is_on: bool = True
    ) -> None:
        """`play`, `pause`, `seek` or `loop`; returns when the player has done it.

        Raises: NotFound `film_none`, Refused `film_*`.
        """
        ...

    async def stop(self, conference: ConferenceKey) -> None:
        """Returns when the player is gone. Without a film nothing happens."""
        ...


class NoFilms:
    """A server without a library."""

    async def clips(self, organisation: str) -> Sequence[Clip]:
        return ()

    async def start(self, film: FilmStart, listener: Callable[[FilmReport], None]) -> None:
        raise NotFound("this server has no library of films", code="clip_unknown")

    async def control(
        self, conference: ConferenceKey, action: FilmAction, *, position_s: float = 0.0, is_on: bool = True
    ) -> None:
        raise NotFound("no film is played in this room", code="film_none")

    async def stop(self, conference: ConferenceKey) -> None:
        return
