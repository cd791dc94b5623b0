"""A conference over a restart: who is back is back as before, and nobody is more visible or louder than before."""

from __future__ import annotations

import contextlib
import dataclasses

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.conferences import Told, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.choices import FloorPolicy, GuestVisibility
from vdxmedia.conference.conference import RETURN_KEPT_S, SEAT_KEPT_S, Conference
from vdxmedia.conference.events import SettingsChosen
from vdxmedia.conference.floor_asked import AskForFloor, GiveFloorBack, GrantTheFloor
from vdxmedia.conference.floor_commands import GrantFloor, ReleaseFloor, RequestFloor
from vdxmedia.conference.floor_request import FloorRequestId
from vdxmedia.conference.floor_rules import FloorKind
from vdxmedia.conference.groups import AnswerGroup, EndAside, EndGroups, FormGroups, StartAside
from vdxmedia.conference.kept import SEQUENCE_LEAP, KeptConference, KeptPerson
from vdxmedia.conference.kinds import Connection, ContentHint, Role, SourceKind
from vdxmedia.conference.layout_desk import PinPeople
from vdxmedia.conference.mutes_desk import CloseSource, MuteGuests
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.roles_desk import SetRole
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.settings_desk import ChangeRoom
from vdxmedia.conference.visibility import AnswerSpotlight, AnswerVisibility, Spotlight
from vdxmedia.errors import InvalidTransition, VdxError
from vdxmedia.ids import ParticipantId, SourceId

MADE_ANEW = {
    "audience": "worked out from the others",
    "is_film": "a film's process dies with the server",
    "joined": "the order of `people`",
    "note": "never stored; it comes again with the token",
    "is_recognised": "by the desk that keeps the ticks",
    "slots": "the next offer's",
    "floored": "the relay is new, too",
    "connection": "away",
    "lost_at_s": "since the restart",
    "has_media": "gone with the server",
    "places": "arranged",
    "tiles": "said again by the page",
    "main": "arranged",
    "bindings": "arranged",
    "shows": "arranged",
    "hints_given": "counts from anew",
    "told": "worked out from the others",
}


def made(**settings: object) -> Told:
    return Told(Conference(RoomSettings(**settings), roster_round_s=0.0))  # type: ignore[arg-type]


def restarted(before: Told, *, now: float = 7.0, **settings: object) -> Told:
    """The next server's, from the bytes of this one's."""
    kept = msgspec.json.decode(msgspec.json.encode(before.conference.kept(before.now)), type=KeptConference)
    chosen = RoomSettings(**settings) if settings else before.conference.settings  # type: ignore[arg-type]
    after = Told(Conference(chosen, now_s=now, roster_round_s=0.0), now=now)
    after.take(after.conference.restore(kept, now))
    return after


def back(told: Told, name: str) -> None:
    told.do(commands.Reconnect(ParticipantId(name), 9))
    told.media(name)


def known(told: Told, name: str) -> dict[str, Connection]:
    return {one.id: one.connection for one in told.conference.snapshot(ParticipantId(name)).participants}


def test_every_field_of_a_participant_is_kept_or_made_anew() -> None:
    fields = {field.name for field in dataclasses.fields(Participant)}
    assert fields == set(KeptPerson.__struct_fields__) - {"is_returning"} | set(MADE_ANEW)


def test_people_and_what_they_have_on_are_there_again_and_away() -> None:
    before = made()
    before.join("a", role=Role.HOST, camera=True)
    before.join("b", microphone=True, function="Tolk")
    after = restarted(before)
    assert len(after.conference) == 2
    back(after, "a")
    assert known(after, "a") == {"a": Connection.CONNECTED, "b": Connection.RECONNECTING}
    (a, b) = after.conference.snapshot(ParticipantId("a")).participants
    assert (a.role, b.function) == (Role.HOST, "Tolk")
    assert after.gates[source_of("a", SourceKind.CAMERA)]
    assert not after.gates[source_of("a", SourceKind.MICROPHONE)]
    back(after, "b")
    assert after.gates[source_of("b", SourceKind.MICROPHONE)]
    assert after.shown("b")[0] == source_of("a", SourceKind.CAMERA)


def test_nothing_is_sent_to_or_from_anybody_before_his_media_is_there() -> None:
    before = made()
    before.join("a", camera=True, microphone=True)
    before.join("b", camera=True)
    after = restarted(before)
    assert (after.relay, after.gates, after.hears) == ({}, {}, {})
    assert not after.conference.has_media(ParticipantId("a"))


def test_numbers_of_events_go_on_above_those_that_clients_have() -> None:
    before = made()
    before.join("a")
    after = restarted(before, now=0.0)
    assert after.conference.sequence >= before.conference.sequence + SEQUENCE_LEAP


