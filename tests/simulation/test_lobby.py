"""The lobby under random comings, goings and decisions: what must hold after every step."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.conferences import ALL, Told, conference, source_of
from vdxmedia.conference import commands, doors_desk, lobby_desk, roles_desk
from vdxmedia.conference.choices import GuestVisibility, LastHostPolicy, LobbyPolicy
from vdxmedia.conference.events import WaiterAdmitted, WaiterGone, WaiterRefused
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import InvalidTransition, VdxError
from vdxmedia.ids import ParticipantId

GUESTS, HOSTS = "abcde", "xy"
guests, hosts, anybody = st.sampled_from(GUESTS), st.sampled_from(HOSTS), st.sampled_from(GUESTS + HOSTS)
MAXIMUM = 4


def one(name: str) -> ParticipantId:
    return ParticipantId(name)


class LobbyMachine(RuleBasedStateMachine):
    """Each name is one person with one key, `k` and the name; `knows` is what a careful reader would remember."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Told = conference(maximum=MAXIMUM, lobby=LobbyPolicy.KNOCK)
        self.known: set[str] = set()
        """Who was in, or let in, since he was last removed or refused."""
        self.is_locked = False
        self.policy = LobbyPolicy.KNOCK
        self.barred: set[str] = set()

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def assembly(self) -> object:
        return self.told.conference._assembly

    def inside(self) -> set[str]:
        return {name for name in GUESTS + HOSTS if one(name) in self.told.conference}

    def waiting(self) -> set[str]:
        return {name for name in GUESTS if self.told.conference.waiter(one(name)) is not None}

    def do(self, command: commands.Command) -> bool:
        """Whether it was taken; one that is refused has changed nothing."""
        before = (self.inside(), self.waiting(), len(self.told.events))
        try:
            said = self.told.do(command)
        except InvalidTransition:
            raise
        except VdxError:
            assert before == (self.inside(), self.waiting(), len(self.told.events))
            return False
        for event in said:
            if isinstance(event, WaiterAdmitted):
                assert event.participant in self.waiting()
                self.known.add(event.participant)
            if isinstance(event, WaiterRefused | WaiterGone):
                assert event.participant not in self.waiting()
        return True

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    @rule(name=anybody)
    def come(self, name: str) -> None:
        """As the hub does: ask, then wait or join."""
        if name in self.inside():
            return
        role = Role.HOST if name in HOSTS else Role.GUEST
        waits = one(name) if name in self.waiting() else None
        try:
            cause = self.told.conference.why_wait(role, (f"k{name}",), self.told.now, waiting=waits)
        except VdxError:
            return
        if cause is None:
            self.join(name)
            assert name in self.inside()
        elif waits is None:
            assert role is Role.GUEST
            assert self.do(commands.Wait(one(name), name, "", "", (f"k{name}",)))
            assert name in self.waiting()

    @rule(name=guests)
    def visit(self, name: str) -> None:
        """A whole one, which chance seldom makes: let in by a host, and out again."""
        self.come("x")
        self.come(name)
        self.admit("x", name)
        self.come(name)
        self.leave(name)

    @rule(name=guests)
    def push_in(self, name: str) -> None:
        """A patched client joins without asking: never in while something keeps him out."""
        if name in self.inside():
            return
        waits = one(name) if name in self.waiting() else None
        try:
            must_wait = (
                self.told.conference.why_wait(Role.GUEST, (f"k{name}",), self.told.now, waiting=waits) is not None
            )
        except VdxError:
            must_wait = True
        taken = self.join(name)
        assert taken is not must_wait

    def join(self, name: str) -> bool:
        role = Role.HOST if name in HOSTS else Role.GUEST
        waiter = self.told.conference._assembly.lobby.waiters.get(one(name))
        is_let_in = waiter is not None and waiter.is_admitted
        is_kept_out = (
            role is Role.GUEST
            and not is_let_in
            and (self.is_locked or name in self.barred or (self.policy is LobbyPolicy.KNOCK and name not in self.known))
        )
        publish = {kind: source_of(name, kind) for kind in ALL}
        taken = self.do(commands.Join(one(name), name, role, "", "", publish, True, 4, admission_keys=(f"k{name}",)))
        if taken:
            assert not is_kept_out, f"{name} came in"
            self.known.add(name)
        return taken

    @rule(host=hosts, name=guests)
    def admit(self, host: str, name: str) -> None:
        if self.do(lobby_desk.Admit(one(host), one(name))):
            assert name in self.known

    @rule(asking=anybody)
    def admit_all(self, asking: str) -> None:
        if self.do(lobby_desk.AdmitAll(one(asking))):
            assert asking in self.inside()
            assert self.told.conference._assembly.people[one(asking)].role is Role.HOST

    @rule(host=hosts, name=guests, is_barred=st.booleans())
    def refuse(self, host: str, name: str, is_barred: bool) -> None:
        if self.do(lobby_desk.RefuseWaiting(one(host), one(name), "", is_barred)):
            self.known.discard(name)
            if is_barred:
                self.barred.add(name)

    @rule(host=hosts, name=guests, is_barred=st.booleans())
    def remove(self, host: str, name: str, is_barred: bool) -> None:
        if self.do(doors_desk.RemovePerson(one(host), one(name), is_barred)):
            assert name not in self.inside()
            self.known.discard(name)
            if is_barred:
                self.barred.add(name)

    @rule(host=anybody, is_locked=st.booleans())
    def lock(self, host: str, is_locked: bool) -> None:
        if self.do(lobby_desk.SetLock(one(host), is_locked)):
            self.is_locked = is_locked

    @rule(host=hosts, name=anybody, role=st.sampled_from(Role))
    def give_role(self, host: str, name: str, role: Role) -> None:
        self.do(roles_desk.SetRole(one(host), one(name), role))

    @rule(name=anybody)
    def leave(self, name: str) -> None:
        if name in self.waiting():
            self.do(commands.LeaveWaiter(one(name)))
            assert name not in self.waiting()
        else:
            self.do(commands.Leave(one(name)))

    @rule(name=anybody)
    def lose(self, name: str) -> None:
        self.do(commands.LoseWaiter(one(name)) if name in self.waiting() else commands.Disconnect(one(name)))

    @rule(name=anybody)
    def come_back(self, name: str) -> None:
        self.do(commands.ReturnWaiter(one(name)) if name in self.waiting() else commands.Reconnect(one(name), 4))

    @rule(
        lobby=st.sampled_from(LobbyPolicy),
        last_host=st.sampled_from([LastHostPolicy.STAY, LastHostPolicy.WAIT]),
        visibility=st.sampled_from(GuestVisibility),
    )
    def agree(self, lobby: LobbyPolicy, last_host: LastHostPolicy, visibility: GuestVisibility) -> None:
        self.policy = lobby
        changed = RoomSettings(maximum=MAXIMUM, lobby=lobby, last_host=last_host, guest_visibility=visibility)
        self.do(commands.ChangeSettings(changed, None, None))

    @rule(seconds=st.sampled_from([1.0, 20.0, 31.0, 400.0]))
    def pass_time(self, seconds: float) -> None:
        self.told.wait(seconds)

    # ── what holds ────────────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def nobody_is_inside_and_waits(self) -> None:
        assert not self.inside() & self.waiting()

    @invariant()
    def nobody_barred_is_inside(self) -> None:
        assert not self.barred & (self.inside() & set(GUESTS))

    @invariant()
    def there_are_never_more_than_the_maximum_connected(self) -> None:
        people = self.told.conference._assembly.people.values()
        assert sum(person.is_connected for person in people) <= MAXIMUM + len(HOSTS)

    @invariant()
    def who_waits_is_in_nobodys_view_and_has_nothing(self) -> None:
        for name in self.inside():
            view = self.told.conference.snapshot(one(name))
            assert not {person.id for person in view.participants} & {one(who) for who in self.waiting()}
            for document in view.documents:
                if isinstance(document, lobby_desk.LobbyDocument):
                    role = self.told.conference._assembly.people[one(name)].role
                    assert role is Role.HOST, "only hosts are told who waits"
                    assert {who.id for who in document.waiting} <= {one(who) for who in self.waiting()}
        assert not {source for name in self.waiting() for source in (source_of(name, kind) for kind in ALL)} & set(
            self.told.conference._assembly.owners
        )


LobbyMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLobby = LobbyMachine.TestCase
