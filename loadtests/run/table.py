"""Results as text for a terminal."""

from __future__ import annotations

from loadtests.columns import columns
from loadtests.run.distribution import Distribution
from loadtests.run.level import Check, Verdict
from loadtests.run.results import Moment, Phase, Results, Spent

NOTHING = Spent()
JOINING = "joining"
NAMES = {
    "join_s": "join: until the room's answer",
    "media_s": "join: until media is connected",
    "first_packet_s": "join: until the first packet",
    "signalling_delay_s": "one's action until the other's event",
    "one_way_s": "one-way delay of packets",
    "gap_s": "longest pause in a picture",
    "loss": "packets that never came",
    "picture_loss": "packets of pictures that never came",
    "failed_joins": "joins that failed",
    "failures": "connections and commands that failed",
    "faults": "packets that were wrong",
    "strays": "packets that fit no slot",
    "foreign": "sources that should not have come",
    "missing": "pictures and voices that were missing",
    "generators_late_s": "participants' media: its timers' own lateness",
    "generators_late_s_holding": "the same, while all stayed",
    "clients_late_s": "participants' signalling: its loops' own lateness",
    "server_waited_s": "server: waits of its threads for a core",
    "server_waited_s_holding": "the same, while all stayed",
    "server_start_waited_s": "server: what its start waited for a core in all",
    "reordered_s": "packets behind later ones: how late",
    "overtaken_s": "packets behind their own retransmission: how late",
    "recovered_s": "retransmissions: how long after the gap",
    "backwards_s": "content that went backwards: by how much",
}
"""Of measures and checks, in words."""


def name_of(name: str) -> str:
    return NAMES.get(name, name.removesuffix("_s").replace("_", " "))


def seconds(value: float) -> str:
    """Three figures, in the unit that suits."""
    if value < 0.0995:
        return f"{value * 1e3:.2g} ms" if value < 0.00995 else f"{value * 1e3:.0f} ms"
    return f"{value:.2f} s" if value < 9.995 else f"{value:.0f} s"


def value_of(check: Check, value: float) -> str:
    if check.unit == "s":
        return seconds(value)
    return f"{value:.3%}" if check.unit == "share" else f"{value:,.0f}"


def moment(of: Moment) -> str:
    """The live line."""
    return (
        f"{of.at_s:5.0f} s  {of.seats:4} there  {of.packets_per_s:8,.0f} packets/s  {of.lost_per_s:5,.0f} lost/s  "
        f"{of.faults:3} wrong  cores: Python {of.python:.2f}, relay {of.relay:.2f}, "
        f"clients {of.clients:.2f}, generators {of.generators:.2f}"
    )


def measures(found: dict[str, Distribution]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", "count", "p50", "p95", "p99", "worst")]
    known = [name for name in NAMES if name in found]
    for name in [*known, *sorted(set(found) - set(known))]:
        one = found[name]
        times = [seconds(one.quantile_s(share)) for share in (0.5, 0.95, 0.99)]
        rows.append((name_of(name), f"{one.count:,}", *times, seconds(one.max_s)))
    return rows


def phase(of: Phase) -> tuple[str, ...]:
    spent = of.spent
    per_seat = [f"{1e3 * of.per_seat(value):.2f}" for value in (spent.python_s, spent.relay_s)]
    return (
        of.name,
        f"{of.took_s:.0f} s",
        f"{of.seats:.0f}",
        f"{of.packets / of.took_s:,.0f}" if of.took_s else "0",
        *(f"{of.share(value):.2f}" for value in (spent.python_s, spent.relay_s, spent.clients_s, spent.generators_s)),
        *per_seat,
        f"{1e3 * spent.server_s / of.joins:.1f}" if of.joins and of.name == JOINING else "",
    )


PHASE_HEAD = (
    "", "took", "people", "packets/s", "Python", "relay", "clients", "generators",
    "Python, ms/s each", "relay, ms/s each", "server, ms a join",
)  # fmt: skip


SENTENCES = {
    Verdict.HELD: "The service level was held.",
    Verdict.NOT_HELD: "THE SERVICE LEVEL WAS NOT HELD.",
    Verdict.NOT_JUDGED: "NOT JUDGED: the machine was too busy to say whether the server would have held the level.",
}


def verdict_of(check: Check) -> str:
    """Of what was missed and may be the participants' own: how much of it."""
    told = check.verdict
    if told is Verdict.NOT_JUDGED:
        return f"not judged: participants' lateness and waits for a core up to {seconds(check.own_s)}"
    return told.upper() if told is Verdict.NOT_HELD else str(told)


def text(found: Results) -> str:
    """The whole table."""
    parts = [
        f"{found.scenario}: {found.about}",
        f"{found.seats} participants in {found.rooms} rooms, {found.took_s:.0f} s, {found.machine}",
        "",
        columns(measures(found.measures), are_numbers=True),
        "",
        "Shares of one core, by phase",
        columns([PHASE_HEAD, *map(phase, found.phases)], are_numbers=True),
        "",
        "Service level (times at the 99th percentile)",
        columns(
            [
                (
                    name_of(check.name),
                    value_of(check, check.value) if check.is_measured else "not measured",
                    f"at most {value_of(check, check.must)}",
                    verdict_of(check),
                )
                for check in found.checks
            ]
        ),
        "",
        *(f"{count} x {what}" for what, count in found.failed.items()),
        *found.complaints,
        *found.notes,
        f"Opened and compared: {found.counts.get('opened', 0):,} of {found.counts.get('packets', 0):,} packets by the "
        f"generator, {found.counts.get('libsrtp_opened', 0):,} by libsrtp",
        SENTENCES[found.verdict],
    ]
    return "\n".join(parts)
