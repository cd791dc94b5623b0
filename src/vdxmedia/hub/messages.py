"""The message desk: what APIs ask about SMS, and what meetings tell it.

A message is on the disk when it is answered; the outbox worker sends it. Who may send is who books meetings and sees
this one. Left out: how messages leave (`hub.outbox_worker`).
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import msgspec

from vdxmedia.booking import access
from vdxmedia.booking.audit import AuditOperation, note_of
from vdxmedia.booking.callers import Caller, HostInCall
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.messages.alphabet import Size, plain
from vdxmedia.booking.messages.calendar_words import Language
from vdxmedia.booking.messages.delivery import Report, reported
from vdxmedia.booking.messages.message import Message, MessageState
from vdxmedia.booking.messages.numbers import check_country, to_e164
from vdxmedia.booking.messages.quota import Quota
from vdxmedia.booking.messages.reminder_times import (
    MAX_BEFORE_MINUTES,
    MAX_REMINDERS,
    MIN_BEFORE_MINUTES,
    reminder_at,
)
from vdxmedia.booking.messages.wording import (
    Facts,
    Purpose,
    check_template,
    checked_size,
    compose,
    render,
    template_of,
)
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, NotFound, Refused
from vdxmedia.hub.booking_store import BookingStore
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.messages_port import OutboxStore, SmsGateway
from vdxmedia.sealing import Sealer

logger = logging.getLogger(__name__)

REFERENCE_BYTES = 16
REFERENCE_CHARS = 22
MAC_CHARS = 22
"""132 bits of a keyed digest: a report's address cannot be made from a reference that the organisation knows."""
CALL_USEFUL_S = 600
"""Somebody waits; a message that is later than this calls nobody."""


_COUNTED = {Report.ON_ITS_WAY: "on_its_way", Report.DELIVERED: "delivered", Report.FAILED: "failed"}


class MessageTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Of the whole server."""

    quota: Quota
    language: Language
    countries: frozenset[int]
    """Calling codes of the telephones that are written to; empty: all."""
    short_link_base: str
    """What a short id is put behind."""
    test_link_base: str
    """The same, for the page on which one's equipment is tried."""


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    to: str
    """As a person writes it."""
    text: str = ""
    """A template; empty: the organisation's, else ours."""
    purpose: Purpose = Purpose.INVITATION
    language: Language | None = None
    is_sent_now: bool = True
    reminders: tuple[int, ...] = ()
    """Minutes before the meeting."""
    needs_link: bool = True
    text_field: str = "$.text"
    """What the caller calls the text, for errors."""


