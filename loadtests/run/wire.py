"""What the engine and its client processes say to each other: one JSON object a line, on standard input and output.

Every request is answered once, by its number; `Heartbeat`s come by themselves. Times are the machine's monotonic clock.
"""

from __future__ import annotations

from typing import Any

import msgspec

from loadtests.run.distribution import Distribution

MAX_LINE_BYTES = 64 * 1024 * 1024
"""A report of thousands of seats with their slots."""


class Join(msgspec.Struct, frozen=True, kw_only=True, tag="join"):
    """Somebody comes, with all that it takes until his media is connected."""

    id: int
    seat: int
    url: str
    link: str
    name: str
    video_slots: int = 9
    publishes: tuple[str, ...] = ()
    """Of `microphone`, `camera`, `screen`; a screen is shared later, by `SetSource`."""
    subscribes: bool = True
    media: bool = True
    """False: signalling alone."""
    height: int = 720
    """Of the camera; with simulcast the highest layer's."""
    simulcast: bool = True
    tile_height: int = 360
    """Of each picture on his screen."""
    lose_incoming: int = 0
    lose_outgoing: int = 0
    expects_packets: bool = True
    """Somebody is there whom he gets at once, so that his first packet is timed."""
    tap: bool = False
    """What is opened is opened by libsrtp too."""
    session: str = ""
    """Of the seat that he had before his page was loaded anew."""


class Send(msgspec.Struct, frozen=True, kw_only=True, tag="send"):
    """A command of the protocol."""

    id: int
    seat: int
    message: dict[str, Any]


class SetSource(msgspec.Struct, frozen=True, kw_only=True, tag="set_source"):
    id: int
    seat: int
    kind: str
    active: bool


class Talk(msgspec.Struct, frozen=True, kw_only=True, tag="talk"):
    """Packets of the microphone come or not, which nobody is told: a pause in speaking."""

    id: int
    seat: int
    sends: bool


class Chat(msgspec.Struct, frozen=True, kw_only=True, tag="chat"):
    """Writes a line that says when it was written; all who get it note how late it came."""

    id: int
    seat: int


class Leave(msgspec.Struct, frozen=True, kw_only=True, tag="leave"):
    id: int
    seat: int
    says_goodbye: bool = True


class RestartIce(msgspec.Struct, frozen=True, kw_only=True, tag="restart_ice"):
    id: int
    seat: int
    moves: bool = False


class Await(msgspec.Struct, frozen=True, kw_only=True, tag="await"):
    """The first event of this type, at or after `since_ns`, whose fields are these; `disconnected` is one too."""

    id: int
    seat: int
    event: str
    fields: dict[str, Any] = {}
    since_ns: int = 0
    within_s: float = 10.0


class AskReport(msgspec.Struct, frozen=True, kw_only=True, tag="report"):
    """What was found since the last report."""

    id: int


class Quit(msgspec.Struct, frozen=True, kw_only=True, tag="quit"):
    id: int


Request = Join | Send | SetSource | Talk | Chat | Leave | RestartIce | Await | AskReport | Quit


class SlotFound(msgspec.Struct, frozen=True):
    """One slot of one seat."""

    kind: str
    index: int
    packets: int
    lost: int
    longest_gap_us: int
    heard: tuple[int, ...]
    """Every source that ever came."""
    bound: int = 0
    """The source that the server said is in it."""
    bound_ns: int = 0
    """Since when."""


class SeatFound(msgspec.Struct, frozen=True):
    seat: int
    slots: list[SlotFound]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Of one client process."""

    at_ns: int
    cpu_ns: int
    generator_cpu_ns: int
    findings: dict[str, int]
    """The generator's, and of libsrtp `libsrtp_opened`, `libsrtp_refused`, `libsrtp_wrong`; `strays`."""
    faults: int
    sent: dict[str, int]
    measures: dict[str, Distribution]
    """Seconds, by name."""
    failures: list[str]
    """Of the generator's clients."""
    seats: list[SeatFound]
    gone: list[SeatFound]
    """Who left since the last."""


class Reply(msgspec.Struct, frozen=True, kw_only=True, tag="reply"):
    id: int
    error: str = ""
    """`refused CODE`, `timeout`, or what went wrong; empty: it went well."""
    body: msgspec.Raw = msgspec.Raw(b"null")


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """Once a second."""

    at_ns: int
    cpu_ns: int
    generator_cpu_ns: int
    seats: int
    connected: int
    packets: int
    lost: int
    faults: int


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """The first line."""

    pid: int


Line = Ready | Reply | Heartbeat


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a reply to `Join`."""

    participant: str
    session: str
    sources: dict[str, int]
    slots: dict[str, int]
    """How many of each kind were offered."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a reply to `Await`."""

    at_ns: int
    """When it came."""
    body: dict[str, Any]
