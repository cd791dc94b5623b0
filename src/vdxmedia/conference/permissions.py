"""Who may know of, see and hear whom: audience classes, which the relay compares for every packet and the roster for
every name.

A participant's record, sound, picture and screen are each *in* classes; everybody knows, hears, sees and watches
classes; what has a bit in common gets through. So the relay and the words obey the same sets, worked out here and
nowhere else.

    bit        who is in it
    HOSTS      hosts, and who plays for them (a film)
    GUESTS     guests who may be seen by guests
    STAGE      whoever is in the spotlight
    PRIVATE    guests whom only hosts may see
    group(i)   who talks in a small group, or aside

The relay's bits are three parts, because a talk aside takes the sound and leaves the picture, and a booking may allow
one and not the other: voices, cameras, screens with their sound.
"""

from __future__ import annotations

from typing import assert_never

import msgspec

from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import GuestVisibility

HOSTS = 1 << 0
GUESTS = 1 << 1
STAGE = 1 << 2
PRIVATE = 1 << 3
PRIVATE_KNOW = (HOSTS, HOSTS | STAGE)
"""What guests know who do not know each other, in the large room. Whatever is told in rounds keeps the rounds of these
when nobody is there to hear them: else they would tell a newcomer that somebody was."""
_FIRST_GROUP = 5
MAX_GROUPS = 16
"""At the same time, talks aside included."""
_WIDTH = _FIRST_GROUP + MAX_GROUPS


def group(index: int) -> int:
    """Raises: ValueError above `MAX_GROUPS`."""
    if not 0 <= index < MAX_GROUPS:
        raise ValueError(f"groups are 0 to {MAX_GROUPS - 1}")
    return 1 << (_FIRST_GROUP + index)


class Audience(msgspec.Struct, frozen=True):
    """Of one participant; all are bits of the table above."""

    known_to: int
    """Whoever knows one of these is told that the participant is there, and who he is."""
    knows: int
    heard_by: int
    hears: int
    seen_by: int
    sees: int
    shares_with: int
    """Screen and its sound."""
    watches: int

    @property
    def receives(self) -> int:
        """The relay's classes."""
        return self.hears | self.sees << _WIDTH | self.watches << 2 * _WIDTH

    def classes_of(self, kind: SourceKind) -> int:
        """The relay's, of a source of this kind."""
        match kind:
            case SourceKind.MICROPHONE:
                return self.heard_by
            case SourceKind.CAMERA:
                return self.seen_by << _WIDTH
            case SourceKind.SCREEN | SourceKind.SCREEN_AUDIO:
                return self.shares_with << 2 * _WIDTH
            case _:
                assert_never(kind)


NOBODY = Audience(0, 0, 0, 0, 0, 0, 0, 0)


class Media(msgspec.Struct, frozen=True):
    """What a guest may receive: by the token, and by the booking's `callType`."""

    sound: bool = True
    picture: bool = True
    screen: bool = True


ALL_MEDIA = Media()
NO_MEDIA = Media(False, False, False)


class Standing(msgspec.Struct, frozen=True):
    """Where in the room somebody is; everything that an audience depends on, beside the room's setting."""

    role: Role
    is_open: bool = True
    """Has agreed to be seen and heard by guests, or was told so before joining."""
    is_on_stage: bool = False
    is_waiting: bool = False
    """In the lobby: seen by hosts, and nobody else is known to him."""
    group: int | None = None
    is_aside: bool = False
    """The group is a host's talk with one: the host stays in everybody's picture, the other one in nobody's."""
    is_out_of_sight: bool = False
    """Of a host who talks aside: the others do not keep his picture."""
    receives: Media = ALL_MEDIA


def audience_of(standing: Standing, visibility: GuestVisibility) -> Audience:
    """The one place where it is decided who knows, sees and hears whom."""
    if standing.role is Role.HOST:
        own, others = HOSTS, HOSTS | GUESTS | STAGE | PRIVATE
    elif visibility is GuestVisibility.ALL and standing.is_open:
        own, others = GUESTS, HOSTS | GUESTS | STAGE
    else:
        # Also under `all` for one who has not agreed: the guests who have are not shown to him either.
        own, others = PRIVATE, HOSTS | STAGE if visibility is not GuestVisibility.HOSTS else HOSTS
    if standing.is_waiting:
        return Audience(PRIVATE, 0, 0, 0, PRIVATE, 0, 0, 0)
    if standing.is_on_stage:
        own |= STAGE
    known_to, knows_of = own, others
    heard_by = seen_by = own
    hears = sees = others
    if standing.group is not None:
        bit = group(standing.group)
        known_to, knows_of = known_to | bit, knows_of | bit
        heard_by = hears = bit
        if standing.role is Role.HOST:
            # He goes on seeing everybody; a group that he visits sees him, and so do the others unless he hides.
            seen_by = bit if standing.is_out_of_sight else own | bit
            sees = others | bit
        else:
            seen_by = bit if standing.is_aside else bit | PRIVATE
            sees = HOSTS | bit
    return Audience(
        known_to=known_to,
        knows=knows_of,
        heard_by=heard_by,
        hears=hears if standing.receives.sound else 0,
        seen_by=seen_by,
        sees=sees if standing.receives.picture else 0,
        shares_with=seen_by,
        watches=sees if standing.receives.screen else 0,
    )


def knows(viewer: Audience, other: Audience) -> bool:
    return viewer.knows & other.known_to != 0
