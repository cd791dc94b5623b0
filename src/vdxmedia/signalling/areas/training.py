"""Group training: who sees whom, the spotlight, talks aside, small groups, and calls for help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, assert_never

from msgspec import Meta

from vdxmedia.conference import groups, help, visibility
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.consent import Consent as Consent
from vdxmedia.conference.documents import StageDocument
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.groups import MAX_GROUP_S, MAX_GROUPS
from vdxmedia.conference.groups import Whereabouts as Whereabouts
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire

MAX_IN_GROUP = 50
GroupOfPeople = Annotated[list[Id], Meta(min_length=1, max_length=MAX_IN_GROUP)]


class Question(StrEnum):
    """What one can be asked to agree to."""

    VISIBILITY = "visibility"
    """To be known, seen and heard by the other guests."""
    SPOTLIGHT = "spotlight"
    """To be shown to everybody."""
    GROUP = "group"
    """To be in a small group, where the others in it know, see and hear him."""


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


class StartAside(Wire, frozen=True, tag="startAside"):
    """A host talks with one person alone; nobody else hears it. The others keep the host's picture, or do not."""

    participant_id: Id
    keeps_picture: bool = True


class EndAside(Wire, frozen=True, tag="endAside"):
    """By either of the two."""


class FormGroups(Wire, frozen=True, tag="formGroups"):
    """A host sends people into small groups, instead of those that there are. Whom guests do not see is asked first."""

    groups: Annotated[list[GroupOfPeople], Meta(max_length=MAX_GROUPS)]
    seconds: Annotated[int, Meta(ge=0, le=MAX_GROUP_S)] = 0
    """Until all are back by themselves; 0: until a host ends it."""


class EndGroups(Wire, frozen=True, tag="endGroups"):
    """Everybody is in the large room again."""


class VisitGroup(Wire, frozen=True, tag="visitGroup"):
    """A host goes into a group; null: back."""

    group: Annotated[int, Meta(ge=0, lt=MAX_GROUPS)] | None


class MoveToGroup(Wire, frozen=True, tag="moveToGroup"):
    """A host sends one person into a group that there is; null: back. The others stay. Whom guests do not see is asked
    first."""

    participant_id: Id
    group: Annotated[int, Meta(ge=0, lt=MAX_GROUPS)] | None


class AskForHelp(Wire, frozen=True, tag="askForHelp"):
    """Hosts see and hear it until one of them answers."""


class WithdrawHelp(Wire, frozen=True, tag="withdrawHelp"):
    pass


class AnswerHelp(Wire, frozen=True, tag="answerHelp"):
    participant_id: Id


class Recognise(Wire, frozen=True, tag="recognise"):
    """A host ticks that this is the person expected; kept with the attendance, where that is kept."""

    participant_id: Id
    recognised: bool


class OwnGroup(Wire, frozen=True, tag="ownGroup"):
    """Where this person is."""

    place: Whereabouts
    consent: Consent
    """To the group that one is asked into."""
    participant_id: Id | None
    """With whom one talks aside."""
    ends_at: float | None
    """Unix seconds."""


class GroupMember(Wire, frozen=True):
    participant_id: Id
    consent: Consent
    """Anything but `agreed`: still in the large room."""


class Group(Wire, frozen=True):
    group: int
    aside: bool
    people: list[GroupMember]


class Groups(Wire, frozen=True, tag="groups"):
    """For hosts: who is where."""

    groups: list[Group]
    ends_at: float | None
    """Unix seconds."""


class AwayHosts(Wire, frozen=True, tag="awayHosts"):
    """Hosts who talk elsewhere for a moment, with whom is not told: they neither hear this person nor are heard."""

    hosts: list[Id]


class OwnHelp(Wire, frozen=True, tag="ownHelp"):
    asked: bool
    answered_by: Id | None
    """The host who has seen the last call."""


class HelpCall(Wire, frozen=True):
    participant_id: Id
    since: float
    """Unix seconds."""


class HelpCalls(Wire, frozen=True, tag="helpCalls"):
    """For hosts: who waits for help, longest first."""

    calls: list[HelpCall]


class PersonNote(Wire, frozen=True):
    participant_id: Id
    phone: str
    address: str
    relative: str
    recognised: bool


class PeopleNotes(Wire, frozen=True, tag="peopleNotes"):
    """For hosts: whom to send help to for somebody, and who was recognised; who is not named has neither."""

    people: list[PersonNote]


