"""What becomes of a message: a pure automaton over `Message`.

    waiting ──due──▶ sending ──accepted──▶ sent ──report──▶ delivered | failed
       ▲                │ declined, try again          ▲
       ├────────────────┤                              │ report: it was taken
       │                │ declined for good ──▶ failed │
       │                │ no answer, or cut off        │
       │                └──────────▶ uncertain ────────┘
       └───── once, same reference ─────┘ └── again uncertain ──▶ givenUp

*Sending* is on the disk before the gateway is asked, and its answer afterwards. So a server that ends in between leaves
*sending*, which becomes *uncertain* when it has lasted too long. An uncertain message waits for a delivery report where
the gateway sends some, then it is sent again, once. A gateway that declined has certainly not taken it: then the next
gateway is asked at once, and after all of them a pause grows. Whatever is too late is given up.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from vdxmedia.booking.messages.message import FINAL, Message, MessageState, Reason
from vdxmedia.booking.messages.reminder_times import earliest_by_day, is_by_day, reminder_at
from vdxmedia.booking.messages.wording import Purpose
from vdxmedia.errors import InvalidTransition

BACKOFF_S = (2, 10, 30, 120, 600, 1_800)
"""After each round through the gateways; then given up."""
LEASE_S = 45
"""*Sending* for longer means that this server ended meanwhile; above the time that a gateway gets to answer."""
REPORT_WITHIN_S = 60
"""For a delivery report of an uncertain message, before it is sent again (guess: most come within 10 s)."""
TOLD = FINAL | {MessageState.SENT, MessageState.UNCERTAIN}
"""What a callback is told of."""
REPEAT_AFTER_S = 5
"""Where the gateway sends no reports, so that waiting tells nothing."""


class Policy(msgspec.Struct, frozen=True):
    gateways: tuple[str, ...]
    """By name, in the order in which they are asked."""
    reporting: frozenset[str] = frozenset()
    """Those that send delivery reports."""
    resting: frozenset[str] = frozenset()
    """Those that did not answer lately: another is asked first, where there is one."""


class Accepted(msgspec.Struct, frozen=True, tag=True):
    gateway_id: str = ""


class Declined(msgspec.Struct, frozen=True, tag=True):
    """The gateway has not taken it, certainly."""

    reason: Reason
    is_final: bool = False
    """No gateway will: the number or the text is wrong."""


class Unclear(msgspec.Struct, frozen=True, tag=True):
    """It may have."""

    reason: Reason = Reason.ANSWER_MISSING


Outcome = Accepted | Declined | Unclear


class Report(StrEnum):
    """What a gateway says later."""

    ON_ITS_WAY = "onItsWay"
    DELIVERED = "delivered"
    FAILED = "failed"


def on_due(message: Message, now: int, policy: Policy) -> Message:
    """What is to be done at `due_at`: the answer is *sending* when a gateway is to be asked now."""
    if message.due_at is None or message.due_at > now or message.state in FINAL:
        return message
    match message.state:
        case MessageState.WAITING:
            if now >= message.expires_at:
                return _to(message, MessageState.GIVEN_UP, now, reason=Reason.TOO_LATE)
            if not policy.gateways:
                return _to(message, MessageState.GIVEN_UP, now, reason=Reason.NO_GATEWAY)
            if message.purpose is Purpose.REMINDER and not is_by_day(now):
                return msgspec.structs.replace(message, due_at=earliest_by_day(now))
            return _to(
                message,
                MessageState.SENDING,
                now,
                due_at=now + LEASE_S,
                gateway=_next_gateway(message, policy),
                attempts=message.attempts + 1,
                reason=message.reason,
            )
        case MessageState.SENDING:
            return _uncertain(message, Reason.CUT_OFF, now, policy)
        case MessageState.UNCERTAIN if now >= message.expires_at:
            return _to(message, MessageState.GIVEN_UP, now, reason=Reason.TOO_LATE)
        case MessageState.UNCERTAIN if message.repeats:
            return _to(message, MessageState.GIVEN_UP, now, reason=Reason.UNCERTAIN_TWICE)
        case MessageState.UNCERTAIN:
            return _to(message, MessageState.WAITING, now, due_at=now, repeats=1, reason=message.reason)
        case _:
            raise InvalidTransition(f"a message that is {message.state} is never due")


def cut_off(message: Message, now: int, policy: Policy) -> Message:
    """At a start: whoever was sending is gone, so there is nothing to wait for."""
    return _uncertain(message, Reason.CUT_OFF, now, policy) if message.state is MessageState.SENDING else message


def answered(message: Message, outcome: Outcome, now: int, policy: Policy) -> Message:
    """The gateway's answer. What a report said first stands."""
    if isinstance(outcome, Accepted) and not message.gateway_id:
        message = msgspec.structs.replace(message, gateway_id=outcome.gateway_id)
    if isinstance(outcome, Accepted):
        return reported(message, Report.ON_ITS_WAY, now)
    if message.state not in (MessageState.SENDING, MessageState.UNCERTAIN):
        return message
    match outcome:
        case Declined(reason, is_final=True):
            return _to(message, MessageState.FAILED, now, reason=reason)
        case Declined(reason):
            return _try_again(message, reason, now, policy)
        case Unclear(reason):
            return _uncertain(message, reason, now, policy)


