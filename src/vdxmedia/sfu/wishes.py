"""What a room last said about one participant's reception, for the connection he has and the next one.

A new peer generation (reload, lost connection) starts with it, so that it is never blank and never shows what the room
had already taken away, until the room applies its full state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from vdxmedia.hub.ports import BindSlot, SetHears, SlotKind
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.peer import Peer


@dataclass(slots=True)
class Wishes:
    """From a participant's first connection until he is disconnected."""

    hears: SetHears | None = None
    bindings: dict[tuple[SlotKind, int], BindSlot] = field(default_factory=dict)
    """The last word per slot."""

    def remember(self, change: SetHears | BindSlot) -> None:
        if isinstance(change, SetHears):
            self.hears = change
        else:
            self.bindings[change.kind, change.index] = change

    def commands_for(self, peer: Peer) -> Iterator[relay_wire.Command]:
        """Everything, for a peer that has just been added."""
        changes: list[SetHears | BindSlot] = list(self.bindings.values())
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
