"""The outbox against gateways that are slow, down, wrong or gone in the worst moment; and killed in it itself."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web

from tests.contract.places import SEALER, StorePlace
from tests.outbox_process import Nobody
from tests.patience import PATIENCE_S
from tests.sms_gateway import OwnGateway, accepts, answers, description, hangs_up, is_silent, own_gateway
from vdxmedia.booking.messages.delivery import REPEAT_AFTER_S, Report, reported
from vdxmedia.booking.messages.message import Message, MessageState, Reason
from vdxmedia.booking.messages.quota import Quota
from vdxmedia.booking.messages.wording import Facts, Purpose
from vdxmedia.clock import ManualClock
from vdxmedia.errors import Refused
from vdxmedia.hub import outbox_worker
from vdxmedia.hub.callbacks import PAUSES_S, Callbacks
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.outbox_worker import OutboxWorker
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.integrations.callbacks import GuardedCallbacks
from vdxmedia.integrations.sms.asking import Asking
from vdxmedia.integrations.sms.generic import GenericGateway
from vdxmedia.store.messages import Messages

NOON = 1_795_518_000
PLENTY = Quota(per_organisation=10_000, per_number=1_000)
MEETING = UUID(int=7)


def message(reference: str = "r" * 22, **fields: object) -> Message:
    known = {
        "meeting": MEETING, "organisation": "hjoerring", "purpose": Purpose.INVITATION, "to": "+4520123456",
        "text": "Videomøde \"nu\" 😀", "due_at": NOON, "expires_at": NOON + 86_400, "created_at": NOON,
    }  # fmt: skip
    return Message(reference=reference, **known | fields)  # type: ignore[arg-type]


class House(Nobody):
    """A worker with a store of its own; time moves when told."""

    def __init__(self, outbox: Messages, gateways: list[GenericGateway], callback: GuardedCallbacks) -> None:
        self.outbox = outbox
        self.clock = ManualClock(NOON)
        self.counters = Counters()
        self.callback_url = ""
        self.worker = OutboxWorker(
            outbox,
            gateways,
            self,
            Callbacks(outbox, callback, self._url, self.clock, counters=self.counters, wake=lambda: self.worker.wake()),
            self.clock,
            counters=self.counters,
            sender="Kommunen",
            report_url=lambda name, reference: f"https://moede.example.dk/{name}/{reference}",
        )

    async def facts(self, meeting: UUID) -> Facts | None:
        return Facts(
            organisation="Hjørring Kommune", starts_at=NOON + 7_200, link="https://m.example.dk/m/0123456789ab"
        )

    async def add(self, *new: Message) -> None:
        await self.outbox.add(new, PLENTY, int(self.clock.unix_s()))
        self.worker.wake()

    async def only(self) -> Message:
        (found,) = await self.outbox.of_meeting(MEETING)
        return found

    async def until(self, is_so: Callable[[Message], bool], *, step_s: float = 0.0) -> Message:
        """The only message, as soon as it is so; time goes on by the step with each look."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so(found := await self.only()):
                self.clock.advance(step_s)
                self.worker.wake()
                await asyncio.sleep(0.01)
        return found

    async def _url(self, _organisation: str) -> str:
        return self.callback_url


@contextlib.asynccontextmanager
async def house(store: Path, *urls: str, reports: bool = False) -> AsyncIterator[House]:
    async with (
        StorePlace(f"sqlite:///{store}", "").units() as units,
        Asking() as asking,
        GuardedCallbacks((), allows_loopback=True, counters=Counters()) as callback,
        TaskScope("test") as scope,
    ):
        gateways = [
            GenericGateway(description(name, url, reports=reports), asking)
            for name, url in zip(("first", "second"), urls, strict=False)
        ]
        made = House(Messages(units, SEALER), gateways, callback)
        scope.start(made.worker.run(), "outbox")
        yield made


@pytest.fixture
async def gateway() -> AsyncIterator[OwnGateway]:
    async with own_gateway() as running:
        yield running


@pytest.fixture
async def second() -> AsyncIterator[OwnGateway]:
    async with own_gateway() as running:
        yield running


def is_state(state: MessageState) -> Callable[[Message], bool]:
    return lambda found: found.state is state


async def test_message_leaves_at_once_with_all_that_the_gateway_needs(gateway: OwnGateway, tmp_path: Path) -> None:
    async with house(tmp_path / "db", gateway.url) as built:
        await built.add(message())
        found = await built.until(is_state(MessageState.SENT))
    assert found.gateway_id == "m-1"
    assert gateway.received == [
        {
            "to": "+4520123456",
            "from": "Kommunen",
            "text": 'Videomøde "nu" 😀',
            "reference": "r" * 22,
            "report": f"https://moede.example.dk/first/{'r' * 22}",
        }
    ]
    assert gateway.headers[0]["Authorization"] == "Bearer s3cret"


