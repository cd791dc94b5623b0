"""Who gets which slot: stability, pairs, stage, screens, and who gives way."""

from __future__ import annotations

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.slots import People, Person, Place, assign
from vdxmedia.ids import ParticipantId

CAMERA, SCREEN, MICROPHONE = SourceKind.CAMERA, SourceKind.SCREEN, SourceKind.MICROPHONE


def room(names: str, *, slots: int = 9, camera: bool = True) -> Told:
    told = conference()
    for name in names:
        told.join(name, slots=slots, camera=camera, microphone=True)
    return told


def test_nobody_sees_themselves() -> None:
    told = room("ab")
    assert told.places("a") == {0: "b"}
    assert told.places("b") == {0: "a"}


def test_place_is_kept_while_the_camera_is_off() -> None:
    told = room("abcd")
    assert told.places("a") == {0: "b", 1: "c", 2: "d"}
    told.off("b", CAMERA)
    assert told.places("a") == {0: "b", 1: "c", 2: "d"}
    assert told.shown("a") == {1: source_of("c", CAMERA), 2: source_of("d", CAMERA)}
    assert told.pins("a")[0] == "b", "the paired sound stays"


def test_those_who_stay_keep_their_slots_when_one_leaves() -> None:
    told = room("abcdef")
    told.leave("c")
    assert told.places("a") == {0: "b", 2: "d", 3: "e", 4: "f"}
    told.join("g", camera=True)
    assert told.places("a") == {0: "b", 1: "g", 2: "d", 3: "e", 4: "f"}


def test_small_room_pins_the_sound_of_every_pair() -> None:
    told = room("abcd")
    assert told.pins("a") == {0: "b", 1: "c", 2: "d"}


def test_large_room_pins_nobody_before_someone_speaks() -> None:
    told = room("abcde")
    assert told.pins("a") == {}


def test_room_that_becomes_small_moves_people_down_to_free_pairs() -> None:
    told = room("abcde")
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "e"}
    told.leave("c")
    assert told.places("a") == {0: "b", 1: "e", 2: "d"}
    assert told.pins("a") == {0: "b", 1: "e", 2: "d"}


def test_main_speaker_takes_the_stage_of_a_large_room() -> None:
    told = room("abcdef")
    told.speak("e")
    assert told.places("a")[0] == "b"
    told.wait(0.5)
    assert told.places("a") == {0: "e", 1: "c", 2: "d", 3: "b", 4: "f"}
    assert told.pins("a") == {0: "e"}


def test_short_sound_moves_nobody() -> None:
    told = room("abcdef")
    told.speak("e")
    told.wait(0.3)
    told.speak()
    told.wait(60)
    assert told.places("a")[0] == "b"


def test_stage_changes_at_once_when_the_main_speaker_has_fallen_silent() -> None:
    told = room("abcdef")
    told.speak("e")
    told.wait(2)
    told.speak()
    told.wait(2)
    assert told.places("a")[0] == "e", "stays while nobody speaks"
    told.speak("d")
    told.wait(0.5)
    assert told.places("a")[0] == "d"


def test_stage_changes_to_a_louder_one_only_after_a_while() -> None:
    told = room("abcdef")
    told.speak("e")
    told.wait(2)
    told.speak("d", "e")
    told.wait(1.9)
    assert told.places("a")[0] == "e"
    told.wait(0.2)
    assert told.places("a")[0] == "d"


def test_main_speaker_sees_the_one_before_on_stage() -> None:
    told = room("abcdef")
    told.speak("e")
    told.wait(2)
    told.speak("d", "e")
    told.wait(2.1)
    assert told.places("d")[0] == "e"


def test_speaker_takes_the_place_of_the_one_silent_longest() -> None:
    told = room("abcdef", slots=4)
    assert sorted(told.places("a").values()) == ["b", "c", "d", "e"]
    for name in "bcd":
        told.speak(name)
        told.wait(1)
        told.speak()
        told.wait(2)
    told.speak("f")
    told.wait(0.5)
    assert sorted(told.places("a").values()) == ["b", "c", "d", "f"]


def test_camera_that_is_on_takes_the_place_of_one_that_is_off() -> None:
    told = room("abcd", slots=2)
    told.off("b", CAMERA)
    assert told.places("a") == {0: "d", 1: "c"}


def test_screen_goes_above_the_pairs() -> None:
    told = room("abcd")
    told.on("b", SCREEN)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "b*"}
    assert told.pins("a") == {0: "b", 1: "c", 2: "d"}
    assert told.places("b") == {0: "a", 1: "c", 2: "d"}, "not to oneself"


def test_screen_whose_sound_is_heard_is_beside_that_sound() -> None:
    told = room("abcdef", slots=6)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "e", 4: "f"}
    told.on("b", SCREEN)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "e", 4: "f", 5: "b*"}
    told.on("b", SourceKind.SCREEN_AUDIO)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "b*", 4: "f", 5: "e"}
    told.off("b", SourceKind.SCREEN_AUDIO)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "b*", 4: "f", 5: "e"}, "it stays"


