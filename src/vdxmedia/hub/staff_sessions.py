"""Who is signed in at the staff page: in memory, by the hash of what the browser's cookie holds.

In memory, because a restart then ends all sessions and nothing of them is in a backup; where the organisation's login
still knows the person, signing in again is one redirect. A session ends when nothing was heard of it for a while
(`idle_s`; an open page asks every few seconds), and in any case after `lifetime_s`: what a person may was asked at its
beginning. Full: the session that was not heard of for longest goes.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict

import msgspec

from vdxmedia.booking.callers import Caller
from vdxmedia.clock import Clock
from vdxmedia.hub.counters import Counters

MAX_SESSIONS = 10_000
"""About 10 MB."""
MAX_OF_ONE = 16
"""Of one person: a ward's tablets and the own computer."""
TOKEN_BYTES = 32
MAX_TOKEN_CHARS = 64


class StaffSession(msgspec.Struct, frozen=True, kw_only=True):
    caller: Caller
    person: str
    """Issuer and subject: whom the sessions are counted for."""
    name: str
    """As the person is called; empty: not told."""
    ends_at_s: float
    """Monotonic."""
    account: str = ""
    """Of a person who has a password here (`staff_accounts`); empty: signed in elsewhere."""
    generation: str = ""
    """Of the account's password."""


class StaffSessions:
    """Event loop only."""

    def __init__(self, clock: Clock, counters: Counters, *, idle_s: float, lifetime_s: float) -> None:
        self._clock = clock
        self._counters = counters
        self._idle_s = idle_s
        self._lifetime_s = lifetime_s
        self._sessions: OrderedDict[bytes, tuple[StaffSession, float]] = OrderedDict()
        """With when it was last heard of, monotonic; in that order."""

    def __len__(self) -> int:
        return len(self._sessions)

    def begin(
        self,
        caller: Caller,
        *,
        person: str,
        name: str = "",
        instead_of: str = "",
        account: str = "",
        generation: str = "",
    ) -> str:
        """The new session's token, for the cookie. `instead_of`: a token that the browser has shown; it is worth
        nothing any more, whose ever it was."""
        self.end(instead_of)
        self._forget_old()
        own = [key for key, (session, _) in self._sessions.items() if session.person == person]
        if len(own) >= MAX_OF_ONE:
            self._drop(own[0])
        elif len(self._sessions) >= MAX_SESSIONS:
            self._drop(next(iter(self._sessions)))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now_s = self._clock.monotonic_s()
        session = StaffSession(
            caller=caller,
            person=person,
            name=name,
            ends_at_s=now_s + self._lifetime_s,
            account=account,
            generation=generation,
        )
        self._sessions[_key(token)] = session, now_s
        self._counters.add("staff_sign_ins")
        return token

    def find(self, token: str) -> StaffSession | None:
        """The session, which was heard of now; None: there is none any more."""
        key = _key(token)
        found = self._sessions.get(key)
        if found is None:
            return None
        session, heard_at_s = found
        now_s = self._clock.monotonic_s()
        if now_s >= min(session.ends_at_s, heard_at_s + self._idle_s):
            del self._sessions[key]
            return None
        self._sessions[key] = session, now_s
        self._sessions.move_to_end(key)
        return session

    def ends_at(self, session: StaffSession) -> float:
        """Unix seconds: its end, whatever is heard of it."""
        return self._clock.unix_s() + session.ends_at_s - self._clock.monotonic_s()

    def end(self, token: str) -> None:
        """Twice is fine."""
        self._sessions.pop(_key(token), None)

    def _forget_old(self) -> None:
        before_s = self._clock.monotonic_s() - self._idle_s
        while self._sessions:
            key, (_, heard_at_s) = next(iter(self._sessions.items()))
            if heard_at_s > before_s:
                return
            del self._sessions[key]

    def _drop(self, key: bytes) -> None:
        del self._sessions[key]
        self._counters.add("staff_sessions_dropped")


def _key(token: str) -> bytes:
    """256 random bits need no slow hash."""
    return hashlib.sha256(token[:MAX_TOKEN_CHARS].encode("utf-8", "surrogateescape")).digest()
