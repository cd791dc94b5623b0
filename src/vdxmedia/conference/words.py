"""What people write: who may write to whom, and a line while it is being typed. Nothing of it is kept or logged.

Real-time text (EN 301 549 §6.2): a writer's *open line* is seen while it is typed. An edit keeps the beginning of the
line and puts something else after it: typing, erasing and changing in the middle are all of that form. Positions count
Unicode code points, and cleaning replaces one character by one, so that both ends count alike.
"""

from __future__ import annotations

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.choices import ChatPolicy
from vdxmedia.conference.kinds import Addressee, Role
from vdxmedia.conference.names import each_plain
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.permissions import knows
from vdxmedia.errors import BadField, BadMessage, NotAllowed, NotFound
from vdxmedia.ids import ParticipantId

MAX_MESSAGE_CHARS = 1000
MAX_LINE_CHARS = 500
"""Of a line while it is open: it is told whole."""
MAX_OPEN_LINES = 20
"""That one person is shown at the same time, those opened first (guess: more can't be read)."""


class Target(msgspec.Struct, frozen=True):
    """Whom something is written to."""

    to: Addressee
    other: ParticipantId | None = None
    """With `ONE`."""


class OpenLine(msgspec.Struct, frozen=True):
    participant: ParticipantId
    """Who is typing."""
    to: Addressee
    text: str


class Line(msgspec.Struct):
    """Being typed."""

    target: Target
    text: str = ""


def edited(line: str, keep: int, text: str) -> str:
    """The line with `text` after its first `keep` characters.

    Raises: BadMessage `out_of_step` when the line is shorter, `message_too_large`.
    """
    if keep > len(line):
        raise BadMessage("the line here is shorter: send it whole", code="out_of_step")
    if keep + len(text) > MAX_LINE_CHARS:
        raise BadMessage(f"at most {MAX_LINE_CHARS} characters in a line", code="message_too_large")
    return line[:keep] + each_plain(text)


def not_empty(text: str) -> str:
    """Raises: BadField."""
    if not text:
        raise BadField("there is nothing in it", field="$.text")
    return text


def check_in(writer: Participant) -> None:
    """Who waits to be let in writes to nobody. Raises: NotAllowed `chat_off`."""
    if writer.is_waiting:
        raise NotAllowed("writing begins inside the room", code="chat_off")


def check_target(assembly: Assembly, writer: Participant, target: Target) -> None:
    """Whether the room lets him write to them. Somebody of whom he may not know is as if not there.

    Raises: NotAllowed `chat_off`, NotFound `participant_unknown`.
    """
    check_in(writer)
    settings, is_host = assembly.settings, writer.role is Role.HOST
    if settings.chat is ChatPolicy.OFF:
        raise NotAllowed("there is no chat in this room", code="chat_off")
    if target.to is Addressee.ALL and not is_host and settings.chat is not ChatPolicy.ALL:
        raise NotAllowed("guests write to hosts here", code="chat_off")
    if target.to is not Addressee.ONE:
        return
    if not is_host and not settings.private_chat:
        raise NotAllowed("guests do not write to one person here", code="chat_off")
    other = assembly.people.get(target.other) if target.other is not None else None
    if other is None or other is writer or not _know_each_other(writer, other):
        raise NotFound("no such participant in this conference", code="participant_unknown")
    if not is_host and other.role is Role.GUEST and settings.chat is not ChatPolicy.ALL:
        raise NotAllowed("guests write to hosts here", code="chat_off")


def is_for(reader: Participant, writer: Participant, target: Target) -> bool:
    """Whether what the writer writes to them is the reader's to read."""
    if target.to is Addressee.ALL:
        return is_read_by(reader, writer)
    if target.to is Addressee.HOSTS:
        return reader.role is Role.HOST and knows(reader.audience, writer.audience)
    return reader.id == target.other and _know_each_other(reader, writer)


def is_read_by(reader: Participant, writer: Participant) -> bool:
    """Of what somebody writes to all: who may know him, and is in the same group, if any."""
    return reader.group == writer.group and knows(reader.audience, writer.audience)


def view_of(reader: Participant) -> tuple[int, int | None]:
    """Those with the same view read the same of what is written to all."""
    return reader.audience.knows, reader.group


def readers(assembly: Assembly, writer: Participant, target: Target) -> list[Participant]:
    """Himself among them: so he sees his words where the others see them."""
    return [one for one in assembly.people.values() if one is writer or is_for(one, writer, target)]


def _know_each_other(one: Participant, other: Participant) -> bool:
    return knows(one.audience, other.audience) and knows(other.audience, one.audience)
