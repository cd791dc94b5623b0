"""The main speaker of each who hears: never a matter of those whom he does not hear."""

from __future__ import annotations

from vdxmedia.conference.permissions import GUESTS, HOSTS, PRIVATE, STAGE, group
from vdxmedia.conference.speakers import ESTABLISHED_AFTER_S
from vdxmedia.conference.voices import MAX_EARS, Voices
from vdxmedia.ids import ParticipantId

HOST, GUEST, VIEWER = ParticipantId("h"), ParticipantId("g"), ParticipantId("v")
ALL = HOSTS | GUESTS | STAGE | PRIVATE


def speak(voices: Voices, since_s: float, *audible: tuple[ParticipantId, int]) -> None:
    voices.heard(audible, since_s)
    voices.tick(since_s + ESTABLISHED_AFTER_S)


def test_louder_one_who_is_not_heard_does_not_take_over() -> None:
    voices = Voices()
    speak(voices, 0.0, (HOST, HOSTS))
    speak(voices, 5.0, (GUEST, PRIVATE))
    voices.tick(7.0)
    assert voices.main_for(VIEWER, HOSTS) == HOST
    assert voices.main_for(VIEWER, ALL) == GUEST
    assert voices.is_established(GUEST)
    assert voices.last_spoke_s(HOST) == 5.0


def test_group_has_a_main_speaker_of_its_own_from_its_first_viewer_on() -> None:
    voices = Voices()
    assert voices.main_for(VIEWER, group(2)) is None
    speak(voices, 0.0, (GUEST, group(2)))
    assert voices.main_for(VIEWER, group(2)) == GUEST
    assert voices.main_for(GUEST, group(2)) is None


def test_who_is_heard_no_more_is_nobodys_main_speaker() -> None:
    voices = Voices()
    speak(voices, 0.0, (GUEST, GUESTS))
    voices.permit(GUEST, PRIVATE)
    assert voices.main_for(VIEWER, HOSTS | GUESTS | STAGE) is None
    assert voices.main_for(VIEWER, ALL) == GUEST
    voices.forget(GUEST)
    assert voices.main_for(VIEWER, ALL) is None
    assert voices.deadline() is None


def test_more_sets_of_ears_than_can_be_have_no_main_speaker() -> None:
    voices = Voices()
    for ears in range(1 << 20, (1 << 20) + MAX_EARS):
        voices.main_for(VIEWER, ears)
    assert voices.main_for(VIEWER, 1 << 30) is None
    assert len(voices.mains) == MAX_EARS
