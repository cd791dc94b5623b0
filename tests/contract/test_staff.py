"""The staff page's session against the assembled server: what it opens, what is refused, and what a day shows."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from yarl import URL

from tests.contract.assembled import AssembledServer, assembled
from tests.patience import PATIENCE_S
from vdxmedia import credentials
from vdxmedia.api.staff import HEADER, SESSION
from vdxmedia.assembly import development
from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.clients import StaffLink
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotFound
from vdxmedia.hub.clients import secret_hash
from vdxmedia.ids import RoomId
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.clients import StoredClients

OWN = {HEADER: "1", "Sec-Fetch-Site": "same-origin"}
COOKIE = "vdx_staff"
EVERYTHING = Caller(organisation="", roles=frozenset({CallerRole.PROVISIONER_USER}))


class Staff:
    """A browser with cookies, at the assembled server."""

    def __init__(self, server: AssembledServer) -> None:
        self.server = server
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] = OWN,
        code: str = "",
    ) -> Any:
        raw = {} if body is None else {"data": json.dumps(body), "headers": {"Content-Type": "application/json"}}
        sent = {**headers, **raw.pop("headers", {})}
        async with self.http.request(
            method, self.server.url + path, headers=sent, allow_redirects=False, **raw
        ) as answer:
            told = await answer.read()
            assert answer.status == status, told
            self.answer = answer
            found = json.loads(told) if told and "json" in answer.content_type else told
            if code:
                assert found["code"] == code
            return found

    @property
    def token(self) -> str:
        cookie = self.http.cookie_jar.filter_cookies(URL(self.server.url)).get(COOKIE)
        return "" if cookie is None else cookie.value


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as running:
        await running.server.seed(development.ORGANISATIONS)
        yield running


@pytest.fixture
async def staff(server: AssembledServer) -> AsyncIterator[Staff]:
    browser = Staff(server)
    yield browser
    await browser.http.close()


def times(begins_in_minutes: float) -> dict[str, str]:
    begins = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=begins_in_minutes)
    return {"startTime": begins.isoformat(), "endTime": (begins + timedelta(minutes=30)).isoformat()}


async def book(staff: Staff) -> dict[str, Any]:
    made: dict[str, Any] = await staff.ask("POST", "/api/v1/meetings", {"subject": "Samtale", **times(0)}, status=201)
    return made


async def first_of_today(staff: Staff) -> dict[str, Any]:
    """As soon as its room is there: from then on nothing changes by itself."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            day = await staff.ask("GET", "/api/v1/days/today")
            first: dict[str, Any] = day["meetings"][0]
            if first["status"] == "PROVISIONED_OK":
                return first
            await asyncio.sleep(0.02)


async def test_development_signs_in_by_one_click_and_the_same_rest_works_with_the_cookie(staff: Staff) -> None:
    assert await staff.ask("GET", SESSION) == {"way": "development", "person": None}
    await staff.ask("GET", "/api/v1/days/today", status=401, code="token_missing")
    person = (await staff.ask("POST", SESSION))["person"]
    assert (person["organisation"], person["organisationName"]) == ("dev", "Udviklerkommunen")
    put = staff.answer.headers["Set-Cookie"]
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=Strict", put), put
    assert (await staff.ask("GET", SESSION))["person"] == person
    made = await book(staff)
    shown = await first_of_today(staff)
    assert shown["uuid"] == made["uuid"]
    assert (shown["waiting"], shown["hosts"], shown["guests"]) == ([], 0, 0)
    tag = staff.answer.headers["ETag"]
    await staff.ask("GET", "/api/v1/days/today", headers={**OWN, "If-None-Match": tag}, status=304)
    await staff.ask("GET", f"/staff/meetings/{made['uuid']}", headers={}, status=303)
    assert staff.server.url + staff.answer.headers["Location"] == made["hostUrl"]
    assert (await staff.ask("DELETE", SESSION)) == {"continueAt": ""}
    assert staff.token == ""
    assert (await staff.ask("GET", SESSION))["person"] is None


@pytest.mark.parametrize("bound", ["address", "organisation"])
async def test_sessions_count_for_their_address_and_organisation_and_are_told_when_to_come_back(bound: str) -> None:
    async with assembled({f"oauth.{bound}_requests_per_second": "0.2"}) as server:  # a burst of one
        await server.server.seed(development.ORGANISATIONS)
        one, other = Staff(server), Staff(server)
        for browser in (one, other):
            await browser.ask("POST", SESSION)
        await one.ask("GET", "/api/v1/days/today")
        await other.ask("GET", "/api/v1/days/today", status=429, code="rate_limited")
        assert 0 < int(other.answer.headers["Retry-After"]) <= 5
        for browser in (one, other):
            await browser.http.close()


