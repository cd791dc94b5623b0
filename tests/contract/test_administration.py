"""The store for the command line beside a running server, over real databases: one suite for all of them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.audit import AuditNote, AuditOperation, note_of
from vdxmedia.booking.callers import CallerRole
from vdxmedia.booking.clients import Client, ClientSecret, StaffLink
from vdxmedia.errors import Misconfigured, NotFound, Refused
from vdxmedia.hub.clients import secret_hash
from vdxmedia.sealing import Sealer
from vdxmedia.store.administration import open_beside_server
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.clients import StoredClients
from vdxmedia.store.database import open_store
from vdxmedia.store.schema import audit_entries, staff_links
from vdxmedia.store.units import Units

SEALER = Sealer([b"k" * 32])
NOW = 1_800_000_000
NEXUS = Client(
    name="nexus",
    roles=(CallerRole.PLANNER, CallerRole.USER),
    organisation="region",
    email="it@example.dk",
    secrets=(ClientSecret(hash=secret_hash("x"), created_at=NOW),),
    certificate="ab" * 32,
    certificate_subject="CN=nexus",
    created_at=NOW,
)
DATABASES = itertools.count(1)


def note(identifier: str = "nexus") -> AuditNote:
    return note_of("region", None, AuditOperation.CREATE, "client", identifier, NOW)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """URL and password of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db", ""
    running: Postgres = request.getfixturevalue("postgres")
    return await asyncio.to_thread(running.make_database, f"administration{next(DATABASES)}"), PASSWORD


@pytest.fixture
async def beside(place: tuple[str, str]) -> AsyncIterator[tuple[Units, Units]]:
    """The server's units of work, and the command line's."""
    async with open_store(*place) as database, open_beside_server(*place) as units:
        yield database.units, units


async def test_client_is_read_by_the_server_as_the_command_line_wrote_it(beside: tuple[Units, Units]) -> None:
    server, command = StoredClients(beside[0]), StoredClients(beside[1])
    await command.add(NEXUS, note(), SEALER)
    assert await server.client("nexus") == NEXUS
    assert await server.clients() == [NEXUS]
    changed = msgspec.structs.replace(NEXUS, is_disabled=True, certificate="")
    await command.save(changed, note(), SEALER)
    assert await server.client("nexus") == changed
    await command.remove("nexus", note(), SEALER)
    assert await server.client("nexus") is None
    for gone in (command.remove("nexus", note(), SEALER), command.save(NEXUS, note(), SEALER)):
        with pytest.raises(NotFound):
            await gone


async def test_client_is_found_by_its_certificate_before_its_subject(beside: tuple[Units, Units]) -> None:
    server, command = StoredClients(beside[0]), StoredClients(beside[1])
    by_subject = Client(name="cura", roles=(CallerRole.USER,), organisation="x", certificate_subject="CN=cura")
    await command.add(NEXUS, note(), SEALER)
    await command.add(by_subject, note(), SEALER)
    assert await server.client_of_certificate("ab" * 32, "CN=cura") == NEXUS
    assert await server.client_of_certificate("cd" * 32, "CN=cura") == by_subject
    assert await server.client_of_certificate("", "CN=cura") == by_subject
    assert await server.client_of_certificate("cd" * 32, "") is None
    assert await server.client_of_certificate("", "") is None


@pytest.mark.parametrize("taken", [{"name": "nexus"}, {"certificate": "ab" * 32}, {"certificate_subject": "CN=nexus"}])
async def test_name_and_certificate_belong_to_one_client(beside: tuple[Units, Units], taken: dict[str, str]) -> None:
    command = StoredClients(beside[1])
    await command.add(NEXUS, note(), SEALER)
    other = Client(**{"name": "other", "roles": (CallerRole.USER,), "organisation": "x", **taken})
    with pytest.raises(Refused) as caught:
        await command.add(other, note("other"), SEALER)
    assert caught.value.code == "client_exists"
    assert await entries(beside[0]) == 1  # what was refused is not in the audit log


async def test_invitation_goes_when_it_has_expired(beside: tuple[Units, Units]) -> None:
    command = StoredClients(beside[1])

    async def links(connection: AsyncConnection) -> list[str]:
        return list((await connection.execute(select(staff_links.c.token_hash))).scalars())

    for number, at in enumerate((NOW, NOW + 60, NOW + 100)):
        link = StaffLink(
            token_hash=secret_hash(str(number)),
            email="a@example.dk",
            organisation="x",
            created_at=at,
            expires_at=at + 99,
        )
        await command.invite(link, note(), SEALER)
    assert sorted(await beside[0].read(links)) == sorted([secret_hash("1"), secret_hash("2")])


async def test_server_and_command_line_write_to_one_audit_log_without_losing_or_refusing(
    beside: tuple[Units, Units],
) -> None:
    log, command = AuditLog(beside[0], SEALER), StoredClients(beside[1])

    async def of_server() -> None:
        for number in range(15):
            await log.append([note(f"server-{number}")])

    async def of_command_line() -> None:
        for number in range(15):
            client = msgspec.structs.replace(NEXUS, name=f"c{number}", certificate="", certificate_subject="")
            await command.add(client, note(client.name), SEALER)

    async with asyncio.TaskGroup() as tasks:
        for work in (of_server, of_command_line, of_server):
            tasks.create_task(work())
    assert await entries(beside[0]) == 45


async def entries(units: Units) -> int:
    """With numbers that go up by one."""

    async def work(connection: AsyncConnection) -> int:
        found = (await connection.execute(select(func.count(), func.max(audit_entries.c.number)))).one()
        assert found[0] == (found[1] or 0)
        return int(found[0])

    return await units.read(work)


async def test_store_of_another_version_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = f"sqlite:///{tmp_path}/store.db"
    async with open_store(place):
        monkeypatch.setattr("vdxmedia.store.migrate.newest", lambda: "9999")
        with pytest.raises(Misconfigured, match="another version"):
            async with open_beside_server(place):
                pass
