"""What hosts do in a call by signalling, in the audit log of the assembled server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.places import StorePlace
from tests.contract.test_api_meetings import at, opened, sent
from tests.fakes.signalling_server import Client, connected
from tests.patience import PATIENCE_S
from vdxmedia import credentials
from vdxmedia.assembly import development
from vdxmedia.booking.audit import AuditEntry, ChainCheck
from vdxmedia.booking.organisations import Organisation
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.units import Units

ORGANISATION = development.ORGANISATION


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as server:
        await server.server.seed([Organisation(code=ORGANISATION, name="Prøve")])
        yield server


async def noted(units: Units, count: int, chain: str = ORGANISATION) -> list[AuditEntry]:
    """The commands in the chain, which is whole, as soon as there are so many."""
    sealer = credentials.for_development().sealer
    log = AuditLog(units, sealer)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            check, found = ChainCheck(sealer.digest), []
            async for head, _ in log.days(chain, "", "9"):
                check.day(head)
                async for line in log.entries(chain, head.day, head.entries):
                    check.entry(line.entry, line.email)
                    found += [line.entry] if line.entry.operation.value == "command" else []
                check.end_of_day()
            if len(found) >= count:
                return found
            await asyncio.sleep(0.05)


async def booked(server: AssembledServer) -> dict[str, Any]:
    asked = {"organisation": ORGANISATION, "subject": "Om min sygdom", "startTime": at(5), "endTime": at(60)}
    made, _ = await sent(server, "POST", "/api/v1/meetings", asked, status=201)
    return dict(made)


@contextlib.asynccontextmanager
async def joined(server: AssembledServer, token: str, name: str) -> AsyncIterator[Client]:
    async with connected(server, token) as client:
        assert (await client.join(name))["type"] == "joined"
        yield client


async def test_what_a_host_does_is_noted_under_the_meeting_and_what_is_refused_is_not(server: AssembledServer) -> None:
    made = await booked(server)
    tokens = {
        role: (await opened(server, invitation=made[f"{role}Url"].partition("#")[2]))["token"]
        for role in ("host", "guest")
    }
    async with joined(server, tokens["host"], "Vera Vært") as host, joined(server, tokens["guest"], "Gerda") as guest:
        # A patched page: what only hosts may, and what is not there.
        for refused in ({"type": "muteGuests"}, {"type": "removePerson", "participantId": host.id},
                        {"type": "endForAll"}, {"type": "lockRoom", "locked": True}):  # fmt: skip
            assert (await guest.command(**refused))["code"] == "hosts_only"
        assert (await host.command("closeSource", participantId="nobodynobody", source="camera"))["type"] == "error"
        assert (await host.command("requestFloor"))["type"] == "error"
        for done in (
            {"type": "closeSource", "participantId": guest.id, "source": "microphone"},
            {"type": "lockRoom", "locked": True},
            {"type": "changeRoom", "lobby": "knock"},
            {"type": "spotlight", "participantId": guest.id},
            {"type": "announce", "text": "Prøven var positiv"},
            {"type": "extendClosing", "by": 900},
            {"type": "endForAll"},
            {"type": "keepOpen"},
            {"type": "setRole", "participantId": guest.id, "role": "host"},
            {"type": "setRole", "participantId": host.id, "role": "guest"},
        ):
            answer = await host.command(**done)
            assert answer == {"type": "done"}, (done, answer)
        # Who has the chair now.
        assert (await guest.command("removePerson", participantId=host.id, barred=True)) == {"type": "done"}
        entries = await noted(server.server.database.units, 11)
    own, other = f"target={host.id}", f"target={guest.id}"
    assert [entry.fields for entry in entries] == [
        ("CloseSource", other, "kind=microphone"),
        ("SetLock", "is_locked=yes"),
        ("ChangeRoom", "lobby"),
        ("Spotlight", other),
        ("Announce",),
        ("ExtendClosing",),
        ("EndForAll",),
        ("KeepOpen",),
        ("SetRole", other, "role=host"),
        ("SetRole", own, "role=guest"),
        ("RemovePerson", own, "is_barred=yes"),
    ]
    for entry in entries:
        assert (entry.resource, entry.identifier, entry.address) == ("call", made["uuid"], "127.0.0.1")
        assert (entry.caller_organisation, entry.person) == (ORGANISATION, "")
        assert not any(word in str(entry) for word in ("Vera", "Gerda", "sygdom", "positiv"))
    assert {entry.client for entry in entries[:-1]} == {f"host {host.id}"}
    assert entries[-1].client == f"host {guest.id}"


async def test_acts_in_a_room_that_nobody_booked_are_in_the_servers_chain(server: AssembledServer) -> None:
    room = await server.open_room()
    token = room["hostUrl"].partition("#t=")[2]
    async with joined(server, token, "Vera") as host:
        assert (await host.command("lockRoom", locked=True)) == {"type": "done"}
        (entry,) = await noted(server.server.database.units, 1, chain="")
    assert (entry.identifier, entry.fields) == (room["roomId"], ("SetLock", "is_locked=yes"))


async def test_host_who_goes_at_once_is_noted_all_the_same_and_the_servers_end_writes_what_waits(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/vdxmedia.db"
    async with assembled({"store.url": url}) as server:
        room = await server.open_room()
        async with joined(server, room["hostUrl"].partition("#t=")[2], "Vera") as host:
            await host.socket.emit("command", {"type": "muteGuests"})
            await host.command("lockRoom", locked=False)
            await host.cut()
    async with StorePlace(url, "").units() as units:
        entries = await noted(units, 2, chain="")
    assert [entry.fields[0] for entry in entries] == ["MuteGuests", "SetLock"]
