"""A gateway described by configuration: address, headers, body and where the message's id is in the answer.

`{to}` (E.164), `{toDigits}` (without the plus), `{from}`, `{text}`, `{reference}`, `{reportUrl}`, `{user}` and
`{secret}` are filled in: percent-encoded in the address, as values of the body's JSON or form, as they are in headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

import msgspec

from vdxmedia.booking.messages.delivery import Accepted, Outcome, Report, Unclear
from vdxmedia.booking.messages.message import Reason
from vdxmedia.errors import Misconfigured
from vdxmedia.hub.messages_port import Outgoing
from vdxmedia.integrations.sms.asking import Answer, Asking, of_status
from vdxmedia.integrations.sms.json_paths import text_at

_PLACEHOLDER = re.compile(r"\{(to|toDigits|from|text|reference|reportUrl|user|secret)\}")


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """Of one gateway."""

    name: str
    url: str
    method: str = "POST"
    headers: Sequence[str] = ()
    """As `Authorization: Bearer {secret}`."""
    body: str = ""
    is_form: bool = False
    success_statuses: Sequence[int] = (200, 201, 202)
    id_path: str = ""
    """Empty: a success status is enough."""
    report_path: str = ""
    """Where in a report (JSON, form or query) the state is; empty: it sends none."""
    report_delivered: Sequence[str] = ()
    report_failed: Sequence[str] = ()
    user: str = ""
    secret: str = ""


class GenericGateway:
    """Implements `SmsGateway`."""

    def __init__(self, description: Description, asking: Asking) -> None:
        """Raises: Misconfigured."""
        self.name = description.name
        self.sends_reports = bool(description.report_path)
        self._of = description
        self._asking = asking
        self._headers = [_header(line) for line in description.headers]
        self._json: object = None
        if description.body and not description.is_form:
            try:
                self._json = msgspec.json.decode(description.body)
            except msgspec.DecodeError as error:
                raise Misconfigured(f"{description.name}.body: is not JSON") from error

    async def send(self, message: Outgoing) -> Outcome:
        values = {
            "to": message.to,
            "toDigits": message.to.removeprefix("+"),
            "from": message.sender,
            "text": message.text,
            "reference": message.reference,
            "reportUrl": message.report_url,
            "user": self._of.user,
            "secret": self._of.secret,
        }
        headers = {name: _filled(value, values) for name, value in self._headers}
        body: bytes | None = None
        if self._of.is_form:
            pairs = [(name, _filled(value, values)) for name, value in parse_qsl(self._of.body, keep_blank_values=True)]
            body = urlencode(pairs).encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif self._json is not None:
            body = msgspec.json.encode(_filled_in(self._json, values))
            headers.setdefault("Content-Type", "application/json")
        url = _PLACEHOLDER.sub(lambda found: quote(values[found.group(1)], safe=""), self._of.url)
        answer = await self._asking.ask(self._of.method, url, headers=headers, body=body)
        if not isinstance(answer, Answer):
            return answer
        if answer.status not in self._of.success_statuses:
            return of_status(answer.status)
        if not self._of.id_path:
            return Accepted()
        found = text_at(answer.body, self._of.id_path)
        return Unclear(Reason.ANSWER_UNREADABLE) if not found else Accepted(found)

    def read_report(self, query: Mapping[str, str], body: bytes, content_type: str) -> Report | None:
        said = query.get(self._of.report_path)
        if said is None and content_type == "application/json":
            said = text_at(body, self._of.report_path)
        if said is None and content_type == "application/x-www-form-urlencoded":
            said = form_of(body).get(self._of.report_path)
        if said in self._of.report_delivered:
            return Report.DELIVERED
        return Report.FAILED if said in self._of.report_failed else None


def form_of(body: bytes) -> dict[str, str]:
    """A form's fields, the first of each name; empty when it is none."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=100, errors="strict")
    except (ValueError, UnicodeDecodeError):
        return {}
    return {name: values[0] for name, values in fields.items()}


def _header(line: str) -> tuple[str, str]:
    name, separator, value = line.partition(":")
    if not separator or not re.fullmatch(r"[A-Za-z0-9-]+", name.strip()):
        raise Misconfigured(f"headers: {name!r} is not as `Name: value`")
    return name.strip(), value.strip()


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)


def _filled_in(value: object, values: Mapping[str, str]) -> object:
    """All texts of a JSON document, names not."""
    if isinstance(value, str):
        return _filled(value, values)
    if isinstance(value, list):
        return [_filled_in(one, values) for one in value]
    if isinstance(value, dict):
        return {name: _filled_in(one, values) for name, one in value.items()}
    return value
