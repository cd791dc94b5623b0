"""Visibility under random doings: a model of who said yes to what, and nobody ever reaches more people than that."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.fakes.conferences import conference, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.settings import GuestVisibility, RoomSettings
from vdxmedia.conference.visibility import AnswerSpotlight, AnswerVisibility, Spotlight
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId

GUESTS = "abcde"
HOST = "h"
names = st.sampled_from(GUESTS)
KINDS = (SourceKind.CAMERA, SourceKind.MICROPHONE)


class VisibilityMachine(RuleBasedStateMachine):
    """`yes` is who has said yes, to being seen by all, since the room was last made wide; `shown` likewise for the
    spotlight."""

    def __init__(self) -> None:
        super().__init__()
        self.room = conference(guest_visibility=GuestVisibility.HOSTS)
        self.room.join(HOST, role=Role.HOST, camera=True, microphone=True)
        self.visibility = GuestVisibility.HOSTS
        self.present: list[str] = []
        self.yes: set[str] = set()
        self.asked_on_stage: str | None = None
        self.shown: str | None = None

    @rule(name=names, told=st.booleans())
    def join(self, name: str, told: bool) -> None:
        if name in self.present:
            return
        self.room.join(name, camera=True, microphone=True, told=told)
        self.present.append(name)
        if told and self.visibility is GuestVisibility.ALL:
            self.yes.add(name)

    @rule(name=names)
    def leave(self, name: str) -> None:
        if name in self.present:
            self.room.leave(name)
            self.present.remove(name)
            self.yes.discard(name)
            self.shown = None if self.shown == name else self.shown
            self.asked_on_stage = None if self.asked_on_stage == name else self.asked_on_stage

    @rule(visibility=st.sampled_from(GuestVisibility))
    def become(self, visibility: GuestVisibility) -> None:
        self.room.do(commands.ChangeSettings(RoomSettings(guest_visibility=visibility), None, None))
        if visibility is not self.visibility and visibility is not GuestVisibility.ALL:
            self.yes.clear()
            self.shown = None if self.shown != HOST else HOST
            self.asked_on_stage = None
        self.visibility = visibility

    @rule(name=names, agrees=st.booleans())
    def answer(self, name: str, agrees: bool) -> None:
        try:
            self.room.do(AnswerVisibility(ParticipantId(name), agrees))
        except VdxError:
            assert name not in self.present or self.visibility is not GuestVisibility.ALL
            return
        if agrees:
            self.yes.add(name)
        else:
            self.yes.discard(name)
            self.shown = None if self.shown == name else self.shown

    @rule(whom=st.sampled_from([*GUESTS, HOST, None]))
    def spotlight(self, whom: str | None) -> None:
        try:
            self.room.do(Spotlight(ParticipantId(HOST), None if whom is None else ParticipantId(whom)))
        except VdxError:
            assert whom not in self.present or self.visibility is GuestVisibility.HOSTS
            return
        if whom is not None and whom == self.shown:
            return
        self.asked_on_stage = None
        if whom is None or whom == HOST or whom in self.yes:
            self.shown = whom
        else:
            self.asked_on_stage = whom

    @rule(name=names, agrees=st.booleans())
    def answer_spotlight(self, name: str, agrees: bool) -> None:
        try:
            self.room.do(AnswerSpotlight(ParticipantId(name), agrees))
        except VdxError:
            assert name not in (self.asked_on_stage, self.shown)
            return
        if agrees:
            self.shown = name
        elif self.shown == name:
            self.shown = None

    @rule(name=names)
    def speak(self, name: str) -> None:
        self.room.speak(name)
        self.room.wait(2.0)

    @rule(seconds=st.floats(0.0, 40.0), name=names)
    def lose_connection(self, seconds: float, name: str) -> None:
        if name not in self.present:
            return
        self.room.do(commands.Disconnect(ParticipantId(name)))
        self.room.wait(seconds)
        self.room.do(commands.Reconnect(ParticipantId(name), 9))
        if seconds >= 30.0:
            self.shown = None if self.shown == name else self.shown
            self.asked_on_stage = None if self.asked_on_stage == name else self.asked_on_stage

    @invariant()
    def nobody_reaches_more_people_than_he_agreed_to(self) -> None:
        room = self.room
        for viewer in self.present:
            snapshot = room.conference.snapshot(ParticipantId(viewer))
            known = {str(one.id) for one in snapshot.participants}
            bound = {str(one.participant) for one in snapshot.bindings if one.participant is not None}
            for other in self.present:
                if other == viewer:
                    continue
                is_mutual = self.visibility is GuestVisibility.ALL and {viewer, other} <= self.yes
                may = is_mutual or (self.shown == other and self.visibility is not GuestVisibility.HOSTS)
                classes = [room.classes[source_of(other, kind)] for kind in KINDS]
                gets = any(bits & room.hears[viewer] for bits in classes)
                assert gets == may, (viewer, other)
                assert (other in known) == may, (viewer, other)
                assert may or other not in bound, (viewer, other)
        assert room.conference._assembly.stage == self.shown

    @invariant()
    def hosts_reach_everybody(self) -> None:
        known = {str(one.id) for one in self.room.conference.snapshot(ParticipantId(HOST)).participants}
        assert known == {HOST, *self.present}


VisibilityMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestVisibility = VisibilityMachine.TestCase
