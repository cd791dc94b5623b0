"""A host made guest, over the real socket: what only hosts are told is withdrawn, and nothing of it comes again."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.fakes.signalling_server import Client, Server, connected, until
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility, LobbyPolicy, RoomMode
from vdxmedia.conference.emergency import EmergencyNote

FOR_HOSTS = {"lobby", "asked", "groups", "helpCalls", "peopleNotes", "consentList"}
SECRETS = ("Otto", "Gerda", "11223344", "Skjultvej")


class Training:
    """A training in which guests see hosts only. Anna may not admit: what she is told of the lobby is her own."""

    def __init__(self, server: Server, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack
        self.room = server.room(
            mode=RoomMode.TRAINING,
            guest_visibility=GuestVisibility.HOSTS,
            lobby=LobbyPolicy.KNOCK,
            floor_policy=FloorPolicy.MODERATED,
            admitters=("Sygehus",),
        )

    async def open(self, **grant: Any) -> Client:
        return await self._stack.enter_async_context(connected(self.server, self.server.token(self.room, **grant)))

    async def host(self, name: str, organisation: str) -> Client:
        client = await self.open(role="host", organisation=organisation)
        assert (await client.join(name))["type"] == "joined"
        return client

    async def guest(self, name: str, by: Client) -> Client:
        client = await self.open(note=EmergencyNote("11223344", "Skjultvej 7", ""))
        waiting = await client.join(name)
        assert await by.command("admit", waitingId=waiting["participantId"]) == {"type": "done"}
        resume = {"session": waiting["session"], "sequence": 0}
        assert (await client.join(name, resume=resume))["type"] == "joined"
        return client


async def busy(guest: Client, host: Client) -> None:
    """All that hosts are told of a guest."""
    assert await guest.command("askForHelp") == {"type": "done"}
    assert await guest.command("requestFloor") == {"type": "done"}
    assert await host.command("askToOpen", participantId=guest.id, source="camera") == {"type": "done"}
    assert await host.command("recognise", participantId=guest.id, recognised=True) == {"type": "done"}


def assert_nothing_private(told: Any) -> None:
    text = repr(told)
    for secret in SECRETS:
        assert secret not in text
    for one in told:
        assert one["type"] not in FOR_HOSTS
        if one["type"] == "floor":
            places = [*one["speech"]["holders"], *one["speech"]["queue"]]
            assert one["speech"]["waiting"] == 0
            assert all(place["request"] is None for place in places)


async def test_host_made_guest_is_told_to_forget_and_gets_nothing_private_again(server: Server) -> None:
    async with AsyncExitStack() as stack:
        training = Training(server, stack)
        chair, anna = await training.host("Bodil", "Sygehus"), await training.host("Anna", "Kommune")
        gerda = await training.guest("Gerda", chair)
        await busy(gerda, chair)
        otto = await training.open()
        assert (await otto.join("Otto"))["type"] == "waiting"
        await until(lambda: "Otto" in repr(anna.of_type("lobby")) and anna.of_type("helpCalls"))
        assert (await chair.command("startAside", participantId=gerda.id)) == {"type": "done"}
        await until(lambda: gerda.id in repr(anna.of_type("groups")))

        assert await chair.command("setRole", participantId=anna.id, role="guest") == {"type": "done"}
        await until(lambda: {one["document"] for one in anna.of_type("documentWithdrawn")} == FOR_HOSTS)
        first = next(i for i, one in enumerate(anna.events) if one["type"] == "documentWithdrawn")
        assert (await chair.command("endAside")) == {"type": "done"}
        await gerda.command("withdrawHelp")
        await busy(gerda, chair)
        third = await training.open()
        assert (await third.join("Otto den anden"))["type"] == "waiting"
        await until(lambda: "den anden" in repr(chair.of_type("lobby")))
        assert await chair.command("writeChat", to="all", text="Sidste ord") == {"type": "done"}
        await until(lambda: anna.of_type("chat"), "what was told before it has come")
        assert_nothing_private([one for one in anna.events[first:] if one["type"] != "participantLeft"])
        assert gerda.id not in repr([one for one in anna.events[first:] if one["type"] != "participantLeft"])

        sequence = max(one["sequence"] for one in anna.events if "sequence" in one)
        for since, answer in ((sequence, "resumed"), (0, "joined")):
            await anna.cut()
            again = await training.open(role="host", organisation="Kommune")
            resume = {"session": anna.joined["session"], "sequence": since}
            told = await again.join("Anna", resume=resume)
            assert (told["type"], told["participantId"]) == (answer, anna.id)
            assert_nothing_private([*told["documents"], *again.events])
            assert gerda.id not in repr(told)
            again.joined = {**anna.joined, **told}
            anna = again


async def test_withdrawn_document_comes_again_with_the_role(server: Server) -> None:
    async with AsyncExitStack() as stack:
        training = Training(server, stack)
        chair, anna = await training.host("Bodil", "Sygehus"), await training.host("Anna", "Kommune")
        await chair.command("setRole", participantId=anna.id, role="guest")
        await until(lambda: anna.of_type("documentWithdrawn"))
        told = len(anna.of_type("lobby"))
        await chair.command("setRole", participantId=anna.id, role="host")
        await anna.until_event("lobby", told + 1)
        withdrawn = [one["document"] for one in anna.of_type("documentWithdrawn")]
        assert len(withdrawn) == len(set(withdrawn)), "once each"


async def test_guest_who_never_was_host_is_told_of_no_withdrawal(server: Server) -> None:
    async with AsyncExitStack() as stack:
        training = Training(server, stack)
        chair = await training.host("Bodil", "Sygehus")
        gerda = await training.guest("Gerda", chair)
        await busy(gerda, chair)
        await chair.command("changeRoom", floorPolicy="free")
        await until(lambda: "free" in repr(gerda.of_type("floor")))
        assert gerda.of_type("documentWithdrawn") == []


@pytest.mark.parametrize("identity", ["anna", ""], ids=["own link", "shared link, same device"])
async def test_patched_client_does_not_have_the_chair_again_by_leaving_and_coming_back(
    server: Server, identity: str
) -> None:
    async with AsyncExitStack() as stack:
        training = Training(server, stack)
        chair = await training.host("Bodil", "Sygehus")
        link = {"role": "host", "organisation": "Kommune", "identity": identity}
        anna = await training.open(**link)
        session = (await anna.join("Anna"))["session"]
        assert await chair.command("setRole", participantId=anna.id, role="guest") == {"type": "done"}
        assert (await anna.command("leave")) == {"type": "done"}
        await until(lambda: chair.of_type("participantLeft"))
        for _ in range(2):
            again = await training.open(**link)
            resume = None if identity else {"session": session, "sequence": 0}
            told = await again.join("Anna", resume=resume)
            session = told["session"]
            assert told["type"] == "joined", "once in, she need not knock"
            assert {one["name"]: one["role"] for one in told["participants"]} == {"Bodil": "host", "Anna": "guest"}
            assert not FOR_HOSTS & {one["type"] for one in told["documents"]}
            for order in ({"type": "muteGuests"}, {"type": "setRole", "participantId": told["participantId"]}):
                answer = await again.command(**{**order, "role": "host"} if "participantId" in order else order)
                assert answer["code"] == "hosts_only"
            # Nor does the REST API take the token for a host's, the link's own or the session's.
            for token in (told["token"], *([server.token(training.room, **link)] if identity else [])):
                grant = server.tokens.verify(token, server.clock.unix_s())
                assert (grant.role, server.registry.as_it_stands(grant).role) == ("host", "guest")
            assert (await again.command("leave")) == {"type": "done"}
        assert await chair.command("lockRoom", locked=True) == {"type": "done"}
        locked_out = await training.open(**link)
        resume = None if identity else {"session": session, "sequence": 0}
        assert (await locked_out.join("Anna", resume=resume))["type"] == "waiting"
