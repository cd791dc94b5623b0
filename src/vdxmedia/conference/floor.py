"""Floor control (ordstyring): who has the floor, who waits for it, and whose turn is over. A pure state machine.

One `Floor` is one shared resource of one conference: being heard, or sharing a screen. It has BFCP's words and states
(RFC 8855 §5.2.5). The policy says what asking means:

    free         nobody asks; everybody may
    hands        a queue in order, the chair calls people up; nothing is enforced, turns have no limit
    queue        first come, first granted, as long as places are free
    moderated    the chair grants

A request has one life, and only while it is live does the floor know it:

    state       release    grant     deny    revoke    move      turn over  gone       away too long  policy free
    ACCEPTED    CANCELLED  GRANTED   DENIED  refused   ACCEPTED  -          CANCELLED  CANCELLED      DENIED
    GRANTED     RELEASED   GRANTED   refused REVOKED   refused   REVOKED    REVOKED    REVOKED        REVOKED

It is born PENDING and goes at once to GRANTED (policy `queue`, a place is free) or ACCEPTED. What waits is in the
order of (priority descending, accepted first); positions are 1..k. A request that the chair moves takes on the
nearest priority that fits its new place, so the order still says who goes before whom.

Under `queue`, and only there, free places go to whoever is next, at once; but to those only whom the queue serves
(`is_served`): the others wait for the chair, as under `moderated`. Who is away (`lost`) keeps place and turn
for `absence_kept_s`, but is passed over until they are back. A turn's end always ends it, under `queue` as under
`moderated`, whether anybody waits or not: who still has something to say asks again. `ExtendTurn` is the exception
that the chair makes.

A change of the rules does this, in this order:

    to `free`                          who holds: REVOKED, who waits: DENIED, all by `rules`
    from `free`                        nobody holds, nobody waits
    between the others                 who holds keeps it, who waits keeps the order
    fewer places than holders          who got it last: REVOKED by `rules`
    turns get a limit                  (also: from `hands` with `turn_s`) the turns of those who hold begin now
    turns lose their limit             (also: to `hands`) they have no end any more
    the limit gets another length      turns that have begun keep their end
    more places, or to `queue`         under `queue` free places go to whoever is next
    hosts are exempt, or not any more  nothing but the answer of `may_speak`

So by a change of the rules nobody is heard who was not before, but: everybody where nothing is enforced any more, hosts
where they become exempt, and under `queue` those who had asked and whose turn it is.

Left out, the caller's: who is a chair or a host; the relay's gate (`may_speak` says what it must be); microphones - a
grant opens none, and when control ends, those whom it silenced are heard again if theirs is open; what of the state
somebody may see. `now_s` is monotonic seconds. A command that raises has changed nothing. Not task-safe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor_answers import FloorAnswers
from vdxmedia.conference.floor_book import BookedRequest, FloorBook
from vdxmedia.conference.floor_commands import (
    ClearFloorQueue,
    DenyFloorRequest,
    ExtendTurn,
    FloorAnswer,
    FloorCommand,
    FloorOutcome,
    GrantFloor,
    MoveFloorRequest,
    ReleaseFloor,
    RequestFloor,
    RevokeFloor,
    check_command,
)
from vdxmedia.conference.floor_request import FloorChange, FloorReason, FloorSnapshot, FloorState, RequestStatus
from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.conference.settings import MAX_PARTICIPANTS, MAX_TURN_S
from vdxmedia.errors import InvalidTransition, NotFound, Refused
from vdxmedia.ids import ParticipantId

MAX_REQUESTS = 2 * MAX_PARTICIPANTS
"""Live at one floor, holders included. Each person has one at most, so a floor is never full: those who are there, and
as many whom a restart lost. A lower bound would tell a person, by its refusal, how many others wait."""


class Floor:
    """See the module. `absence_kept_s`: how long place and turn wait for somebody who is away. `is_served`: whom a rule
    may grant anything just now; when it gives another answer, `look_again`."""

    def __init__(
        self,
        kind: FloorKind,
        rules: FloorRules,
        *,
        absence_kept_s: float,
        is_served: Callable[[ParticipantId], bool] = lambda _: True,
    ) -> None:
        rules.validate()
        self._is_served = is_served
        self._kind = kind
        self._rules = rules
        self._absence_kept_s = absence_kept_s
        self._book = FloorBook()
        self._answers = FloorAnswers()

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def rules(self) -> FloorRules:
        return self._rules

    def holders(self) -> tuple[ParticipantId, ...]:
        """In the order in which they got it."""
        return tuple(request.participant for request in self._book.holders)

    def has_request(self, participant: ParticipantId) -> bool:
        """One that is live: granted, or waiting."""
        return self._book.owned_by(participant) is not None

    def may_speak(self, participant: ParticipantId, *, is_host: bool) -> bool:
        """Whether the relay may forward what this floor is about: the voice, or the screen. Says nothing about
        whether the microphone is open."""
        if not self._rules.is_enforced or (is_host and self._rules.hosts_exempt):
            return True
        request = self._book.owned_by(participant)
        return request is not None and request.status is RequestStatus.GRANTED

    def state(self) -> FloorState:
        return self._book.state(self._kind, self._rules)

    def deadline(self) -> float | None:
        """When `handle_timeout` is due."""
        times: list[float] = []
        for request in self._book.live():
            if request.lost_at_s is not None:
                times.append(request.lost_at_s + self._absence_kept_s)
            due = (request.ends_at_s, request.warns_at_s)
            times += [time for time in due if time is not None]
        return min(times, default=None)

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def handle(self, command: FloorCommand, now_s: float) -> FloorOutcome:
        """Raises: BadField; BadInput (`command_id_reused`); NotFound (`floor_request_unknown`); Refused
        (`floor_not_controlled`, `floor_queue_full`, `floor_not_held`, `floor_request_granted`, `floor_taken`,
        `floor_turn_unlimited`); InvalidTransition for another floor's command."""
        if command.floor is not self._kind:
            raise InvalidTransition(f"a command for {command.floor.value} came to {self._kind.value}")
        check_command(command)
        known = self._answers.recall(command)
        if known is not None:
            return FloorOutcome(known, ())
        try:
            request = self._carry_out(command, now_s)
        except (Refused, NotFound) as refusal:
            self._answers.keep(command, refusal)
            raise
        self._fill(now_s)
        answer = FloorAnswer()
        if request is not None:
            answer = FloorAnswer(request.id, request.status, self._book.position(request))
        self._answers.keep(command, answer)
        return FloorOutcome(answer, tuple(self._book.take()))

    def change_rules(self, rules: FloorRules, now_s: float) -> list[FloorChange]:
        """What becomes of requests: see the module. Raises: BadField."""
        rules.validate()
        if rules == self._rules:
            return []
        self._rules = rules
        self._book.say_rules(rules, now_s)
        places = 0 if rules.policy is FloorPolicy.FREE else rules.max_holders
        for holder in self._book.holders[places:][::-1]:
            self._book.end(holder, RequestStatus.REVOKED, FloorReason.RULES, now_s)
        if rules.policy is FloorPolicy.FREE:
            self._deny_all(FloorReason.RULES, now_s)
        for holder in self._book.holders:
            if (rules.limit_s is None) != (holder.ends_at_s is None):
                holder.begin_turn(holder.since_s if rules.limit_s is None else now_s, rules.limit_s)
                self._book.say(holder, FloorReason.RULES, now_s)
        self._fill(now_s)
        return self._book.take()

    def lost(self, participant: ParticipantId, now_s: float) -> None:
        """The participant's connection is away; place and turn wait."""
        request = self._book.owned_by(participant)
        if request is not None and request.lost_at_s is None:
            request.lost_at_s = now_s

    def back(self, participant: ParticipantId, now_s: float) -> list[FloorChange]:
        request = self._book.owned_by(participant)
        if request is not None:
            request.lost_at_s = None
        self._fill(now_s)
        return self._book.take()

    def look_again(self, now_s: float) -> list[FloorChange]:
        """The queue may serve others than before."""
        self._fill(now_s)
        return self._book.take()

    def gone(
        self, participant: ParticipantId, now_s: float, reason: FloorReason = FloorReason.LEFT
    ) -> list[FloorChange]:
        """The participant has left. To be called for everyone who does, also for those who never asked."""
        self._answers.forget(participant)
        request = self._book.owned_by(participant)
        if request is not None:
            self._abandon(request, reason, now_s)
        self._fill(now_s)
        return self._book.take()

    def handle_timeout(self, now_s: float) -> list[FloorChange]:
        """Does what is due at `now_s`; too early is fine."""
        for request in self._book.live():
            if request.lost_at_s is not None and now_s >= request.lost_at_s + self._absence_kept_s:
                self._abandon(request, FloorReason.LOST, now_s)
            elif request.ends_at_s is not None and now_s >= request.ends_at_s:
                self._book.end(request, RequestStatus.REVOKED, FloorReason.TIME_UP, now_s)
            elif request.warns_at_s is not None and now_s >= request.warns_at_s:
                request.warns_at_s = None
                self._book.say(request, FloorReason.TURN_WARNING, now_s)
        self._fill(now_s)
        return self._book.take()

    # ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────

    def snapshot(self, now_s: float) -> FloorSnapshot:
        return self._book.snapshot(self._kind, self._rules, now_s)

    @classmethod
    def restore(
        cls,
        snapshot: FloorSnapshot,
        now_s: float,
        *,
        absence_kept_s: float,
        is_served: Callable[[ParticipantId], bool] = lambda _: True,
    ) -> Floor:
        """The floor as it was, with the turns' remaining time. Everybody with a request is away since `now_s`, until
        `back`: so nobody is granted anything by the restart."""
        floor = cls(snapshot.kind, snapshot.rules, absence_kept_s=absence_kept_s, is_served=is_served)
        floor._book = FloorBook.restore(snapshot, now_s)
        return floor

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, command: FloorCommand, now_s: float) -> BookedRequest | None:
        """Gives the request that the command was about. Raises before anything is changed."""
        match command:
            case RequestFloor():
                return self._request(command, now_s)
            case ReleaseFloor():
                return self._release(command, now_s)
            case GrantFloor():
                return self._grant_by_chair(command, now_s)
            case DenyFloorRequest():
                request = self._book.find_waiting(command.request)
                self._book.end(request, RequestStatus.DENIED, FloorReason.CHAIR, now_s, command.by)
                return request
            case RevokeFloor():
                request = self._book.find_granted(command.request)
                self._book.end(request, RequestStatus.REVOKED, FloorReason.CHAIR, now_s, command.by)
                return request
            case MoveFloorRequest():
                request = self._book.find_waiting(command.request)
                self._book.move(request, command.position, now_s, command.by)
                return request
            case ClearFloorQueue():
                self._deny_all(FloorReason.CLEARED, now_s, command.by)
                return None
            case ExtendTurn():
                return self._extend(command, now_s)
            case _:
                assert_never(command)

    def _request(self, command: RequestFloor, now_s: float) -> BookedRequest:
        live = self._book.owned_by(command.by)
        if live is not None:
            return live
        if self._rules.policy is FloorPolicy.FREE:
            raise Refused("nobody needs the floor here: everybody may speak", code="floor_not_controlled")
        if len(self._book) >= MAX_REQUESTS:
            raise Refused("too many wait for the floor already", code="floor_queue_full")
        request = self._book.open(command.by, command.priority, now_s)
        if self._has_free_place and self._rules.policy is FloorPolicy.QUEUE and self._is_served(command.by):
            self._grant(request, FloorReason.OWNER, now_s, command.by)
        else:
            self._book.accept(request, FloorReason.OWNER, now_s, command.by)
        return request

    def _release(self, command: ReleaseFloor, now_s: float) -> BookedRequest:
        request = self._book.owned_by(command.by)
        if request is None:
            raise Refused("this participant neither has the floor nor waits for it", code="floor_not_held")
        is_held = request.status is RequestStatus.GRANTED
        end = RequestStatus.RELEASED if is_held else RequestStatus.CANCELLED
        self._book.end(request, end, FloorReason.OWNER, now_s, command.by)
        return request

    def _grant_by_chair(self, command: GrantFloor, now_s: float) -> BookedRequest:
        request = self._book.find(command.request)
        if request.status is RequestStatus.GRANTED:
            return request
        if not self._has_free_place:
            if not command.preempts:
                raise Refused("all places are taken: revoke one, or preempt", code="floor_taken")
            self._book.end(self._book.holders[0], RequestStatus.REVOKED, FloorReason.PREEMPTED, now_s, command.by)
        self._grant(request, FloorReason.CHAIR, now_s, command.by)
        return request

    def _extend(self, command: ExtendTurn, now_s: float) -> BookedRequest:
        request = self._book.find_granted(command.request)
        if request.ends_at_s is None:
            raise Refused("this turn has no end", code="floor_turn_unlimited")
        request.extend_to(min(request.ends_at_s + command.seconds, now_s + MAX_TURN_S), now_s)
        self._book.say(request, FloorReason.TURN_EXTENDED, now_s, command.by)
        return request

    # ── steps ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _has_free_place(self) -> bool:
        return len(self._book.holders) < self._rules.max_holders

    def _fill(self, now_s: float) -> None:
        """Under `queue`: free places to whoever is next and there."""
        if self._rules.policy is not FloorPolicy.QUEUE:
            return
        for request in [one for one in self._book.queue if one.lost_at_s is None and self._is_served(one.participant)]:
            if not self._has_free_place:
                return
            self._grant(request, FloorReason.TURN_CAME, now_s)

    def _grant(
        self, request: BookedRequest, reason: FloorReason, now_s: float, by: ParticipantId | None = None
    ) -> None:
        self._book.grant(request, reason, now_s, by, limit_s=self._rules.limit_s)

    def _abandon(self, request: BookedRequest, reason: FloorReason, now_s: float) -> None:
        is_held = request.status is RequestStatus.GRANTED
        self._book.end(request, RequestStatus.REVOKED if is_held else RequestStatus.CANCELLED, reason, now_s)

    def _deny_all(self, reason: FloorReason, now_s: float, by: ParticipantId | None = None) -> None:
        for request in list(self._book.queue):
            self._book.end(request, RequestStatus.DENIED, reason, now_s, by)