def test_who_does_not_come_back_is_given_up_as_after_a_lost_connection() -> None:
    before = made()
    before.join("a")
    before.join("b", camera=True)
    after = restarted(before)
    back(after, "a")
    after.wait(SEAT_KEPT_S - 1)
    assert known(after, "a")["b"] is Connection.RECONNECTING
    after.wait(2)
    assert known(after, "a")["b"] is Connection.RETURNING
    after.wait(RETURN_KEPT_S)
    assert known(after, "a") == {"a": Connection.CONNECTED}


def test_who_was_on_his_way_back_is_so_still_and_has_nothing_on() -> None:
    before = made()
    before.join("a")
    before.join("b", camera=True)
    before.do(commands.Disconnect(ParticipantId("b")))
    before.wait(SEAT_KEPT_S + 1)
    after = restarted(before)
    back(after, "a")
    assert known(after, "a")["b"] is Connection.RETURNING
    after.wait(RETURN_KEPT_S + 1)
    assert set(known(after, "a")) == {"a"}


def test_newest_screen_and_what_matters_in_a_picture_stay() -> None:
    before = made()
    for name in ("a", "b"):
        before.join(name)
        before.on(name, SourceKind.SCREEN)
    before.do(commands.SetSource(ParticipantId("a"), SourceKind.CAMERA, True, ContentHint.MOTION))
    after = restarted(before)
    for name in ("a", "b"):
        back(after, name)
    kept = after.conference.kept(after.now)
    assert kept.people == before.conference.kept(before.now).people
    after.do(commands.SetSource(ParticipantId("a"), SourceKind.SCREEN, False))
    after.do(commands.SetSource(ParticipantId("a"), SourceKind.SCREEN, True))
    a, b = after.conference.kept(after.now).people
    assert a.sources[2].active_since > max(source.active_since for source in b.sources)


def test_two_with_the_same_id_or_source_are_no_state() -> None:
    before = made()
    before.join("a")
    kept = before.conference.kept(0.0)
    (person,) = kept.people
    for other in (person, msgspec.structs.replace(person, id=ParticipantId("b"))):
        twice = msgspec.structs.replace(kept, people=(person, other))
        with pytest.raises(InvalidTransition):
            made().conference.restore(twice, 0.0)


def test_state_of_a_desk_that_is_not_one_is_refused_and_of_none_is_passed_over() -> None:
    with pytest.raises(msgspec.ValidationError):
        made().conference.restore(KeptConference(sequence=1, people=(), desks={"captions": 7}), 0.0)
    made().conference.restore(KeptConference(sequence=1, people=(), desks={"of yesterday": 7}), 0.0)


NAMES = "abcde"


def asked_by(who: ParticipantId, of: ParticipantId) -> dict[str, commands.Asked]:
    """Everything that decides who is seen and heard."""
    return {
        "aside": StartAside(who, target=of),
        "aside without picture": StartAside(who, target=of, keeps_picture=False),
        "end aside": EndAside(who),
        "groups": FormGroups(who, groups=((who, of),)),
        "end groups": EndGroups(who),
        "agree group": AnswerGroup(who, agrees=True),
        "close": CloseSource(who, target=of, kind=SourceKind.MICROPHONE),
        "mute guests": MuteGuests(who),
        "spotlight": Spotlight(who, target=of),
        "agree spotlight": AnswerSpotlight(who, agrees=True),
        "agree": AnswerVisibility(who, agrees=True),
        "decline": AnswerVisibility(who, agrees=False),
        "host": SetRole(who, target=of, role=Role.HOST),
        "guest": SetRole(who, target=of, role=Role.GUEST),
        "ask for the floor": AskForFloor(who, RequestFloor(by=who)),
        "ask for the screen": AskForFloor(who, RequestFloor(by=who, floor=FloorKind.SCREEN)),
        "give it back": GiveFloorBack(who, ReleaseFloor(by=who)),
        **{f"grant {at}": GrantTheFloor(who, GrantFloor(by=who, request=FloorRequestId(at))) for at in (1, 2, 3)},
        **{f"become {value}": ChangeRoom(who, guest_visibility=value) for value in GuestVisibility},
        **{f"floor {value}": ChangeRoom(who, floor_policy=value) for value in FloorPolicy},
        **{f"screen {value}": ChangeRoom(who, screen_policy=value) for value in FloorPolicy},
        "pin": PinPeople(who, people=(of,)),
        "hosts too": ChangeRoom(who, hosts_exempt=False),
    }


ASKED = sorted(asked_by(ParticipantId(""), ParticipantId("")))
NAME = st.sampled_from(NAMES)
STEP = st.one_of(
    st.tuples(st.just("join"), NAME, st.sampled_from(Role)),
    st.tuples(st.sampled_from(["leave", "lose"]), NAME, st.none()),
    st.tuples(st.just("reconnect"), NAME, st.sampled_from([4, 9])),
    st.tuples(st.just("hint"), NAME, st.sampled_from(ContentHint)),
    st.tuples(st.sampled_from(["on", "off"]), NAME, st.sampled_from(SourceKind)),
    st.tuples(st.just("wait"), st.sampled_from(["1", "20", "100"]), st.none()),
    st.tuples(st.sampled_from(ASKED), NAME, NAME),
)


