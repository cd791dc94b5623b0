"""Every operation of our own REST and of the SMS API, with every role, from one's own organisation, that below, that
above and a foreign one; and with a token of no organisation. The VDX video API has the same in `video/test_isolation`.

The table is compared with the API's own document, so an operation that is added without a line here fails.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api_meetings import at, sent
from vdxmedia import credentials
from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import CallerRole
from vdxmedia.booking.clients import Client, ClientSecret
from vdxmedia.booking.organisations import Organisation
from vdxmedia.hub.clients import secret_hash
from vdxmedia.store.clients import StoredClients

ADMIN, USER, PLANNER, PROVISIONER, PROVISIONER_USER = CallerRole
Who = tuple[CallerRole, str]
"""Role and organisation; empty: of none."""
ALL = frozenset(CallerRole)
BOOKS = ALL - {PROVISIONER}
ORGANISATIONS = {"region": "", "own": "region", "child": "own", "foreign": ""}
NO_LIMITS = {
    "oauth.address_requests_per_second": "10000",
    "oauth.client_requests_per_second": "10000",
    "oauth.organisation_requests_per_second": "10000",
}
MEETING, SECRET = "/api/v1/meetings/{uuid}", "Hemmelig sag"
LISTS_OF_MEETINGS = ("/api/v1/meetings?limit=100", "/api/v1/days/today")
USED_UP = ("cancelled", "invitation", "withdrawn")
"""By deleting them."""
DONE = frozenset({200, 201, 204})
NOTHING_OF_ITS_OWN = frozenset({200, 403, 404, 422})
"""A token of no organisation: an empty list, or a refusal."""


@dataclass(frozen=True)
class Rule:
    """What is asked about a thing of `own`: its meeting, its template, its look."""

    method: str
    path: str
    roles: frozenset[CallerRole]
    """Others are told that they may not."""
    body: Any = None
    seen_by: frozenset[str] = frozenset({"own"})
    """Organisations for which it is there."""
    is_of_a_meeting: bool = True
    """So a `meeting-user` sees it only if he organises it."""


@dataclass(frozen=True)
class Own:
    """What is asked about one's own organisation: each may, and nothing of `own` is in the answer for another."""

    method: str
    path: str
    roles: frozenset[CallerRole]
    body: Any = None


TEXTS = {"texts": [{"purpose": "invitation", "language": "da", "text": "Kom: {link}"}]}
TIMES = {"startTime": at(600), "endTime": at(660)}
LOOK = "/api/v1/organisations/own"
ABOVE = frozenset({"own", "region"})
TABLE: Mapping[str, Rule | Own] = {
    "showMeeting": Rule("GET", MEETING, ALL),
    "showMeetingQr": Rule("GET", f"{MEETING}/qr.svg", ALL),
    "showMeetingCalendarFile": Rule("GET", f"{MEETING}/invitation.ics", ALL),
    "changeMeeting": Rule("PATCH", MEETING, BOOKS, {"description": "nyt"}),
    "cancelMeeting": Rule("DELETE", "/api/v1/meetings/{cancelled}", BOOKS),
    "listInvitations": Rule("GET", f"{MEETING}/invitations", BOOKS),
    "addInvitation": Rule("POST", f"{MEETING}/invitations", BOOKS, {"name": "Inger"}),
    "revokeInvitation": Rule("DELETE", f"{MEETING}/invitations/{{invitation}}", BOOKS),
    "listMessages": Rule("GET", f"{MEETING}/messages", BOOKS),
    "sendMessage": Rule("POST", f"{MEETING}/messages", BOOKS, {"to": "20123456"}),
    "sendMessageAgain": Rule("POST", f"{MEETING}/messages/{{message}}/again", BOOKS),
    "sms: send": Rule("POST", "/sms/v1/meeting/{uuid}", BOOKS, {"to": "20123457", "message": "%meeting_url%"}),
    "sms: list": Rule("GET", "/sms/v1/meeting/{uuid}", BOOKS),
    "changeTemplate": Rule("PUT", "/api/v1/templates/{template}", frozenset({ADMIN}), {"name": "Ny"},
                           is_of_a_meeting=False),
    "deleteTemplate": Rule("DELETE", "/api/v1/templates/{withdrawn}", frozenset({ADMIN}), is_of_a_meeting=False),
    **{name: Rule(method, f"{LOOK}/{end}", frozenset({ADMIN}), body, ABOVE, is_of_a_meeting=False)
       for name, method, end, body in (
           ("putBranding", "PUT", "branding", {"welcome": "Velkommen"}),
           ("listBrandingVersions", "GET", "branding/versions", None),
           ("rollBackBranding", "POST", "branding/rollback", {"version": 1}),
           ("showOrganisationPages", "GET", "pages", None),
           ("changeOrganisationPages", "PATCH", "pages", {"helpLine": "70123456"}),
       )},
    "bookMeeting": Own("POST", "/api/v1/meetings", BOOKS, {"subject": "Mit", **TIMES}),
    "listMeetings": Own("GET", LISTS_OF_MEETINGS[0], ALL),
    "showDay": Own("GET", LISTS_OF_MEETINGS[1], ALL),
    "listTemplates": Own("GET", "/api/v1/templates", ALL),
    "addTemplate": Own("POST", "/api/v1/templates", frozenset({ADMIN}), {"name": "Min"}),
    "showMessageTexts": Own("GET", "/api/v1/message-texts", BOOKS),
    "setMessageTexts": Own("PUT", "/api/v1/message-texts", frozenset({ADMIN}), TEXTS),
    "call": Own("POST", "/api/v1/calls", BOOKS, {"to": "20123458"}),
}  # fmt: skip


