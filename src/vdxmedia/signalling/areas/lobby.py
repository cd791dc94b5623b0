"""Waiting and letting in: what those who wait are told, and what hosts see of them and can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from vdxmedia.conference import events, lobby_desk
from vdxmedia.conference.lobby_desk import MAX_NOTICE_CHARS
from vdxmedia.conference.waiting import WaitReason as WaitReason
from vdxmedia.hub.client import Waiting as WaitingSeat
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire

Line = Annotated[str, Meta(max_length=MAX_NOTICE_CHARS)]


class Waiting(Wire, frozen=True, tag="waiting"):
    """The answer to `join` of somebody who must wait; also sent by itself when it is different, and to one who had a
    seat and waits now. He is told nothing else of the room, and may send `leave`, `renewToken`, and `join` again after
    `admitted`."""

    participant_id: Id
    session: str
    """For `resume` in the next `join`: the place in the row is kept for 30 s."""
    reason: WaitReason
    since: float
    """Unix seconds."""
    notice: str
    """What a host says to those who wait."""
    token: str = ""
    """A fresh token for the next connect; empty when it is sent by itself."""
    token_expires_at: float = 0.0


class Admitted(Wire, frozen=True, tag="admitted"):
    """Send `join` again, with `resume`, on the same connection within 30 s."""


class Refused(Wire, frozen=True, tag="refused"):
    """Before `ended`: a host has not let this person in."""

    reason: str
    """The host's words; perhaps empty."""


class Admit(Wire, frozen=True, tag="admit"):
    """A host of an admitting organisation lets somebody in."""

    waiting_id: Id


class AdmitAll(Wire, frozen=True, tag="admitAll"):
    """Everybody who waits, as far as there are places."""


class RefuseWaiting(Wire, frozen=True, tag="refuseWaiting"):
    waiting_id: Id
    reason: Line = ""
    barred: bool = False
    """He may not come again, as far as his link or his device tells who he is."""


class SayToWaiting(Wire, frozen=True, tag="sayToWaiting"):
    """Shown to those who wait until another is said; empty: nothing."""

    text: Line


class LockRoom(Wire, frozen=True, tag="lockRoom"):
    """Only hosts come in; all others wait, also those who were in before."""

    locked: bool


class WaitingPerson(Wire, frozen=True):
    id: Id
    name: str
    organisation: str
    function: str
    since: float
    """Unix seconds."""
    away: bool
    """The connection is lost for the moment."""


class Lobby(Wire, frozen=True, tag="lobby"):
    """To hosts: who waits, first come first."""

    locked: bool
    may_admit: bool
    """This host's organisation lets people in."""
    notice: str
    waiting: list[WaitingPerson]


def waiting_of(seat: WaitingSeat, *, token: str = "", token_expires_at: float = 0.0) -> Waiting:
    told = seat.told
    return Waiting(
        participant_id=seat.participant,
        session=seat.session,
        reason=told.reason,
        since=told.since,
        notice=told.notice,
        token=token,
        token_expires_at=token_expires_at,
    )


def waiting_again(told: events.WaiterTold) -> Waiting:
    """Without the secret, which he has."""
    return Waiting(
        participant_id=told.participant, session="", reason=told.reason, since=told.since, notice=told.notice
    )


def _lobby(_: RoomId, told: lobby_desk.LobbyDocument) -> Lobby:
    waiting = [
        WaitingPerson(
            id=one.id,
            name=one.name,
            organisation=one.organisation,
            function=one.function,
            since=one.since,
            away=one.is_away,
        )
        for one in told.waiting
    ]
    return Lobby(locked=told.is_locked, may_admit=told.may_admit, notice=told.notice, waiting=waiting)


def _admit(message: Admit, asking: ParticipantId) -> lobby_desk.Admit:
    return lobby_desk.Admit(asking, ParticipantId(message.waiting_id))


def _admit_all(_: AdmitAll, asking: ParticipantId) -> lobby_desk.AdmitAll:
    return lobby_desk.AdmitAll(asking)


def _refuse(message: RefuseWaiting, asking: ParticipantId) -> lobby_desk.RefuseWaiting:
    return lobby_desk.RefuseWaiting(asking, ParticipantId(message.waiting_id), message.reason, message.barred)


def _say(message: SayToWaiting, asking: ParticipantId) -> lobby_desk.SayToWaiting:
    return lobby_desk.SayToWaiting(asking, message.text)


def _lock(message: LockRoom, asking: ParticipantId) -> lobby_desk.SetLock:
    return lobby_desk.SetLock(asking, message.locked)


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    Admit: ((5.0, 30.0), _admit),
    AdmitAll: ((1.0, 5.0), _admit_all),
    RefuseWaiting: ((5.0, 30.0), _refuse),
    SayToWaiting: ((1.0, 5.0), _say),
    LockRoom: ((2.0, 10.0), _lock),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {lobby_desk.LobbyDocument: (Lobby, _lobby)}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "must_wait": "A host lets people in: wait for `admitted`.",
    "barred": "A host has removed this person, or has not let him in, for good.",
}
