"""Sends what waits in the outbox: driven by the nearest deadline, bounded, through gateways that may be slow or down.

What a message becomes is decided by `booking.messages.delivery`; here it is carried out. *Sending* is on the disk
before a gateway is asked. Its answer is written down however long the store is away; a server that ends before that
finds the message *sending* at its next start. Callbacks to organisations go the same way, with a bound of their own.

Left out: several servers with one outbox (one server per database).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Sequence

import msgspec

from vdxmedia.booking.messages.alphabet import measure
from vdxmedia.booking.messages.delivery import Declined, Outcome, Policy, Unclear, answered, cancelled
from vdxmedia.booking.messages.message import Message, MessageState, Reason
from vdxmedia.booking.messages.wording import Purpose, compose, render
from vdxmedia.clock import Clock
from vdxmedia.errors import Refused, VdxError
from vdxmedia.hub.callbacks import Callbacks
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.messages_port import MeetingFacts, OutboxStore, Outgoing, SmsGateway, Step
from vdxmedia.hub.tasks import TaskScope

logger = logging.getLogger(__name__)

MAX_AT_ONCE = 16
"""Messages that gateways are asked about at once. Full: the others wait in the outbox."""
MAX_REMINDERS_AT_ONCE = 12
"""The rest is for what a person waits for."""
ANSWER_S = 20.0
"""For a gateway; well below `delivery.LEASE_S`."""
STORE_RETRY_S = 1.0
LOOK_AGAIN_S = 30.0
"""At the latest, whatever the nearest deadline: the machine's clock may have been set."""
BUSY_PAUSE_S = 0.25
UNANSWERED_TO_REST = 3
"""So often in a row a gateway does not answer; then another is asked first, for `REST_S`."""
REST_S = 30.0
STOP_WITHIN_S = 3.0
"""For gateways to answer at the end; what is still open then is *uncertain* at the next start."""
COMPLAIN_EVERY_S = 60.0
SWEEP_EVERY_S = 3_600.0
SWEEP_BATCH = 1_000
DEFAULT_KEPT_DAYS = 30.0


ReportUrl = Callable[[str, str], str]
"""Of a gateway's name and a reference: where the gateway brings its reports."""


