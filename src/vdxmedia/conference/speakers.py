"""Who is speaking, who spoke last, and who is the main speaker: smoothed, so that a cough moves nobody.

The relay says up to ten times a second who is audible. From that come three things with slower tempers:
- *established*: has been audible for half a second (gaps up to a second do not count as silence); only these may take
  somebody else's video slot;
- *main speaker*: the loudest established one; another takes over after being louder for 1.5 s, or at once when the
  present one has fallen silent. The main speaker stays while nobody speaks;
- *last spoke*: for choosing whose slot is given away.

Task-safe: no; owned by its conference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vdxmedia.ids import ParticipantId

ESTABLISHED_AFTER_S = 0.5
GAP_S = 1.0
TAKEOVER_AFTER_S = 1.5
NEVER = float("-inf")


@dataclass(slots=True)
class _Span:
    """One stretch of speech."""

    since_s: float
    last_s: float


class Speakers:
    """Feed it `heard` and, when `deadline()` passes, `tick`; both tell whether anything slow has changed."""

    def __init__(self) -> None:
        self._spans: dict[ParticipantId, _Span] = {}
        self._audible: tuple[ParticipantId, ...] = ()
        self._established: tuple[ParticipantId, ...] = ()
        self._main: ParticipantId | None = None
        self._former: ParticipantId | None = None
        self._challenger: ParticipantId | None = None
        self._challenge_since_s = 0.0

    def heard(self, audible: Sequence[ParticipantId], now_s: float) -> bool:
        """`audible` loudest first, each at most once."""
        for participant in self._audible:
            self._spans[participant].last_s = now_s
        for participant in audible:
            span = self._spans.get(participant)
            if span is None or now_s >= span.last_s + GAP_S:
                self._spans[participant] = _Span(now_s, now_s)
        self._audible = tuple(audible)
        return self.tick(now_s)

    def tick(self, now_s: float) -> bool:
        before = (self._established, self._main)
        loudest_first = [p for p in self._audible if self._is_established(p, now_s)]
        pausing = [p for p in self._spans if p not in self._audible and self._is_established(p, now_s)]
        self._established = (*loudest_first, *pausing)
        self._choose_main(loudest_first, now_s)
        return (self._established, self._main) != before

    def forget(self, participant: ParticipantId) -> None:
        self._spans.pop(participant, None)
        self._audible = tuple(p for p in self._audible if p != participant)
        self._established = tuple(p for p in self._established if p != participant)
        if self._challenger == participant:
            self._challenger = None
        if self._former == participant:
            self._former = None
        if self._main == participant:
            self._main, self._former = self._former, None

    def deadline(self) -> float | None:
        """When `tick` may change something although nothing new is heard."""
        # The sums here are those of the comparisons, so that a tick at the deadline never comes a rounding too early.
        times = []
        for participant, span in self._spans.items():
            if participant in self._established:
                if participant not in self._audible:
                    times.append(span.last_s + GAP_S)
            elif participant in self._audible:
                times.append(span.since_s + ESTABLISHED_AFTER_S)
        if self._challenger is not None:
            times.append(self._challenge_since_s + TAKEOVER_AFTER_S)
        return min(times, default=None)

    def is_established(self, participant: ParticipantId) -> bool:
        return participant in self._established

    def last_spoke_s(self, participant: ParticipantId) -> float:
        """When last audible; infinitely recent while audible, so that a long speech does not age."""
        if participant in self._audible:
            return float("inf")
        span = self._spans.get(participant)
        return NEVER if span is None else span.last_s

    @property
    def mains(self) -> tuple[ParticipantId | None, ParticipantId | None]:
        """The main speaker, and the one before: of which `main_for` chooses."""
        return self._main, self._former

    def main_for(self, viewer: ParticipantId) -> ParticipantId | None:
        """The main speaker; for the main speaker themselves, the one before."""
        return self._former if self._main == viewer else self._main

    def _is_established(self, participant: ParticipantId, now_s: float) -> bool:
        span = self._spans[participant]
        if participant in self._audible:
            return now_s >= span.since_s + ESTABLISHED_AFTER_S
        return now_s < span.last_s + GAP_S and span.last_s >= span.since_s + ESTABLISHED_AFTER_S

    def _choose_main(self, loudest_first: Sequence[ParticipantId], now_s: float) -> None:
        if not loudest_first or loudest_first[0] == self._main:
            self._challenger = None
            return
        challenger = loudest_first[0]
        if self._main is None or self._main not in self._established:
            self._take_over(challenger)
        elif challenger != self._challenger:
            self._challenger, self._challenge_since_s = challenger, now_s
        elif now_s >= self._challenge_since_s + TAKEOVER_AFTER_S:
            self._take_over(challenger)

    def _take_over(self, challenger: ParticipantId) -> None:
        self._former, self._main = self._main, challenger
        self._challenger = None
