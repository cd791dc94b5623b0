"""What of a call is in the audit log: what its hosts do to others and to the room, by signalling.

Each command says here whether it is noted, or why not; one that says neither is refused before it is carried out. Noted
is that it was done, never what was said: the command, whom it was about by his id in the call, words of closed lists.

A note is made in the step that carries the command out, so it stands for what has happened, also when the host's
connection is gone by then. It is written within `WRITE_WITHIN_S`, with others, in one transaction: nobody's command
waits for the disk, and a killed server loses the notes of its last second. What a host does again and again, as closing
one microphone a thousand times, is noted at once and then once a minute, with how often.

Full (the store is away for long): further notes are dropped, counted and complained of.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Protocol

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.conference import (
    announcements_desk,
    captions_desk,
    chat_desk,
    doors_desk,
    film_desk,
    floor_asked,
    groups,
    help,
    layout_desk,
    lobby_desk,
    mutes_desk,
    reactions_desk,
    roles_desk,
    settings_desk,
    visibility,
)
from vdxmedia.conference.commands import Asked
from vdxmedia.errors import Refused, VdxError
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ParticipantId, RoomId

logger = logging.getLogger(__name__)

WRITE_WITHIN_S = 0.5
RETRY_S = 1.0
REPEATED_WITHIN_S = 60.0
BATCH = 64
"""Notes of one transaction: chaining them takes the loop a millisecond or two."""
MAX_WAITING = 20_000
"""About 10 MB."""
MAX_REPEATED = 10_000
"""Acts remembered for being repeated; when full the oldest is written."""
LAST_WRITE_S = 5.0
"""At the end of the server."""
COMPLAIN_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Noted:
    """`says`: fields of the command that are told with it: ids, and words of closed lists."""

    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotedChange:
    """Told is which fields the command sets."""


@dataclass(frozen=True, slots=True)
class NotNoted:
    why: str


_OF_ONESELF = NotNoted("about oneself")
_WORDS = NotNoted("words of the conversation, which is not kept")

AUDITED: Mapping[type[Asked], Noted | NotedChange | NotNoted] = {
    # The door
    lobby_desk.Admit: Noted(("waiting",)),
    lobby_desk.AdmitAll: Noted(),
    lobby_desk.RefuseWaiting: Noted(("waiting", "is_barred")),
    lobby_desk.SayToWaiting: Noted(),
    lobby_desk.SetLock: Noted(("is_locked",)),
    doors_desk.RemovePerson: Noted(("target", "is_barred")),
    doors_desk.Transfer: Noted(("target", "room")),
    doors_desk.EndForAll: Noted(),
    doors_desk.KeepOpen: Noted(),
    doors_desk.ExtendClosing: Noted(),
    # The chair
    roles_desk.SetRole: Noted(("target", "role")),
    settings_desk.ChangeRoom: NotedChange(),
    help.AnswerHelp: Noted(("target",)),
    help.Recognise: Noted(("target", "is_recognised")),
    # Sound, pictures and the word
    mutes_desk.CloseSource: Noted(("target", "kind")),
    mutes_desk.MuteGuests: Noted(),
    mutes_desk.AskToOpen: Noted(("target", "kind")),
    visibility.Spotlight: Noted(("target",)),
    film_desk.ControlFilm: Noted(("action",)),
    floor_asked.GrantTheFloor: Noted(("floor", "request", "preempts")),
    floor_asked.DenyTheFloor: Noted(("floor", "request")),
    floor_asked.RevokeTheFloor: Noted(("floor", "request")),
    floor_asked.MoveInQueue: Noted(("floor", "request")),
    floor_asked.ClearQueue: Noted(("floor",)),
    floor_asked.ExtendTheTurn: Noted(("floor", "request")),
    captions_desk.LetWriteCaptions: Noted(("other", "is_allowed")),
    announcements_desk.Announce: Noted(),
    announcements_desk.TakeAnnouncementAway: Noted(),
    # Groups
    groups.StartAside: Noted(("target", "keeps_picture")),
    groups.FormGroups: Noted(),
    groups.EndGroups: Noted(),
    groups.VisitGroup: Noted(("group",)),
    groups.MoveToGroup: Noted(("target", "group")),
    # Not of the chair
    groups.EndAside: NotNoted("either of the two may; that it began is noted"),
    groups.AnswerGroup: _OF_ONESELF,
    visibility.AnswerVisibility: _OF_ONESELF,
    visibility.AnswerSpotlight: _OF_ONESELF,
    mutes_desk.AnswerAsked: _OF_ONESELF,
    help.AskForHelp: _OF_ONESELF,
    help.WithdrawHelp: _OF_ONESELF,
    floor_asked.AskForFloor: _OF_ONESELF,
    floor_asked.GiveFloorBack: _OF_ONESELF,
    layout_desk.ChooseLayout: _OF_ONESELF,
    layout_desk.PinPeople: _OF_ONESELF,
    reactions_desk.React: _OF_ONESELF,
    chat_desk.WriteChat: _WORDS,
    chat_desk.TypeText: _WORDS,
    captions_desk.TypeCaption: _WORDS,
}


class CallAct(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a host has done in a call."""

    room: RoomId
    participant: ParticipantId
    """Who."""
    address: str
    """Where from, shortened as limits count it."""
    at: int
    """Unix seconds."""
    fields: tuple[str, ...]
    """The command, then what is told of it."""


class CallActStore(Protocol):
    """Implemented by `store.audit`."""

    async def append_acts(self, acts: Sequence[CallAct]) -> None:
        """In one transaction, each to the chain of its meeting's organisation; of a room that nobody booked, to the
        server's. Raises: Refused `store_unavailable`."""
        ...