class OutboxWorker:
    """Start `run` as a task; `wake` after something was added. Event loop only."""

    def __init__(
        self,
        store: OutboxStore,
        gateways: Sequence[SmsGateway],
        facts: MeetingFacts,
        callbacks: Callbacks,
        clock: Clock,
        *,
        counters: Counters,
        sender: str,
        report_url: ReportUrl,
        kept_days: float = DEFAULT_KEPT_DAYS,
        count: Callable[[str, str], None] = lambda gateway, result: None,
    ) -> None:
        """`gateways` in the order in which they are asked; `sender`: where the organisation has none; `count` is told
        of each answer of a gateway."""
        self._count_answer = count
        self._store = store
        self._gateways = {gateway.name: gateway for gateway in gateways}
        self._facts = facts
        self._callbacks = callbacks
        self._clock = clock
        self._counters = counters
        self._sender = sender
        self._report_url = report_url
        self._kept_s = kept_days * 86_400
        self._woken = asyncio.Event()
        self._asking: dict[str, Purpose] = {}
        """By reference, what gateways are asked about now."""
        self._unanswered: dict[str, int] = {}
        self._rests_until_s: dict[str, float] = {}
        """Monotonic, by gateway."""
        self._swept_s = -math.inf
        self._complained_s = -math.inf

    def wake(self) -> None:
        self._woken.set()

    def is_failing(self) -> bool:
        """No gateway answers."""
        return bool(self._gateways) and len(self._resting()) == len(self._gateways)

    @property
    def policy(self) -> Policy:
        return Policy(
            gateways=tuple(self._gateways),
            reporting=frozenset(name for name, gateway in self._gateways.items() if gateway.sends_reports),
            resting=self._resting(),
        )

    async def run(self) -> None:
        """Until cancelled; then waits a moment for gateways that are just answering."""
        async with TaskScope("messages") as scope:
            try:
                await self._begin()
                while True:
                    self._woken.clear()
                    begun = await self._look(scope)
                    await self._until_due(is_busy=not begun)
            finally:
                with contextlib.suppress(asyncio.CancelledError):
                    await scope.settle(STOP_WITHIN_S)

    # ── the loop ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _begin(self) -> None:
        """What the last process left."""
        while True:
            try:
                now = self._now()
                found = await self._store.cut_off(now, self.policy)
                await self._store.follow_all(now)
            except Refused as error:
                self._complain(error)
                await asyncio.sleep(STORE_RETRY_S)
                continue
            self._counters.add("sms_cut_off", found)
            if found:
                logger.warning("messages_cut_off count=%d", found)
            return

    async def _look(self, scope: TaskScope) -> int:
        """Begins all that is due and has room. How much there was."""
        begun = 0
        try:
            if (most := MAX_AT_ONCE - len(self._asking)) > 0:
                reminders = sum(purpose is Purpose.REMINDER for purpose in self._asking.values())
                for message in await self._store.take_due(
                    self._now(), self.policy, most=most, most_reminders=max(0, MAX_REMINDERS_AT_ONCE - reminders)
                ):
                    begun += 1
                    if message.state is MessageState.SENDING:
                        self._asking[message.reference] = message.purpose
                        scope.start(self._hand_over(message), "hand over a message")
                    elif message.state is not MessageState.WAITING:
                        self._count(message, message)
            begun += await self._callbacks.look(scope)
            await self._sweep()
        except Refused as error:
            self._complain(error)
            await asyncio.sleep(STORE_RETRY_S)
            self._woken.set()
        return begun

    async def _until_due(self, *, is_busy: bool) -> None:
        """`is_busy`: what is due is being done already, or has no room; whoever ends wakes us."""
        try:
            due_at = await self._store.next_due()
        except Refused:
            wait_s = STORE_RETRY_S
        else:
            wait_s = LOOK_AGAIN_S if due_at is None else min(max(0.0, due_at - self._clock.unix_s()), LOOK_AGAIN_S)
        if is_busy:
            wait_s = max(wait_s, BUSY_PAUSE_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._woken.wait()

    async def _sweep(self) -> None:
        """Deletes what is old, a batch an hour or as fast as they are full."""
        now_s = self._clock.monotonic_s()
        if now_s - self._swept_s < SWEEP_EVERY_S:
            return
        deleted = await self._store.delete_before(int(self._clock.unix_s() - self._kept_s), SWEEP_BATCH)
        self._counters.add("sms_deleted", deleted)
        if deleted < SWEEP_BATCH:
            self._swept_s = now_s

    # ── one message ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _hand_over(self, message: Message) -> None:
        try:
            text = await self._text_of(message)
            if text is None:
                await self._write_down(message.reference, lambda stored: cancelled(_waiting(stored), self._now()))
                return
            outcome = await self._ask(message, text)
            self._note(message, outcome)
            after = await self._write_down(
                message.reference, lambda stored: answered(stored, outcome, self._now(), self.policy)
            )
            if after is not None:
                self._count(message, after)
        finally:
            del self._asking[message.reference]
            self._woken.set()

    async def _text_of(self, message: Message) -> str | None:
        """None: its meeting is not there any more."""
        if message.purpose is not Purpose.REMINDER:
            return message.text
        while True:
            try:
                facts = await self._facts.facts(message.meeting)
            except Refused as error:
                self._complain(error)
                await asyncio.sleep(STORE_RETRY_S)
                continue
            if facts is None:
                return None
            if message.text:
                return render(message.text, facts, message.language, now=self._now())
            return compose(Purpose.REMINDER, facts, message.language, now=self._now())

    async def _ask(self, message: Message, text: str) -> Outcome:
        outgoing = Outgoing(
            reference=message.reference,
            to=message.to,
            text=text,
            sender=message.sender or self._sender,
            encoding=measure(text).encoding,
            report_url=self._report_url(message.gateway, message.reference),
        )
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._gateways[message.gateway].send(outgoing)
        except TimeoutError:
            return Unclear(Reason.ANSWER_MISSING)
        except Exception:
            logger.exception("gateway_crashed gateway=%s", message.gateway)
            return Unclear(Reason.GATEWAY_FAULT)

    async def _write_down(self, reference: str, step: Step) -> Message | None:
        """However long the store is away: what the gateway said is known nowhere else."""
        while True:
            try:
                return await self._store.change(reference, step)
            except Refused as error:
                self._complain(error)
                await asyncio.sleep(STORE_RETRY_S)

    def _note(self, message: Message, outcome: Outcome) -> None:
        """Whether the gateway is there at all."""
        is_silent = isinstance(outcome, Unclear) or (
            isinstance(outcome, Declined) and outcome.reason is Reason.GATEWAY_UNREACHABLE
        )
        count = self._unanswered.get(message.gateway, 0) + 1 if is_silent else 0
        self._unanswered[message.gateway] = count
        if count >= UNANSWERED_TO_REST:
            if message.gateway not in self._resting():
                logger.warning("gateway_rests gateway=%s unanswered=%d", message.gateway, count)
                self._counters.add("sms_gateway_rests")
            self._rests_until_s[message.gateway] = self._clock.monotonic_s() + REST_S
        elif not is_silent:
            self._rests_until_s.pop(message.gateway, None)

    def _count(self, before: Message, after: Message) -> None:
        self._counters.add(f"sms_{COUNTED[after.state]}")
        self._count_answer(before.gateway, COUNTED[after.state])
        if before.repeats and before.state is MessageState.SENDING:
            self._counters.add("sms_repeated")
        if after.state is MessageState.GIVEN_UP or (
            after.state is MessageState.WAITING and after.reason in (Reason.NOT_AUTHORISED, Reason.NO_CREDIT)
        ):
            # Somebody waits for a message that does not come: a human must act.
            logger.error(
                "message_not_sent state=%s reason=%s gateway=%s reference=%s",
                after.state, after.reason, before.gateway, after.reference,
            )  # fmt: skip

    def _complain(self, error: VdxError) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._complained_s >= COMPLAIN_EVERY_S:
            self._complained_s = now_s
            logger.error("outbox_waits_for_store reason=%s", error.text)

    def _resting(self) -> frozenset[str]:
        now_s = self._clock.monotonic_s()
        return frozenset(name for name, until_s in self._rests_until_s.items() if until_s > now_s)

    def _now(self) -> int:
        return int(self._clock.unix_s())


COUNTED = {
    MessageState.WAITING: "declined",
    MessageState.SENDING: "sending",
    MessageState.SENT: "sent",
    MessageState.DELIVERED: "sent",
    MessageState.FAILED: "failed",
    MessageState.UNCERTAIN: "uncertain",
    MessageState.GIVEN_UP: "given_up",
    MessageState.CANCELLED: "cancelled",
}
"""By the state after a gateway's answer."""
SMS_RESULTS = ("sent", "declined", "failed", "uncertain", "given_up", "cancelled")


def _waiting(message: Message) -> Message:
    """It was taken out to be sent, and was not."""
    return msgspec.structs.replace(message, state=MessageState.WAITING)
