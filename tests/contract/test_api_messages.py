"""SMS over the APIs against the assembled server: what is asked, what leaves, who hears of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from loadtests.ringing import ring
from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api import problem
from tests.contract.test_api_meetings import AARHUS, ODENSE, at, book, opened, sent
from tests.patience import PATIENCE_S
from vdxmedia.booking.organisations import Organisation
from vdxmedia.cli import app
from vdxmedia.clock import ManualClock
from vdxmedia.hub.messages_port import Received

NOON = 1_795_518_000
"""24 November 2026, 12.00 in Denmark, a Tuesday."""


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as running:
        await running.server.seed([AARHUS, ODENSE])
        yield running


async def arrived(server: AssembledServer, count: int = 1) -> list[Received]:
    """On citizens' telephones, the newest first."""
    inbox = server.server.messages.inbox
    assert inbox is not None
    async with asyncio.timeout(PATIENCE_S):
        while len(inbox.received()) < count:
            await asyncio.sleep(0.005)
    return list(inbox.received())


async def newest(server: AssembledServer, made: dict[str, Any]) -> dict[str, Any]:
    listed, _ = await sent(server, "GET", messages_of(made), status=200)
    return dict(listed["messages"][0])


def messages_of(made: dict[str, Any]) -> str:
    return f"/api/v1/meetings/{made['uuid']}/messages"


async def test_invitation_leaves_at_once_and_says_no_subject(server: AssembledServer) -> None:
    made = await book(server)
    answer, _ = await sent(server, "POST", messages_of(made), {"to": "20 12 34 56"}, status=201)
    (message,) = answer["messages"]
    assert (message["to"], message["state"], message["segments"]) == ("+45 •• •• •• 56", "waiting", 1)
    (received,) = await arrived(server)
    assert (received.to, received.sender) == ("+4520123456", "Videomoede")
    abroad, _ = await sent(server, "POST", messages_of(made), {"to": "+46 70 123 45 67"}, status=422)
    assert "+45, +298, +299" in abroad["detail"]
    assert made["shortUrl"] in received.text
    assert "Aarhus Kommune" in received.text
    assert "Psykiatrisk" not in received.text
    async with asyncio.timeout(PATIENCE_S):
        while (listed := (await sent(server, "GET", messages_of(made), status=200))[0]["messages"])[0][
            "state"
        ] != "sent":
            await asyncio.sleep(0.01)
    assert listed[0]["reference"] == message["reference"]


async def test_reminders_are_booked_moved_and_cancelled_with_the_meeting(server: AssembledServer) -> None:
    starts = at(10 * 24 * 60)
    made = await book(server, startTime=starts, endTime=at(10 * 24 * 60 + 30))
    asked = {"to": "20123456", "sendNow": False, "reminders": [1440, 2880]}
    before, _ = await sent(server, "POST", messages_of(made), asked, status=201)
    assert [one["purpose"] for one in before["messages"]] == ["reminder", "reminder"]
    later = {"startTime": at(12 * 24 * 60), "endTime": at(12 * 24 * 60 + 30)}
    await sent(server, "PATCH", f"/api/v1/meetings/{made['uuid']}", later, status=200)
    after, _ = await sent(server, "GET", messages_of(made), status=200)
    dues = {one["reference"]: one["dueAt"] for one in after["messages"]}
    for one in before["messages"]:
        assert dues[one["reference"]] > one["dueAt"]
    await sent(server, "DELETE", f"/api/v1/meetings/{made['uuid']}", status=204)
    outbox = server.server.messages.desk._outbox
    assert {one.state.value for one in await outbox.of_meeting(UUID(made["uuid"]))} == {"cancelled"}