def reported(message: Message, report: Report, now: int) -> Message:
    """A delivery report. *Delivered* is the last word; others may come late, twice and in any order."""
    may_be_there = message.state in (MessageState.SENDING, MessageState.SENT, MessageState.UNCERTAIN) or (
        message.state in (MessageState.WAITING, MessageState.GIVEN_UP) and message.attempts > 0
    )
    match report:
        case Report.DELIVERED if may_be_there or message.state is MessageState.FAILED:
            return _to(message, MessageState.DELIVERED, now)
        case Report.FAILED if may_be_there:
            return _to(message, MessageState.FAILED, now, reason=Reason.NOT_DELIVERED)
        case Report.ON_ITS_WAY if may_be_there and message.state is not MessageState.SENT:
            return _to(message, MessageState.SENT, now)
        case _:
            return message


def moved(message: Message, starts_at: int, now: int) -> Message:
    """A reminder after its meeting got another time; others and those that left stay as they are."""
    if message.purpose is not Purpose.REMINDER or message.state is not MessageState.WAITING or message.attempts:
        return message
    if message.starts_at == starts_at:
        return message
    due_at = reminder_at(starts_at, message.before_minutes, now)
    if due_at is None:
        return _to(message, MessageState.CANCELLED, now, reason=Reason.TOO_LATE, starts_at=starts_at)
    return msgspec.structs.replace(message, due_at=due_at, starts_at=starts_at, expires_at=starts_at)


def followed(message: Message, starts_at: int | None, now: int) -> Message:
    """A reminder, when it is looked at: does its meeting still begin then, or at all (None)?"""
    return cancelled(message, now) if starts_at is None else moved(message, starts_at, now)


def cancelled(message: Message, now: int) -> Message:
    """After its meeting was cancelled: what has not left stays here."""
    if message.state is not MessageState.WAITING:
        return message
    return _to(message, MessageState.CANCELLED, now, reason=Reason.MEETING_GONE)


# ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _next_gateway(message: Message, policy: Policy) -> str:
    """A repetition goes to the gateway that may have the message: only there its reference can be known."""
    is_bound = message.gateway in policy.gateways
    if is_bound and (message.repeats or message.gateway not in policy.resting):
        return message.gateway
    awake = [name for name in policy.gateways if name not in policy.resting]
    return awake[0] if awake else (message.gateway if is_bound else policy.gateways[0])


def _uncertain(message: Message, reason: Reason, now: int, policy: Policy) -> Message:
    wait_s = REPORT_WITHIN_S if message.gateway in policy.reporting else REPEAT_AFTER_S
    return _to(message, MessageState.UNCERTAIN, now, due_at=now + wait_s, reason=reason)


def _try_again(message: Message, reason: Reason, now: int, policy: Policy) -> Message:
    gateways = policy.gateways or ("",)
    at = gateways.index(message.gateway) if message.gateway in gateways else 0
    following = gateways[(at + 1) % len(gateways)]
    rounds, is_within_round = divmod(message.attempts, len(gateways))
    if is_within_round:
        due_at = now
    elif rounds <= len(BACKOFF_S):
        due_at = now + BACKOFF_S[max(0, rounds - 1)]
    else:
        return _to(message, MessageState.GIVEN_UP, now, reason=reason)
    if due_at >= message.expires_at:
        return _to(message, MessageState.GIVEN_UP, now, reason=reason)
    return _to(message, MessageState.WAITING, now, due_at=due_at, gateway=following, reason=reason)


def _to(
    message: Message,
    state: MessageState,
    now: int,
    *,
    due_at: int | None = None,
    reason: Reason = Reason.NONE,
    **changes: object,
) -> Message:
    if message.has_callback and state is not message.state and state in TOLD:
        changes |= {"callback_due_at": now, "callback_attempts": 0}
    return msgspec.structs.replace(message, state=state, due_at=due_at, reason=reason, changed_at=now, **changes)
