"""Kannel's `sendsms` (HTTP GET) and its delivery reports (`dlr-url`, in which Kannel fills in `%d`)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from vdxmedia.booking.messages.alphabet import Encoding
from vdxmedia.booking.messages.delivery import Accepted, Declined, Outcome, Report, Unclear
from vdxmedia.booking.messages.message import Reason
from vdxmedia.hub.messages_port import Outgoing
from vdxmedia.integrations.sms.asking import Answer, Asking, of_status

DELIVERED, FAILED, BUFFERED, TAKEN_BY_CENTRE, REFUSED_BY_CENTRE = 1, 2, 4, 8, 16
"""Kannel's user guide, delivery reports: the type's bits."""
ALL_REPORTS = DELIVERED | FAILED | BUFFERED | TAKEN_BY_CENTRE | REFUSED_BY_CENTRE
_REPORTS = {
    str(DELIVERED): Report.DELIVERED,
    str(FAILED): Report.FAILED,
    str(REFUSED_BY_CENTRE): Report.FAILED,
    str(BUFFERED): Report.ON_ITS_WAY,
    str(TAKEN_BY_CENTRE): Report.ON_ITS_WAY,
}


class Kannel:
    """Implements `SmsGateway`."""

    sends_reports = True

    def __init__(self, name: str, url: str, user: str, password: str, asking: Asking) -> None:
        """`url`: the whole of `sendsms`, as `http://127.0.0.1:13013/cgi-bin/sendsms`."""
        self.name = name
        self._url = url
        self._user = user
        self._password = password
        self._asking = asking

    async def send(self, message: Outgoing) -> Outcome:
        # `%d` must come to Kannel as it is: it reads the address once, then fills it in. So the rest has no other `%`.
        fields = {
            "username": self._user,
            "password": self._password,
            "from": message.sender,
            "to": message.to,
            "text": message.text,
            "charset": "UTF-8",
            "coding": "2" if message.encoding is Encoding.UCS2 else "0",
            "dlr-mask": str(ALL_REPORTS),
            "dlr-url": f"{message.report_url}?type=%d",
        }
        answer = await self._asking.ask("GET", f"{self._url}?{urlencode(fields, quote_via=quote)}", headers={})
        if not isinstance(answer, Answer):
            return answer
        if answer.status in (200, 202):
            # `0: Accepted for delivery`, `3: Queued for later delivery`
            code = answer.body[:1].decode("ascii", "replace")
            return Accepted() if code in ("0", "3") else Unclear(Reason.ANSWER_UNREADABLE)
        if answer.status == 404:
            return Declined(Reason.GATEWAY_BUSY)  # no route to any SMS centre now
        return of_status(answer.status)

    def read_report(self, query: Mapping[str, str], body: bytes, content_type: str) -> Report | None:
        return _REPORTS.get(query.get("type", ""))
