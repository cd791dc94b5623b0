"""What an operation that changes something says of the audit log: noted here, where it is done, or not at all.

The desks of bookings write their notes in the transaction of the change itself. What has no such desk, as a room that
an API key opens, is noted by the route, after it was done and before it is answered. An operation that says nothing
cannot be made (`operations.Operation`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from vdxmedia.booking.audit import AuditOperation
from vdxmedia.booking.callers import Caller
from vdxmedia.clock import Clock
from vdxmedia.hub.audit import Audit

SERVERS = ""
"""The chain of what belongs to no organisation, as rooms that were opened with an API key."""


@dataclass(frozen=True, slots=True)
class Noted:
    """By the route, in the server's own chain."""

    operation: AuditOperation
    resource: str
    identifier: Callable[[Mapping[str, str], Any], str]
    """Of the path's parameters and the answer."""


@dataclass(frozen=True, slots=True)
class NotedByDesk:
    """In the transaction that changes it."""


@dataclass(frozen=True, slots=True)
class NotNoted:
    why: str


Audited = Noted | NotedByDesk | NotNoted
BY_DESK = NotedByDesk()
OF_ONESELF = NotNoted("a person about his own call")
A_WAY_IN = NotNoted("changes nothing; attendance and call records say who came")


def of_path(name: str) -> Callable[[Mapping[str, str], Any], str]:
    return lambda path, _answer: path[name]


class AuditRoutes:
    """Writes down what operations have done."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock

    async def note(self, noted: Noted, who: Caller, path: Mapping[str, str], body: Any, answer: Any) -> None:
        """Raises: Refused `store_unavailable`."""
        is_change = noted.operation is AuditOperation.UPDATE
        identifier = noted.identifier(path, answer)
        fields = _said(body) if is_change else ()
        now = self._clock.unix_s()
        await self._audit.note(SERVERS, who, noted.operation, noted.resource, identifier, now, fields)


def _said(body: Any) -> tuple[str, ...]:
    """The names of what a change says; never what it says."""
    if not isinstance(body, msgspec.Struct):
        return ()
    return tuple(name for name in body.__struct_fields__ if getattr(body, name) is not msgspec.UNSET)
