"""What the plane is told: gates, classes, bindings, layers; differences only; all again for a new connection."""

from __future__ import annotations

from typing import TypeVar

from tests.fakes.conferences import Told, conference, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.events import MediaChanged
from vdxmedia.conference.kinds import ContentHint, SlotKind, SourceKind
from vdxmedia.conference.media import BindSlot, Priority, SetGate, SetShedding
from vdxmedia.conference.settings import PictureQuality, RoomSettings
from vdxmedia.ids import ParticipantId, SourceId

CAMERA, MICROPHONE, SCREEN = SourceKind.CAMERA, SourceKind.MICROPHONE, SourceKind.SCREEN
T = TypeVar("T")


def test_microphone_off_closes_its_gate_and_on_opens_it() -> None:
    told = conference()
    told.join("a")
    microphone = source_of("a", MICROPHONE)
    assert told.gates[microphone] is False
    told.on("a", MICROPHONE)
    assert told.gates[microphone] is True
    told.off("a", MICROPHONE)
    assert told.gates[microphone] is False


def test_gate_closes_before_anything_else_is_said() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    (changed,) = [event for event in told.off("a", CAMERA) if isinstance(event, MediaChanged)]
    assert isinstance(changed.changes[0], SetGate)
    assert isinstance(changed.changes[1], BindSlot)


def test_who_may_not_subscribe_hears_nothing_and_has_no_slots() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b", subscribe=False, slots=0)
    assert told.hears["b"] == 0
    assert told.shown("b") == {}
    assert told.pins("b") == {}


def test_everyone_else_is_in_the_conference_class() -> None:
    told = conference()
    told.join("a")
    told.join("b")
    assert told.hears["a"] & told.classes[source_of("b", MICROPHONE)]
    assert told.hears["a"] & told.classes[source_of("b", CAMERA)]


def test_same_state_is_not_said_twice() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    assert told.media("b", is_new=False) == []


def test_new_connection_of_a_viewer_is_told_everything_again() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b", slots=4)
    told.relay.clear()
    hears = told.hears.pop("b")
    told.media("b", slots=4)
    assert told.shown("b") == {0: source_of("a", CAMERA)}
    assert len([key for key in told.relay if key[0] == "b"]) == 3 + 1 + 4
    assert told.hears["b"] == hears


def test_tile_that_was_told_before_the_media_was_there_keeps_its_size() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b", media=False)
    told.tile("b", 0, 720)
    told.media("b")
    assert told.relay["b", SlotKind.VIDEO, 0] == (source_of("a", CAMERA), 2)


def test_new_connection_of_a_publisher_is_bound_again_everywhere() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    told.relay.clear()
    told.gates.clear()
    told.media("a")
    assert told.shown("b") == {0: source_of("a", CAMERA)}
    assert told.gates[source_of("a", CAMERA)] is True


def test_source_without_media_connection_is_not_bound_until_it_has_one() -> None:
    told = conference()
    told.join("b")
    told.join("a", media=False, camera=True)
    assert told.places("b") == {0: "a"}
    assert told.shown("b") == {}
    told.media("a")
    assert told.shown("b") == {0: source_of("a", CAMERA)}
    told.do(commands.MediaClosed(ParticipantId("a")))
    assert told.shown("b") == {}


def test_leaving_unbinds_what_was_shown() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    told.leave("a")
    assert told.relay["b", SlotKind.VIDEO, 0] == (None, 2)


def test_layer_follows_the_tile() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    camera = source_of("a", CAMERA)
    assert told.relay["b", SlotKind.VIDEO, 0] == (camera, 1), "before the client has said anything"
    told.tile("b", 0, 1080)
    assert told.relay["b", SlotKind.VIDEO, 0] == (camera, 2)
    told.tile("b", 0, 180)
    assert told.relay["b", SlotKind.VIDEO, 0] == (camera, 0)


def test_room_of_standard_quality_gives_no_camera_its_highest_layer_but_screens_theirs() -> None:
    told = conference(quality=PictureQuality.SD)
    told.join("a", camera=True)
    told.join("b")
    told.tile("b", 0, 1080)
    assert told.relay["b", SlotKind.VIDEO, 0] == (source_of("a", CAMERA), 1)
    told.do(commands.ChangeSettings(RoomSettings(quality=PictureQuality.HD), None, None))
    assert told.relay["b", SlotKind.VIDEO, 0] == (source_of("a", CAMERA), 2)
    told.do(commands.ChangeSettings(RoomSettings(quality=PictureQuality.SD), None, None))
    assert told.relay["b", SlotKind.VIDEO, 0] == (source_of("a", CAMERA), 1)
    told.on("a", SourceKind.SCREEN)
    index = next(index for index, source in told.shown("b").items() if source == source_of("a", SourceKind.SCREEN))
    told.tile("b", index, 1080)
    assert told.relay["b", SlotKind.VIDEO, index] == (source_of("a", SourceKind.SCREEN), 2)


