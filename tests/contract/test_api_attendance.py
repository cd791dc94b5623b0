"""Who was in a room, over REST: as JSON, as CSV for a spreadsheet that trusts nobody's name, and gone when asked."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api import problem
from tests.fakes.signalling_server import connected
from vdxmedia.api.attendance import CSV_HEADER, RoomAttendance, Stay, as_csv
from vdxmedia.conference.kinds import Role
from vdxmedia.ids import ParticipantId, RoomId


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    async with assembled() as running:
        yield running


def attends(server: AssembledServer, room: str, name: str, *, role: str = "guest", organisation: str = "") -> None:
    server.server.store.attendance.joined(
        RoomId(room), ParticipantId(name), name=name, role=role, organisation=organisation
    )


def token_of(link: str) -> str:
    return link.partition("#t=")[2]


async def test_attendance_tells_who_was_there_and_nothing_else_of_them(server: AssembledServer) -> None:
    room = (await server.open_room(mode="training"))["roomId"]
    attends(server, room, "Anna", role="host", organisation="Hjørring")
    attends(server, room, "Bo")
    server.server.store.attendance.recognise(RoomId(room), ParticipantId("Bo"), is_recognised=True)
    server.server.store.attendance.left(RoomId(room), ParticipantId("Bo"))
    async with server.get(f"/api/v1/rooms/{room}/attendance") as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        stays = (await answer.json())["stays"]
    assert [(stay["name"], stay["role"], stay["organisation"], stay["isRecognised"]) for stay in stays] == [
        ("Anna", "host", "Hjørring", False),
        ("Bo", "guest", "", True),
    ]
    assert set(stays[0]) == {"name", "role", "organisation", "firstSeen", "lastSeen", "isRecognised"}
    for stay in stays:
        assert datetime.now(UTC) - datetime.fromisoformat(stay["lastSeen"]) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("query", "accept"),
    [("?format=csv", None), ("?format=csv", "application/json"), ("", "text/csv"), ("", "text/csv;q=0.9, */*;q=0.1")],
)
async def test_csv_comes_when_it_is_asked_for(server: AssembledServer, query: str, accept: str | None) -> None:
    room = (await server.open_room())["roomId"]
    attends(server, room, "Søren")
    headers = {} if accept is None else {"Accept": accept}
    async with server.get(f"/api/v1/rooms/{room}/attendance{query}", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/csv")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.headers["Cache-Control"] == "no-store"
        body = await answer.read()
    assert body.startswith(b"\xef\xbb\xbfNavn;Rolle;Organisation;Fra (")
    assert "Søren;deltager;;".encode() in body
    assert body.endswith(b"nej\r\n")


async def test_json_comes_otherwise_and_another_format_is_refused(server: AssembledServer) -> None:
    room = (await server.open_room())["roomId"]
    path = f"/api/v1/rooms/{room}/attendance"
    for query, accept in (("", "text/csv, application/json"), ("?format=json", "text/csv"), ("", "text/html")):
        async with server.get(path + query, headers={"Accept": accept}) as answer:
            assert await answer.json() == {"stays": []}
    async with server.get(f"{path}?format=xlsx") as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"] == "?format"


def row_of(name: str) -> list[str]:
    """The name through the CSV and back."""
    moment = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    stay = Stay(name=name, role=Role.GUEST, organisation=name, first_seen=moment, last_seen=moment, is_recognised=True)
    text = as_csv(RoomAttendance(stays=[stay])).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert tuple(header) == CSV_HEADER
    return row


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+45 70", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1+1", '=HYPERLINK("http://x.example";"Klik")', "=a|'b'!c"],
)
def test_name_that_a_spreadsheet_would_calculate_is_a_text(name: str) -> None:
    row = row_of(name)
    assert row[0] == row[2] == f"'{name}"


@pytest.mark.parametrize("name", ["Anna; Bo", 'Bo "den lange" Ås', "Ægir\nØst", "'=1"])
def test_name_with_the_files_own_signs_stays_one_cell(name: str) -> None:
    assert row_of(name)[0] == name
    assert len(row_of(name)) == len(CSV_HEADER)


def test_times_are_danish() -> None:
    assert row_of("Anna")[3] == "01-07-2026 10:00:00"


async def test_attendance_outlasts_the_room_unless_its_end_says_so(server: AssembledServer) -> None:
    for query, is_kept in (("", True), ("?attendance=keep", True), ("?attendance=delete", False)):
        room = (await server.open_room())["roomId"]
        attends(server, room, "Anna")
        server.server.store.attendance.left(RoomId(room), ParticipantId("Anna"))
        async with server.delete(f"/api/v1/rooms/{room}{query}") as answer:
            assert answer.status == 204
        async with server.get(f"/api/v1/rooms/{room}/attendance") as answer:
            if is_kept:
                assert len((await answer.json())["stays"]) == 1
            else:
                await problem(answer, 404, "room_unknown")
    async with server.delete(f"/api/v1/rooms/{room}?attendance=burn") as answer:
        assert (await problem(answer, 422, "validation_failed"))["field"] == "?attendance"


async def test_attendance_deleted_is_gone_and_deleting_again_is_fine(server: AssembledServer) -> None:
    room = (await server.open_room())["roomId"]
    attends(server, room, "Anna")
    server.server.store.attendance.left(RoomId(room), ParticipantId("Anna"))
    for _ in range(2):
        async with server.delete(f"/api/v1/rooms/{room}/attendance") as answer:
            assert answer.status == 204
        async with server.get(f"/api/v1/rooms/{room}/attendance") as answer:
            assert (await answer.json())["stays"] == []


async def test_host_fetches_the_attendance_of_his_room_with_his_link_and_nobody_else(server: AssembledServer) -> None:
    made, other = await server.open_room(), await server.open_room()
    attends(server, made["roomId"], "Anna")
    attends(server, other["roomId"], "Bo")
    async with server.get("/api/v1/attendance?format=csv", key=token_of(made["hostUrl"])) as answer:
        text = await answer.text()
        assert "Anna" in text
        assert "Bo" not in text
    async with server.get("/api/v1/attendance", key=token_of(made["guestUrl"])) as answer:
        await problem(answer, 403, "not_permitted")
    async with server.get("/api/v1/attendance") as answer:
        await problem(answer, 401, "token_invalid")
    async with server.get(f"/api/v1/rooms/{made['roomId']}/attendance", key=token_of(made["hostUrl"])) as answer:
        await problem(answer, 401, "key_invalid")


async def test_room_that_never_was_has_no_attendance(server: AssembledServer) -> None:
    async with server.get("/api/v1/rooms/nowhere/attendance") as answer:
        await problem(answer, 404, "room_unknown")


async def test_people_in_a_training_are_in_its_attendance_after_they_have_left(server: AssembledServer) -> None:
    made = await server.open_room(mode="training")
    async with connected(server, token_of(made["hostUrl"])) as host:
        await host.join("Instruktør Inge")
        async with connected(server, token_of(made["guestUrl"])) as guest:
            await guest.join("=Bo()")
            assert (await guest.command("leave"))["type"] == "done"
        async with server.get("/api/v1/attendance?format=csv", key=token_of(made["hostUrl"])) as answer:
            rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig")), delimiter=";"))
    assert [row[:2] for row in rows[1:]] == [["Instruktør Inge", "vært"], ["'=Bo()", "deltager"]]
