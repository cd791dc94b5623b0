"""Folds the changes of a floor into its state: what a client does that was told the state once and each change since.

Left out: any rule. The changes say everything; that they suffice is what the tests of `floor` hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from vdxmedia.conference.floor_request import (
    FloorChange,
    FloorHolder,
    FloorRulesChanged,
    FloorState,
    FloorTransition,
    FloorWaiter,
    RequestStatus,
)
from vdxmedia.errors import InvalidTransition


def replay(state: FloorState, changes: Iterable[FloorChange]) -> FloorState:
    """The state after `changes`, which follow on `state`. Raises: InvalidTransition when one is missing or wrong."""
    rules, rev = state.rules, state.rev
    holders, queue = list(state.holders), list(state.queue)
    for change in changes:
        if change.rev != rev + 1:
            raise InvalidTransition(f"change {change.rev} does not follow on {rev}")
        rev = change.rev
        if isinstance(change, FloorRulesChanged):
            rules = change.rules
        else:
            _apply(change, holders, queue)
    places = (FloorWaiter(w.request, w.participant, w.priority, w.since_s, n) for n, w in enumerate(queue, 1))
    return FloorState(kind=state.kind, rules=rules, rev=rev, holders=tuple(holders), queue=tuple(places))


def _apply(change: FloorTransition, holders: list[FloorHolder], queue: list[FloorWaiter]) -> None:
    held = next((index for index, one in enumerate(holders) if one.request == change.request), None)
    waited = next((index for index, one in enumerate(queue) if one.request == change.request), None)
    before = RequestStatus.PENDING
    if held is not None:
        before = RequestStatus.GRANTED
        del holders[held]
    elif waited is not None:
        before = RequestStatus.ACCEPTED
        del queue[waited]
    if before is not change.before:
        raise InvalidTransition(f"request {change.request} was {before.value}, not {change.before.value}")
    who = (change.request, change.participant, change.priority, change.since_s)
    if change.after is RequestStatus.GRANTED:
        holders.insert(len(holders) if held is None else held, FloorHolder(*who, change.ends_at_s))
    elif change.after is RequestStatus.ACCEPTED:
        assert change.position is not None
        queue.insert(change.position - 1, FloorWaiter(*who, change.position))
