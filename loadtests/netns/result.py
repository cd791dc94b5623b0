"""What a scenario tells: what people saw, and what was demanded of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from loadtests.netns.readings import Reading


@dataclass(frozen=True)
class Demand:
    text: str
    is_met: bool
    seen: str


@dataclass
class Result:
    """Rows for the table, and what was demanded."""

    scenario: str
    rows: list[tuple[str, Reading]] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)

    def row(self, label: str, reading: Reading) -> Reading:
        self.rows.append((label, reading))
        return reading

    def demand(self, text: str, is_met: bool, seen: object) -> None:
        self.demands.append(Demand(text, is_met, f"{seen:.3g}" if isinstance(seen, float) else str(seen)))

    def unmet(self) -> list[str]:
        return [f"{one.text}: {one.seen}" for one in self.demands if not one.is_met]
