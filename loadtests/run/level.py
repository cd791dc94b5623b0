"""The service level of a scenario: what must hold so that people would have had a good call.

Left out: how it was measured (`results`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from loadtests.run.distribution import Distribution


class ServiceLevel(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds; None: not asked. Times in seconds, at the 99th percentile where nothing else is said.

    Where the figures are from: ITU-T G.114 (one way below 150 ms, ours is only the server's part), and the demands on
    joins in docs/benchmarks.md; the rest are guesses of what a person notices.
    """

    join_s: float | None = 2.0
    """From nothing until the room's answer."""
    media_s: float | None = 3.0
    """From nothing until the media connection is there."""
    first_packet_s: float | None = 4.0
    """From nothing until the first packet of anybody's."""
    signalling_delay_s: float | None = 0.5
    """From one's action until the other's event."""
    one_way_s: float | None = 0.15
    """Of packets, from a publisher's send to a subscriber's receipt."""
    gap_s: float | None = 1.0
    """The longest pause in anybody's picture that should flow, of all (not at a percentile)."""
    loss: float | None = 0.001
    """Share of packets that never came."""
    picture_loss: float | None = None
    """The same of pictures alone, which are repaired."""
    failed_joins: int | None = 0
    failures: int | None = 0
    """Media connections that ended by themselves, commands that failed."""
    faults: int | None = 0
    """Packets that were wrong: content, order, numbers, source."""
    strays: int | None = 0
    """Packets that fit no slot."""
    foreign: int | None = 0
    """Sources that somebody got and should not have."""
    missing: int | None = 0
    """Pictures and voices that somebody should have got and did not."""


class Verdict(StrEnum):
    """On a run."""

    HELD = "held"
    NOT_HELD = "not held"
    NOT_JUDGED = "not judged"
    """Only times were missed, by no more than participants' processes were late and the server waited for a core."""


class Check(msgspec.Struct, frozen=True):
    """One bound and what came of it."""

    name: str
    value: float
    must: float
    unit: str
    """`s`, `share` or empty."""
    is_held: bool
    is_measured: bool = True
    """False: there was nothing to measure, so it is held."""
    own_s: float = 0.0
    """Of a time: what of it may be the participants' own lateness and the wait for a core, at the same rank."""

    @property
    def verdict(self) -> Verdict:
        if self.is_held:
            return Verdict.HELD
        return Verdict.NOT_JUDGED if self.unit == "s" and self.value - self.own_s <= self.must else Verdict.NOT_HELD


GENERATORS, CLIENTS = "generators_late_s", "clients_late_s"
"""Measures of how late the participants' own processes were: media's timers, and the event loops of signalling."""
SERVER = "server_waited_s"
"""How long the server's threads were ready and had no core, since others had it."""
RESTART = "server_start_waited_s"
"""The same in all of the time from a server's restart on until it was there."""
STAYING = (f"{GENERATORS}_holding", f"{SERVER}_holding")
"""The same, while all stayed."""
OWN = {
    "join_s": (CLIENTS, SERVER),
    "media_s": (CLIENTS, GENERATORS, SERVER),
    "first_packet_s": (CLIENTS, GENERATORS, SERVER),
    "signalling_delay_s": (CLIENTS, SERVER),
    "one_way_s": STAYING,
    "gap_s": STAYING,
}
"""What a time may have in it of these, one after the other; the rest: all of them."""


TIMES = ("join_s", "media_s", "first_packet_s", "signalling_delay_s", "one_way_s")
SHARES = ("loss", "picture_loss")
WORST = ("gap_s",)
COUNTS = ("failed_joins", "failures", "faults", "strays", "foreign", "missing")


def judge(
    level: ServiceLevel,
    measures: Mapping[str, Distribution],
    found: Mapping[str, float],
    extra: Mapping[str, float] = {},
) -> list[Check]:
    """`found`: the shares and counts by name. `extra`: more bounds on times, of what a scenario notes itself."""
    checks = []
    for name, must in [*((name, getattr(level, name)) for name in TIMES), *extra.items()]:
        if must is not None:
            measure = measures.get(name, Distribution())
            value = measure.quantile_s(0.99)
            own_s = _own_s(name, measures, 0.99)
            checks.append(Check(name, value, must, "s", value <= must, measure.count > 0, own_s))
    for names, unit in ((WORST, "s"), (SHARES, "share"), (COUNTS, "")):
        for name in names:
            must = getattr(level, name)
            if must is not None:
                value = found.get(name, 0.0)
                own_s = _own_s(name, measures, 1.0) if unit == "s" else 0.0
                checks.append(Check(name, value, must, unit, value <= must, name in found, own_s))
    return checks


def _own_s(name: str, measures: Mapping[str, Distribution], share: float) -> float:
    parts = OWN.get(name, (CLIENTS, GENERATORS, SERVER, RESTART))
    return sum(measures.get(part, Distribution()).quantile_s(share) for part in parts)


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """One bound that was missed for sure is enough."""
    told = {check.verdict for check in checks}
    return next((one for one in (Verdict.NOT_HELD, Verdict.NOT_JUDGED) if one in told), Verdict.HELD)