async def test_reminder_says_when_the_meeting_is_at_the_time_it_leaves() -> None:
    clock = ManualClock(NOON)
    async with assembled({"api.requests_per_second": "1000"}, clock=clock) as server:
        await server.server.seed([AARHUS])
        starts = datetime.fromtimestamp(NOON, UTC) + timedelta(days=2)
        made = await book(server, startTime=starts.isoformat(), endTime=(starts + timedelta(hours=1)).isoformat())
        asked = {"to": "20123456", "sendNow": False, "reminders": [60]}
        await sent(server, "POST", messages_of(made), asked, status=201)
        moved = starts + timedelta(days=1)
        later = {"startTime": moved.isoformat(), "endTime": (moved + timedelta(hours=1)).isoformat()}
        await sent(server, "PATCH", f"/api/v1/meetings/{made['uuid']}", later, status=200)
        for _ in range(3):
            clock.advance(24 * 3600 - 1199)
            server.server.messages.worker.wake()
            await asyncio.sleep(0.05)
        (received,) = await arrived(server)
    assert received.text.startswith("Husk videomøde med Aarhus Kommune fredag den 27. november kl. 12.00. ")


async def test_own_text_is_filled_in_and_its_length_is_warned_of(server: AssembledServer) -> None:
    made = await book(server)
    asked = {"to": "20123456", "text": "Kære Ayşe, din tid er {date} kl. {time}. Link: {link} " + "x" * 80}
    answer, _ = await sent(server, "POST", messages_of(made), asked, status=201)
    assert answer["messages"][0]["segments"] == 3
    assert "U+015F" in answer["messages"][0]["warning"]
    (received,) = await arrived(server)
    assert received.text.startswith("Kære Ayşe, din tid er ")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"to": "112"}, "$.to"),
        ({"to": "90 12 34 56"}, "$.to"),
        ({"to": "20123456", "text": "{subject} {link}"}, "$.text"),
        ({"to": "20123456", "text": "no link"}, "$.text"),
        ({"to": "20123456", "reminders": [60, 60]}, "$.reminders"),
        ({"to": "20123456", "sendNow": False}, "$.reminders"),
        ({"to": "20123456", "reminders": [1]}, "$.reminders[0]"),
    ],
)
async def test_wrong_request_is_told_by_field_and_sends_nothing(
    server: AssembledServer, asked: dict[str, Any], field: str
) -> None:
    made = await book(server)
    async with server.post(messages_of(made), asked) as answer:
        told = await problem(answer, 422, "validation_failed")
    assert told["field"] == field
    assert asked["to"] not in json.dumps(told)
    listed, _ = await sent(server, "GET", messages_of(made), status=200)
    assert listed["messages"] == []


async def test_quota_of_an_organisation_is_told_with_when_to_come_again() -> None:
    async with assembled({"sms.per_organisation_a_day": "2"}) as server:
        await server.server.seed([AARHUS])
        made = await book(server)
        for _ in range(2):
            await sent(server, "POST", messages_of(made), {"to": "20123456"}, status=201)
        async with server.post(messages_of(made), {"to": "20123456"}) as answer:
            await problem(answer, 429, "sms_quota_spent")
            assert 0 < int(answer.headers["Retry-After"]) <= 25 * 3600


async def test_delivery_report_needs_an_address_that_nobody_can_guess(server: AssembledServer) -> None:
    made = await book(server)
    answer, _ = await sent(server, "POST", messages_of(made), {"to": "20123456"}, status=201)
    reference = answer["messages"][0]["reference"]
    token = server.server.messages.desk.report_token(reference)
    for path in (reference, f"{reference}.", f"{reference}.{'A' * 22}", token[:-1], "x." + token, "."):
        async with server.get(f"/api/v1/sms/reports/development/{path}", key=None) as refused:
            assert refused.status == 404
    async with server.get(f"/api/v1/sms/reports/nobody/{token}", key=None) as refused:
        assert refused.status == 404
    # The inbox's gateway is called `development`; the first real one would be `first`.
    async with server.get(f"/api/v1/sms/reports/development/{token}", key=None) as taken:
        assert taken.status == 200


async def test_inbox_of_development_shows_messages_with_links_to_tap(server: AssembledServer) -> None:
    async with server.get("/dev/sms", key=None) as answer:
        assert "ingen beskeder endnu" in await answer.text()
    made = await book(server)
    text = 'Hej <b onclick="x">"du"</b> & {link}. Vi ses'
    await sent(server, "POST", messages_of(made), {"to": "20123456", "text": text}, status=201)
    await arrived(server)
    async with server.get("/dev/sms", key=None) as answer:
        page = await answer.text()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "+45 20 12 34 56" in page
    assert f'<a href="{made["shortUrl"]}" rel="noreferrer">{made["shortUrl"]}</a>. Vi ses' in page
    assert "<b onclick" not in page
    async with server.get("/dev/sms.css", key=None) as answer:
        assert answer.status == 200


