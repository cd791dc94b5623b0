"""One SMS to one person, as it waits, leaves and arrives."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import msgspec

from vdxmedia.booking.messages.calendar_words import Language
from vdxmedia.booking.messages.wording import Purpose


class MessageState(StrEnum):
    """The values are words of our API and of callbacks."""

    WAITING = "waiting"
    SENDING = "sending"
    """A gateway is being asked; written down before it is."""
    SENT = "sent"
    """A gateway has taken it."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was refused for good, or could not be brought to the telephone."""
    UNCERTAIN = "uncertain"
    """A gateway may have taken it: the answer was not heard."""
    GIVEN_UP = "givenUp"
    """No gateway took it in time, or nobody knows after a second try."""
    CANCELLED = "cancelled"
    """A reminder of a meeting that is not any more."""


FINAL = frozenset({MessageState.DELIVERED, MessageState.FAILED, MessageState.GIVEN_UP, MessageState.CANCELLED})
"""Nothing more is done; a late report may still say that it was delivered."""


class Reason(StrEnum):
    """Why it is where it is, for operators and API."""

    NONE = ""
    NUMBER_REFUSED = "numberRefused"
    TEXT_REFUSED = "textRefused"
    NOT_AUTHORISED = "notAuthorised"
    """The gateway does not take our key: a human must act."""
    NO_CREDIT = "noCredit"
    GATEWAY_BUSY = "gatewayBusy"
    GATEWAY_UNREACHABLE = "gatewayUnreachable"
    GATEWAY_FAULT = "gatewayFault"
    ANSWER_UNREADABLE = "answerUnreadable"
    ANSWER_MISSING = "answerMissing"
    """None came in time, or the connection broke first."""
    CUT_OFF = "cutOff"
    """This server ended between asking the gateway and writing down its answer."""
    NOT_DELIVERED = "notDelivered"
    TOO_LATE = "tooLate"
    ATTEMPTS_SPENT = "attemptsSpent"
    UNCERTAIN_TWICE = "uncertainTwice"
    MEETING_GONE = "meetingGone"
    SEALED_UNREADABLE = "sealedUnreadable"
    NO_GATEWAY = "noGateway"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    reference: str
    """128 random bits, base64url; the same at every attempt, so that a gateway can see that it has it already."""
    meeting: UUID
    organisation: str
    purpose: Purpose
    to: str
    """E.164; sealed by the store, as `text`."""
    text: str
    """As it leaves. Of a reminder the template, empty for ours: meetings move, so it is written out when it leaves."""
    sender: str = ""
    """At most 11 characters; empty: the server's."""
    language: Language = Language.DANISH
    segments: int = 1
    """What is counted against the quota."""
    state: MessageState = MessageState.WAITING
    reason: Reason = Reason.NONE
    due_at: int | None = None
    """When it is looked at next: sent, called uncertain, sent again or given up; None: never."""
    expires_at: int
    """From then on it is of no use."""
    attempts: int = 0
    """How often a gateway was asked."""
    repeats: int = 0
    """How often it was sent again after *uncertain*: at most once."""
    gateway: str = ""
    """The one that has it, or is to be asked next; empty: the first."""
    gateway_id: str = ""
    """What the gateway calls it."""
    before_minutes: int = 0
    """Of a reminder."""
    starts_at: int = 0
    """Of the meeting, as it was when `due_at` of a reminder was found."""
    created_at: int = 0
    changed_at: int = 0
    has_callback: bool = False
    """The organisation wants to be told of each state by its callback."""
    callback_due_at: int | None = None
    """When the organisation's callback is told of the state; None: it knows, or it was tried often enough."""
    callback_attempts: int = 0
