"""A floor with short words for long commands, which remembers all that the floor said."""

from __future__ import annotations

from dataclasses import dataclass, field

from vdxmedia.conference.choices import FloorPolicy
from vdxmedia.conference.floor import Floor
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
from vdxmedia.conference.floor_request import FloorChange, FloorRequestId, FloorTransition, Priority
from vdxmedia.conference.floor_rules import FloorKind, FloorRules
from vdxmedia.ids import ParticipantId

ABSENCE_KEPT_S = 30.0
CHAIR = ParticipantId("chair")


def floor_of(
    policy: FloorPolicy, *, holders: int = 1, turn_s: int = 0, exempt: bool = True, kind: FloorKind = FloorKind.SPEECH
) -> TestedFloor:
    rules = FloorRules(policy=policy, max_holders=holders, turn_s=turn_s, hosts_exempt=exempt)
    return TestedFloor(Floor(kind, rules, absence_kept_s=ABSENCE_KEPT_S))


@dataclass
class TestedFloor:
    """People are named by one letter; their requests by whose they are."""

    __test__ = False

    floor: Floor
    now: float = 1000.0
    changes: list[FloorChange] = field(default_factory=list)
    requests: dict[str, FloorRequestId] = field(default_factory=dict)
    """The last request of each."""

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────

    def do(self, command: FloorCommand) -> FloorAnswer:
        outcome = self.floor.handle(command, self.now)
        self.take(outcome.changes)
        return outcome.answer

    def ask(self, name: str, *, priority: int = Priority.NORMAL, command_id: str = "") -> FloorAnswer:
        answer = self.do(RequestFloor(by=ParticipantId(name), priority=priority, command_id=command_id))
        assert answer.request is not None
        self.requests[name] = answer.request
        return answer

    def release(self, name: str, *, command_id: str = "") -> FloorAnswer:
        return self.do(ReleaseFloor(by=ParticipantId(name), command_id=command_id))

    def grant(self, name: str, *, preempts: bool = False, command_id: str = "") -> FloorAnswer:
        return self.do(GrantFloor(by=CHAIR, request=self.of(name), preempts=preempts, command_id=command_id))

    def deny(self, name: str) -> FloorAnswer:
        return self.do(DenyFloorRequest(by=CHAIR, request=self.of(name)))

    def revoke(self, name: str) -> FloorAnswer:
        return self.do(RevokeFloor(by=CHAIR, request=self.of(name)))

    def move(self, name: str, position: int) -> FloorAnswer:
        return self.do(MoveFloorRequest(by=CHAIR, request=self.of(name), position=position))

    def clear(self) -> FloorAnswer:
        return self.do(ClearFloorQueue(by=CHAIR))

    def extend(self, name: str, seconds: int, *, command_id: str = "") -> FloorAnswer:
        return self.do(ExtendTurn(by=CHAIR, request=self.of(name), seconds=seconds, command_id=command_id))

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def rules(
        self,
        *,
        policy: FloorPolicy | None = None,
        holders: int | None = None,
        turn_s: int | None = None,
        exempt: bool | None = None,
    ) -> None:
        now = self.floor.rules
        changed = FloorRules(
            policy=now.policy if policy is None else policy,
            max_holders=now.max_holders if holders is None else holders,
            turn_s=now.turn_s if turn_s is None else turn_s,
            hosts_exempt=now.hosts_exempt if exempt is None else exempt,
        )
        self.take(self.floor.change_rules(changed, self.now))

    def lose(self, name: str) -> None:
        self.floor.lost(ParticipantId(name), self.now)

    def back(self, name: str) -> None:
        self.take(self.floor.back(ParticipantId(name), self.now))

    def gone(self, name: str) -> None:
        self.take(self.floor.gone(ParticipantId(name), self.now))

    def wait(self, seconds: float) -> None:
        """Every deadline is met when it is due."""
        end = self.now + seconds
        while (due := self.floor.deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self.take(self.floor.handle_timeout(self.now))
        self.now = end

    def restart(self) -> None:
        """Through the store, at once."""
        snapshot = self.floor.snapshot(self.now)
        self.floor = Floor.restore(snapshot, self.now, absence_kept_s=ABSENCE_KEPT_S)

    def take(self, said: tuple[FloorChange, ...] | list[FloorChange]) -> None:
        self.changes += said

    # ── what is seen ──────────────────────────────────────────────────────────────────────────────────────────────

    def of(self, name: str) -> FloorRequestId:
        return self.requests[name]

    @property
    def holders(self) -> str:
        return "".join(self.floor.holders())

    @property
    def queue(self) -> str:
        return "".join(waiter.participant for waiter in self.floor.state().queue)

    @property
    def heard(self) -> str:
        """Those of a to f, none of them a host, who may speak."""
        return "".join(name for name in "abcdef" if self.floor.may_speak(ParticipantId(name), is_host=False))

    @property
    def said(self) -> list[str]:
        """Transitions as `a accepted>granted chair`, changes of the rules as `rules`."""
        return [
            f"{one.participant} {one.before.value}>{one.after.value} {one.reason.value}"
            if isinstance(one, FloorTransition)
            else "rules"
            for one in self.changes
        ]

    def last(self, count: int = 1) -> list[str]:
        return self.said[-count:]
