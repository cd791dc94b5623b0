"""Who may know of, see and hear whom: audience classes, which the relay compares for every packet and the roster for
every name.

A participant's record, sound and picture are each *in* classes; everybody knows, hears and sees classes; what has a bit
in common gets through. So the relay and the words obey the same sets, worked out here and nowhere else.

    bit        who is in it
    HOSTS      hosts, and who plays for them (a film)
    GUESTS     guests who may be seen by guests
    STAGE      whoever is in the spotlight
    PRIVATE    guests whom only hosts may see
    group(i)   who talks in a small group, or aside

The relay's 64 bits are two halves, because a talk aside takes the sound and leaves the picture: sound below, pictures
above.
"""

from __future__ import annotations

import msgspec

from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import GuestVisibility

HOSTS = 1 << 0
GUESTS = 1 << 1
STAGE = 1 << 2
PRIVATE = 1 << 3
_FIRST_GROUP = 8
MAX_GROUPS = 24
"""At the same time, talks aside included."""
_PICTURES = 32

SOUNDS = frozenset((SourceKind.MICROPHONE, SourceKind.SCREEN_AUDIO))


def group(index: int) -> int:
    """Raises: ValueError above `MAX_GROUPS`."""
    if not 0 <= index < MAX_GROUPS:
        raise ValueError(f"groups are 0 to {MAX_GROUPS - 1}")
    return 1 << (_FIRST_GROUP + index)


def of_kind(kind: SourceKind, bits: int) -> int:
    """The relay's classes for a source of this kind."""
    return bits if kind in SOUNDS else bits << _PICTURES


def received(sound: int, picture: int) -> int:
    """The relay's classes for one who receives these."""
    return sound | picture << _PICTURES


class Audience(msgspec.Struct, frozen=True):
    """Of one participant; all are bits of the table above."""

    known_to: int
    """Whoever knows one of these is told that the participant is there, and who he is."""
    knows: int
    heard_by: int
    hears: int
    seen_by: int
    sees: int

    @property
    def receives(self) -> int:
        return received(self.hears, self.sees)


NOBODY = Audience(0, 0, 0, 0, 0, 0)


def audience_of(
    role: Role, visibility: GuestVisibility, *, is_open: bool, is_on_stage: bool, can_subscribe: bool = True
) -> Audience:
    """Of somebody in the large room. `is_open`: has agreed to be seen by guests, or was told so before joining."""
    if role is Role.HOST:
        own, others = HOSTS, HOSTS | GUESTS | STAGE | PRIVATE
    elif visibility is GuestVisibility.ALL and is_open:
        own, others = GUESTS, HOSTS | GUESTS | STAGE
    else:
        # Also under `all` for one who has not agreed: the guests who have are not shown to him either.
        own, others = PRIVATE, HOSTS | STAGE if visibility is not GuestVisibility.HOSTS else HOSTS
    if is_on_stage:
        own |= STAGE
    received_bits = others if can_subscribe else 0
    return Audience(own, others, own, received_bits, own, received_bits)


def knows(viewer: Audience, other: Audience) -> bool:
    return viewer.knows & other.known_to != 0
