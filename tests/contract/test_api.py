"""REST over a real socket against the assembled server."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.contract.assembled import AssembledServer, assembled
from vdxmedia.api.resources import RoomRequest
from vdxmedia.conference.settings import RoomSettings

ROOM = {
    "subject": "Samtale om hjemmepleje",
    "organisation": "Testkommune",
    "helpLine": "70 12 34 56",
    "mode": "training",
    "floorPolicy": "moderated",
    "guestVisibility": "hosts",
    "maximum": 12,
    "codec": "H264",
}


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled() as running:
        yield running


def claims_of(url: str) -> dict[str, Any]:
    token = url.partition("#t=")[2]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


async def problem(answer: aiohttp.ClientResponse, status: int, code: str) -> dict[str, Any]:
    """Asserts that the answer is a problem document and gives it."""
    body: dict[str, Any] = await answer.json(content_type=None)
    assert (answer.status, body.get("code")) == (status, code), body
    assert answer.content_type == "application/problem+json"
    assert body["status"] == status
    assert body["type"] == f"urn:vdxmedia:problem:{code}"
    assert set(body) <= {"type", "title", "status", "code", "detail", "field", "retryAfter"}
    return body


async def test_room_opened_has_links_and_what_was_stored(server: AssembledServer) -> None:
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    times = {"opensAt": opens.isoformat(), "closesAt": (opens + timedelta(hours=2)).isoformat()}
    async with server.post("/api/v1/rooms", ROOM | times) as answer:
        assert answer.status == 201
        assert answer.headers["Cache-Control"] == "no-store"
        made = await answer.json()
    room = made["roomId"]
    assert {key: made[key] for key in ROOM} == ROOM
    assert datetime.fromisoformat(made["opensAt"]) == opens
    assert datetime.fromisoformat(made["linksExpireAt"]) == opens + timedelta(hours=2)
    for link, role in ((made["hostUrl"], "host"), (made["guestUrl"], "guest")):
        assert link.startswith(f"{server.url}/r/{room}#t=")
        claims = claims_of(link)
        assert claims["vdx"]["role"] == role
        assert claims["video"]["room"] == room
        assert claims["exp"] == (opens + timedelta(hours=2)).timestamp()
    async with server.get(f"/api/v1/rooms/{room}") as answer:
        shown = await answer.json()
    assert shown == {key: made[key] for key in shown}
    assert shown["participants"] == 0
    assert "hostUrl" not in shown


async def test_room_with_nothing_said_gets_defaults_and_links_for_a_day(server: AssembledServer) -> None:
    async with server.post("/api/v1/rooms", {}) as answer:
        made = await answer.json()
    assert (made["mode"], made["floorPolicy"], made["guestVisibility"]) == ("meeting", "free", "all")
    assert (made["codec"], made["maximum"], made["closesAt"]) == ("VP8", 50, None)
    expires = datetime.fromisoformat(made["linksExpireAt"]) - datetime.now(UTC)
    assert timedelta(hours=23) < expires <= timedelta(hours=24)


async def test_time_with_another_zone_is_the_same_moment(server: AssembledServer) -> None:
    async with server.post("/api/v1/rooms", {"closesAt": "2027-06-01T10:30:00+02:00"}) as answer:
        made = await answer.json()
    assert made["closesAt"] == "2027-06-01T08:30:00Z"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": "x" * 201}, "$.subject"),
        ({"subject": 7}, "$.subject"),
        ({"subject": "line\nbreak"}, "$.subject"),
        ({"subject": "turned \u202e around"}, "$.subject"),
        ({"organisation": "line\u2028break"}, "$.organisation"),
        ({"helpLine": "70\x9b12"}, "$.helpLine"),
        ({"organisation": None}, "$.organisation"),
        ({"helpLine": "1" * 41}, "$.helpLine"),
        ({"mode": "party"}, "$.mode"),
        ({"floorPolicy": "open"}, "$.floorPolicy"),
        ({"guestVisibility": "none"}, "$.guestVisibility"),
        ({"maximum": 0}, "$.maximum"),
        ({"maximum": 1_101}, "$.maximum"),
        ({"maximum": 1.5}, "$.maximum"),
        ({"codec": "HEVC"}, "$.codec"),
        ({"opensAt": "2027-06-01T10:30:00"}, "$.opensAt"),
        ({"opensAt": "tomorrow"}, "$.opensAt"),
        ({"opensAt": 1_900_000_000}, "$.opensAt"),
        ({"opensAt": "2400-01-01T00:00:00Z"}, "$.opensAt"),
        ({"opensAt": "9999-12-31T23:59:59Z"}, "$.opensAt"),
        ({"opensAt": "0001-01-01T00:00:00+14:00"}, "$.opensAt"),
        ({"closesAt": "2020-01-01T00:00:00Z"}, "$.closesAt"),
        ({"closesAt": "2400-01-01T00:00:00Z"}, "$.closesAt"),
        ({"opensAt": "2027-06-01T10:30:00Z", "closesAt": "2027-06-01T10:30:00Z"}, "$.closesAt"),
        ({"closeAt": "2027-06-01T10:30:00Z"}, "$.closeAt"),
    ],
)
async def test_room_with_a_wrong_field_is_refused_with_its_path(
    server: AssembledServer, changes: dict[str, Any], field: str
) -> None:
    async with server.post("/api/v1/rooms", ROOM | changes) as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"] == field


async def test_body_that_is_no_room_is_refused(server: AssembledServer) -> None:
    for raw in (b"", b"{", b"\xff\xfe"):
        async with server.raw("POST", "/api/v1/rooms", raw) as answer:
            await problem(answer, 400, "bad_message")
    for raw in (b"[]", b"null", b'"x"', b"7", b"[" * 5000):
        async with server.raw("POST", "/api/v1/rooms", raw) as answer:
            assert (await problem(answer, 422, "validation_failed"))["field"] == "$"


async def test_body_too_large_or_of_another_type_is_refused(server: AssembledServer) -> None:
    async with server.raw("POST", "/api/v1/rooms", b" " * 70_000 + b"{}") as answer:
        await problem(answer, 413, "message_too_large")
    async with server.raw("POST", "/api/v1/rooms", b"{}", content_type="text/plain") as answer:
        await problem(answer, 415, "media_type_unsupported")


async def test_key_absent_or_wrong_is_refused_before_the_body_is_read(server: AssembledServer) -> None:
    async with server.raw("POST", "/api/v1/rooms", b"{", key=None) as answer:
        await problem(answer, 401, "key_missing")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    async with server.raw("POST", "/api/v1/rooms", b"{", key="wrong") as answer:
        await problem(answer, 401, "key_invalid")


async def test_join_token_is_no_api_key(server: AssembledServer) -> None:
    token = (await server.open_room())["hostUrl"].partition("#t=")[2]
    async with server.raw("POST", "/api/v1/rooms", b"{}", key=token) as answer:
        await problem(answer, 401, "key_invalid")


async def test_room_unknown_path_unknown_and_wrong_method_are_told_apart(server: AssembledServer) -> None:
    async with server.get("/api/v1/rooms/nosuchroom22") as answer:
        await problem(answer, 404, "room_unknown")
    async with server.get("/api/v1/nothing") as answer:
        await problem(answer, 404, "not_found")
    async with server.raw("PUT", "/api/v1/rooms", b"{}") as answer:
        await problem(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == "POST"


async def test_room_closed_is_gone(server: AssembledServer) -> None:
    room = (await server.open_room())["roomId"]
    async with server.delete(f"/api/v1/rooms/{room}") as answer:
        assert answer.status == 204
    async with server.delete(f"/api/v1/rooms/{room}") as answer:
        await problem(answer, 404, "room_unknown")
    async with server.post(f"/api/v1/rooms/{room}/tokens", {}) as answer:
        await problem(answer, 404, "room_unknown")


async def test_token_minted_says_what_was_asked(server: AssembledServer) -> None:
    room = (await server.open_room())["roomId"]
    asked = {
        "role": "host",
        "name": "  Åse \u202e Bø ",
        "organisation": "Region\nTest",
        "function": "læge",
        "identity": "journal-7",
        "canPublishSources": ["microphone"],
        "canSubscribe": False,
        "ttl": 60,
    }
    async with server.post(f"/api/v1/rooms/{room}/tokens", asked) as answer:
        assert answer.status == 201
        made = await answer.json()
    claims = claims_of(made["url"])
    assert made["url"] == f"{server.url}/r/{room}#t={made['token']}"
    assert (claims["name"], claims["sub"], made["identity"]) == ("Åse Bø", "journal-7", "journal-7")
    assert claims["vdx"] == {
        "role": "host",
        "organisation": "Region Test",
        "function": "læge",
        "film": False,
        "note": None,
        "knocks": False,
    }
    assert claims["video"] == {
        "room": room,
        "roomJoin": True,
        "canPublish": True,
        "canPublishSources": ["microphone"],
        "canSubscribe": False,
    }
    assert 58 <= claims["exp"] - datetime.now(UTC).timestamp() <= 61


async def test_links_without_a_lifetime_of_their_own_last_with_the_room(server: AssembledServer) -> None:
    closes = datetime.now(UTC) + timedelta(hours=1)
    made = await server.open_room(closesAt=closes.isoformat())
    async with server.post(f"/api/v1/rooms/{made['roomId']}/tokens", {"role": "guest"}) as answer:
        minted = await answer.json()
    for url in (made["hostUrl"], made["guestUrl"], minted["url"]):
        claims = claims_of(url)
        assert (claims["vdx"]["untilRoomCloses"], claims["exp"]) == (True, int(closes.timestamp()))


async def test_token_with_nothing_said_is_a_new_guest_with_all_sources(server: AssembledServer) -> None:
    room = (await server.open_room())["roomId"]
    identities = set()
    for _ in range(2):
        async with server.post(f"/api/v1/rooms/{room}/tokens", {}) as answer:
            made = await answer.json()
        claims = claims_of(made["url"])
        identities.add(claims["sub"])
        assert claims["vdx"]["role"] == "guest"
        assert claims["name"] is None
        assert len(claims["video"]["canPublishSources"]) == 4
    assert len(identities) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "admin"}, "$.role"),
        ({"name": " "}, "$.name"),
        ({"name": "\u200b\u202e"}, "$.name"),
        ({"name": "x" * 81}, "$.name"),
        ({"canPublishSources": ["thoughts"]}, "$.canPublishSources[0]"),
        ({"canPublishSources": ["camera"] * 5}, "$.canPublishSources"),
        ({"canSubscribe": "yes"}, "$.canSubscribe"),
        ({"ttl": 1}, "$.ttl"),
        ({"ttl": 10**9}, "$.ttl"),
        ({"identity": "x" * 65}, "$.identity"),
        ({"canHear": True}, "$.canHear"),
    ],
)
async def test_token_with_a_wrong_field_is_refused(
    server: AssembledServer, changes: dict[str, Any], field: str
) -> None:
    room = (await server.open_room())["roomId"]
    async with server.post(f"/api/v1/rooms/{room}/tokens", changes) as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"] == field


async def test_key_used_too_often_is_told_when_to_come_back() -> None:
    async with assembled({"api.requests_per_second": "1"}) as server:
        for _ in range(5):
            async with server.get("/api/v1/rooms/x") as answer:
                await problem(answer, 404, "room_unknown")
        async with server.get("/api/v1/rooms/x") as answer:
            refused = await problem(answer, 429, "rate_limited")
            assert 0 < refused["retryAfter"] <= 1
            assert answer.headers["Retry-After"] == "1"


async def test_rooms_beyond_the_limit_are_refused() -> None:
    async with assembled({"limits.rooms": "2"}) as server:
        for _ in range(2):
            await server.open_room()
        async with server.post("/api/v1/rooms", {}) as answer:
            await problem(answer, 503, "rooms_full")


async def test_maximum_of_a_small_server_binds_rooms_and_their_default() -> None:
    async with assembled({"limits.participants_per_room": "7"}) as server:
        assert (await server.open_room())["maximum"] == 7
        async with server.post("/api/v1/rooms", {"maximum": 8}) as answer:
            assert (await problem(answer, 422, "validation_failed"))["field"] == "$.maximum"


EVERY_SETTING = {
    "subject": "Samtale",
    "guestsSeeSubject": False,
    "organisation": "Testkommune",
    "helpLine": "70 12 34 56",
    "mode": "training",
    "floorPolicy": "moderated",
    "maxSpeakers": 2,
    "turnS": 120,
    "hostsExempt": False,
    "showsSpeaker": False,
    "screenPolicy": "queue",
    "guestVisibility": "spotlight",
    "lobby": "knock",
    "admitters": ["Testkommune"],
    "lastHost": "end",
    "guestMicrophone": "muted",
    "guestsMayUnmute": False,
    "hostLayout": "one_main_seven_pips",
    "guestLayout": "one_main_zero_pips",
    "layoutChoice": "hosts",
    "showsNames": False,
    "presenterIsMain": True,
    "callType": 30,
    "chat": "hosts",
    "privateChat": False,
    "attendance": True,
    "maximum": 12,
    "quality": "sd",
}


PINS = {"hostPin": "135790", "guestPin": "2468"}


async def test_every_setting_can_be_given_and_changed(server: AssembledServer) -> None:
    opens, closes = (datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours) for hours in (-1, 1))
    times = {"opensAt": opens.isoformat(), "closesAt": closes.isoformat()}
    all_settings = {one.encode_name for one in msgspec.structs.fields(RoomRequest)}
    assert {one.name for one in msgspec.structs.fields(RoomRequest)} == set(RoomSettings.__struct_fields__)
    assert all_settings == {*EVERY_SETTING, *PINS, *times, "codec"}
    opened = await server.open_room(**EVERY_SETTING, **PINS, **times, codec="H264")
    assert {name: opened[name] for name in EVERY_SETTING} == EVERY_SETTING
    assert opened["codec"] == "H264"
    assert [datetime.fromisoformat(opened[name]) for name in times] == [opens, closes]
    assert (opened["hasHostPin"], opened["hasGuestPin"]) == (True, True)
    plain = await server.open_room()
    settings = server.server.registry.settings_of(plain["roomId"])
    for name, value in {**EVERY_SETTING, **PINS, **times}.items():
        async with server.patch(f"/api/v1/rooms/{plain['roomId']}", {name: value}) as answer:
            changed = await answer.json()
            assert answer.status == 200, changed
        assert "135790" not in str(changed)
        assert "2468" not in str(changed)
        before, settings = settings, server.server.registry.settings_of(plain["roomId"])
        assert sum(getattr(before, one) != getattr(settings, one) for one in settings.__struct_fields__) == 1, name
    assert {name: changed[name] for name in EVERY_SETTING} == EVERY_SETTING
    assert [datetime.fromisoformat(changed[name]) for name in times] == [opens, closes]
    assert (settings.host_pin, settings.guest_pin) == ("135790", "2468")
    async with server.patch(f"/api/v1/rooms/{plain['roomId']}", {"closesAt": None, "hostPin": ""}) as answer:
        changed = await answer.json()
    assert (changed["closesAt"], changed["hasHostPin"]) == (None, False)


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"lobby": "perhaps"}, "$.lobby"),
        ({"guestPin": "12"}, "$.guestPin"),
        ({"guestPin": "12a4"}, "$.guestPin"),
        ({"maximum": 0}, "$.maximum"),
        ({"maximum": 100_000}, "$.maximum"),
        ({"admitters": [""]}, "$.admitters"),
        ({"codec": "VP9"}, "$"),
        ({"closesAt": "2999-01-01T00:00:00Z"}, "$.closesAt"),
    ],
)
async def test_change_with_a_wrong_field_is_refused_and_changes_nothing(
    server: AssembledServer, patch: dict[str, object], field: str
) -> None:
    room = (await server.open_room())["roomId"]
    before = server.server.registry.settings_of(room)
    async with server.patch(f"/api/v1/rooms/{room}", {"subject": "Andet", **patch}) as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"].startswith(field)
    assert server.server.registry.settings_of(room) == before


async def test_change_of_an_unknown_room_is_told(server: AssembledServer) -> None:
    async with server.patch("/api/v1/rooms/nosuchroom12", {}) as answer:
        assert answer.status == 404
        assert (await answer.json())["code"] == "room_unknown"


async def test_document_describes_every_operation_and_answers_match_it(server: AssembledServer) -> None:
    async with server.get("/api/openapi.json", key=None) as answer:
        document = await answer.json()
    assert document["openapi"] == "3.1.0"
    assert {(path, method) for path, of in document["paths"].items() for method in of} == {
        ("/api/v1/branding", "get"),
        ("/api/v1/branding/own", "get"),
        ("/api/v1/organisations/{code}/pages", "get"),
        ("/api/v1/organisations/{code}/pages", "patch"),
        ("/api/v1/organisations/{code}/branding", "put"),
        ("/api/v1/organisations/{code}/branding/versions", "get"),
        ("/api/v1/organisations/{code}/branding/rollback", "post"),
        ("/api/v1/rooms", "post"),
        ("/api/v1/rooms/{roomId}", "get"),
        ("/api/v1/rooms/{roomId}", "patch"),
        ("/api/v1/rooms/{roomId}", "delete"),
        ("/api/v1/rooms/{roomId}/tokens", "post"),
        ("/api/v1/rooms/{roomId}/statistics", "get"),
        ("/api/v1/rooms/{roomId}/attendance", "get"),
        ("/api/v1/rooms/{roomId}/attendance", "delete"),
        ("/api/v1/attendance", "get"),
        ("/api/v1/invitation", "get"),
        ("/api/v1/clips", "get"),
        ("/api/v1/room-clips", "get"),
        ("/api/v1/meetings", "get"),
        ("/api/v1/meetings", "post"),
        ("/api/v1/meetings/{uuid}", "get"),
        ("/api/v1/meetings/{uuid}", "patch"),
        ("/api/v1/meetings/{uuid}", "delete"),
        ("/api/v1/meetings/{uuid}/qr.svg", "get"),
        ("/api/v1/meetings/{uuid}/invitation.ics", "get"),
        ("/api/v1/meetings/{uuid}/invitations", "get"),
        ("/api/v1/meetings/{uuid}/invitations", "post"),
        ("/api/v1/meetings/{uuid}/invitations/{invitation}", "delete"),
        ("/api/v1/entrances", "post"),
        ("/api/v1/meetings/{uuid}/messages", "get"),
        ("/api/v1/meetings/{uuid}/messages", "post"),
        ("/api/v1/calls", "post"),
        ("/api/v1/message-texts", "get"),
        ("/api/v1/message-texts", "put"),
        ("/api/v1/room-messages", "get"),
        ("/api/v1/room-messages", "post"),
        ("/api/v1/embedding", "get"),
        ("/api/v1/days/{day}", "get"),
        ("/api/v1/templates", "get"),
        ("/api/v1/templates", "post"),
        ("/api/v1/templates/{id}", "put"),
        ("/api/v1/templates/{id}", "delete"),
        ("/api/v1/echoes", "post"),
        ("/api/v1/meetings/{uuid}/messages/{reference}/again", "post"),
        ("/api/v1/connection-tests", "post"),
        ("/api/v1/call-rating", "post"),
        ("/api/v1/admin/drain", "get"),
        ("/api/v1/admin/drain", "post"),
        ("/api/v1/admin/drain", "delete"),
        ("/api/v1/operator/now", "get"),
        ("/api/v1/operator/stories/{shortId}", "get"),
        ("/api/v1/waiting-picture", "put"),
        ("/api/v1/waiting-pictures", "get"),
        ("/api/v1/room-details", "get"),
        ("/api/v1/room-devices", "get"),
        ("/api/v1/room-invitations", "get"),
        ("/api/v1/room-invitations", "post"),
        ("/api/v1/room-invitations/{invitation}", "delete"),
        ("/api/v1/diagnoses", "post"),
        ("/api/v1/diagnoses/{code}", "get"),
    }
    schemas = document["components"]["schemas"]
    made = await server.open_room()
    assert set(made) == set(schemas["RoomCreated"]["properties"]) == set(schemas["RoomCreated"]["required"])
    assert {"RoomRequest", "RoomResource", "TokenRequest", "TokenCreated", "Problem"} <= set(schemas)
    text = json.dumps(document)
    for name in set(text.split("#/components/schemas/")[1:]):
        assert name.split('"')[0] in schemas
    responses = document["paths"]["/api/v1/rooms"]["post"]["responses"]
    assert {"201", "400", "401", "413", "415", "422", "429", "503"} <= set(responses)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "", "192.0.2.2"]
)
@pytest.mark.parametrize("path", ["/api/v1/rooms/abc", "/", "/socket.io/?EIO=4&transport=websocket"])
async def test_development_server_answers_no_page_that_rebinds_its_name(
    server: AssembledServer, host: str, path: str
) -> None:
    async with server.get(path, headers={"Host": host}) as answer:
        assert answer.status in {400, 403}, await answer.text()


@pytest.mark.parametrize("host", ["localhost", "localhost:7880", "127.0.0.1:1", "[::1]:7880"])
async def test_development_server_answers_this_machine(server: AssembledServer, host: str) -> None:
    async with server.get("/livez", headers={"Host": host}) as answer:
        assert answer.status == 200
