"""How pictures are arranged: who chooses, pins, and the interpreter whom nobody may lose."""

from __future__ import annotations

import msgspec
import pytest

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.choices import LayoutChoice, RoomMode
from vdxmedia.conference.events import BindingsChanged, DocumentChanged
from vdxmedia.conference.help import Recognise
from vdxmedia.conference.kept import KeptConference
from vdxmedia.conference.kinds import ContentHint, Role, SourceKind
from vdxmedia.conference.layout_desk import ChooseLayout, LayoutDocument, PinPeople
from vdxmedia.conference.layouts import LAYOUTS, Arrangement
from vdxmedia.conference.media import MediaChange, Priority, SetShedding
from vdxmedia.conference.settings import GuestVisibility, PictureQuality, RoomSettings
from vdxmedia.conference.visibility import AnswerVisibility
from vdxmedia.errors import BadField, NotAllowed, NotFound
from vdxmedia.ids import ParticipantId

A, B, H = ParticipantId("a"), ParticipantId("b"), ParticipantId("h")


def layout_of(told: Told, name: str) -> LayoutDocument:
    documents = told.conference.snapshot(ParticipantId(name)).documents
    (found,) = [one for one in documents if isinstance(one, LayoutDocument)]
    return found


def test_table_has_the_ten_view_types_as_they_are_named() -> None:
    words = {"zero": 0, "one": 1, "two": 2, "four": 4, "five": 5, "seven": 7, "nine": 9, "sixteen": 16}
    words |= {"twentyone": 21, "twentyfive": 25, "thirtythree": 33}
    fixed = {name: one for name, one in LAYOUTS.items() if one.arrangement is Arrangement.FIXED}
    assert len(fixed) == 10
    for name, one in fixed.items():
        mains, _, pips, _ = name.split("_")
        assert (one.mains, one.pips) == (words[mains], words[pips])


def test_each_chooses_for_himself_and_takes_it_back() -> None:
    told = conference(host_layout="speaker", guest_layout="lecture")
    told.join("a")
    told.join("b")
    told.do(ChooseLayout(A, "nine_mains_zero_pips"))
    assert layout_of(told, "a").layout == "nine_mains_zero_pips"
    assert layout_of(told, "b").layout == "lecture"
    told.do(ChooseLayout(A, None))
    assert layout_of(told, "a").layout == "lecture"


def test_unknown_layout_is_refused_by_desk_and_settings() -> None:
    told = conference()
    told.join("a")
    with pytest.raises(BadField):
        told.do(ChooseLayout(A, "mosaic"))
    with pytest.raises(BadField):
        RoomSettings(guest_layout="mosaic").validate()


def test_where_a_host_chooses_for_all_guests_do_not() -> None:
    told = conference(layout_choice=LayoutChoice.EACH)
    told.join("a")
    told.join("h", role=Role.HOST)
    told.do(ChooseLayout(A, "speaker"))
    told.do(ChooseLayout(H, "speaker"))
    settings = RoomSettings(layout_choice=LayoutChoice.HOSTS)
    told.do(commands.ChangeSettings(settings, None, None))
    assert (layout_of(told, "a").layout, layout_of(told, "a").may_choose) == ("grid", False)
    assert (layout_of(told, "h").layout, layout_of(told, "h").may_choose) == ("speaker", True)
    with pytest.raises(NotAllowed) as refused:
        told.do(ChooseLayout(A, "speaker"))
    assert refused.value.code == "hosts_only"


def test_arranging_anew_for_all_takes_the_place_of_what_each_chose() -> None:
    told = conference()
    told.join("a")
    told.do(ChooseLayout(A, "speaker"))
    told.do(commands.ChangeSettings(RoomSettings(guest_layout="lecture"), None, None))
    assert layout_of(told, "a").layout == "lecture"


def test_mode_decides_where_the_room_names_none() -> None:
    told = conference(mode=RoomMode.TRAINING)
    told.join("a")
    told.join("h", role=Role.HOST)
    assert (layout_of(told, "a").layout, layout_of(told, "h").layout) == ("lecture", "grid")


