"""How people leave and how it ends: removing, moving to another room, ending for all, closing time, the last host.

An *end* that somebody else decided is told before it comes, as a countdown; a host can stop the two that a host or the
last host's leaving began. Closing time is stopped by extending it. One end at a time is told: the one that comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.choices import LastHostPolicy
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet
from vdxmedia.conference.events import SettingsChosen, Transferred
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadField, NotAllowed
from vdxmedia.ids import ParticipantId, RoomId

END_COUNTDOWN_S = 10.0
"""From a host's "end for all" to the end: time to undo it."""
LAST_HOST_END_S = 120.0
"""From the last host's leaving to the end, where the room's policy is so."""
WARNINGS_S = (600.0, 120.0)
"""Before the closing time."""
MAX_EXTENSION_S = 4 * 3600.0
"""At once."""


class EndCause(StrEnum):
    HOST = "host"
    """A host ends it for everyone."""
    LAST_HOST = "lastHost"
    CLOSING_TIME = "closingTime"


class RemovePerson(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    is_barred: bool = False
    """He cannot come back, as far as his link or his device tells who he is."""


class EndForAll(Asked, frozen=True):
    """After a countdown that `KeepOpen` stops."""

    right: ClassVar[Right] = Right.HOST


class KeepOpen(Asked, frozen=True):
    """Stops the countdown, whoever began it."""

    right: ClassVar[Right] = Right.HOST


class ExtendClosing(Asked, frozen=True):
    right: ClassVar[Right] = Right.HOST
    by_s: float


class Transfer(Asked, frozen=True):
    """To a room of which the asking host is a host too: who calls this has checked that."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId
    room: RoomId


class EndingDocument(Document, frozen=True):
    """The end that comes; everybody is told the same."""

    cause: EndCause | None = None
    """None: there is no end in sight."""
    ends_at: float | None = None
    """Unix seconds."""
    warning_s: int = 0
    """Of the closing time: which of the warnings this is; it is told again for each."""


class DoorsState(msgspec.Struct, frozen=True):
    end_in_s: float
    cause: EndCause


class DoorsDesk(Desk):
    name = "doors"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._end_at_s: float | None = None
        self._cause = EndCause.HOST
        self._warn_at_s: float | None = None
        """When the next warning of the closing time is due."""

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {
            RemovePerson: self._remove,
            EndForAll: self._end,
            KeepOpen: self._keep_open,
            ExtendClosing: self._extend,
            Transfer: self._transfer,
        }

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def opened(self, now_s: float) -> None:
        self._put(now_s)

    def joined(self, participant: Participant, now_s: float) -> None:
        self._host_came(participant, now_s)

    def role_changed(self, participant: Participant, now_s: float) -> None:
        self._host_came(participant, now_s)

    def left(self, participant: Participant, now_s: float) -> None:
        is_last = participant.is_chair and self.assembly.people and not self.assembly.hosts()
        if is_last and self.assembly.settings.last_host is LastHostPolicy.END and self._end_at_s is None:
            self._begin(EndCause.LAST_HOST, now_s + LAST_HOST_END_S, now_s)

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        self._put(now_s)

    def deadline(self) -> float | None:
        times = [] if self._end_at_s is None else [self._end_at_s]
        if self._warn_at_s is not None:
            times.append(self._warn_at_s)
        return min(times, default=None)

    def timeout(self, now_s: float) -> None:
        if self._end_at_s is not None and now_s >= self._end_at_s:
            self.assembly.end()
        elif self._warn_at_s is not None and now_s >= self._warn_at_s:
            self._put(now_s)

    def state(self, now_s: float) -> Any:
        if self._end_at_s is None:
            return None
        return msgspec.to_builtins(DoorsState(self._end_at_s - now_s, self._cause))

    def restore(self, state: Any, now_s: float) -> None:
        read = msgspec.convert(state, DoorsState)
        self._begin(read.cause, now_s + read.end_in_s, now_s)

    # ── what is asked ─────────────────────────────────────────────────────────────────────────────────────────────

    def _remove(self, command: RemovePerson, now_s: float) -> None:
        """Raises: NotFound, NotAllowed."""
        target = self._other(command, command.target)
        if command.is_barred:
            self.assembly.lobby.admissions.bar(target.admission_keys)
        else:
            self.assembly.lobby.admissions.forget(target.admission_keys)
        self.assembly.dismiss(target, LeaveReason.REMOVED)

    def _transfer(self, command: Transfer, now_s: float) -> None:
        """Raises: NotFound, NotAllowed."""
        target = self._other(command, command.target)
        self.assembly.tell(Transferred(target.id, command.room))
        self.assembly.dismiss(target, LeaveReason.REMOVED)

    def _other(self, command: Asked, target: ParticipantId) -> Participant:
        if target == command.participant:
            raise NotAllowed("who wants to go leaves")
        return self.assembly.find(target)

    def _end(self, command: EndForAll, now_s: float) -> None:
        if self._end_at_s is None or self._cause is not EndCause.HOST:
            self._begin(EndCause.HOST, now_s + END_COUNTDOWN_S, now_s)

    def _keep_open(self, command: KeepOpen, now_s: float) -> None:
        self._end_at_s = None
        self._put(now_s)

    def _extend(self, command: ExtendClosing, now_s: float) -> None:
        """Raises: BadField, NotAllowed."""
        settings = self.assembly.settings
        if settings.closes_at is None:
            raise NotAllowed("the room has no closing time")
        if not 0 < command.by_s <= MAX_EXTENSION_S:
            raise BadField(f"at most {MAX_EXTENSION_S:.0f} seconds", field="$.by")
        changed = msgspec.structs.replace(settings, closes_at=settings.closes_at + command.by_s)
        changed.validate()
        self.assembly.tell(SettingsChosen(changed))

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _host_came(self, participant: Participant, now_s: float) -> None:
        if participant.is_chair and self._end_at_s is not None and self._cause is EndCause.LAST_HOST:
            self._end_at_s = None
            self._put(now_s)

    def _begin(self, cause: EndCause, at_s: float, now_s: float) -> None:
        self._cause, self._end_at_s = cause, at_s
        self._put(now_s)

    def _put(self, now_s: float) -> None:
        """The end that comes first, of those that are near enough to be told."""
        assembly = self.assembly
        told = EndingDocument()
        closes_at_s, self._warn_at_s = assembly.closes_at_s, None
        if closes_at_s is not None:
            due = [warning for warning in WARNINGS_S if now_s >= closes_at_s - warning]
            self._warn_at_s = next((closes_at_s - warning for warning in WARNINGS_S if warning not in due), None)
            if due:
                told = EndingDocument(EndCause.CLOSING_TIME, assembly.unix(closes_at_s), int(due[-1]))
        if self._end_at_s is not None and (closes_at_s is None or self._end_at_s < closes_at_s):
            told = EndingDocument(self._cause, assembly.unix(self._end_at_s))
        assembly.put(Sheet.same(told))
