"""Templates and pools on the wire, in both versions, against a whole server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.video.servers import VERSIONS, VideoServer, Who, assert_fault, video_server


@pytest.fixture(scope="module")
def server() -> Iterator[VideoServer]:
    with video_server({"booking.provisioning": "external"}) as running:
        running.book(2)  # makes the organisation's first template
        yield running


@VERSIONS
def test_templates_are_made_replaced_and_withdrawn(server: VideoServer, number: int) -> None:
    said: dict[str, Any] = {
        "conferencingSysId": 7,
        "uriPrefix": f"9{number}",
        "uriDomain": "rooms.example.dk",
        "hostPinRequired": True,
        "hostPinRangeLow": 5000,
        "hostPinRangeHigh": 5999,
        "guestPinRequired": True,
        "guestPinRangeLow": 6000,
        "guestPinRangeHigh": 6999,
        "vMRAvailableBefore": 20,
        "maxParticipants": 9,
        "endMeetingOnEndTime": True,
        "uriNumberRangeLow": 1000,
        "uriNumberRangeHigh": 9999,
        "ivrTheme": "/tema/1",
        "isDefaultTemplate": False,
        "isPoolTemplate": False,
        "returnUrl": "https://portal.example.dk/",
        "vmrType": "lecture",
        "directMedia": "best_effort",
        "callType": "AudioSendRecv",
    }
    made = server.call(number, "POST", "/scheduling-templates", said)
    assert made.status == 200, made.body
    template = made.json
    assert {name: template[name] for name in said} == said
    assert (template["organisationId"], template["createdBy"]["email"]) == ("own", "anna@example.dk")
    path = f"/scheduling-templates/{template['id']}"
    assert server.call(number, "GET", path).json == template
    assert template in server.call(number, "GET", "/scheduling-templates").json
    meeting = server.book(number, schedulingTemplateId=template["id"])
    room = server.call(number, "GET", f"/scheduling-info/{meeting['uuid']}").json
    assert room["uriWithDomain"].startswith(f"9{number}")
    assert room["uriWithDomain"].endswith("@rooms.example.dk")
    assert 5000 <= room["hostPin"] <= 5999
    assert 6000 <= room["guestPin"] <= 6999
    kept = ("vmrType", "ivrTheme", "returnUrl", "directMedia", "callType", "maxParticipants", "endMeetingOnEndTime")
    assert {name: room[name] for name in kept} == {name: said[name] for name in kept}
    assert room["vmrAvailableBefore"] == 20
    replaced = server.call(number, "PUT", path, {**said, "uriPrefix": "8"}).json
    assert (replaced["uriPrefix"], replaced["updatedBy"]["email"]) == ("8", "anna@example.dk")
    assert server.call(number, "DELETE", path).status == (200 if number == 1 else 204)
    assert_fault(server.call(number, "GET", path), number, 404, None, 11)
    gone = server.call(number, "POST", "/meetings", server.booking(number, schedulingTemplateId=template["id"]))
    assert_fault(gone, number, 400, 40, 26)


@VERSIONS
@pytest.mark.parametrize(
    ("wrong", "v1_code", "v2_code"),
    [
        ({"uriNumberRangeLow": 9, "uriNumberRangeHigh": 1}, 20, 14),
        ({"guestPinRequired": True, "guestPinRangeLow": 9000, "guestPinRangeHigh": 2000}, 30, 16),
        ({"hostPinRequired": True, "hostPinRangeLow": 9000, "hostPinRangeHigh": 2000}, 31, 17),
    ],
)
def test_template_that_cannot_be_obeyed_is_406_at_the_latest_when_it_is_used(
    server: VideoServer, number: int, wrong: dict[str, Any], v1_code: int, v2_code: int
) -> None:
    said = {
        "conferencingSysId": 1,
        "uriPrefix": "6",
        "uriDomain": "rooms.example.dk",
        "hostPinRequired": False,
        "guestPinRequired": False,
        "uriNumberRangeLow": 1000,
        "uriNumberRangeHigh": 9999,
        **wrong,
    }
    answer = server.call(number, "POST", "/scheduling-templates", said)
    if answer.status == 200:
        body = server.booking(number, schedulingTemplateId=answer.json["id"])
        answer = server.call(number, "POST", "/meetings", body)
    assert_fault(answer, number, 406, v1_code, v2_code)


@VERSIONS
def test_second_template_for_the_pool_is_406(server: VideoServer, number: int) -> None:
    said = {
        "conferencingSysId": 1,
        "uriPrefix": "5",
        "uriDomain": "rooms.example.dk",
        "hostPinRequired": False,
        "guestPinRequired": False,
        "uriNumberRangeLow": 1000,
        "uriNumberRangeHigh": 9999,
        "isPoolTemplate": True,
    }
    foreign = Who(organisation="foreign")
    made = server.call(number, "POST", "/scheduling-templates", said, who=foreign)
    assert made.status == 200, made.body
    assert_fault(server.call(number, "POST", "/scheduling-templates", said, who=foreign), number, 406, 32, 18)
    assert server.call(number, "DELETE", f"/scheduling-templates/{made.json['id']}", who=foreign).status in (200, 204)


@VERSIONS
def test_pool_rooms_are_made_where_there_is_a_pool(server: VideoServer, number: int) -> None:
    provisioner = Who("meeting-provisioner-user", "foreign")
    template = server.call(number, "GET", "/scheduling-templates").json[0]["id"]
    for organisation, v1_code, v2_code in (("child", 14, 23), ("nowhere", 13, 22)):
        body = {"organizationId": organisation, "schedulingTemplateId": template}
        assert_fault(
            server.call(number, "POST", "/scheduling-info", body, who=provisioner), number, 400, v1_code, v2_code
        )
    made = server.call(
        number, "POST", "/scheduling-info", {"organizationId": "own", "schedulingTemplateId": template}, who=provisioner
    )
    assert made.status == 200, made.body
    assert "meetingDetails" not in made.json
    assert server.call(number, "GET", f"/scheduling-info/{made.json['uuid']}").json["uriWithDomain"]
