"""Who may receive whom: audience classes, 64 bits that the relay compares for every packet.

A source is in classes, a participant hears classes; a packet goes where both have a bit in common. In this version
everybody is in class 0. Guest visibility, the lobby and group training will use the other bits.
"""

from __future__ import annotations

CLASS_CONFERENCE = 1 << 0
CLASS_NOBODY = 0


def source_classes() -> int:
    """The classes of every source in the conference."""
    return CLASS_CONFERENCE


def heard_classes(*, can_subscribe: bool) -> int:
    return CLASS_CONFERENCE if can_subscribe else CLASS_NOBODY
