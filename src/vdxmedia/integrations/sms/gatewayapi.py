"""The shape of GatewayAPI's REST interface (`POST /rest/mtsms`, JSON, token), and of its delivery reports."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vdxmedia.booking.messages.alphabet import Encoding
from vdxmedia.booking.messages.delivery import Accepted, Outcome, Report, Unclear
from vdxmedia.booking.messages.message import Reason
from vdxmedia.hub.messages_port import Outgoing
from vdxmedia.integrations.sms.asking import Answer, Asking, of_status
from vdxmedia.integrations.sms.json_paths import text_at

_REPORTS = {
    "DELIVERED": Report.DELIVERED,
    "UNDELIVERABLE": Report.FAILED,
    "EXPIRED": Report.FAILED,
    "REJECTED": Report.FAILED,
    "DELETED": Report.FAILED,
    "SKIPPED": Report.FAILED,
    "ENROUTE": Report.ON_ITS_WAY,
    "ACCEPTED": Report.ON_ITS_WAY,
    "BUFFERED": Report.ON_ITS_WAY,
    "SCHEDULED": Report.ON_ITS_WAY,
}


class GatewayApi:
    """Implements `SmsGateway`."""

    sends_reports = True

    def __init__(self, name: str, url: str, token: str, asking: Asking) -> None:
        self.name = name
        self._url = url.rstrip("/") + "/rest/mtsms"
        self._token = token
        self._asking = asking

    async def send(self, message: Outgoing) -> Outcome:
        body = {
            "sender": message.sender,
            "message": message.text,
            "encoding": "UCS2" if message.encoding is Encoding.UCS2 else "UTF8",
            "recipients": [{"msisdn": int(message.to.removeprefix("+"))}],
            "userref": message.reference,
            "callback_url": message.report_url,
        }
        headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json"}
        answer = await self._asking.ask("POST", self._url, headers=headers, body=msgspec.json.encode(body))
        if not isinstance(answer, Answer):
            return answer
        if answer.status != 200:
            return of_status(answer.status)
        found = text_at(answer.body, "ids.0")
        return Accepted(found) if found else Unclear(Reason.ANSWER_UNREADABLE)

    def read_report(self, query: Mapping[str, str], body: bytes, content_type: str) -> Report | None:
        return _REPORTS.get(text_at(body, "status") or "")
