"""The relay's totals as Prometheus families: names by subject, directions and reasons as labels, base units.

The relay counts in plain integers (`relay/src/counters.rs`), the media plane adds its own; here they get the names an
operator graphs. What has no family of its own appears under `vdx_relay_<name>_total`, so a new counter is never lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

_RTP_KINDS = ("audio", "video", "rtx")
_CONTROL_KINDS = ("rtcp", "stun", "dtls")
_DIRECTIONS = ("in", "out")
_GAUGES = ("peers", "sources", "rooms", "tcp_connections")
_LATENCY_BUCKETS_US = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000)
"""As the relay counts them (`relay/src/latency.rs`)."""
_REJECTED = "dropped_"
_LOST = "peers_lost_"
_LOST_REASONS = ("consent", "dtls", "fingerprint", "closed", "fault")
_HANDSHAKES_FAILED = "handshakes_failed_"


class Distribution:
    """A histogram without labels, counted in plain integers; `bounds` are the upper ends of its buckets, ascending."""

    def __init__(self, name: str, text: str, bounds: Sequence[float]) -> None:
        self._name = name
        self._text = text
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def add(self, value: float, times: int) -> None:
        self._counts[bisect_left(self._bounds, value)] += times
        self._sum += value * times

    def family(self) -> HistogramMetricFamily:
        below = list(accumulate(self._counts))
        ends = [*(str(float(bound)) for bound in self._bounds), "+Inf"]
        buckets = list(zip(ends, below, strict=True))
        return HistogramMetricFamily(self._name, self._text, buckets=buckets, sum_value=self._sum)


def relay_families(
    totals: Mapping[str, int],
    gauges: Mapping[str, int],
    workers: Sequence[tuple[int, int]] = (),
    qualities: Sequence[Distribution] = (),
) -> Iterator[Metric]:
    """`totals` since the start and `gauges` of now, each by the relay's or the plane's own name; `workers` are their
    CPU times in nanoseconds and their peers; `qualities` are of all media connections together."""
    left = dict(totals)
    yield _by_direction(left, "vdx_rtp_packets", "RTP packets.", _RTP_KINDS, "packets")
    yield _by_direction(left, "vdx_rtp_bytes", "RTP bytes, headers included.", _RTP_KINDS, "bytes")
    yield _by_direction(left, "vdx_control_packets", "Packets beside RTP.", _CONTROL_KINDS, "packets")
    yield _by_prefix(left, "vdx_rtp_rejected", "Packets dropped.", "reason", _REJECTED)
    for reason in _LOST_REASONS:
        left.setdefault(f"{_LOST}{reason}", 0)  # there from the beginning: an increase from nothing is none
    yield _by_prefix(left, "vdx_media_lost", "Media connections that ended by themselves.", "reason", _LOST)
    handshakes = CounterMetricFamily("vdx_dtls_handshakes", "DTLS handshakes by result.", labels=["result"])
    handshakes.add_metric(["done"], left.pop("handshakes_done", 0))
    for name in [name for name in left if name.startswith(_HANDSHAKES_FAILED)]:
        handshakes.add_metric([name.removeprefix(_HANDSHAKES_FAILED)], left.pop(name))
    yield handshakes
    nacks = CounterMetricFamily("vdx_nack", "Packets asked for again.", labels=["direction"])
    keyframes = CounterMetricFamily("vdx_keyframe_requests", "PLI; `coalesced` were not sent on.", labels=["direction"])
    for direction in _DIRECTIONS:
        nacks.add_metric([direction], left.pop(f"nacks_{direction}", 0))
        keyframes.add_metric([direction], left.pop(f"pli_{direction}", 0))
    keyframes.add_metric(["coalesced"], left.pop("pli_coalesced", 0))
    yield nacks
    yield keyframes
    yield CounterMetricFamily(
        "vdx_relay_cpu_seconds", "CPU time of the relay's workers.", value=left.pop("worker_cpu_ns", 0) / 1e9
    )
    yield _latency(left)
    for quality in qualities:
        yield quality.family()
    yield CounterMetricFamily(
        "vdx_media_frozen_seconds", "How long pictures stood still.", value=left.pop("pictures_frozen_us", 0) / 1e6
    )
    yield CounterMetricFamily("vdx_media_freezes", "Pictures that stood still.", value=left.pop("pictures_frozen", 0))
    cpu = CounterMetricFamily("vdx_relay_worker_cpu_seconds", "CPU time of each worker.", labels=["worker"])
    peers = GaugeMetricFamily("vdx_relay_worker_peers", "Live peers of each worker.", labels=["worker"])
    for worker, (cpu_ns, count) in enumerate(workers):
        cpu.add_metric([str(worker)], cpu_ns / 1e9)
        peers.add_metric([str(worker)], count)
    yield cpu
    yield peers
    for name in _GAUGES:
        yield GaugeMetricFamily(f"vdx_relay_{name}", f"Live {name} in the relay.", value=left.pop(name, 0))
    for name, value in sorted(gauges.items()):
        yield GaugeMetricFamily(f"vdx_media_{name}", "Of the media plane, now.", value=value)
    for name, value in sorted(left.items()):
        yield CounterMetricFamily(f"vdx_relay_{name}", "Of the relay or the media plane, since the start.", value=value)


def _latency(left: dict[str, int]) -> HistogramMetricFamily:
    """From a packet's batch to its flush; the buckets are cumulative, as Prometheus has them."""
    buckets, below = [], 0
    for microseconds in _LATENCY_BUCKETS_US:
        below += left.pop(f"latency_within_{microseconds}us", 0)
        buckets.append((str(microseconds / 1e6), below))
    buckets.append(("+Inf", below + left.pop("latency_beyond", 0)))
    return HistogramMetricFamily(
        "vdx_forward_seconds",
        "From taking a packet off the socket to the flush that sent it on.",
        buckets=buckets,
        sum_value=left.pop("latency_sum_us", 0) / 1e6,
    )


def _by_direction(left: dict[str, int], name: str, text: str, kinds: tuple[str, ...], unit: str) -> CounterMetricFamily:
    """`video_packets_in` and its like as one family."""
    family = CounterMetricFamily(name, text, labels=["direction", "kind"])
    for kind in kinds:
        for direction in _DIRECTIONS:
            family.add_metric([direction, kind], left.pop(f"{kind}_{unit}_{direction}", 0))
    return family


def _by_prefix(left: dict[str, int], name: str, text: str, label: str, prefix: str) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=[label])
    for key in sorted(key for key in left if key.startswith(prefix)):
        family.add_metric([key.removeprefix(prefix)], left.pop(key))
    return family
