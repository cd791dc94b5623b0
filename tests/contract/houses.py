"""A room and those who come to it, for tests of who may do what in it."""

from __future__ import annotations

from contextlib import AsyncExitStack

import msgspec

from tests.fakes.signalling_server import Client, Server, connected
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import RoomId


def new_room(server: Server, **settings: object) -> RoomId:
    """With the words of the REST API."""
    return server.registry.create(msgspec.convert(settings, RoomSettings))


class House:
    """Opens connections and closes them at the end."""

    def __init__(self, server: Server, stack: AsyncExitStack, room: RoomId) -> None:
        self.server = server
        self.room = room
        self._stack = stack

    async def open(self, **grant: object) -> Client:
        return await self._stack.enter_async_context(connected(self.server, self.server.token(self.room, **grant)))

    async def host(self, called: str = "Hanne", /, **grant: object) -> Client:
        client = await self.open(role="host", **grant)
        assert (await client.join(called))["type"] == "joined"
        return client

    async def guest(
        self, called: str = "Gert", /, *, resume: dict[str, object] | None = None, **grant: object
    ) -> Client:
        client = await self.open(**grant)
        await client.join(called, resume=resume)
        return client


def document(client: Client, type: str) -> dict[str, object]:
    """The latest, from the snapshot or after it."""
    found = [one for one in [*client.joined.get("documents", []), *client.events] if one["type"] == type]
    assert found, f"no {type}"
    return dict(found[-1])