ELSEWHERE: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {HEADER: "0", "Sec-Fetch-Site": "same-origin"},
    {HEADER: "1", "Sec-Fetch-Site": "cross-site"},
    {HEADER: "1", "Sec-Fetch-Site": "same-site"},
    {HEADER: "1", "Sec-Fetch-Site": "none"},
    {HEADER: "1", "Origin": "https://evil.example"},
    {HEADER: "1"},
)


async def test_cookie_of_a_request_that_may_come_from_elsewhere_is_refused(staff: Staff) -> None:
    for headers in ELSEWHERE:
        await staff.ask("POST", SESSION, headers=headers, status=403, code="cross_site")
    await staff.ask("POST", SESSION)
    body = {"subject": "Samtale", **times(5)}
    for headers in ELSEWHERE:
        await staff.ask("POST", "/api/v1/meetings", body, headers=headers, status=403, code="cross_site")
        await staff.ask("DELETE", SESSION, headers=headers, status=403, code="cross_site")
    for headers in ELSEWHERE[:6]:
        await staff.ask("GET", "/api/v1/days/today", headers=headers, status=403, code="cross_site")
    assert (await staff.ask("GET", SESSION))["person"] is not None


async def test_change_from_a_browser_without_fetch_metadata_counts_by_its_origin(staff: Staff) -> None:
    old = {HEADER: "1", "Origin": staff.server.url}
    await staff.ask("POST", SESSION, headers=old)
    await staff.ask("POST", "/api/v1/meetings", {"subject": "Samtale", **times(5)}, headers=old, status=201)
    await staff.ask("GET", "/api/v1/days/today", headers={HEADER: "1"})


async def test_session_that_was_planted_before_the_sign_in_is_worth_nothing(staff: Staff) -> None:
    planted = "x" * 43
    cookie = {"Cookie": f"{COOKIE}={planted}"}
    await staff.ask("POST", SESSION, headers={**OWN, **cookie})
    first = staff.token
    assert first != planted
    for token in (planted, f"{first}; {COOKIE}={first}"):
        async with aiohttp.ClientSession() as other:
            sent = {**OWN, "Cookie": f"{COOKIE}={token}"}
            async with other.get(f"{staff.server.url}/api/v1/days/today", headers=sent) as answer:
                assert answer.status == 401
    await staff.ask("POST", SESSION)  # again: the first session is over
    async with aiohttp.ClientSession() as other:
        sent = {**OWN, "Cookie": f"{COOKIE}={first}"}
        async with other.get(f"{staff.server.url}/api/v1/days/today", headers=sent) as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, "session_ended")


async def test_bearer_token_counts_before_the_cookie(staff: Staff) -> None:
    await staff.ask("POST", SESSION)
    await staff.ask("GET", "/api/v1/days/today", headers={"Authorization": "Bearer wrong"}, status=401)
    bearer = {"Authorization": f"Bearer {await staff.server.client_token()}"}
    await staff.ask("GET", "/api/v1/days/today", headers=bearer)


async def test_meetings_of_other_organisations_are_not_there(staff: Staff) -> None:
    async with staff.server.post(
        "/api/v1/meetings", {"organisation": "dev-hjemmepleje", "subject": "Andres", **times(-1)}
    ) as answer:
        made = await answer.json()
    await staff.ask("POST", SESSION)
    assert (await staff.ask("GET", "/api/v1/days/today"))["meetings"] == []
    uuid = made["uuid"]
    await staff.ask("GET", f"/api/v1/meetings/{uuid}", status=404, code="meeting_unknown")
    await staff.ask("GET", f"/staff/meetings/{uuid}", headers={}, status=303)
    assert staff.answer.headers["Location"] == "/staff#/?problem=meeting_unknown"
    await staff.ask("GET", "/api/v1/days/today?organisation=dev-hjemmepleje", status=403, code="not_permitted")


async def test_link_into_a_room_is_for_the_page_of_this_server(staff: Staff) -> None:
    await staff.ask("POST", SESSION)
    made = await book(staff)
    await staff.ask("GET", f"/staff/meetings/{made['uuid']}", headers={"Sec-Fetch-Site": "cross-site"}, status=303)
    assert staff.answer.headers["Location"] == "/staff#/?problem=cross_site"
    await staff.ask("GET", "/staff/meetings/none", headers={}, status=303)
    assert staff.answer.headers["Location"] == "/staff#/?problem=meeting_unknown"


async def test_sms_is_sent_once_more_to_whom_it_went_without_telling_the_number(staff: Staff) -> None:
    await staff.ask("POST", SESSION)
    made = await book(staff)
    path = f"/api/v1/meetings/{made['uuid']}/messages"
    (first,) = (await staff.ask("POST", path, {"to": "20 12 34 56"}, status=201))["messages"]
    (again,) = (await staff.ask("POST", f"{path}/{first['reference']}/again", status=201))["messages"]
    assert again["to"] == first["to"] == "+45 •• •• •• 56"
    assert again["reference"] != first["reference"]
    assert len((await staff.ask("GET", path))["messages"]) == 2
    await staff.ask("POST", f"{path}/nothing/again", status=404, code="not_found")
    other = await book(staff)
    elsewhere = f"/api/v1/meetings/{other['uuid']}/messages/{first['reference']}/again"
    await staff.ask("POST", elsewhere, status=404, code="not_found")


