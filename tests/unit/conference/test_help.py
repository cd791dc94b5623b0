"""Calls for help, notes for the worst case, and the tick that somebody was recognised."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told
from tests.unit.conference.test_visibility import HOSTS, document, training
from vdxmedia.conference import commands
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.events import PersonRecognised
from vdxmedia.conference.help import (
    AnswerHelp,
    AskForHelp,
    HelpCallsDocument,
    OwnHelpDocument,
    PeopleNotesDocument,
    PersonNote,
    Recognise,
    WithdrawHelp,
)
from vdxmedia.conference.help_desk import HelpDesk
from vdxmedia.conference.kinds import Role
from vdxmedia.errors import BadField, NotAllowed, NotFound
from vdxmedia.ids import ParticipantId

NOTE = EmergencyNote("12 34 56 78", "Vej 1", "Bo")


def ask(room: Told, name: str) -> None:
    room.do(AskForHelp(ParticipantId(name)))


def answer(room: Told, name: str, *, asking: str = "h") -> None:
    room.do(AnswerHelp(ParticipantId(asking), ParticipantId(name)))


def calls(room: Told) -> list[tuple[str, float]]:
    told = document(room, "h", HelpCallsDocument)
    assert isinstance(told, HelpCallsDocument)
    return [(str(one.participant), one.since) for one in told.calls]


def own(room: Told, name: str) -> tuple[bool, str | None]:
    told = document(room, name, OwnHelpDocument)
    assert isinstance(told, OwnHelpDocument)
    return told.is_asked, told.answered_by


def notes(room: Told) -> list[PersonNote]:
    told = document(room, "h", PeopleNotesDocument)
    assert isinstance(told, PeopleNotesDocument)
    return list(told.people)


def join_with_note(room: Told, name: str) -> None:
    room.do(
        commands.Join(
            participant=ParticipantId(name),
            name=name,
            role=Role.GUEST,
            organisation="",
            function="",
            publish={},
            can_subscribe=True,
            video_slots=9,
            note=NOTE,
        )
    )


def test_call_stands_until_a_host_answers_it() -> None:
    room = training(HOSTS)
    room.wait(5)
    ask(room, "b")
    room.wait(5)
    ask(room, "a")
    assert calls(room) == [("b", 5.0), ("a", 10.0)]
    assert own(room, "b") == (True, None)
    answer(room, "b")
    assert calls(room) == [("a", 10.0)]
    assert own(room, "b") == (False, "h")
    ask(room, "b")
    assert own(room, "b") == (True, None)


def test_asking_and_answering_twice_is_one_call_and_one_answer() -> None:
    room = training(HOSTS)
    ask(room, "a")
    room.wait(5)
    ask(room, "a")
    assert calls(room) == [("a", 0.0)]
    answer(room, "a")
    answer(room, "a")
    assert calls(room) == []


def test_caller_takes_it_back() -> None:
    room = training(HOSTS)
    ask(room, "a")
    room.do(WithdrawHelp(ParticipantId("a")))
    room.do(WithdrawHelp(ParticipantId("a")))
    assert calls(room) == []
    assert own(room, "a") == (False, None)


def test_call_outlasts_a_lost_connection_and_ends_with_the_seat() -> None:
    room = training(HOSTS)
    ask(room, "a")
    room.do(commands.Disconnect(ParticipantId("a")))
    room.wait(60)
    assert calls(room) == [("a", 0.0)]
    room.wait(300)
    assert calls(room) == []


def test_calls_are_for_hosts_only() -> None:
    room = training(HOSTS)
    ask(room, "a")
    assert document(room, "b", HelpCallsDocument) is None
    assert own(room, "b") == (False, None)
    with pytest.raises(NotAllowed):
        answer(room, "a", asking="b")
    with pytest.raises(NotFound):
        answer(room, "x")


def test_note_is_told_to_hosts_and_goes_with_its_person() -> None:
    room = training(HOSTS)
    join_with_note(room, "c")
    assert notes(room) == [PersonNote(ParticipantId("c"), NOTE, False)]
    for name in "ac":
        assert document(room, name, PeopleNotesDocument) is None
    room.leave("c")
    assert notes(room) == []


def test_note_says_nothing_where_values_are_written() -> None:
    assert "34" not in repr(NOTE)
    assert "34" not in repr(commands.Reconnect(ParticipantId("a"), 9, NOTE))


def test_tick_is_told_to_hosts_and_to_the_hub_once() -> None:
    room = training(HOSTS)

    def tick(name: str, is_recognised: bool) -> list[PersonRecognised]:
        said = room.do(Recognise(ParticipantId("h"), ParticipantId(name), is_recognised))
        return [event for event in said if isinstance(event, PersonRecognised)]

    assert tick("a", True) == [PersonRecognised(ParticipantId("a"), True)]
    assert tick("a", True) == []
    assert notes(room) == [PersonNote(ParticipantId("a"), None, True)]
    assert tick("a", False) == [PersonRecognised(ParticipantId("a"), False)]
    assert notes(room) == []
    tick("b", True)
    room.leave("b")
    assert notes(room) == []
    with pytest.raises(BadField):
        tick("h", True)


def test_who_becomes_a_host_has_no_note_to_read_about_himself() -> None:
    room = training(HOSTS)
    join_with_note(room, "c")
    person = room.conference._assembly.find(ParticipantId("c"))
    person.role = Role.HOST
    desk = next(one for one in room.conference._desks if isinstance(one, HelpDesk))
    desk.role_changed(person, room.now)
    room.take(room.conference._assembly.settle(room.now))
    assert notes(room) == []


def test_call_and_tick_survive_a_restart_and_the_note_comes_again_with_the_token() -> None:
    room = training(HOSTS)
    join_with_note(room, "c")
    ask(room, "c")
    room.do(Recognise(ParticipantId("h"), ParticipantId("a"), True))
    room.wait(10)
    again = training(HOSTS, "")
    again.leave("h")
    again.now = 100.0
    kept = room.conference.kept(room.now)
    assert b"34" not in repr(kept).encode()
    again.take(again.conference.restore(kept, again.now))
    again.do(commands.Reconnect(ParticipantId("h"), 9))
    assert calls(again) == [("c", 90.0)]
    assert notes(again) == [PersonNote(ParticipantId("a"), None, True)]
    again.do(commands.Reconnect(ParticipantId("c"), 9, NOTE))
    assert PersonNote(ParticipantId("c"), NOTE, False) in notes(again)
