"""What the operator's live page shows, over REST with an API key: the server as it is now, and the story of a meeting.

Counts and totals only; rooms by the beginning of their id, nobody's name. Rates are made by who asks, from two answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Final, Protocol

import msgspec
from msgspec import Meta

from vdxmedia import __version__
from vdxmedia.api.operations import Operation
from vdxmedia.conference.kinds import Quality, Role
from vdxmedia.errors import NotFound
from vdxmedia.hub.call_records import RecentProblem
from vdxmedia.hub.call_story import story
from vdxmedia.hub.drain import Drain, DrainReason
from vdxmedia.hub.overview import NO_TRANSPORT, Figures, RoomNow, largest_first
from vdxmedia.hub.ports import CallRecord, Transport

MAX_ROOMS: Final = 50
_BOUNDS: Final = ("refused", "full", "dropped", "limited", "cut_off", "timed_out", "faults", "too_slow", "locked")
"""What a counter's name says of a bound that was hit."""


class Packets(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Totals since the start."""

    audio_in: int
    audio_out: int
    video_in: int
    video_out: int
    bytes_in: int
    bytes_out: int
    rejected: int


class Worker(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of the relay."""

    cpu_s: Annotated[float, Meta(description="CPU time since the start.")]
    peers: int


class DrainNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    is_draining: bool
    deadline: Annotated[float | None, Meta(description="Unix seconds.")]
    can_undo: bool


class Bound(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of `vdx_hub_<name>_total`: a refusal, a drop, a fault."""

    name: str
    total: int


class OperatorNow(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    version: str
    uptime_s: float
    at: Annotated[float, Meta(description="Seconds of a clock that only goes forward, for rates.")]
    rooms_open: int
    calls: int
    hosts: int
    guests: int
    waiting: int
    by_transport: Annotated[Mapping[str, int], Meta(description="People by `udp`, `tcp`, `turn`, `none`.")]
    qualities: Annotated[Mapping[str, int], Meta(description="Media connections by `good`, `weak`, `lost`.")]
    sources: Annotated[Mapping[str, int], Meta(description="What is on, by kind.")]
    loop_lag_ms: Annotated[float, Meta(description="The last second's.")]
    worst_loop_lag_ms: Annotated[float, Meta(description="Of the last minute.")]
    signalling_cpu_s: Annotated[float, Meta(description="CPU time of the process without the relay's workers.")]
    workers: Sequence[Worker]
    packets: Packets
    rooms: Annotated[Sequence[RoomNow], Meta(description="At most 50: those in trouble first, then the largest.")]
    problems: Annotated[Sequence[RecentProblem], Meta(description="At most 50, the latest first.")]
    bounds: Annotated[Sequence[Bound], Meta(description="Those that were ever hit.")]
    degraded: Sequence[str]
    drain: DrainNow


class Story(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    lines: Sequence[str]


class Records(Protocol):
    def problems(self) -> Sequence[RecentProblem]: ...

    def live_like(self, short: str) -> Sequence[CallRecord]: ...


class Rooms(Protocol):
    """What is needed of the hub's registry."""

    @property
    def records(self) -> Records: ...

    def room_count(self) -> int: ...

    def figures(self) -> Figures: ...

    def rooms_now(self) -> Sequence[RoomNow]: ...

    def totals(self) -> Mapping[str, int]: ...


class Media(Protocol):
    """Of the plane."""

    def stats(self) -> Mapping[str, int]: ...

    def worker_stats(self) -> Sequence[tuple[int, int]]: ...


class Lag(Protocol):
    """Of the metrics."""

    @property
    def recent_lag_s(self) -> Sequence[float]: ...


class StoredRecords(Protocol):
    async def of_room(self, short: str) -> Sequence[CallRecord]:
        """Raises: BadInput, Refused `store_unavailable`."""
        ...


class OperatorOperations:
    """The handlers."""

    def __init__(
        self,
        rooms: Rooms,
        media: Media,
        lag: Lag,
        drain: Drain,
        stored: StoredRecords,
        *,
        degraded: Callable[[], Sequence[str]],
    ) -> None:
        self._rooms = rooms
        self._media = media
        self._lag = lag
        self._drain = drain
        self._stored = stored
        self._degraded = degraded
        self._began_s = time.monotonic()

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "GET", "/api/v1/operator/now", "showOperatorNow", "Show the server as it is now, without personal data",
                self._now, body=None, answer=OperatorNow, status=HTTPStatus.OK, errors=(), tag="Administration",
            ),
            Operation(
                "GET", "/api/v1/operator/stories/{shortId}", "showStory",
                "Tell the story of a meeting by ids and roles, as `vdxmedia explain` does",
                self._story, body=None, answer=Story, status=HTTPStatus.OK,
                errors=("room_unknown", "validation_failed", "store_unavailable"), tag="Administration",
            ),
        )  # fmt: skip

    async def _now(self, _path: Mapping[str, str], _body: None) -> OperatorNow:
        figures, rooms = self._rooms.figures(), self._rooms.rooms_now()
        roles, lags = figures.by_role(), self._lag.recent_lag_s
        transports: dict[str, int] = dict.fromkeys((*Transport, NO_TRANSPORT), 0)
        for (_, transport), count in figures.people.items():
            transports[transport] += count
        workers = self._media.worker_stats()
        totals = self._rooms.totals()
        return OperatorNow(
            version=__version__,
            uptime_s=round(time.monotonic() - self._began_s, 1),
            at=round(time.monotonic(), 3),
            rooms_open=self._rooms.room_count(),
            calls=len(rooms),
            hosts=roles.get(Role.HOST, 0),
            guests=roles.get(Role.GUEST, 0),
            waiting=figures.waiting,
            by_transport=transports,
            qualities={quality.value: figures.qualities[quality] for quality in Quality},
            sources=dict(figures.sources),
            loop_lag_ms=round(1_000 * lags[-1], 1) if lags else 0.0,
            worst_loop_lag_ms=round(1_000 * max(lags), 1) if lags else 0.0,
            signalling_cpu_s=round(max(0.0, time.process_time() - sum(cpu_ns for cpu_ns, _ in workers) / 1e9), 3),
            workers=[Worker(cpu_s=round(cpu_ns / 1e9, 3), peers=peers) for cpu_ns, peers in workers],
            packets=_packets(self._media.stats()),
            rooms=largest_first(rooms, MAX_ROOMS),
            problems=self._rooms.records.problems(),
            bounds=[
                Bound(name=name, total=total)
                for name, total in sorted(totals.items())
                if total and any(word in name for word in _BOUNDS)
            ],
            degraded=self._degraded(),
            drain=_drain_now(self._drain),
        )

    async def _story(self, path: Mapping[str, str], _body: None) -> Story:
        stored = await self._stored.of_room(path["shortId"])
        there = self._rooms.records.live_like(path["shortId"])
        records = {record.id: record for record in (*stored, *there)}
        if not records:
            raise NotFound("nothing is known of such a meeting", code="room_unknown")
        return Story(lines=list(story(records.values())))


def _packets(stats: Mapping[str, int]) -> Packets:
    def of(name: str) -> int:
        return stats.get(name, 0)

    return Packets(
        audio_in=of("audio_packets_in"),
        audio_out=of("audio_packets_out"),
        video_in=of("video_packets_in"),
        video_out=of("video_packets_out") + of("rtx_packets_out"),
        bytes_in=sum(of(f"{kind}_bytes_in") for kind in ("audio", "video", "rtx")),
        bytes_out=sum(of(f"{kind}_bytes_out") for kind in ("audio", "video", "rtx")),
        rejected=sum(total for name, total in stats.items() if name.startswith("dropped_")),
    )


def _drain_now(drain: Drain) -> DrainNow:
    state = drain.state
    if state is None:
        return DrainNow(is_draining=False, deadline=None, can_undo=False)
    return DrainNow(is_draining=True, deadline=state.deadline, can_undo=state.reason is DrainReason.OPERATOR)