@dataclass(slots=True)
class _Repeated:
    since_s: float
    """Monotonic, when it was written the last time."""
    times: int = 0
    """Since then."""
    last: CallAct | None = None


class CallAudit:
    """Use as `async with`: it must outlast the registry, and the store must outlast it. Event loop only."""

    def __init__(self, store: CallActStore, clock: Clock, counters: Counters) -> None:
        self._store = store
        self._clock = clock
        self._counters = counters
        self._waiting: deque[CallAct] = deque()
        self._repeated: OrderedDict[tuple[object, ...], _Repeated] = OrderedDict()
        """By the time when it was written."""
        self._filled = asyncio.Event()
        self._is_closing = False
        self._complained_s: float | None = None
        self._batch = BATCH
        self._scope = TaskScope("call audit")

    def note(self, command: Asked, room: RoomId, address: str) -> None:
        """It was done. Never blocks, never raises."""
        fields = fields_of(command)
        if fields is None:
            return
        now_s = self._clock.monotonic_s()
        act = CallAct(
            room=room, participant=command.participant, address=address, at=int(self._clock.unix_s()), fields=fields
        )
        key = (room, command.participant, address, fields)
        repeated = self._repeated.get(key)
        if repeated is not None and now_s - repeated.since_s < REPEATED_WITHIN_S:
            repeated.times += 1
            repeated.last = act
            self._counters.add("audit_call_acts_repeated")
            return
        if repeated is not None:
            self._tell(self._repeated.pop(key))
        elif len(self._repeated) >= MAX_REPEATED:
            self._tell(self._repeated.popitem(last=False)[1])
        self._repeated[key] = _Repeated(now_s)
        self._put(act)

    def __len__(self) -> int:
        """Not written yet."""
        return len(self._waiting)

    def _put(self, act: CallAct) -> None:
        if len(self._waiting) >= MAX_WAITING:
            self._counters.add("audit_call_acts_dropped")
            self._complain("audit_full")
            return
        self._waiting.append(act)
        self._filled.set()

    def _tell(self, repeated: _Repeated) -> None:
        if repeated.last is not None:
            said = f"times={repeated.times}"
            self._put(msgspec.structs.replace(repeated.last, fields=(*repeated.last.fields, said)))

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def __aenter__(self) -> CallAudit:
        self._scope.start(self._run(), "call audit")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closing = True
        self._filled.set()
        await self._scope.settle(LAST_WRITE_S)
        await self._scope.close()
        if self._waiting:
            logger.error("audit_left_unwritten notes=%d", len(self._waiting))

    async def _run(self) -> None:
        while not self._is_closing or self._waiting or self._repeated:
            if not self._waiting:
                await self._until_filled()
            self._tell_repeated()
            if not self._waiting:
                continue
            if not self._is_closing:
                await asyncio.sleep(WRITE_WITHIN_S)
            if not await self._write():
                await asyncio.sleep(RETRY_S)

    async def _until_filled(self) -> None:
        """Or until something that was repeated is to be told."""
        self._filled.clear()
        if self._is_closing:
            return
        wait_s: float | None = None
        if self._repeated:
            oldest = next(iter(self._repeated.values()))
            wait_s = max(0.0, oldest.since_s + REPEATED_WITHIN_S - self._clock.monotonic_s())
        try:
            async with asyncio.timeout(wait_s):
                await self._filled.wait()
        except TimeoutError:
            pass

    def _tell_repeated(self) -> None:
        before_s = self._clock.monotonic_s() - REPEATED_WITHIN_S
        while self._repeated:
            key, oldest = next(iter(self._repeated.items()))
            if oldest.since_s > before_s and not self._is_closing:
                return
            del self._repeated[key]
            self._tell(oldest)

    async def _write(self) -> bool:
        """False when the store did not take it; it waits again then."""
        acts = [self._waiting[at] for at in range(min(self._batch, len(self._waiting)))]
        try:
            await self._store.append_acts(acts)
        except Refused as error:
            self._counters.add("audit_notes_refused")
            self._complain(f"audit_failing reason={error.text}")
            return False
        except VdxError as error:
            if len(acts) > 1:  # one of them is never taken; it must not keep back the others
                self._batch = 1
                return True
            self._counters.add("audit_call_acts_rejected")
            logger.error("audit_note_rejected reason=%s", error.text)
        else:
            self._counters.add("audit_notes", len(acts))
        for _ in acts:
            self._waiting.popleft()
        if not self._waiting:
            self._batch = BATCH
        return True

    def _complain(self, what: str) -> None:
        now_s = self._clock.monotonic_s()
        if self._complained_s is None or now_s - self._complained_s >= COMPLAIN_EVERY_S:
            self._complained_s = now_s
            logger.error("%s waiting=%d", what, len(self._waiting))


def fields_of(command: Asked) -> tuple[str, ...] | None:
    """What the log says of it; None: it is not noted. Raises: KeyError for a command that does not say."""
    kind = type(command)
    audited = AUDITED[kind]
    match audited:
        case NotNoted():
            return None
        case Noted(says):
            inner = getattr(command, "command", command)
            told = ((name, getattr(inner, name)) for name in says)
            return (kind.__name__, *(f"{name}={_word(value)}" for name, value in told if value is not None))
        case NotedChange():
            names = (name for name in kind.__struct_fields__ if name != "participant")
            return (kind.__name__, *(name for name in names if getattr(command, name) is not None))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.value if isinstance(value, Enum) else value)
