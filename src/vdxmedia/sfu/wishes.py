"""What a room last said about one participant's reception, for the connection he has and the next one.

A new peer generation (reload, lost connection) starts with it, so that it is never blank and never shows what the room
had already taken away, until the room applies its full state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vdxmedia.hub.overload import Level
from vdxmedia.hub.ports import BindSlot, SetHears, SlotKind
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.peer import Peer
from vdxmedia.sfu.shedding import is_given_up, passed_on


@dataclass(slots=True)
class Wishes:
    """From a participant's first connection until he is disconnected."""

    hears: SetHears | None = None
    bindings: dict[tuple[SlotKind, int], BindSlot] = field(default_factory=dict)
    """The last word per slot."""

    def remember(self, change: SetHears | BindSlot) -> BindSlot | None:
        """Gives what was wanted of the slot before."""
        if isinstance(change, SetHears):
            self.hears = change
            return None
        before = self.bindings.get((change.kind, change.index))
        self.bindings[change.kind, change.index] = change
        return before

    def is_given_up(self, index: int, level: Level) -> bool:
        """Of a video slot."""
        wish = self.bindings.get((SlotKind.VIDEO, index))
        return wish is not None and is_given_up(wish, level)

    def commands_for(self, peer: Peer, level: Level) -> Iterator[relay_wire.Command]:
        """Everything, for a peer that has just been added, but for what is given up at this level."""
        changes: list[SetHears | BindSlot] = [passed_on(wish, level) for wish in self.bindings.values()]
        if self.hears is not None:
            changes.insert(0, self.hears)
        for change in changes:
            command = wish_command(peer, change)
            if command is not None:
                yield command


def wish_command(peer: Peer, change: SetHears | BindSlot) -> relay_wire.Command | None:
    """None for a slot that the peer has not offered."""
    if isinstance(change, SetHears):
        return relay_wire.SetHears(peer=peer.id, classes=change.classes)
    if not peer.has_slot(change.kind, change.index):
        return None
    return relay_wire.BindSlot(
        peer=peer.id,
        kind=change.kind,
        index=change.index,
        source=change.source or 0,
        max_layer=change.max_layer,
        priority=change.priority,
    )


def heard_and_shown(wishes: Iterable[Wishes]) -> dict[str, int]:
    """How many hear anybody (`hears`), and how many of their slots have a picture (`shows`)."""
    hears = shows = 0
    for one in wishes:
        hears += one.hears is not None and one.hears.classes != 0
        shows += sum(
            binding.source is not None and kind is SlotKind.VIDEO for (kind, _), binding in one.bindings.items()
        )
    return {"hears": hears, "shows": shows}
