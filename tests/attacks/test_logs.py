"""What the log says of a whole call, at its finest level: ids and roles, and nothing of the people in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.attacks.patched import patched
from tests.attacks.process import Victim, run_victim
from tests.patience import PATIENCE_S
from vdxmedia.assembly import development

HOST, GUEST = "Annagret Testesen", "Bentemand Prøvesen"
SUBJECT, DESCRIPTION = "Psykiatrisk samtale", "Om medicinen"
EMAIL, PHONE = "annagret@kommune.example", "20 98 76 54"
HOST_PIN, GUEST_PIN, WRONG_PIN = "73915508", "64820917", "18273645"
WORDS = "Jeg har ikke sovet i nat"
NOTE = {"phone": "20 11 22 33", "address": "Lærkevej 17", "relative": "Kirsten, 30 44 55 66"}
HERE, THERE, INSIDE = "127.0.0.93", "127.0.0.94", "192.0.2.77"
CANDIDATE = f"a=candidate:1 1 udp 2113937151 {INSIDE} 50000 typ host\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Victim]:
    with run_victim(tmp_path, {"VDX_LOG_LEVEL": "debug", "VDX_LOG_FORMAT": "json"}) as running:
        yield running


async def post(server: Victim, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with server.http() as http, http.post(f"{server.base_url}/api/v1/{path}", json=body) as answer:
        made: dict[str, Any] = await answer.json()
        assert answer.status == 201, made
        return made


async def by_pin(server: Victim, room: str, pin: str) -> bool:
    """Whether it opens the door."""
    client = socketio.AsyncClient(reconnection=False)
    try:
        auth = {"protocol": 1, "token": "", "room": room, "pin": pin}
        await client.connect(server.base_url, auth=auth, transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        return False
    finally:
        await client.disconnect()
    return True


async def test_whole_call_leaves_no_word_about_its_people_in_the_log_at_any_level(server: Victim) -> None:
    booked = {"organisation": development.ORGANISATION, "subject": SUBJECT, "description": DESCRIPTION}
    now = datetime.now(UTC)
    times = {"startTime": now.isoformat(), "endTime": (now + timedelta(hours=1)).isoformat()}
    pins = {"guestPinRequired": True, "guestPin": int(GUEST_PIN), "hostPin": int(HOST_PIN)}
    meeting = await post(server, "meetings", booked | times | pins | {"organizedByEmail": EMAIL})
    await post(server, f"meetings/{meeting['uuid']}/messages", {"to": PHONE})
    room = await server.create_room(subject=SUBJECT, guestPin=GUEST_PIN, hostPin=HOST_PIN)
    link = await post(server, f"rooms/{room['roomId']}/tokens", {"name": GUEST, "emergencyNote": NOTE})
    assert not await by_pin(server, room["roomId"], WRONG_PIN)
    assert await by_pin(server, room["roomId"], GUEST_PIN)
    async with (
        patched(server, room["hostUrl"], HOST, source=HERE) as anna,
        patched(server, f"#t={link['token']}", GUEST, source=THERE) as bent,
    ):
        await anna.connect("microphone", change=lambda sdp: sdp + CANDIDATE)
        await bent.connect("microphone")
        assert await bent.hears(await anna.speak(20, every_s=0.005))
        for command in (
            {"type": "writeChat", "to": "all", "text": WORDS},
            {"type": "typeText", "to": "all", "keep": 0, "text": WORDS},
            {"type": "writeChat", "to": WORDS, "text": WORDS},
            {"type": "offer", "sdp": CANDIDATE, "sources": {}},
            {"type": "join", "name": HOST, "videoSlots": 1},
        ):
            await anna.send(command)
        answers = [one.answer for one in (anna, bent) if one.answer is not None]
        own = [anna.ufrag, anna.pwd, bent.ufrag, bent.pwd, *(one.answer_sdp for one in (anna, bent))]
        own += [word for one in answers for word in (one.ufrag, one.pwd)]
        assert (await bent.send({"type": "leave"}))["type"] != "error"
    async with asyncio.timeout(PATIENCE_S):
        while server.said().count('"call_ended"') < 2:
            await asyncio.sleep(0.1)

    said = server.said()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {"debug", "info"} <= {line["level"] for line in lines}, "nothing was told, so nothing was seen"
    logged = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    links = [*(room[name] for name in ("hostUrl", "guestUrl")), meeting["hostUrl"], meeting["guestUrl"]]
    tokens = [link["token"], *(one.partition("#")[2].removeprefix("t=") for one in links)]
    numbers = [PHONE, NOTE["phone"], "30 44 55 66"]
    secrets = {
        "names": [HOST, GUEST, *HOST.split(), *GUEST.split(), "Kirsten"],
        "telephone": [*numbers, *(number.replace(" ", "") for number in numbers)],
        "e-mail": [EMAIL, EMAIL.partition("@")[0]],
        "addresses": [HERE, THERE, INSIDE, NOTE["address"]],
        "subject": [SUBJECT, DESCRIPTION, *SUBJECT.split()],
        "tokens": [*tokens, *(token.rpartition(".")[2] for token in tokens), server.key],
        "PINs": [HOST_PIN, GUEST_PIN, WRONG_PIN],
        "text": [WORDS, "sovet"],
        "SDP": ["a=candidate", "a=ice-", "m=audio", json.dumps("v=0\r\n")[1:-1], *own],
    }
    assert all(one for told in secrets.values() for one in told)
    found = {kind: [one for one in told if one.lower() in logged.lower()] for kind, told in secrets.items()}
    assert {kind: told for kind, told in found.items() if told} == {}
