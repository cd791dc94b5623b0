"""The subject of a booking may be a health fact: it is in no log, metric, page, preview or SMS, whatever is done.

Hosts in the call are told it; guests, and what they have made of their page, only where the organisation shows it."""

from __future__ import annotations

import json
import logging
from contextlib import AsyncExitStack

import pytest

from tests.contract.assembled import assembled
from tests.contract.houses import House, document, new_room
from tests.contract.test_api_meetings import at, opened, sent
from tests.fakes.signalling_server import connected, signalling_server, until
from vdxmedia.assembly import development
from vdxmedia.booking.organisations import Organisation
from vdxmedia.observability import QUIET_LOGGERS

SUBJECT = "Psykiatrisk samtale"


async def test_guests_are_never_sent_a_subject_that_is_not_shown_whatever_their_client_asks() -> None:
    heard: list[object] = []
    async with signalling_server() as server, AsyncExitStack() as stack:
        house = House(server, stack, new_room(server, subject=SUBJECT, guests_see_subject=False))
        host, guest = await house.host(), await house.guest()
        assert (host.joined["room"]["subject"], document(host, "roomChanged")["room"]["subject"]) == (SUBJECT, SUBJECT)
        for type, fields in (
            ("changeRoom", {"guestsSeeSubject": True}),
            ("changeRoom", {"showsNames": False}),
            ("setRole", {"participantId": guest.id, "role": "host"}),
        ):
            await guest.command(type, **fields)
        assert (await host.command("changeRoom", chat="hosts"))["type"] == "done"
        await until(lambda: document(guest, "roomChanged")["room"]["chat"] == "hosts")
        again = await house.guest(resume={"session": guest.joined["session"], "sequence": 0})
        heard += [guest.joined, *guest.events, again.joined, *again.events]
        assert "Psykiatrisk" not in json.dumps(heard, ensure_ascii=False)
        assert (await host.command("setRole", participantId=guest.id, role="host"))["type"] == "done"
        await until(lambda: document(again, "roomChanged")["room"]["subject"] == SUBJECT)


@pytest.mark.parametrize("shows_subject", [False, True])
async def test_guests_of_a_booking_are_told_its_subject_where_the_organisation_shows_it(shows_subject: bool) -> None:
    async with assembled() as server:
        await server.server.seed(
            [Organisation(code=development.ORGANISATION, name="Prøve", shows_subject=shows_subject)]
        )
        asked = {
            "organisation": development.ORGANISATION, "subject": SUBJECT, "startTime": at(5), "endTime": at(60)
        }  # fmt: skip
        made, _ = await sent(server, "POST", "/api/v1/meetings", asked, status=201)
        links = {role: made[f"{role}Url"].partition("#")[2] for role in ("host", "guest")}
        tokens = {role: (await opened(server, invitation=link))["token"] for role, link in links.items()}
        async with connected(server, tokens["host"]) as host, connected(server, tokens["guest"]) as guest:
            assert (await host.join("Vera"))["room"]["subject"] == SUBJECT
            assert (await guest.join("Gerda"))["room"]["subject"] == (SUBJECT if shows_subject else "")


async def test_subject_of_a_booking_is_in_no_log_metric_page_or_sms(caplog: pytest.LogCaptureFixture) -> None:
    for name in QUIET_LOGGERS:
        caplog.set_level(logging.WARNING, name)  # as the server sets them at its most talkative
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    async with assembled({"api.requests_per_second": "1000"}) as server:
        await server.server.seed([Organisation(code=development.ORGANISATION, name="Prøve")])
        asked = {
            "organisation": development.ORGANISATION,
            "subject": SUBJECT,
            "startTime": at(5),
            "endTime": at(60),
        }
        made, _ = await sent(server, "POST", "/api/v1/meetings", asked, status=201)
        path = f"/api/v1/meetings/{made['uuid']}"
        assert made["subject"] == SUBJECT  # who books is told
        await sent(server, "PATCH", path, {"subject": f"{SUBJECT} igen"}, status=409)  # its room is made already
        await sent(server, "PATCH", path, {"subject": SUBJECT, "endTime": "nonsense"}, status=422)
        await sent(server, "POST", f"{path}/messages", {"to": "20123456"}, status=201)
        links = {role: made[f"{role}Url"].partition("#")[2] for role in ("host", "guest")}
        tokens = {role: (await opened(server, invitation=link))["token"] for role, link in links.items()}
        async with connected(server, tokens["host"]) as host, connected(server, tokens["guest"]) as guest:
            assert (await host.join("Vera"))["type"] == "joined"
            assert (await guest.join("Gerda"))["type"] == "joined"
            await host.command("endForAll")
        for page in (f"/m/{made['shortId']}", "/i", "/dev/sms", "/metrics"):
            async with server.get(page, key=None) as answer:
                assert answer.status == 200, page
                told.append(await answer.text())
        await sent(server, "PATCH", path, {"endTime": at(0)}, status=200)
    told.append(caplog.text)
    assert "participant_joined" in caplog.text
    for text in told:
        assert "Psykiatrisk" not in text, text[max(0, text.index("Psykiatrisk") - 200) :][:400]
