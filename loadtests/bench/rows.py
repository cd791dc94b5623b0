"""The rows of the bench's table: a figure, what it must be, and whether it is that.

Left out: measuring (`src/` and `servers.py`) and the table's look (`table.py`).
"""

from __future__ import annotations

import enum
import statistics
from collections.abc import Sequence

import msgspec


class Verdict(enum.StrEnum):
    """What a row says of its bounds."""

    STRETCH = "stretch met"
    MET = "met"
    NOT_MET = "NOT MET"
    DOUBTFUL = "says nothing"
    """It was not measured as the row says; `doubt` tells why."""
    UNBOUND = ""
    """For comparison only."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure; the fields are those of `src/rows.rs`."""

    id: str
    work: str
    """For people."""
    unit: str
    """Of the value, its bounds, the naive loop's and the tree's."""
    value: float | None
    """Median of the rounds; None: nothing was measured."""
    lowest: float | None
    highest: float | None
    must: float | None = None
    """At most this."""
    stretch: float | None = None
    """At most this, better."""
    naive: float | None = None
    """The naive loop's, in the same rounds."""
    ratio_must: float | None = None
    """The naive loop's divided by ours is at least this."""
    tree: float | None = None
    """The server's whole process tree."""
    tree_must: float | None = None
    """At most this."""
    doubt: str = ""
    """Why the row says nothing about its bounds; empty when it does."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the naive loop's figure is ours."""
        return self.naive / self.value if self.naive is not None and self.value else None

    @property
    def missed(self) -> list[str]:
        """Bounds that do not hold, in words; what was not measured does not hold."""
        missed = []
        if self.must is not None and not _is_at_most(self.value, self.must):
            missed.append("figure")
        if self.ratio_must is not None and (self.ratio is None or self.ratio < self.ratio_must):
            missed.append("ratio")
        if self.tree_must is not None and not _is_at_most(self.tree, self.tree_must):
            missed.append("whole tree")
        return missed

    @property
    def verdict(self) -> Verdict:
        if self.must is None and self.ratio_must is None and self.tree_must is None:
            return Verdict.UNBOUND
        if self.doubt:
            return Verdict.DOUBTFUL
        if self.missed:
            return Verdict.NOT_MET
        if self.stretch is not None and _is_at_most(self.value, self.stretch):
            return Verdict.STRETCH
        return Verdict.MET


def _is_at_most(value: float | None, bound: float) -> bool:
    return value is not None and value <= bound


def from_values(
    row_id: str,
    work: str,
    unit: str,
    values: Sequence[float],
    must: float,
    stretch: float | None,
    *,
    doubt: str = "",
    note: str = "",
) -> Row:
    """A row of one value a round."""
    return Row(
        id=row_id,
        work=work,
        unit=unit,
        value=statistics.median(values),
        lowest=min(values),
        highest=max(values),
        must=must,
        stretch=stretch,
        doubt=doubt,
        note=note,
    )
