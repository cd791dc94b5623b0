"""What messages need of the outside: a store that keeps them, gateways that take them, callbacks that are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from vdxmedia.booking.audit import AuditNote
from vdxmedia.booking.messages.alphabet import Encoding
from vdxmedia.booking.messages.delivery import Outcome, Policy, Report
from vdxmedia.booking.messages.message import Message
from vdxmedia.booking.messages.quota import Quota
from vdxmedia.booking.messages.wording import Facts

MAX_OF_MEETING = 500
"""Messages that are listed of one meeting, the newest; also how many one meeting may have."""

Step = Callable[[Message], Message]
"""Pure: from what is stored to what is stored then."""


class OutboxStore(Protocol):
    """Implemented by `store.messages`. What is answered is on the disk. All raise Refused `store_unavailable`."""

    async def add(self, messages: Sequence[Message], quota: Quota, now: int, notes: Sequence[AuditNote] = ()) -> None:
        """All or none, with their notes in the audit log. Raises: Refused `sms_quota_spent`, `too_many_messages`."""
        ...

    async def take_due(self, now: int, policy: Policy, *, most: int, most_reminders: int) -> Sequence[Message]:
        """Does what is due with at most so many, and hands them over: a gateway is to be asked about those that are
        *sending* now. What people started comes before reminders."""
        ...

    async def cut_off(self, now: int, policy: Policy) -> int:
        """At a start: who was sending is gone. How many there were."""
        ...

    async def change(self, reference: str, step: Step) -> Message | None:
        """As it is then; None: there is no such message. The step may be called in another task."""
        ...

    async def of_meeting(self, meeting: UUID) -> Sequence[Message]:
        """The newest first."""
        ...

    async def next_due(self) -> int | None:
        """Of messages and callbacks."""
        ...

    async def follow(self, meeting: UUID, starts_at: int | None, now: int) -> int:
        """After the meeting was moved or (None) cancelled. How many messages changed."""
        ...

    async def follow_all(self, now: int) -> int:
        """At a start: finds reminders whose meeting was moved or cancelled without their being told."""
        ...

    async def callbacks_due(self, now: int, most: int) -> Sequence[Message]: ...

    async def delete_before(self, created_at: int, most: int) -> int:
        """Of those that are over. How many there were."""
        ...

    async def of_number(self, number: str, most: int) -> Sequence[Message]:
        """All that was sent to one person (E.164)."""
        ...

    async def erase_number(self, number: str) -> int: ...


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway is given."""

    reference: str
    to: str
    """E.164."""
    text: str
    sender: str
    encoding: Encoding
    report_url: str
    """Where delivery reports go; unguessable."""


class SmsGateway(Protocol):
    name: str
    sends_reports: bool

    async def send(self, message: Outgoing) -> Outcome:
        """Never raises but for cancellation; the caller bounds the time."""
        ...

    def read_report(self, query: Mapping[str, str], body: bytes, content_type: str) -> Report | None:
        """What a delivery report says; None: nothing that matters, or nothing that can be read."""
        ...


class Received(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a citizen's telephone would show; in development only."""

    reference: str
    to: str
    sender: str
    text: str
    segments: int
    at: int


class Inbox(Protocol):
    def received(self) -> Sequence[Received]:
        """The newest first."""
        ...


class MeetingFacts(Protocol):
    async def facts(self, meeting: UUID) -> Facts | None:
        """As they are now; None: there is no such meeting."""
        ...


class Callback(Protocol):
    async def tell(self, url: str) -> bool:
        """Whether the organisation's system took it. Never raises but for cancellation."""
        ...
