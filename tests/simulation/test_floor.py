"""A floor under random commands beside a simple model of it: what must hold after every step, whatever happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.fakes.floors import ABSENCE_KEPT_S, CHAIR
from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor import Floor
from vdxmedia.conference.floor_answers import MAX_ANSWERS
from vdxmedia.conference.floor_commands import (
    ClearFloorQueue,
    DenyFloorRequest,
    ExtendTurn,
    FloorAnswer,
    FloorCommand,
    GrantFloor,
    MoveFloorRequest,
    ReleaseFloor,
    RequestFloor,
    RevokeFloor,
)
from vdxmedia.conference.floor_replay import replay
from vdxmedia.conference.floor_request import (
    FloorChange,
    FloorRequestId,
    FloorSnapshot,
    FloorTransition,
    Priority,
    RequestStatus,
)
from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.conference.settings import MAX_TURN_S
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId

FREE, HANDS, QUEUE, MODERATED = FloorPolicy
PEOPLE = [ParticipantId(name) for name in "abcdef"]

people = st.sampled_from(PEOPLE)
all_rules = st.builds(
    FloorRules,
    policy=st.sampled_from([HANDS, QUEUE, MODERATED, FREE]),
    max_holders=st.integers(1, 3),
    turn_s=st.sampled_from([0, 10, 60]),
    hosts_exempt=st.booleans(),
)


@dataclass
class Model:
    """The floor without history, told in lists of names."""

    rules: FloorRules
    holders: list[ParticipantId] = field(default_factory=list)
    queue: list[tuple[ParticipantId, int]] = field(default_factory=list)
    ends: dict[ParticipantId, float] = field(default_factory=dict)
    away: dict[ParticipantId, float] = field(default_factory=dict)

    @property
    def waiters(self) -> list[ParticipantId]:
        return [name for name, _ in self.queue]

    @property
    def live(self) -> list[ParticipantId]:
        return [*self.holders, *self.waiters]

    def drop(self, name: ParticipantId) -> None:
        self.holders = [one for one in self.holders if one != name]
        self.queue = [pair for pair in self.queue if pair[0] != name]
        self.ends.pop(name, None)
        self.away.pop(name, None)

    def ask(self, name: ParticipantId, priority: int, now: float) -> None:
        if self.rules.policy is not FREE and name not in self.holders and name not in self.waiters:
            # A stable sort: behind its equals.
            self.queue = sorted([*self.queue, (name, priority)], key=lambda pair: -pair[1])
            self.fill(now)

    def grant(self, name: ParticipantId, now: float) -> None:
        self.queue = [pair for pair in self.queue if pair[0] != name]
        self.holders.append(name)
        if self.rules.policy in (QUEUE, MODERATED) and self.rules.turn_s:
            self.ends[name] = now + self.rules.turn_s

    def move(self, name: ParticipantId, position: int) -> None:
        priorities = dict(self.queue)
        names = [one for one in self.waiters if one != name]
        where = min(position, len(names) + 1) - 1
        before = [priorities[one] for one in names[:where]]
        behind = [priorities[one] for one in names[where:]]
        if [*names[:where], name, *names[where:]] != self.waiters:
            priorities[name] = max([min([*before, priorities[name]]), *behind])
        names.insert(where, name)
        self.queue = [(one, priorities[one]) for one in names]

    def change(self, rules: FloorRules, now: float) -> None:
        self.rules = rules
        keep = [] if rules.policy is FREE else self.holders[: rules.max_holders]
        for name in [one for one in self.holders if one not in keep]:
            self.drop(name)
        if rules.policy is FREE:
            self.queue, self.away = [], {}
        is_timed = rules.turn_s > 0 and rules.policy in (QUEUE, MODERATED)
        self.ends = {name: self.ends.get(name, now + rules.turn_s) for name in self.holders} if is_timed else {}
        self.fill(now)

    def pass_time(self, now: float) -> None:
        over = [name for name, end in self.ends.items() if end <= now]
        over += [name for name, since in self.away.items() if since + ABSENCE_KEPT_S <= now]
        for name in over:
            self.drop(name)
        self.fill(now)

    def fill(self, now: float) -> None:
        while self.rules.policy is QUEUE and len(self.holders) < self.rules.max_holders:
            there = [name for name in self.waiters if name not in self.away]
            if not there:
                break
            self.grant(there[0], now)


class FloorMachine(RuleBasedStateMachine):
    @initialize(rules=all_rules)
    def open(self, rules: FloorRules) -> None:
        self.now = 0.0
        self.floor = Floor(FloorKind.SPEECH, rules, absence_kept_s=ABSENCE_KEPT_S)
        self.model = Model(rules)
        self.base, self.changes = self.floor.state(), list[FloorChange]()
        self.status: dict[FloorRequestId, RequestStatus] = {}
        self.terminal: Counter[FloorRequestId] = Counter()
        self.commands = 0
        self.answers: dict[ParticipantId, list[tuple[FloorCommand, FloorAnswer | str]]] = {}

    # ── what is done ──────────────────────────────────────────────────────────────────────────────────────────────

    @rule(name=people)
    def ask_as_most_do(self, name: ParticipantId) -> None:
        self.ask(name, Priority.NORMAL)

    @rule(names=st.permutations(PEOPLE))
    def ask_together(self, names: list[ParticipantId]) -> None:
        for name in names[:4]:
            self.ask(name, Priority.NORMAL)

    @rule(name=people, priority=st.sampled_from(Priority))
    def ask(self, name: ParticipantId, priority: int) -> None:
        self.do(RequestFloor(by=name, priority=priority, command_id=self.new_id()))
        self.model.ask(name, priority, self.now)

    @rule(name=people)
    def release(self, name: ParticipantId) -> None:
        self.do(ReleaseFloor(by=name, command_id=self.new_id()))
        self.model.drop(name)
        self.model.fill(self.now)

    @precondition(lambda self: self.model.live)
    @rule(data=st.data(), preempts=st.booleans())
    def grant(self, data: st.DataObject, preempts: bool) -> None:
        model, name = self.model, self.someone(data)
        self.do(GrantFloor(by=CHAIR, request=self.of(name), preempts=preempts, command_id=self.new_id()))
        if name in model.waiters and (preempts or len(model.holders) < model.rules.max_holders):
            if len(model.holders) == model.rules.max_holders:
                model.drop(model.holders[0])
            model.grant(name, self.now)

    @precondition(lambda self: self.model.live)
    @rule(data=st.data())
    def deny(self, data: st.DataObject) -> None:
        name = self.someone(data)
        self.do(DenyFloorRequest(by=CHAIR, request=self.of(name), command_id=self.new_id()))
        if name in self.model.waiters:
            self.model.drop(name)

    @precondition(lambda self: self.model.live)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        name = self.someone(data)
        self.do(RevokeFloor(by=CHAIR, request=self.of(name), command_id=self.new_id()))
        if name in self.model.holders:
            self.model.drop(name)
            self.model.fill(self.now)

    @precondition(lambda self: len(self.model.queue) > 1)
    @rule(data=st.data(), position=st.integers(1, 7))
    def move(self, data: st.DataObject, position: int) -> None:
        name = data.draw(st.sampled_from(self.model.waiters))
        self.do(MoveFloorRequest(by=CHAIR, request=self.of(name), position=position, command_id=self.new_id()))
        self.model.move(name, position)

    @precondition(lambda self: len(self.model.queue) > 2)
    @rule()
    def clear(self) -> None:
        self.do(ClearFloorQueue(by=CHAIR, command_id=self.new_id()))
        for name in self.model.waiters:
            self.model.drop(name)

    @precondition(lambda self: self.model.live)
    @rule(data=st.data(), seconds=st.sampled_from([1, 30, MAX_TURN_S]))
    def extend(self, data: st.DataObject, seconds: int) -> None:
        name = self.someone(data)
        self.do(ExtendTurn(by=CHAIR, request=self.of(name), seconds=seconds, command_id=self.new_id()))
        if name in self.model.ends:
            self.model.ends[name] = min(self.model.ends[name] + seconds, self.now + MAX_TURN_S)

    @rule(
        policy=st.sampled_from([None, HANDS, QUEUE, MODERATED]),
        holders=st.sampled_from([None, 1, 2, 3]),
        turn_s=st.sampled_from([None, 0, 10, 60]),
    )
    def change_some_rules(self, policy: FloorPolicy | None, holders: int | None, turn_s: int | None) -> None:
        now = self.floor.rules
        self.change_rules(
            FloorRules(
                policy=policy or now.policy,
                max_holders=holders or now.max_holders,
                turn_s=now.turn_s if turn_s is None else turn_s,
                hosts_exempt=now.hosts_exempt,
            )
        )

    @rule(rules=all_rules)
    def change_rules(self, rules: FloorRules) -> None:
        heard, waited = self.heard(), set(self.model.waiters)
        self.take(self.floor.change_rules(rules, self.now))
        self.model.change(rules, self.now)
        if rules.is_enforced:
            assert self.heard() - heard <= (waited if rules.policy is QUEUE else set())

    @precondition(lambda self: self.model.live)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        name = self.someone(data)
        self.floor.lost(name, self.now)
        if name in self.model.holders or name in self.model.waiters:
            self.model.away.setdefault(name, self.now)

    @precondition(lambda self: self.model.away)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([*self.model.away, PEOPLE[0]]))
        self.take(self.floor.back(name, self.now))
        self.model.away.pop(name, None)
        self.model.fill(self.now)

    @rule(name=people)
    def leave(self, name: ParticipantId) -> None:
        self.take(self.floor.gone(name, self.now))
        self.answers.pop(name, None)
        self.model.drop(name)
        self.model.fill(self.now)

    @rule(seconds=st.floats(0.0, 40.0))
    def wait(self, seconds: float) -> None:
        """Looks only when the floor said that it is due."""
        end = self.now + seconds
        while (due := self.floor.deadline()) is not None and due <= end:
            self.now = due
            self.look()
        self.now = end
        self.model.pass_time(end)

    @rule(seconds=st.floats(0.0, 100.0))
    def look_late(self, seconds: float) -> None:
        self.now += seconds
        self.look()

    @rule()
    def restart(self) -> None:
        heard, holders = self.heard(), self.floor.holders()
        stored = msgspec.json.encode(self.floor.snapshot(self.now))
        self.now += 1000.0
        for name in self.model.ends:
            self.model.ends[name] += 1000.0
        self.model.away = dict.fromkeys([*self.model.holders, *self.model.waiters], self.now)
        snapshot = msgspec.json.decode(stored, type=FloorSnapshot)
        self.floor = Floor.restore(snapshot, self.now, absence_kept_s=ABSENCE_KEPT_S)
        assert (self.heard(), self.floor.holders()) == (heard, holders)
        assert self.floor.state().rev > self.base.rev + len(self.changes)
        self.base, self.changes, self.answers = self.floor.state(), [], {}
        ends = {one.participant: one.ends_at_s for one in self.base.holders if one.ends_at_s is not None}
        assert ends == pytest.approx({name: max(end, self.now) for name, end in self.model.ends.items()})
        self.model.ends = ends
        self.look()
        assert self.heard() <= heard

    @precondition(lambda self: any(self.answers.values()))
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([name for name, given in self.answers.items() if given]))
        command, answer = data.draw(st.sampled_from(self.answers[name]))
        before = self.floor.state()
        assert self.answer_to(command) == answer
        assert self.floor.state() == before

    # ── how ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def new_id(self) -> str:
        self.commands += 1
        return str(self.commands)

    def of(self, name: ParticipantId) -> FloorRequestId:
        state = self.floor.state()
        live = {one.participant: one.request for one in (*state.holders, *state.queue)}
        return live.get(name, FloorRequestId(0))

    def someone(self, data: st.DataObject) -> ParticipantId:
        """One with a live request, seldom the one whose request may have ended."""
        return data.draw(st.sampled_from([*self.model.live, PEOPLE[0]]))

    def heard(self) -> set[ParticipantId]:
        return {name for name in PEOPLE if self.floor.may_speak(name, is_host=False)}

    def do(self, command: FloorCommand) -> None:
        before = self.floor.state()
        answer = self.answer_to(command)
        if isinstance(answer, str):
            assert self.floor.state() == before
        self.answers[command.by] = [*self.answers.get(command.by, []), (command, answer)][-MAX_ANSWERS:]

    def answer_to(self, command: FloorCommand) -> FloorAnswer | str:
        try:
            outcome = self.floor.handle(command, self.now)
        except VdxError as error:
            return error.code
        self.take(list(outcome.changes))
        return outcome.answer

    def look(self) -> None:
        self.take(self.floor.handle_timeout(self.now))
        self.model.pass_time(self.now)
        due = self.floor.deadline()
        assert due is None or due > self.now

    def take(self, changes: list[FloorChange]) -> None:
        self.changes += changes
        for change in changes:
            if isinstance(change, FloorTransition):
                assert change.before is self.status.get(change.request, RequestStatus.PENDING)
                self.status[change.request] = change.after
                self.terminal[change.request] += change.after.is_terminal

    # ── what must hold ────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def floor_is_as_the_model_says(self) -> None:
        state = self.floor.state()
        assert [one.participant for one in state.holders] == self.model.holders
        assert [(one.participant, one.priority) for one in state.queue] == self.model.queue
        assert {one.participant: one.ends_at_s for one in state.holders if one.ends_at_s} == self.model.ends

    @invariant()
    def holders_are_never_more_than_allowed(self) -> None:
        assert len(self.floor.holders()) <= self.floor.rules.max_holders
        assert self.floor.rules.policy is not FREE or not self.floor.holders()

    @invariant()
    def positions_are_dense_and_by_priority(self) -> None:
        queue = self.floor.state().queue
        assert [one.position for one in queue] == list(range(1, len(queue) + 1))
        assert sorted(-one.priority for one in queue) == [-one.priority for one in queue]

    @invariant()
    def live_requests_have_not_ended_and_the_others_have_once(self) -> None:
        state = self.floor.state()
        live = {one.request for one in (*state.holders, *state.queue)}
        assert all(count == (request not in live) for request, count in self.terminal.items())
        owners = [one.participant for one in (*state.holders, *state.queue)]
        assert len(owners) == len(set(owners))

    @invariant()
    def changes_rebuild_the_state(self) -> None:
        assert replay(self.base, self.changes) == self.floor.state()

    @invariant()
    def nobody_is_heard_without_the_floor_where_it_is_enforced(self) -> None:
        rules = self.floor.rules
        assert self.heard() == (set(self.floor.holders()) if rules.is_enforced else set(PEOPLE))
        assert self.floor.may_speak(CHAIR, is_host=True) == (rules.hosts_exempt or not rules.is_enforced)

    def teardown(self) -> None:
        if hasattr(self, "floor"):
            self.take(self.floor.change_rules(FloorRules(policy=FREE), self.now))
            assert all(count == 1 for count in self.terminal.values())


TestFloor = FloorMachine.TestCase
TestFloor.settings = settings(deadline=None, stateful_step_count=50)
