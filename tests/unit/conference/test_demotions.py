"""Who was made a guest does not have the chair again by coming back."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.conferences import Told, conference
from vdxmedia.conference import commands
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.demotions import MAX_DEMOTIONS, Demotions
from vdxmedia.conference.kept import KeptConference
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.lobby_desk import SetLock
from vdxmedia.conference.roles_desk import SetRole
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import Refused
from vdxmedia.ids import ParticipantId

HOST, GUEST = Role.HOST, Role.GUEST
CHAIR, ANNA = ParticipantId("chair"), ParticipantId("anna")


def join(told: Told, name: str, *keys: str, role: Role = HOST) -> Role:
    told.do(
        commands.Join(
            participant=ParticipantId(name),
            name=name,
            role=role,
            organisation="",
            function="",
            publish={},
            can_subscribe=True,
            video_slots=0,
            admission_keys=keys,
        )
    )
    return told.conference.role_of(ParticipantId(name))


def demoted(**settings: object) -> Told:
    """The chair has made a guest of Anna, and she has gone."""
    told = conference(**settings)
    join(told, "chair", "i-chair")
    join(told, "anna", "i-anna", "s-1")
    told.do(SetRole(CHAIR, ANNA, GUEST))
    told.do(commands.Leave(ANNA))
    return told


@pytest.mark.parametrize("keys", [("i-anna", "s-9"), ("s-1",)])
def test_who_comes_back_by_his_hosts_link_or_device_is_a_guest(keys: tuple[str, ...]) -> None:
    told = demoted()
    assert told.conference.role_for(HOST, keys) is GUEST
    assert join(told, "again", *keys) is GUEST
    assert told.conference.role_for(HOST, ("i-other",)) is HOST
    assert told.conference.role_for(HOST, ()) is HOST


def test_each_new_device_is_known_too() -> None:
    told = demoted()
    join(told, "second", "s-1", "s-2")
    told.do(commands.Leave(ParticipantId("second")))
    assert join(told, "third", "s-2", "s-3") is GUEST


def test_locked_door_is_locked_for_who_was_made_a_guest() -> None:
    told = conference()
    join(told, "chair", "i-chair")
    join(told, "anna", "i-anna")
    told.do(SetRole(CHAIR, ANNA, GUEST))
    told.do(commands.Leave(ANNA))
    told.do(SetLock(CHAIR, True))
    with pytest.raises(Refused) as refused:
        join(told, "again", "i-anna")
    assert refused.value.code == "must_wait"


def test_host_gives_the_chair_back_for_good() -> None:
    told = demoted()
    join(told, "again", "i-anna")
    told.do(SetRole(CHAIR, ParticipantId("again"), HOST))
    told.do(commands.Leave(ParticipantId("again")))
    assert join(told, "third", "i-anna") is HOST


def test_chair_that_nobody_has_goes_to_whose_link_says_so() -> None:
    """Else a room whose host has gone home would have none any more. Who is only away has it still."""
    told = demoted()
    join(told, "guest", role=GUEST)
    told.do(commands.Disconnect(CHAIR))
    told.wait(60.0)
    assert told.conference.role_for(HOST, ("i-anna",)) is GUEST
    told.do(commands.Leave(CHAIR))
    assert join(told, "again", "i-anna") is HOST
    assert join(told, "chair", "i-chair") is HOST
    assert told.conference.role_for(HOST, ("i-anna",)) is HOST


def test_restart_gives_nobody_the_chair_back() -> None:
    before = demoted()
    join(before, "again", "i-anna", "s-2")
    told = before.conference.kept(before.now)
    kept = msgspec.json.decode(msgspec.json.encode(told), type=KeptConference)
    after = Told(Conference(RoomSettings(), roster_round_s=0.0))
    after.take(after.conference.restore(kept, 0.0))
    assert after.conference.role_of(ParticipantId("again")) is GUEST
    for keys in (("i-anna",), ("s-2",)):
        assert after.conference.role_for(HOST, keys) is GUEST


def test_nobody_without_a_key_is_noted_and_the_oldest_is_forgotten() -> None:
    demotions = Demotions()
    demotions.add(())
    assert demotions.state() == ()
    for number in range(MAX_DEMOTIONS + 1):
        demotions.add((f"i-{number}",))
    demotions.add(("i-5", "s-5"))
    assert len(demotions.state()) == MAX_DEMOTIONS
    assert not demotions.holds(("i-0",))
    assert demotions.holds(("s-5",))
