"""Rules that protect a person, over the real socket: somebody with a patched client tries to get round each.

Which tests hold the other rules is in docs/security.md. "Reaches" is what the relay enforces for every packet: gates
and audience classes, as it was last told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.contract.test_training_privacy import commands_about, patiently, source
from tests.fakes.signalling_server import Client, Server, connected, signalling_server, until
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import Gate
from vdxmedia.ids import ParticipantId, SourceId

DONE = {"type": "done"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with signalling_server(hub=HubLimits(roster_round_s=0.0)) as running:
        yield running


class House:
    def __init__(self, server: Server, stack: AsyncExitStack, **settings: Any) -> None:
        self.server = server
        self.room = server.room(**settings)
        self._stack = stack

    async def enter(self, name: str, **grant: Any) -> Client:
        """With a camera and a microphone that are on."""
        client = await self._stack.enter_async_context(connected(self.server, self.server.token(self.room, **grant)))
        assert (await client.join(name, knowsWhoSees="hosts"))["type"] == "joined"
        assert (await client.offer())["type"] == "answer"
        for kind in ("camera", "microphone"):
            await client.command("setSource", source=kind, active=True)
        return client

    def reaches(self, one: Client, other: Client, kind: str = "microphone") -> bool:
        plane, name = self.server.plane, SourceId(source(one, kind))
        is_open = plane.gates.get((name, Gate.MUTE), False) and plane.gates.get((name, Gate.FLOOR), True)
        return is_open and plane.classes[name] & plane.hears[ParticipantId(other.id)] != 0


async def tries_everything(patched: Client, *about: Client) -> None:
    for one in about:
        for command in commands_about(one.id):
            await patiently(patched, command)


async def test_nobody_but_the_person_says_yes_to_being_shown(server: Server) -> None:
    async with AsyncExitStack() as stack:
        house = House(server, stack, mode="training", guest_visibility="spotlight")
        host = await house.enter("Vært", role="host")
        anna, bo = await house.enter("Anna"), await house.enter("Bo")
        for _ in range(2):
            assert await host.command("spotlight", participantId=anna.id) == DONE
            await anna.until_event("consents")
            await tries_everything(bo, anna)
            for question in ("spotlight", "visibility"):  # not even the host answers for her
                fields = {"question": question, "agrees": True, "participantId": anna.id}
                await host.command("answerConsent", **fields)
                await bo.command("answerConsent", **fields)
            assert not house.reaches(anna, bo, "camera")
            assert not house.reaches(anna, bo)
            assert await anna.command("answerConsent", question="spotlight", agrees=False) == DONE
        assert anna.id not in repr((bo.joined, bo.events))
        assert await host.command("spotlight", participantId=anna.id) == DONE
        assert await anna.command("answerConsent", question="spotlight", agrees=True) == DONE
        assert house.reaches(anna, bo, "camera"), "else nothing was tried above"
        assert await anna.command("answerConsent", question="spotlight", agrees=False) == DONE
        assert not house.reaches(anna, bo, "camera")


async def test_nobody_gets_into_a_talk_aside(server: Server) -> None:
    """Not another guest, nor another host, whatever group he asks for; what they say in it reaches nobody else."""
    async with AsyncExitStack() as stack:
        house = House(server, stack, mode="training", guest_visibility="hosts")
        host, other_host = [await house.enter(name, role="host") for name in ("Vært", "Hanne")]
        anna, bo = await house.enter("Anna"), await house.enter("Bo")
        assert await host.command("startAside", participantId=anna.id) == DONE
        assert house.reaches(anna, host)
        assert house.reaches(host, anna)
        for group in range(3):
            for patched in (bo, other_host):
                assert (await patiently(patched, {"type": "visitGroup", "group": group}))["type"] == "error"
        for fields in ({"type": "startAside"}, {"type": "moveToGroup", "group": 0}, {"type": "formGroups"}):
            fields = {**fields, "participantId": anna.id, "groups": [[anna.id, other_host.id]]}
            for patched in (bo, other_host):
                assert (await patiently(patched, fields))["type"] == "error"
        await tries_everything(bo, anna, host)
        for listener in (bo, other_host):
            assert not house.reaches(anna, listener)
            assert not house.reaches(host, listener)
        assert not house.reaches(anna, bo, "camera")
        assert house.reaches(host, bo, "camera"), "the picture stays"
        assert await anna.command("endAside") == DONE
        assert house.reaches(host, bo)


async def test_private_guest_is_put_into_no_group_without_a_yes(server: Server) -> None:
    async with AsyncExitStack() as stack:
        house = House(server, stack, mode="training", guest_visibility="hosts")
        host = await house.enter("Vært", role="host")
        anna, bo = await house.enter("Anna"), await house.enter("Bo")
        assert await host.command("formGroups", groups=[[anna.id, bo.id]]) == DONE
        assert await bo.command("answerConsent", question="group", agrees=True) == DONE
        await tries_everything(bo, anna)
        assert await host.command("moveToGroup", participantId=anna.id, group=0) == DONE
        for kind in ("camera", "microphone"):
            assert not house.reaches(anna, bo, kind)
            assert not house.reaches(bo, anna, kind)
        assert anna.id not in repr((bo.joined, bo.events))
        assert await anna.command("answerConsent", question="group", agrees=True) == DONE
        assert await bo.command("answerConsent", question="group", agrees=True) == DONE
        await until(lambda: house.reaches(anna, bo))


async def test_guest_of_a_one_way_room_neither_sends_nor_receives_more_than_was_booked(server: Server) -> None:
    """Sound both ways, pictures from hosts only; screens not at all."""
    async with AsyncExitStack() as stack:
        house = House(server, stack, call_type=2 + 4 + 16)
        host = await house.enter("Vært", role="host")
        guest = await house.enter("Anna")
        assert house.reaches(guest, host)
        for kind in ("camera", "screen", "screenAudio"):
            assert (await guest.command("setSource", source=kind, active=True))["type"] == "error"
        await guest.command("changeRoom", callType=126)
        assert (await guest.offer("again"))["type"] == "answer"
        own = [one for one in guest.joined["participants"] if one["id"] == guest.id]
        assert [one["kind"] for one in own[0]["sources"]] == ["microphone"], "of others he has no gate to open"
        assert await host.command("setSource", source="screen", active=True) == DONE
        assert house.reaches(host, guest, "camera")
        assert not house.reaches(host, guest, "screen")
