"""What an integration does, step by step, against a server that makes the rooms itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.contract.video.servers import VERSIONS, Answer, VideoServer, video_server

READY_WITHIN_S = 2.0
"""From when the room is due, as promised; the machine of a test may be slow."""
SLACK_S = 8.0
STEP_S = 12.0
"""So fast goes time while one waits for a pool: its room is made, and given away when it has stood for a minute."""


@pytest.fixture(scope="module")
def server() -> Iterator[VideoServer]:
    with video_server() as running:
        yield running


@VERSIONS
def test_a_meeting_lives_from_its_booking_until_it_is_ended(server: VideoServer, number: int) -> None:
    made = server.book(number, in_s=60, externalId=f"liv-{number}")
    uuid = made["uuid"]

    def room() -> Answer:
        return server.call(number, "GET", f"/scheduling-info/{uuid}")

    booked = room().json
    assert booked["uriWithDomain"]
    assert booked["hostPin"]
    assert booked["portalLink"]
    ready = server.wait_for(
        room, lambda answer: answer.json["provisionStatus"] == "PROVISIONED_OK", READY_WITHIN_S + SLACK_S
    ).json
    assert (ready["uriWithDomain"], ready["hostPin"]) == (booked["uriWithDomain"], booked["hostPin"])
    short_link = server.raw("GET", urlsplit(made["shortLink"]).path, None, {})
    assert short_link.status == 200
    ended = server.call(number, "PATCH", f"/meetings/{uuid}", {"endTime": server.time(number, 0)})
    assert ended.status == 200, ended.body
    gone = server.wait_for(
        room, lambda answer: answer.json["provisionStatus"] == "DEPROVISION_OK", READY_WITHIN_S + SLACK_S
    ).json
    assert (gone["uriWithoutDomain"], gone["uriWithDomain"]) == (None, "")
    assert server.call(number, "GET", f"/meetings/{uuid}").json["subject"] == made["subject"]


@VERSIONS
def test_a_meeting_of_tomorrow_awaits_its_room_and_is_cancelled(server: VideoServer, number: int) -> None:
    made = server.book(number, in_s=86_400)
    room = server.call(number, "GET", f"/scheduling-info/{made['uuid']}").json
    assert room["provisionStatus"] == "AWAITS_PROVISION"
    assert room["uriWithDomain"]
    assert room["portalLink"]
    assert room["shortLink"] == made["shortLink"]
    moved = {"startTime": server.time(number, 90_000), "endTime": server.time(number, 93_600)}
    assert server.call(number, "PATCH", f"/meetings/{made['uuid']}", moved).status == 200
    assert server.call(number, "DELETE", f"/meetings/{made['uuid']}").status == (200 if number == 1 else 204)


@VERSIONS
def test_an_ad_hoc_meeting_has_a_room_that_stands_ready_at_once(server: VideoServer, number: int) -> None:
    def pool_later() -> Answer:
        server.clock.shift_s += STEP_S
        return server.call(number, "GET", "/pool")

    def free(answer: Answer) -> int:
        own = next(item for item in answer.json if item["organisationId"] == "own")
        count: int = own["availablePoolSize"]
        return count

    waiting = server.wait_for(pool_later, lambda answer: free(answer) > 0, READY_WITHIN_S + SLACK_S).json
    ready = {room["uriWithDomain"] for item in waiting for room in item["schedulingInfoList"]}
    made = server.book(number, in_s=0, meetingType="POOL")
    room = server.call(number, "GET", f"/scheduling-info/{made['uuid']}").json
    assert room["provisionStatus"] == "PROVISIONED_OK"
    assert room["uriWithDomain"] in ready
    assert room["meetingDetails"]["uuid"] == made["uuid"]
    assert server.raw("GET", urlsplit(made["shortLink"]).path, None, {}).status == 200
    taken = server.call(number, "DELETE", f"/meetings/{made['uuid']}")
    assert taken.status == 406, "it has begun: it is ended by its endTime"
    ended = server.call(number, "PATCH", f"/meetings/{made['uuid']}", {"endTime": server.time(number, 0)})
    assert ended.status == 200, ended.body
