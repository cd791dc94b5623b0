"""The files of a run: `report.html` for people, `report.json` with everything, two CSV files for tables.

The page is self-contained: no script, no font, no picture from elsewhere. Left out: comparing runs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import msgspec

from loadtests.run import plots, table
from loadtests.run.level import Check, Verdict
from loadtests.run.plots import Series
from loadtests.run.results import Moment, Phase, Results
from loadtests.run.watch import HOLDING

JOINING = ("join_s", "media_s", "first_packet_s")
CALLING = ("one_way_s", "signalling_delay_s", "gap_s")
STYLE = Path(__file__).with_name("report.css")
FINDINGS = {
    "packets": "came",
    "lost": "never came",
    "recovered": "came again after a request",
    "lost_on_purpose": "thrown away on purpose",
    "reordered": "came behind a later one",
    "overtaken": "came behind their own retransmission",
    "duplicates": "came twice",
    "breaks": "broke the numbers",
    "wrong_source": "were of a source that was not in the slot",
    "opened": "were opened and compared by the generator",
    "not_authentic": "did not authenticate",
    "bad_content": "were not what anybody wrote",
    "swapped": "were of another source than they said",
    "backwards": "went backwards",
    "libsrtp_opened": "were opened and compared by libsrtp",
    "libsrtp_refused": "were refused by libsrtp",
    "libsrtp_wrong": "were opened by libsrtp and wrong",
    "strays": "fitted no slot",
    "switches": "changes of a slot's source",
    "sent_packets": "were sent",
    "sent_keyframe_requests": "requests for keyframes",
    "sent_late_frames": "frames left more than a frame late",
}
"""Counts in the order of the page."""


def write(found: Results, directory: Path) -> list[Path]:
    """Makes the directory when it is not there. Raises: OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / name for name in ("report.html", "report.json", "report.csv", "moments.csv")]
    paths[0].write_text(page(found), encoding="utf-8")
    paths[1].write_bytes(msgspec.json.format(msgspec.json.encode(document(found)), indent=1) + b"\n")
    _write_csv(paths[2], ("kind", "name", "statistic", "value", "unit"), rows(found))
    fields = Moment.__struct_fields__
    _write_csv(paths[3], fields, ([f"{getattr(one, field):.6g}" for field in fields] for one in found.moments))
    return paths


def _write_csv(path: Path, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(lines)


def document(found: Results) -> dict[str, object]:
    """With the verdict and each measure's quantiles written out."""
    built: dict[str, object] = msgspec.to_builtins(found, str_keys=True)
    built["is_held"] = found.verdict is Verdict.HELD
    built["verdict"] = str(found.verdict)
    for told, check in zip(built["checks"], found.checks, strict=True):  # type: ignore[call-overload]  # a list of dicts
        told["verdict"] = str(check.verdict)
    built["quantiles_s"] = {
        name: {"count": one.count, "mean": one.mean_s, "max": one.max_s}
        | {f"p{share * 100:g}": one.quantile_s(share) for share in (0.5, 0.95, 0.99)}
        for name, one in found.measures.items()
    }
    return built


def rows(found: Results) -> Iterable[tuple[object, ...]]:
    """One value each."""
    for check in found.checks:
        yield "level", check.name, "value", check.value if check.is_measured else "", check.unit
        yield "level", check.name, "must", check.must, check.unit
        yield "level", check.name, "is_held", int(check.is_held), ""
        yield "level", check.name, "verdict", str(check.verdict), ""
    for name, one in found.measures.items():
        yield "measure", name, "count", one.count, ""
        for share in (0.5, 0.95, 0.99):
            yield "measure", name, f"p{share * 100:g}", one.quantile_s(share), "s"
        yield "measure", name, "max", one.max_s, "s"
    for phase in found.phases:
        for field in ("took_s", "joins", "seats", "packets", "lost"):
            yield "phase", phase.name, field, getattr(phase, field), "s" if field == "took_s" else ""
        for field in ("python_s", "relay_s", "clients_s", "generators_s"):
            yield "phase", phase.name, field, getattr(phase.spent, field), "s"
    for name, count in found.counts.items():
        yield "count", name, "total", count, ""


# ── The page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def page(found: Results) -> str:
    """HTML."""
    title = f"Load test {found.scenario}: service level {found.verdict}"
    failed = [*(f"{count} × {what}" for what, count in found.failed.items()), *found.complaints]
    shaped = {name: value for name, value in found.flags.items() if value not in ("", {}, 0, False)}
    flags = ", ".join(f"{name.removesuffix('_s').replace('_', ' ')} {_plain(value)}" for name, value in shaped.items())
    sections = [
        f'<header><p class="kind">Load test</p><h1>{escape(found.scenario)}</h1><p>{escape(found.about)}</p>'
        f'<p class="verdict {KINDS[found.verdict]}">{_mark(found.verdict)}'
        f"The service level was {found.verdict}</p>{_tiles(found)}</header>",
        f"<section><h2>Service level</h2>{_checks(found.checks)}</section>",
        _list("What went wrong", failed),
        f'<section><h2>In the course of time</h2><div class="plots">{_moments(found.moments)}</div></section>',
        f'<section><h2>How long it took</h2><div class="plots">{_spread(found)}</div>{_measures(found)}</section>',
        f"<section><h2>Processor time</h2>{_phases(found.phases)}</section>",
        f"<section><h2>Packets</h2>{_counts(found)}</section>",
        _list("How to read it", found.notes),
        f"<footer><p>{escape(flags)}</p><p>{escape(found.machine)}. Began {escape(found.began)}.</p></footer>",
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body><main>{''.join(sections)}</main></body></html>\n"
    )


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={one}" for name, one in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


KINDS = {Verdict.HELD: "good", Verdict.NOT_HELD: "bad", Verdict.NOT_JUDGED: "open"}
MARKS = {Verdict.HELD: "✓", Verdict.NOT_HELD: "✗", Verdict.NOT_JUDGED: "?"}


def _mark(verdict: Verdict) -> str:
    """Its shape tells it without the colour."""
    return f'<span aria-hidden="true">{MARKS[verdict]}</span> '


def _tiles(found: Results) -> str:
    held = [phase for phase in found.phases if phase.seats] or [Phase("", 0, 0, 0, 0, 0, 0, table.NOTHING)]
    last = held[-1]
    tiles = [
        ("participants", f"{found.seats:,}"),
        ("rooms", f"{found.rooms:,}"),
        ("packets", f"{found.counts.get('packets', 0):,}"),
        ("server, cores", f"{last.share(last.spent.server_s):.2f}"),
        ("of a core for each", f"{last.per_seat(last.spent.server_s):.2%}"),
    ]
    return (
        '<dl class="tiles">' + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in tiles) + "</dl>"
    )


