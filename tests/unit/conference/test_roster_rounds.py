"""Between two rounds of the roster: what one who comes just then is told of those who came, went or were hidden."""

from __future__ import annotations

from tests.fakes.conferences import Told
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.events import ParticipantChanged, ParticipantJoined, ParticipantLeft
from vdxmedia.conference.roster import ROUND_S
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.ids import ParticipantId


def room() -> Told:
    """Anna and Bo are there, and a round has just been told: what comes now waits."""
    told = Told(Conference(RoomSettings()))
    told.join("a", media=False)
    told.join("b", media=False)
    told.wait(2 * ROUND_S)
    told.join("x", media=False)
    return told


def hide(told: Told, name: str, *, is_hidden: bool = True) -> None:
    assembly = told.conference._assembly
    one = assembly.find(ParticipantId(name))
    one.is_waiting = is_hidden
    assembly.permit(one)
    told.take(assembly.settle(told.now))


def listed(told: Told, name: str) -> set[str]:
    """Whom a snapshot names."""
    return {one.id for one in told.conference.snapshot(ParticipantId(name)).participants}


def heard(told: Told, name: str, since: int) -> list[tuple[str, str]]:
    said = []
    for event in told.events[since:]:
        if isinstance(event, ParticipantJoined | ParticipantChanged) and name in event.to:
            said.append((type(event).__name__, str(event.participant.id)))
        elif isinstance(event, ParticipantLeft) and name in event.to:
            said.append(("ParticipantLeft", str(event.participant)))
    return said


def test_newcomer_is_told_when_one_of_his_snapshot_goes_before_the_others_heard_of_him() -> None:
    told = room()
    told.join("c", media=False)
    told.join("n", media=False)
    assert "c" in listed(told, "n")
    since = len(told.events)
    told.leave("c")
    told.wait(ROUND_S)
    assert ("ParticipantLeft", "c") in heard(told, "n", since)
    assert not [pair for pair in heard(told, "a", 0) if pair[1] == "c"], "who never heard of him does not now"


def test_newcomer_hears_nothing_of_who_was_hidden_before_he_came() -> None:
    told = room()
    hide(told, "b")
    told.join("n", media=False)
    assert "b" not in listed(told, "n")
    told.wait(ROUND_S)
    assert not [pair for pair in heard(told, "n", 0) if pair[1] == "b"]
    assert ("ParticipantLeft", "b") in heard(told, "a", 0)


def test_newcomer_hears_nothing_of_who_came_and_was_hidden_since_the_last_round() -> None:
    told = room()
    told.join("c", media=False)
    hide(told, "c")
    told.join("n", media=False)
    assert "c" not in listed(told, "n")
    told.leave("c")
    told.wait(ROUND_S)
    assert not [pair for name in ("a", "n") for pair in heard(told, name, 0) if pair[1] == "c"]


def test_newcomer_hears_of_who_was_hidden_when_he_came_and_is_not_any_more() -> None:
    told = room()
    hide(told, "b")
    told.join("n", media=False)
    hide(told, "b", is_hidden=False)
    told.wait(ROUND_S)
    assert ("ParticipantJoined", "b") in heard(told, "n", 0)


def test_one_who_is_let_in_hears_nothing_of_who_was_hidden_just_before() -> None:
    told = room()
    hide(told, "x")
    told.wait(2 * ROUND_S)
    told.join("y", media=False)
    hide(told, "b")
    since = len(told.events)
    hide(told, "x", is_hidden=False)
    told.wait(ROUND_S)
    assert not [pair for pair in heard(told, "x", since) if pair[1] == "b"]
    assert ("ParticipantJoined", "a") in heard(told, "x", since)


def test_one_who_may_know_nobody_any_more_is_told_so_of_all_his_snapshot() -> None:
    told = room()
    told.join("c", media=False)
    told.join("n", media=False)
    assert "c" in listed(told, "n")
    since = len(told.events)
    hide(told, "n")
    left = {who for kind, who in heard(told, "n", since) if kind == "ParticipantLeft"}
    assert left >= {"a", "b", "x", "c"}


def test_nobody_is_told_of_one_who_came_and_went_between_two_rounds() -> None:
    told = room()
    told.join("c", media=False)
    told.join("n", media=False)
    assert "c" in listed(told, "n")
    told.leave("c")
    told.leave("n")
    told.wait(ROUND_S)
    assert not [pair for pair in heard(told, "a", 0) if pair[1] in "cn"]
