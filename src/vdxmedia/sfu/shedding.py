"""What of a room's wishes is passed on to the relay while the server is overloaded. Pure; sound passes always.

The levels are `hub.overload`'s. A picture that is given up is unbound, so it costs the relay nothing; the room hears
of it as of one that does not fit on the way, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from vdxmedia.conference.media import Priority
from vdxmedia.hub.overload import Level
from vdxmedia.hub.ports import BindSlot, SetHears, SlotKind, SlotPaused

LOWEST: Final = 0
MIDDLE: Final = 1
Wish = TypeVar("Wish", BindSlot, SetHears, BindSlot | SetHears)


def passed_on(wish: Wish, level: Level) -> Wish:
    """The wish, or what is left of it."""
    if level is Level.NORMAL or not isinstance(wish, BindSlot):
        return wish
    if wish.kind is not SlotKind.VIDEO or wish.source is None:
        return wish
    if wish.priority > Priority.OTHERS:
        return msgspec.structs.replace(wish, max_layer=min(wish.max_layer, MIDDLE))
    if level >= Level.LOW_VIDEO:
        return msgspec.structs.replace(wish, source=None)
    return msgspec.structs.replace(wish, max_layer=LOWEST)


def is_given_up(wish: BindSlot, level: Level) -> bool:
    """A picture is wanted, and none is sent."""
    return wish.source is not None and passed_on(wish, level).source is None


def changed(wishes: Iterable[BindSlot], was: Level, level: Level) -> list[BindSlot]:
    """Those of which more or less is passed on than before."""
    if was is level:
        return []
    return [wish for wish in wishes if wish.source is not None and passed_on(wish, was) != passed_on(wish, level)]


def given_up_more(wish: BindSlot, was: Level, level: Level) -> list[str]:
    """What has been taken from this picture, as the metric names it."""
    if is_given_up(wish, level):
        return ["video"]
    return ["upper_layers"] if passed_on(wish, level).max_layer < passed_on(wish, was).max_layer else []


def pause_told(before: BindSlot | None, was: Level, wish: BindSlot, level: Level) -> SlotPaused | None:
    """What the room is told when a wish takes another's place, or the level another's."""
    paused = is_given_up(wish, level)
    if not paused and (before is None or not is_given_up(before, was)):
        return None
    return SlotPaused(wish.participant, wish.index, is_paused=paused, is_given_up=paused)