def _start_aside(message: StartAside, asking: ParticipantId) -> Asked:
    return groups.StartAside(asking, ParticipantId(message.participant_id), message.keeps_picture)


def _form(message: FormGroups, asking: ParticipantId) -> Asked:
    people = tuple(tuple(ParticipantId(one) for one in group) for group in message.groups)
    return groups.FormGroups(asking, people, message.seconds)


def _move(message: MoveToGroup, asking: ParticipantId) -> Asked:
    return groups.MoveToGroup(asking, ParticipantId(message.participant_id), message.group)


def _own_group(_: RoomId, document: groups.OwnGroupDocument) -> Wire:
    return OwnGroup(
        place=document.place, consent=document.consent, participant_id=document.other, ends_at=document.ends_at
    )


def _groups(_: RoomId, document: groups.GroupsDocument) -> Wire:
    return Groups(
        groups=[
            Group(
                group=one.group,
                aside=one.is_aside,
                people=[GroupMember(participant_id=who.participant, consent=who.consent) for who in one.people],
            )
            for one in document.groups
        ],
        ends_at=document.ends_at,
    )


def _own_help(_: RoomId, document: help.OwnHelpDocument) -> Wire:
    return OwnHelp(asked=document.is_asked, answered_by=document.answered_by)


def _help_calls(_: RoomId, document: help.HelpCallsDocument) -> Wire:
    return HelpCalls(calls=[HelpCall(participant_id=one.participant, since=one.since) for one in document.calls])


def _notes(_: RoomId, document: help.PeopleNotesDocument) -> Wire:
    people = []
    for one in document.people:
        note = one.note or EmergencyNote()
        people.append(
            PersonNote(
                participant_id=one.participant,
                phone=note.phone,
                address=note.address,
                relative=note.relative,
                recognised=one.is_recognised,
            )
        )
    return PeopleNotes(people=people)


def _spotlight(message: Spotlight, asking: ParticipantId) -> Asked:
    target = None if message.participant_id is None else ParticipantId(message.participant_id)
    return visibility.Spotlight(asking, target)


def _answer(message: AnswerConsent, asking: ParticipantId) -> Asked:
    match message.question:
        case Question.VISIBILITY:
            return visibility.AnswerVisibility(asking, message.agrees)
        case Question.SPOTLIGHT:
            return visibility.AnswerSpotlight(asking, message.agrees)
        case Question.GROUP:
            return groups.AnswerGroup(asking, message.agrees)
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
    StartAside: ((2.0, 10.0), _start_aside),
    EndAside: ((2.0, 10.0), lambda message, asking: groups.EndAside(asking)),
    FormGroups: ((1.0, 5.0), _form),
    EndGroups: ((2.0, 10.0), lambda message, asking: groups.EndGroups(asking)),
    VisitGroup: ((2.0, 10.0), lambda message, asking: groups.VisitGroup(asking, message.group)),
    MoveToGroup: ((5.0, 50.0), _move),
    AskForHelp: ((2.0, 10.0), lambda message, asking: help.AskForHelp(asking)),
    WithdrawHelp: ((2.0, 10.0), lambda message, asking: help.WithdrawHelp(asking)),
    AnswerHelp: (
        (5.0, 50.0),
        lambda message, asking: help.AnswerHelp(asking, ParticipantId(message.participant_id)),
    ),
    Recognise: (
        (5.0, 50.0),
        lambda message, asking: help.Recognise(asking, ParticipantId(message.participant_id), message.recognised),
    ),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {
    StageDocument: (Stage, _stage),
    visibility.ConsentDocument: (Consents, _consents),
    visibility.ConsentListDocument: (ConsentList, _list),
    groups.OwnGroupDocument: (OwnGroup, _own_group),
    groups.GroupsDocument: (Groups, _groups),
    groups.AwayHostsDocument: (AwayHosts, lambda _, document: AwayHosts(hosts=list(document.hosts))),
    help.OwnHelpDocument: (OwnHelp, _own_help),
    help.HelpCallsDocument: (HelpCalls, _help_calls),
    help.PeopleNotesDocument: (PeopleNotes, _notes),
}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "nothing_asked": "Nobody asks this of you (any more).",
    "guests_are_private": "In this room guests are seen by hosts only: there is no spotlight for them.",
    "not_in_the_room": "This person is in a small group, or talks aside.",
    "in_a_group": "You are in a group, or talk aside, yourself: leave it first.",
    "not_in_a_group": "You talk with nobody aside.",
    "group_unknown": "There is no such group (any more).",
    "groups_full": "There are as many groups and talks aside as there can be.",
}