def test_hidden_tile_is_paused_while_the_client_is_told_the_same() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    told.tile("b", 0, 0)
    assert told.shown("b") == {}
    assert told.places("b") == {0: "a"}
    told.tile("b", 0, 300)
    assert told.relay["b", SlotKind.VIDEO, 0] == (source_of("a", CAMERA), 1)


def test_size_of_a_tile_is_forgotten_when_another_takes_the_slot() -> None:
    told = conference()
    told.join("a", camera=True)
    told.join("b")
    told.tile("b", 0, 0)
    told.leave("a")
    told.join("c", camera=True)
    assert told.relay["b", SlotKind.VIDEO, 0] == (source_of("c", CAMERA), 1)


def test_tile_of_a_slot_that_is_not_there_is_ignored() -> None:
    told = conference()
    told.join("a", slots=2)
    assert told.tile("a", 7, 500) == []


def test_programme_slot_plays_the_newest_shared_sound_but_not_ones_own() -> None:
    told = conference()
    for name in "abc":
        told.join(name)
    told.on("a", SourceKind.SCREEN_AUDIO)
    told.on("b", SourceKind.SCREEN_AUDIO)
    sound = {who: told.relay[who, SlotKind.PROGRAMME, 0][0] for who in "abc"}
    assert sound == {
        "a": source_of("b", SourceKind.SCREEN_AUDIO),
        "b": source_of("a", SourceKind.SCREEN_AUDIO),
        "c": source_of("b", SourceKind.SCREEN_AUDIO),
    }


def priorities(told: Told, viewer: str) -> dict[SourceId, Priority]:
    """What the relay was told last of each picture that the viewer is shown."""
    last: dict[int, BindSlot] = {}
    for change in said_of(told, BindSlot):
        if change.participant == viewer and change.kind is SlotKind.VIDEO:
            last[change.index] = change
    return {bind.source: bind.priority for bind in last.values() if bind.source is not None}


def said_of(told: Told, kind: type[T]) -> list[T]:
    changes = (change for event in told.events if isinstance(event, MediaChanged) for change in event.changes)
    return [change for change in changes if isinstance(change, kind)]


def test_priority_is_the_main_speakers_face_before_a_screen_before_other_faces() -> None:
    told = conference()
    for name in "abcd":
        told.join(name, camera=True, microphone=True)
    told.on("c", SCREEN)
    told.speak("b")
    told.wait(2)
    camera = {name: source_of(name, CAMERA) for name in "abcd"}
    assert priorities(told, "a") == {
        camera["b"]: Priority.SPEAKER,
        source_of("c", SCREEN): Priority.SCREEN,
        camera["c"]: Priority.OTHERS,
        camera["d"]: Priority.OTHERS,
    }
    assert Priority.SPEAKER > Priority.SCREEN > Priority.OTHERS


def test_priority_goes_over_to_who_speaks_now_and_differs_for_the_speaker() -> None:
    told = conference()
    for name in "abc":
        told.join(name, camera=True, microphone=True)
    told.speak("b")
    told.wait(2)
    told.speak("c")
    told.wait(10)
    b, c = source_of("b", CAMERA), source_of("c", CAMERA)
    assert priorities(told, "a") == {b: Priority.OTHERS, c: Priority.SPEAKER}
    assert priorities(told, "c")[b] is Priority.SPEAKER, "to the speaker, the one before"


def test_screen_of_the_main_speaker_does_not_come_before_the_speakers_face() -> None:
    told = conference()
    for name in "ab":
        told.join(name, camera=True, microphone=True)
    told.on("b", SCREEN)
    told.speak("b")
    told.wait(2)
    assert priorities(told, "a") == {
        source_of("b", CAMERA): Priority.SPEAKER,
        source_of("b", SCREEN): Priority.SCREEN,
    }


def test_sound_has_no_priority_among_pictures() -> None:
    told = conference()
    for name in "abc":
        told.join(name, microphone=True)
    told.on("c", SourceKind.SCREEN_AUDIO)
    told.speak("b")
    told.wait(2)
    sounds = [bind for bind in said_of(told, BindSlot) if bind.kind is not SlotKind.VIDEO and bind.source is not None]
    assert {bind.kind for bind in sounds} == {SlotKind.SPEAKER, SlotKind.PROGRAMME}
    assert {bind.priority for bind in sounds} == {Priority.OTHERS}, "the relay sends sound before any picture"


def test_what_is_shed_first_follows_the_content_hint_and_stays_until_another() -> None:
    told = conference()
    told.join("a", camera=True)
    camera, screen = source_of("a", CAMERA), source_of("a", SCREEN)
    assert said_of(told, SetShedding) == [SetShedding(camera, False), SetShedding(screen, False)]

    def shed_after(active: bool, hint: ContentHint | None) -> list[SetShedding]:
        before = len(said_of(told, SetShedding))
        told.do(commands.SetSource(ParticipantId("a"), CAMERA, active, hint))
        return said_of(told, SetShedding)[before:]

    assert shed_after(True, ContentHint.MOTION) == [SetShedding(camera, True)]
    assert shed_after(False, None) == []
    assert shed_after(True, None) == [], "as it was"
    assert shed_after(True, ContentHint.DETAIL) == [SetShedding(camera, False)]
