"""What a link leads to, asked with the link's own token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api import problem
from tests.fakes.signalling_server import connected
from vdxmedia import credentials
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.api.tokens import JwtTokens, SigningKey
from vdxmedia.clock import SystemClock
from vdxmedia.hub.ports import Grant

PATH = "/api/v1/invitation"
CLOCK = SystemClock()


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled() as running:
        yield running


def token_of(url: str) -> str:
    return url.partition("#t=")[2]


def grant(room: str, *, lasts_s: float = 600) -> Grant:
    return Grant(
        room=room,
        identity="",
        role="host",
        name=None,
        organisation="",
        function="",
        can_publish=frozenset(),
        can_subscribe=True,
        expires_at=CLOCK.unix_s() + lasts_s,
    )


def own_tokens(server: AssembledServer) -> JwtTokens:
    """Signs as the server does."""
    return JwtTokens(credentials.for_development().signing, [], issuer=server.url, clock=CLOCK)


async def shown(server: AssembledServer, token: str) -> dict[str, Any]:
    async with server.get(PATH, key=token) as answer:
        body: dict[str, Any] = await answer.json()
        assert answer.status == 200, body
        assert answer.headers["Cache-Control"] == "no-store"
        return body


async def test_invitation_tells_who_invites_and_whom_to_phone_but_not_why(server: AssembledServer) -> None:
    room = await server.open_room(subject="Psykiatrisk samtale", organisation="Testkommune", helpLine="70 12 34 56")
    assert await shown(server, token_of(room["guestUrl"])) == {
        "roomId": room["roomId"],
        "organisation": "Testkommune",
        "helpLine": "70 12 34 56",
        "opensAt": None,
        "closesAt": None,
        "startsAt": None,
        "endsAt": None,
        "hostName": "",
        "hostFunction": "",
        "subject": None,
        "state": "open",
        "role": "guest",
        "mode": "meeting",
        "guestVisibility": "all",
        "name": None,
    }
    assert (await shown(server, token_of(room["hostUrl"])))["role"] == "host"


async def test_invitation_tells_the_name_that_the_token_fixes(server: AssembledServer) -> None:
    room = await server.open_room()
    async with server.post(f"/api/v1/rooms/{room['roomId']}/tokens", {"name": "Overlæge Bo Ås"}) as answer:
        minted = await answer.json()
    assert (await shown(server, minted["token"]))["name"] == "Overlæge Bo Ås"


async def test_invitation_tells_when_the_room_opens(server: AssembledServer) -> None:
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    room = await server.open_room(opensAt=opens.isoformat(), closesAt=(opens + timedelta(hours=1)).isoformat())
    told = await shown(server, token_of(room["guestUrl"]))
    assert told["state"] == "notYet"
    assert datetime.fromisoformat(told["opensAt"]) == opens
    assert datetime.fromisoformat(told["closesAt"]) == opens + timedelta(hours=1)


async def test_tokens_that_are_refused_say_why_and_tell_nothing(server: AssembledServer) -> None:
    room = (await server.open_room(organisation="Testkommune"))["roomId"]
    good = own_tokens(server).issue(grant(room))
    stranger = JwtTokens(SigningKey.generate(), [], issuer=server.url, clock=CLOCK)
    elsewhere = JwtTokens(credentials.for_development().signing, [], issuer="https://elsewhere.example", clock=CLOCK)
    header, claims, _ = good.split(".")
    for token, status, code in [
        (own_tokens(server).issue(grant(room, lasts_s=-1)), 401, "token_expired"),
        (stranger.issue(grant(room)), 401, "token_invalid"),
        (elsewhere.issue(grant(room)), 401, "token_invalid"),
        (f"{header}.{claims}.{'A' * 86}", 401, "token_invalid"),
        (f"{header}.{claims}.", 401, "token_invalid"),
        ("garbage", 401, "token_invalid"),
        (DEVELOPMENT_KEY, 401, "token_invalid"),
        (own_tokens(server).issue(grant("nosuchroom22")), 404, "room_unknown"),
    ]:
        async with server.get(PATH, key=token) as answer:
            assert "Testkommune" not in str(await problem(answer, status, code))
    for key, headers in ((None, {}), (None, {"Authorization": f"Basic {good}"}), ("", {})):
        async with server.get(PATH, key=key, headers=headers) as answer:
            await problem(answer, 401, "token_missing")


async def test_link_of_a_room_that_was_closed_says_that_it_is_over(server: AssembledServer) -> None:
    room = await server.open_room()
    token = token_of(room["guestUrl"])
    async with connected(server, token) as early, connected(server, token_of(room["hostUrl"])) as host:
        assert (await host.join("Vera"))["type"] == "joined"
        async with server.delete(f"/api/v1/rooms/{room['roomId']}") as answer:
            assert answer.status == 204
        async with server.get(PATH, key=token) as answer:
            await problem(answer, 409, "room_closed")
        assert (await early.join())["code"] == "room_closed"  # its page was open before
        async with connected(server, token) as late:
            assert late.refusal["data"]["code"] == "room_closed"


async def test_a_join_token_opens_nothing_else_and_no_other_method(server: AssembledServer) -> None:
    room = await server.open_room()
    token = token_of(room["hostUrl"])
    async with server.get(f"/api/v1/rooms/{room['roomId']}", key=token) as answer:
        await problem(answer, 401, "key_invalid")
    async with server.raw("POST", PATH, b"{}", key=token) as answer:
        await problem(answer, 405, "method_not_allowed")


async def test_guessing_and_asking_too_often_are_slowed_down_per_address() -> None:
    async with assembled({"api.failures_per_minute": "3"}) as server:
        room = await server.open_room()
        for _ in range(3):
            async with server.get(PATH, key="guess") as answer:
                await problem(answer, 401, "token_invalid")
        async with server.get(PATH, key="guess") as answer:
            assert (await problem(answer, 429, "rate_limited"))["retryAfter"] > 0
        await shown(server, token_of(room["guestUrl"]))
    async with assembled({"api.requests_per_second": "0.2"}) as server:
        room = await server.open_room()
        await shown(server, token_of(room["guestUrl"]))
        async with server.get(PATH, key=token_of(room["guestUrl"])) as answer:
            await problem(answer, 429, "rate_limited")


async def test_document_says_that_a_join_token_is_shown(server: AssembledServer) -> None:
    async with server.get("/api/openapi.json", key=None) as answer:
        document = await answer.json()
    described = document["paths"][PATH]["get"]
    assert described["security"] == [{"token": []}]
    assert "token_expired" in described["responses"]["401"]["description"]
    assert "key_invalid" not in described["responses"]["401"]["description"]
    made = await server.open_room()
    told = await shown(server, token_of(made["guestUrl"]))
    assert set(told) == set(document["components"]["schemas"]["Invitation"]["properties"])
