"""Development's gateway: keeps what would have been sent, for the inbox page, and takes all."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from vdxmedia.booking.messages.alphabet import measure
from vdxmedia.booking.messages.delivery import Accepted, Outcome, Report
from vdxmedia.clock import Clock
from vdxmedia.hub.messages_port import Outgoing, Received

MAX_KEPT = 200
"""Messages; the oldest goes first."""


class DevelopmentGateway:
    """Implements `SmsGateway` and `hub.messages_port.Inbox`."""

    sends_reports = False

    def __init__(self, clock: Clock, *, name: str = "development") -> None:
        self.name = name
        self._clock = clock
        self._kept: deque[Received] = deque(maxlen=MAX_KEPT)

    async def send(self, message: Outgoing) -> Outcome:
        if not any(kept.reference == message.reference for kept in self._kept):
            self._kept.append(
                Received(
                    reference=message.reference,
                    to=message.to,
                    sender=message.sender,
                    text=message.text,
                    segments=measure(message.text).segments,
                    at=int(self._clock.unix_s()),
                )
            )
        return Accepted(message.reference)

    def read_report(self, query: Mapping[str, str], body: bytes, content_type: str) -> Report | None:
        return None

    def received(self) -> Sequence[Received]:
        """The newest first."""
        return tuple(reversed(self._kept))
