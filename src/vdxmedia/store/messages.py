"""The hub's `OutboxStore` on SQLite or PostgreSQL: messages with their number and text sealed, and what was sent a day.

Numbers are found by a keyed digest, so that a person's messages can be shown and erased. Columns beside the document
are copies to search by, always written with it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.messages.delivery import Policy, cut_off, followed, on_due
from vdxmedia.booking.messages.message import FINAL, Message, MessageState
from vdxmedia.booking.messages.quota import Quota, day_of, next_day
from vdxmedia.booking.messages.wording import Purpose
from vdxmedia.errors import Refused, VdxError
from vdxmedia.hub.messages_port import MAX_OF_MEETING, Step
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import append_notes
from vdxmedia.store.schema import meetings, message_days, messages
from vdxmedia.store.units import Units

logger = logging.getLogger(__name__)

NUMBER_CONTEXT = "telephone number"
"""Of the digest, wherever numbers are stored."""
URGENT, REMINDERS = 0, 1
PAGE = 500
DAY_S = 86_400
_OVER = tuple(state.value for state in FINAL | {MessageState.SENT})


class Messages:
    """Safe for several tasks at once."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units = units
        self._sealer = sealer

    async def add(self, new: Sequence[Message], quota: Quota, now: int, notes: Sequence[AuditNote] = ()) -> None:
        async def work(connection: AsyncConnection) -> None:
            await self._check_meeting(connection, new)
            await self._check_numbers(connection, new, quota, now)
            await self._charge(connection, new, quota, now)
            await connection.execute(messages.insert(), [self._values(message) for message in new])
            await append_notes(connection, notes, self._sealer)

        if new:
            await self._units.write(work)

    async def take_due(self, now: int, policy: Policy, *, most: int, most_reminders: int) -> Sequence[Message]:
        async def work(connection: AsyncConnection) -> list[Message]:
            changed: list[Message] = []
            for urgency, limit in ((URGENT, most), (REMINDERS, min(most_reminders, most))):
                if limit <= len(changed):
                    continue
                due = and_(messages.c.urgency == urgency, messages.c.due_at <= now)
                for before in await self._find(connection, due, limit - len(changed)):
                    message = before
                    if message.purpose is Purpose.REMINDER and message.state is MessageState.WAITING:
                        message = followed(message, await _start_of(connection, message.meeting), now)
                    message = on_due(message, now, policy)
                    await self._save(connection, before, message)
                    changed.append(message)
            return changed

        if not await self._units.read(lambda connection: _any_due(connection, now)):
            return []  # nothing to do costs no write
        return await self._units.write(work)

    async def cut_off(self, now: int, policy: Policy) -> int:
        async def work(connection: AsyncConnection) -> int:
            sending = await self._find(connection, messages.c.state == MessageState.SENDING.value, PAGE)
            for message in sending:
                await self._save(connection, message, cut_off(message, now, policy))
            return len(sending)

        total = 0
        while found := await self._units.write(work):
            total += found
        return total

    async def change(self, reference: str, step: Step) -> Message | None:
        async def work(connection: AsyncConnection) -> Message | None:
            for before in await self._find(connection, messages.c.reference == reference, 1):
                after = step(before)
                await self._save(connection, before, after)
                return after
            return None

        return await self._units.write(work)

    async def of_meeting(self, meeting: UUID) -> Sequence[Message]:
        return await self._read(messages.c.meeting == str(meeting), MAX_OF_MEETING)

    async def next_due(self) -> int | None:
        query = select(func.min(messages.c.due_at), func.min(messages.c.callback_due_at))

        async def work(connection: AsyncConnection) -> int | None:
            row = (await connection.execute(query)).one()
            return min((at for at in row if at is not None), default=None)

        return await self._units.read(work)

    async def follow(self, meeting: UUID, starts_at: int | None, now: int) -> int:
        of_meeting = and_(messages.c.meeting == str(meeting), messages.c.state == MessageState.WAITING.value)

        async def work(connection: AsyncConnection) -> int:
            changed = 0
            for before in await self._find(connection, of_meeting, MAX_OF_MEETING):
                after = followed(before, starts_at, now)
                changed += after is not before
                await self._save(connection, before, after)
            return changed

        return await self._units.write(work)

    async def follow_all(self, now: int) -> int:
        reminder = and_(messages.c.urgency == REMINDERS, messages.c.state == MessageState.WAITING.value)
        query = (
            select(messages.c.meeting, meetings.c.starts_at)
            .outerjoin(meetings, meetings.c.uuid == messages.c.meeting)
            .where(reminder, meetings.c.starts_at.is_distinct_from(messages.c.starts_at))
            .distinct()
        )

        async def work(connection: AsyncConnection) -> list[tuple[str, int | None]]:
            return [(row.meeting, row.starts_at) for row in await connection.execute(query)]

        changed = 0
        for meeting, starts_at in await self._units.read(work):
            changed += await self.follow(UUID(meeting), starts_at, now)
        return changed

    async def callbacks_due(self, now: int, most: int) -> Sequence[Message]:
        return await self._read(messages.c.callback_due_at <= now, most)

    async def delete_before(self, created_at: int, most: int) -> int:
        old = select(messages.c.reference).where(messages.c.created_at < created_at, messages.c.state.in_(_OVER))
        statement = delete(messages).where(messages.c.reference.in_(old.limit(most)))
        return await self._units.write(lambda connection: _row_count(connection, statement))

    async def of_number(self, number: str, most: int) -> Sequence[Message]:
        return await self._read(messages.c.number_digest == self._digest(number), most)

    async def erase_number(self, number: str) -> int:
        statement = delete(messages).where(messages.c.number_digest == self._digest(number))
        return await self._units.write(lambda connection: _row_count(connection, statement))

    # ── limits ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _check_meeting(self, connection: AsyncConnection, new: Sequence[Message]) -> None:
        of_meeting = messages.c.meeting == str(new[0].meeting)
        there = (await connection.execute(select(func.count()).select_from(messages).where(of_meeting))).scalar_one()
        if there + len(new) > MAX_OF_MEETING:
            raise Refused(f"a meeting has at most {MAX_OF_MEETING} messages", code="too_many_messages")

    async def _check_numbers(self, connection: AsyncConnection, new: Sequence[Message], quota: Quota, now: int) -> None:
        """Within the last 24 hours, so that midnight brings no second helping."""
        for number in {message.to: None for message in new}:
            query = (
                select(func.count())
                .select_from(messages)
                .where(messages.c.number_digest == self._digest(number))
                .where(messages.c.organisation == new[0].organisation, messages.c.created_at > now - DAY_S)
            )
            there = (await connection.execute(query)).scalar_one()
            if there + sum(message.to == number for message in new) > quota.per_number:
                raise _spent("this number got as many messages as one may get in a day", 3_600.0)

    async def _charge(self, connection: AsyncConnection, new: Sequence[Message], quota: Quota, now: int) -> None:
        segments, key = sum(message.segments for message in new), {"organisation": new[0].organisation}
        insert = sqlite.insert(message_days) if self._units.is_sqlite else postgresql.insert(message_days)
        charge = insert.values(**key, day=day_of(now), segments=segments).on_conflict_do_update(
            index_elements=["organisation", "day"],
            set_={"segments": message_days.c.segments + insert.excluded.segments},
        )
        spent = (await connection.execute(charge.returning(message_days.c.segments))).scalar_one()
        if spent > quota.per_organisation:
            raise _spent("the organisation has sent as many SMS as it may in a day", float(next_day(now) - now))

    # ── rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self, where: ColumnElement[bool], most: int) -> Sequence[Message]:
        return await self._units.read(lambda connection: self._find(connection, where, most, newest_first=True))

    async def _find(
        self, connection: AsyncConnection, where: ColumnElement[bool], most: int, *, newest_first: bool = False
    ) -> list[Message]:
        order = [messages.c.created_at.desc()] if newest_first else [messages.c.due_at]
        rows = (await connection.execute(select(messages).where(where).order_by(*order).limit(most))).all()
        found = []
        for row in rows:
            try:
                found.append(self._message(row))
            except (VdxError, msgspec.MsgspecError) as error:
                logger.error("stored_message_unreadable reference=%s reason=%s", row.reference, type(error).__name__)
                if not newest_first:
                    await self._set_aside(connection, row)
        return found

    async def _set_aside(self, connection: AsyncConnection, row: Row[Any]) -> None:
        """Nobody can read it: it must not be taken again and again."""
        if row.due_at is not None or row.callback_due_at is not None:
            values = {"state": MessageState.FAILED.value, "due_at": None, "callback_due_at": None}
            await connection.execute(update(messages).where(messages.c.reference == row.reference).values(**values))

    async def _save(self, connection: AsyncConnection, before: Message, after: Message) -> None:
        if after is not before:
            values = self._values(after)
            await connection.execute(update(messages).where(messages.c.reference == after.reference).values(**values))

    def _values(self, message: Message) -> dict[str, Any]:
        sealed = msgspec.structs.replace(
            message,
            to=self._sealer.seal(message.to, f"sms number {message.reference}"),
            text=self._sealer.seal(message.text, f"sms text {message.reference}"),
        )
        return {
            "reference": message.reference,
            "meeting": str(message.meeting),
            "organisation": message.organisation,
            "number_digest": self._digest(message.to),
            "state": message.state.value,
            "urgency": REMINDERS if message.purpose is Purpose.REMINDER else URGENT,
            "due_at": message.due_at,
            "callback_due_at": message.callback_due_at,
            "starts_at": message.starts_at,
            "created_at": message.created_at,
            "document": msgspec.json.encode(sealed).decode(),
        }

    def _message(self, row: Row[Any]) -> Message:
        sealed = msgspec.json.decode(row.document, type=Message)
        return msgspec.structs.replace(
            sealed,
            to=self._sealer.open(sealed.to, f"sms number {sealed.reference}"),
            text=self._sealer.open(sealed.text, f"sms text {sealed.reference}"),
        )

    def _digest(self, number: str) -> str:
        return self._sealer.digest(number, NUMBER_CONTEXT)


async def _any_due(connection: AsyncConnection, now: int) -> bool:
    for urgency in (URGENT, REMINDERS):
        query = select(messages.c.reference).where(messages.c.urgency == urgency, messages.c.due_at <= now).limit(1)
        if (await connection.execute(query)).first() is not None:
            return True
    return False


async def _start_of(connection: AsyncConnection, meeting: UUID) -> int | None:
    found = await connection.execute(select(meetings.c.starts_at).where(meetings.c.uuid == str(meeting)))
    start: int | None = found.scalar_one_or_none()
    return start


async def _row_count(connection: AsyncConnection, statement: Any) -> int:
    return int((await connection.execute(statement)).rowcount)


def _spent(text: str, retry_after_s: float) -> Refused:
    return Refused(text, code="sms_quota_spent", retry_after_s=retry_after_s)
