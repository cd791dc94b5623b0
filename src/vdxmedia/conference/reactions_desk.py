"""Reactions: a thumb up, applause. Told in rounds, because a whole room claps at once; then forgotten."""

from __future__ import annotations

from collections.abc import Mapping

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.events import Utterance, Uttered
from vdxmedia.conference.kinds import Reaction
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.permissions import PRIVATE_KNOW
from vdxmedia.conference.words import check_in, view_of
from vdxmedia.ids import ParticipantId

View = tuple[int, int | None]
_ALWAYS: tuple[View, ...] = tuple((known, None) for known in PRIVATE_KNOW)
"""The rounds of these do not depend on whether anybody has such a view."""
ROUND_S = 0.25
"""Between two rounds of those who know the same people; a round depends on nothing else."""
MAX_IN_ROUND = 50
"""Further ones within a round are not shown: nobody sees more than a cloud of hands."""


class React(Asked, frozen=True, kw_only=True):
    reaction: Reaction


class ReactionsShown(Utterance, frozen=True):
    reactions: tuple[tuple[ParticipantId, Reaction], ...]


class ReactionsDesk(Desk):
    name = "reactions"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._waiting: dict[View, list[tuple[ParticipantId, Reaction]]] = {}
        self._told_s: dict[View, float] = {}

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {React: self._react}

    def deadline(self) -> float | None:
        return min((self._due_s(view) for view in self._waiting), default=None)

    def timeout(self, now_s: float) -> None:
        for view in [view for view in self._waiting if now_s >= self._due_s(view)]:
            self._tell(view, now_s)
        self._told_s = {view: told_s for view, told_s in self._told_s.items() if now_s < told_s + ROUND_S}

    def _react(self, command: React, now_s: float) -> None:
        one = self.assembly.find(command.participant)
        check_in(one)
        for view in dict.fromkeys((*_ALWAYS, *map(view_of, self.assembly.people.values()))):
            if _is_read_in(view, one) and len(waiting := self._waiting.setdefault(view, [])) < MAX_IN_ROUND:
                waiting.append((one.id, command.reaction))
        self.timeout(now_s)

    def _due_s(self, view: View) -> float:
        return self._told_s.get(view, float("-inf")) + ROUND_S

    def _tell(self, view: View, now_s: float) -> None:
        """To those whose view it is now, what they may know now."""
        people = self.assembly.people
        readers = tuple(reader.id for reader in people.values() if view_of(reader) == view)
        waiting = self._waiting.pop(view)
        reactions = tuple(pair for pair in waiting if pair[0] in people and _is_read_in(view, people[pair[0]]))
        if reactions:
            self._told_s[view] = now_s
        if reactions and readers:
            self.assembly.tell(Uttered(readers, ReactionsShown(reactions)))


def _is_read_in(view: View, one: Participant) -> bool:
    """As `words.is_read_by`, whoever has this view."""
    known, group = view
    return one.group == group and one.audience.known_to & known != 0
