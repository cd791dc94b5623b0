"""Sessions of the staff page: when they end, how many there are, and that their tokens are not kept."""

from __future__ import annotations

import pytest

from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.clock import ManualClock
from vdxmedia.hub import staff_sessions
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.staff_sessions import MAX_OF_ONE, StaffSessions

CALLER = Caller(organisation="dev", email="anna@example.dk", roles=frozenset({CallerRole.USER}))


def made(clock: ManualClock, counters: Counters | None = None) -> StaffSessions:
    return StaffSessions(clock, counters or Counters(), idle_s=3600, lifetime_s=36_000)


def test_session_ends_when_nothing_was_heard_of_it_and_not_before() -> None:
    clock = ManualClock()
    sessions = made(clock)
    token = sessions.begin(CALLER, person="anna")
    clock.advance(3599)
    assert sessions.find(token) is not None
    clock.advance(3599)
    assert sessions.find(token) is not None  # it was heard of
    clock.advance(3600)
    assert sessions.find(token) is None
    assert len(sessions) == 0


def test_session_ends_after_a_working_day_however_busy() -> None:
    clock = ManualClock()
    sessions = made(clock)
    token = sessions.begin(CALLER, person="anna")
    session = sessions.find(token)
    assert session is not None
    assert sessions.ends_at(session) == clock.unix_s() + 36_000
    for _ in range(35):
        clock.advance(1000)
        assert sessions.find(token) is not None
    clock.advance(1000)
    assert sessions.find(token) is None


def test_token_of_before_is_worth_nothing_once_another_session_has_begun_in_its_place() -> None:
    sessions = made(ManualClock())
    first = sessions.begin(CALLER, person="anna")
    second = sessions.begin(CALLER, person="anna", instead_of=first)
    assert sessions.find(first) is None
    assert sessions.find(second) is not None
    sessions.end(second)
    sessions.end(second)
    assert sessions.find(second) is None


def test_tokens_are_long_differ_and_are_not_in_what_is_kept() -> None:
    sessions = made(ManualClock())
    tokens = {sessions.begin(CALLER, person=f"person {number}") for number in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 43 for token in tokens)
    kept = repr(vars(sessions))
    assert not any(token in kept for token in tokens)
    assert sessions.find("") is None
    assert sessions.find("\udcff" * 100_000) is None


def test_one_person_has_so_many_sessions_and_the_one_unheard_for_longest_goes() -> None:
    clock, counters = ManualClock(), Counters()
    sessions = made(clock, counters)
    other = sessions.begin(CALLER, person="bent")
    tokens = []
    for _ in range(MAX_OF_ONE):
        tokens.append(sessions.begin(CALLER, person="anna"))
        clock.advance(1)
    assert sessions.find(tokens[0]) is not None  # heard of just now
    sessions.begin(CALLER, person="anna")
    assert sessions.find(tokens[1]) is None
    assert sessions.find(tokens[0]) is not None
    assert sessions.find(other) is not None
    assert counters.totals()["staff_sessions_dropped"] == 1


def test_full_house_lets_the_longest_unheard_go_after_those_that_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff_sessions, "MAX_SESSIONS", 100)
    clock = ManualClock()
    sessions = made(clock)
    most = 100
    tokens = [sessions.begin(CALLER, person=str(number // MAX_OF_ONE)) for number in range(most)]
    sessions.begin(CALLER, person="new")
    assert len(sessions) == most
    assert sessions.find(tokens[0]) is None
    clock.advance(3600)
    sessions.begin(CALLER, person="next day")
    assert len(sessions) == 1