def test_pinned_person_gets_a_place_before_cameras_that_are_on() -> None:
    told = conference(maximum=9)
    told.join("v", slots=2)
    for name in "abc":
        told.join(name, camera=True)
    told.join("d")
    assert set(told.places("v").values()) == {"a", "b"}
    told.do(PinPeople(ParticipantId("v"), (ParticipantId("d"), ParticipantId("c"))))
    assert set(told.places("v").values()) == {"d", "c"}
    told.do(PinPeople(ParticipantId("v"), ()))
    told.on("a", SourceKind.CAMERA)
    assert "c" in told.places("v").values(), "who has a place keeps it"


def test_more_pins_than_slots_give_places_to_the_first() -> None:
    told = conference(maximum=9)
    told.join("v", slots=2)
    for name in "abc":
        told.join(name)
    told.do(PinPeople(ParticipantId("v"), tuple(map(ParticipantId, "cba"))))
    assert set(told.places("v").values()) == {"c", "b"}
    assert layout_of(told, "v").pins == ("c", "b", "a")


def test_pin_goes_with_the_person_who_leaves() -> None:
    told = conference()
    told.join("a")
    told.join("b")
    told.do(PinPeople(A, (B,)))
    told.leave("b")
    assert layout_of(told, "a").pins == ()


def test_pinning_tells_nothing_of_those_one_may_not_know() -> None:
    told = conference(guest_visibility=GuestVisibility.HOSTS)
    told.join("a")
    told.join("b")
    refusals = []
    for one in (B, ParticipantId("nobody"), A):
        with pytest.raises(NotFound) as refused:
            told.do(PinPeople(A, (one,)))
        refusals.append((refused.value.code, refused.value.text))
    assert len(set(refusals)) == 1


def test_speaker_on_a_large_stage_does_not_push_a_pinned_person_out() -> None:
    told = conference(maximum=20)
    told.join("v", slots=2)
    for name in "abcdef":
        told.join(name, camera=True, microphone=True)
    told.do(PinPeople(ParticipantId("v"), (A,)))
    told.speak("f")
    told.wait(3)
    assert set(told.places("v").values()) == {"a", "f"}
    told.do(PinPeople(ParticipantId("v"), (A, B)))
    told.speak("e")
    told.wait(3)
    assert set(told.places("v").values()) == {"a", "b"}


def test_sign_interpreter_is_shown_to_everyone_first_and_fluently() -> None:
    told = conference(maximum=20)
    told.join("v", slots=1)
    told.join("a", camera=True)
    assert set(told.places("v").values()) == {"a"}
    said = told.join("t", function="Tegnsprogstolk", camera=True)
    assert set(told.places("v").values()) == {"t"}
    shedding: list[MediaChange] = [
        change
        for event in said
        for change in getattr(event, "changes", ())
        if isinstance(change, SetShedding) and change.source == source_of("t", SourceKind.CAMERA)
    ]
    assert shedding == [SetShedding(source_of("t", SourceKind.CAMERA), is_size_first=True)]
    assert told.priorities["v", 0] is Priority.SPEAKER
    told.speak("a")
    told.wait(3)
    assert set(told.places("v").values()) == {"t"}, "never dropped"


def test_layout_is_told_only_to_whom_it_changes() -> None:
    told = conference()
    told.join("a")
    told.join("b")
    said = [event for event in told.do(ChooseLayout(A, "speaker")) if isinstance(event, DocumentChanged)]
    assert [event.to for event in said] == [(A,)]


def test_hint_of_an_interpreter_can_be_changed_by_the_owner() -> None:
    told = conference()
    told.join("t", function="tegnsprogstolk", camera=True)
    told.do(commands.SetSource(ParticipantId("t"), SourceKind.CAMERA, True, ContentHint.DETAIL))


def first_for(told: Told, viewer: str) -> set[str]:
    return {name for index, name in told.places(viewer).items() if told.priorities[viewer, index] is Priority.SPEAKER}


