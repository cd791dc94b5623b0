"""Meetings over our own REST against the assembled server: one booking gives all that is sent to people."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from icalendar import Calendar

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api import problem
from tests.patience import PATIENCE_S
from vdxmedia.assembly import development
from vdxmedia.booking.organisations import Organisation
from vdxmedia.errors import Refused
from vdxmedia.hub.idempotency import Remembered
from vdxmedia.store.invitations import RepeatedRequests

PATH = "/api/v1/meetings"
AARHUS = Organisation(
    code="aarhus", name="Aarhus Kommune", help_line="87 65 43 21", return_origins=("https://portal.example.dk",)
)
ODENSE = Organisation(code="odense", name="Odense Kommune", shows_subject=True, language="en")


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled({"api.requests_per_second": "1000"}) as running:
        await running.server.seed([AARHUS, ODENSE])
        yield running


def at(minutes: float) -> str:
    return (datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)).isoformat()


def body(**changes: Any) -> dict[str, Any]:
    return {
        "organisation": "aarhus",
        "subject": "Psykiatrisk samtale",
        "startTime": at(120),
        "endTime": at(180),
        **changes,
    }


async def sent(
    server: AssembledServer,
    method: str,
    path: str,
    asked: object = None,
    *,
    status: int,
    headers: Mapping[str, str] | None = None,
) -> tuple[Any, aiohttp.ClientResponse]:
    raw = None if asked is None else json.dumps(asked).encode()
    async with server.raw(method, path, raw, headers=headers) as answer:
        told = await answer.read()
        assert answer.status == status, told
        return (json.loads(told) if "json" in answer.content_type else told), answer


async def book(server: AssembledServer, **changes: Any) -> dict[str, Any]:
    made, _ = await sent(server, "POST", PATH, body(**changes), status=201)
    return dict(made)


async def test_one_booking_gives_all_that_is_sent_to_people(server: AssembledServer) -> None:
    made, answer = await sent(server, "POST", PATH, body(guestPin=4711, labels=["a"]), status=201)
    assert answer.headers["Location"] == f"{PATH}/{made['uuid']}"
    assert answer.headers["ETag"] == '"1"'
    assert (made["status"], made["guestPin"], made["labels"]) == ("AWAITS_PROVISION", "4711", ["a"])
    assert re.fullmatch(rf"{re.escape(server.url)}/m/[0-9a-f]{{12}}", made["shortUrl"])
    assert re.fullmatch(rf"{re.escape(server.url)}/i#[\w-]{{22}}", made["hostUrl"])
    assert re.fullmatch(rf"{re.escape(server.url)}/i#[\w-]{{22}}", made["guestUrl"])
    assert made["hostUrl"] != made["guestUrl"]
    for language in ("da", "en"):
        assert made["shortUrl"] in made["smsText"][language]
        assert "87 65 43 21" in made["letterText"][language]
        assert made["shortUrl"].removeprefix("http://") in made["letterText"][language]
    told = json.dumps({**made, "subject": ""})
    assert "Psykiatrisk" not in told
    svg, picture = await sent(server, "GET", f"{PATH}/{made['uuid']}/qr.svg", status=200)
    assert (picture.content_type, svg.decode()) == ("image/svg+xml", made["qr"])
    shown, again = await sent(server, "GET", f"{PATH}/{made['uuid']}", status=200)
    assert (shown, again.headers["ETag"]) == (made, '"1"')


async def test_calendar_file_is_in_utc_and_hides_the_subject_unless_it_is_shown(server: AssembledServer) -> None:
    for organisation, summary in (("aarhus", "Videomøde med Aarhus Kommune"), ("odense", "Psykiatrisk samtale")):
        made = await book(server, organisation=organisation)
        raw, answer = await sent(server, "GET", f"{PATH}/{made['uuid']}/invitation.ics", status=200)
        assert answer.content_type == "text/calendar"
        assert raw.count(b"\r\n") == raw.count(b"\n")
        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
        event = Calendar.from_ical(raw).walk("VEVENT")[0]
        assert str(event["SUMMARY"]) == summary
        assert event.decoded("DTSTART") == datetime.fromisoformat(made["startTime"])
        assert raw.count(b"DTSTART:") == 1  # UTC, without a zone to look up
        assert str(event["URL"]) == made["guestUrl"]
    person, _ = await sent(server, "POST", f"{PATH}/{made['uuid']}/invitations", {"name": "Inger"}, status=201)
    path = f"{PATH}/{made['uuid']}/invitation.ics?invitation={person['id']}"
    raw, _ = await sent(server, "GET", path, status=200)
    assert str(Calendar.from_ical(raw).walk("VEVENT")[0]["URL"]) == person["url"]


async def test_guests_link_tells_who_and_when_as_often_as_it_is_opened(server: AssembledServer) -> None:
    for organisation, subject in (("aarhus", None), ("odense", "Psykiatrisk samtale")):
        made = await book(server, organisation=organisation, startTime=at(-1), endTime=at(60))
        bo = {"role": "host", "name": "Overlæge Bo Ås", "function": "læge"}
        await sent(server, "POST", f"{PATH}/{made['uuid']}/invitations", bo, status=201)
        expected = {"hostName": "Overlæge Bo Ås", "hostFunction": "læge"} | {
            name: datetime.fromisoformat(made[time])
            for name, time in (("startsAt", "startTime"), ("endsAt", "endTime"))
        }
        entrance = {"invitation": made["guestUrl"].partition("#")[2]}

        async def entered(asked: dict[str, str]) -> dict[str, Any]:
            return dict((await sent(server, "POST", "/api/v1/entrances", asked, status=200))[0])

        while (told := await entered(entrance))["state"] != "open":
            await asyncio.sleep(0.02)
        # Whoever looks at the page before the person does, as mail scanners do, uses nothing up.
        for path in ("/i", f"/m/{made['shortUrl'][-12:]}", "/i"):
            async with server.get(path, key=None) as page:
                assert page.status in {200, 503}, "503: the client is not built"
        told = await entered(entrance)
        for _ in range(2):
            async with server.get("/api/v1/invitation", key=told["token"]) as answer:
                assert await answer.json() == told["invitation"]
        invitation = told["invitation"]
        shown = invitation | {name: datetime.fromisoformat(invitation[name]) for name in ("startsAt", "endsAt")}
        assert shown == shown | expected | {"subject": subject}
        knocking = (await entered({"shortId": made["shortUrl"][-12:]}))["invitation"]
        assert (knocking["hostName"], knocking["subject"]) == ("Overlæge Bo Ås", None)


async def test_repeated_request_makes_one_meeting_and_another_body_is_refused(server: AssembledServer) -> None:
    asked, headers = body(externalId="sag-1"), {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, _ = await sent(server, "POST", PATH, asked, status=201, headers=headers)
    again, answer = await sent(server, "POST", PATH, asked, status=201, headers=headers)
    assert again == first
    assert answer.headers["Location"].endswith(first["uuid"])
    async with server.raw("POST", PATH, json.dumps({**asked, "subject": "x"}).encode(), headers=headers) as refused:
        await problem(refused, 422, "idempotency_key_reused")
    both = {"Idempotency-Key": str(uuid.uuid4())}
    raw = json.dumps(body()).encode()

    async def one() -> tuple[int, str]:
        async with server.raw("POST", PATH, raw, headers=both) as told:
            made = await told.json(content_type=None)
            return told.status, made.get("uuid", made.get("code"))

    answers = await asyncio.gather(*(one() for _ in range(5)))
    made = {name for status, name in answers if status == 201}
    assert len(made) == 1
    assert {entry for entry in answers if entry[0] != 201} <= {(409, "request_in_progress")}


async def test_refused_request_forgets_its_key(server: AssembledServer) -> None:
    await book(server, externalId="optaget")
    headers = {"Idempotency-Key": "mended"}
    async with server.raw("POST", PATH, json.dumps(body(externalId="optaget")).encode(), headers=headers) as refused:
        await problem(refused, 409, "external_id_taken")
    await sent(server, "POST", PATH, body(externalId="fri"), status=201, headers=headers)


async def test_change_is_made_from_the_revision_that_was_read(server: AssembledServer) -> None:
    made = await book(server)
    path = f"{PATH}/{made['uuid']}"
    first, answer = await sent(server, "PATCH", path, {"subject": "Ny"}, status=200, headers={"If-Match": '"1"'})
    assert (first["subject"], first["revision"], answer.headers["ETag"]) == ("Ny", 2, '"2"')
    for tag in ('"1"', 'W/"2"', '"x"', "2"):
        async with server.raw("PATCH", path, b'{"subject":"z"}', headers={"If-Match": tag}) as refused:
            await problem(refused, 412, "changed_meanwhile")
        async with server.raw("DELETE", path, headers={"If-Match": tag}) as refused:
            await problem(refused, 412, "changed_meanwhile")
    moved, _ = await sent(
        server, "PATCH", path, {"startTime": at(300), "endTime": at(330)}, status=200, headers={"If-Match": '"7", "2"'}
    )
    assert (moved["guestUrl"], moved["subject"]) == (made["guestUrl"], "Ny")
    await sent(server, "DELETE", path, status=204, headers={"If-Match": "*"})
    for method in ("GET", "DELETE"):
        async with server.raw(method, path) as gone:
            await problem(gone, 404, "meeting_unknown")


async def test_list_goes_on_where_the_page_ended(server: AssembledServer) -> None:
    day = (datetime.now(UTC) + timedelta(days=40)).strftime("%Y-%m-%d")
    times = [f"{day}T{hour:02d}:00:00+00:00" for hour in (9, 9, 9, 10, 11)]
    made = [
        await book(server, startTime=time, endTime=f"{day}T12:00:00+00:00", subject=str(number))
        for number, time in enumerate(times)
    ]
    other = await book(server, organisation="odense", startTime=times[0], endTime=f"{day}T12:00:00+00:00")
    seen: list[str] = []
    cursor, pages = "", 0
    while True:
        query = f"?organisation=aarhus&day={day}&limit=2{cursor}"
        page, _ = await sent(server, "GET", PATH + query, status=200)
        seen += [one["uuid"] for one in page["meetings"]]
        pages += 1
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert pages == 3
    assert seen == [one["uuid"] for one in sorted(made, key=lambda one: (one["startTime"], one["uuid"]))]
    assert other["uuid"] not in seen
    for query, code in (
        ("", "validation_failed"),
        ("?organisation=aarhus&limit=101", "validation_failed"),
        ("?organisation=aarhus&limit=x", "validation_failed"),
        ("?organisation=aarhus&cursor=%21%21", "cursor_invalid"),
        ("?organisation=aarhus&day=2026-02-30", "validation_failed"),
        ("?organisation=aarhus&from=2026-01-01T00:00:00", "validation_failed"),
    ):
        async with server.get(PATH + query) as refused:
            await problem(refused, 422, code)


async def test_invitations_are_listed_added_and_revoked(server: AssembledServer) -> None:
    made = await book(server)
    path = f"{PATH}/{made['uuid']}/invitations"
    asked = {"role": "host", "name": " Overlæge\u202e Bo ", "function": "læge", "organisation": "AUH"}
    added, _ = await sent(server, "POST", path, asked, status=201)
    assert (added["role"], added["name"], added["function"]) == ("host", "Overlæge Bo", "læge")
    listed, _ = await sent(server, "GET", path, status=200)
    assert {one["id"]: one["url"] for one in listed["invitations"]} == {
        "host": made["hostUrl"], "guest": made["guestUrl"], added["id"]: added["url"],
    }  # fmt: skip
    await sent(server, "DELETE", f"{path}/{added['id']}", status=204)
    async with server.delete(f"{path}/{added['id']}") as gone:
        await problem(gone, 404, "invitation_unknown")
    await sent(server, "DELETE", f"{path}/guest", status=204)
    shown, _ = await sent(server, "GET", f"{PATH}/{made['uuid']}", status=200)
    assert (shown["hostUrl"], shown["guestUrl"] != made["guestUrl"]) == (made["hostUrl"], True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "$.subject"),
        ({"subject": "x" * 101}, "$.subject"),
        ({"startTime": "2026-01-01T10:00:00"}, "$.startTime"),
        ({"endTime": "2020-01-01T10:00:00Z"}, "$.endTime"),
        ({"hostPin": 12}, "$.hostPin"),
        ({"labels": ["x"] * 101}, "$.labels"),
        ({"organisation": ""}, "$.organisation"),
        ({"color": "red"}, "$.color"),
    ],
)
async def test_wrong_field_is_named(server: AssembledServer, changes: dict[str, Any], field: str) -> None:
    async with server.post(PATH, body(**changes)) as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"] == field


async def test_meetings_need_a_credential_and_their_organisation(server: AssembledServer) -> None:
    made = await book(server)
    for key, code in ((None, "token_missing"), ("nonsense", "token_invalid")):
        async with server.get(f"{PATH}/{made['uuid']}", key=key) as answer:
            await problem(answer, 401, code)
    async with server.post(PATH, body(organisation="nowhere")) as answer:
        await problem(answer, 404, "organisation_unknown")
    for name in ("nonsense", str(uuid.uuid4())):
        async with server.get(f"{PATH}/{name}") as answer:
            await problem(answer, 404, "meeting_unknown")


async def test_client_books_for_its_own_organisation_and_sees_no_other(server: AssembledServer) -> None:
    other = await book(server)
    token = await server.client_token()
    for organisation, status in (("", 201), (development.ORGANISATION, 201), ("aarhus", 403)):
        raw = json.dumps(body(organisation=organisation)).encode()
        async with server.raw("POST", PATH, raw, key=token) as answer:
            assert answer.status == status
            made = await answer.json(content_type=None)
            assert made.get("organisation", development.ORGANISATION) == development.ORGANISATION
    async with server.get(PATH, key=token) as answer:
        listed = (await answer.json())["meetings"]
    assert {one["organisation"] for one in listed} == {development.ORGANISATION}
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/qr.svg"), ("GET", "/invitations")):
        async with server.raw(method, f"{PATH}/{other['uuid']}{path}", key=token) as answer:
            await problem(answer, 404, "meeting_unknown")
    # The key of the server sees both.
    for one in (listed[0], other):
        await sent(server, "GET", f"{PATH}/{one['uuid']}", status=200)


async def test_repetition_makes_what_a_crash_has_prevented_and_nothing_that_was_cancelled(
    server: AssembledServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = body()

    async def cut_off(*_: object) -> None:
        raise Refused("the disk is away", code="store_unavailable", retry_after_s=1)

    with monkeypatch.context() as broken:
        broken.setattr(server.server.bookings, "book", cut_off)  # the key is on the disk, the meeting is not
        await sent(server, "POST", PATH, asked, status=503, headers={"Idempotency-Key": "cut-off"})
    first, _ = await sent(server, "POST", PATH, asked, status=201, headers={"Idempotency-Key": "cut-off"})
    with monkeypatch.context() as broken:
        broken.setattr(RepeatedRequests, "made", cut_off)  # the meeting is there, the answer is not
        await sent(server, "POST", PATH, asked, status=503, headers={"Idempotency-Key": "half"})
    half, _ = await sent(server, "POST", PATH, asked, status=201, headers={"Idempotency-Key": "half"})
    listed, _ = await sent(server, "GET", f"{PATH}?organisation=aarhus", status=200)
    assert {one["uuid"] for one in listed["meetings"]} == {first["uuid"], half["uuid"]}
    await sent(server, "DELETE", f"{PATH}/{first['uuid']}", status=204)
    await sent(server, "POST", PATH, asked, status=404, headers={"Idempotency-Key": "cut-off"})


async def test_keys_are_forgotten_after_their_time(server: AssembledServer) -> None:
    memory = RepeatedRequests(server.server.database.units)
    old = Remembered(caller="c", key_hash="k", request_digest="d", resource=uuid.uuid4(), created_at=10)
    assert await memory.remember(old, forget_before=0) == old
    later = msgspec.structs.replace(old, request_digest="e", created_at=90_000)
    assert await memory.remember(later, forget_before=10) == old
    assert await memory.remember(later, forget_before=11) == later


async def test_links_of_a_meeting_are_bounded(server: AssembledServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdxmedia.hub.invitations.MAX_PER_MEETING", 2)
    made = await book(server)
    path = f"{PATH}/{made['uuid']}/invitations"
    for _ in range(2):
        await sent(server, "POST", path, {}, status=201)
    async with server.post(path, {}) as answer:
        await problem(answer, 409, "too_many_invitations")


# ── the ways in ───────────────────────────────────────────────────────────────────────────────────────────────────


async def entered(server: AssembledServer, **asked: str) -> dict[str, Any]:
    told, answer = await sent(server, "POST", "/api/v1/entrances", asked, status=200)
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(told)


async def opened(server: AssembledServer, **asked: str) -> dict[str, Any]:
    """The room of a meeting that has begun is made within a moment."""
    async with asyncio.timeout(PATIENCE_S):
        while (told := await entered(server, **asked))["state"] == "notYet":
            await asyncio.sleep(0.05)
    return told


async def test_links_of_a_booking_lead_into_its_room(server: AssembledServer) -> None:
    made = await book(server, startTime=at(5), endTime=at(60))
    wanted = "https://portal.example.dk/tak"
    for url, role in ((made["hostUrl"], "host"), (made["guestUrl"], "guest")):
        told = await opened(server, invitation=url.partition("#")[2], returnUrl=wanted)
        assert (told["state"], told["invitation"]["role"], told["returnUrl"]) == ("open", role, wanted)
        assert told["invitation"]["organisation"] == "Aarhus Kommune"
        async with server.get("/api/v1/invitation", key=told["token"]) as answer:
            assert await answer.json() == told["invitation"]
    knocking = await opened(server, shortId=made["shortId"], returnUrl="https://evil.example/")
    assert (knocking["state"], knocking["returnUrl"]) == ("open", None)
    typed = await opened(server, url=made["uri"], pin=made["hostPin"])
    assert typed["invitation"]["role"] == "host"


async def test_meeting_that_is_ended_leads_nowhere(server: AssembledServer) -> None:
    made = await book(server, startTime=at(5), endTime=at(60))
    token = made["guestUrl"].partition("#")[2]
    assert (await opened(server, invitation=token))["state"] == "open"
    await sent(server, "PATCH", f"{PATH}/{made['uuid']}", {"endTime": at(0)}, status=200)
    assert (await entered(server, invitation=token))["state"] == "closed"
    assert (await entered(server, shortId=made["shortId"]))["state"] == "unknown"


async def test_too_early_says_when_to_come(server: AssembledServer) -> None:
    made = await book(server)
    for asked in ({"invitation": made["guestUrl"].partition("#")[2]}, {"shortId": made["shortId"]}):
        told = await entered(server, **asked)
        assert (told["state"], told["token"], told["organisation"]) == ("notYet", None, "Aarhus Kommune")
        assert told["opensAt"] == made["opensAt"]
        assert told["startsAt"] == made["startTime"]


@pytest.mark.parametrize("asked", [{}, {"shortId": "0123456789ab", "url": "1"}, {"pin": "1234"}])
async def test_entrance_takes_one_way(server: AssembledServer, asked: dict[str, str]) -> None:
    async with server.raw("POST", "/api/v1/entrances", json.dumps(asked).encode(), key=None) as answer:
        await problem(answer, 422, "validation_failed")


async def test_guessing_over_http_is_refused_and_the_citizen_comes_from_elsewhere() -> None:
    async with assembled({"http.trusted_proxies": "127.0.0.0/8"}) as server:
        await server.server.seed([AARHUS])
        made = await book(server, startTime=at(5), endTime=at(60))

        async def asks(address: str, short_id: str) -> int:
            raw = json.dumps({"shortId": short_id}).encode()
            headers = {"X-Forwarded-For": address}
            async with server.raw("POST", "/api/v1/entrances", raw, key=None, headers=headers) as answer:
                if answer.status == 429:
                    assert int(answer.headers["Retry-After"]) >= 1
                return answer.status

        statuses = [await asks("192.0.2.7", f"{number:012x}") for number in range(40)]
        assert statuses == [200] * 10 + [429] * 30
        assert await asks("192.0.2.7", made["shortId"]) == 429
        assert await asks("192.0.2.8", made["shortId"]) == 200