TEMPLATE = {
    "name": "Hold på nettet",
    "isDefault": True,
    "lobby": "knock",
    "mode": "training",
    "guestPinRequired": True,
    "guestsMuted": True,
    "guestsMayShare": False,
    "opensBeforeMinutes": 30,
    "maxParticipants": 12,
    "endsOnTime": True,
}


async def test_template_is_made_changed_obeyed_by_rooms_and_withdrawn(staff: Staff) -> None:
    await staff.ask("POST", SESSION)
    made = await staff.ask("POST", "/api/v1/templates", TEMPLATE, status=201)
    assert made == {**TEMPLATE, "id": made["id"]}
    second = await staff.ask("POST", "/api/v1/templates", {"name": "Samtale", "isDefault": True}, status=201)
    listed = (await staff.ask("GET", "/api/v1/templates"))["templates"]
    assert [(one["name"], one["isDefault"]) for one in listed] == [("Hold på nettet", False), ("Samtale", True)]
    booked = await staff.ask(
        "POST", "/api/v1/meetings", {"subject": "Hold", "template": made["id"], **times(-1)}, status=201
    )
    assert len(booked["guestPin"]) == 4
    settings = await _live(staff, booked["uuid"])
    assert (settings.mode, settings.lobby, settings.maximum) == ("training", "knock", 12)
    assert (settings.host_layout, settings.guests_may_unmute) == ("", False)
    path = f"/api/v1/templates/{second['id']}"
    changed = await staff.ask("PUT", path, {"name": " Samtale 2 "})
    assert (changed["name"], changed["isDefault"], changed["lobby"]) == ("Samtale 2", False, "untilHost")
    await staff.ask("DELETE", path, status=204)
    await staff.ask("PUT", path, {"name": "x"}, status=404, code="not_found")
    await staff.ask("DELETE", "/api/v1/templates/x", status=404, code="not_found")
    await staff.ask("POST", "/api/v1/templates", {"name": ""}, status=422, code="validation_failed")


async def _live(staff: Staff, uuid: str) -> RoomSettings:
    """Of the meeting's room, as soon as it is there."""
    server = staff.server.server
    async with asyncio.timeout(PATIENCE_S):
        while True:
            room, _ = await server.bookings.room(EVERYTHING, UUID(uuid))
            with contextlib.suppress(NotFound):
                return server.registry.settings_of(RoomId(room.room_id))
            await asyncio.sleep(0.02)


INVITATION = "i" * 43


async def invite(server: AssembledServer, token: str = INVITATION, *, hours: float = 72) -> None:
    """As `vdxmedia admin invite` does, which has a store of its own."""
    now = int(datetime.now(UTC).timestamp())
    link = StaffLink(
        token_hash=secret_hash(token),
        email="anna@aarhus.dk",
        organisation=development.ORGANISATION,
        created_at=now,
        expires_at=now + int(hours * 3600),
    )
    note = note_of(link.organisation, None, AuditOperation.CREATE, "admin-invitation", link.token_hash[:16], now)
    await StoredClients(server.server.database.units).invite(link, note, credentials.for_development().sealer)


async def test_link_of_an_invited_administrator_works_once(staff: Staff) -> None:
    shown = {"invitation": INVITATION, "password": "fire katte på taget"}
    await invite(staff.server)
    await staff.ask("POST", SESSION, shown, headers={}, status=403, code="cross_site")
    await staff.ask("POST", SESSION, {**shown, "invitation": "x" * 43}, status=404, code="invitation_unknown")
    begun = await staff.ask("POST", SESSION, shown)
    assert (begun["person"]["email"], begun["person"]["organisation"]) == ("anna@aarhus.dk", development.ORGANISATION)
    assert begun["person"]["roles"] == [CallerRole.ADMIN.value]
    await staff.ask("POST", "/api/v1/templates", {"name": "Samtale"}, status=201)
    await staff.ask("POST", SESSION, shown, status=404, code="invitation_unknown")
    log = AuditLog(staff.server.server.database.units, credentials.for_development().sealer)
    today = datetime.now(UTC).date().isoformat()
    lines = [line async for line in log.entries(development.ORGANISATION, today)]
    used = [line for line in lines if line.entry.resource == "admin-invitation"]
    assert [(line.entry.operation.value, line.entry.address, line.email) for line in used] == [
        ("create", "", None),
        ("update", "127.0.0.1", "anna@aarhus.dk"),
    ]


async def test_invitation_that_is_over_signs_nobody_in(staff: Staff) -> None:
    await invite(staff.server, hours=0)
    shown = {"invitation": INVITATION, "password": "fire katte på taget"}
    await staff.ask("POST", SESSION, shown, status=404, code="invitation_unknown")
