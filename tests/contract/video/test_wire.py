"""What each version says on the wire, against a whole server: limits, times, errors, lists, searches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.video import golden
from tests.contract.video.servers import VERSIONS, Answer, VideoServer, Who, assert_fault, video_server

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def server() -> Iterator[VideoServer]:
    with video_server({"booking.provisioning": "external"}) as running:
        yield running


@VERSIONS
def test_a_booking_that_says_everything_returns_what_was_said(server: VideoServer, number: int) -> None:
    said: dict[str, Any] = {
        "subject": "Samtale",
        "description": "Om hjemmepleje",
        "projectCode": "P-1",
        "organizedByEmail": "bo@example.dk",
        "uuid": str(uuid4()),
        "externalId": f"aftale-{number}",
        "guestMicrophone": "muted",
        "guestPinRequired": True,
        "labels": ["nord", "syd"],
        "additionalInformation": [{"key": "enhed", "value": "Nord"}, {"key": "sag", "value": "1"}],
    }
    of_room: dict[str, Any] = {
        "maxParticipants": 12,
        "endMeetingOnEndTime": True,
        "vmrType": "lecture",
        "hostView": "five_mains_seven_pips",
        "guestView": "one_main_zero_pips",
        "vmrQuality": "sd",
        "enableOverlayText": False,
        "guestsCanPresent": False,
        "forcePresenterIntoMain": False,
        "forceEncryption": True,
        "muteAllGuests": True,
        "uriWithoutDomain": f"Stue{number}",
        "guestPin": 4711,
        "hostPin": 12345,
        "callType": "AudioSendRecv",
    }
    body = server.booking(number, **said, **of_room, unknownField={"is": "passed over"})
    made = server.call(number, "POST", "/meetings", body)
    assert (made.status, made.content_type) == (200, "application/hal+json")
    meeting = made.json
    organizer = said.pop("organizedByEmail")
    assert {name: meeting[name] for name in said} == said
    assert meeting["organizedBy"] == {"organisationId": "own", "email": organizer}
    assert meeting["createdBy"] == {"organisationId": "own", "email": "anna@example.dk"}
    assert meeting["shortLink"] == meeting["shortlink"]
    assert meeting["shortLink"].endswith(f"/m/{meeting['shortId']}")
    prefix = f"{server.url}/videoapi{'/v2' if number == 2 else ''}"
    assert meeting["_links"] == {
        "self": {"href": f"{prefix}/meetings/{meeting['uuid']}"},
        "scheduling-info": {"href": f"{prefix}/scheduling-info/{meeting['uuid']}"},
    }
    room = server.call(number, "GET", f"/scheduling-info/{meeting['uuid']}").json
    assert {name: room[name] for name in of_room} == of_room
    assert room["meetingDetails"] == meeting
    assert room["provisionStatus"] == "AWAITS_PROVISION"
    assert room["uriWithDomain"].startswith(f"Stue{number}@")
    assert (room["shortLink"], room["shortlink"]) == (meeting["shortLink"], meeting["shortLink"])
    assert room["portalLink"]
    assert server.call(number, "GET", f"/meetings/{meeting['uuid']}").json == meeting


@VERSIONS
def test_a_booking_that_says_little_gets_the_facts_defaults(server: VideoServer, number: int) -> None:
    meeting = server.book(number)
    assert (meeting["guestMicrophone"], meeting["guestPinRequired"]) == ("on", False)
    assert (meeting["labels"], meeting["additionalInformation"]) == ([], [])
    assert set(meeting).isdisjoint({"description", "projectCode", "externalId", "updatedBy", "updatedTime"})
    room = server.call(number, "GET", f"/scheduling-info/{meeting['uuid']}").json
    assert (room["vmrAvailableBefore"], room["maxParticipants"], room["endMeetingOnEndTime"]) == (15, 0, False)
    assert 1000 <= room["hostPin"] <= 9999


@VERSIONS
def test_both_versions_show_the_same_meeting_with_their_own_times(server: VideoServer, number: int) -> None:
    meeting = server.book(number, subject="Den samme")
    other = 3 - number
    seen = server.call(other, "GET", f"/meetings/{meeting['uuid']}").json
    changed = {"startTime", "endTime", "createdTime", "_links"}
    assert {name: seen[name] for name in seen if name not in changed} == {
        name: meeting[name] for name in meeting if name not in changed
    }
    first, second = (meeting, seen) if number == 1 else (seen, meeting)
    assert first["startTime"][:19] == second["startTime"][:19]
    assert first["startTime"][19:].replace(" ", "") == second["startTime"][19:].replace(":", "")


LIMITED = [
    (name, field, int(kind))
    for name in ("create-meeting", "update-meeting", "patch-meeting")
    for field, (_, kind) in golden.fields(name).items()
    if kind.isdigit()
]


@VERSIONS
@pytest.mark.parametrize(("name", "field", "most"), LIMITED)
def test_a_text_may_be_as_long_as_the_facts_say_and_no_longer(
    server: VideoServer, number: int, name: str, field: str, most: int
) -> None:
    method, path = "POST", "/meetings"
    if name != "create-meeting":
        method = "PUT" if name == "update-meeting" else "PATCH"
        path = f"/meetings/{server.book(number)['uuid']}"
    letter = uuid4().hex
    base = {} if method == "PATCH" else server.booking(number)
    longest = (letter * 20)[:most]
    taken = server.call(number, method, path, {**base, field: longest})
    assert taken.status == 200, taken.body
    assert field == "uriWithoutDomain" or taken.json[field] == longest
    assert_fault(server.call(number, method, path, {**base, field: longest + "x"}), number, 400, None, 10)


@VERSIONS
@pytest.mark.parametrize(("pin", "is_taken"), [(999, False), (1000, True), (999_999_999, True), (1_000_000_000, False)])
@pytest.mark.parametrize("field", ["guestPin", "hostPin"])
def test_a_pin_has_the_facts_range(server: VideoServer, number: int, field: str, pin: int, is_taken: bool) -> None:
    answer = server.call(number, "POST", "/meetings", server.booking(number, **{field: pin}))
    if is_taken:
        assert server.call(number, "GET", f"/scheduling-info/{answer.json['uuid']}").json[field] == pin
    else:
        assert_fault(answer, number, 400, None, 10)


@VERSIONS
@pytest.mark.parametrize("field", [name for name, (_, kind) in golden.fields("create-meeting").items()])
def test_a_value_of_another_kind_is_refused(server: VideoServer, number: int, field: str) -> None:
    body = server.booking(number) | {field: {"no": "such value"}}
    assert_fault(server.call(number, "POST", "/meetings", body), number, 400, None, 10)


@VERSIONS
@pytest.mark.parametrize("field", ["subject", "startTime", "endTime"])
def test_what_must_be_there_must_be_there(server: VideoServer, number: int, field: str) -> None:
    body = server.booking(number)
    del body[field]
    assert_fault(server.call(number, "POST", "/meetings", body), number, 400, None, 10)
    assert_fault(server.call(number, "POST", "/meetings", {**body, field: None}), number, 400, None, 10)


def _year(number: int) -> str:
    return "12026-01-31T12:00:00 +0100" if number == 1 else "12026-01-31T12:00:00+01:00"


CODES: dict[str, tuple[dict[str, Any], int, int | None, int]] = {
    "year": ({"endTime": _year}, 400, 30, 25),
    "template unknown": ({"schedulingTemplateId": 999_999}, 400, 40, 26),
    "no reservation": ({"schedulingInfoReservationId": NOBODY}, 400, 60, 29),
    "characters": ({"uriWithoutDomain": "æ-1"}, 400, 100, 33),
    "keys": ({"additionalInformation": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, 400, 120, 35),
    "reservation and PIN": ({"schedulingInfoReservationId": NOBODY, "guestPin": 1234}, 400, 110, 34),
    "no free pool room": ({"meetingType": "POOL", "in_s": 0}, 400, 11, 20),
}


@VERSIONS
@pytest.mark.parametrize("name", list(CODES))
def test_a_refused_booking_has_its_code(server: VideoServer, number: int, name: str) -> None:
    fields, status, v1_code, v2_code = CODES[name]
    fields = {field: value(number) if callable(value) else value for field, value in fields.items()}
    answer = server.call(number, "POST", "/meetings", server.booking(number, **fields))
    assert_fault(answer, number, status, v1_code, v2_code)


@VERSIONS
def test_what_only_one_may_have_is_refused_the_second_time(server: VideoServer, number: int) -> None:
    unique = {"externalId": f"kun-en-{number}", "uriWithoutDomain": f"KunEn{number}"}
    made = server.book(number, **dict[str, Any](unique))
    for fields, v1_code, v2_code in (
        ({"externalId": unique["externalId"]}, 12, 21),
        ({"uriWithoutDomain": unique["uriWithoutDomain"]}, 90, 32),
        ({"uuid": made["uuid"]}, None, 10),
    ):
        answer = server.call(number, "POST", "/meetings", server.booking(number, **fields))
        assert_fault(answer, number, 400, v1_code, v2_code)
    foreign = Who(organisation="foreign")
    assert server.book(number, foreign, externalId=unique["externalId"])["externalId"] == unique["externalId"]
    no_own = server.call(number, "POST", "/meetings", server.booking(number, uriWithoutDomain="Ny1"), who=foreign)
    assert_fault(no_own, number, 400, 80, 31)


@VERSIONS
def test_a_meeting_that_has_begun_can_neither_be_cancelled_nor_moved(server: VideoServer, number: int) -> None:
    uuid = server.book(number)["uuid"]
    provisioner = Who("meeting-provisioner-user", organisation="foreign")
    report = {"provisionStatus": "PROVISIONED_OK", "provisionStatusDescription": "ok", "provisionVmrId": "77"}
    room = server.call(number, "PUT", f"/scheduling-info/{uuid}", report, who=provisioner).json
    assert {name: room[name] for name in report} == report
    assert room["provisionTimestamp"]
    assert_fault(server.call(number, "DELETE", f"/meetings/{uuid}"), number, 406, 11, 13)
    report["provisionStatus"] = "STARTING_TO_DEPROVISION"
    assert server.call(number, "PUT", f"/scheduling-info/{uuid}", report, who=provisioner).status == 200
    answer = server.call(number, "PATCH", f"/meetings/{uuid}", {"subject": "Nyt"})
    assert_fault(answer, number, 406, 10, 12)
    report["provisionStatus"] = "DEPROVISION_OK"
    gone = server.call(number, "PUT", f"/scheduling-info/{uuid}", report, who=provisioner).json
    assert (gone["uriWithoutDomain"], gone["uriWithDomain"]) == (None, "")


@VERSIONS
def test_null_is_refused_where_something_must_be(server: VideoServer, number: int) -> None:
    uuid = server.book(number, description="d", labels=["a"])["uuid"]
    for field in ("subject", "startTime", "endTime", "guestMicrophone", "guestPinRequired"):
        assert_fault(server.call(number, "PATCH", f"/meetings/{uuid}", {field: None}), number, 400, 70, 30)
    emptied = server.call(number, "PATCH", f"/meetings/{uuid}", {"description": None, "labels": None}).json
    assert (emptied["labels"], "description" in emptied) == ([], False)


@VERSIONS
def test_a_put_replaces_and_a_patch_changes(server: VideoServer, number: int) -> None:
    uuid = server.book(number, description="d", projectCode="p", labels=["a"])["uuid"]
    patched = server.call(number, "PATCH", f"/meetings/{uuid}", {"projectCode": "q", "guestMicrophone": "off"}).json
    assert (patched["description"], patched["projectCode"], patched["labels"]) == ("d", "q", ["a"])
    assert patched["guestMicrophone"] == "off"
    assert patched["updatedBy"]["email"] == "anna@example.dk"
    put = server.call(number, "PUT", f"/meetings/{uuid}", server.booking(number, subject="Ny")).json
    assert put["subject"] == "Ny"
    assert (put["labels"], put["guestMicrophone"]) == ([], "off")
    assert set(put).isdisjoint({"description", "projectCode"})


@VERSIONS
def test_cancelling_answers_as_the_version_does_and_leaves_nothing(server: VideoServer, number: int) -> None:
    uuid = server.book(number)["uuid"]
    answer = server.call(number, "DELETE", f"/meetings/{uuid}")
    assert (answer.status, answer.body) == (200 if number == 1 else 204, b"")
    assert_fault(server.call(number, "GET", f"/meetings/{uuid}"), number, 404, None, 11)
    assert_fault(server.call(number, "DELETE", f"/meetings/{uuid}"), number, 404, None, 11)


@VERSIONS
def test_each_search_finds_the_meeting(server: VideoServer, number: int) -> None:
    mark = f"soeg{uuid4().hex[:8]}"
    start, end = server.time(number, 86_400 * 9 + number), server.time(number, 86_400 * 9 + 600 + number)
    meeting = server.book(number, in_s=86_400 * 9 + 300, subject=mark, labels=[mark], organizedByEmail=f"{mark}@x.dk")
    uri = server.call(number, "GET", f"/scheduling-info/{meeting['uuid']}").json["uriWithDomain"]
    window = {"from-start-time": start, "to-start-time": end}
    for asked in (
        {"label": mark},
        {"subject": mark},
        {"organizedBy": f"{mark}@x.dk"},
        {"search": mark[2:]},
        {"search": mark, **window},
        {"uriWithDomain": uri},
    ):
        found = server.call(number, "GET", f"/meetings?{_query(asked)}")
        assert (found.status, found.content_type) == (200, "application/hal+json")
        assert found.json == [meeting], asked
    ranged = server.call(number, "GET", f"/meetings?{_query(window)}").json
    assert meeting in ranged
    by_short_id = server.call(number, "GET", f"/meetings?short-id={meeting['shortId']}&label=other").json
    assert by_short_id == (meeting if number == 1 else [meeting])
    for path, address in (("WithDomain", uri), ("WithoutDomain", uri.partition("@")[0])):
        assert server.call(number, "GET", f"/meetings/findByUri{path}?uri={address}").json == meeting
    nothing = server.call(number, "GET", "/meetings?label=nothing")
    assert (nothing.status, nothing.body) == (200, b"[]")


def _query(asked: dict[str, str]) -> str:
    return "&".join(f"{name}={value.replace('+', '%2B').replace(' ', '%20')}" for name, value in asked.items())


@VERSIONS
def test_searches_that_say_too_little_have_their_codes(server: VideoServer, number: int) -> None:
    half = f"from-start-time={_query({'x': server.time(number, 0)})[2:]}"
    assert_fault(server.call(number, "GET", "/meetings"), number, 400, None, 36)
    assert_fault(server.call(number, "GET", f"/meetings?{half}"), number, 400, 50, 28)
    assert_fault(server.call(number, "GET", f"/meetings?search=x&{half}"), number, 400, 50, 28)
    assert_fault(server.call(number, "GET", "/meetings?short-id=short"), number, 400, None, 10)
    assert_fault(server.call(number, "GET", "/meetings?short-id=000000000000"), number, 404, None, 11)
    assert_fault(server.call(number, "GET", "/meetings/findByUriWithDomain"), number, 400, None, 10)
    assert_fault(server.call(number, "GET", "/meetings/findByUriWithDomain?uri=no@where"), number, 404, None, 11)


def _uuids(answer: Answer) -> set[str]:
    return {one["uuid"] for one in answer.json}


@VERSIONS
def test_rooms_are_listed_by_window_and_status(server: VideoServer, number: int) -> None:
    meeting = server.book(number, in_s=86_400 * 20)
    window = {"from-start-time": server.time(number, 86_400 * 20 - 60), "to-end-time": server.time(number, 86_400 * 21)}
    found = server.call(number, "GET", f"/scheduling-info?{_query(window)}").json
    assert [room["uuid"] for room in found if room["uuid"] == meeting["uuid"]] == [meeting["uuid"]]
    assert {room["provisionStatus"] for room in found} == {"AWAITS_PROVISION"}
    other = server.call(number, "GET", f"/scheduling-info?{_query(window)}&provision-status=PROVISIONED_OK")
    assert other.json == []
    its_end = {"from-start-time": server.time(number, 86_400 * 20 + 900), "to-end-time": window["to-end-time"]}
    assert meeting["uuid"] in _uuids(server.call(number, "GET", f"/scheduling-info?{_query(its_end)}"))
    within = {"from-start-time": its_end["from-start-time"], "to-end-time": server.time(number, 86_400 * 20 + 1200)}
    assert meeting["uuid"] not in _uuids(server.call(number, "GET", f"/scheduling-info?{_query(within)}"))
    for missing in window:
        rest = {name: value for name, value in window.items() if name != missing}
        assert_fault(server.call(number, "GET", f"/scheduling-info?{_query(rest)}"), number, 400, None, 10)
    assert_fault(
        server.call(number, "GET", f"/scheduling-info?{_query(window)}&provision-status=DONE"), number, 400, None, 10
    )


@VERSIONS
def test_errors_outside_of_the_operations_have_the_version_s_form(server: VideoServer, number: int) -> None:
    assert_fault(server.call(number, "GET", "/nothing"), number, 404, None, 11)
    wrong = server.call(number, "POST", "/pool", {})
    assert_fault(wrong, number, 405, None, 11)
    assert "GET" in wrong.headers["Allow"]
    assert_fault(server.call(number, "POST", "/meetings", b"{"), number, 400, None, 10)
    assert_fault(server.call(number, "POST", "/meetings", b"[" * 5000), number, 400, None, 10)
    as_text = server.call(number, "POST", "/meetings", b"{}", headers={"Content-Type": "text/plain"})
    assert_fault(as_text, number, 415, None, 10)
    assert_fault(server.call(number, "POST", "/meetings", b" " * 70_000), number, 413, None, 10)
    assert_fault(server.call(number, "GET", "/meetings/no-uuid"), number, 400, None, 10)
    assert_fault(server.call(number, "GET", "/scheduling-templates/x"), number, 400, None, 10)
    anonymous = server.call(number, "GET", "/pool", who=None)
    assert_fault(anonymous, number, 401, None, 11)
    assert anonymous.headers["WWW-Authenticate"].startswith("Bearer")
    assert_fault(server.call(number, "POST", "/meetings", {}, who=Who("meeting-provisioner")), number, 403, None, 11)


def test_info_is_open_in_version_1_and_not_in_version_2(server: VideoServer) -> None:
    first = server.call(1, "GET", "/info", who=None)
    assert {one["key"] for one in first.json["info"]} == {"build", "api"}
    assert b"0." not in first.body, "not which release runs here"
    assert_fault(server.call(2, "GET", "/info", who=None), 2, 401, None, 11)
    assert server.call(2, "GET", "/info", who=Who("meeting-provisioner")).json["info"]


@VERSIONS
def test_numbers_and_flags_may_be_written_as_texts(server: VideoServer, number: int) -> None:
    body = server.booking(number, guestPin="4712", endMeetingOnEndTime="true")
    made = server.call(number, "POST", "/meetings", body).json
    room = server.call(number, "GET", f"/scheduling-info/{made['uuid']}").json
    assert (room["guestPin"], room["endMeetingOnEndTime"]) == (4712, True)


@VERSIONS
def test_plus_that_a_query_lost_is_understood(server: VideoServer, number: int) -> None:
    offset = "0000" if number == 1 else "00:00"
    times = f"from-start-time=2026-01-01T00:00:00+{offset}&to-start-time=2026-01-01T00:00:01+{offset}"
    assert server.call(number, "GET", f"/meetings?{times}").json == []


@VERSIONS
def test_unknown_organisation_books_nothing(server: VideoServer, number: int) -> None:
    stranger = Who(organisation="nowhere")
    assert_fault(server.call(number, "POST", "/meetings", server.booking(number), who=stranger), number, 400, 13, 22)
    assert server.call(number, "GET", "/meetings?label=x", who=stranger).json == []


def test_version_1_takes_bearer_tokens_and_version_2_no_session_data(server: VideoServer) -> None:
    bearer, session = server.credentials(2, Who()), server.credentials(1, Who())
    assert server.call(1, "GET", "/pool", who=None, headers=bearer).status == 200
    assert_fault(server.call(2, "GET", "/pool", who=None, headers=session), 2, 401, None, 11)
