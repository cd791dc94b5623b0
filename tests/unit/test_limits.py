"""Each limit that can be configured is in the list of bounds, with a counter of hits that there really is."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from vdxmedia.config_sections import Limits

ROOT = Path(__file__).parents[2]
BOUNDS = ROOT / "docs" / "reference" / "signalling-bounds.md"
SOURCES = ROOT / "src" / "vdxmedia"
MADE_OF_CODES = ("commands_refused_", "connects_refused_", "sms_refused_")
"""Counters that end in an error code."""
ROW = re.compile(r"^\| (?P<bound>.+?) \| (?P<rest>.+) \| (?P<counter>[^|]*) \|$", re.MULTILINE)


def rows() -> dict[str, str]:
    """From what is bounded to the cell that names its counters."""
    found = {row["bound"]: row["counter"] for row in ROW.finditer(BOUNDS.read_text("utf-8"))}
    return {bound: counter for bound, counter in found.items() if bound not in ("Bound", "Key", "---")}


def counters(cell: str) -> list[str]:
    return [name.partition("{")[0] for name in re.findall(r"`([^`]+)`", cell)]


@pytest.fixture(scope="module")
def source() -> str:
    return "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))


def test_each_configured_limit_has_a_row_with_a_counter() -> None:
    keyed = {key: cell for bound, cell in rows().items() for key in re.findall(r"`([a-z_]+\.[a-z_]+)`", bound)}
    wanted = {f"limits.{field.name}" for field in msgspec.structs.fields(Limits)}
    assert {key for key in keyed if key.startswith("limits.")} == wanted
    assert all(counters(cell) for cell in keyed.values()), keyed


def test_each_bound_names_its_counter_or_says_why_not() -> None:
    assert len(rows()) > 40
    assert [bound for bound, cell in rows().items() if not counters(cell) and not cell.startswith("none: ")] == []


def test_each_named_counter_is_counted_somewhere(source: str) -> None:
    for cell in rows().values():
        for name in counters(cell):
            start = next((one for one in MADE_OF_CODES if name.startswith(one)), None)
            wanted = name.removesuffix("_total") if start is None else start
            assert re.search(rf"[\"']{wanted}(?:_total)?[\"'{{]", source), name
