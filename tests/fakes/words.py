"""A room in which people write: what they do, and what each has read."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference
from vdxmedia.conference.announcements_desk import (
    Announcements,
)
from vdxmedia.conference.captions_desk import Captions, CaptionWritten, TypeCaption
from vdxmedia.conference.chat_desk import ChatWritten, OpenLines, TypeText, WriteChat
from vdxmedia.conference.choices import GuestVisibility
from vdxmedia.conference.events import DocumentChanged, Uttered
from vdxmedia.conference.kinds import Addressee, Reaction, Role
from vdxmedia.conference.reactions_desk import React, ReactionsShown
from vdxmedia.conference.words import Target
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId

ALL, HOSTS = Target(Addressee.ALL), Target(Addressee.HOSTS)
PRIVATE = {"guest_visibility": GuestVisibility.HOSTS}


def to(name: str) -> Target:
    return Target(Addressee.ONE, ParticipantId(name))


def room(*, guests: str = "ab", hosts: str = "h", **settings: object) -> Told:
    told = conference(**settings)
    for name in hosts:
        told.join(name, role=Role.HOST, media=False)
    for name in guests:
        told.join(name, media=False)
    return told


def write(told: Told, name: str, text: str = "hej", target: Target = ALL) -> None:
    told.do(WriteChat(participant=ParticipantId(name), target=target, text=text))


def type_text(told: Told, name: str, text: str, *, keep: int = 0, target: Target = ALL) -> None:
    told.do(TypeText(participant=ParticipantId(name), target=target, keep=keep, text=text))


def caption(told: Told, name: str, text: str, *, keep: int = 0, is_finished: bool = False) -> None:
    told.do(TypeCaption(participant=ParticipantId(name), keep=keep, text=text, is_finished=is_finished))


def react(told: Told, name: str, reaction: Reaction = Reaction.APPLAUSE) -> None:
    told.do(React(participant=ParticipantId(name), reaction=reaction))


def refused(told: Told, do: object) -> str:
    """The code; nothing may have been said."""
    said = len(told.events)
    with pytest.raises(VdxError) as caught:
        do()  # type: ignore[operator]
    assert len(told.events) == said
    return caught.value.code


def heard(told: Told) -> list[tuple[str, str, str]]:
    """Who was told, by whom, what, of all messages and captions."""
    return [
        ("".join(sorted(event.to)), event.utterance.participant, event.utterance.text)
        for event in told.events
        if isinstance(event, Uttered) and isinstance(event.utterance, ChatWritten | CaptionWritten)
    ]


def lines(told: Told, name: str) -> dict[str, str]:
    """As the client has them: what it was told, and what a snapshot would say, must be the same."""
    documents = {type(one): one for one in told.conference.snapshot(ParticipantId(name)).documents}
    document = documents[OpenLines]
    assert isinstance(document, OpenLines)
    told_last = [
        event.document
        for event in told.events
        if isinstance(event, DocumentChanged) and name in event.to and isinstance(event.document, OpenLines)
    ]
    assert not told_last or told_last[-1] == document
    return {line.participant: line.text for line in document.lines}


def captions(told: Told, name: str) -> Captions:
    (document,) = (one for one in told.conference.snapshot(ParticipantId(name)).documents if isinstance(one, Captions))
    return document


def announcements(told: Told, name: str) -> list[str]:
    documents = told.conference.snapshot(ParticipantId(name)).documents
    (document,) = (one for one in documents if isinstance(one, Announcements))
    return [text for _, text in document.announcements]


def reactions(told: Told, name: str) -> list[str]:
    """Message by message, who reacted, as this one was told."""
    return [
        "".join(who for who, _ in event.utterance.reactions)
        for event in told.events
        if isinstance(event, Uttered) and isinstance(event.utterance, ReactionsShown) and name in event.to
    ]