def _checks(checks: Sequence[Check]) -> str:
    lines = []
    for check in checks:
        reached = min(1.0, check.value / check.must) if check.must else float(check.value > 0)
        bar = f'<div class="bar"><i class="{KINDS[check.verdict]}" style="width:{reached:.1%}"></i></div>'
        lines.append(
            f"<tr><td>{_mark(check.verdict)}{escape(table.name_of(check.name))}</td>"
            f"<td>{table.value_of(check, check.value) if check.is_measured else '–'}</td>"
            f"<td>{table.value_of(check, check.must)}</td><td>{bar}</td></tr>"
        )
    return _table(("", "found, p99 of times", "at most", "share of it"), "".join(lines), "checks")


def _moments(moments: Sequence[Moment]) -> str:
    def series(name: str, field: str) -> Series:
        return Series(name, [(one.at_s, getattr(one, field)) for one in moments])

    spent = [series(name, name.lower()) for name in ("Python", "Relay", "Clients", "Generators")]
    return "".join(
        (
            plots.lines([series("participants", "seats")], "seconds", "People who are there"),
            plots.lines(spent, "seconds", "Cores in use", stacked=True),
            plots.lines([series("packets", "packets_per_s")], "seconds", "Packets a second, to all"),
            plots.lines([series("lost", "lost_per_s")], "seconds", "Lost packets a second"),
        )
    )


def _spread(found: Results) -> str:
    told = [*JOINING, *CALLING]
    own = [name for name in found.measures if name not in told and not name.startswith("one_way_")]
    own = [name for name in own if not name.endswith(f"_{HOLDING}")]  # A part of another, in the table only.
    figures = []
    for title, names in (("Joining", JOINING), ("During the call", CALLING), ("Else", own)):
        measures = [(table.name_of(name), found.measures[name]) for name in names if name in found.measures]
        if measures:
            figures.append(plots.spread(title, measures))
    return "".join(figures)


def _measures(found: Results) -> str:
    head, *lines = table.measures(found.measures)
    return _table(head, "".join(_row(line) for line in lines))


def _phases(phases: Sequence[Phase]) -> str:
    return _table(table.PHASE_HEAD, "".join(_row(table.phase(phase)) for phase in phases))


def _counts(found: Results) -> str:
    known = [(text, found.counts[name]) for name, text in FINDINGS.items() if found.counts.get(name)]
    return _table(("", "count"), "".join(_row((text, f"{count:,}")) for text, count in known), "counts")


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _table(head: Sequence[str], body: str, kind: str = "") -> str:
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    return f'<div class="wide"><table class="{kind}"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _list(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<section><h2>{title}</h2><ul>{items}</ul></section>"
