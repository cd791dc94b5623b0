"""The shape of Twilio's Programmable Messaging (`POST …/Messages.json`, form, basic authentication) and its reports."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from vdxmedia.booking.messages.delivery import Accepted, Declined, Outcome, Report, Unclear
from vdxmedia.booking.messages.message import Reason
from vdxmedia.hub.messages_port import Outgoing
from vdxmedia.integrations.sms.asking import Answer, Asking, of_status
from vdxmedia.integrations.sms.generic import form_of
from vdxmedia.integrations.sms.json_paths import text_at

API_VERSION = "2010-04-01"
_NUMBER_ERRORS = frozenset({"21211", "21214", "21610", "21612", "21614"})
"""Codes of a number that is none, is not mobile, or has said no."""
_REPORTS = {
    "delivered": Report.DELIVERED,
    "read": Report.DELIVERED,
    "undelivered": Report.FAILED,
    "failed": Report.FAILED,
    "queued": Report.ON_ITS_WAY,
    "accepted": Report.ON_ITS_WAY,
    "sending": Report.ON_ITS_WAY,
    "sent": Report.ON_ITS_WAY,
}


class Twilio:
    """Implements `SmsGateway`. The interface has no field for our reference: a repetition is a second message there."""

    sends_reports = True

    def __init__(self, name: str, url: str, account: str, token: str, asking: Asking) -> None:
        self.name = name
        self._url = f"{url.rstrip('/')}/{API_VERSION}/Accounts/{quote(account, safe='')}/Messages.json"
        self._authorization = "Basic " + b64encode(f"{account}:{token}".encode()).decode()
        self._asking = asking

    async def send(self, message: Outgoing) -> Outcome:
        fields = {
            "To": message.to,
            "From": message.sender,
            "Body": message.text,
            "StatusCallback": message.report_url,
        }
        headers = {"Authorization": self._authorization, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._asking.ask("POST", self._url, headers=headers, body=urlencode(fields).encode())
        if not isinstance(answer, Answer):
            return answer
        if answer.status not in (200, 201):
            if answer.status == 400 and text_at(answer.body, "code") in _NUMBER_ERRORS:
                return Declined(Reason.NUMBER_REFUSED, is_final=True)
            return of_status(answer.status)
        found = text_at(answer.body, "sid")
        return Accepted(found) if found else Unclear(Reason.ANSWER_UNREADABLE)

    def read_report(self, query: Mapping[str, str], body: bytes, content_type: str) -> Report | None:
        return _REPORTS.get(form_of(body).get("MessageStatus", ""))
