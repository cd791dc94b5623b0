"""What gateways are asked over the wire, shape by shape, and what their answers and reports are taken for."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest
from aiohttp import web

from vdxmedia.booking.messages.alphabet import measure
from vdxmedia.booking.messages.delivery import Accepted, Declined, Outcome, Report, Unclear
from vdxmedia.booking.messages.message import Reason
from vdxmedia.errors import Misconfigured
from vdxmedia.hub.messages_port import Outgoing, SmsGateway
from vdxmedia.integrations.sms.asking import Asking
from vdxmedia.integrations.sms.gatewayapi import GatewayApi
from vdxmedia.integrations.sms.generic import Description, GenericGateway
from vdxmedia.integrations.sms.json_paths import text_at
from vdxmedia.integrations.sms.kannel import Kannel
from vdxmedia.integrations.sms.twilio import Twilio

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
REPORTS = "https://moede.example.dk/api/v1/sms/reports/first/ref.proof"


@dataclass
class Wire:
    """The last request, and the answer that is given to it."""

    url: str = ""
    status: int = 200
    answer: str = ""
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def serve(self, request: web.Request) -> web.Response:
        self.method, self.path, self.headers = request.method, request.raw_path, dict(request.headers)
        self.body = await request.read()
        return web.Response(status=self.status, text=self.answer)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    served = Wire()
    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", served.serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


def outgoing(text: str = "Hej æøå & 50 %", to: str = "+4520123456") -> Outgoing:
    return Outgoing(
        reference="r" * 22, to=to, text=text, sender="Kommunen", encoding=measure(text).encoding, report_url=REPORTS
    )


async def send(make: Callable[[Asking], SmsGateway], message: Outgoing | None = None) -> Outcome:
    async with Asking() as asking:
        return await make(asking).send(message or outgoing())


# ── GatewayAPI ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_gatewayapi_is_asked_in_its_shape(wire: Wire) -> None:
    wire.answer = '{"ids": [421332671], "usage": {"countries": {"DK": 1}}}'
    outcome = await send(lambda asking: GatewayApi("first", wire.url + "/", "tok", asking), outgoing("Şükrü"))
    assert outcome == Accepted("421332671")
    assert (wire.method, wire.path) == ("POST", "/rest/mtsms")
    assert wire.headers["Authorization"] == "Token tok"
    assert msgspec.json.decode(wire.body) == {
        "sender": "Kommunen",
        "message": "Şükrü",
        "encoding": "UCS2",
        "recipients": [{"msisdn": 4520123456}],
        "userref": "r" * 22,
        "callback_url": REPORTS,
    }


@pytest.mark.parametrize(
    ("status", "report"),
    [("DELIVERED", Report.DELIVERED), ("UNDELIVERABLE", Report.FAILED), ("ENROUTE", Report.ON_ITS_WAY), ("?", None)],
)
async def test_gatewayapi_reports_in_json(status: str, report: Report | None) -> None:
    async with Asking() as asking:
        gateway = GatewayApi("first", "http://localhost", "tok", asking)
        body = msgspec.json.encode({"id": 1, "msisdn": 4520123456, "status": status, "userref": "x"})
        assert gateway.read_report({}, body, JSON) is report
        assert gateway.read_report({}, b"{", JSON) is None


# ── Twilio ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_twilio_is_asked_in_its_shape(wire: Wire) -> None:
    wire.status, wire.answer = 201, '{"sid": "SM1", "status": "queued"}'
    outcome = await send(lambda asking: Twilio("first", wire.url, "AC1", "tok", asking))
    assert outcome == Accepted("SM1")
    assert (wire.method, wire.path) == ("POST", "/2010-04-01/Accounts/AC1/Messages.json")
    assert base64.b64decode(wire.headers["Authorization"].removeprefix("Basic ")) == b"AC1:tok"
    assert parse_qs(wire.body.decode()) == {
        "To": ["+4520123456"],
        "From": ["Kommunen"],
        "Body": ["Hej æøå & 50 %"],
        "StatusCallback": [REPORTS],
    }


async def test_twilio_says_that_a_number_is_none(wire: Wire) -> None:
    wire.status, wire.answer = 400, '{"code": 21211, "message": "The To number is not a valid phone number."}'
    outcome = await send(lambda asking: Twilio("first", wire.url, "AC1", "tok", asking))
    assert outcome == Declined(Reason.NUMBER_REFUSED, is_final=True)


@pytest.mark.parametrize(
    ("status", "report"),
    [("delivered", Report.DELIVERED), ("undelivered", Report.FAILED), ("sent", Report.ON_ITS_WAY), ("", None)],
)
async def test_twilio_reports_in_a_form(status: str, report: Report | None) -> None:
    async with Asking() as asking:
        body = urlencode({"MessageSid": "SM1", "MessageStatus": status}).encode()
        assert Twilio("first", "http://localhost", "AC1", "t", asking).read_report({}, body, FORM) is report


# ── Kannel ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (202, "0: Accepted for delivery", Accepted()),
        (202, "3: Queued for later delivery", Accepted()),
        (202, "hello", Unclear(Reason.ANSWER_UNREADABLE)),
        (400, "", Declined(Reason.TEXT_REFUSED, is_final=True)),
        (403, "Authorization failed", Declined(Reason.NOT_AUTHORISED)),
        (404, "", Declined(Reason.GATEWAY_BUSY)),
        (503, "Temporal failure, try again later.", Declined(Reason.GATEWAY_BUSY)),
    ],
)
async def test_kannel_answers_by_status_and_first_sign(wire: Wire, status: int, answer: str, outcome: Outcome) -> None:
    wire.status, wire.answer = status, answer
    assert await send(lambda asking: Kannel("first", wire.url + "/cgi-bin/sendsms", "u", "p", asking)) == outcome
    asked = parse_qs(wire.path.partition("?")[2])
    assert asked["text"] == ["Hej æøå & 50 %"]
    assert asked["dlr-url"] == [f"{REPORTS}?type=%d"]


# ── one by configuration ──────────────────────────────────────────────────────────────────────────────────────────


async def test_generic_gateway_keeps_values_values_in_address_headers_json_and_form(wire: Wire) -> None:
    text = 'He said "x", \\ {secret} & = % +'
    json_one = Description(
        name="first",
        url=wire.url + "/send/{to}?ref={reference}&t={text}",
        method="PUT",
        headers=("X-User: {user}",),
        body='{"a": ["{text}", {"to": "{toDigits}"}], "n": 1, "{text}": true}',
        user="us",
        secret="s3cret",
    )
    assert await send(lambda asking: GenericGateway(json_one, asking), outgoing(text)) == Accepted()
    assert wire.method == "PUT"
    assert wire.path.startswith(f"/send/%2B4520123456?ref={'r' * 22}&t=He%20said%20%22x%22")
    assert parse_qs(wire.path.partition("?")[2])["t"] == [text]
    assert wire.headers["X-User"] == "us"
    assert msgspec.json.decode(wire.body) == {"a": [text, {"to": "4520123456"}], "n": 1, "{text}": True}
    form = msgspec.structs.replace(json_one, is_form=True, body="to={to}&text={text}&k={secret}&empty=", method="POST")
    assert await send(lambda asking: GenericGateway(form, asking), outgoing(text)) == Accepted()
    assert parse_qs(wire.body.decode(), keep_blank_values=True) == {
        "to": ["+4520123456"], "text": [text], "k": ["s3cret"], "empty": [""],
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"body": "{not json"}, {"headers": ("no colon",)}, {"headers": ("Bad\nName: x",)}])
async def test_generic_gateway_that_cannot_work_is_refused_at_the_start(change: dict[str, object]) -> None:
    described = msgspec.structs.replace(Description(name="first", url="http://localhost"), **change)
    async with Asking() as asking:
        with pytest.raises(Misconfigured):
            GenericGateway(described, asking)


@pytest.mark.parametrize(
    ("query", "body", "kind", "report"),
    [
        ({"status": "ok"}, b"", "", Report.DELIVERED),
        ({}, b'{"status": "bad"}', JSON, Report.FAILED),
        ({}, b"status=ok&x=1", FORM, Report.DELIVERED),
        ({}, b"\xff=\xff", FORM, None),
        ({}, b"status=other", FORM, None),
        ({}, b"[]", JSON, None),
    ],
)
async def test_generic_gateway_reads_reports_wherever_they_are(
    query: dict[str, str], body: bytes, kind: str, report: Report | None
) -> None:
    described = Description(
        name="first", url="http://localhost", report_path="status", report_delivered=["ok"], report_failed=["bad"]
    )
    async with Asking() as asking:
        assert GenericGateway(described, asking).read_report(query, body, kind) is report


@pytest.mark.parametrize(
    ("document", "path", "found"),
    [
        (b'{"a": [{"id": 7}]}', "a.0.id", "7"),
        (b'{"a": "x"}', "a", "x"),
        (b'"x"', "", "x"),
        (b'{"a": true}', "a", None),
        (b'{"a": [1]}', "a.1", None),
        (b'{"a": [1]}', "a.x", None),
        (b'{"a": [1]}', "a.\xc2\xb2", None),
        (b"not json", "a", None),
        (b"[" * 5_000, "0", None),
        (b"\xff", "", None),
    ],
)
def test_value_is_found_by_its_path_or_not(document: bytes, path: str, found: str | None) -> None:
    assert text_at(document, path) == found


async def test_endless_answer_is_not_read_to_its_end(wire: Wire) -> None:
    wire.answer = "x" * 100_000
    described = Description(name="first", url=wire.url)
    assert await send(lambda asking: GenericGateway(described, asking)) == Unclear(Reason.ANSWER_UNREADABLE)
