"""What operators see: structured logs and Prometheus metrics. Nobody's name, number, address or words in either.

Log calls stay the standard library's (`logger.info("room_opened room=%s", room)`); here the one handler is made that
turns `event key=value …` into fields. Metrics that belong to one process live in one registry; totals kept elsewhere
(the relay's, the hub's) are read when Prometheus asks.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Literal, Protocol

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from vdxmedia import __version__
from vdxmedia.clock import beat_s
from vdxmedia.conference.floor_request import RequestStatus
from vdxmedia.conference.kinds import Quality, Role, SourceKind
from vdxmedia.relay_metrics import Distribution, relay_families

QUIET_LOGGERS = (
    "engineio",
    "socketio",
    "aiohttp.access",
    "aiortc",
    "aioice",
    "asyncio",
    "alembic",
    "sqlalchemy",
    "aiosqlite",
)
"""engineio logs payloads at INFO; the others log per request or per packet."""
LAG_INTERVAL_S = 1.0
RECENT_LAGS = 60
_EVENT = re.compile(r"[a-z][a-z0-9_]*(?: [a-z][a-z0-9_]*=\S*)*")

disable_created_metrics()  # type: ignore[no-untyped-call]  # halves the page; nobody graphs when a counter was made

# ── logs ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def configure_logging(level: str, form: Literal["json", "text"]) -> None:
    """Sets the root logger's one handler, on stderr. Call once, before anything logs."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _split_event,
    ]
    renderer: list[structlog.typing.Processor]
    if form == "json":
        renderer = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # Plain: the fancy traceback prints local variables, and these are people's names and tokens.
        plain = structlog.dev.plain_traceback
        renderer = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _split_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`room_opened room=ab12` becomes the event `room_opened` with the field `room`; other texts stay whole."""
    text = event.get("event")
    if isinstance(text, str) and _EVENT.fullmatch(text):
        name, *pairs = text.split(" ")
        event["event"] = name
        for pair in pairs:
            key, _, value = pair.partition("=")
            event.setdefault(key, value)
    return event


# ── metrics ───────────────────────────────────────────────────────────────────────────────────────────────────────

JOIN_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RECONNECTS = {
    "signal": ("resumed", "snapshot", "failed"),
    "ice": ("moved", "lost", "back"),
    "full": ("done", "failed"),
}
JOIN_PHASES = ("signal", "ice", "dtls", "first_media")
ROOM_BUCKETS_S = (60, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 14400)
FLOOR_WAIT_BUCKETS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600)
HTTP_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)


class RoomFigures(Protocol):
    """As `hub.overview.Figures`."""

    @property
    def people(self) -> Mapping[tuple[str, str], int]:
        """By role and transport."""
        ...

    @property
    def waiting(self) -> int: ...

    @property
    def sources(self) -> Mapping[str, int]:
        """What is on, by kind."""
        ...

    @property
    def qualities(self) -> Mapping[Quality, int]: ...


class Observed(Protocol):
    """What is read when Prometheus asks. All on the event loop's thread, none may take long."""

    def room_count(self) -> int: ...

    def figures(self) -> RoomFigures:
        """Of all rooms together."""
        ...

    def relay_totals(self) -> Mapping[str, int]:
        """Counters of the relay and the media plane by name, as `docs/reference/metrics.md` lists them."""
        ...

    def relay_workers(self) -> Sequence[tuple[int, int]]:
        """CPU time in nanoseconds and peers of each worker."""
        ...

    def relay_gauges(self) -> Mapping[str, int]:
        """What is so now in the media plane."""
        ...

    def media_qualities(self) -> Sequence[Distribution]:
        """How all media connections together are doing, since the start."""
        ...

    def hub_totals(self) -> Mapping[str, int]:
        """Hits of bounds, drops and faults of rooms and signalling."""
        ...


