"""Draining the server over REST, for who updates or moves it: with an API key of this server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import NotNoted
from vdxmedia.api.operations import Operation, OperationHandler
from vdxmedia.hub.drain import MAX_DEADLINE_S, Calls, Drain, DrainReason

PATH = "/api/v1/admin/drain"


class DrainRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    deadline_s: (
        Annotated[float, Meta(ge=0, le=MAX_DEADLINE_S, description="From now on; then calls are cut off.")] | None
    ) = msgspec.field(default=None, name="deadlineS")
    """None: `stop.deadline_s` of the configuration."""


class DrainStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    state: Literal["serving", "draining"]
    since: datetime | None = None
    deadline: Annotated[datetime | None, Meta(description="When calls are, or were, cut off.")] = None
    reason: Annotated[DrainReason | None, Meta(description="`signal`: the process ends, and nothing undoes it.")] = None
    calls: int
    """That go on."""
    participants: int
    """In them, those who are reconnecting included."""


class LiveCalls(Calls, Protocol):
    """What the operations need of the hub's registry."""

    def live_count(self) -> int: ...

    def participant_counts(self) -> Mapping[str, int]: ...


class DrainOperations:
    """The handlers. `usual_s`: of a request that names no deadline."""

    def __init__(self, drain: Drain, calls: LiveCalls, *, usual_s: float) -> None:
        self._drain = drain
        self._calls = calls
        self._usual_s = min(usual_s, MAX_DEADLINE_S)

    def table(self) -> tuple[Operation, ...]:
        handlers: dict[str, OperationHandler] = {"GET": self._show, "POST": self._begin, "DELETE": self._undo}

        def operation(method: str, name: str, summary: str, errors: tuple[str, ...] = ()) -> Operation:
            return Operation(
                method=method,
                path=PATH,
                name=name,
                summary=summary,
                handler=handlers[method],
                body=DrainRequest if method == "POST" else None,
                answer=DrainStatus,
                status=HTTPStatus.OK,
                errors=errors,
                tag="Administration",
                audit=None if method == "GET" else NotNoted("of the server, not of a meeting or setting; in its log"),
            )

        return (
            operation("GET", "showDrain", "Show whether the server drains, and how many calls still go on"),
            operation(
                "POST",
                "beginDrain",
                "Take no new rooms and nobody new; cut calls off at the deadline. Again: moves the deadline",
                ("server_stopping",),
            ),
            operation(
                "DELETE",
                "undoDrain",
                "Serve again; calls that were cut off go on with the first who comes back",
                ("server_stopping",),
            ),
        )

    async def _show(self, _path: Mapping[str, str], _body: None) -> DrainStatus:
        return self._status()

    async def _begin(self, _path: Mapping[str, str], body: DrainRequest) -> DrainStatus:
        self._drain.begin(self._usual_s if body.deadline_s is None else body.deadline_s)
        return self._status()

    async def _undo(self, _path: Mapping[str, str], _body: None) -> DrainStatus:
        await self._drain.undo(self._calls)
        return self._status()

    def _status(self) -> DrainStatus:
        state = self._drain.state
        calls, people = self._calls.live_count(), sum(self._calls.participant_counts().values())
        if state is None:
            return DrainStatus(state="serving", calls=calls, participants=people)
        return DrainStatus(
            state="draining",
            since=_moment(state.since),
            deadline=_moment(state.deadline),
            reason=state.reason,
            calls=calls,
            participants=people,
        )


def _moment(unix_s: float) -> datetime:
    return datetime.fromtimestamp(round(unix_s), UTC)
