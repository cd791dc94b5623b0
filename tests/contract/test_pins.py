"""Joining by a PIN: the role that it gives, and guessed ones, which lock out nobody with a link."""

from __future__ import annotations

from contextlib import AsyncExitStack

from tests.fakes.signalling_server import Client, Server, connected

HELLO = {"protocol": 1}


async def by_pin(server: Server, stack: AsyncExitStack, room: str, pin: str = "") -> Client:
    return await stack.enter_async_context(connected(server, "", auth={**HELLO, "token": "", "room": room, "pin": pin}))


async def test_pin_decides_the_role_and_gives_a_token(server: Server) -> None:
    room = server.room(host_pin="135790", guest_pin="2468")
    async with AsyncExitStack() as stack:
        assert (await by_pin(server, stack, room)).refusal["data"]["code"] == "pin_required"
        for pin, role in (("135790", "host"), ("2468", "guest")):
            client = await by_pin(server, stack, room, pin)
            assert client.refusal is None
            assert (
                server.tokens.verify((await client.command("renewToken"))["token"], server.clock.unix_s()).role == role
            )
            joined = await client.join(role)
            assert [one["role"] for one in joined["participants"] if one["id"] == client.id] == [role]


async def test_room_without_pins_is_as_one_that_is_not_there(server: Server) -> None:
    async with AsyncExitStack() as stack:
        for room in (server.room(), "nosuchroom12"):
            for pin in ("", "no PIN has letters", "1234"):
                refused = await by_pin(server, stack, room, pin[:16])
                assert refused.refusal["data"]["code"] == "token_missing"


async def test_wrong_pins_lock_out_the_client_and_no_link(server: Server) -> None:
    room = server.room(host_pin="135790")
    other = server.room(guest_pin="1111")
    async with AsyncExitStack() as stack:
        for _ in range(5):
            assert (await by_pin(server, stack, room, "9999")).refusal["data"]["code"] == "pin_wrong"
        for where, pin in ((room, "135790"), (other, "1111")):
            refused = (await by_pin(server, stack, where, pin)).refusal["data"]
            assert refused["code"] == "pin_locked"
            assert 0 < refused["retryAfter"] <= 600
        link = await stack.enter_async_context(connected(server, server.token(room)))
        assert (await link.join("Anna"))["type"] == "joined"
