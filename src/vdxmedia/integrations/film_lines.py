"""What the server and a film's process say to each other: JSON, one object a line, on its standard input and output.

On standard input, because others can read arguments and environment: first an `Assignment`, then orders, each answered
by one `Answer` with its id. Between them the process tells how it is doing: a `FilmReport` after each change, and every
`BEAT_S` so that a process that hangs is found.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.hub.film import FilmReport

BEAT_S = 2.0
MAX_LINE_BYTES = 16 * 1024
Position = Annotated[float, Meta(ge=0, le=24 * 3600)]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    token: str
    certificate: str | None
    """File of the certificate to trust, with `--lan`."""
    media_hosts: list[str] = []
    """The relay's own addresses, where answers name others (`media.announced`): a machine often cannot reach itself by
    its outer address."""
    path: str
    max_file_bytes: int


class OrderKind(StrEnum):
    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    LOOP = "loop"
    STOP = "stop"


class Order(msgspec.Struct, frozen=True, kw_only=True, tag="order"):
    id: int
    kind: OrderKind
    position_s: Position = 0.0
    is_on: bool = True


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer"):
    """`id` 0 answers the assignment: the film is in the room, or why not."""

    id: int
    code: str | None = None
    """None: done."""
    text: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    film: FilmReport
    cpu_s: float
    """Of the process since its start, for whoever watches costs."""
    pictures_dropped: int


Line = Answer | Report
"""What the process says."""


class ProbedClip(msgspec.Struct, frozen=True, kw_only=True):
    """What the process that looks at files for the list says of one: what is in it, or why it cannot be played."""

    duration_s: float | None = None
    width: int | None = None
    height: int | None = None
    video: str | None = None
    audio: str | None = None
    code: str | None = None
    text: str | None = None
