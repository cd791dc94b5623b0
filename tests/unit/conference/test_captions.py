"""Captions of a *skrivetolk*: who writes them, and who reads what."""

from __future__ import annotations

from tests.fakes.conferences import Told
from tests.fakes.words import (
    caption,
    captions,
    heard,
    refused,
    room,
    type_text,
)
from vdxmedia.conference import commands
from vdxmedia.conference.announcements_desk import (
    Announce,
)
from vdxmedia.conference.captions_desk import Captions, CaptionsDesk, LetWriteCaptions
from vdxmedia.conference.conference import RETURN_KEPT_S, SEAT_KEPT_S
from vdxmedia.ids import ParticipantId


def interpreted() -> Told:
    told = room(guests="a")
    told.join("s", function="Skrivetolk", media=False)
    return told


def test_captions_are_seen_while_written_and_said_when_finished() -> None:
    told = interpreted()
    assert captions(told, "a").writers == ("s",)
    caption(told, "s", "Velkom")
    assert [line.text for line in captions(told, "a").lines] == ["Velkom"]
    caption(told, "s", "men til mødet.", keep=6, is_finished=True)
    assert heard(told) == [("ahs", "s", "Velkommen til mødet.")]
    assert captions(told, "a").lines == ()
    caption(told, "s", "x")
    caption(told, "s", "")
    assert captions(told, "a").lines == ()
    assert refused(told, lambda: caption(told, "s", " ", is_finished=True)) == "validation_failed"
    assert refused(told, lambda: caption(told, "s", "y", keep=9)) == "out_of_step"


def test_captions_right_is_given_and_taken_by_hosts_only() -> None:
    told = interpreted()
    assert refused(told, lambda: caption(told, "a", "x")) == "no_caption_right"

    def let(by: str, other: str, *, is_allowed: bool) -> None:
        told.do(LetWriteCaptions(participant=ParticipantId(by), other=ParticipantId(other), is_allowed=is_allowed))

    assert refused(told, lambda: let("s", "a", is_allowed=True)) == "hosts_only"
    assert refused(told, lambda: let("h", "nobody", is_allowed=True)) == "participant_unknown"
    let("h", "a", is_allowed=True)
    caption(told, "s", "uaf")
    let("h", "s", is_allowed=False)
    assert captions(told, "h") == Captions(("a",), ())
    assert refused(told, lambda: caption(told, "s", "x")) == "no_caption_right"
    caption(told, "a", "tekst")
    told.leave("a")
    assert captions(told, "h") == Captions((), ())
    told.leave("s")


def test_who_only_says_that_he_writes_captions_writes_none() -> None:
    told = interpreted()
    told.join("t", function="skrivetolk", says_function_himself=True, media=False)
    assert refused(told, lambda: caption(told, "t", "x")) == "no_caption_right"
    caption(told, "s", "x")


def test_captions_line_ends_when_its_writers_seat_does() -> None:
    told = interpreted()
    caption(told, "s", "x")
    for name in "sa":
        told.do(commands.Disconnect(ParticipantId(name)))
    told.wait(SEAT_KEPT_S)
    assert captions(told, "h") == Captions(("s",), ())
    told.wait(RETURN_KEPT_S)
    assert captions(told, "h") == Captions((), ())


def test_captions_rights_survive_a_restart_and_no_words_do() -> None:
    told = interpreted()
    told.do(LetWriteCaptions(participant=ParticipantId("h"), other=ParticipantId("a"), is_allowed=True))
    caption(told, "a", "tekst")
    type_text(told, "a", "tekst")
    told.do(Announce(participant=ParticipantId("h"), text="tekst"))
    states = {desk.name: desk.state(told.now) for desk in told.conference._desks}
    assert "tekst" not in str(states)
    again = CaptionsDesk(told.conference._assembly)
    again.restore(states["captions"], 0.0)
    assert again.state(0.0) == {"a": True}
    for name in "as":
        again.joined(told.conference._assembly.people[ParticipantId(name)], 0.0)
    assert set(again._writers) == {"a", "s"}, "whom a host chose, and whom the booking names"
