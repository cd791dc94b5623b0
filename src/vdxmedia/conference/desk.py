"""A desk: one concern of a conference (the floor, the lobby, …) with its commands, its documents and its state.

The conference hands a desk the commands it names in `handlers`, tells it who comes and goes, and asks it for the time
when something is due. A desk changes only its own state and what it says to the `Assembly`; it does not know other
desks. A handler that raises must have changed nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked, FilmHeard
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import RoomSettings

Handler = Callable[[Any, float], None]
"""Takes the command and the time. Raises: VdxError."""


class Desk:
    """Base: does nothing."""

    name: str
    """Of its part of the stored state."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly = assembly

    @abstractmethod
    def handlers(self) -> Mapping[type[Asked], Handler]:
        """Which commands are this desk's."""

    def opened(self, now_s: float) -> None:
        """The conference begins; the first documents are put."""

    def joined(self, participant: Participant, now_s: float) -> None: ...

    def check_source_on(self, participant: Participant, kind: SourceKind) -> None:
        """Whether he may open it now. Raises: VdxError."""

    def lost(self, participant: Participant, now_s: float) -> None:
        """His connection is away."""

    def back(self, participant: Participant, now_s: float) -> None:
        """It is there again, before or after `away`."""

    def away(self, participant: Participant, now_s: float) -> None:
        """The seat's time is over; he may still come back."""

    def left(self, participant: Participant, now_s: float) -> None:
        """He is no longer among the people."""

    def waiters_changed(self, now_s: float) -> None:
        """Somebody waits in the lobby, or no longer, or his connection is away or back."""

    def role_changed(self, participant: Participant, now_s: float) -> None: ...

    def permitted(self, participant: Participant, now_s: float) -> None:
        """He may know, hear and see others than before, or others him."""

    def film_heard(self, heard: FilmHeard, now_s: float) -> None: ...

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        """`assembly.settings` are the new ones."""

    def deadline(self) -> float | None:
        """When `timeout` is due."""
        return None

    def timeout(self, now_s: float) -> None:
        """Does what is due; too early is fine."""

    def state(self, now_s: float) -> Any:
        """What must survive a restart, as plain JSON values without words of people; None: nothing."""
        return None

    def restore(self, state: Any, now_s: float) -> None:
        """Before anybody has joined. Raises: msgspec.ValidationError when it is not a state of this desk."""
