"""Over the real socket: what a private guest receives is the same, whether nobody else is there or twenty are.

The others do what guests can do, and more: every command of the protocol with every id they know. The guest, a patched
one, names their ids in every command of his own. Compared is each frame he was sent, but for what is his own or random
(ids, tokens, secrets), times and sequence numbers.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, get_args

import msgspec
import pytest

from tests.fakes.signalling_server import Client, Server, connected, signalling_server, until
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import LayersWanted, MediaQuality, SpeakersChanged
from vdxmedia.signalling import messages as m

OTHERS = 20
KINDS = ("microphone", "camera", "screen", "screenAudio")
NOT_COMMANDS = (m.Join, m.Offer, m.Leave, m.SetSource, m.SetTiles, m.RenewToken)
"""Done elsewhere, or about nobody else."""
RANDOM = {"token", "session", "tokenExpiresAt", "sequence", "since", "at", "endsAt"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with signalling_server(hub=HubLimits(roster_round_s=0.0, joins_per_second=1000)) as running:
        yield running


def commands_about(person: str) -> list[dict[str, Any]]:
    """Every command that there is, about this person: each field by its type."""
    kinds = [kind for kind in get_args(m.ClientMessage) if kind not in NOT_COMMANDS]
    return [{"type": info.tag, **values(info, person)} for info in map(struct_of, kinds)]


def struct_of(kind: type) -> msgspec.inspect.StructType:
    info = msgspec.inspect.type_info(kind)
    assert isinstance(info, msgspec.inspect.StructType)
    return info


def values(info: msgspec.inspect.StructType, person: str) -> dict[str, Any]:
    return {
        field.encode_name: value(field.type, person) for field in info.fields if field.required or names_people(field)
    }


def names_people(field: msgspec.inspect.Field) -> bool:
    return "participant" in field.name or field.name in ("groups", "people", "waiting")


def value(info: msgspec.inspect.Type, person: str) -> Any:
    match info:
        case msgspec.inspect.StrType():
            return person
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType():
            return info.ge or 1
        case msgspec.inspect.FloatType():
            return 1.0
        case msgspec.inspect.EnumType():
            return list(info.cls)[-1].value
        case msgspec.inspect.ListType():
            return [value(info.item_type, person)]
        case msgspec.inspect.StructType():
            return values(info, person)
        case msgspec.inspect.UnionType():
            return value(next(one for one in info.types if not isinstance(one, msgspec.inspect.NoneType)), person)
        case _:
            raise AssertionError(info)


async def patiently(client: Client, command: dict[str, Any]) -> dict[str, Any]:
    """As often as the rates let."""
    while True:
        answer: dict[str, Any] = await client.socket.call("command", command, timeout=5)
        if answer["type"] != "error" or answer["code"] != "rate_limited":
            return answer
        await asyncio.sleep(answer["retryAfter"])


def source(client: Client, kind: str) -> int:
    (own,) = (one for one in client.joined["participants"] if one["id"] == client.id)
    return next(int(one["id"]) for one in own["sources"] if one["kind"] == kind)


def told(received: Any, own: dict[Any, str]) -> Any:
    """Without what differs between any two runs."""
    if isinstance(received, dict):
        return {key: told(one, own) for key, one in received.items() if key not in RANDOM}
    if isinstance(received, list):
        return [told(one, own) for one in received]
    if isinstance(received, str):
        for name, word in own.items():
            received = received.replace(str(name), word)
    return own.get(received, received) if isinstance(received, int | str) else received


async def busy(server: Server, guest: Client, others: list[Client], known: list[str]) -> None:
    """All that guests can do."""
    for one in others:
        assert (await one.offer())["type"] == "answer"
        await one.command("setSource", source="camera", active=True)
        await one.command("setSource", source="microphone", active=True)
        server.plane.say(SpeakersChanged([(source(one, "microphone"), 0.9)]))
        server.plane.say(MediaQuality(one.id, 0.5, 0.5, 1.0, is_silent=True))
        for about in (*known, guest.id):
            for command in commands_about(about)[:: max(len(others) // 2, 1)]:
                await one.socket.call("command", command, timeout=5)
    for one in others[::2]:
        await one.cut()
    for one in others[1::2]:
        await one.command("leave")


async def transcript_of_guest(server: Server, others: int, visibility: str, foreign: list[str]) -> list[Any]:
    """`foreign` are the others' ids, as the patched guest has learned them elsewhere; where there are no others, they
    are invented."""
    room = server.room(guest_visibility=visibility, mode="training", maximum=others + 2)
    async with contextlib.AsyncExitStack() as stack:
        host = await stack.enter_async_context(connected(server, server.token(room, role="host", name="Vært")))
        await host.join("Vært")
        guest = await stack.enter_async_context(connected(server, server.token(room)))
        answers: list[Any] = [await guest.join("Gæst", knowsWhoSees=visibility)]
        answers.append(await guest.offer())
        await guest.command("setSource", source="camera", active=True)
        clients = []
        for index in range(others):
            other = await stack.enter_async_context(connected(server, server.token(room)))
            joined = await other.join(f"Anden {index}", knowsWhoSees=visibility)
            assert joined["type"] == "joined"
            clients.append(other)
        named = [other.id for other in clients[:2]] or foreign
        # A host's tiles are small when there are many.
        server.plane.say(LayersWanted(guest.id, SourceKind.CAMERA, (0,) if clients else (2,)))
        await busy(server, guest, clients, [host.id])
        for about in named:
            for command in commands_about(about):
                answers.append((command["type"], await patiently(guest, command)))
        await host.command("setSource", source="camera", active=True)
        await host.command("setSource", source="microphone", active=True)
        server.plane.say(SpeakersChanged([(source(host, "microphone"), 0.5)]))
        await until(lambda: guest.of_type("speakers"), "speakers")
        own: dict[Any, str] = {guest.id: "<guest>", host.id: "<host>"}
        own |= dict.fromkeys(named, "<foreign>")
        for client, word in ((guest, "guest"), (host, "host")):
            own |= {
                source(client, kind): f"<{word} {kind}>" for kind in ("microphone", "camera", "screen", "screenAudio")
            }
        own[str(room)] = "<room>"
        text = repr((answers, guest.events))
        for other in clients:
            assert other.id not in re.sub("|".join(map(re.escape, named)), "", text), "nobody's id reaches him"
        assert "Anden" not in text
        whole: list[Any] = told([list(one) if isinstance(one, tuple) else one for one in answers], own)
        return whole + settled(told(guest.events, own))


def settled(events: list[dict[str, Any]]) -> list[Any]:
    """States are told by their latest value only, and how many of them are told depends on how fast the socket is."""
    states = {get_type(kind) for kind in get_args(m.Document)} | {"bindings", "speakers", "bandwidth"}
    latest = {event["type"]: event for event in events if event["type"] in states}
    return [event for event in events if event["type"] not in states] + [latest[kind] for kind in sorted(latest)]


def get_type(kind: type) -> str:
    return str(struct_of(kind).tag)


def without_maximum(transcript: list[Any]) -> str:
    return re.sub(r"'maximum': \d+", "", repr(transcript))


@pytest.mark.parametrize("visibility", ["hosts", "spotlight"])
async def test_private_guest_receives_the_same_with_nobody_and_with_twenty(server: Server, visibility: str) -> None:
    alone = await transcript_of_guest(server, 0, visibility, ["p2222222222a", "p2222222222b"])
    among = await transcript_of_guest(server, OTHERS, visibility, [])
    assert without_maximum(among) == without_maximum(alone)
