"""Floor control over real socket.io, with clients that do not keep to it: no gate opens, nothing of others is told."""

from __future__ import annotations

import json
import logging
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.fakes.signalling_server import Client, Server, connected, until
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility
from vdxmedia.hub.ports import Gate
from vdxmedia.ids import SourceId

DONE = {"type": "done"}


class Meeting:
    """A host and guests with media, all microphones open."""

    def __init__(self, server: Server, clients: dict[str, Client]) -> None:
        self.server = server
        self.clients = clients

    def __getitem__(self, name: str) -> Client:
        return self.clients[name]

    def source(self, name: str, kind: str = "microphone") -> SourceId:
        client = self[name]
        (own,) = (one for one in client.joined["participants"] if one["id"] == client.id)
        return next(SourceId(one["id"]) for one in own["sources"] if one["kind"] == kind)

    def passes(self, name: str, kind: str = "microphone") -> bool:
        gates = self.server.plane.gates
        source = self.source(name, kind)
        return gates[source, Gate.MUTE] and gates.get((source, Gate.FLOOR), True)

    def latest(self, name: str, type: str) -> dict[str, Any]:
        client = self[name]
        told = [event for event in client.events if event["type"] == type]
        told = told or [one for one in client.joined["documents"] if one["type"] == type]
        return dict(told[-1])

    async def request_of(self, name: str) -> int:
        """As the host is told."""

        def found() -> list[int]:
            speech = self.latest("host", "floor")["speech"]
            places = [*speech["holders"], *speech["queue"]]
            return [place["request"] for place in places if place["participantId"] == self[name].id]

        await until(found, f"a request of {name}")
        return found()[0]


async def meeting(stack: AsyncExitStack, server: Server, guests: str, **settings: Any) -> Meeting:
    room = server.room(**settings)
    clients: dict[str, Client] = {}
    for name in ("host", *guests):
        token = server.token(room, role="host" if name == "host" else "guest")
        client = clients[name] = await stack.enter_async_context(connected(server, token))
        joined = await client.join(name, knowsWhoSees="all")
        assert joined["type"] == "joined", joined
        assert (await client.offer())["type"] == "answer"
        assert await client.command("setSource", source="microphone", active=True) == DONE
    return Meeting(server, clients)


@pytest.mark.parametrize("policy", [FloorPolicy.QUEUE, FloorPolicy.MODERATED])
async def test_guest_who_sends_sound_without_the_floor_has_a_closed_gate(server: Server, policy: FloorPolicy) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "ab", floor_policy=policy)
        assert room.passes("host")
        assert not room.passes("a")
        for _ in range(3):  # however often his client says that its microphone is on
            assert await room["a"].command("setSource", source="microphone", active=True) == DONE
        assert (await room["a"].offer("again"))["type"] == "answer"
        assert not room.passes("a")


async def test_guest_cannot_chair_whatever_he_sends(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "ab", floor_policy=FloorPolicy.MODERATED)
        a = room["a"]
        assert await a.command("requestFloor") == DONE
        assert await room["b"].command("requestFloor") == DONE
        own, other = await room.request_of("a"), await room.request_of("b")
        assert await room["host"].command("grantFloor", request=other) == DONE
        refused = [
            await a.command("grantFloor", request=own, preempts=True),
            await a.command("revokeFloor", request=other),
            await a.command("denyFloor", request=other),
            await a.command("moveFloor", request=own, position=1),
            await a.command("clearFloor"),
            await a.command("extendTurn", request=other, seconds=60),
            await a.command("requestFloor", priority=4),
            await a.command("changeRoom", floorPolicy="free"),
        ]
        assert [answer["code"] for answer in refused] == ["hosts_only"] * 8
        assert not room.passes("a")
        assert room.passes("b")


async def test_forged_numbers_of_requests_and_other_peoples_names_do_nothing(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "ab", floor_policy=FloorPolicy.QUEUE)
        assert await room["b"].command("requestFloor") == DONE
        request = await room.request_of("b")
        forged = await room["a"].command("releaseFloor", request=request, participantId=room["b"].id, by=room["b"].id)
        assert forged["code"] == "floor_not_held", "one gives back one's own only"
        assert room.passes("b")
        host = room["host"]
        assert (await host.command("revokeFloor", request=request + 1))["code"] == "floor_request_unknown"
        assert (await host.command("revokeFloor", request=-1))["code"] == "floor_request_unknown"
        assert (await host.command("revokeFloor", request="1"))["code"] == "bad_message"
        assert (await host.command("revokeFloor", request=request, floor="lectern"))["code"] == "bad_message"
        assert room.passes("b")


async def test_screen_is_not_shared_without_its_floor(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "a", screen_policy=FloorPolicy.MODERATED)
        answer = await room["a"].command("setSource", source="screen", active=True)
        assert answer["code"] == "screen_floor_needed"
        assert not room.passes("a", "screen")
        assert await room["a"].command("requestFloor", floor="screen") == DONE
        await until(lambda: room.latest("host", "floor")["screen"]["queue"])
        request = room.latest("host", "floor")["screen"]["queue"][0]["request"]
        assert await room["host"].command("grantFloor", floor="screen", request=request) == DONE
        assert await room["a"].command("setSource", source="screen", active=True) == DONE
        assert room.passes("a", "screen")
        assert await room["host"].command("revokeFloor", floor="screen", request=request) == DONE
        assert not room.passes("a", "screen")


