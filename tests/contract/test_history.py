"""The history of calls on real databases, and the history API over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web

from vdxmedia.api.history import HistoryApi, key_hash
from vdxmedia.api.proxies import TrustedProxies
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.clock import ManualClock
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.ports import Call, CallStay, SaveCall, SaveCallStay
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.call_rows import History
from vdxmedia.store.database import Database

NOW = 1_800_000_000
MOST = 30
"""Requests of one organisation at once."""
KEYS = {"region": "key-of-the-region", "hospital": "key-of-the-hospital", "other": "key-of-another"}


class Api:
    def __init__(self, http: ClientSession, url: str, desk: BookingDesk, database: Database) -> None:
        self.http, self.url, self.desk, self.database = http, url, desk, database

    async def ask(self, path: str, key: str | None = KEYS["hospital"], **query: Any) -> tuple[int, Any]:
        headers = {} if key is None else {"X-API-KEY": key}
        async with self.http.get(self.url + path, headers=headers, params=query) as answer:
            return answer.status, await answer.json(content_type=None)

    async def ids(self, key: str = KEYS["hospital"], **query: Any) -> list[str]:
        status, found = await self.ask("/apikey/history/v1/conference", key, **query)
        assert status == 200, found
        return [each["id"] for each in found["objects"]]

    async def call(self, name: str, organisation: str, starts: int, ends: int | None) -> str:
        """Of a meeting that was booked; its uuid. `ends` None: it goes on."""
        caller = Caller(organisation=organisation, email="a@b.dk", roles=frozenset({CallerRole.ADMIN}))
        new = NewMeeting(subject="Om min sygdom", starts_at=NOW + 3600, ends_at=NOW + 7200)
        booked = await self.desk.book(caller, new)
        call = Call(
            id=name,
            room=RoomId(booked.room.room_id),
            starts_at=NOW + starts,
            seen_at=NOW + (ends or starts),
            is_over=ends is not None,
        )
        end = None if ends is None else NOW + ends
        stays = [
            CallStay(
                call=name,
                participant=ParticipantId(who),
                role=role,
                name=known,
                starts_at=NOW + starts + after,
                ends_at=end,
            )
            for who, role, known, after in (("anna", "host", None, 0), ("bo", "guest", "Bo", 1))
        ]
        await self.database.write([SaveCall(call), *(SaveCallStay(stay) for stay in stays)])
        return str(booked.meeting.uuid)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    clock = ManualClock(NOW)
    set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
    desk = BookingDesk(BookingDatabase(database.units, Sealer([b"k" * 32])), clock, set_up)
    parents = {"region": "", "hospital": "region", "other": ""}
    await desk.seed(
        [
            Organisation(code=code, parent=parents[code], history_api_key_hash=key_hash(key))
            for code, key in KEYS.items()
        ]
    )
    await desk.seed([Organisation(code="ward", parent="hospital")])
    application = web.Application()
    organisations = RateLimit(per_second=20.0, burst=MOST, clock=clock)
    history = HistoryApi(
        History(database.units),
        proxies=TrustedProxies([]),
        organisations=organisations,
        clock=clock,
        requests_per_second=1_000.0,
    )
    application.add_routes(history.routes())
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with ClientSession() as http:
        yield Api(http, f"http://127.0.0.1:{port}", desk, database)
    await runner.cleanup()


async def test_call_of_a_meeting_is_shown_with_its_times_and_without_its_subject(api: Api) -> None:
    uuid = await api.call("c1", "hospital", 100, 700)
    status, found = await api.ask("/apikey/history/v1/conference")
    assert status == 200
    assert found["meta"] == {"limit": 20, "offset": 0, "next": None, "previous": None, "total_count": 1}
    (call,) = found["objects"]
    assert call["meeting_uuid"] == uuid
    assert (call["tag"], call["duration"], call["participant_count"]) == ("hospital", 600, 2)
    assert (call["start_time"], call["end_time"]) == ("2027-01-15T08:01:40.000000", "2027-01-15T08:11:40.000000")
    assert call["name"].endswith("@rooms.example.dk")
    assert "sygdom" not in str(found)
    assert await api.ask(call["resource_uri"]) == (200, call)
    status, stay = await api.ask(call["participants"][1])
    assert (status, stay["display_name"], stay["role"], stay["duration"]) == (200, "Bo", "guest", 599)
    assert stay["conference"] == call["resource_uri"]
    status, stays = await api.ask("/apikey/history/v1/participant", conference=call["resource_uri"])
    assert [(each["role"], each["display_name"]) for each in stays["objects"]] == [("chair", ""), ("guest", "Bo")]


async def test_key_covers_its_organisation_and_those_below_and_no_other(api: Api) -> None:
    for name, organisation in (("r", "region"), ("h", "hospital"), ("w", "ward"), ("o", "other")):
        await api.call(name, organisation, 100, 200)
    assert sorted(await api.ids(KEYS["region"])) == ["h", "r", "w"]
    assert sorted(await api.ids(KEYS["hospital"])) == ["h", "w"]
    assert await api.ids(KEYS["other"]) == ["o"]
    assert (await api.ask("/apikey/history/v1/conference/o"))[0] == 404
    assert (await api.ask("/apikey/history/v1/conference/r"))[0] == 404
    assert (await api.ask("/apikey/history/v1/participant/o.anna"))[0] == 404
    _, found = await api.ask("/apikey/history/v1/participant", conference="o")
    assert found["objects"] == []
    assert (await api.ask("/apikey/history/v1/participant/a%00b.c"))[0] == 404


async def test_call_without_a_booking_is_nobodys(api: Api, database: Database) -> None:
    free = Call(id="free", room=RoomId("unbooked"), starts_at=NOW, seen_at=NOW + 1, is_over=True)
    await database.write([SaveCall(free)])
    assert [await api.ids(key) for key in KEYS.values()] == [[], [], []]


async def test_calls_are_found_by_their_times_and_only_when_they_are_over(api: Api) -> None:
    for name, starts, ends in (("early", 0, 50), ("long", 40, 500), ("late", 400, 450), ("now", 460, None)):
        await api.call(name, "hospital", starts, ends)
    at = lambda seconds: f"2027-01-15T08:{seconds // 60:02}:{seconds % 60:02}"  # noqa: E731
    assert await api.ids() == ["early", "long", "late"]
    assert await api.ids(start_time__gte=at(40)) == ["long", "late"]
    assert await api.ids(start_time__gte=at(40), end_time__lt=at(500)) == ["late"]
    assert await api.ids(start_time__lt=at(40)) == ["early"]
    assert await api.ids(end_time__gte="2027-01-15T09:07:30+01:00") == ["long", "late"]
    assert await api.ids(end_time__gte=at(450) + "Z") == ["long", "late"]


async def test_pages_lead_to_each_other(api: Api) -> None:
    for number in range(5):
        await api.call(f"c{number}", "hospital", number, 100)
    status, first = await api.ask("/apikey/history/v1/conference", limit=2, start_time__gte="2027-01-15T08:00:00")
    assert (status, first["meta"]["previous"], first["meta"]["total_count"]) == (200, None, 5)
    _, second = await api.ask(first["meta"]["next"])
    _, third = await api.ask(second["meta"]["next"])
    assert [each["id"] for page in (first, second, third) for each in page["objects"]] == [f"c{n}" for n in range(5)]
    assert third["meta"]["next"] is None
    assert (await api.ask(third["meta"]["previous"]))[1] == second
    assert (await api.ask("/apikey/history/v1/conference", limit=0))[1]["meta"]["limit"] == 1000


@pytest.mark.parametrize(
    "query",
    [
        {"start_time__gte": "yesterday"},
        {"end_time__lt": "9" * 50},
        {"limit": "-1"},
        {"offset": "1e3"},
        {"limit": "٣"},
        {"offset": "999999999"},
        {"meeting_uuid": "x"},
        {"conference": "a\0b"},
    ],
)
async def test_what_is_asked_wrongly_is_said(api: Api, query: dict[str, str]) -> None:
    status, problem = await api.ask("/apikey/history/v1/conference", **query)
    assert (status, problem["code"], problem["field"]) == (400, "validation_failed", f"?{next(iter(query))}")


async def test_without_a_known_key_nothing_is_told_and_guessing_is_slowed(api: Api) -> None:
    assert (await api.ask("/apikey/history/v1/conference", None))[1]["code"] == "key_missing"
    assert (await api.ask("/apikey/history/v1/conference", "guess"))[1]["code"] == "key_invalid"
    assert (await api.ask("/apikey/history/v1/conference", key_hash(KEYS["other"])))[0] == 401
    answers = [(await api.ask("/apikey/history/v1/conference", f"guess{at}"))[0] for at in range(40)]
    assert answers[-1] == 429


async def test_organisation_that_asks_too_often_waits_and_another_does_not(api: Api) -> None:
    answers = [(await api.ask("/apikey/history/v1/conference", KEYS["hospital"]))[0] for _ in range(MOST + 1)]
    assert answers == [*[200] * MOST, 429]
    assert (await api.ask("/apikey/history/v1/conference", KEYS["other"]))[0] == 200


async def test_calls_that_were_open_are_read_at_the_start(api: Api, database: Database) -> None:
    await api.call("over", "hospital", 0, 50)
    await api.call("open", "hospital", 0, None)
    (left,) = await database.open_calls()
    assert (left.call.id, [stay.participant for stay in left.stays]) == ("open", ["anna", "bo"])
