"""What a load test found, for people: a name and its values a line, in columns."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], *, are_numbers: bool = False) -> str:
    """The first column is the names. `are_numbers`: the others stand at the right."""
    count = max(map(len, rows), default=0)
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(count)]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if are_numbers and column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join(map(line, rows))
