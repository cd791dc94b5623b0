"""Who may do what with whose: every operation × every role × own, child, parent and foreign organisation, both
versions.

Everything asked about belongs to the organisation `own`, below `parent`, above `child`; its meetings are organised by
somebody else than the caller. What a role may not do is 403, whatever is asked about; what one may not see is 404, or
not in the list.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.video import golden
from tests.contract.video.servers import Answer, VideoServer, Who, video_server

ORGANISATIONS = ("own", "child", "parent", "foreign")
ADMIN, USER, PLANNER, PROVISIONER, PROVISIONER_USER = golden.ROLES["any"]
PROVISIONERS = (PROVISIONER, PROVISIONER_USER)
AGED_S = 120.0
"""A pool room is given away when it has stood ready for a minute."""
TEMPLATE = {
    "conferencingSysId": 1,
    "uriPrefix": "77",
    "uriDomain": "rooms.example.dk",
    "hostPinRequired": True,
    "hostPinRangeLow": 1000,
    "hostPinRangeHigh": 9999,
    "guestPinRequired": False,
    "uriNumberRangeLow": 10_000,
    "uriNumberRangeHigh": 99_999,
}
ORGANISER = Who(ADMIN, "own", "organiser@example.dk")


@dataclass(frozen=True)
class Things:
    """Of the organisation `own`."""

    server: VideoServer
    meeting: Mapping[str, Any]
    uri: str
    template: int
    reservation: str
    ready: str
    """A room of the pool."""
    due: str
    """A meeting whose room is to be made now."""
    over: str
    """A meeting whose room is to be taken down now."""

    def new_meeting(self) -> str:
        uuid: str = self.server.book(2, ORGANISER)["uuid"]
        return uuid

    def new_template(self) -> int:
        number: int = self.server.call(2, "POST", "/scheduling-templates", TEMPLATE, who=ORGANISER).json["id"]
        return number


@pytest.fixture(scope="module")
def things() -> Iterator[Things]:
    with video_server({"booking.provisioning": "external"}) as server:
        provisioner = Who(PROVISIONER_USER, "foreign")
        template = server.call(2, "POST", "/scheduling-templates", TEMPLATE, who=ORGANISER).json["id"]
        meeting = server.book(2, ORGANISER, labels=["maerke"])
        uri = server.call(2, "GET", f"/scheduling-info/{meeting['uuid']}", who=ORGANISER).json["uriWithDomain"]
        body = {"organizationId": "own", "schedulingTemplateId": template}
        pool = [server.call(2, "POST", "/scheduling-info", body, who=provisioner).json["uuid"] for _ in range(2)]
        over = server.book(2, ORGANISER, in_s=1, lasts_s=30, hostPin=4321)["uuid"]
        for uuid in (*pool, over):
            report = {"provisionStatus": "PROVISIONED_OK"}
            assert server.call(2, "PUT", f"/scheduling-info/{uuid}", report, who=provisioner).status == 200
        server.clock.shift_s = AGED_S
        due = server.book(2, ORGANISER, in_s=600, hostPin=4322)["uuid"]
        reserved = server.call(2, "GET", "/scheduling-info-reserve", who=ORGANISER)
        assert reserved.status == 200, reserved.body
        ready = next(uuid for uuid in pool if uuid != reserved.json["uuid"])
        yield Things(server, meeting, uri, template, reserved.json["reservationId"], ready, due, over)


def sees_meeting(role: str, organisation: str) -> bool:
    return organisation == "own" and role != USER


def sees_room(role: str, organisation: str) -> bool:
    return role in PROVISIONERS or (role in (ADMIN, PLANNER) and organisation in ("own", "parent"))


def one(is_seen: bool) -> int:
    return 200 if is_seen else 404


def check(things: Things, operation: golden.Operation, number: int, who: Who) -> None:
    """That the operation answers this caller as it must."""
    server, meeting, role, organisation = things.server, things.meeting, who.role, who.organisation

    def call(path: str = operation.path, body: object = None) -> Answer:
        return server.call(number, operation.method, path, body, who=who)

    if role not in golden.ROLES[operation.roles]:
        path = operation.path.format(uuid=meeting["uuid"], id=things.template)
        assert call(path, {} if operation.body else None).status == 403
        return
    done = 204 if number == 2 else 200
    match operation.method, operation.path:
        case "GET", "/info":
            assert call().status == 200
        case "GET", "/meetings":
            found = call("/meetings?label=maerke")
            assert (found.status, [item["uuid"] for item in found.json]) == (
                200,
                [meeting["uuid"]] if sees_meeting(role, organisation) else [],
            )
            by_short_id = call(f"/meetings?short-id={meeting['shortId']}")
            assert by_short_id.status == one(sees_meeting(role, organisation))
        case "POST", "/meetings":
            made = call(body=server.booking(number))
            assert (made.status, made.json["organizedBy"]["organisationId"]) == (200, organisation)
            if organisation == "foreign":
                named = call(body=server.booking(number, schedulingTemplateId=things.template))
                assert (named.status, _code(named, number)) == (400, 41 if number == 1 else 27)
        case "GET", "/meetings/findByUriWithDomain":
            assert call(f"{operation.path}?uri={things.uri}").status == one(sees_meeting(role, organisation))
        case "GET", "/meetings/findByUriWithoutDomain":
            found = call(f"{operation.path}?uri={things.uri.partition('@')[0]}")
            assert found.status == one(sees_meeting(role, organisation))
        case "GET", "/meetings/{uuid}":
            assert call(f"/meetings/{meeting['uuid']}").status == one(sees_meeting(role, organisation))
        case "PUT", "/meetings/{uuid}":
            body = server.booking(number, labels=["maerke"])
            assert call(f"/meetings/{meeting['uuid']}", body).status == one(sees_meeting(role, organisation))
        case "PATCH", "/meetings/{uuid}":
            changed = call(f"/meetings/{meeting['uuid']}", {"projectCode": role})
            assert changed.status == one(sees_meeting(role, organisation))
        case "DELETE", "/meetings/{uuid}":
            uuid = things.new_meeting() if sees_meeting(role, organisation) else meeting["uuid"]
            assert call(f"/meetings/{uuid}").status == (done if sees_meeting(role, organisation) else 404)
            assert server.call(2, "GET", f"/meetings/{meeting['uuid']}", who=ORGANISER).status == 200
        case "GET", "/scheduling-info":
            window = "from-start-time=2026-01-01T00:00:00Z&to-end-time=2036-01-01T00:00:00Z"
            found = call(f"{operation.path}?{window}")
            assert (meeting["uuid"] in _uuids(found)) == sees_room(role, organisation)
        case "GET", "/scheduling-info/{uuid}":
            assert call(f"/scheduling-info/{meeting['uuid']}").status == one(sees_room(role, organisation))
            assert call(f"/scheduling-info/{things.ready}").status == one(sees_room(role, organisation))
        case "POST", "/scheduling-info":
            made = call(body={"organizationId": "own", "schedulingTemplateId": things.template})
            assert made.status == 200, "a provisioner makes rooms for all"
        case "PUT", "/scheduling-info/{uuid}":
            report = {"provisionStatus": "AWAITS_PROVISION"}
            assert call(f"/scheduling-info/{meeting['uuid']}", report).status == 200, "and reports for all"
        case "GET", "/scheduling-info-provision":
            assert things.due in _uuids(call())
        case "GET", "/scheduling-info-deprovision":
            assert things.over in _uuids(call())
        case "GET", "/scheduling-info-reserve":
            taken = call("/scheduling-info-reserve?vmrType=lecture")
            assert taken.status == 404, "no room of any organisation is like this"
            if organisation != "own":
                assert call().status == 404, "the room that is free is of another organisation"
        case "GET", "/scheduling-info-reserve/{uuid}":
            assert call(f"{operation.path.format(uuid=things.reservation)}").status == one(organisation == "own")
        case "GET", "/scheduling-templates":
            listed = {item["organisationId"] for item in call().json}
            assert listed <= {organisation}
        case "POST", "/scheduling-templates":
            assert call(body=TEMPLATE).json["organisationId"] == organisation
        case "GET", "/scheduling-templates/{id}":
            usable = organisation in ("own", "child")
            assert call(f"/scheduling-templates/{things.template}").status == one(usable)
        case "PUT", "/scheduling-templates/{id}":
            assert call(f"/scheduling-templates/{things.template}", TEMPLATE).status == one(organisation == "own")
        case "DELETE", "/scheduling-templates/{id}":
            template = things.new_template() if organisation == "own" else things.template
            assert call(f"/scheduling-templates/{template}").status == (done if organisation == "own" else 404)
        case "GET", "/pool":
            pools = {item["organisationId"]: item for item in call().json}
            is_told = role in PROVISIONERS or organisation == "own" or (organisation == "parent" and role != USER)
            assert ("own" in pools) == is_told
            assert ("foreign" in pools) == (role in PROVISIONERS or organisation == "foreign")
            if role == USER and is_told:
                rooms = pools["own"]["schedulingInfoList"]
                assert rooms
                assert all("hostPin" not in room and "portalLink" not in room for room in rooms)
        case _:
            pytest.fail("an operation without a rule")


def _code(answer: Answer, number: int) -> int:
    return int(answer.json["errorCode" if number == 1 else "detailed_error_code"])


def _uuids(answer: Answer) -> set[str]:
    assert answer.status == 200
    return {item["uuid"] for item in answer.json}


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("operation", golden.OPERATIONS, ids=lambda one: f"{one.method}{one.path}")
def test_every_role_of_every_organisation_gets_what_it_may_and_no_more(
    things: Things, operation: golden.Operation, number: int
) -> None:
    for role, organisation in itertools.product(golden.ROLES["any"], ORGANISATIONS):
        who = Who(role, organisation, "caller@example.dk")
        try:
            check(things, operation, number, who)
        except AssertionError as failed:
            failed.add_note(f"{who}")
            raise


@pytest.mark.parametrize("number", [1, 2])
def test_a_user_sees_and_changes_the_meetings_that_he_organises(things: Things, number: int) -> None:
    server = things.server
    user = Who(USER, "own", "Mona@Example.dk")
    mine = server.book(number, user)
    assert mine["organizedBy"]["email"] == "Mona@Example.dk"
    for_her = server.book(number, ORGANISER, organizedByEmail="mona@example.dk")["uuid"]
    for uuid in (mine["uuid"], for_her):
        assert server.call(number, "GET", f"/meetings/{uuid}", who=user).status == 200
        assert server.call(number, "GET", f"/scheduling-info/{uuid}", who=user).status == 200
        assert server.call(number, "PATCH", f"/meetings/{uuid}", {"projectCode": "p"}, who=user).status == 200
    for other in (Who(USER, "own", "other@example.dk"), Who(USER, "foreign", "mona@example.dk")):
        assert server.call(number, "GET", f"/meetings/{mine['uuid']}", who=other).status == 404
    other_s = server.call(number, "POST", "/meetings", server.booking(number, organizedByEmail="x@x.dk"), who=user)
    assert other_s.status == 403, "only a planner or administrator books for somebody else"