def take(told: Told, what: str, who: str, detail: object) -> None:
    one = ParticipantId(who)
    if what == "wait":
        told.wait(float(who))
    elif what == "join" and one not in told.conference:
        told.join(who, role=detail)  # type: ignore[arg-type]
    elif one not in told.conference or what == "join":
        pass
    elif what == "leave":
        told.leave(who)
    elif what == "lose":
        told.do(commands.Disconnect(one))
    elif what == "reconnect":
        told.do(commands.Reconnect(one, detail))  # type: ignore[arg-type]
    elif known(told, who)[who] is not Connection.CONNECTED:
        pass  # nobody is there who could ask for anything
    elif what == "on":
        told.on(who, detail)  # type: ignore[arg-type]
    elif what == "hint":
        told.do(commands.SetSource(one, SourceKind.CAMERA, True, ContentHint(str(detail))))
    elif what == "off":
        told.off(who, detail)  # type: ignore[arg-type]
    else:
        said = told.do(asked_by(one, ParticipantId(str(detail)))[what])
        for event in said:
            if isinstance(event, SettingsChosen):
                told.do(commands.ChangeSettings(event.settings, None, None))


@example(visibility=GuestVisibility.ALL, steps=[("on", "c", SourceKind.CAMERA)])
@example(visibility=GuestVisibility.ALL, steps=[("lose", "b", None), ("wait", "100", None), ("aside", "a", "b")])
@given(visibility=st.sampled_from(GuestVisibility), steps=st.lists(STEP, max_size=30))
def test_nobody_is_more_visible_or_louder_after_a_restart_whatever_happened_before(
    visibility: GuestVisibility, steps: list[tuple[str, str, object]]
) -> None:
    before = made(guest_visibility=visibility)
    before.join("a", role=Role.HOST)
    before.join("b", microphone=True, camera=True)
    before.join("c", microphone=True)
    for what, who, detail in steps:
        with contextlib.suppress(VdxError):
            take(before, what, who, detail)
    people = [one for one in NAMES if ParticipantId(one) in before.conference]
    after = restarted(before, now=3.0)
    assert [person.id for person in after.conference.kept(3.0).people] == [
        person.id for person in before.conference.kept(before.now).people
    ]
    for name in people:
        back(after, name)
    for name in people:
        assert set(known(after, name)) <= set(known(before, name))
        for other in people:
            for kind in SourceKind:
                source = source_of(other, kind)
                if name != other and reaches(after, source, name):
                    assert reaches(before, source, name), f"{other} reaches {name} with {kind}"


@example(visibility=GuestVisibility.ALL, steps=[("on", "b", SourceKind.SCREEN), ("off", "b", SourceKind.SCREEN)])
@given(visibility=st.sampled_from(GuestVisibility), steps=st.lists(STEP, max_size=30))
def test_what_is_kept_does_not_hang_on_what_was_kept_before(
    visibility: GuestVisibility, steps: list[tuple[str, str, object]]
) -> None:
    """Who is the same as the last time is not looked at again."""
    rooms = made(guest_visibility=visibility), made(guest_visibility=visibility)
    for told in rooms:
        told.join("a", role=Role.HOST)
        told.join("b", microphone=True, camera=True)
    often, once = rooms
    for what, who, detail in [*steps, ("pin", "a", "b"), ("hint", "b", ContentHint.MOTION), ("reconnect", "a", 4)]:
        often.conference.kept(often.now)
        for told in rooms:
            with contextlib.suppress(VdxError):
                take(told, what, who, detail)
    assert often.conference.kept(often.now) == once.conference.kept(once.now)


def reaches(told: Told, source: SourceId, listener: str) -> bool:
    """As the relay decides it."""
    is_open = told.gates[source] and told.floor_gates.get(source, True)
    return is_open and told.classes[source] & told.hears[listener] != 0


def test_who_was_sent_away_in_the_call_is_not_let_in_by_what_the_room_remembers_of_before_it() -> None:
    remembered = Admissions()
    remembered.admit(["bo", "anna"])
    before = Told(Conference(RoomSettings(), roster_round_s=0.0, admissions=remembered))
    kept = msgspec.json.encode(before.conference.kept(0.0))
    old = Admissions()
    old.admit(["bo", "anna", "carl"])
    old.bar(["anna"])
    Conference(RoomSettings(), admissions=old).restore(msgspec.json.decode(kept, type=KeptConference), 0.0)
    assert old.state() == remembered.state()
