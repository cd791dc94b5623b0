"""Remembers what was answered to a participant's last commands, so that one that comes twice is carried out once.

Refusals are remembered as answers are. Bounded per participant, so that nobody's commands push out another's; the
number of participants is the conference's. Left out: the store. After a restart of the server a repeated command is
carried out again; of all commands only `ExtendTurn` then does more than it did the first time.
"""

from __future__ import annotations

from vdxmedia.conference.floor_commands import FloorAnswer, FloorCommand
from vdxmedia.errors import BadInput, NotFound, Refused
from vdxmedia.ids import ParticipantId

MAX_ANSWERS = 16
"""Kept per participant and floor (guess: a client repeats what it sent within one lost connection)."""


class FloorAnswers:
    """Memory of one floor. Task-safe: no."""

    def __init__(self) -> None:
        self._kept: dict[ParticipantId, dict[str, tuple[FloorCommand, FloorAnswer | Refused | NotFound]]] = {}
        """Per participant and command id, oldest first."""

    def recall(self, command: FloorCommand) -> FloorAnswer | None:
        """None: this command was not seen.

        Raises: the refusal that it was given; BadInput (`command_id_reused`) when the id was another command's.
        """
        kept = self._kept.get(command.by, {}).get(command.command_id)
        if kept is None:
            return None
        known, answer = kept
        if known != command:
            raise BadInput("this commandId was another command's: choose a new one", code="command_id_reused")
        if isinstance(answer, FloorAnswer):
            return answer
        raise _again(answer)

    def keep(self, command: FloorCommand, answer: FloorAnswer | Refused | NotFound) -> None:
        if not command.command_id:
            return
        if not isinstance(answer, FloorAnswer):
            answer = _again(answer)
        answers = self._kept.setdefault(command.by, {})
        answers[command.command_id] = (command, answer)
        if len(answers) > MAX_ANSWERS:
            del answers[next(iter(answers))]

    def forget(self, participant: ParticipantId) -> None:
        self._kept.pop(participant, None)


def _again(refusal: Refused | NotFound) -> Refused | NotFound:
    """The same refusal, without the frames of where it was raised."""
    return type(refusal)(refusal.text, code=refusal.code)
