"""What hosts do in calls, on its way to the audit log."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from scripts.permissions_table import commands
from tests.fakes.hub_clients import until
from vdxmedia.clock import ManualClock
from vdxmedia.conference import doors_desk, floor_asked, lobby_desk, mutes_desk, roles_desk, settings_desk
from vdxmedia.conference.choices import LobbyPolicy
from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.floor_commands import GrantFloor
from vdxmedia.conference.floor_request import FloorRequestId
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.errors import BadInput, Refused
from vdxmedia.hub import call_audit
from vdxmedia.hub.call_audit import AUDITED, CallAct, CallAudit, NotNoted, fields_of
from vdxmedia.hub.counters import Counters
from vdxmedia.ids import ParticipantId, RoomId

ROOM, HOST, GUEST = RoomId("room"), ParticipantId("host"), ParticipantId("guest")
MUTES = mutes_desk.CloseSource(HOST, GUEST, SourceKind.MICROPHONE)
MUTED = ("CloseSource", "target=guest", f"kind={SourceKind.MICROPHONE.value}")


class Store:
    def __init__(self) -> None:
        self.written: list[list[CallAct]] = []
        self.refuses = False
        self.rejects = ""
        """A command that is never taken."""

    async def append_acts(self, acts: Sequence[CallAct]) -> None:
        if self.refuses:
            raise Refused("gone", code="store_unavailable")
        if any(act.fields[0] == self.rejects for act in acts):
            raise BadInput("no", code="store_rejected")
        self.written.append(list(acts))

    def fields(self) -> list[tuple[str, ...]]:
        return [act.fields for batch in self.written for act in batch]


class Stage:
    def __init__(self) -> None:
        self.store = Store()
        self.clock = ManualClock()
        self.counters = Counters()
        self.audit = CallAudit(self.store, self.clock, self.counters)

    def note(self, command: Asked, times: int = 1) -> None:
        for _ in range(times):
            self.audit.note(command, ROOM, "192.0.2.7")

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.audit:
            yield


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(call_audit, "WRITE_WITHIN_S", 0.01)
    monkeypatch.setattr(call_audit, "RETRY_S", 0.01)
    return Stage()


def test_every_command_says_whether_it_is_noted_and_all_that_only_hosts_may_are() -> None:
    assert AUDITED.keys() == set(commands())
    for kind, audited in AUDITED.items():
        assert isinstance(audited, NotNoted) == (kind.right is Right.ANYONE), kind.__name__
        if isinstance(audited, NotNoted):
            assert audited.why


def test_note_says_the_command_whom_it_was_about_and_words_of_closed_lists_but_no_text() -> None:
    assert fields_of(MUTES) == MUTED
    assert fields_of(roles_desk.SetRole(HOST, GUEST, Role.HOST)) == ("SetRole", "target=guest", "role=host")
    refused = lobby_desk.RefuseWaiting(HOST, GUEST, "Din prøve er positiv", is_barred=True)
    assert fields_of(refused) == ("RefuseWaiting", "waiting=guest", "is_barred=yes")
    changed = settings_desk.ChangeRoom(participant=HOST, lobby=LobbyPolicy.KNOCK, guests_may_unmute=False)
    assert fields_of(changed) == ("ChangeRoom", "lobby", "guests_may_unmute")
    granted = floor_asked.GrantTheFloor(HOST, GrantFloor(by=HOST, request=FloorRequestId(7), preempts=True))
    assert fields_of(granted) == ("GrantTheFloor", "floor=speech", "request=7", "preempts=yes")
    assert fields_of(mutes_desk.AnswerAsked(GUEST, SourceKind.CAMERA, True)) is None


async def test_what_is_done_together_is_one_transaction_in_its_order(stage: Stage) -> None:
    async with stage.running():
        stage.note(MUTES)
        stage.note(doors_desk.RemovePerson(HOST, GUEST))
        await until(lambda: stage.store.written)
    (batch,) = stage.store.written
    assert [act.fields[0] for act in batch] == ["CloseSource", "RemovePerson"]
    assert {(act.room, act.participant, act.address, act.at) for act in batch} == {
        (ROOM, HOST, "192.0.2.7", 1_800_000_000)
    }


async def test_same_act_a_thousand_times_is_noted_at_once_and_then_once_a_minute_with_how_often(stage: Stage) -> None:
    async with stage.running():
        stage.note(MUTES, 1000)
        stage.note(doors_desk.RemovePerson(HOST, GUEST))
        await until(lambda: len(stage.store.fields()) == 2)
        stage.clock.advance(call_audit.REPEATED_WITHIN_S)
        stage.note(MUTES, 500)
        await until(lambda: len(stage.store.fields()) == 4)
        assert stage.store.fields()[2:] == [(*MUTED, "times=999"), MUTED]
    assert stage.store.fields()[4:] == [(*MUTED, "times=499")]  # the server ends


async def test_store_that_is_away_gets_all_when_it_is_back_and_nobody_waits(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.store.refuses = True
    async with stage.running():
        stage.note(MUTES)
        await until(lambda: stage.counters.totals().get("audit_notes_refused", 0) > 2)
        assert [record.getMessage() for record in expected_errors] == ["audit_failing reason=gone waiting=1"]
        stage.store.refuses = False
        await until(lambda: stage.store.written)
    assert stage.store.fields() == [MUTED]


async def test_note_that_the_store_never_takes_keeps_back_no_other(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.store.rejects = "MuteGuests"
    async with stage.running():
        stage.note(MUTES)
        stage.note(mutes_desk.MuteGuests(HOST))
        stage.note(doors_desk.EndForAll(HOST))
        await until(lambda: len(stage.store.fields()) == 2)
    assert stage.store.fields() == [MUTED, ("EndForAll",)]
    assert stage.counters.totals()["audit_call_acts_rejected"] == len(expected_errors) == 1


async def test_full_is_counted_and_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, expected_errors: list[logging.LogRecord]
) -> None:
    monkeypatch.setattr(call_audit, "MAX_WAITING", 2)
    for kind in SourceKind:
        stage.note(mutes_desk.CloseSource(HOST, GUEST, kind))
    assert len(stage.audit) == 2
    assert stage.counters.totals()["audit_call_acts_dropped"] == len(SourceKind) - 2
    assert [record.getMessage() for record in expected_errors] == ["audit_full waiting=2"]


async def test_noting_takes_the_loop_some_microseconds(stage: Stage) -> None:
    """Ten times what it takes, so that it holds on a busy machine: it is in the way of the floor's revocation."""
    began = time.process_time()
    for number in range(2000):
        stage.audit.note(
            mutes_desk.CloseSource(HOST, ParticipantId(f"p{number}"), SourceKind.CAMERA), ROOM, "192.0.2.7"
        )
    assert (time.process_time() - began) / 2000 < 200e-6
