"""SMS over our own REST: to the people of a meeting, and calling somebody now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.meetings import BOOKING_ERRORS, MeetingOperations
from vdxmedia.api.operations import Called, Credential, Joined, Operation, Query
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.messages.alphabet import measure, warning
from vdxmedia.booking.messages.calendar_words import Language
from vdxmedia.booking.messages.message import Message, MessageState, Reason
from vdxmedia.booking.messages.numbers import MAX_NUMBER_CHARS, hidden
from vdxmedia.booking.messages.reminder_times import MAX_BEFORE_MINUTES, MAX_REMINDERS, MIN_BEFORE_MINUTES
from vdxmedia.booking.messages.wording import MAX_TEMPLATE_CHARS, Purpose
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import BadField, NotAllowed, NotFound
from vdxmedia.hub.calls import Calls, NewCall
from vdxmedia.hub.messages import Messages, NewMessage
from vdxmedia.hub.ports import Grant

SMS_ERRORS = ("meeting_over", "too_many_messages", "sms_quota_spent", "sms_unavailable", "store_unavailable")
MAX_CALL_MINUTES = 24 * 60
ORGANISATION = Query("organisation", (), "Its code. Needed with an API key, else the caller's own.", max_chars=250)

Number = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_NUMBER_CHARS,
        description="A telephone number; without a country it is Danish.",
        examples=["20 12 34 56", "+45 20 12 34 56"],
    ),
]
Text = Annotated[
    str,
    Meta(
        max_length=MAX_TEMPLATE_CHARS,
        description="Instead of the organisation's text. `{organisation}`, `{date}`, `{time}`, `{helpLine}` and, "
        "needed, `{link}` (or `%meeting_url%`) are filled in, and `{testLink}` (`%test_url%`), where people try their "
        "equipment. None stands for the subject, which may be a health fact.",
    ),
]
Before = Annotated[int, Meta(ge=MIN_BEFORE_MINUTES, le=MAX_BEFORE_MINUTES)]


class MessageRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    to: Number
    text: Text = ""
    language: Annotated[Language | None, Meta(description="Of our text; null: the organisation's.")] = None
    send_now: Annotated[bool, Meta(description="An invitation leaves at once, at any hour.")] = True
    reminders: Annotated[
        list[Before],
        Meta(
            max_length=MAX_REMINDERS,
            description="Minutes before the meeting; between 08.00 and 20.00 in Denmark, else the evening before. They "
            "move with the meeting and are cancelled with it.",
        ),
    ] = []


class RoomMessageRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    to: Number
    text: Text = ""
    language: Language | None = None


class CallRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    organisation: Annotated[str, Meta(max_length=250, description="Its code. Needed with an API key.")] = ""
    to: Number
    subject: Annotated[str, Meta(min_length=1, max_length=100)] = "Videosamtale"
    text: Text = ""
    language: Language | None = None
    duration_minutes: Annotated[int, Meta(ge=1, le=MAX_CALL_MINUTES)] = 60
    scheduling_template_id: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class MessageResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    reference: Annotated[str, Meta(description="As in the organisation's callback.")]
    to: Annotated[str, Meta(description="Country and last digits.")]
    purpose: Purpose
    state: MessageState
    reason: Reason
    segments: Annotated[int, Meta(description="SMS that it takes.")]
    warning: Annotated[str, Meta(description="Why it is more than one SMS; empty when it is one.")]
    due_at: Annotated[datetime | None, Meta(description="When something happens next; null: nothing does.")]
    created_at: datetime
    changed_at: datetime


class MessageList(msgspec.Struct, frozen=True, kw_only=True):
    messages: list[MessageResource]


class CallAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    uuid: UUID
    """Of the meeting."""
    host_url: Annotated[str, Meta(description="Opens the room for the host, as soon as it is there.")]
    short_url: Annotated[str, Meta(description="What the citizen got.")]
    status: Annotated[ProvisionStatus, Meta(description="`PROVISIONED_OK`: the room stands ready.")]
    message: MessageResource


class MessageText(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    purpose: Purpose
    language: Language
    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEMPLATE_CHARS, description="With placeholders, as above.")]


class MessageTexts(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    texts: Annotated[
        list[MessageText],
        Meta(max_length=len(Purpose) * len(Language), description="What is not here is taken from above, then ours."),
    ]


class MessageOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, meetings: MeetingOperations, desk: Messages, calls: Calls, *, public_url: str) -> None:
        self._meetings = meetings
        self._desk = desk
        self._calls = calls
        self._public_url = public_url.rstrip("/")

    def table(self) -> tuple[Operation, ...]:
        path = "/api/v1/meetings/{uuid}/messages"
        return (
            Operation(
                "POST", path, "sendMessage", "Send an SMS with the meeting's link, and book reminders", self._send,
                body=MessageRequest, answer=MessageList, status=HTTPStatus.CREATED,
                errors=("meeting_unknown", "not_permitted", *SMS_ERRORS),
                credential=Credential.CALLER, audit=BY_DESK, tag="Messages",
            ),
            Operation(
                "GET", path, "listMessages", "List a meeting's SMS with their state, the newest first", self._list,
                body=None, answer=MessageList, status=HTTPStatus.OK,
                errors=("meeting_unknown", "not_permitted", "store_unavailable"),
                credential=Credential.CALLER, tag="Messages",
            ),
            Operation(
                "POST", path + "/{reference}/again", "sendMessageAgain",
                "Send the meeting's link once more to whom a message went", self._send_again,
                body=None, answer=MessageList, status=HTTPStatus.CREATED,
                errors=("meeting_unknown", "not_found", "not_permitted", *SMS_ERRORS),
                credential=Credential.CALLER, audit=BY_DESK, tag="Messages",
            ),
            Operation(
                "POST", "/api/v1/calls", "call", "Call somebody now: a meeting, an SMS and the host's link in one",
                self._call, body=CallRequest, answer=CallAnswer, status=HTTPStatus.CREATED,
                errors=("not_permitted", *BOOKING_ERRORS, *SMS_ERRORS),
                credential=Credential.CALLER, audit=BY_DESK, tag="Messages",
            ),
            Operation(
                "GET", "/api/v1/message-texts", "showMessageTexts", "Show the organisation's own texts of SMS",
                self._texts, body=None, answer=MessageTexts, status=HTTPStatus.OK,
                errors=("organisation_unknown", "not_permitted", "store_unavailable"),
                credential=Credential.CALLER, query=(ORGANISATION,), tag="Messages",
            ),
            Operation(
                "PUT", "/api/v1/message-texts", "setMessageTexts", "Replace the organisation's own texts of SMS",
                self._set_texts, body=MessageTexts, answer=MessageTexts, status=HTTPStatus.OK,
                errors=("organisation_unknown", "not_permitted", "store_unavailable"),
                credential=Credential.CALLER, audit=BY_DESK, query=(ORGANISATION,), tag="Messages",
            ),
            Operation(
                "POST", "/api/v1/room-messages", "sendFromRoom", "Send somebody the room's link, as a host in the call",
                self._send_from_room, body=RoomMessageRequest, answer=MessageList, status=HTTPStatus.CREATED,
                errors=("meeting_unknown", *SMS_ERRORS),
                credential=Credential.JOIN_TOKEN, audit=BY_DESK, tag="Messages",
            ),
            Operation(
                "GET", "/api/v1/room-messages", "listOfRoom", "List the meeting's SMS with their state, as a host",
                self._list_of_room, body=None, answer=MessageList, status=HTTPStatus.OK,
                errors=("meeting_unknown", "store_unavailable"), credential=Credential.JOIN_TOKEN, tag="Messages",
            ),
        )  # fmt: skip

    async def _send(self, path: Mapping[str, str], called: Called) -> MessageList:
        caller, booked = await self._meetings.found(path["uuid"], called)
        body: MessageRequest = called.body
        sent = await self._desk.send(
            caller,
            booked.meeting.uuid,
            NewMessage(
                to=body.to,
                text=body.text,
                language=body.language,
                is_sent_now=body.send_now,
                reminders=tuple(body.reminders),
            ),
        )
        if not sent:
            raise BadField("it is too late for all of them", field="$.reminders")
        return _listed(sent)

    async def _send_again(self, path: Mapping[str, str], called: Called) -> MessageList:
        """The caller knows the number's last digits only."""
        caller, booked = await self._meetings.found(path["uuid"], called)
        for message in await self._desk.list(caller, booked.meeting.uuid):
            if message.reference == path["reference"]:
                asked = NewMessage(to=message.to, language=message.language)
                return _listed(await self._desk.send(caller, booked.meeting.uuid, asked))
        raise NotFound("the meeting has no such message", code="not_found")

    async def _list(self, path: Mapping[str, str], called: Called) -> MessageList:
        caller, booked = await self._meetings.found(path["uuid"], called)
        return _listed(await self._desk.list(caller, booked.meeting.uuid))

    async def _call(self, path: Mapping[str, str], called: Called) -> CallAnswer:
        body: CallRequest = called.body
        caller = self._meetings.acting_for(called, body.organisation)
        rung = await self._calls.ring(
            caller,
            NewCall(
                to=body.to,
                subject=body.subject,
                duration_s=60 * body.duration_minutes,
                text=body.text,
                language=body.language,
                template=body.scheduling_template_id,
            ),
        )
        return CallAnswer(
            uuid=rung.booked.meeting.uuid,
            host_url=self._public_url + rung.host.path,
            short_url=self._meetings.short_url(rung.booked),
            status=rung.booked.room.status,
            message=_resource(rung.message),
        )

    async def _texts(self, path: Mapping[str, str], called: Called) -> MessageTexts:
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        texts = [
            MessageText(purpose=Purpose(purpose), language=Language(language), text=text)
            for purpose, language, text in await self._desk.texts(caller)
        ]
        return MessageTexts(texts=texts)

    async def _set_texts(self, path: Mapping[str, str], called: Called) -> MessageTexts:
        body: MessageTexts = called.body
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        await self._desk.set_texts(caller, [(one.purpose, one.language, one.text) for one in body.texts])
        return body

    async def _send_from_room(self, path: Mapping[str, str], joined: Joined) -> MessageList:
        _require_host(joined.grant)
        body: RoomMessageRequest = joined.body
        asked = NewMessage(to=body.to, text=body.text, language=body.language, purpose=Purpose.CALL)
        return _listed(await self._desk.send_from_room(joined.grant.room, asked, joined.by))

    async def _list_of_room(self, path: Mapping[str, str], grant: Grant) -> MessageList:
        _require_host(grant)
        return _listed(await self._desk.list_of_room(grant.room))


def _require_host(grant: Grant) -> None:
    if grant.role != Role.HOST:
        raise NotAllowed("only hosts send messages")


def _listed(messages: Sequence[Message]) -> MessageList:
    return MessageList(messages=[_resource(message) for message in messages])


def _resource(message: Message) -> MessageResource:
    return MessageResource(
        reference=message.reference,
        to=hidden(message.to),
        purpose=message.purpose,
        state=message.state,
        reason=message.reason,
        segments=message.segments,
        warning="" if message.segments == 1 else warning(measure(message.text)),
        due_at=None if message.due_at is None else _moment(message.due_at),
        created_at=_moment(message.created_at),
        changed_at=_moment(message.changed_at),
    )


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