@dataclass
class Stage:
    server: AssembledServer
    names: dict[str, str] = field(default_factory=dict)
    tokens: dict[Who, str] = field(default_factory=dict)

    async def ask(self, who: Who, method: str, path: str, body: Any = None) -> tuple[int, str]:
        raw = None if body is None else json.dumps(body).encode()
        async with self.server.raw(method, path.format(**self.names), raw, key=self.tokens[who]) as answer:
            return answer.status, await answer.text()

    async def prepare(self) -> None:
        """Things of `own` with a name that betrays them, made anew where one was used up."""
        admin = (ADMIN, "own")
        if "uuid" not in self.names:
            made = await self._made(admin, "/api/v1/meetings", {"subject": SECRET, **TIMES})
            self.names["uuid"] = made["uuid"]
            await self._made(admin, "/api/v1/meetings", {"subject": SECRET, "startTime": at(1), "endTime": at(2)})
            self.names["template"] = str((await self._made(admin, "/api/v1/templates", {"name": SECRET}))["id"])
            await self.ask(admin, "PUT", f"{LOOK}/branding", {"welcome": SECRET})
            own = {"texts": [{**TEXTS["texts"][0], "text": f"{SECRET}: {{link}}"}]}
            assert (await self.ask(admin, "PUT", "/api/v1/message-texts", own))[0] == 200
        uuid = self.names["uuid"]
        remade: dict[str, tuple[str, Any, str]] = {
            "cancelled": ("/api/v1/meetings", {"subject": SECRET, **TIMES}, "uuid"),
            "invitation": (f"/api/v1/meetings/{uuid}/invitations", {"name": SECRET}, "id"),
            "withdrawn": ("/api/v1/templates", {"name": SECRET}, "id"),
        }
        for name, (path, body, key) in remade.items():
            if name not in self.names:
                self.names[name] = str((await self._made(admin, path, body))[key])
        if "message" not in self.names:
            sent_one = await self._made(admin, f"/api/v1/meetings/{uuid}/messages", {"to": "20123459"})
            self.names["message"] = sent_one["messages"][0]["reference"]

    async def _made(self, who: Who, path: str, body: Any) -> dict[str, Any]:
        status, text = await self.ask(who, "POST", path, body)
        assert status == 201, text
        return dict(json.loads(text))


@asynccontextmanager
async def prepared(callers: Sequence[Who]) -> AsyncIterator[Stage]:
    async with assembled(NO_LIMITS) as server:
        await server.server.seed(
            [Organisation(code=code, parent=parent, name=code.title()) for code, parent in ORGANISATIONS.items()]
        )
        stage = Stage(server)
        stored = StoredClients(server.server.database.units)
        for role, organisation in callers:
            name, secret = f"{role}.{organisation}", credentials.new_api_key()
            client = Client(
                name=name, roles=(role,), organisation=organisation, email=f"{role}@example.dk",
                secrets=(ClientSecret(hash=secret_hash(secret), created_at=0),), created_at=0,
            )  # fmt: skip
            note = note_of(organisation, None, AuditOperation.CREATE, "client", name, 0)
            await stored.add(client, note, credentials.for_development().sealer)
            form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
            async with server.http.post(f"{server.url}/oauth/token", data=form) as answer:
                stage.tokens[role, organisation] = (await answer.json())["access_token"]
        await stage.prepare()
        yield stage


def expected(rule: Rule | Own, role: CallerRole, organisation: str) -> frozenset[int]:
    """Who may not and does not see it either may be told one or the other: that tells nothing of it."""
    if isinstance(rule, Own):
        is_there = bool(organisation)
    else:
        is_there = organisation in rule.seen_by and not (role is USER and rule.is_of_a_meeting)
    if role not in rule.roles:
        return frozenset({403}) if is_there else frozenset({403, 404})
    if is_there:
        return DONE
    return NOTHING_OF_ITS_OWN if isinstance(rule, Own) else frozenset({404})


def may_read(rule: Rule | Own, role: CallerRole, organisation: str) -> bool:
    """Texts of `own`; a `meeting-user` here organises no meeting of it."""
    if isinstance(rule, Rule):
        return expected(rule, role, organisation) is DONE
    return organisation == "own" and (role is not USER or rule.path not in LISTS_OF_MEETINGS)


NOBODYS = ((PROVISIONER, ""), (PROVISIONER_USER, ""))
MOST_TELLING = (*((ADMIN, code) for code in ORGANISATIONS), (USER, "own"), (PROVISIONER_USER, ""))


@pytest.mark.parametrize(
    "callers",
    [
        pytest.param(MOST_TELLING, id="most-telling"),
        pytest.param((*itertools.product(CallerRole, ORGANISATIONS), *NOBODYS), id="all", marks=pytest.mark.long),
    ],
)
async def test_every_operation_answers_each_caller_what_he_may_have(callers: Sequence[Who]) -> None:
    wrong: list[object] = []
    async with prepared(callers) as stage:
        for (name, rule), who in itertools.product(TABLE.items(), callers):
            await stage.prepare()
            status, text = await stage.ask(who, rule.method, rule.path, rule.body)
            if status not in expected(rule, *who) or (SECRET in text and not may_read(rule, *who)):
                wrong.append((name, *who, status, text[:200]))
            if rule.method == "DELETE" and status < 300:
                del stage.names[next(name for name in USED_UP if name in rule.path)]
        document, _ = await sent(stage.server, "GET", "/api/openapi.json", status=200)
    found = {
        one["operationId"]
        for path in document["paths"].values()
        for method, one in path.items()
        if method != "parameters" and {"caller": []} in (one.get("security") or ())
    }
    assert found == {name for name in TABLE if not name.startswith("sms")}
    assert not wrong, "\n".join(map(str, wrong))
