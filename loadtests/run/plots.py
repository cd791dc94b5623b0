"""Plots as inline SVG whose colours are the page's, so that they follow light and dark; no script.

Left out: anything but lines, stacked areas and how durations are spread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

import msgspec

from loadtests.run.distribution import Distribution

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 30
MAX_POINTS = 400
"""Of a line; more are thinned out."""
DECADES = ((1e-6, "1 µs"), (1e-5, "10 µs"), (1e-4, "100 µs"), (1e-3, "1 ms"), (1e-2, "10 ms"), (0.1, "100 ms"),
           (1.0, "1 s"), (10.0, "10 s"), (100.0, "100 s"), (1000.0, "1000 s"))  # fmt: skip


class Series(msgspec.Struct, frozen=True):
    name: str
    points: Sequence[tuple[float, float]]


class _Axes(msgspec.Struct, frozen=True):
    """From values to places."""

    x: Callable[[float], float]
    y: Callable[[float], float]


def ticks(most: float, count: int = 4) -> list[float]:
    """Round values from 0 to at least `most`."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return [round(step * number, 10) for number in range(math.ceil(most / step - 1e-9) + 1)]


def lines(series: Sequence[Series], x_label: str, y_label: str, *, stacked: bool = False) -> str:
    """Over time in seconds, from 0 on. `stacked`: areas on top of one another, over the same times."""
    shown = [Series(one.name, _thinned(one.points)) for one in series]
    stack = _stacked(shown) if stacked else [(one.name, one.points, ()) for one in shown]
    x_ticks = ticks(max((x for _, points, _ in stack for x, _ in points), default=1.0), 6)
    y_ticks = ticks(max((y for _, points, _ in stack for _, y in points), default=1.0))
    axes = _axes(x_ticks[-1], y_ticks[-1])
    parts = [_grid(axes, [(value, f"{value:g}") for value in x_ticks], [(value, _short(value)) for value in y_ticks])]
    for at, (name, top, bottom) in enumerate(stack, 1):
        path = _path(axes, top)
        if stacked and top:
            back = _path(axes, tuple(reversed(bottom))).replace("M", "L", 1)
            parts.append(f'<path class="area c{at}" d="{path}{back}Z"><title>{escape(name)}</title></path>')
        parts.append(f'<path class="line c{at}" d="{path}"><title>{escape(name)}</title></path>')
    return _figure(parts, [one.name for one in series], x_label, y_label)


def spread(title: str, measures: Sequence[tuple[str, Distribution]]) -> str:
    """Of each, which share took at most how long; time is logarithmic."""
    filled = [(name, one) for name, one in measures if one.counts]
    least = min((min(one.counts) for _, one in filled), default=1000) / 1e6
    most = max((one.max_s for _, one in filled), default=1.0)
    decades = [one for one in DECADES if least / 10 < one[0] <= max(most * 10, least)]
    low, high = math.log10(decades[0][0]), math.log10(decades[-1][0])
    if low == high:
        high += 1
    axes = _Axes(
        x=lambda value: LEFT + (math.log10(max(value, 1e-6)) - low) / (high - low) * (WIDTH - LEFT - RIGHT),
        y=lambda share: HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM),
    )
    parts = [_grid(axes, decades, [(share / 4, f"{25 * share} %") for share in range(5)])]
    for at, (name, one) in enumerate(filled, 1):
        points, seen = [(decades[0][0], 0.0)], 0
        for upper_us in sorted(one.counts):
            points.append((min(upper_us, one.max_us) / 1e6, seen / one.count))
            seen += one.counts[upper_us]
            points.append((min(upper_us, one.max_us) / 1e6, seen / one.count))
        points = [(max(x, decades[0][0]), y) for x, y in points]
        parts.append(f'<path class="line c{at}" d="{_path(axes, points)}"><title>{escape(name)}</title></path>')
        p99 = one.quantile_s(0.99)
        parts.append(f'<circle class="dot c{at}" cx="{axes.x(p99):.1f}" cy="{axes.y(0.99):.1f}" r="3.5"/>')
    return _figure(parts, [name for name, _ in filled], "share of all that took at most so long (the dot: 99 %)", title)


def _axes(x_most: float, y_most: float) -> _Axes:
    return _Axes(
        x=lambda value: LEFT + value / x_most * (WIDTH - LEFT - RIGHT),
        y=lambda value: HEIGHT - BOTTOM - value / y_most * (HEIGHT - TOP - BOTTOM),
    )


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Means of neighbours."""
    every = -(-len(points) // MAX_POINTS)
    groups = [points[at : at + every] for at in range(0, len(points), max(1, every))]
    return [(sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group)) for group in groups]


def _stacked(
    series: Sequence[Series],
) -> list[tuple[str, Sequence[tuple[float, float]], Sequence[tuple[float, float]]]]:
    """Name, upper line and lower line of each."""
    made: list[tuple[str, Sequence[tuple[float, float]], Sequence[tuple[float, float]]]] = []
    bottom: Sequence[tuple[float, float]] = [(x, 0.0) for x, _ in series[0].points] if series else []
    for one in series:
        top = [(x, y + below) for (x, y), (_, below) in zip(one.points, bottom, strict=True)]
        made.append((one.name, top, bottom))
        bottom = top
    return made


def _path(axes: _Axes, points: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if at else 'M'}{axes.x(x):.1f} {axes.y(y):.1f}" for at, (x, y) in enumerate(points))


def _grid(axes: _Axes, columns: Sequence[tuple[float, str]], rows: Sequence[tuple[float, str]]) -> str:
    parts = []
    for value, text in rows:
        y = axes.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    for value, text in columns:
        place = "end" if axes.x(value) > WIDTH - RIGHT - 20 else "middle"
        parts.append(
            f'<text class="tick" x="{axes.x(value):.1f}" y="{HEIGHT - 10}" text-anchor="{place}">{text}</text>'
        )
    return "".join(parts)


def _figure(parts: Sequence[str], names: Sequence[str], x_label: str, y_label: str) -> str:
    legend = "".join(f'<li><i class="key c{at}"></i>{escape(name)}</li>' for at, name in enumerate(names, 1))
    label = escape(f"{y_label} by {x_label}: {', '.join(names)}", quote=True)
    return (
        f'<figure><figcaption><b>{escape(y_label)}</b><ul class="legend">{legend}</ul></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
        f'<p class="axis">{escape(x_label)}</p></figure>'
    )


def _short(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 10_000 else f"{value:g}"
