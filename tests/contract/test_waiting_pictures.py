"""A picture of who waits: shown by himself, seen by hosts who are there, gone when he no longer waits. And patched
clients, which get and do nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.signalling_server import connected, until
from tests.unit.test_still import PICTURE
from vdxmedia.hub.still import MAX_BYTES, cleaned

OWN, ALL = "/api/v1/waiting-picture", "/api/v1/waiting-pictures"


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as running:
        yield running


async def show(server: AssembledServer, token: str, jpeg: bytes = PICTURE) -> tuple[int, str]:
    """Status, and the problem's code."""
    body = json.dumps({"jpeg": base64.b64encode(jpeg).decode()}).encode()
    async with server.raw("PUT", OWN, body, key=token) as answer:
        text = await answer.text()
        return answer.status, json.loads(text)["code"] if text else ""


async def see(server: AssembledServer, token: str) -> Any:
    """What is seen by who waits, or the problem's code."""
    async with server.get(ALL, key=token) as answer:
        body = json.loads(await answer.text())
    if "code" in body:
        return body["code"]
    return {one["waitingId"]: base64.b64decode(one["jpeg"]) for one in body["pictures"]}


def link_token(url: str) -> str:
    return url.partition("#t=")[2]


async def test_hosts_see_who_waits_and_no_longer_when_he_has_come_in(server: AssembledServer) -> None:
    room = await server.open_room(lobby="knock")
    async with (
        connected(server, link_token(room["hostUrl"])) as host,
        connected(server, link_token(room["guestUrl"])) as guest,
    ):
        hosts = str((await host.join("Hanne"))["token"])
        waits = await guest.join("Gert")
        assert waits["type"] == "waiting"
        assert await see(server, hosts) == {}
        assert await show(server, str(waits["token"])) == (204, "")
        assert await see(server, hosts) == {waits["participantId"]: cleaned(PICTURE)}

        assert await show(server, str(waits["token"]), b"") == (204, "")
        assert await see(server, hosts) == {}
        assert await show(server, str(waits["token"])) == (204, "")

        await host.command("admit", waitingId=waits["participantId"])
        await until(lambda: any(told["type"] == "admitted" for told in guest.events))
        await guest.join("Gert", resume={"session": waits["session"], "sequence": 0})
        assert await see(server, hosts) == {}
        assert await show(server, str(waits["token"])) == (404, "participant_unknown")


async def test_patched_client_neither_sees_nor_shows_what_is_not_for_it(server: AssembledServer) -> None:
    room, other = await server.open_room(lobby="knock"), await server.open_room(lobby="knock")
    links = [link_token(room[name]) for name in ("hostUrl", "guestUrl")]
    async with (
        connected(server, links[0]) as host,
        connected(server, links[1]) as guest,
        connected(server, links[1]) as second,
        connected(server, link_token(other["hostUrl"])) as stranger,
    ):
        hosts, strangers = [str((await one.join("H"))["token"]) for one in (host, stranger)]
        waits, also = [await one.join("Gert") for one in (guest, second)]
        assert await show(server, str(waits["token"])) == (204, "")
        # Nobody but a host who is there: not who waits, not by a link, not from another room, not without a token.
        assert await see(server, str(waits["token"])) == "not_permitted"
        assert await see(server, str(also["token"])) == "not_permitted"
        assert [await see(server, link) for link in links] == ["not_permitted"] * 2
        assert await see(server, strangers) == {}
        assert await see(server, "nonsense") == "token_invalid"
        # A link is nobody in particular, and a host does not wait.
        assert await show(server, links[1]) == (404, "participant_unknown")
        assert await show(server, hosts) == (404, "participant_unknown")

        for jpeg in (b"<svg/>", PICTURE + b"x", PICTURE[:2] + b"\xff\xfe\x20\x00" + b"x" * MAX_BYTES + PICTURE[2:]):
            status, code = await show(server, str(also["token"]), jpeg)
            assert (status, code) in {(400, "validation_failed"), (422, "validation_failed"), (429, "rate_limited")}
        assert list(await see(server, hosts)) == [waits["participantId"]]

        # Who comes back shows it anew, or not.
        await guest.join("Gert", resume={"session": waits["session"], "sequence": 0})
        assert await see(server, hosts) == {}

        statuses = [(await show(server, str(waits["token"])))[0] for _ in range(4)]
        assert statuses[-1] == 429
        await host.command("leave")
        assert await see(server, hosts) == "not_permitted"