async def test_reminder_is_written_out_when_it_leaves(gateway: OwnGateway, tmp_path: Path) -> None:
    async with house(tmp_path / "db", gateway.url) as built:
        await built.add(message(purpose=Purpose.CALL, text="nu"))
        await built.until(is_state(MessageState.SENT))
        reminder = message(purpose=Purpose.REMINDER, text="", before_minutes=60, starts_at=NOON + 7_200)
        text = await built.worker._text_of(reminder)
    assert text == "Husk videomøde med Hjørring Kommune tirsdag den 24. november kl. 14.00. " + (
        "Åbn linket: https://m.example.dk/m/0123456789ab"
    )


async def test_gateway_that_is_down_is_passed_by(gateway: OwnGateway, tmp_path: Path) -> None:
    async with house(tmp_path / "db", "http://127.0.0.1:1/send", gateway.url) as built:
        await built.add(message())
        found = await built.until(is_state(MessageState.SENT))
        assert (found.gateway, found.attempts) == ("second", 2)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (answers(503), Reason.GATEWAY_BUSY),
        (answers(429), Reason.GATEWAY_BUSY),
        (answers(404), Reason.GATEWAY_FAULT),
        (answers(302), Reason.GATEWAY_FAULT),
    ],
)
async def test_gateway_that_certainly_did_not_take_it_is_followed_by_the_second(
    gateway: OwnGateway, second: OwnGateway, tmp_path: Path, behaviour: object, reason: Reason
) -> None:
    gateway.behaviour = behaviour  # type: ignore[assignment]
    async with house(tmp_path / "db", gateway.url, second.url) as built:
        await built.add(message())
        found = await built.until(is_state(MessageState.SENT))
    assert found.gateway == "second"
    assert gateway.references == second.references == ["r" * 22]


@pytest.mark.parametrize("behaviour", [answers(401), answers(402)])
async def test_key_that_is_refused_is_told_to_humans(
    gateway: OwnGateway,
    second: OwnGateway,
    tmp_path: Path,
    behaviour: object,
    expected_errors: list[object],
) -> None:
    gateway.behaviour = behaviour  # type: ignore[assignment]
    async with house(tmp_path / "db", gateway.url, second.url) as built:
        await built.add(message())
        await built.until(is_state(MessageState.SENT))
    assert "message_not_sent" in str(expected_errors[0].getMessage())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "behaviour",
    [
        hangs_up,
        answers(500),
        answers(502),
        answers(200, "<html>Welcome"),
        answers(200, "{}"),
        answers(200, "x" * 70_000),
    ],
)
async def test_gateway_that_may_have_taken_it_gets_it_once_more_and_no_other_does(
    gateway: OwnGateway, second: OwnGateway, tmp_path: Path, behaviour: object
) -> None:
    gateway.behaviour = behaviour  # type: ignore[assignment]
    async with house(tmp_path / "db", gateway.url, second.url) as built:
        await built.add(message())
        await built.until(is_state(MessageState.UNCERTAIN))
        assert len(gateway.received) == 1
        gateway.behaviour = accepts
        built.clock.advance(REPEAT_AFTER_S)
        found = await built.until(is_state(MessageState.SENT))
    assert found.repeats == 1
    assert gateway.references == ["r" * 22] * 2
    assert second.received == []


async def test_silent_gateway_holds_up_only_its_own_messages(
    gateway: OwnGateway, second: OwnGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_worker, "ANSWER_S", 0.2)
    gateway.behaviour = is_silent
    async with house(tmp_path / "db", gateway.url, second.url) as built:
        first = [message(f"{number:022}", to=f"+452012345{number}", meeting=UUID(int=number)) for number in range(3)]
        await built.add(first[0])
        await built.add(first[1])
        await built.add(first[2])
        async with asyncio.timeout(PATIENCE_S):
            while not built.counters.totals().get("sms_gateway_rests"):
                await asyncio.sleep(0.01)
        await built.add(message())
        found = await built.until(is_state(MessageState.SENT))
        assert found.gateway == "second", "the first rests, so nobody waits for it"
        assert not built.worker.is_failing()