async def test_inbox_is_not_there_where_a_gateway_is() -> None:
    flags = {"sms_gateway.shape": "generic", "sms_gateway.url": "http://127.0.0.1:1/send"}
    async with assembled(flags) as server, server.get("/dev/sms", key=None) as answer:
        assert answer.status == 404


# ── calling now ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_call_brings_the_host_into_the_room_and_the_citizen_an_sms(server: AssembledServer) -> None:
    """The time itself is measured by `python -m loadtests.ringing`."""
    rung = await ring(server, "aarhus")
    assert (
        rung.text == f"Aarhus Kommune venter på dig i et videomøde nu. Åbn linket: {rung.short_url} Hjælp: 87 65 43 21"
    )
    citizen, _ = await sent(
        server, "POST", "/api/v1/entrances", {"shortId": rung.short_url.rpartition("/")[2]}, status=200
    )
    assert (citizen["state"], citizen["invitation"]["role"]) == ("open", "guest")


async def test_call_to_a_wrong_number_books_nothing(server: AssembledServer) -> None:
    async with server.post("/api/v1/calls", {"organisation": "aarhus", "to": "112"}) as answer:
        await problem(answer, 422, "validation_failed")
    listed, _ = await sent(server, "GET", "/api/v1/meetings?organisation=aarhus", status=200)
    assert listed["meetings"] == []


async def test_call_beyond_the_quota_leaves_no_meeting_behind() -> None:
    async with assembled({"sms.per_organisation_a_day": "1"}) as server:
        await server.server.seed([AARHUS])
        asked = {"organisation": "aarhus", "to": "20123456"}
        first, _ = await sent(server, "POST", "/api/v1/calls", asked, status=201)
        async with server.post("/api/v1/calls", asked) as answer:
            await problem(answer, 429, "sms_quota_spent")
        listed, _ = await sent(
            server, "GET", f"/api/v1/meetings?organisation=aarhus&from={at(-5)}".replace("+", "%2B"), status=200
        )
        soon = at(1)
        assert [one["uuid"] for one in listed["meetings"] if one["endTime"] > soon] == [first["uuid"]]


async def test_host_in_the_call_sends_for_somebody_and_guests_cannot(server: AssembledServer) -> None:
    made = await book(server, startTime=at(5), endTime=at(60))
    host = await opened(server, invitation=made["hostUrl"].partition("#")[2])
    guest = await opened(server, invitation=made["guestUrl"].partition("#")[2])
    asked = b'{"to": "20123456"}'
    async with server.raw("POST", "/api/v1/room-messages", asked, key=host["token"]) as answer:
        assert answer.status == 201, await answer.text()
    (received,) = await arrived(server)
    assert received.text.startswith("Aarhus Kommune venter på dig i et videomøde nu.")
    async with server.get("/api/v1/room-messages", key=host["token"]) as answer:
        assert [one["to"] for one in (await answer.json())["messages"]] == ["+45 •• •• •• 56"]
    async with server.raw("POST", "/api/v1/room-messages", asked, key=guest["token"]) as answer:
        await problem(answer, 403, "not_permitted")
    async with server.get("/api/v1/room-messages", key=guest["token"]) as answer:
        await problem(answer, 403, "not_permitted")


# ── texts of an organisation ──────────────────────────────────────────────────────────────────────────────────────


async def test_text_of_an_organisation_is_used_below_it_too(server: AssembledServer) -> None:
    await server.server.seed([Organisation(code="aarhus-nord", name="Aarhus Nord", parent="aarhus")])
    path = "/api/v1/message-texts?organisation=aarhus"
    texts = {"texts": [{"purpose": "invitation", "language": "da", "text": "Kom til {organisation} {date}: {link}"}]}
    await sent(server, "PUT", path, texts, status=200)
    assert (await sent(server, "GET", path, status=200))[0] == texts
    made = await book(server, organisation="aarhus-nord")
    await sent(server, "POST", messages_of(made), {"to": "20123456"}, status=201)
    (received,) = await arrived(server)
    assert received.text.startswith("Kom til Aarhus Nord ")
    english, _ = await sent(server, "POST", messages_of(made), {"to": "20123456", "language": "en"}, status=201)
    assert english["messages"][0]["segments"] == 1
    assert (await arrived(server, 2))[0].text.startswith("Video meeting with Aarhus Nord ")