async def test_same_command_twice_is_carried_out_once_and_answered_the_same(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "a", floor_policy=FloorPolicy.MODERATED)
        for _ in range(2):
            assert await room["a"].command("requestFloor", commandId="x1") == DONE
        request = await room.request_of("a")
        for _ in range(2):
            assert await room["host"].command("grantFloor", request=request, commandId="g") == DONE
        for _ in range(2):
            assert await room["host"].command("revokeFloor", request=request, commandId="r") == DONE
        assert (await room["host"].command("grantFloor", request=request, commandId="r"))["code"] == "command_id_reused"
        assert await room["a"].command("requestFloor", commandId="x1") == DONE
        await until(lambda: room.latest("a", "ownFloor")["speech"]["status"] == "revoked")
        await until(lambda: not room.latest("host", "floor")["speech"]["holders"])
        await until(lambda: not room.latest("host", "floor")["speech"]["queue"], "the first answer, no new request")


async def test_private_guest_is_told_no_number_and_no_other_guest(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(
            stack, server, "abc", floor_policy=FloorPolicy.MODERATED, guest_visibility=GuestVisibility.HOSTS
        )
        for name in "bc":
            assert await room[name].command("requestFloor") == DONE
        assert await room["host"].command("grantFloor", request=await room.request_of("b")) == DONE
        assert await room["a"].command("requestFloor") == DONE
        await until(lambda: room.latest("a", "ownFloor")["speech"]["status"] == "accepted")
        assert room.latest("a", "ownFloor")["speech"]["position"] is None
        everything = json.dumps([room["a"].events, room["a"].joined])
        assert room["b"].id not in everything
        assert room["c"].id not in everything
        assert {key: value for key, value in room.latest("a", "floor")["speech"].items() if key != "policy"} == {
            "holders": [],
            "queue": [],
            "waiting": 0,
        }


async def test_private_guest_in_a_queue_is_given_the_floor_by_a_host_and_by_no_rule(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(
            stack, server, "ab", floor_policy=FloorPolicy.QUEUE, guest_visibility=GuestVisibility.HOSTS
        )
        assert await room["a"].command("requestFloor") == DONE
        await until(lambda: room.latest("a", "ownFloor")["speech"]["status"] == "accepted")
        assert not room.passes("a"), "with the floor free"
        alone = [one for one in room["a"].events if one["type"] in ("floor", "ownFloor")]
        assert await room["b"].command("requestFloor") == DONE
        assert await room["host"].command("grantFloor", request=await room.request_of("b")) == DONE
        assert room.passes("b")
        assert await room["host"].command("grantFloor", request=await room.request_of("a"), preempts=True) == DONE
        assert room.passes("a")
        await until(lambda: room.latest("a", "ownFloor")["speech"]["status"] == "granted")
        told = [one for one in room["a"].events if one["type"] in ("floor", "ownFloor")]
        assert len(told) == len(alone) + 1, "of what the host did, and of nothing else"


async def test_guests_are_never_told_numbers_of_requests(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "ab", floor_policy=FloorPolicy.HANDS)
        assert await room["a"].command("requestFloor", signs=True) == DONE
        await until(lambda: room.latest("b", "floor")["speech"]["queue"])
        (place,) = room.latest("b", "floor")["speech"]["queue"]
        assert (place["participantId"], place["signs"], place["request"]) == (room["a"].id, True, None)


async def test_log_says_who_was_given_the_floor_by_whom_without_names(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vdxmedia.hub.floor_log")
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "a", floor_policy=FloorPolicy.MODERATED, subject="Hemmeligt emne")
        await room["a"].command("requestFloor")
        request = await room.request_of("a")
        await room["host"].command("grantFloor", request=request)
        await room["host"].command("revokeFloor", request=request)
        lines = [record.getMessage() for record in caplog.records if record.name == "vdxmedia.hub.floor_log"]
        assert [line.split()[0] for line in lines] == ["floor_accepted", "floor_granted", "floor_revoked"]
        assert all(f"participant={room['a'].id}" in line for line in lines)
        assert f"by={room['host'].id}" in lines[1]
        assert not any("Hemmeligt" in line or " a " in line for line in lines)


async def test_when_control_ends_who_was_silenced_is_heard_once_he_opens_his_microphone(server: Server) -> None:
    async with AsyncExitStack() as stack:
        room = await meeting(stack, server, "a", floor_policy=FloorPolicy.MODERATED)
        assert await room["host"].command("changeRoom", floorPolicy="free") == DONE
        await until(lambda: room.latest("a", "ownFloor")["closedMicrophone"] == 1)
        assert not room.passes("a")
        assert await room["a"].command("setSource", source="microphone", active=False) == DONE
        assert await room["a"].command("setSource", source="microphone", active=True) == DONE
        assert room.passes("a")