class Metrics:
    """One server's metrics: an own registry, so that tests can have several servers in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        Info("vdx_build", "Version of the server.", registry=self.registry).info({"version": __version__})
        self.joins = Counter("vdx_join", "Joins by result.", ["result", "reason"], registry=self.registry)
        self.join_seconds = Histogram(
            "vdx_join_seconds",
            "From the start of a join to the end of a phase of it.",
            ["phase"],
            buckets=JOIN_BUCKETS_S,
            registry=self.registry,
        )
        self.http_seconds = Histogram(
            "vdx_http_request_duration_seconds",
            "Requests by route pattern.",
            ["method", "route", "status"],
            buckets=HTTP_BUCKETS_S,
            registry=self.registry,
        )
        for phase in JOIN_PHASES:
            self.join_seconds.labels(phase)  # there from the beginning, so that a board shows 0 and not nothing
        self.room_duration = Histogram(
            "vdx_room_duration_seconds", "How long calls lasted.", buckets=ROOM_BUCKETS_S, registry=self.registry
        )
        self.reconnects = Counter(
            "vdx_reconnect", "Connections that came back, or not.", ["kind", "result"], registry=self.registry
        )
        self.floor_grants = Counter("vdx_floor_grants", "Ends of floor requests.", ["result"], registry=self.registry)
        self.floor_wait = Histogram(
            "vdx_floor_wait_seconds", "From asking to the floor.", buckets=FLOOR_WAIT_BUCKETS_S, registry=self.registry
        )
        for kind, results in RECONNECTS.items():
            for result in results:
                self.reconnects.labels(kind, result)
        for status in RequestStatus:
            if status not in (RequestStatus.PENDING, RequestStatus.ACCEPTED):
                self.floor_grants.labels(status.value)
        self.joins.labels("accepted", "new")
        self.sms = Counter("vdx_sms", "What became of SMS.", ["gateway", "result"], registry=self.registry)
        self._requests_refused = 0
        self.connections_cut = Counter(
            "vdx_http_connections_cut", "Connections that asked nothing.", ["reason"], registry=self.registry
        )
        self.loop_lag = Histogram(
            "vdx_event_loop_lag_seconds",
            "How late the event loop wakes a timer.",
            buckets=(0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1),
            registry=self.registry,
        )
        self.recent_lag_s: deque[float] = deque(maxlen=RECENT_LAGS)
        """The latest last."""
        self.draining = Gauge("vdx_draining", "1 while nobody new is taken.", registry=self.registry)
        self.overload_level = Gauge("vdx_overload_level", "0 to 3: what is given up.", registry=self.registry)
        self.overload_shed = Counter("vdx_overload_shed", "What was given up.", ["what"], registry=self.registry)
        self.store_write_seconds = Histogram(
            "vdx_store_write_seconds",
            "From asking the store to its answer, one transaction.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 5),
            registry=self.registry,
        )
        self.store_failures = Counter(
            "vdx_store_failures", "What the store did not do.", ["operation"], registry=self.registry
        )
        self.store_failing = Gauge(
            "vdx_store_failing", "1 while the store takes nothing; calls go on.", registry=self.registry
        )
        self.process = CollectorRegistry()
        """CPU, memory and descriptors of the process; reads files."""
        ProcessCollector(registry=self.process)
        threads = Gauge("vdx_process_threads", "Threads of the process, the relay's too.", registry=self.process)
        threads.set_function(lambda: len(os.listdir("/proc/self/task")))

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self.http_seconds.labels(method, route, str(status)).observe(seconds)
        if status == 429:
            self._requests_refused += 1

    def observe(self, observed: Observed) -> None:
        self.registry.register(_Snapshot(observed, lambda: self._requests_refused))

    async def watch_loop_lag(self) -> None:
        """Runs until cancelled."""
        while True:
            before = time.monotonic()
            wait_s = beat_s(LAG_INTERVAL_S, asyncio.get_running_loop().time())
            await asyncio.sleep(wait_s)
            lag_s = max(0.0, time.monotonic() - before - wait_s)
            self.loop_lag.observe(lag_s)
            self.recent_lag_s.append(lag_s)


class _Snapshot(Collector):
    def __init__(self, observed: Observed, requests_refused: Callable[[], int]) -> None:
        self._observed = observed
        self._requests_refused = requests_refused

    def describe(self) -> Iterable[Metric]:
        """Nothing yet: the names are the relay's, and asking needs no relay at registration."""
        return []

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("vdx_rooms", "Rooms that are open.", value=self._observed.room_count())
        gauges = dict(self._observed.relay_gauges())
        yield from _of_rooms(self._observed.figures(), hears=gauges.pop("hears", 0), shows=gauges.pop("shows", 0))
        tasks = len(asyncio.all_tasks())
        yield GaugeMetricFamily("vdx_event_loop_tasks", "Tasks of the event loop.", value=tasks)
        yield from relay_families(
            self._observed.relay_totals(),
            gauges,
            self._observed.relay_workers(),
            self._observed.media_qualities(),
        )
        totals = self._observed.hub_totals()
        limited = CounterMetricFamily("vdx_ratelimited", "Requests refused for their rate.", labels=["scope"])
        limited.add_metric(["http"], self._requests_refused())
        for scope, name in RATE_SCOPES.items():
            limited.add_metric([scope], totals.get(name, 0))
        yield limited
        webhooks = CounterMetricFamily("vdx_webhook", "Calls to organisations' systems.", labels=["result"])
        for result in WEBHOOK_RESULTS:
            webhooks.add_metric([result], totals.get(f"sms_callbacks_{result}", 0))
        yield webhooks
        for name, value in sorted(totals.items()):
            yield CounterMetricFamily(f"vdx_hub_{name}", "Of rooms and signalling, since the start.", value)


RATE_SCOPES = {
    "join": "joins_rate_limited",
    "command": "commands_refused_rate_limited",
    "connect": "connects_refused_rate_limited",
    "echo": "echoes_refused_rate",
}
"""Scope to the hub's counter."""
WEBHOOK_RESULTS = ("told", "failed", "refused")


def _of_rooms(figures: RoomFigures, *, hears: int, shows: int) -> Iterable[Metric]:
    """`hears`: connections that hear anybody; `shows`: slots with a picture."""
    participants = GaugeMetricFamily("vdx_participants", "People in calls.", labels=["role", "transport"])
    for role in Role:
        for transport in TRANSPORTS:
            participants.add_metric([role.value, transport], figures.people.get((role.value, transport), 0))
    yield participants
    yield GaugeMetricFamily("vdx_waiting_room", "People who wait to be let in.", value=figures.waiting)
    tracks = GaugeMetricFamily("vdx_tracks", "Sources that are on; what is sent out.", labels=["kind", "direction"])
    for kind in SourceKind:
        tracks.add_metric([kind.value, "in"], figures.sources.get(kind.value, 0))
    tracks.add_metric(["audio", "out"], hears)
    tracks.add_metric(["video", "out"], shows)
    yield tracks
    quality = GaugeMetricFamily("vdx_quality_ratio", "Share of media connections, 0..1.", labels=["quality"])
    measured = sum(figures.qualities.values())
    for one in Quality:
        quality.add_metric([one.value], figures.qualities.get(one, 0) / measured if measured else 0.0)
    yield quality


TRANSPORTS = ("udp", "tcp", "turn", "none")
"""`none`: no media connection now."""
