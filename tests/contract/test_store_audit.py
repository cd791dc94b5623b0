"""The audit log on real databases: one suite for all of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.contract.places import SEALER, StorePlace
from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.audit import AuditBroken, AuditNote, AuditOperation, ChainCheck, note_of
from vdxmedia.booking.callers import Caller
from vdxmedia.store.audit import AuditLog, append_notes
from vdxmedia.store.schema import audit_days, audit_entries
from vdxmedia.store.units import Units

DATABASES = itertools.count(1)
DAY_S = 24 * 3600
NOON = 1_800_014_400
CALLER = Caller(organisation="hjorring", email="anna@example.dk", client="nexus", address="192.0.2.7")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def units(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Units]:
    if request.param == "sqlite":
        place = StorePlace(f"sqlite:///{tmp_path}/store.db", "")
    else:
        running: Postgres = request.getfixturevalue("postgres")
        place = StorePlace(await asyncio.to_thread(running.make_database, f"audit{next(DATABASES)}"), PASSWORD)
    async with place.units() as units:
        yield units


@pytest.fixture
def log(units: Units) -> AuditLog:
    return AuditLog(units, SEALER)


def note(identifier: str, day: int = 0, *, organisation: str = "hjorring") -> AuditNote:
    return note_of(organisation, CALLER, AuditOperation.CREATE, "meeting", identifier, NOON + day * DAY_S, ["subject"])


async def check(log: AuditLog, organisation: str = "hjorring", first: str = "", last: str = "9") -> list[str]:
    """Identifiers of a chain that is whole."""
    checking, found = ChainCheck(SEALER.digest), []
    async for head, has_earlier in log.days(organisation, first, last):
        checking.day(head, is_first_asked=has_earlier)
        if not head.is_dropped:
            async for line in log.entries(organisation, head.day, head.entries):
                checking.entry(line.entry, line.email)
                found.append(line.entry.identifier)
        checking.end_of_day()
    return found


async def test_notes_are_chained_per_organisation_and_day(log: AuditLog) -> None:
    await log.append([note("m1"), note("a1", organisation="aarhus"), note("m2")])
    await log.append([note("m3", 1)])
    assert await check(log) == ["m1", "m2", "m3"]
    assert await check(log, "aarhus") == ["a1"]
    assert await check(log, first="2027-01-16") == ["m3"]
    assert await log.organisations() == ["aarhus", "hjorring"]
    (line, *_) = [line async for line in log.entries("hjorring", "2027-01-15")]
    assert (line.email, line.entry.client, line.entry.fields) == ("anna@example.dk", "nexus", ("subject",))


async def test_notes_of_many_at_once_are_one_chain(log: AuditLog) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(40):
            group.create_task(log.append([note(f"m{number}")]))
    assert sorted(await check(log)) == sorted(f"m{number}" for number in range(40))


async def test_log_that_is_written_while_it_is_exported_is_whole(log: AuditLog) -> None:
    await log.append([note("m1")])
    checking = ChainCheck(SEALER.digest)
    async for head, _ in log.days("hjorring", "", "9"):
        await log.append([note("m2"), note("m3")])
        checking.day(head)
        async for line in log.entries("hjorring", head.day, head.entries):
            checking.entry(line.entry, line.email)
        checking.end_of_day()
    assert await check(log) == ["m1", "m2", "m3"]


async def test_notes_of_several_days_and_organisations_at_once_are_whole_chains(log: AuditLog) -> None:
    await log.append([note("m0")])
    together = [
        note("m1"),
        note("a1", organisation="aarhus"),
        note("m2", 1),
        note("m3", 1),
        note("a2", 2, organisation="aarhus"),
    ]
    await log.append(together)
    assert await check(log) == ["m0", "m1", "m2", "m3"]
    assert await check(log, "aarhus") == ["a1", "a2"]


async def test_note_of_a_change_that_failed_is_not_there(units: Units, log: AuditLog) -> None:
    async def work(connection: AsyncConnection) -> None:
        await append_notes(connection, [note("undone")], SEALER)
        raise RuntimeError("the change failed")

    await log.append([note("m1")])
    with pytest.raises(RuntimeError):
        await units.write(work)
    await log.append([note("m2")])
    assert await check(log) == ["m1", "m2"]


async def test_email_is_sealed_in_the_table(units: Units, log: AuditLog) -> None:
    await log.append([note("m1")])
    (row,) = await units.read(lambda connection: _all(connection, select(audit_entries)))
    assert "anna" not in str(row)


@pytest.mark.parametrize(
    "tampering",
    [
        delete(audit_entries).where(audit_entries.c.number == 2),
        delete(audit_entries).where(audit_entries.c.number == 3),
        update(audit_entries).where(audit_entries.c.number == 2).values(document="{}"),
        update(audit_entries).where(audit_entries.c.number == 2).values(hash="0" * 64),
        update(audit_entries).where(audit_entries.c.number == 3).values(number=4),
        update(audit_days).values(entries=2),
        update(audit_days).where(audit_days.c.day == "2027-01-15").values(is_dropped=True, head="0" * 64),
        delete(audit_days).where(audit_days.c.day == "2027-01-15"),
    ],
)
async def test_what_is_changed_in_the_tables_is_found(units: Units, log: AuditLog, tampering: Any) -> None:
    await log.append([note(f"m{number}") for number in range(3)] + [note("m3", 1)])
    assert len(await check(log)) == 4
    await units.write(lambda connection: connection.execute(tampering))
    with pytest.raises((AuditBroken, ValueError)):
        await check(log)


async def test_day_is_dropped_whole_and_its_head_stays(units: Units, log: AuditLog) -> None:
    for day in range(4):
        await log.append([note(f"m{day}", day), note(f"a{day}", day, organisation="aarhus")])
    assert [await log.drop_days("2027-01-17", 3) for _ in range(3)] == [3, 1, 0]
    assert await check(log) == ["m2", "m3"]
    assert await check(log, "aarhus") == ["a2", "a3"]
    assert len(await units.read(lambda connection: _all(connection, select(audit_days)))) == 8
    await log.append([note("m4", 4)])
    assert await check(log) == ["m2", "m3", "m4"]


async def _all(connection: AsyncConnection, query: Any) -> Any:
    return (await connection.execute(query)).all()
