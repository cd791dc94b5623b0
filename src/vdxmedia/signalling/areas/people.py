"""What hosts do about people: roles, microphones and cameras, removing, and the end. And what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from vdxmedia.conference import doors_desk, mutes_desk, roles_desk
from vdxmedia.conference.doors_desk import MAX_EXTENSION_S
from vdxmedia.conference.doors_desk import EndCause as EndCause
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire


class SetRole(Wire, frozen=True, tag="setRole"):
    """A host makes somebody a host, or a guest. Somebody must stay the host. Who was made a guest comes back as
    one, also by a host's link, as long as there is a host."""

    participant_id: Id
    role: Role


class CloseSource(Wire, frozen=True, tag="closeSource"):
    """A host closes somebody's microphone, camera or screen. At once no packet of it leaves the server."""

    participant_id: Id
    source: SourceKind


class MuteGuests(Wire, frozen=True, tag="muteGuests"):
    """The microphones of all guests."""


class AskToOpen(Wire, frozen=True, tag="askToOpen"):
    """Ask somebody to open the microphone or the camera; he answers."""

    participant_id: Id
    source: SourceKind


class AnswerAsked(Wire, frozen=True, tag="answerAsked"):
    """The one who was asked. After a yes he sends `setSource` as always."""

    source: SourceKind
    accepted: bool


class RemovePerson(Wire, frozen=True, tag="removePerson"):
    participant_id: Id
    barred: bool = False
    """He may not come again, as far as his link or his device tells who he is."""


class EndForAll(Wire, frozen=True, tag="endForAll"):
    """After a countdown of ten seconds, told by `ending`."""


class KeepOpen(Wire, frozen=True, tag="keepOpen"):
    """Stops a countdown that a host, or the last host's leaving, has begun."""


class ExtendClosing(Wire, frozen=True, tag="extendClosing"):
    """Moves the closing time."""

    by: Annotated[float, Meta(gt=0, le=MAX_EXTENSION_S)]
    """Seconds."""


class ClosedSource(Wire, frozen=True):
    source: SourceKind
    count: int


class OwnSources(Wire, frozen=True, tag="ownSources"):
    """What is so of this client's own sources from outside."""

    may_unmute: bool
    """He may open his microphone; else `setSource` is refused with `muted_by_host`."""
    closed: list[ClosedSource]
    """How often a host has closed it. When a number rises, close the device too."""
    asked: list[SourceKind]
    """A host asks for these to be opened: ask the person, and send `answerAsked`."""


class AskedPerson(Wire, frozen=True):
    participant_id: Id
    source: SourceKind


class Asked(Wire, frozen=True, tag="asked"):
    """To hosts: who has been asked to open something and has not answered."""

    asked: list[AskedPerson]


class Ending(Wire, frozen=True, tag="ending"):
    """The end that comes: a countdown, or the closing time from ten minutes before."""

    cause: EndCause | None
    """Null: no end is near."""
    ends_at: float | None
    """Unix seconds."""
    warning: int
    """Of the closing time: seconds, 600 or 120."""


def _own_sources(_: RoomId, told: mutes_desk.OwnSourcesDocument) -> OwnSources:
    closed = [ClosedSource(source=kind, count=count) for kind, count in told.closed]
    return OwnSources(may_unmute=told.may_unmute, closed=closed, asked=list(told.asked))


def _asked(_: RoomId, told: mutes_desk.AskedDocument) -> Asked:
    return Asked(asked=[AskedPerson(participant_id=who, source=kind) for who, kind in told.asked])


def _ending(_: RoomId, told: doors_desk.EndingDocument) -> Ending:
    return Ending(cause=told.cause, ends_at=told.ends_at, warning=told.warning_s)


def _set_role(message: SetRole, asking: ParticipantId) -> roles_desk.SetRole:
    return roles_desk.SetRole(asking, ParticipantId(message.participant_id), message.role)


def _close_source(message: CloseSource, asking: ParticipantId) -> mutes_desk.CloseSource:
    return mutes_desk.CloseSource(asking, ParticipantId(message.participant_id), message.source)


def _mute_guests(_: MuteGuests, asking: ParticipantId) -> mutes_desk.MuteGuests:
    return mutes_desk.MuteGuests(asking)


def _ask_to_open(message: AskToOpen, asking: ParticipantId) -> mutes_desk.AskToOpen:
    return mutes_desk.AskToOpen(asking, ParticipantId(message.participant_id), message.source)


def _answer_asked(message: AnswerAsked, asking: ParticipantId) -> mutes_desk.AnswerAsked:
    return mutes_desk.AnswerAsked(asking, message.source, message.accepted)


def _remove(message: RemovePerson, asking: ParticipantId) -> doors_desk.RemovePerson:
    return doors_desk.RemovePerson(asking, ParticipantId(message.participant_id), message.barred)


def _end(_: EndForAll, asking: ParticipantId) -> doors_desk.EndForAll:
    return doors_desk.EndForAll(asking)


def _keep_open(_: KeepOpen, asking: ParticipantId) -> doors_desk.KeepOpen:
    return doors_desk.KeepOpen(asking)


def _extend(message: ExtendClosing, asking: ParticipantId) -> doors_desk.ExtendClosing:
    return doors_desk.ExtendClosing(asking, message.by)


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    SetRole: ((2.0, 10.0), _set_role),
    CloseSource: ((5.0, 30.0), _close_source),
    MuteGuests: ((1.0, 5.0), _mute_guests),
    AskToOpen: ((5.0, 30.0), _ask_to_open),
    AnswerAsked: ((2.0, 10.0), _answer_asked),
    RemovePerson: ((2.0, 10.0), _remove),
    EndForAll: ((1.0, 5.0), _end),
    KeepOpen: ((1.0, 5.0), _keep_open),
    ExtendClosing: ((1.0, 5.0), _extend),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {
    mutes_desk.OwnSourcesDocument: (OwnSources, _own_sources),
    mutes_desk.AskedDocument: (Asked, _asked),
    doors_desk.EndingDocument: (Ending, _ending),
}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "last_host": "Somebody must be the host: name another first.",
    "muted_by_host": "Guests do not open their microphones here unless a host asks them to.",
}
