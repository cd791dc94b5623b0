"""Long lists: they leave in chunks while they are read, and others get their turns meanwhile."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, cast
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace

from vdxmedia.api.video import lists
from vdxmedia.api.video.routes import V1Lists, VideoApi
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting, Person
from vdxmedia.booking.requests import Criterion
from vdxmedia.clock import SystemClock
from vdxmedia.errors import Refused
from vdxmedia.hub.bookings_port import LIST_PAGE

LONGEST_TURN_S = 0.020
"""Of processor time; what others wait for."""
MEETING = Meeting(
    uuid=UUID(int=1),
    organisation="own",
    subject="Samtale",
    starts_at=1_800_000_000,
    ends_at=1_800_003_600,
    short_id="0" * 12,
    organized_by=Person("own", "anna@example.dk"),
    labels=("nord", "syd"),
    additional_information=(("enhed", "Nord"),),
)
ROOM = BookedRoom(uuid=MEETING.uuid, organisation="own", template=1)


class FakeBookings:
    """Finds so many meetings; fails when it has found `until`."""

    def __init__(self, rows: int, until: int | None = None) -> None:
        self.rows = rows
        self.until = until

    async def search(self, caller: Caller, criterion: Criterion) -> AsyncIterator[Sequence[Booked]]:
        for begin in range(0, self.rows, LIST_PAGE):
            if self.until is not None and begin >= self.until:
                raise Refused("the store does not answer", code="store_unavailable")
            await asyncio.sleep(0)
            numbers = range(begin, min(begin + LIST_PAGE, self.rows))
            yield [
                Booked(replace(MEETING, uuid=UUID(int=number), starts_at=MEETING.starts_at + number), ROOM)
                for number in numbers
            ]


class FakeCallers:
    async def authenticate(self, request: web.BaseRequest) -> Caller:
        return Caller(organisation="own", roles=frozenset({CallerRole.ADMIN}))

    authenticate_v1 = authenticate


def client_of(bookings: FakeBookings, v1_lists: V1Lists = "array") -> TestClient[web.Request, web.Application]:
    api = VideoApi(
        cast(Any, bookings),
        FakeCallers(),
        clock=SystemClock(),
        public_url="https://example.dk",
        short_link_base="https://example.dk/m/",
        v1_lists=v1_lists,
    )
    application = web.Application(middlewares=[api.middleware])
    application.add_routes(api.routes())
    return TestClient(TestServer(application))


async def longest_turn_s(until: asyncio.Event) -> float:
    """Processor time between two turns of this task, the longest; without the garbage collector's, which looks at all
    that a test run has loaded."""
    longest, before = 0.0, time.thread_time()
    while not until.is_set():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, before = max(longest, now - before), now
    return longest


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("prefix", ["/videoapi", "/videoapi/v2"])
async def test_list_above_five_thousand_rows_is_streamed_without_holding_others_up(prefix: str) -> None:
    rows = 12_345
    done = asyncio.Event()
    async with client_of(FakeBookings(rows)) as client:
        watching = asyncio.create_task(longest_turn_s(done), name="turns")
        async with client.get(f"{prefix}/meetings?label=x") as answer:
            assert answer.headers["Transfer-Encoding"] == "chunked"
            assert answer.content_type == "application/hal+json"
            parts = [part async for part in answer.content.iter_chunked(65_536)]
        done.set()
        longest = await watching
    found = json.loads(b"".join(parts))
    assert [UUID(row["uuid"]).int for row in found] == list(range(rows))
    assert longest <= LONGEST_TURN_S


@pytest.mark.parametrize("rows", [0, 1, LIST_PAGE, lists.BUFFERED_ROWS])
async def test_shorter_list_has_a_length(rows: int) -> None:
    async with client_of(FakeBookings(rows)) as client, client.get("/videoapi/v2/meetings?label=x") as answer:
        assert int(answer.headers["Content-Length"]) > 0
        assert len(await answer.json(content_type=None)) == rows


@pytest.mark.parametrize("rows", [1, 6_000])
async def test_version_1_wraps_lists_as_hal_where_the_settings_say_so(rows: int) -> None:
    async with client_of(FakeBookings(rows), "hal") as client:
        async with client.get("/videoapi/meetings?label=x%22y") as answer:
            wrapped = await answer.json(content_type=None)
        async with client.get("/videoapi/v2/meetings?label=x") as answer:
            plain = await answer.json(content_type=None)
    assert len(wrapped["_embedded"]["meetingDtoList"]) == len(plain) == rows
    assert wrapped["_links"]["self"]["href"].startswith("https://example.dk/videoapi/meetings?label=x")


async def test_empty_hal_list_has_nothing_embedded() -> None:
    async with client_of(FakeBookings(0), "hal") as client, client.get("/videoapi/meetings?label=x") as answer:
        assert set(await answer.json(content_type=None)) == {"_links"}


async def test_store_that_fails_early_is_told_with_a_status() -> None:
    bookings = FakeBookings(20_000, until=lists.BUFFERED_ROWS - LIST_PAGE)
    async with client_of(bookings) as client, client.get("/videoapi/v2/meetings?label=x") as answer:
        assert answer.status == 503
        assert (await answer.json())["detailed_error_code"] == "11"


async def test_store_that_fails_late_cuts_the_list_so_that_none_takes_it_for_whole(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, logger=lists.__name__)
    bookings = FakeBookings(20_000, until=lists.BUFFERED_ROWS + 10 * LIST_PAGE)
    async with client_of(bookings) as client:
        answer = await client.get("/videoapi/v2/meetings?label=x")
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    assert "list_cut why=store_unavailable" in caplog.text