def test_presenter_is_the_main_one_while_he_shares_whoever_speaks() -> None:
    told = conference(presenter_is_main=True)
    for name in ("v", "a", "b"):
        told.join(name, camera=True, microphone=True)
    told.speak("b")
    told.wait(5)
    assert first_for(told, "v") == {"b"}
    told.on("a", SourceKind.SCREEN)
    assert first_for(told, "v") == {"a"}
    assert first_for(told, "a") == {"b"}, "nobody is his own main one"
    told.do(commands.ChangeSettings(RoomSettings(presenter_is_main=False), None, None))
    assert first_for(told, "v") == {"b"}
    told.do(commands.ChangeSettings(RoomSettings(presenter_is_main=True), None, None))
    told.off("a", SourceKind.SCREEN)
    assert first_for(told, "v") == {"b"}


def test_presenter_has_a_place_in_a_crowd_though_he_never_spoke() -> None:
    told = conference(presenter_is_main=True, maximum=50)
    told.join("v", slots=4)
    others = [f"p{number:02}" for number in range(20)]
    for name in others:
        told.join(name, camera=True, microphone=True)
        told.speak(name)
        told.wait(2)
    told.join("quiet", camera=True, microphone=True)
    assert "quiet" not in told.places("v").values()
    told.on("quiet", SourceKind.SCREEN)
    assert {"quiet", "quiet*"} <= set(told.places("v").values()), "himself and his screen"


def test_who_only_says_that_he_interprets_is_pinned_by_nobody_until_a_host_has_ticked_him() -> None:
    told = conference(maximum=20)
    told.join("v", slots=1)
    told.join("a", camera=True, microphone=True)
    told.join("h", role=Role.HOST)
    told.join("t", function="tegnsprogstolk", says_function_himself=True, camera=True)
    assert set(told.places("v").values()) == {"a"}
    tick = Recognise(ParticipantId("h"), ParticipantId("t"), is_recognised=True)
    changes = [change for event in told.do(tick) for change in getattr(event, "changes", ())]
    assert SetShedding(source_of("t", SourceKind.CAMERA), is_size_first=True) in changes
    assert set(told.places("v").values()) == {"t"}
    assert told.priorities["v", 0] is Priority.SPEAKER
    told.do(msgspec.structs.replace(tick, is_recognised=False))
    told.speak("a")
    told.wait(3)
    assert set(told.places("v").values()) == {"a"}


def test_interpreter_whom_a_host_ticked_is_one_after_a_restart_too() -> None:
    told = conference(maximum=20)
    told.join("v", slots=1)
    told.join("a", camera=True)
    told.join("h", role=Role.HOST)
    told.join("t", function="tegnsprogstolk", says_function_himself=True, camera=True)
    told.do(Recognise(ParticipantId("h"), ParticipantId("t"), is_recognised=True))
    kept = msgspec.json.decode(msgspec.json.encode(told.conference.kept(told.now)), type=KeptConference)
    after = conference(maximum=20)
    after.take(after.conference.restore(kept, after.now))
    for name in ("v", "a", "h", "t"):
        after.do(commands.Reconnect(ParticipantId(name), 1))
        after.media(name, slots=1)
    assert set(after.places("v").values()) == {"t"}


def test_host_who_says_that_he_interprets_is_believed() -> None:
    told = conference(maximum=20)
    told.join("v", slots=1)
    told.join("a", camera=True)
    told.join("t", role=Role.HOST, function="tegnsprogstolk", says_function_himself=True, camera=True)
    assert set(told.places("v").values()) == {"t"}


