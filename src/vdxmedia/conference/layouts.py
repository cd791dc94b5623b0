"""How pictures can be arranged: one table, for the server and for the page, where a script writes it.

The ten VDX view types are named by how many pictures are large (mains) and how many small (pips). Beside them are three
that follow what happens: `grid` (all equal), `speaker` (who speaks is large), `lecture` (guests see hosts large; hosts
see guests in a grid). Which person takes which place follows the order: pinned, screens, main speaker, the others.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from vdxmedia.conference.choices import RoomMode
from vdxmedia.conference.kinds import Role


class Arrangement(StrEnum):
    FIXED = "fixed"
    """As many large and small places as named; who finds none is counted in "+N"."""
    GRID = "grid"
    SPEAKER = "speaker"
    LECTURE = "lecture"


class Layout(msgspec.Struct, frozen=True):
    arrangement: Arrangement
    mains: int
    """Large places; 0: as many as there are people."""
    pips: int
    """Small places; -1: as many as fit."""


LAYOUTS: dict[str, Layout] = {
    "one_main_zero_pips": Layout(Arrangement.FIXED, 1, 0),
    "one_main_seven_pips": Layout(Arrangement.FIXED, 1, 7),
    "one_main_twentyone_pips": Layout(Arrangement.FIXED, 1, 21),
    "two_mains_twentyone_pips": Layout(Arrangement.FIXED, 2, 21),
    "four_mains_zero_pips": Layout(Arrangement.FIXED, 4, 0),
    "five_mains_seven_pips": Layout(Arrangement.FIXED, 5, 7),
    "one_main_thirtythree_pips": Layout(Arrangement.FIXED, 1, 33),
    "nine_mains_zero_pips": Layout(Arrangement.FIXED, 9, 0),
    "sixteen_mains_zero_pips": Layout(Arrangement.FIXED, 16, 0),
    "twentyfive_mains_zero_pips": Layout(Arrangement.FIXED, 25, 0),
    "grid": Layout(Arrangement.GRID, 0, 0),
    "speaker": Layout(Arrangement.SPEAKER, 1, -1),
    "lecture": Layout(Arrangement.LECTURE, 1, -1),
}


def layout_of_mode(mode: RoomMode, role: Role) -> str:
    """Where the room names none."""
    if mode is RoomMode.MEETING:
        return "grid"
    return "grid" if role is Role.HOST else "lecture"