async def test_message_that_no_gateway_takes_is_given_up_loudly(
    gateway: OwnGateway, tmp_path: Path, expected_errors: list[object]
) -> None:
    gateway.behaviour = answers(503)
    async with house(tmp_path / "db", gateway.url) as built:
        await built.add(message())
        found = await built.until(is_state(MessageState.GIVEN_UP), step_s=60)
        assert found.reason is Reason.GATEWAY_BUSY
        assert len(gateway.received) == 7
        assert built.counters.totals()["sms_given_up"] == 1
    assert len(expected_errors) == 1


async def test_answer_is_written_down_when_the_store_comes_back(
    gateway: OwnGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_errors: list[object]
) -> None:
    monkeypatch.setattr(outbox_worker, "STORE_RETRY_S", 0.01)
    failures = iter(range(5))
    async with house(tmp_path / "db", gateway.url) as built:
        change = built.outbox.change

        async def failing(reference: str, step: Callable[[Message], Message]) -> Message | None:
            if next(failures, None) is not None:
                raise Refused("SQLITE_FULL", code="store_unavailable")
            return await change(reference, step)

        monkeypatch.setattr(built.outbox, "change", failing)
        await built.add(message())
        await built.until(is_state(MessageState.SENT))
    assert len(gateway.received) == 1
    assert len(expected_errors) == 1


async def test_outbox_begins_when_the_store_does(
    gateway: OwnGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_errors: list[object]
) -> None:
    monkeypatch.setattr(outbox_worker, "STORE_RETRY_S", 0.01)
    monkeypatch.setattr(Messages, "cut_off", failing_at_first(Messages.cut_off))
    monkeypatch.setattr(Messages, "take_due", failing_at_first(Messages.take_due))
    monkeypatch.setattr(Messages, "next_due", failing_at_first(Messages.next_due))
    async with house(tmp_path / "db", gateway.url) as built:
        await built.add(message())
        await built.until(is_state(MessageState.SENT))
    assert len(gateway.received) == 1
    assert len(expected_errors) == 1, "said once"


def failing_at_first(method: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    failures = iter(range(3))

    async def call(*arguments: object, **named: object) -> object:
        if next(failures, None) is not None:
            raise Refused("SQLITE_FULL", code="store_unavailable")
        return await method(*arguments, **named)

    return call


async def test_hundred_messages_all_leave_once_through_few_connections(gateway: OwnGateway, tmp_path: Path) -> None:
    at_once = most = 0

    async def counting(request: object) -> object:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.005)
        at_once -= 1
        return await accepts(request)  # type: ignore[arg-type]

    gateway.behaviour = counting  # type: ignore[assignment]
    async with house(tmp_path / "db", gateway.url) as built:
        await built.add(*(message(f"{number:022}") for number in range(100)))
        async with asyncio.timeout(PATIENCE_S):
            while any(one.state is not MessageState.SENT for one in await built.outbox.of_meeting(MEETING)):
                await asyncio.sleep(0.05)
    assert sorted(gateway.references) == [f"{number:022}" for number in range(100)]
    assert 1 < most <= outbox_worker.MAX_AT_ONCE


# ── callbacks ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_callback_hears_the_last_word_even_when_it_was_away(tmp_path: Path, gateway: OwnGateway) -> None:
    heard: list[tuple[str, str]] = []
    statuses = iter([500, 500])

    async def serve(request: web.Request) -> web.Response:
        heard.append((request.query["ref"], request.query["status"]))
        return web.Response(status=next(statuses, 200))

    application = web.Application()
    application.router.add_get("/told", serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        async with house(tmp_path / "db", gateway.url) as built:
            built.callback_url = f"http://127.0.0.1:{port}/told?ref=%reference%&status=%status%"
            await built.add(message(has_callback=True))
            await built.until(lambda found: found.callback_attempts == 1)
            await built.outbox.change("r" * 22, lambda stored: reported(stored, Report.DELIVERED, NOON + 1))
            await built.until(lambda found: found.callback_due_at is None, step_s=1)
            assert heard == [("r" * 22, "sent"), ("r" * 22, "delivered"), ("r" * 22, "delivered")]
    finally:
        await runner.cleanup()


async def test_slow_callback_does_not_keep_the_outbox_busy(
    tmp_path: Path, gateway: OwnGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    next_due = Messages.next_due

    async def counted(store: Messages) -> int | None:
        nonlocal looks
        looks += 1
        return await next_due(store)

    monkeypatch.setattr(Messages, "next_due", counted)
    async with own_gateway() as slow, house(tmp_path / "db", gateway.url) as built:
        slow.behaviour = is_silent
        built.callback_url = slow.url
        await built.add(message(has_callback=True))
        await built.until(is_state(MessageState.SENT))
        before, began_s = looks, time.monotonic()
        await asyncio.sleep(0.5)
        assert looks - before <= 4 * (time.monotonic() - began_s) / 0.5
        built.callback_url = ""


async def test_callback_that_never_answers_is_given_up(tmp_path: Path, gateway: OwnGateway) -> None:
    async with house(tmp_path / "db", gateway.url) as built:
        built.callback_url = "http://127.0.0.1:1/told"
        await built.add(message(has_callback=True))
        found = await built.until(lambda found: bool(found.gateway_id) and found.callback_due_at is None, step_s=600)
        assert found.callback_attempts == len(PAUSES_S)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://192.168.1.1/",
        "https://169.254.169.254/latest", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/",
        "https://localhost/", "https://2130706433/", "https://0x7f.1/", "https://user@example.com/",
        "http://example.com/", "ftp://example.com/", "https://", "not a url", "https://127.1/", "https://[2002:7f00:1::]/",
        "https://[64:ff9b::a00:1]/",
        "https://224.0.0.1/", "https://100.64.0.1/", "https://[fe80::1%25eth0]/", "https://١٢٧.0.0.1/",
    ],
)  # fmt: skip
async def test_callback_never_calls_this_machine_or_a_private_network(url: str) -> None:
    counters = Counters()
    async with GuardedCallbacks((), allows_loopback=False, counters=counters) as callback:
        assert not await callback.tell(url)
    assert counters.totals()["sms_callbacks_refused"] == 1