def test_layers_that_a_private_guest_is_asked_for_depend_on_hosts_only() -> None:
    few, all_of_them = {SourceKind.CAMERA: (0, 1)}, {}
    told = conference(mode=RoomMode.TRAINING, guest_visibility=GuestVisibility.HOSTS)
    told.join("h", role=Role.HOST)
    told.join("a")
    assert told.conference.layers_to_send(H) is None
    assert told.conference.layers_to_send(A) == few
    told.do(PinPeople(H, (A,)))
    assert told.conference.layers_to_send(A) == all_of_them
    for quality, asked in ((PictureQuality.HD, all_of_them), (PictureQuality.SD, few)):
        settings = RoomSettings(guest_visibility=GuestVisibility.HOSTS, quality=quality)
        told.do(commands.ChangeSettings(settings, None, None))
        assert told.conference.layers_to_send(A) == asked
    seen = conference()
    seen.join("a")
    assert seen.conference.layers_to_send(A) is None


def test_who_is_not_known_any_more_is_unpinned_and_his_going_is_told_by_nothing() -> None:
    told = conference()
    told.join("h", role=Role.HOST)
    told.join("a")
    told.join("b")
    told.do(PinPeople(A, (B, H)))
    said = told.do(commands.ChangeSettings(RoomSettings(guest_visibility=GuestVisibility.HOSTS), None, None))
    assert layout_of(told, "a").pins == (H,)
    assert any(A in getattr(event, "to", ()) for event in said)
    assert not any(A in getattr(event, "to", ()) for event in told.leave("b"))


def test_who_hides_is_unpinned_by_the_others() -> None:
    told = conference()
    told.join("a")
    told.join("b")
    told.do(PinPeople(A, (B,)))
    told.do(commands.ChangeSettings(RoomSettings(guest_visibility=GuestVisibility.SPOTLIGHT), None, None))
    told.do(commands.ChangeSettings(RoomSettings(), None, None))
    for name in (A, B):
        told.do(AnswerVisibility(name, agrees=True))
    told.do(PinPeople(A, (B,)))
    told.do(AnswerVisibility(B, agrees=False))
    assert layout_of(told, "a").pins == ()


def test_pins_that_outlasted_a_restart_end_with_the_pinned_one() -> None:
    told = conference()
    told.join("a")
    told.join("b")
    told.do(PinPeople(A, (B,)))
    kept = msgspec.json.decode(msgspec.json.encode(told.conference.kept(told.now)), type=KeptConference)
    after = conference()
    after.take(after.conference.restore(kept, after.now))
    assert layout_of(after, "a").pins == (B,)
    after.leave("b")
    assert layout_of(after, "a").pins == ()


def test_layout_of_ones_own_outlasts_a_restart_as_long_as_one_may_choose() -> None:
    told = conference(layout_choice=LayoutChoice.EACH)
    for name in "ab":
        told.join(name)
    room = layout_of(told, "b").layout
    told.do(ChooseLayout(A, "one_main_seven_pips"))
    kept = msgspec.json.decode(msgspec.json.encode(told.conference.kept(told.now)), type=KeptConference)
    after = conference(layout_choice=LayoutChoice.EACH)
    after.take(after.conference.restore(kept, after.now))
    assert (layout_of(after, "a").layout, layout_of(after, "b").layout) == ("one_main_seven_pips", room)
    again = msgspec.json.decode(msgspec.json.encode(after.conference.kept(after.now)), type=KeptConference)
    assert again.desks["layout"] == kept.desks["layout"]
    after.do(commands.ChangeSettings(RoomSettings(layout_choice=LayoutChoice.HOSTS), None, None))
    assert layout_of(after, "a").layout == room
    # By a server that knew another layout.
    other = conference(layout_choice=LayoutChoice.EACH)
    other.take(other.conference.restore(msgspec.structs.replace(kept, desks={"layout": {"a": "gone"}}), 0.0))
    assert layout_of(other, "a").layout == room


def test_newcomer_changes_nothing_for_whom_the_room_is_large_and_full_while_it_is_small_for_others() -> None:
    told = conference(guest_visibility=GuestVisibility.HOSTS, maximum=20)
    told.join("h", role=Role.HOST, slots=1)
    for name in "abcdef":
        told.join(name, slots=2)
    said = told.join("i", role=Role.HOST, media=False)
    arranged = {event.participant for event in said if isinstance(event, BindingsChanged)}
    assert H not in arranged
    assert {A, B} <= arranged
