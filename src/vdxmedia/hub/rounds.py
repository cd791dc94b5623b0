"""What one round of the roster says, told together: a client is handed ten newcomers at once, not ten times one.

A rush into a room of 500 is a dozen newcomers a round for everybody there, and handing each of them to each was most of
what a join cost. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from vdxmedia.conference.events import (
    Event,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    SequencedEvent,
)
from vdxmedia.ids import ParticipantId

MOST = 64
"""Of one round's events: a list to a client is not longer for it (`signalling.outbox.MAX_BATCH`)."""


class RosterNews(msgspec.Struct, frozen=True):
    """Several, in their order, for the same people."""

    to: tuple[ParticipantId, ...]
    events: tuple[SequencedEvent, ...]


def in_rounds(decided: Iterable[Event]) -> Iterator[Event | RosterNews]:
    """The same events in the same order; those of the roster that follow each other and go to the same people are one.
    A single one stays as it is."""
    together: list[SequencedEvent] = []
    for event in decided:
        one = event if isinstance(event, ParticipantJoined | ParticipantChanged | ParticipantLeft) else None
        if together and (one is None or len(together) == MOST or one.to != together[0].to):
            yield _news(together)
            together = []
        if one is None:
            yield event
        else:
            together.append(one)
    if together:
        yield _news(together)


def _news(together: list[SequencedEvent]) -> SequencedEvent | RosterNews:
    return together[0] if len(together) == 1 else RosterNews(together[0].to, tuple(together))
