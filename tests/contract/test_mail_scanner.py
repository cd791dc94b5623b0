"""What opens every link of a mail before its reader does uses nothing up, by looking or by running the page."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.contract.assembled import AssembledServer, assembled
from tests.patience import PATIENCE_S
from vdxmedia.booking.organisations import Organisation
from vdxmedia.store.schema import metadata

SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; link scanner)"}
LOOKS = 5


async def stored(server: AssembledServer) -> str:
    """All rows of all tables."""

    async def work(connection: Any) -> list[Any]:
        return [sorted(map(repr, (await connection.execute(select(table))).all())) for table in metadata.sorted_tables]

    return json.dumps(await server.server.database.units.read(work))


async def enter(server: AssembledServer, **asked: str) -> dict[str, Any]:
    body = json.dumps(asked).encode()
    async with server.raw("POST", "/api/v1/entrances", body, key=None) as answer:
        assert answer.status == 200, await answer.text()
        told: dict[str, Any] = await answer.json()
        return told


async def test_link_that_a_scanner_has_opened_works_for_its_person() -> None:
    async with assembled({"api.requests_per_second": "1000"}) as server:
        await server.server.seed([Organisation(code="aarhus", name="Aarhus Kommune")])
        now = datetime.now(UTC)
        times = {"startTime": now.isoformat(), "endTime": (now + timedelta(hours=1)).isoformat()}
        async with server.post("/api/v1/meetings", {"organisation": "aarhus", "subject": "Samtale", **times}) as answer:
            meeting = await answer.json()
            assert answer.status == 201, meeting
        async with server.post(f"/api/v1/meetings/{meeting['uuid']}/invitations", {"name": "Inger"}) as answer:
            personal = (await answer.json())["url"].partition("#")[2]
        async with asyncio.timeout(PATIENCE_S):
            while (await enter(server, invitation=personal))["state"] != "open":
                await asyncio.sleep(0.05)

        short = meeting["shortUrl"].rpartition("/")[2]
        before = await stored(server)
        for path in ("/i", f"/m/{short}", f"/?url={short}", "/r/someroom2345"):
            for method in ("GET", "HEAD") * LOOKS:
                async with server.raw(method, path, key=None, headers=SCANNER) as answer:
                    assert answer.status in (200, 503), "503: the page is not built"
                    assert "Set-Cookie" not in answer.headers
        assert await stored(server) == before, "looking changes nothing"

        # A scanner with a browser runs the page, which asks what the link leads to.
        for _ in range(LOOKS):
            assert (await enter(server, invitation=personal))["state"] == "open"
        assert await stored(server) == before
        assert server.server.room_count() == 1
        assert sum(server.server.participant_counts().values()) == 0, "nobody is in the call by opening a link"
        there = await enter(server, invitation=personal)
        assert there["state"] == "open"
        assert there["invitation"]["name"] == "Inger"
