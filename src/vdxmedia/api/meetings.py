"""Meetings over our own REST: book, list, show, change, cancel; one answer has all that is sent to people.

What is decided is the booking desk's (`hub.bookings_port`); here are words, pages, revisions and repetitions. A caller
that belongs to no organisation (an API key of the server) acts for the one that it names, or whose meeting it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.meeting_files import ICS, SVG, calendar_file, qr_code
from vdxmedia.api.meeting_pages import QUERIES, cursor_of, limit_of, place_of, range_of, whole_s
from vdxmedia.api.meeting_resources import (
    MeetingAnswer,
    MeetingPage,
    MeetingPatch,
    MeetingRequest,
    MeetingResource,
    Texts,
)
from vdxmedia.api.operations import IDEMPOTENCY_KEY, IF_MATCH, Called, Credential, Operation, Query, Said
from vdxmedia.booking.callers import BOOKS, Caller, CallerRole
from vdxmedia.booking.letters import LetterFacts, letter_text
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.messages.calendar_words import Language
from vdxmedia.booking.messages.wording import Facts, Purpose, compose
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.refusals import Why
from vdxmedia.booking.requests import By, Criterion, MeetingChange, NewMeeting
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused, VdxError
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.idempotency import MAX_KEY_CHARS, Idempotency, Remembered
from vdxmedia.hub.invitations import Invitations

PATH = "/api/v1/meetings"
BOOKING_ERRORS = tuple(why.value for why in Why)
_ETAG = re.compile(r'^"(\d{1,9})"$')


class MeetingOperations:
    """The handlers. Holds no state of its own."""

    def __init__(
        self,
        bookings: Bookings,
        invitations: Invitations,
        idempotency: Idempotency,
        *,
        clock: Clock,
        public_url: str,
        short_link_base: str = "",
    ) -> None:
        """`short_link_base`: what the short id is put behind; empty: `public_url/m/`."""
        self._bookings = bookings
        self._invitations = invitations
        self._idempotency = idempotency
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._short_link_base = short_link_base or f"{self._public_url}/m/"

    def table(self) -> tuple[Operation, ...]:
        def operation(method: str, path: str, name: str, summary: str, handler: Any, **more: Any) -> Operation:
            given = {"body": None, "answer": None, "status": HTTPStatus.OK, "errors": ("meeting_unknown",)} | more
            return Operation(
                method, PATH + path, name, summary, handler, credential=Credential.CALLER, tag="Meetings",
                audit=None if method == "GET" else BY_DESK, **given,
            )  # fmt: skip

        return (
            operation(
                "POST", "", "bookMeeting", "Book a meeting; answers its links and what is sent to people", self._book,
                body=MeetingRequest, answer=MeetingAnswer, status=HTTPStatus.CREATED, has_etag=True,
                headers=(IDEMPOTENCY_KEY,),
                errors=(*BOOKING_ERRORS, "idempotency_key_reused", "request_in_progress", "meeting_unknown"),
            ),
            operation(
                "GET", "", "listMeetings", "List the meetings of an organisation", self._list,
                answer=MeetingPage, query=QUERIES, errors=("cursor_invalid",),
            ),
            operation(
                "GET", "/{uuid}", "showMeeting", "Show a meeting with its links", self._show,
                answer=MeetingAnswer, has_etag=True,
            ),
            operation(
                "PATCH", "/{uuid}", "changeMeeting", "Change a meeting", self._change,
                body=MeetingPatch, answer=MeetingAnswer, has_etag=True, headers=(IF_MATCH,),
                errors=("meeting_unknown", "changed_meanwhile", *BOOKING_ERRORS),
            ),
            operation(
                "DELETE", "/{uuid}", "cancelMeeting", "Cancel a meeting that has not begun", self._cancel,
                status=HTTPStatus.NO_CONTENT, headers=(IF_MATCH,),
                errors=("meeting_unknown", "changed_meanwhile", *BOOKING_ERRORS),
            ),
            operation(
                "GET", "/{uuid}/qr.svg", "showMeetingQr", "The short link as a QR code", self._qr, media_type=SVG
            ),
            operation(
                "GET", "/{uuid}/invitation.ics", "showMeetingCalendarFile",
                "A calendar file with the guests' link, or with that of a personal invitation", self._calendar,
                media_type=ICS, errors=("meeting_unknown", "invitation_unknown"),
                query=(Query("invitation", (), "A personal invitation's id.", max_chars=32),),
            ),
        )  # fmt: skip

    # ── the handlers ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _book(self, path: Mapping[str, str], called: Called) -> Said:
        body: MeetingRequest = called.body
        caller = self._acting_for(_caller(called), body.organisation)
        request = _new_meeting(body)
        key = _unquoted(path.get(IDEMPOTENCY_KEY.name, ""))
        booked = (
            await self._book_once(caller, request, key, body) if key else await self._bookings.book(caller, request)
        )
        answer = await self._answer(caller, booked)
        return Said(answer.body, {**answer.headers, "Location": f"{PATH}/{booked.meeting.uuid}"})

    async def _book_once(self, caller: Caller, request: NewMeeting, key: str, body: MeetingRequest) -> Booked:
        who = "\n".join((caller.organisation, caller.client, caller.email))
        uuid = uuid4()
        async with self._idempotency.once(who, key, msgspec.json.encode(body), uuid) as first:
            if first.resource != uuid:
                try:
                    booked = await self._bookings.meeting(caller, first.resource)
                    await self._idempotency.made(first)
                    return booked
                except NotFound:
                    if first.is_made:
                        raise  # and was cancelled since
            return await self._book_or_forget(caller, msgspec.structs.replace(request, uuid=first.resource), first)

    async def _book_or_forget(self, caller: Caller, request: NewMeeting, first: Remembered) -> Booked:
        try:
            booked = await self._bookings.book(caller, request)
        except VdxError as error:
            if error.code != "store_unavailable":  # else nobody knows whether it was made
                await self._idempotency.forget(first)
            raise
        await self._idempotency.made(first)
        return booked

    async def _list(self, path: Mapping[str, str], called: Called) -> MeetingPage:
        caller = self._acting_for(_caller(called), path.get("organisation", ""))
        starts_from, starts_before = range_of(path, int(self._clock.unix_s()))
        limit = limit_of(path.get("limit"))
        after = place_of(path["cursor"]) if "cursor" in path else None
        if after is not None:
            starts_from = max(starts_from, after[0])
        criterion = Criterion(by=By.RANGE, starts_from=starts_from, starts_to=starts_before - 1)
        found: list[Booked] = []
        if starts_from < starts_before:
            found = await self._page(caller, criterion, after, limit + 1)
        more = found[limit - 1].meeting if len(found) > limit else None
        return MeetingPage(
            meetings=[self._resource(caller, booked) for booked in found[:limit]],
            next_cursor=None if more is None else cursor_of(more.starts_at, more.uuid),
        )

    async def _page(
        self, caller: Caller, criterion: Criterion, after: tuple[int, str] | None, most: int
    ) -> list[Booked]:
        found: list[Booked] = []
        pages = self._bookings.search(caller, criterion)
        async for page in pages:
            found += [one for one in page if after is None or (one.meeting.starts_at, str(one.meeting.uuid)) > after]
            if len(found) >= most:
                break
        if hasattr(pages, "aclose"):
            await pages.aclose()
        return found[:most]

    async def _show(self, path: Mapping[str, str], called: Called) -> Said:
        caller, booked = await self._found(path, called)
        return await self._answer(caller, booked)

    async def _change(self, path: Mapping[str, str], called: Called) -> Said:
        caller, booked = await self._found(path, called)
        revision = _revision(path.get(IF_MATCH.name), booked)
        changed = await self._bookings.change(
            caller, booked.meeting.uuid, _meeting_change(called.body), revision=revision
        )
        return await self._answer(caller, changed)

    async def _cancel(self, path: Mapping[str, str], called: Called) -> None:
        caller, booked = await self._found(path, called)
        await self._bookings.cancel(caller, booked.meeting.uuid, revision=_revision(path.get(IF_MATCH.name), booked))

    async def _qr(self, path: Mapping[str, str], called: Called) -> Said:
        _, booked = await self._found(path, called)
        return Said(qr_code(self.short_url(booked)), {})

    async def _calendar(self, path: Mapping[str, str], called: Called) -> Said:
        caller, booked = await self._found(path, called)
        if "invitation" in path:
            link = await self._invitations.find(caller, booked.meeting.uuid, path["invitation"])
        else:
            _, link = await self._invitations.shared(caller, booked)
        organisation = await self._organisation(booked)
        host = urlsplit(self._public_url).hostname or "localhost"
        file = calendar_file(booked.meeting, organisation, self._public_url + link.path, host=host)
        return Said(file, {"Content-Disposition": 'attachment; filename="invitation.ics"'})

    # ── who asks, and about what ──────────────────────────────────────────────────────────────────────────────────

    async def found(self, uuid: str, called: Called) -> tuple[Caller, Booked]:
        """The meeting, and as whom the caller acts on it. Raises: NotFound, NotAllowed."""
        caller = _caller(called)
        try:
            identifier = UUID(uuid)
        except ValueError:
            raise NotFound("there is no such meeting", code="meeting_unknown") from None
        if caller.is_server_key:
            _, booked = await self._bookings.room(caller, identifier)
            if booked is None:
                raise NotFound("there is no such meeting", code="meeting_unknown")
            return self._acting_for(caller, booked.meeting.organisation), booked
        return caller, await self._bookings.meeting(caller, identifier)

    async def _found(self, path: Mapping[str, str], called: Called) -> tuple[Caller, Booked]:
        return await self.found(path["uuid"], called)

    def acting_for(self, called: Called, organisation: str) -> Caller:
        """As whom the caller acts in this organisation, its own when empty. Raises: BadField, NotAllowed."""
        return self._acting_for(_caller(called), organisation)

    def _acting_for(self, caller: Caller, organisation: str) -> Caller:
        """Raises: BadField, NotAllowed."""
        if not caller.is_server_key:
            if organisation not in ("", caller.organisation):
                raise NotAllowed("the caller belongs to another organisation")
            return caller
        if not organisation:
            raise BadField("is needed: the caller belongs to no organisation", field="$.organisation")
        roles = caller.roles | {CallerRole.ADMIN}
        return msgspec.structs.replace(caller, organisation=organisation, roles=roles, is_server_key=False)

    # ── what is answered ──────────────────────────────────────────────────────────────────────────────────────────

    def short_url(self, booked: Booked) -> str:
        return self._short_link_base + booked.meeting.short_id

    async def _organisation(self, booked: Booked) -> Organisation:
        code = booked.meeting.organisation
        return (await self._bookings.tree()).find(code) or Organisation(code=code)

    async def _answer(self, caller: Caller, booked: Booked) -> Said:
        host, guest = await self._invitations.shared(caller, booked)
        organisation = await self._organisation(booked)
        short_url, meeting = self.short_url(booked), booked.meeting
        here = f"{self._public_url}{PATH}/{meeting.uuid}"
        resource = self._resource(caller, booked)
        answer = MeetingAnswer(
            **{name: getattr(resource, name) for name in MeetingResource.__struct_fields__},
            host_url=None if host is None else self._public_url + host.path,
            guest_url=self._public_url + guest.path,
            sms_text=self._sms_text(booked, organisation),
            letter_text=self._letter_text(booked, organisation),
            qr=qr_code(short_url).decode(),
            qr_url=f"{here}/qr.svg",
            calendar_url=f"{here}/invitation.ics",
        )
        return Said(answer, {"ETag": f'"{meeting.revision}"'})

    def _sms_text(self, booked: Booked, organisation: Organisation) -> Texts:
        facts = Facts(
            organisation=organisation.name or organisation.code,
            starts_at=booked.meeting.starts_at,
            link=self.short_url(booked),
            help_line=organisation.help_line,
        )
        now = int(self._clock.unix_s())
        danish, english = (compose(Purpose.INVITATION, facts, language, now=now) for language in Language)
        return Texts(da=danish, en=english)

    def _letter_text(self, booked: Booked, organisation: Organisation) -> Texts:
        facts = LetterFacts(
            organisation=organisation.name,
            starts_at=booked.meeting.starts_at,
            ends_at=booked.meeting.ends_at,
            short_link=self.short_url(booked),
            opens_before_minutes=booked.room.available_before,
            help_line=organisation.help_line,
            needs_pin=bool(booked.room.guest_pin),
        )
        now = int(self._clock.unix_s())
        danish, english = (letter_text(facts, language, now=now) for language in Language)
        return Texts(da=danish, en=english)

    def _resource(self, caller: Caller, booked: Booked) -> MeetingResource:
        meeting, room = booked.meeting, booked.room
        return MeetingResource(
            uuid=meeting.uuid,
            organisation=meeting.organisation,
            subject=meeting.subject,
            description=meeting.description,
            project_code=meeting.project_code,
            start_time=_moment(meeting.starts_at),
            end_time=_moment(meeting.ends_at),
            opens_at=_moment(room.starts_at),
            organized_by_email=meeting.organized_by.email,
            external_id=meeting.external_id,
            meeting_type=meeting.meeting_type,
            status=room.status,
            guest_microphone=meeting.guest_microphone,
            uri=room.uri_with_domain,
            guest_pin=room.guest_pin,
            host_pin=room.host_pin if caller.has(*BOOKS) else "",
            labels=list(meeting.labels),
            additional_information=dict(meeting.additional_information),
            call_type=room.call_type,
            short_id=meeting.short_id,
            short_url=self.short_url(booked),
            revision=meeting.revision,
            created_time=_moment(meeting.created_at),
            updated_time=None if meeting.updated_at is None else _moment(meeting.updated_at),
        )


def _caller(called: Called) -> Caller:
    assert called.caller is not None  # the table says CALLER
    return called.caller


def _new_meeting(body: MeetingRequest) -> NewMeeting:
    given = msgspec.structs.asdict(body)
    del given["organisation"], given["start_time"], given["end_time"]
    return NewMeeting(
        **given
        | {
            "starts_at": whole_s(body.start_time, "$.startTime"),
            "ends_at": whole_s(body.end_time, "$.endTime"),
            "labels": tuple(body.labels),
            "additional_information": tuple(body.additional_information.items()),
        }
    )


def _meeting_change(body: MeetingPatch) -> MeetingChange:
    given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
    for name, to, field in (("start_time", "starts_at", "$.startTime"), ("end_time", "ends_at", "$.endTime")):
        if name in given:
            given[to] = whole_s(given.pop(name), field)
    if "labels" in given:
        given["labels"] = tuple(given["labels"])
    if "additional_information" in given:
        given["additional_information"] = tuple(given["additional_information"].items())
    return MeetingChange(**given)


def _revision(if_match: str | None, booked: Booked) -> int | None:
    """What the change is made from (RFC 9110 §13.1.1, strong comparison); None: any. Raises: Refused
    `changed_meanwhile`, BadField."""
    if if_match is None or if_match.strip() == "*":
        return None
    for tag in if_match.split(","):
        found = _ETAG.match(tag.strip())
        if found and int(found.group(1)) == booked.meeting.revision:
            return booked.meeting.revision
    raise Refused("the meeting has been changed since; read it again", code="changed_meanwhile")


def _unquoted(key: str) -> str:
    """The draft has a quoted string (RFC 8941); many send the bare key. Raises: BadField."""
    if len(key) >= 2 and key.startswith('"') and key.endswith('"'):
        key = key[1:-1]
        if not key:
            raise BadField("must not be empty", field=IDEMPOTENCY_KEY.name)
    if len(key) > MAX_KEY_CHARS:
        raise BadField(f"at most {MAX_KEY_CHARS} characters", field=IDEMPOTENCY_KEY.name)
    return key


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
