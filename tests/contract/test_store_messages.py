"""The outbox on real databases: nothing is lost, quotas hold, reminders follow their meetings."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from tests.contract.places import SEALER, StorePlace
from tests.postgres import PASSWORD, Postgres, run_postgres
from vdxmedia.booking.messages.delivery import Accepted, Policy, Unclear, answered
from vdxmedia.booking.messages.message import Message, MessageState, Reason
from vdxmedia.booking.messages.quota import Quota
from vdxmedia.booking.messages.wording import Purpose
from vdxmedia.errors import Refused
from vdxmedia.hub.messages_port import MAX_OF_MEETING
from vdxmedia.store.messages import Messages
from vdxmedia.store.units import Units

NOON = 1_795_518_000
"""24 November 2026, 12.00 in Denmark."""
DAY = 86_400
MEETING = UUID(int=7)
POLICY = Policy(("first", "second"))
PLENTY = Quota(per_organisation=10_000, per_number=1_000)
DATABASES = itertools.count(1)
REFERENCES = itertools.count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with run_postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
async def units(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Units]:
    place = StorePlace(f"sqlite:///{tmp_path}/store.db", "")
    if request.param == "postgresql":
        running: Postgres = request.getfixturevalue("postgres")
        place = StorePlace(await asyncio.to_thread(running.make_database, f"messages{next(DATABASES)}"), PASSWORD)
    async with place.units() as opened:
        yield opened


@pytest.fixture
def store(units: Units) -> Messages:
    return Messages(units, SEALER)


def message(**fields: object) -> Message:
    known = {
        "meeting": MEETING,
        "organisation": "hjoerring",
        "purpose": Purpose.INVITATION,
        "to": "+4520123456",
        "text": "Videomøde med æøå 😀",
        "due_at": NOON,
        "expires_at": NOON + DAY,
        "created_at": NOON,
    }
    return Message(reference=f"r{next(REFERENCES)}", **known | fields)  # type: ignore[arg-type]


async def add_meeting(units: Units, starts_at: int) -> None:
    """Of what reminders look at."""
    columns = {
        "uuid": str(MEETING), "organisation": "hjoerring", "starts_at": starts_at, "ends_at": starts_at + 3_600,
        "short_id": "0123456789ab", "subject": "", "organized_by": "", "revision": 1, "search_text": "",
        "document": "{}",
    }  # fmt: skip
    statement = f"INSERT INTO meetings ({', '.join(columns)}) VALUES ({', '.join(':' + name for name in columns)})"
    await units.write(lambda connection: connection.execute(text(statement), columns))


async def take(store: Messages, now: int = NOON, most: int = 10) -> list[Message]:
    return list(await store.take_due(now, POLICY, most=most, most_reminders=most))


async def test_message_is_kept_whole_and_unreadable_in_the_database(store: Messages, units: Units) -> None:
    added = message(has_callback=True, starts_at=5, sender="Kommunen")
    await store.add([added], PLENTY, NOON)
    assert await store.of_meeting(MEETING) == [added]
    rows = await units.read(lambda connection: connection.execute(text("SELECT * FROM messages")))
    stored = str(rows.all())
    assert "20123456" not in stored
    assert "Videomøde" not in stored


async def test_due_message_is_sending_on_the_disk_and_is_taken_once(store: Messages) -> None:
    await store.add([message(), message(due_at=NOON + 1)], PLENTY, NOON)
    taken = await take(store)
    assert [one.state for one in taken] == [MessageState.SENDING]
    assert await take(store) == []
    kept = {one.reference: one for one in await store.of_meeting(MEETING)}
    assert kept[taken[0].reference] == taken[0]
    assert await store.next_due() == NOON + 1


async def test_answer_and_report_that_come_together_are_both_kept(store: Messages) -> None:
    added = message()
    await store.add([added], PLENTY, NOON)
    await take(store)
    steps = [lambda stored: answered(stored, Accepted("id"), NOON, POLICY), lambda stored: stored]
    await asyncio.gather(*(store.change(added.reference, step) for step in steps * 5))
    (kept,) = await store.of_meeting(MEETING)
    assert (kept.state, kept.gateway_id) == (MessageState.SENT, "id")
    assert await store.change("unknown", steps[0]) is None


async def test_what_was_sending_at_a_crash_is_uncertain_and_sent_again_once(store: Messages) -> None:
    added = message()
    await store.add([added], PLENTY, NOON)
    await take(store)
    assert await store.cut_off(NOON + 1, POLICY) == 1
    (uncertain,) = await store.of_meeting(MEETING)
    assert (uncertain.state, uncertain.reason) == (MessageState.UNCERTAIN, Reason.CUT_OFF)
    now, handed_over = NOON + 1, 0
    for _ in range(10):
        now += 60
        for one in await take(store, now):
            handed_over += one.state is MessageState.SENDING
            assert one.reference == added.reference
            if one.state is MessageState.SENDING:
                at = now
                await store.change(one.reference, lambda stored, at=at: answered(stored, Unclear(), at, POLICY))  # type: ignore[misc]
    (ended,) = await store.of_meeting(MEETING)
    assert handed_over == 1
    assert (ended.state, ended.reason) == (MessageState.GIVEN_UP, Reason.UNCERTAIN_TWICE)


async def test_what_a_person_waits_for_comes_before_reminders(store: Messages, units: Units) -> None:
    starts_at = NOON + 7_200
    await add_meeting(units, starts_at)
    reminders = [message(purpose=Purpose.REMINDER, starts_at=starts_at, due_at=NOON - 60) for _ in range(5)]
    call = message(purpose=Purpose.CALL)
    await store.add([*reminders, call], PLENTY, NOON)
    taken = await store.take_due(NOON, POLICY, most=3, most_reminders=2)
    assert [one.purpose for one in taken] == [Purpose.CALL, Purpose.REMINDER]


async def test_reminder_follows_a_meeting_that_was_moved_and_ends_with_one_that_is_gone(
    store: Messages, units: Units
) -> None:
    starts_at = NOON + DAY
    await add_meeting(units, starts_at)
    reminder = message(
        purpose=Purpose.REMINDER, before_minutes=60, starts_at=starts_at, due_at=starts_at - 3_600, expires_at=starts_at
    )
    invitation = message(due_at=None, state=MessageState.SENT)
    await store.add([reminder, invitation], PLENTY, NOON)
    assert await store.follow(MEETING, starts_at + 7_200, NOON) == 1
    assert await store.next_due() == starts_at + 3_600
    # The store's meeting says otherwise, as after a crash between moving it and telling.
    assert await store.follow_all(NOON) == 1
    assert await store.next_due() == starts_at - 3_600
    assert await store.follow_all(NOON) == 0
    await units.write(lambda connection: connection.execute(text("DELETE FROM meetings")))
    (late,) = await take(store, starts_at - 3_600)
    assert (late.state, late.reason) == (MessageState.CANCELLED, Reason.MEETING_GONE)


async def test_quota_of_a_day_is_never_exceeded_by_calls_at_once(store: Messages) -> None:
    quota = Quota(per_organisation=10, per_number=1_000)

    async def add(number: int) -> Refused | None:
        try:
            await store.add([message(segments=3, to=f"+45201234{number:02}")], quota, NOON)
        except Refused as error:
            return error
        return None

    refusals = [error for error in await asyncio.gather(*(add(number) for number in range(10))) if error]
    assert [(error.code, error.retry_after_s) for error in refusals] == [("sms_quota_spent", 12 * 3_600)] * 7
    await store.add([message(organisation="another", segments=10)], quota, NOON)
    await store.add([message(segments=10)], quota, NOON + DAY)
    with pytest.raises(Refused):
        await store.add([message(segments=1)], quota, NOON + DAY)


async def test_one_number_and_one_meeting_get_so_many_messages_and_no_more(store: Messages) -> None:
    few = Quota(per_organisation=10_000, per_number=3)
    await store.add([message(), message(), message()], few, NOON)
    with pytest.raises(Refused, match="number"):
        await store.add([message()], few, NOON + DAY - 1)
    await store.add([message(organisation="another")], few, NOON)
    await store.add([message()], few, NOON + DAY + 1)
    many = [message(meeting=UUID(int=8), to="+4520654321") for _ in range(MAX_OF_MEETING)]
    await store.add(many, PLENTY, NOON)
    with pytest.raises(Refused) as refused:
        await store.add([message(meeting=UUID(int=8))], PLENTY, NOON)
    assert refused.value.code == "too_many_messages"


async def test_person_is_found_and_erased_by_number(store: Messages) -> None:
    mine, another = message(), message(to="+4520654321")
    await store.add([mine, another], PLENTY, NOON)
    assert await store.of_number("+4520123456", 10) == [mine]
    assert await store.erase_number("+4520123456") == 1
    assert await store.of_number("+4520123456", 10) == []
    assert await store.of_meeting(MEETING) == [another]


async def test_old_messages_go_and_those_that_wait_stay(store: Messages) -> None:
    old, waiting = message(state=MessageState.DELIVERED, due_at=None), message()
    fresh = message(state=MessageState.SENT, due_at=None, created_at=NOON + DAY)
    await store.add([old, waiting, fresh], PLENTY, NOON)
    assert await store.delete_before(NOON + 1, 10) == 1
    assert {one.reference for one in await store.of_meeting(MEETING)} == {waiting.reference, fresh.reference}


async def test_row_of_a_lost_key_is_set_aside_and_holds_up_nobody(
    store: Messages, units: Units, expected_errors: list[object]
) -> None:
    lost, fine = message(), message(due_at=NOON + 1)
    await store.add([lost, fine], PLENTY, NOON)
    document = msgspec.json.encode(lost).decode()
    change = "UPDATE messages SET document = :document WHERE reference = :reference"
    values = {"document": document, "reference": lost.reference}
    await units.write(lambda connection: connection.execute(text(change), values))
    assert await take(store, NOON + 1, most=1) == []
    assert [one.reference for one in await take(store, NOON + 1, most=1)] == [fine.reference]
    assert expected_errors
