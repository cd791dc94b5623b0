"""Layers, speakers' smoothing, connection quality, settings: arithmetic and small automata."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.conference import permissions
from vdxmedia.conference.choices import RoomMode, StartMicrophone
from vdxmedia.conference.kinds import Quality
from vdxmedia.conference.layers import layer_for
from vdxmedia.conference.names import each_plain, paragraphs
from vdxmedia.conference.permissions import MAX_GROUPS
from vdxmedia.conference.quality import (
    ADVISE_AFTER_S,
    EXPECTED_WEAK_S,
    WITHDRAW_AFTER_S,
    QualityMeter,
    UplinkAdviser,
)
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.speakers import ESTABLISHED_AFTER_S, Speakers
from vdxmedia.errors import BadField
from vdxmedia.ids import ParticipantId

P = [ParticipantId(name) for name in "abcd"]


@pytest.mark.parametrize(("height", "layer"), [(1, 0), (240, 0), (241, 1), (480, 1), (481, 2), (8192, 2)])
def test_first_layer_is_by_plain_height(height: int, layer: int) -> None:
    assert layer_for(height, None) == layer


@pytest.mark.parametrize(
    ("previous", "height", "layer"),
    [
        (0, 264, 0),
        (0, 265, 1),
        (1, 217, 1),
        (1, 216, 0),
        (1, 528, 1),
        (1, 529, 2),
        (2, 433, 2),
        (2, 432, 1),
        (0, 720, 2),
    ],
)
def test_change_of_layer_needs_a_tenth_more(previous: int, height: int, layer: int) -> None:
    assert layer_for(height, previous) == layer


@given(st.integers(1, 8192), st.sampled_from([None, 0, 1, 2]))
def test_layer_is_stable_for_the_same_height(height: int, previous: int | None) -> None:
    layer = layer_for(height, previous)
    assert 0 <= layer <= 2
    assert layer_for(height, layer) == layer


@given(st.lists(st.tuples(st.floats(0, 5), st.lists(st.sampled_from(P), unique=True, max_size=4)), max_size=40))
def test_speakers_never_wait_for_a_past_deadline(steps: list[tuple[float, list[ParticipantId]]]) -> None:
    speakers, now = Speakers(), 0.0
    for pause, audible in steps:
        end = now + pause
        while (deadline := speakers.deadline()) is not None and deadline <= end:
            now = max(now, deadline)
            speakers.tick(now)
            after = speakers.deadline()
            assert after is None or after > deadline
        now = end
        speakers.heard(audible, now)
        main = speakers.main_for(ParticipantId("nobody"))
        assert main is None or speakers.last_spoke_s(main) > float("-inf")


def test_speakers_forgotten_leave_no_trace() -> None:
    speakers = Speakers()
    speakers.heard([P[0]], 0.0)
    speakers.tick(ESTABLISHED_AFTER_S)
    assert speakers.main_for(P[1]) == P[0]
    speakers.forget(P[0])
    assert speakers.main_for(P[1]) is None
    assert speakers.deadline() is None


def test_quality_warns_after_two_bad_readings_and_reassures_slowly() -> None:
    meter = QualityMeter()
    bad = {"uplink_loss": 0.2, "downlink_loss": 0.0, "rtt_s": 0.05, "is_silent": False}
    good = {**bad, "uplink_loss": 0.0}
    assert [meter.read(**bad) for _ in range(3)] == [False, True, False]  # type: ignore[arg-type]
    assert meter.quality is Quality.WEAK
    assert [meter.read(**good) for _ in range(4)] == [False, False, False, True]  # type: ignore[arg-type]
    assert meter.quality is Quality.GOOD


def test_quality_reading_of_a_long_period_counts_for_all_of_it() -> None:
    meter = QualityMeter()
    assert [meter.read(0.2, 0.0, None, is_silent=False) for _ in range(2)] == [False, True]
    assert meter.read(0.0, 0.0, None, is_silent=False, period_s=5.0)
    assert meter.quality is Quality.GOOD


def test_quality_that_was_found_weak_beforehand_stays_so_until_it_has_been_good_for_long() -> None:
    meter = QualityMeter(EXPECTED_WEAK_S)

    def good(seconds: float) -> bool:
        return meter.read(0.0, 0.0, 0.05, is_silent=False, period_s=seconds)

    assert [good(1.0), good(1.0)] == [False, True]
    assert meter.quality is Quality.WEAK
    meter = meter.anew()
    assert good(EXPECTED_WEAK_S - 2)
    assert meter.quality is Quality.WEAK
    assert good(5.0)
    assert meter.quality is Quality.GOOD
    assert meter.anew().read(0.0, 0.0, 0.05, is_silent=True), "what is lost is not called weak"


def test_quality_lost_is_said_at_once() -> None:
    meter = QualityMeter()
    assert meter.read(0.0, 0.0, None, is_silent=True)
    assert meter.quality is Quality.LOST


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("subject", "x" * 201, "$.subject"),
        ("organisation", "a\nb", "$.organisation"),
        ("help_line", "1" * 41, "$.helpLine"),
        ("maximum", 0, "$.maximum"),
        ("opens_at", float("nan"), "$.opensAt"),
    ],
)
def test_settings_out_of_bounds_name_the_field(field: str, value: object, path: str) -> None:
    with pytest.raises(BadField) as bad:
        RoomSettings(**{field: value}).validate()  # type: ignore[arg-type]
    assert bad.value.field == path


@pytest.mark.parametrize(
    ("mode", "said", "begins"),
    [("training", "on", "muted"), ("training", "off", "off"), ("training", "muted", "muted"), ("meeting", "on", "on")],
)
def test_training_begins_with_guests_muted(mode: str, said: str, begins: str) -> None:
    settings = RoomSettings(mode=RoomMode(mode), guest_microphone=StartMicrophone(said))
    assert settings.start_microphone == begins


def test_settings_that_close_before_they_open_are_refused() -> None:
    with pytest.raises(BadField):
        RoomSettings(opens_at=20.0, closes_at=10.0).validate()


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("max_speakers", 0, "$.maxSpeakers"),
        ("host_layout", "seven_mains", "$.hostLayout"),
        ("guest_pin", "12a4", "$.guestPin"),
        ("admitters", ("",), "$.admitters"),
    ],
)
def test_settings_that_name_what_is_not_there_name_the_field(field: str, value: object, path: str) -> None:
    with pytest.raises(BadField) as bad:
        RoomSettings(**{field: value}).validate()  # type: ignore[arg-type]
    assert bad.value.field == path


def test_settings_with_one_pin_for_both_are_refused() -> None:
    with pytest.raises(BadField) as bad:
        RoomSettings(host_pin="1234", guest_pin="1234").validate()
    assert bad.value.field == "$.guestPin"


def test_camera_is_advised_off_on_a_bad_way_and_on_again_much_later() -> None:
    adviser = UplinkAdviser()

    def read(loss: float, bps: int | None, seconds: float) -> bool:
        return adviser.read(loss, bps, is_sending_camera=not adviser.advises_camera_off, period_s=seconds)

    assert not read(0.0, 500_000, 60.0)
    assert not read(0.5, 500_000, ADVISE_AFTER_S - 1)
    assert not read(0.0, 500_000, 1.0), "a good reading begins anew"
    assert not read(0.0, 50_000, ADVISE_AFTER_S - 1)
    assert read(0.5, None, 2.0)
    assert adviser.advises_camera_off
    assert not read(0.0, None, WITHDRAW_AFTER_S - 1)
    assert read(0.0, None, 2.0)
    assert not adviser.advises_camera_off


def test_quality_of_who_lost_the_connection_is_lost_once() -> None:
    meter = QualityMeter()
    assert meter.lose()
    assert not meter.lose()


def test_speaker_who_is_forgotten_is_no_rival_and_no_former_one() -> None:
    speakers = Speakers()
    speakers.heard([P[0]], 0.0)
    speakers.tick(ESTABLISHED_AFTER_S)
    speakers.heard([P[1], P[0]], 1.0)
    speakers.tick(1.0 + ESTABLISHED_AFTER_S)  # the second is louder by now, and rivals
    speakers.forget(P[1])
    assert speakers.main_for(P[2]) == P[0]
    speakers.heard([P[1]], 3.0)
    speakers.tick(9.0)
    assert speakers.main_for(P[2]) == P[1]
    speakers.forget(P[0])  # the one before
    assert speakers.main_for(P[1]) is None


def test_groups_have_an_end() -> None:
    assert permissions.group(MAX_GROUPS - 1) > permissions.group(0)
    for index in (-1, MAX_GROUPS):
        with pytest.raises(ValueError, match="groups are"):
            permissions.group(index)


def test_text_of_several_lines_keeps_its_lines_and_loses_what_turns_it() -> None:
    assert each_plain("a\u202eb\n") == "a b "
    assert paragraphs("\n a\u202eb \n\n\n\nc\x07\n") == "a b\n\nc"
