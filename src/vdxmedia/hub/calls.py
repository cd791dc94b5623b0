"""Calling a citizen now: one number becomes a meeting that begins at once, an SMS that leaves at once, a host's link.

A room that stands ready is taken where the organisation has a pool; else one is made, which takes a moment longer. When
the SMS cannot be sent, the meeting is ended again: nobody would come.
"""

from __future__ import annotations

import asyncio
import logging

import msgspec

from vdxmedia.booking import access
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.choices import MeetingType
from vdxmedia.booking.meetings import Booked
from vdxmedia.booking.messages.calendar_words import Language
from vdxmedia.booking.messages.message import Message
from vdxmedia.booking.messages.wording import Purpose
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import MeetingChange, NewMeeting
from vdxmedia.clock import Clock
from vdxmedia.errors import VdxError
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.invitations import Invitations, Link
from vdxmedia.hub.messages import Messages, NewMessage

logger = logging.getLogger(__name__)

END_TRIES, END_PAUSE_S = 12, 0.25
"""Above the 2 s in which a room is made."""
NO_POOL = frozenset({Why.NO_POOL, Why.NO_FREE_POOL_ROOM, Why.AD_HOC_NOT_ALLOWED})
"""Reasons to make a room instead of taking one."""


class NewCall(msgspec.Struct, frozen=True, kw_only=True):
    to: str
    subject: str
    duration_s: int
    text: str = ""
    language: Language | None = None
    template: int | None = None


class Rung(msgspec.Struct, frozen=True):
    booked: Booked
    host: Link
    message: Message


class Calls:
    """Event loop only."""

    def __init__(
        self, bookings: Bookings, invitations: Invitations, messages: Messages, clock: Clock, counters: Counters
    ) -> None:
        self._bookings = bookings
        self._invitations = invitations
        self._messages = messages
        self._clock = clock
        self._counters = counters

    async def ring(self, caller: Caller, asked: NewCall) -> Rung:
        """Raises: as `Bookings.book` and `Messages.send`; then there is no meeting."""
        access.require_booker(caller)
        sms = NewMessage(to=asked.to, text=asked.text, purpose=Purpose.CALL, language=asked.language)
        self._messages.check(sms)  # before a room is taken
        booked = await self._book(caller, asked)
        try:
            (message,) = await self._messages.send_to(caller, booked, sms)
            host, _ = await self._invitations.shared_of(booked)
        except VdxError:
            await self._end(caller, booked)
            raise
        self._counters.add("calls_rung")
        return Rung(booked, host, message)

    async def _book(self, caller: Caller, asked: NewCall) -> Booked:
        now = int(self._clock.unix_s())
        request = NewMeeting(
            subject=asked.subject,
            starts_at=now,
            ends_at=now + asked.duration_s,
            template=asked.template,
            meeting_type=MeetingType.POOL,
        )
        try:
            return await self._bookings.book(caller, request)
        except BookingRefused as refused:
            if refused.why not in NO_POOL:
                raise
            self._counters.add("calls_without_pool")
        return await self._bookings.book(caller, msgspec.structs.replace(request, meeting_type=MeetingType.NORMAL))

    async def _end(self, caller: Caller, booked: Booked) -> None:
        """A room that is just being made cannot be changed, for a moment."""
        for _ in range(END_TRIES):
            try:
                ended = MeetingChange(ends_at=int(self._clock.unix_s()))
                await self._bookings.change(caller, booked.meeting.uuid, ended)
                return
            except VdxError as error:
                reason = error.code
            await asyncio.sleep(END_PAUSE_S)
        logger.warning("call_not_ended meeting=%s reason=%s", booked.meeting.uuid, reason)
