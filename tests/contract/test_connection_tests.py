"""What somebody found out on the test page stands beside his link, for who books; and tells a stranger nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.assembled import AssembledServer, assembled
from vdxmedia.api.connection_tests import BURST
from vdxmedia.assembly import development
from vdxmedia.booking.organisations import Organisation

PATH = "/api/v1/connection-tests"
FOUND = {"verdict": "soundOnly", "device": "phone", "picture": False, "sound": True}


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled() as running:
        await running.server.seed([Organisation(code=development.ORGANISATION, name="Prøve")])
        yield running


async def booked(server: AssembledServer) -> str:
    """Days before."""
    starts = datetime.now(UTC) + timedelta(days=4)
    times = {"startTime": starts.isoformat(), "endTime": (starts + timedelta(hours=1)).isoformat()}
    body = {"organisation": development.ORGANISATION, "subject": "Prøve", **times}
    async with server.post("/api/v1/meetings", body) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["uuid"])


async def links(server: AssembledServer, meeting: str) -> dict[str, dict[str, Any]]:
    async with server.get(f"/api/v1/meetings/{meeting}/invitations") as answer:
        assert answer.status == 200
        return {one["id"]: one for one in (await answer.json())["invitations"]}


async def tell(server: AssembledServer, token: str, **found: object) -> int:
    body = json.dumps({"invitation": token, **FOUND, **found}).encode()
    async with server.raw("POST", PATH, body, key=None) as answer:
        return answer.status


async def test_result_of_a_test_stands_beside_the_link_it_was_made_with(server: AssembledServer) -> None:
    meeting = await booked(server)
    before = await links(server, meeting)
    assert {one["lastTest"] for one in before.values()} == {None}
    token = before["guest"]["url"].partition("#")[2]
    assert await tell(server, token, verdict="none", sound=False) == 204
    assert await tell(server, token) == 204
    after = await links(server, meeting)
    seen = after["guest"]["lastTest"]
    tested = datetime.fromisoformat(seen.pop("testedTime"))
    assert abs(datetime.now(UTC) - tested) < timedelta(minutes=1)
    assert seen == FOUND, "the newer one"
    assert after["host"]["lastTest"] is None
    assert after["guest"]["url"] == before["guest"]["url"], "a test uses nothing up"
    async with server.get(f"/api/v1/meetings/{meeting}") as answer:
        short_id = (await answer.json())["shortId"]
    assert await tell(server, "", shortId=short_id.upper(), device="tablet") == 204
    seen = (await links(server, meeting))["guest"]["lastTest"]
    assert (seen["device"], seen["verdict"]) == ("tablet", "soundOnly"), "by the short link, which guests have"
    async with server.delete(f"/api/v1/meetings/{meeting}") as answer:
        assert answer.status == 204
    assert await tell(server, token) == 204, "nobody learns that the meeting is gone"


async def test_result_of_a_test_needs_a_link_and_tells_nobody_which_there_are(server: AssembledServer) -> None:
    meeting = await booked(server)
    assert await tell(server, "A" * 22) == 204
    assert await tell(server, "no link") == 204
    assert await tell(server, "", shortId="0123456789ab") == 204
    assert await tell(server, "", shortId="' or 1=1") == 204
    assert {one["lastTest"] for one in (await links(server, meeting)).values()} == {None}
    assert await tell(server, "A" * 22, name="Karen Hansen") == 422, "nothing of a person is taken"
    assert await tell(server, "A" * 22, verdict="fine") == 422
    statuses = [await tell(server, "A" * 22) for _ in range(int(BURST))]
    assert statuses[-1] == 429