@pytest.mark.parametrize("text", ["{subject} {link}", "no link"])
async def test_text_that_says_too_much_or_leads_nowhere_is_not_kept(server: AssembledServer, text: str) -> None:
    path = "/api/v1/message-texts?organisation=aarhus"
    wrong = {"texts": [{"purpose": "call", "language": "da", "text": text}]}
    async with server.raw("PUT", path, json.dumps(wrong).encode()) as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"] == "$.texts[0].text"
    assert (await sent(server, "GET", path, status=200))[0] == {"texts": []}


# ── the VDX SMS API ───────────────────────────────────────────────────────────────────────────────────────────────


async def vdx_token(server: AssembledServer, organisation: str, role: str = "meeting-planner") -> str:
    """Of a client of the built-in issuer."""
    name = f"{organisation}-{role}"
    environment = {"VDX_STORE_URL": server.server.settings.store.url}
    arguments = ["client", "add", name, "--role", role, "--organisation", organisation]
    added = await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)
    assert added.exit_code == 0, added.output
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": added.stdout.strip()}
    async with server.http.post(f"{server.url}/oauth/token", data=form) as answer:
        return str((await answer.json())["access_token"])


async def test_supplier_sends_by_the_vdx_api_and_reads_the_status(server: AssembledServer) -> None:
    key = await vdx_token(server, "aarhus")
    made = await book(server)
    path = f"/sms/v1/meeting/{made['uuid']}"
    asked = json.dumps({"message": "Mød op her: %meeting_url%", "to": ["20123456", "+4520654321"]}).encode()
    async with server.raw("POST", path, asked, key=key) as answer:
        assert answer.status == 200
        told = await answer.json()
    assert [sorted(one) for one in told] == [["reference", "status"]] * 2
    received = await arrived(server, 2)
    assert {one.to for one in received} == {"+4520123456", "+4520654321"}
    assert {one.text for one in received} == {f"Mød op her: {made['shortUrl']}"}
    async with server.get(path, key=key) as answer:
        assert {one["reference"] for one in await answer.json()} == {one["reference"] for one in told}
    for to in (["20123456", "112"], ["20123456"] * 21, []):
        wrong = json.dumps({"message": "%meeting_url%", "to": to}).encode()
        async with server.raw("POST", path, wrong, key=key) as answer:
            await problem(answer, 422, "validation_failed")
    assert len(await arrived(server, 2)) == 2, "all or none"


async def test_several_numbers_beyond_the_quota_get_nothing_at_all() -> None:
    async with assembled({"sms.per_organisation_a_day": "2"}) as server:
        await server.server.seed([AARHUS])
        key, made = await vdx_token(server, "aarhus"), await book(server)
        path = f"/sms/v1/meeting/{made['uuid']}"
        three = json.dumps({"message": "%meeting_url%", "to": ["20123456", "20123457", "20123458"]}).encode()
        async with server.raw("POST", path, three, key=key) as answer:
            await problem(answer, 429, "sms_quota_spent")
        async with server.get(path, key=key) as answer:
            assert await answer.json() == []


async def test_meeting_of_another_organisation_is_not_there(server: AssembledServer) -> None:
    made = await book(server)
    asked = json.dumps({"message": "%meeting_url%", "to": "20123456"}).encode()
    for organisation, role, status in (("odense", "meeting-admin", 404), ("aarhus", "meeting-provisioner", 403)):
        key = await vdx_token(server, organisation, role)
        for path in (f"/sms/v1/meeting/{made['uuid']}", messages_of(made)):
            async with server.raw("POST", path, asked if "sms" in path else b'{"to": "20123456"}', key=key) as answer:
                assert answer.status == status, await answer.text()
            async with server.get(path, key=key) as answer:
                assert answer.status == status, await answer.text()
    async with server.raw("POST", f"/sms/v1/meeting/{made['uuid']}", asked, key=None) as answer:
        assert answer.status == 401
