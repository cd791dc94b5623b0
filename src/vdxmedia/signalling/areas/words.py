"""Words in writing: chat, lines as they are typed, captions, reactions, announcements. Nothing of it is kept or logged.

A line that is typed goes to the server as edits (what stays of it, what comes after) and to the readers as a document
with all lines that are open, whole: so a reader who was away, or who is slow, has them right without asking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta

from vdxmedia.conference import announcements_desk, captions_desk, chat_desk, reactions_desk
from vdxmedia.conference.announcements_desk import MAX_ANNOUNCEMENT_CHARS
from vdxmedia.conference.kinds import Addressee as Addressee
from vdxmedia.conference.kinds import Reaction as Reaction
from vdxmedia.conference.words import MAX_LINE_CHARS, MAX_MESSAGE_CHARS, OpenLine, Target
from vdxmedia.errors import BadField
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling.wire import Id, Wire

LineText = Annotated[str, Meta(max_length=MAX_LINE_CHARS)]
Position = Annotated[int, Meta(ge=0, le=MAX_LINE_CHARS)]
"""In Unicode code points, not in UTF-16 units."""


class WriteChat(Wire, frozen=True, kw_only=True, tag="writeChat"):
    """Say something in writing; it comes back as `chat`, to the writer too. The writer's open line is closed."""

    to: Addressee
    participant_id: Id | None = None
    """With `one`."""
    text: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE_CHARS)]


class TypeText(Wire, frozen=True, kw_only=True, tag="typeText"):
    """Show what is being typed. The open line is, from its `keep`th character on, `text`; an empty line is closed.

    Send at most four a second, with all that was typed meanwhile. After `out_of_step` (nothing was changed), after a
    reconnect, and for another addressee: the whole line, with `keep` 0.
    """

    to: Addressee
    participant_id: Id | None = None
    keep: Position
    text: LineText


class TypeCaption(Wire, frozen=True, kw_only=True, tag="typeCaption"):
    """The same for captions. `finished`: the line is said as it is now, by `caption`, and the next one begins."""

    keep: Position
    text: LineText
    finished: bool = False


class LetWriteCaptions(Wire, frozen=True, tag="letWriteCaptions"):
    """A host gives somebody the right to write captions, or takes it away, also from who has it by function."""

    participant_id: Id
    allowed: bool


class React(Wire, frozen=True, tag="react"):
    reaction: Reaction


class Announce(Wire, frozen=True, tag="announce"):
    """A host says something to everybody that stays in view until `takeAnnouncementAway`."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_ANNOUNCEMENT_CHARS)]


class TakeAnnouncementAway(Wire, frozen=True, tag="takeAnnouncementAway"):
    number: int


class Chat(Wire, frozen=True, tag="chat"):
    """Somebody has written. Plain text with line feeds; show it as text, never as markup."""

    participant_id: Id
    name: str
    to: Addressee
    other_id: Id | None
    """With `one`: to whom."""
    text: str


class Caption(Wire, frozen=True, tag="caption"):
    """A line of captions is finished."""

    participant_id: Id
    text: str


class ShownReaction(Wire, frozen=True):
    participant_id: Id
    reaction: Reaction


class Reactions(Wire, frozen=True, tag="reactions"):
    """Show each for a few seconds; at most four messages a second."""

    reactions: list[ShownReaction]


class TypedLine(Wire, frozen=True):
    participant_id: Id
    """Who is typing; perhaps this client's own."""
    to: Addressee
    text: str


class OpenLines(Wire, frozen=True, tag="openLines"):
    """All lines that are being typed for this client to see, oldest first. At most 20."""

    lines: list[TypedLine]


class Captions(Wire, frozen=True, tag="captions"):
    """Who may write captions (nobody: there are none to be switched on), and the lines that are being written."""

    writers: list[Id]
    lines: list[TypedLine]


class Announcement(Wire, frozen=True):
    number: int
    text: str


class Announcements(Wire, frozen=True, tag="announcements"):
    announcements: list[Announcement]
    """Oldest first; at most three."""


def _target(message: WriteChat | TypeText) -> Target:
    """Raises: BadField."""
    if (message.to is Addressee.ONE) != (message.participant_id is not None):
        raise BadField("with `one`, and only then", field="$.participantId")
    return Target(message.to, None if message.participant_id is None else ParticipantId(message.participant_id))


def _lines(lines: tuple[OpenLine, ...]) -> list[TypedLine]:
    return [TypedLine(participant_id=line.participant, to=line.to, text=line.text) for line in lines]


def _captions(_: RoomId, told: captions_desk.Captions) -> Wire:
    return Captions(writers=list(told.writers), lines=_lines(told.lines))


def _announcements(_: RoomId, told: announcements_desk.Announcements) -> Wire:
    return Announcements(announcements=[Announcement(number=number, text=text) for number, text in told.announcements])


COMMANDS: Mapping[type[Wire], tuple[tuple[float, float], Callable[[Any, ParticipantId], Any]]] = {
    WriteChat: (
        (1.0, 5.0),
        lambda message, asking: chat_desk.WriteChat(participant=asking, target=_target(message), text=message.text),
    ),
    TypeText: (
        (6.0, 12.0),
        lambda message, asking: chat_desk.TypeText(
            participant=asking, target=_target(message), keep=message.keep, text=message.text
        ),
    ),
    TypeCaption: (
        (6.0, 12.0),
        lambda message, asking: captions_desk.TypeCaption(
            participant=asking, keep=message.keep, text=message.text, is_finished=message.finished
        ),
    ),
    LetWriteCaptions: (
        (2.0, 10.0),
        lambda message, asking: captions_desk.LetWriteCaptions(
            participant=asking, other=ParticipantId(message.participant_id), is_allowed=message.allowed
        ),
    ),
    React: (
        (1.0, 5.0),
        lambda message, asking: reactions_desk.React(participant=asking, reaction=message.reaction),
    ),
    Announce: (
        (0.5, 5.0),
        lambda message, asking: announcements_desk.Announce(participant=asking, text=message.text),
    ),
    TakeAnnouncementAway: (
        (2.0, 10.0),
        lambda message, asking: announcements_desk.TakeAnnouncementAway(participant=asking, number=message.number),
    ),
}
DOCUMENTS: Mapping[type, tuple[type[Wire], Callable[[RoomId, Any], Wire]]] = {
    chat_desk.OpenLines: (OpenLines, lambda room, told: OpenLines(lines=_lines(told.lines))),
    captions_desk.Captions: (Captions, _captions),
    announcements_desk.Announcements: (Announcements, _announcements),
}
UTTERANCES: Mapping[type, Callable[[Any], Wire]] = {
    chat_desk.ChatWritten: lambda said: Chat(
        participant_id=said.participant, name=said.name, to=said.to, other_id=said.other, text=said.text
    ),
    captions_desk.CaptionWritten: lambda said: Caption(participant_id=said.participant, text=said.text),
    reactions_desk.ReactionsShown: lambda said: Reactions(
        reactions=[ShownReaction(participant_id=who, reaction=reaction) for who, reaction in said.reactions]
    ),
}
ANSWERS: Mapping[type, Callable[[Any], Wire]] = {}
ERRORS: Mapping[str, str] = {
    "chat_off": "The room does not let this person write to those people.",
    "out_of_step": "The open line is another than the client thinks: send it whole.",
    "participant_away": "The reader's connection is away, and what is written is not kept. Try later.",
    "no_caption_right": "Only who has the right from the booking or a host writes captions.",
    "announcements_full": "Three announcements stand already: take one away first.",
}
