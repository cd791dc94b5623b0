"""Whatever changes something over our own REST is in the audit log: who, what, which, from where; or it says why not.

The table is compared with the API's own document, so an operation that is added without a line here fails.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api_meetings import at, opened, sent
from vdxmedia import credentials
from vdxmedia.assembly import development
from vdxmedia.booking.audit import AuditEntry
from vdxmedia.booking.organisations import Organisation
from vdxmedia.store.audit import AuditLog

NOT_NOTED = {
    "mintToken", "enter", "sendDiagnosis", "showWaitingPicture", "rateCall", "reportConnectionTest", "openEcho",
    "beginDrain", "undoDrain",
}  # fmt: skip
"""As each says itself (`audited.NotNoted`)."""
KEY, CLIENT, HOST = "key development", development.CLIENT, "host"
ORGANISATION = development.ORGANISATION
MEETINGS, OWN = "/api/v1/meetings", f"/api/v1/organisations/{ORGANISATION}"


TEXTS = {"texts": [{"purpose": "invitation", "language": "da", "text": "Kom: {link}"}]}


class Told:
    """A server, its log, and what has been made so far."""

    def __init__(self, server: AssembledServer, token: str) -> None:
        self.server = server
        self.token = token
        self.host = ""
        self.names: dict[str, str] = {}
        self._seen: set[str] = set()

    async def new(self) -> list[AuditEntry]:
        log = AuditLog(self.server.server.database.units, credentials.for_development().sealer)
        found: list[AuditEntry] = []
        for organisation in await log.organisations():
            async for head, _ in log.days(organisation, "", "9"):
                found += [line.entry async for line in log.entries(organisation, head.day)]
        fresh = [entry for entry in found if entry.hash not in self._seen]
        self._seen |= {entry.hash for entry in fresh}
        return fresh

    async def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> dict[str, Any]:
        raw = None if body is None else json.dumps(body).encode()
        async with self.server.raw(method, path, raw, key=key or self.token) as answer:
            told = await answer.read()
            assert answer.status < 300, (path, told)
            return dict(json.loads(told)) if told else {}


Deed = Callable[[Told], Awaitable[object]]


async def open_room(told: Told) -> None:
    told.names["room"] = (await told.server.open_room(subject="Om min sygdom"))["roomId"]


async def book(told: Told) -> None:
    body = {"subject": "Om min sygdom", "startTime": at(5), "endTime": at(60)}
    made = await told.ask("POST", MEETINGS, body)
    told.names |= {"meeting": made["uuid"]}
    told.host = (await opened(told.server, invitation=made["hostUrl"].partition("#")[2]))["token"]


async def book_later(told: Told) -> None:
    made = await told.ask("POST", MEETINGS, {"subject": "Senere", "startTime": at(600), "endTime": at(660)})
    told.names["later"] = made["uuid"]
    await told.new()


async def cancel(told: Told) -> None:
    await book_later(told)
    await told.ask("DELETE", f"{MEETINGS}/{told.names['later']}")


async def invite(told: Told) -> None:
    made = await told.ask("POST", f"{MEETINGS}/{told.names['meeting']}/invitations", {"name": "Inger"})
    told.names["invitation"] = made["id"]


async def invite_from_room(told: Told) -> None:
    made = await told.ask("POST", "/api/v1/room-invitations", {"name": "Inger"}, key=told.host)
    told.names["roomInvitation"] = made["id"]


async def add_template(told: Told) -> None:
    told.names["template"] = str((await told.ask("POST", "/api/v1/templates", {"name": "Samtale"}))["id"])


async def send(told: Told) -> None:
    made = await told.ask("POST", f"{MEETINGS}/{told.names['meeting']}/messages", {"to": "20123456"})
    told.names["message"] = made["messages"][0]["reference"]


async def roll_back(told: Told) -> None:
    await told.ask("PUT", f"{OWN}/branding", {"welcome": "Hej"})
    await told.new()
    await told.ask("POST", f"{OWN}/branding/rollback", {"version": 1})


def room(told: Told) -> str:
    return f"/api/v1/rooms/{told.names['room']}"


TABLE: dict[str, tuple[Deed, set[tuple[str, str]], str, str]] = {
    # operation: what is done, (what, of what), who, and whose chain
    "openRoom": (open_room, {("create", "room")}, KEY, ""),
    "changeRoom": (
        lambda t: sent(t.server, "PATCH", room(t), {"maximum": 7}, status=200), {("update", "room")},
        KEY, "",
    ),
    "deleteAttendance": (
        lambda t: sent(t.server, "DELETE", f"{room(t)}/attendance", status=204), {("delete", "attendance")}, KEY, "",
    ),
    "closeRoom": (lambda t: sent(t.server, "DELETE", room(t), status=204), {("delete", "room")}, KEY, ""),
    "bookMeeting": (book, {("create", "meeting")}, CLIENT, ORGANISATION),
    "changeMeeting": (
        lambda t: t.ask("PATCH", f"{MEETINGS}/{t.names['meeting']}", {"endTime": at(50)}),
        {("update", "meeting")}, CLIENT, ORGANISATION,
    ),
    "cancelMeeting": (cancel, {("delete", "meeting")}, CLIENT, ORGANISATION),
    "addInvitation": (invite, {("create", "invitation")}, CLIENT, ORGANISATION),
    "revokeInvitation": (
        lambda t: t.ask("DELETE", f"{MEETINGS}/{t.names['meeting']}/invitations/{t.names['invitation']}"),
        {("delete", "invitation")}, CLIENT, ORGANISATION,
    ),
    "addRoomInvitation": (invite_from_room, {("create", "invitation")}, HOST, ORGANISATION),
    "revokeRoomInvitation": (
        lambda t: t.ask("DELETE", f"/api/v1/room-invitations/{t.names['roomInvitation']}", key=t.host),
        {("delete", "invitation")}, HOST, ORGANISATION,
    ),
    "addTemplate": (add_template, {("create", "template")}, CLIENT, ORGANISATION),
    "changeTemplate": (
        lambda t: t.ask("PUT", f"/api/v1/templates/{t.names['template']}", {"name": "Kontrol"}),
        {("update", "template")}, CLIENT, ORGANISATION,
    ),
    "deleteTemplate": (
        lambda t: t.ask("DELETE", f"/api/v1/templates/{t.names['template']}"),
        {("delete", "template")}, CLIENT, ORGANISATION,
    ),
    "sendMessage": (send, {("create", "message")}, CLIENT, ORGANISATION),
    "sendMessageAgain": (
        lambda t: t.ask("POST", f"{MEETINGS}/{t.names['meeting']}/messages/{t.names['message']}/again"),
        {("create", "message")}, CLIENT, ORGANISATION,
    ),
    "call": (
        lambda t: t.ask("POST", "/api/v1/calls", {"to": "20123457"}),
        {("create", "meeting"), ("create", "message")}, CLIENT, ORGANISATION,
    ),
    "sendFromRoom": (
        lambda t: t.ask("POST", "/api/v1/room-messages", {"to": "20123458"}, key=t.host),
        {("create", "message")}, HOST, ORGANISATION,
    ),
    "setMessageTexts": (
        lambda t: t.ask("PUT", "/api/v1/message-texts", TEXTS),
        {("update", "organisation")}, CLIENT, ORGANISATION,
    ),
    "putBranding": (
        lambda t: t.ask("PUT", f"{OWN}/branding", {"welcome": "Velkommen"}),
        {("create", "branding")}, CLIENT, ORGANISATION,
    ),
    "rollBackBranding": (
        roll_back,
        {("update", "branding")}, CLIENT, ORGANISATION,
    ),
    "changeOrganisationPages": (
        lambda t: t.ask("PATCH", f"{OWN}/pages", {"helpLine": "70123456"}),
        {("update", "organisation")}, CLIENT, ORGANISATION,
    ),
}  # fmt: skip


async def test_whatever_changes_something_is_in_the_audit_log() -> None:
    async with assembled({"api.requests_per_second": "1000"}) as server:
        await server.server.seed([Organisation(code=ORGANISATION, name="Prøve")])
        told = Told(server, await server.client_token())
        await told.new()
        for name, (deed, expected, who, chain) in TABLE.items():
            await deed(told)
            noted = [entry for entry in await told.new() if entry.client]  # the server itself has no client
            assert {(entry.operation.value, entry.resource) for entry in noted} == expected, name
            for entry in noted:
                assert (entry.client, entry.organisation, entry.address) == (who, chain, "127.0.0.1"), name
                assert entry.identifier, name
                assert "sygdom" not in str(entry), name
        told.names["room"] = (await server.open_room(attendance=True))["roomId"]
        await told.new()
        await sent(server, "GET", f"{room(told)}/attendance", status=200)
        (read,) = await told.new()
        assert (read.operation.value, read.resource, read.client) == ("read", "attendance", KEY)
        document, _ = await sent(server, "GET", "/api/openapi.json", status=200)
    methods = [method for path in document["paths"].values() for method in path.items()]
    changing = {operation["operationId"] for method, operation in methods if method != "get" and method != "parameters"}
    assert changing == TABLE.keys() | NOT_NOTED
