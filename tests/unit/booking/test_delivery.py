"""What becomes of a message, step by step, and whatever happens in whatever order."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.booking.messages.delivery import (
    BACKOFF_S,
    LEASE_S,
    REPEAT_AFTER_S,
    REPORT_WITHIN_S,
    Accepted,
    Declined,
    Outcome,
    Policy,
    Report,
    Unclear,
    answered,
    cancelled,
    cut_off,
    moved,
    on_due,
    reported,
)
from vdxmedia.booking.messages.message import FINAL, Message, MessageState, Reason
from vdxmedia.booking.messages.wording import Purpose

NOON = 1_795_518_000
"""24 November 2026, 12.00 in Denmark."""
DAY = 86_400
ONE = Policy(("first",))
TWO = Policy(("first", "second"))
REPORTING = Policy(("first", "second"), frozenset({"first", "second"}))
BUSY = Declined(Reason.GATEWAY_BUSY)


def waiting(**fields: object) -> Message:
    known = {"purpose": Purpose.INVITATION, "due_at": NOON, "expires_at": NOON + DAY} | fields
    return Message(reference="r", meeting=UUID(int=1), organisation="o", to="+4520123456", text="t", **known)  # type: ignore[arg-type]


def sending(policy: Policy = ONE, **fields: object) -> Message:
    message = on_due(waiting(**fields), NOON, policy)
    assert message.state is MessageState.SENDING
    return message


def test_message_is_written_down_as_sending_before_a_gateway_is_asked() -> None:
    message = sending(TWO)
    assert (message.gateway, message.attempts, message.due_at) == ("first", 1, NOON + LEASE_S)
    early = waiting(due_at=NOON + 1)
    assert on_due(early, NOON, TWO) is early


def test_accepted_message_is_sent_and_looked_at_no_more() -> None:
    message = answered(sending(), Accepted("id-7"), NOON + 1, ONE)
    assert (message.state, message.gateway_id, message.due_at) == (MessageState.SENT, "id-7", None)
    assert reported(message, Report.DELIVERED, NOON + 2).state is MessageState.DELIVERED


def test_declined_message_goes_to_the_second_gateway_at_once_then_waits_longer_each_round() -> None:
    message, now, asked = waiting(expires_at=NOON + DAY), NOON, []
    while message.state is MessageState.WAITING:
        assert message.due_at is not None
        asked.append((message.due_at - now, message.gateway or "first"))
        now = message.due_at
        message = answered(on_due(message, now, TWO), BUSY, now, TWO)
    pauses = [0, *BACKOFF_S]
    assert asked == [pair for pause in pauses for pair in ((pause, "first"), (0, "second"))]
    assert (message.state, message.reason) == (MessageState.GIVEN_UP, Reason.GATEWAY_BUSY)


def test_message_refused_for_good_is_tried_nowhere_else() -> None:
    message = answered(sending(TWO), Declined(Reason.NUMBER_REFUSED, is_final=True), NOON, TWO)
    assert (message.state, message.reason, message.due_at) == (MessageState.FAILED, Reason.NUMBER_REFUSED, None)


@pytest.mark.parametrize(("policy", "wait_s"), [(ONE, REPEAT_AFTER_S), (REPORTING, REPORT_WITHIN_S)])
def test_uncertain_message_is_sent_again_once_to_the_same_gateway_then_given_up(policy: Policy, wait_s: int) -> None:
    message = answered(sending(policy), Unclear(), NOON, policy)
    assert (message.state, message.due_at) == (MessageState.UNCERTAIN, NOON + wait_s)
    again = on_due(message, NOON + wait_s, policy)
    assert (again.state, again.repeats, again.gateway) == (MessageState.WAITING, 1, "first")
    again = on_due(again, NOON + wait_s, policy)
    assert (again.state, again.reference, again.gateway) == (MessageState.SENDING, "r", "first")
    last = answered(again, Unclear(), NOON + wait_s, policy)
    assert last.state is MessageState.UNCERTAIN
    ended = on_due(last, NOON + 2 * wait_s, policy)
    assert (ended.state, ended.reason) == (MessageState.GIVEN_UP, Reason.UNCERTAIN_TWICE)


def test_report_settles_an_uncertain_message_without_sending_it_again() -> None:
    message = answered(sending(REPORTING), Unclear(), NOON, REPORTING)
    for report, state in (
        (Report.ON_ITS_WAY, MessageState.SENT),
        (Report.DELIVERED, MessageState.DELIVERED),
        (Report.FAILED, MessageState.FAILED),
    ):
        settled = reported(message, report, NOON + 1)
        assert (settled.state, settled.due_at) == (state, None)


def test_message_cut_off_by_a_crash_is_uncertain_at_the_next_start() -> None:
    message = cut_off(sending(), NOON + 1, ONE)
    assert (message.state, message.reason) == (MessageState.UNCERTAIN, Reason.CUT_OFF)
    assert on_due(sending(), NOON + LEASE_S, ONE).state is MessageState.UNCERTAIN, "without a restart too, in the end"
    assert cut_off(waiting(), NOON, ONE) == waiting()


def test_report_that_overtakes_the_answer_stands() -> None:
    delivered = reported(sending(), Report.DELIVERED, NOON)
    for outcome in (Accepted("id"), Unclear(), BUSY):
        assert answered(delivered, outcome, NOON + 1, ONE).state is MessageState.DELIVERED


def test_late_message_is_given_up_and_one_that_never_left_cannot_be_delivered() -> None:
    late = on_due(waiting(expires_at=NOON), NOON, ONE)
    assert (late.state, late.reason) == (MessageState.GIVEN_UP, Reason.TOO_LATE)
    assert reported(late, Report.DELIVERED, NOON) is late
    assert on_due(waiting(), NOON, Policy(())).reason is Reason.NO_GATEWAY


def test_reminder_follows_its_meeting_and_ends_with_it() -> None:
    reminder = waiting(
        purpose=Purpose.REMINDER,
        before_minutes=60,
        starts_at=NOON + 7_200,
        due_at=NOON + 3_600,
        expires_at=NOON + 7_200,
    )
    later = moved(reminder, NOON + DAY, NOON)
    assert (later.due_at, later.expires_at, later.starts_at) == (NOON + DAY - 3_600, NOON + DAY, NOON + DAY)
    assert moved(reminder, NOON + 60, NOON).state is MessageState.CANCELLED
    assert moved(waiting(), NOON + DAY, NOON) == waiting(), "an invitation has left or leaves now"
    assert cancelled(reminder, NOON).reason is Reason.MEETING_GONE
    sent = answered(sending(), Accepted(), NOON, ONE)
    assert cancelled(sent, NOON) is sent


def test_reminder_kept_back_by_an_outage_does_not_leave_at_night() -> None:
    reminder = waiting(purpose=Purpose.REMINDER, before_minutes=60, due_at=NOON, expires_at=NOON + DAY)
    at_night = NOON + 10 * 3_600
    kept = on_due(reminder, at_night, ONE)
    assert (kept.state, kept.due_at) == (MessageState.WAITING, NOON + 20 * 3_600)
    assert on_due(waiting(), at_night, ONE).state is MessageState.SENDING, "what a person sends leaves at once"


OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from(
    [Accepted("id"), BUSY, Declined(Reason.TEXT_REFUSED, is_final=True), Unclear()]
)
HAPPENINGS = st.one_of(st.integers(0, 4_000), OUTCOMES, st.sampled_from(Report), st.sampled_from(["crash", "cancel"]))


@given(st.lists(HAPPENINGS, max_size=60), st.sampled_from([ONE, TWO, REPORTING]))
def test_whatever_happens_a_message_is_asked_for_boundedly_and_ends(happenings: list[object], policy: Policy) -> None:
    message, now = waiting(), NOON
    for happening in happenings:
        before = message
        match happening:
            case int(seconds):
                now += seconds
                message = on_due(message, now, policy)
            case Accepted() | Declined() | Unclear() as outcome if message.state is MessageState.SENDING:
                message = answered(message, outcome, now, policy)
            case Report() as report:
                message = reported(message, report, now)
            case "crash":
                message = cut_off(message, now, policy)
            case "cancel":
                message = cancelled(message, now)
        assert message.repeats <= 1
        assert message.reference == "r"
        assert message.attempts <= len(policy.gateways) * (len(BACKOFF_S) + 1) + 1
        if before.state is MessageState.DELIVERED:
            assert message is before
    for _ in range(200):
        if message.due_at is None:
            break
        now = max(now, message.due_at)
        message = on_due(message, now, policy)
        if message.state is MessageState.SENDING:
            message = answered(message, BUSY, now, policy)
    assert message.due_at is None, "nothing waits for ever"
    assert message.state in FINAL | {MessageState.SENT}
