"""Stores as older versions left them: tables of their revision, and rows that their code wrote."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, MetaData, Table
from sqlalchemy.engine import URL

from vdxmedia.store import migrate
from vdxmedia.store.engine import make_engine

ROWS = Path(__file__).parent / "data" / "old_stores"


async def lay_down(place: URL, written_by: str) -> None:
    """The store of the revision that the rows are of. Each row goes in at the first revision that has its table, so
    that every migration in between meets data."""
    tables: dict[str, list[dict[str, Any]]] = json.loads((ROWS / f"{written_by}.json").read_text("utf-8"))["tables"]
    engine = await asyncio.to_thread(make_engine, place)
    try:
        for number in range(1, int(written_by) + 1):
            await asyncio.to_thread(migrate.upgrade, place, f"{number:04}")
            async with engine.begin() as connection:
                laid = await connection.run_sync(_lay, tables)
            tables = {name: rows for name, rows in tables.items() if name not in laid}
    finally:
        await engine.dispose()
    assert not tables, f"no revision has {set(tables)}"


def _lay(connection: Connection, tables: dict[str, list[dict[str, Any]]]) -> set[str]:
    there = MetaData()
    there.reflect(connection)
    laid = set(tables) & set(there.tables)
    for name in laid:
        table = there.tables[name]
        connection.execute(table.insert(), [_row(table, row) for row in tables[name]])
    return laid


def _row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """What a column of a later revision holds is left out: there it has its default."""
    return {name: _value(table, name, value) for name, value in row.items() if name in table.columns}


def _value(table: Table, name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return bool(value) if isinstance(table.columns[name].type, Boolean) else value
