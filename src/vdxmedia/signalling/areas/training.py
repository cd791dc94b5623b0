"""Who sees whom: the spotlight, and each person's consent to be seen by more people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, assert_never

from vdxmedia.conference import visibility
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.consent import Consent as Consent
from vdxmedia.conference.documents import StageDocument
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire


class Question(StrEnum):
    """What one can be asked to agree to."""

    VISIBILITY = "visibility"
    """To be known, seen and heard by the other guests."""
    SPOTLIGHT = "spotlight"
    """To be shown to everybody."""


class Spotlight(Wire, frozen=True, tag="spotlight"):
    """A host shows one person to everybody; null: nobody. A guest whom guests do not see is asked first."""

    participant_id: Id | None


class AnswerConsent(Wire, frozen=True, tag="answerConsent"):
    """Yes or no to what one is asked; may be changed later. A no to what holds ends it at once."""

    question: Question
    agrees: bool


class Stage(Wire, frozen=True, tag="stage"):
    """Who is to be shown big, whoever speaks; null: nobody."""

    participant_id: Id | None


class Consents(Wire, frozen=True, tag="consents"):
    """What this person is asked, and how he answered."""

    visibility: Consent
    spotlight: Consent
    """`agreed`: he is shown to everybody now."""


class OpenConsent(Wire, frozen=True):
    participant_id: Id
    visibility: Consent
    spotlight: Consent


class ConsentList(Wire, frozen=True, tag="consentList"):
    """For hosts: who has not said yes to what he is asked, and who said no."""

    people: list[OpenConsent]


def _spotlight(message: Spotlight, asking: ParticipantId) -> Asked:
    target = None if message.participant_id is None else ParticipantId(message.participant_id)
    return visibility.Spotlight(asking, target)


def _answer(message: AnswerConsent, asking: ParticipantId) -> Asked:
    match message.question:
        case Question.VISIBILITY:
            return visibility.AnswerVisibility(asking, message.agrees)
        case Question.SPOTLIGHT:
            return visibility.AnswerSpotlight(asking, message.agrees)
        case _:
            assert_never(message.question)


def _stage(_: RoomId, document: StageDocument) -> Wire:
    return Stage(participant_id=document.spotlight)


def _consents(_: RoomId, document: visibility.ConsentDocument) -> Wire:
    return Consents(visibility=document.visibility, spotlight=document.spotlight)


def _list(_: RoomId, document: visibility.ConsentListDocument) -> Wire:
    return ConsentList(
        people=[
            OpenConsent(participant_id=one.participant, visibility=one.visibility, spotlight=one.spotlight)
            for one in document.people
        ]
    )


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    Spotlight: ((2.0, 10.0), _spotlight),
    AnswerConsent: ((2.0, 10.0), _answer),
}
DOCUMENTS: Mapping[type, Callable[[RoomId, Any], Wire]] = {
    StageDocument: _stage,
    visibility.ConsentDocument: _consents,
    visibility.ConsentListDocument: _list,
}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "nothing_asked": "Nobody asks this of you (any more).",
    "guests_are_private": "In this room guests are seen by hosts only: there is no spotlight for them.",
    "not_in_the_room": "This person waits, or is in a small group.",
}
