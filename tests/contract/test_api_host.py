"""What a host in the call asks over REST with his join token: what is booked, links for others, a diagnosis."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api import problem
from tests.contract.test_api_meetings import AARHUS, at, book, entered, opened, sent
from tests.fakes.signalling_server import connected
from vdxmedia.cli import app
from vdxmedia.hub import diagnoses
from vdxmedia.hub.diagnoses import CODE_SIGNS, Diagnosis, StoredDiagnosis
from vdxmedia.store.diagnoses import DiagnosisRows

LINKS = "/api/v1/room-invitations"
DIAGNOSIS: dict[str, Any] = {
    "browser": "chrome", "browserVersion": 141, "system": "android", "device": "phone", "isEmbedded": False,
    "inCallS": 65, "media": "connected", "isSignallingLost": False, "isAudioBlocked": False, "way": "relayTls",
    "roundTripMs": 48, "jitterMs": 3, "lossDown": 0.015, "lossUp": None, "sendKbps": 812, "receiveKbps": 1490,
    "availableKbps": None, "audioCodec": "opus", "videoCodec": "VP8", "sentWidth": 640, "sentHeight": 360,
    "sentFps": 24, "limitedBy": "bandwidth", "cameras": 2, "microphones": 1, "speakers": 0, "isCameraOn": True,
    "isMicrophoneOn": False, "cameraTrouble": None, "microphoneTrouble": "deviceBusy",
}  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as running:
        await running.server.seed([AARHUS])
        yield running


async def booked(server: AssembledServer, **changes: Any) -> tuple[dict[str, Any], str, str]:
    """A meeting that has begun, and the join tokens of a host and of a guest."""
    made = await book(server, startTime=at(5), endTime=at(60), **changes)
    host = await opened(server, invitation=made["hostUrl"].partition("#")[2])
    guest = await opened(server, invitation=made["guestUrl"].partition("#")[2])
    return made, host["token"], guest["token"]


async def host_of(server: AssembledServer, path: str, name: str) -> str:
    """The join token of a personal link."""
    link, _ = await sent(server, "POST", path, {"role": "host", "name": name}, status=201)
    return str((await opened(server, invitation=link["url"].partition("#")[2]))["token"])


async def asked(
    server: AssembledServer, method: str, path: str, key: str, body: object = None, *, status: int = 200
) -> Any:
    raw = None if body is None else json.dumps(body).encode()
    async with server.raw(method, path, raw, key=key) as answer:
        told = await answer.read()
        assert answer.status == status, told
        return json.loads(told) if told else None


async def test_host_who_was_made_a_guest_has_a_guests_token_whatever_it_says(server: AssembledServer) -> None:
    made = await book(server, startTime=at(5), endTime=at(60))
    path = f"/api/v1/meetings/{made['uuid']}/invitations"
    chair_token, token = [await host_of(server, path, name) for name in ("Bo", "Anna")]
    ways = ("room-details", "room-devices", "room-invitations", "attendance", "room-clips", "room-messages")
    async with connected(server, chair_token) as chair, connected(server, token) as anna:
        await chair.join("Bo")
        renewed = (await anna.join("Anna"))["token"]
        for key in (token, renewed):
            for way in ways:
                await asked(server, "GET", f"/api/v1/{way}", key)
        assert await chair.command("setRole", participantId=anna.id, role="guest") == {"type": "done"}
        for key in (token, renewed):
            for way in (*ways, "waiting-pictures"):
                await asked(server, "GET", f"/api/v1/{way}", key, status=403)
            await asked(server, "POST", LINKS, key, {"name": "Otto"}, status=403)
        assert (await anna.command("leave")) == {"type": "done"}
        for key in (token, renewed):
            await asked(server, "GET", "/api/v1/room-details", key, status=403)
        await asked(server, "GET", "/api/v1/room-details", chair_token)


# ── what is booked ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_host_sees_what_is_booked_and_who_is_expected(server: AssembledServer) -> None:
    made, host, guest = await booked(server)
    people = f"/api/v1/meetings/{made['uuid']}/invitations"
    await sent(server, "POST", people, {"name": "Lone", "function": "tolk"}, status=201)
    await sent(server, "POST", people, {"name": "Dr. Holm", "role": "host", "organisation": "Region"}, status=201)
    told = await asked(server, "GET", "/api/v1/room-details", host)
    assert (told["isBooked"], told["subject"], told["organisation"]) == (True, "Psykiatrisk samtale", "Aarhus Kommune")
    assert told["helpLine"] == "87 65 43 21"
    assert datetime.fromisoformat(told["endsAt"]) - datetime.fromisoformat(told["startsAt"]) == timedelta(minutes=55)
    assert [(one["role"], one["name"], one["function"]) for one in told["expected"]] == [
        ("host", "Dr. Holm", ""),
        ("guest", "Lone", "tolk"),
    ]
    assert "#" not in json.dumps(told)
    async with server.get("/api/v1/room-details", key=guest) as answer:
        await problem(answer, 403, "not_permitted")


async def test_room_that_nobody_booked_tells_what_is_known_of_it(server: AssembledServer) -> None:
    room = await server.open_room(subject="Prøve", organisation="Skive")
    host = room["hostUrl"].partition("#t=")[2]
    told = await asked(server, "GET", "/api/v1/room-details", host)
    assert (told["isBooked"], told["subject"], told["organisation"], told["expected"]) == (False, "Prøve", "Skive", [])
    async with server.get(LINKS, key=host) as answer:
        await problem(answer, 404, "meeting_unknown")


async def test_host_sees_what_people_are_in_the_call_with_and_guests_do_not(server: AssembledServer) -> None:
    _, host, guest = await booked(server)
    phone = "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36"
    async with (
        connected(server, guest, headers={"User-Agent": phone}) as bent,
        connected(server, host, headers={"User-Agent": "curl/8.5"}) as anna,
    ):
        await anna.join("Anna")
        await bent.join("Bent")
        told = await asked(server, "GET", "/api/v1/room-devices", host)
        assert told == {"people": [{"participantId": bent.id, "kind": "phone", "browser": "chrome"}]}
        assert "SM-S911B" not in json.dumps([anna.joined, anna.events, bent.joined])
    async with server.get("/api/v1/room-devices", key=guest) as answer:
        await problem(answer, 403, "not_permitted")


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_host_makes_a_link_for_one_person_and_takes_it_back(server: AssembledServer) -> None:
    made, host, guest = await booked(server)
    link = await asked(server, "POST", LINKS, host, {"name": "Lone", "function": "tolk"}, status=201)
    assert link["qr"].startswith("<svg")
    token = link["url"].partition("#")[2]
    entrance = await entered(server, invitation=token)
    assert (entrance["state"], entrance["invitation"]["role"], entrance["invitation"]["name"]) == (
        "open",
        "guest",
        "Lone",
    )
    listed = await asked(server, "GET", LINKS, host)
    assert listed["shortUrl"] == made["shortUrl"]
    assert [(one["id"], one["name"], one["function"]) for one in listed["invitations"]] == [
        (link["id"], "Lone", "tolk")
    ]
    assert token not in json.dumps(listed)
    await asked(server, "DELETE", f"{LINKS}/{link['id']}", host, status=204)
    assert (await entered(server, invitation=token))["state"] == "unknown"
    for method, body in (("GET", None), ("POST", b"{}")):
        async with server.raw(method, LINKS, body, key=guest) as answer:
            await problem(answer, 403, "not_permitted")


async def test_links_of_hosts_and_of_everybody_are_not_a_hosts_to_revoke(server: AssembledServer) -> None:
    made, host, _ = await booked(server)
    people = f"/api/v1/meetings/{made['uuid']}/invitations"
    doctor, _ = await sent(server, "POST", people, {"name": "Dr. Holm", "role": "host"}, status=201)
    for name in (doctor["id"], "host", "guest", "nothing"):
        async with server.raw("DELETE", f"{LINKS}/{name}", key=host) as answer:
            await problem(answer, 404, "invitation_unknown")
    assert (await asked(server, "GET", LINKS, host))["invitations"] == []


# ── diagnoses ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_diagnosis_is_kept_under_a_code_that_can_be_said(server: AssembledServer) -> None:
    room = await server.open_room()
    guest = room["guestUrl"].partition("#t=")[2]
    kept = await asked(server, "POST", "/api/v1/diagnoses", guest, DIAGNOSIS, status=201)
    assert len(kept["code"]) == 4
    assert set(kept["code"]) <= set(CODE_SIGNS)
    for said in (kept["code"], kept["code"].lower(), f"{kept['code'][:2]}%20{kept['code'][2:]}"):
        told, _ = await sent(server, "GET", f"/api/v1/diagnoses/{said}", status=200)
        assert told["diagnosis"] == DIAGNOSIS
    week = datetime.fromisoformat(told["expiresAt"]) - datetime.fromisoformat(told["madeAt"])
    assert week == timedelta(days=7)
    assert room["roomId"] not in json.dumps(told)
    async with server.get(f"/api/v1/diagnoses/{kept['code']}", key=guest) as answer:
        await problem(answer, 401, "key_invalid")


async def test_diagnosis_has_no_place_for_anything_else(server: AssembledServer) -> None:
    guest = (await server.open_room())["guestUrl"].partition("#t=")[2]
    wrong = (
        {"name": "Bo"},
        {"browser": "Bo Jensen"},
        {"roundTripMs": -1},
        {"cameras": 100},
        {"way": ""},
        {"lossUp": 2},
    )
    for change in wrong:
        async with server.raw(
            "POST", "/api/v1/diagnoses", json.dumps(DIAGNOSIS | change).encode(), key=guest
        ) as answer:
            await problem(answer, 422, "validation_failed")


async def test_one_room_cannot_fill_the_store_with_diagnoses(server: AssembledServer) -> None:
    guest = (await server.open_room())["guestUrl"].partition("#t=")[2]
    for _ in range(10):
        await asked(server, "POST", "/api/v1/diagnoses", guest, DIAGNOSIS, status=201)
    async with server.raw("POST", "/api/v1/diagnoses", json.dumps(DIAGNOSIS).encode(), key=guest) as answer:
        await problem(answer, 429, "rate_limited")


async def test_code_that_nobody_was_given_leads_nowhere(server: AssembledServer) -> None:
    for said, status, code in (("2222", 404, "diagnosis_unknown"), ("K7P", 422, "validation_failed")):
        async with server.get(f"/api/v1/diagnoses/{said}") as answer:
            await problem(answer, status, code)


async def test_diagnoses_go_when_they_are_old_or_too_many(server: AssembledServer) -> None:
    rows = DiagnosisRows(server.server.database.units)
    facts = msgspec.convert(DIAGNOSIS, Diagnosis)

    async def put(code: str, made_at: int) -> bool:
        one = StoredDiagnosis(code=code, made_at=made_at, diagnosis=facts)
        return await rows.add(one, made_before=10**6, most=3)

    assert [await put(code, 10**6 + index) for index, code in enumerate(("AAAA", "BBBB", "CCCC"))] == [True] * 3
    assert await put("CCCC", 10**6 + 9) is False
    assert await put("DDDD", 10**6 + 4)
    found = [await rows.by_code(code) is not None for code in ("AAAA", "BBBB", "CCCC", "DDDD")]
    assert found.count(True) <= 3
    assert found[3]
    assert not found[0]
    await rows.add(StoredDiagnosis(code="EEEE", made_at=2 * 10**9, diagnosis=facts), made_before=10**9, most=3)
    assert [await rows.by_code(code) is not None for code in ("CCCC", "DDDD", "EEEE")] == [False, False, True]


async def test_operator_reads_a_diagnosis_on_the_command_line(server: AssembledServer) -> None:
    guest = (await server.open_room())["guestUrl"].partition("#t=")[2]
    kept = await asked(server, "POST", "/api/v1/diagnoses", guest, DIAGNOSIS, status=201)
    environment = {"VDX_STORE_URL": server.server.settings.store.url}
    told = await asyncio.to_thread(CliRunner().invoke, app, ["diagnosis", kept["code"].lower()], env=environment)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["diagnosis"] == DIAGNOSIS
    wrong = await asyncio.to_thread(CliRunner().invoke, app, ["diagnosis", "0OI1"], env=environment)
    assert wrong.exit_code == 2
    assert "K7PX" in wrong.stderr


def test_every_code_drawn_can_be_read_back() -> None:
    assert all(diagnoses.plain_code(code := diagnoses.new_code()) == code for _ in range(100))
