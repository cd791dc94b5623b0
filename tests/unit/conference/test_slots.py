"""Who gets which slot: stability, pairs, stage, screens, and who gives way."""

from __future__ import annotations

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference.kinds import SourceKind

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