class Messages:
    """Event loop only. Implements `MeetingFacts`. Raises, all: Refused `store_unavailable`."""

    def __init__(
        self,
        bookings: Bookings,
        meetings: BookingStore,
        outbox: OutboxStore,
        gateways: Sequence[SmsGateway],
        clock: Clock,
        *,
        terms: MessageTerms,
        sealer: Sealer,
        counters: Counters,
        wake: Callable[[], None],
    ) -> None:
        self._bookings = bookings
        self._meetings = meetings
        self._outbox = outbox
        self._gateways = {gateway.name: gateway for gateway in gateways}
        self._clock = clock
        self._terms = terms
        self._sealer = sealer
        self._counters = counters
        self._wake = wake

    # ── asked by APIs ─────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, caller: Caller, meeting: UUID, asked: NewMessage) -> Sequence[Message]:
        """What leaves now, then the reminders, the nearest first; a reminder for which it is too late is left out.

        Raises: BadField, NotAllowed, NotFound `meeting_unknown`, Refused `meeting_over`, `sms_quota_spent`,
        `too_many_messages`, `sms_unavailable`.
        """
        return await self.send_all(caller, meeting, [asked])

    async def send_all(self, caller: Caller, meeting: UUID, asked: Sequence[NewMessage]) -> Sequence[Message]:
        """To several numbers: all or none of them, so that asking again sends nothing twice. Raises: as `send`."""
        access.require_booker(caller)
        for one in asked:
            self.check(one)
        booked = await self._bookings.meeting(caller, meeting)
        new = [message for one in asked for message in await self._made(booked, one)]
        return await self._added(caller, new)

    def check(self, asked: NewMessage) -> str:
        """The number in E.164. Raises: BadField, Refused `sms_unavailable`."""
        if not self._gateways:
            raise Refused("this server has no SMS gateway", code="sms_unavailable")
        number = to_e164(asked.to)
        try:
            check_country(number, self._terms.countries)
        except BadField:
            self._counters.add("sms_refused_country")
            raise
        if asked.text:
            check_template(plain(asked.text), field=asked.text_field, needs_link=asked.needs_link)
        if len(asked.reminders) > MAX_REMINDERS or len(set(asked.reminders)) < len(asked.reminders):
            raise BadField(f"at most {MAX_REMINDERS}, each once", field="$.reminders")
        if not all(MIN_BEFORE_MINUTES <= minutes <= MAX_BEFORE_MINUTES for minutes in asked.reminders):
            raise BadField(f"{MIN_BEFORE_MINUTES} to {MAX_BEFORE_MINUTES} minutes", field="$.reminders")
        if not asked.is_sent_now and not asked.reminders:
            raise BadField("there is nothing to send", field="$.reminders")
        return number

    async def send_to(self, caller: Caller, booked: Booked, asked: NewMessage) -> Sequence[Message]:
        """For who has asked the booking desk already. Raises as `send`."""
        return await self._added(caller, await self._made(booked, asked))

    async def _made(self, booked: Booked, asked: NewMessage) -> list[Message]:
        number, now = self.check(asked), self._now()
        meeting = booked.meeting
        if meeting.ends_at <= now:
            raise Refused("the meeting is over", code="meeting_over")
        organisation = await self._organisation(meeting.organisation)
        language = asked.language or self._language_of(organisation)
        facts = self._facts_of(booked, organisation)
        new: list[Message] = []

        def add(purpose: Purpose, text: str, size: Size, **more: object) -> None:
            new.append(
                Message(
                    reference=secrets.token_urlsafe(REFERENCE_BYTES),
                    meeting=meeting.uuid,
                    organisation=meeting.organisation,
                    purpose=purpose,
                    to=number,
                    text=text,
                    sender=organisation.sms_sender_name,
                    language=language,
                    segments=size.segments,
                    has_callback=bool(organisation.sms_callback_url),
                    created_at=now,
                    changed_at=now,
                    **more,  # type: ignore[arg-type]  # by name, as Message has them
                )
            )

        if asked.is_sent_now:
            text = await self._text(asked.text, asked.purpose, facts, organisation, language)
            useful_until = now + CALL_USEFUL_S if asked.purpose is Purpose.CALL else meeting.ends_at
            size = checked_size(text, field=asked.text_field)
            add(asked.purpose, text, size, due_at=now, expires_at=min(useful_until, meeting.ends_at))
        for minutes in sorted(asked.reminders):
            template = asked.text or await self._template(organisation, Purpose.REMINDER, language)
            text = await self._text(template, Purpose.REMINDER, facts, organisation, language)
            size = checked_size(text, field=asked.text_field)
            due_at = reminder_at(meeting.starts_at, minutes, now)
            if due_at is not None:
                add(
                    Purpose.REMINDER,
                    template,
                    size,
                    due_at=due_at,
                    expires_at=meeting.starts_at,
                    before_minutes=minutes,
                    starts_at=meeting.starts_at,
                )
        return new

    async def _added(self, caller: Caller, new: Sequence[Message]) -> Sequence[Message]:
        if new:
            now = self._now()
            try:
                notes = [
                    note_of(one.organisation, caller, AuditOperation.CREATE, "message", one.reference, now)
                    for one in new
                ]
                await self._outbox.add(new, self._terms.quota, now, notes)
            except Refused as error:
                self._counters.add(f"sms_refused_{error.code}")
                raise
            self._counters.add("sms_added", len(new))
            self._wake()
        return new

    async def list(self, caller: Caller, meeting: UUID) -> Sequence[Message]:
        """The newest first. Raises: NotFound, NotAllowed."""
        access.require_booker(caller)
        await self._bookings.meeting(caller, meeting)
        return await self._outbox.of_meeting(meeting)

    async def texts(self, caller: Caller) -> Sequence[tuple[str, str, str]]:
        """The organisation's own. Raises: NotAllowed, NotFound."""
        access.require_booker(caller)
        return (await self._own(caller)).sms_texts

    async def set_texts(self, caller: Caller, texts: Sequence[tuple[Purpose, Language, str]]) -> None:
        """All of them anew. Raises: BadField, NotAllowed for who is no administrator."""
        for number, (_, _, text) in enumerate(texts):
            check_template(plain(text), field=f"$.texts[{number}].text")
        keys = [(purpose, language) for purpose, language, _ in texts]
        if len(set(keys)) < len(keys):
            raise BadField("two texts for the same purpose and language", field="$.texts")
        kept = tuple((purpose.value, language.value, text) for purpose, language, text in texts)
        changed = msgspec.structs.replace(await self._own(caller), sms_texts=kept)
        await self._bookings.change_organisation(caller, changed)

    async def _own(self, caller: Caller) -> Organisation:
        found = (await self._bookings.tree()).find(caller.organisation)
        if found is None:
            raise NotFound("there is no such organisation", code="organisation_unknown")
        return found

    # ── asked by hosts in a call ──────────────────────────────────────────────────────────────────────────────────

    async def send_from_room(self, room: str, asked: NewMessage, by: HostInCall) -> Sequence[Message]:
        """To somebody who is missed. Raises as `send`; NotFound `meeting_unknown` for a room that nobody booked."""
        booked = await self._booked_of(room)
        return await self.send_to(by.caller(booked.meeting.organisation), booked, asked)

    async def list_of_room(self, room: str) -> Sequence[Message]:
        """Raises: NotFound."""
        return await self._outbox.of_meeting((await self._booked_of(room)).meeting.uuid)

    async def _booked_of(self, room: str) -> Booked:
        found = await self._meetings.read(lambda rows: rows.room_by_id(room))
        if found is None or found[1] is None:
            raise NotFound("this room has no meeting", code="meeting_unknown")
        return found[1]

    # ── told by gateways ──────────────────────────────────────────────────────────────────────────────────────────

    def report_token(self, reference: str) -> str:
        """The last part of a report's address: the reference, and what only this server can make of it."""
        return f"{reference}.{self._mac(reference)}"

    async def report(self, gateway: str, token: str, query: Mapping[str, str], body: bytes, content_type: str) -> None:
        """Raises: NotFound for an address that is not ours, or of a message that is not there any more."""
        reference, _, mac = token.partition(".")
        known = self._gateways.get(gateway)
        is_ours = len(reference) == REFERENCE_CHARS and hmac.compare_digest(mac.encode(), self._mac(reference).encode())
        if known is None or not is_ours:
            self._counters.add("sms_reports_refused")
            raise NotFound("there is no such message")
        report = known.read_report(query, body, content_type)
        if report is None:
            self._counters.add("sms_reports_unread")
            return
        now = self._now()
        before: list[MessageState] = []

        def step(stored: Message) -> Message:
            before[:] = [stored.state]
            return reported(stored, report, now)

        after = await self._outbox.change(reference, step)
        if after is None:
            raise NotFound("there is no such message")
        self._counters.add(f"sms_reports_{_COUNTED[report]}")
        if after.state is MessageState.FAILED and before != [after.state]:
            logger.warning("message_not_delivered gateway=%s reference=%s", gateway, reference)
        self._wake()

    # ── told by the booking desk ──────────────────────────────────────────────────────────────────────────────────

    async def meeting_changed(self, meeting: UUID, starts_at: int | None) -> None:
        """After it was moved or (None) cancelled. When this is not heard, a reminder finds out as it leaves."""
        try:
            if await self._outbox.follow(meeting, starts_at, self._now()):
                self._wake()
        except Refused as error:
            logger.warning("reminders_not_moved meeting=%s reason=%s", meeting, error.text)

    # ── for the worker ────────────────────────────────────────────────────────────────────────────────────────────

    async def facts(self, meeting: UUID) -> Facts | None:
        booked = await self._meetings.read(lambda rows: rows.booked(meeting))
        return None if booked is None else self._facts_of(booked, await self._organisation(booked.meeting.organisation))

    async def callback_url(self, organisation: str) -> str:
        return (await self._organisation(organisation)).sms_callback_url

    # ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _text(
        self, own: str, purpose: Purpose, facts: Facts, organisation: Organisation, language: Language
    ) -> str:
        template = own or await self._template(organisation, purpose, language)
        if template:
            return render(template, facts, language, now=self._now())
        return compose(purpose, facts, language, now=self._now())

    async def _template(self, organisation: Organisation, purpose: Purpose, language: Language) -> str:
        return template_of(await self._bookings.tree(), organisation.code, purpose, language)

    def _facts_of(self, booked: Booked, organisation: Organisation) -> Facts:
        return Facts(
            organisation=organisation.name or organisation.code,
            starts_at=booked.meeting.starts_at,
            link=self._terms.short_link_base + booked.meeting.short_id,
            test_link=self._terms.test_link_base + booked.meeting.short_id,
            help_line=organisation.help_line,
        )

    async def _organisation(self, code: str) -> Organisation:
        return (await self._bookings.tree()).find(code) or Organisation(code=code)

    def _language_of(self, organisation: Organisation) -> Language:
        known = {language.value: language for language in Language}
        return known.get(organisation.language, self._terms.language)

    def _mac(self, reference: str) -> str:
        return self._sealer.digest(reference, "sms report")[:MAC_CHARS]

    def _now(self) -> int:
        return int(self._clock.unix_s())
