"""How all media connections together are doing, as histograms without labels: an entry per second of a connection.

The relay tells each connection's figures once a second, and every five seconds while all is calm; an entry is weighted
by the seconds that it is of, so that trouble does not count more than calm. Left out: whose figures they are, and what
is counted in the relay itself (freezes, retransmissions).
"""

from __future__ import annotations

from collections.abc import Sequence

from vdxmedia.relay_metrics import Distribution
from vdxmedia.sfu.relay_wire import PeerQuality

LOSSES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
ROUND_TRIPS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0)
JITTERS_S = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25)
RATES_BPS = (100_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000, 16_000_000)


class QualityTotals:
    """To be fed with every `PeerQuality`; what is unknown counts nowhere."""

    def __init__(self) -> None:
        self._uplink_loss = Distribution("vdx_media_uplink_loss_ratio", "Share of what people sent, lost.", LOSSES)
        self._downlink_loss = Distribution("vdx_media_downlink_loss_ratio", "Share of what they got, lost.", LOSSES)
        self._round_trip = Distribution("vdx_rtt_seconds", "Round trip to people.", ROUND_TRIPS_S)
        self._jitter = Distribution("vdx_jitter_seconds", "Jitter of the worst stream of each.", JITTERS_S)
        self._estimate = Distribution(
            "vdx_media_estimate_bits_per_second", "What the way to each is estimated to carry.", RATES_BPS
        )

    def add(self, event: PeerQuality) -> None:
        seconds = max(1, round(event.period_ms / 1_000))
        self._uplink_loss.add(event.uplink_loss, seconds)
        self._downlink_loss.add(event.downlink_loss, seconds)
        if event.rtt_ms >= 0:
            self._round_trip.add(event.rtt_ms / 1_000, seconds)
        if event.jitter_ms >= 0:
            self._jitter.add(event.jitter_ms / 1_000, seconds)
        if event.estimate_bps:
            self._estimate.add(event.estimate_bps, seconds)

    def distributions(self) -> Sequence[Distribution]:
        return (self._uplink_loss, self._downlink_loss, self._round_trip, self._jitter, self._estimate)
