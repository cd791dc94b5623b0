"""The one question after a call: answered once with the call's own token, kept as sums, shown in the history."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.signalling_server import Client, connected
from tests.patience import PATIENCE_S
from vdxmedia.api.history import key_hash
from vdxmedia.assembly import development
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.store.schema import call_ratings, call_stays, calls, organisations

PATH = "/api/v1/call-rating"
KEY = "the-history-key-of-the-municipality"


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as running:
        yield running


async def rate(server: AssembledServer, token: str, score: object = 4, **more: object) -> tuple[int, str]:
    """Status, and the problem's code."""
    body = json.dumps({"score": score, **more}).encode()
    async with server.raw("POST", PATH, body, key=token) as answer:
        text = await answer.text()
        return answer.status, json.loads(text)["code"] if text else ""


async def rows(server: AssembledServer, table: Any) -> list[Any]:
    async def work(connection: Any) -> Any:
        return (await connection.execute(select(table))).all()

    return list(await server.server.database.units.read(work))


async def join(client: Client, name: str) -> str:
    return str((await client.join(name))["token"])


def link_token(url: str) -> str:
    return url.partition("#t=")[2]


async def test_each_who_was_there_answers_once_and_only_sums_are_kept(server: AssembledServer) -> None:
    room = await server.open_room()
    guest = link_token(room["guestUrl"])
    tokens = []
    for name in ("Anna", "Bo"):
        async with connected(server, guest) as client:
            tokens.append(await join(client, name))
            await client.command("leave")
    assert await rate(server, tokens[0], 2, troubles=["sound", "other"]) == (204, "")
    assert await rate(server, tokens[0], 5) == (409, "rated_already")
    assert await rate(server, tokens[1], 2, troubles=["sound", "sound"]) == (204, "")
    found = await rows(server, call_ratings)
    assert sum(row.answers for row in found) == 2
    assert {row.score for row in found} == {2}
    assert [sum(getattr(row, name) for row in found) for name in ("sound", "picture", "other")] == [2, 0, 1]
    assert set(call_ratings.c.keys()) == {"call_id", "score", "answers", "sound", "picture", "other"}, "nobody's"
    assert server.server.registry.counters.totals()["call_ratings_2"] == 2
    assert server.server.registry.counters.totals()["call_ratings_repeated"] == 1


async def test_stay_that_goes_on_keeps_that_it_has_answered(server: AssembledServer) -> None:
    room = await server.open_room()
    async with connected(server, link_token(room["guestUrl"])) as client:
        token = await join(client, "Anna")
        assert await rate(server, token) == (204, "")
        await client.command("leave")
        assert await server.server.store.outbox.flush(2)
        (stay,) = await rows(server, call_stays)
        assert (stay.has_rated, stay.ends_at is not None) == (True, True)
        assert await rate(server, token) == (409, "rated_already")


async def test_link_alone_and_answers_of_another_form_are_refused(server: AssembledServer) -> None:
    room = await server.open_room()
    assert await rate(server, link_token(room["guestUrl"])) == (404, "call_unknown")
    assert await rate(server, "guessed") == (401, "token_invalid")
    wrong: list[tuple[object, dict[str, object]]] = [
        *((score, {}) for score in (0, 6, 2.5, "5", None)),
        *((1, {"troubles": troubles}) for troubles in (["noise"], ["sound"] * 4, "sound")),
        (1, {"name": "x"}),
    ]
    async with connected(server, link_token(room["guestUrl"])) as client:
        token = await join(client, "Anna")
        for score, more in wrong:
            assert await rate(server, token, score, **more) == (422, "validation_failed"), (score, more)
    assert await rows(server, call_ratings) == []


async def test_history_of_the_organisation_shows_the_sums(server: AssembledServer) -> None:
    await server.client_token()
    desk = server.server.bookings
    admin = Caller(organisation=development.ORGANISATION, email="a@b.dk", roles=frozenset({CallerRole.ADMIN}))
    assert (await desk.tree()).by_code[admin.organisation]
    room = await server.open_room()
    async with connected(server, link_token(room["hostUrl"])) as client:
        token = await join(client, "Anna")
        assert await rate(server, token, 3, troubles=["picture"]) == (204, "")
        await client.command("leave")
    async with asyncio.timeout(PATIENCE_S):
        while not [row for row in await rows(server, calls) if row.is_over]:
            await server.server.store.outbox.flush(2)
            await asyncio.sleep(0.02)

    async def book(connection: Any) -> None:
        """As if the room were a booked one."""
        await connection.execute(update(calls).values(organisation=admin.organisation))
        mine = organisations.c.code == admin.organisation
        await connection.execute(update(organisations).where(mine).values(history_api_key_hash=key_hash(KEY)))

    await server.server.database.units.write(book)
    async with server.get("/apikey/history/v1/conference", key=None, headers={"X-API-KEY": KEY}) as answer:
        (call,) = (await answer.json())["objects"]
    assert call["ratings"] == {"scores": [0, 0, 1, 0, 0], "sound": 0, "picture": 1, "other": 0}
