"""Microphones and cameras from outside: a host may close them, and ask for them to be opened; only their owner opens.

Who was asked may open what he was asked for, also where guests may not unmute themselves, until a host closes it again.
The gate at the relay follows `source.is_active`, so a closed source sends no packet whatever its client does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.choices import StartMicrophone
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId


class CloseSource(Asked, frozen=True):
    """Somebody else's; his page hears of it by his `OwnSourcesDocument`."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    kind: SourceKind


class MuteGuests(Asked, frozen=True):
    """The microphones of all guests; hosts keep theirs."""

    right: ClassVar[Right] = Right.HOST


class AskToOpen(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    kind: SourceKind


class AnswerAsked(Asked, frozen=True):
    """Of the one who was asked. Opening itself is another command, after a yes."""

    kind: SourceKind
    is_accepted: bool


class OwnSourcesDocument(Document, frozen=True):
    """What one is told of his own sources: each only of himself."""

    may_unmute: bool
    """He may open his microphone."""
    closed: tuple[tuple[SourceKind, int], ...]
    """How often a host has closed it: when a number rises, the page must close it too."""
    asked: tuple[SourceKind, ...]
    """A host asks for these to be opened."""


class AskedDocument(Document, frozen=True):
    """For hosts: who has been asked for what and has not answered."""

    asked: tuple[tuple[ParticipantId, SourceKind], ...]


class MutesState(msgspec.Struct, frozen=True):
    allowed: tuple[tuple[ParticipantId, SourceKind], ...] = ()
    closed: tuple[tuple[ParticipantId, SourceKind, int], ...] = ()


class MutesDesk(Desk):
    """All is bounded by participants and kinds."""

    name = "mutes"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._allowed: set[tuple[ParticipantId, SourceKind]] = set()
        self._asked: dict[tuple[ParticipantId, SourceKind], None] = {}
        self._closed: dict[tuple[ParticipantId, SourceKind], int] = {}

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {
            CloseSource: self._close_one,
            MuteGuests: self._mute_guests,
            AskToOpen: self._ask,
            AnswerAsked: self._answer,
        }

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, now_s: float) -> None:
        self._put()

    def role_changed(self, participant: Participant, now_s: float) -> None:
        if participant.role is Role.GUEST and not self._may_unmute(participant):
            self._close(participant, SourceKind.MICROPHONE)
        self._put()

    def joined(self, participant: Participant, now_s: float) -> None:
        """Of one who comes back after a restart something is known already."""
        if any(
            (participant.id, kind) in self._closed or (participant.id, kind) in self._allowed for kind in SourceKind
        ):
            self._put()

    def left(self, participant: Participant, now_s: float) -> None:
        keys = [(participant.id, kind) for kind in SourceKind]
        if any(key in known for key in keys for known in (self._allowed, self._asked, self._closed)):
            for key in keys:
                self._allowed.discard(key)
                self._asked.pop(key, None)
                self._closed.pop(key, None)
            self._put()

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        """Who speaks when guests may not unmute any more goes on until a host mutes him; a room without guests'
        microphones has none from now on."""
        settings = self.assembly.settings
        if settings.guest_microphone is StartMicrophone.OFF and before.guest_microphone is not StartMicrophone.OFF:
            for guest in self.assembly.guests():
                self._close(guest, SourceKind.MICROPHONE)
        self._put()

    def check_source_on(self, participant: Participant, kind: SourceKind) -> None:
        """Raises: NotAllowed `muted_by_host`."""
        if kind is SourceKind.MICROPHONE and not self._may_unmute(participant):
            raise NotAllowed("guests do not open their microphones here: ask a host", code="muted_by_host")

    def state(self, now_s: float) -> Any:
        closed = tuple((who, kind, count) for (who, kind), count in self._closed.items())
        return msgspec.to_builtins(MutesState(tuple(sorted(self._allowed)), closed))

    def restore(self, state: Any, now_s: float) -> None:
        read = msgspec.convert(state, MutesState)
        self._allowed = set(read.allowed)
        self._closed = {(who, kind): count for who, kind, count in read.closed}
        self._put()

    # ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────

    def _close_one(self, command: CloseSource, now_s: float) -> None:
        """Raises: NotFound."""
        self._close(self.assembly.find(command.target), command.kind)
        self._put()

    def _mute_guests(self, command: MuteGuests, now_s: float) -> None:
        for guest in self.assembly.guests():
            self._close(guest, SourceKind.MICROPHONE)
        self._put()

    def _ask(self, command: AskToOpen, now_s: float) -> None:
        """Raises: NotFound, NotAllowed."""
        target = self.assembly.find(command.target)
        if command.kind not in (SourceKind.MICROPHONE, SourceKind.CAMERA) or command.kind not in target.sources:
            raise NotAllowed("this cannot be asked of this person")
        if target.active(command.kind) is None:
            self._asked[target.id, command.kind] = None
            self._allowed.add((target.id, command.kind))
            self._put()

    def _answer(self, command: AnswerAsked, now_s: float) -> None:
        key = (command.participant, command.kind)
        if key in self._asked:
            del self._asked[key]
            if not command.is_accepted:
                self._allowed.discard(key)
            self._put()

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _may_unmute(self, participant: Participant) -> bool:
        if participant.role is Role.HOST or (participant.id, SourceKind.MICROPHONE) in self._allowed:
            return True
        settings = self.assembly.settings
        return settings.guests_may_unmute and settings.guest_microphone is not StartMicrophone.OFF

    def _close(self, participant: Participant, kind: SourceKind) -> None:
        key = (participant.id, kind)
        self._allowed.discard(key)
        self._asked.pop(key, None)
        if participant.active(kind) is not None:
            self._closed[key] = self._closed.get(key, 0) + 1
            self.assembly.close_source(participant, kind)

    def _put(self) -> None:
        """Only those who differ from others of their role have a document of their own."""
        settings = self.assembly.settings
        may = settings.guests_may_unmute and settings.guest_microphone is not StartMicrophone.OFF
        marked = {who for who, _ in (*self._allowed, *self._asked, *self._closed)}
        own = {one: self._own(self.assembly.people[one]) for one in sorted(marked) if one in self.assembly.people}
        hosts, guests = OwnSourcesDocument(True, (), ()), OwnSourcesDocument(may, (), ())
        self.assembly.put(Sheet(OwnSourcesDocument, hosts=hosts, guests=guests, own=own))
        self.assembly.put(Sheet(AskedDocument, hosts=AskedDocument(tuple(self._asked)), guests=None))

    def _own(self, one: Participant) -> Document | None:
        closed = tuple((kind, self._closed[one.id, kind]) for kind in SourceKind if (one.id, kind) in self._closed)
        asked = tuple(kind for kind in SourceKind if (one.id, kind) in self._asked)
        return OwnSourcesDocument(self._may_unmute(one), closed, asked)