def test_screen_takes_a_persons_slot_above_the_pairs_when_all_are_taken() -> None:
    told = room("abcdef", slots=5)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "e", 4: "f"}
    told.on("b", SCREEN)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "e", 4: "b*"}
    told.off("b", SCREEN)
    assert told.places("a") == {0: "b", 1: "c", 2: "d", 3: "e", 4: "f"}


def test_screen_takes_the_last_of_few_slots() -> None:
    told = room("abcd", slots=3)
    told.on("b", SCREEN)
    assert told.places("a") == {0: "b", 1: "c", 2: "b*"}
    told.on("c", SCREEN)
    assert told.places("a") == {0: "b", 1: "c", 2: "c*"}, "the newest"
    told.off("c", SCREEN)
    assert told.places("a")[2] == "b*"


def test_without_video_slots_sound_is_automatic() -> None:
    told = conference()
    told.join("a", slots=0)
    told.join("b", camera=True, microphone=True)
    assert told.places("a") == {}
    assert told.pins("a") == {}


def test_who_publishes_neither_camera_nor_microphone_takes_no_slot() -> None:
    told = conference()
    told.join("a")
    told.join("b", publish=())
    assert told.places("a") == {}


def test_fewer_slots_offered_than_asked_for_are_respected() -> None:
    told = room("abcd")
    told.media("a", slots=1)
    assert told.places("a") == {0: "b"}


# ── the table itself ──────────────────────────────────────────────────────────────────────────────────────────────

VIEWER = ParticipantId("viewer")


def person(name: str, joined: int = 0, *, camera: bool = True, speaking: bool = False, last: float = 0.0) -> Person:
    return Person(ParticipantId(name), camera, True, speaking, last, joined)


def places(*names: str) -> list[Place]:
    """A `*` is a screen."""
    return [Place(ParticipantId(n.strip("*")), SCREEN if n.endswith("*") else CAMERA) for n in names]


def crowd(*special: Person) -> People:
    """So many that their sounds do not fit into the pairs."""
    return People([*special, *(person(f"n{index}", 10 + index) for index in range(8))])


def test_pins_do_not_take_the_place_of_a_screen() -> None:
    people = crowd(person("a"), person("b"))
    pins = [ParticipantId("a"), ParticipantId("b")]
    seats = assign(VIEWER, [], 2, people, [ParticipantId("n0")], None, pins)
    assert list(seats) == places("a", "n0*")


def test_screen_in_the_only_slot_does_not_leave_the_stage_to_who_speaks() -> None:
    people = crowd(person("s", speaking=True))
    assert list(assign(VIEWER, [], 1, people, [ParticipantId("n0")], ParticipantId("s"))) == places("n0*")


def test_speaker_takes_the_stage_from_one_who_is_not_pinned_and_leaves_the_pinned_where_they_are() -> None:
    people = crowd(person("s", speaking=True), *(person(name, speaking=True, last=1.0) for name in "ab"))
    before = places("a", "b")
    assert list(assign(VIEWER, before, 2, people, [], ParticipantId("s"), [ParticipantId("b")])) == places("s", "b")


def test_speaker_does_not_take_the_stage_where_every_place_is_pinned() -> None:
    people = crowd(person("s", speaking=True), person("a"), person("b"))
    pins = [ParticipantId("a"), ParticipantId("b")]
    before = places("a", "b")
    assert list(assign(VIEWER, before, 2, people, [], ParticipantId("s"), pins)) == before


def test_camera_takes_no_place_that_a_pin_or_a_screen_has() -> None:
    people = crowd(person("a", camera=False), person("s", speaking=True))
    seats = assign(VIEWER, places("a", "n0*"), 2, people, [ParticipantId("n0")], None, [ParticipantId("a")])
    assert list(seats) == places("a", "n0*")


def test_speaker_on_the_stage_moves_the_pinned_one_from_there_to_another_place() -> None:
    people = crowd(person("s", speaking=True), *(person(name, speaking=True, last=1.0) for name in "ab"))
    before = places("a", "b")
    assert list(assign(VIEWER, before, 2, people, [], ParticipantId("s"), [ParticipantId("a")])) == places("s", "a")


def test_main_speaker_who_is_silent_and_has_lost_his_place_does_not_come_back() -> None:
    people = crowd(person("s"), *(person(name, speaking=True) for name in "ab"))
    before = places("a", "b")
    assert list(assign(VIEWER, before, 2, people, [], ParticipantId("s"))) == before


def test_new_screen_takes_a_persons_place_rather_than_another_screens() -> None:
    people = People([person(name, index) for index, name in enumerate("abcde")])
    before = places("a", "b", "c", "d*", "e")
    seats = assign(VIEWER, before, 5, people, [ParticipantId("a"), ParticipantId("d")], None)
    assert list(seats) == places("a", "b", "c", "d*", "a*")


def test_speaker_who_is_heard_again_after_a_while_is_established_at_once() -> None:
    told = room("abcdef")
    told.speak("f")
    told.now += 3
    told.speak("f")
    assert told.places("a")[0] == "f"