async def test_callback_may_go_to_networks_that_the_operator_names() -> None:
    async with GuardedCallbacks(["10.1.0.0/16"], allows_loopback=False, counters=Counters()) as callback:
        assert callback.is_allowed("10.1.2.3")
        assert not callback.is_allowed("10.2.2.3")


# ── killed ────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.asynccontextmanager
async def outbox_process(
    store: Path, gateway: OwnGateway, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.outbox_process", f"sqlite:///{store}", gateway.url, *arguments,
        stdout=PIPE, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def killed_after_the_answer(store: Path, gateway: OwnGateway, reports: str) -> None:
    """Between what the gateway answered and writing it down."""
    async with outbox_process(store, gateway, reports, "hold") as process, asyncio.timeout(PATIENCE_S):
        assert process.stdout is not None
        while (line := await process.stdout.readline()) != b"answered\n":
            assert line, "the process ended at its start"
        process.kill()
        await process.wait()


async def test_message_cut_by_a_kill_is_uncertain_then_sent_again_once_under_its_reference(
    gateway: OwnGateway, tmp_path: Path
) -> None:
    store = tmp_path / "db"
    async with StorePlace(f"sqlite:///{store}", "").units() as units:
        outbox = Messages(units, SEALER)
        await outbox.add([message(due_at=1, expires_at=4_000_000_000)], PLENTY, NOON)
        await killed_after_the_answer(store, gateway, "silent")
        assert (await outbox.of_meeting(MEETING))[0].state is MessageState.SENDING
        assert len(gateway.received) == 1
        await killed_after_the_answer(store, gateway, "silent")
        (again,) = await outbox.of_meeting(MEETING)
        assert (again.state, again.repeats) == (MessageState.SENDING, 1)
        async with outbox_process(store, gateway, "silent", "go"), asyncio.timeout(PATIENCE_S):
            while (ended := (await outbox.of_meeting(MEETING))[0]).state is not MessageState.GIVEN_UP:
                await asyncio.sleep(0.05)
    assert ended.reason is Reason.UNCERTAIN_TWICE
    assert gateway.references == ["r" * 22] * 2


async def test_message_cut_by_a_kill_is_settled_by_its_delivery_report_alone(
    gateway: OwnGateway, tmp_path: Path
) -> None:
    store = tmp_path / "db"
    async with StorePlace(f"sqlite:///{store}", "").units() as units:
        outbox = Messages(units, SEALER)
        await outbox.add([message(due_at=1, expires_at=4_000_000_000)], PLENTY, NOON)
        await killed_after_the_answer(store, gateway, "reports")
        async with outbox_process(store, gateway, "reports", "calm") as process, asyncio.timeout(PATIENCE_S):
            while (await outbox.of_meeting(MEETING))[0].state is not MessageState.UNCERTAIN:
                await asyncio.sleep(0.002)
            await outbox.change("r" * 22, lambda stored: reported(stored, Report.DELIVERED, NOON))
            process.send_signal(signal.SIGUSR1)
            await asyncio.sleep(3 * 60 / 200)  # of the process's time: three times what a report is waited for
            assert process.returncode is None
        (ended,) = await outbox.of_meeting(MEETING)
    assert ended.state is MessageState.DELIVERED
    assert gateway.references == ["r" * 22]
