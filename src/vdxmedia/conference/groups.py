"""What is asked and told about talks aside and small groups."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.consent import Consent
from vdxmedia.conference.documents import Document
from vdxmedia.conference.permissions import MAX_GROUPS as MAX_GROUPS
from vdxmedia.ids import ParticipantId

MAX_GROUP_S = 7200
"""How long small groups may last."""


class StartAside(Asked, frozen=True):
    """A host talks with one person alone; the others do not hear either."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    keeps_picture: bool = True
    """The others go on seeing the host."""


class EndAside(Asked, frozen=True):
    """By either of the two."""


class FormGroups(Asked, frozen=True):
    """Instead of the groups that there are. Whom guests do not see is asked first, and stays until he agrees."""

    right: ClassVar[Right] = Right.HOST
    groups: tuple[tuple[ParticipantId, ...], ...]
    seconds: int = 0
    """Until everybody is back; 0: until a host ends it."""


class EndGroups(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST


class VisitGroup(Asked, frozen=True):
    """A host goes into a group, or back to the large room."""

    right: ClassVar[Right] = Right.HOST
    group: int | None


class MoveToGroup(Asked, frozen=True):
    """A host sends one person into a group that there is, or back to the large room; the others stay where they are."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    group: int | None


class AnswerGroup(Asked, frozen=True):
    """Yes or no to the group one is asked into; a no takes one out of it."""

    agrees: bool


class Whereabouts(StrEnum):
    ROOM = "room"
    ASIDE = "aside"
    GROUP = "group"


class OwnGroupDocument(Document, frozen=True):
    """Where one is oneself."""

    place: Whereabouts
    consent: Consent
    """To the group that one is asked into."""
    other: ParticipantId | None
    """With whom he talks aside."""
    ends_at: float | None
    """Unix seconds."""


class GroupMember(msgspec.Struct, frozen=True):
    participant: ParticipantId
    consent: Consent
    """Anything but `agreed`: still in the large room."""


class GroupState(msgspec.Struct, frozen=True):
    group: int
    is_aside: bool
    people: tuple[GroupMember, ...]


class GroupsDocument(Document, frozen=True):
    """For hosts: who is where."""

    groups: tuple[GroupState, ...]
    ends_at: float | None
    """Unix seconds."""


class AwayHostsDocument(Document, frozen=True):
    """Hosts who talk elsewhere: they neither hear nor are heard in the large room. With whom is not told."""

    hosts: tuple[ParticipantId, ...]
