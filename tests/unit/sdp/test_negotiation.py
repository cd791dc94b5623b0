"""What each m-line becomes, on a first offer and on later ones."""

from __future__ import annotations

import re

import msgspec
import pytest

from tests.unit.sdp.builders import FIXTURES, agree, audio, kinds_of, local_for, offer_of, video
from vdxmedia.errors import BadSdp
from vdxmedia.sdp.answer import write_answer
from vdxmedia.sdp.capabilities import EXTENSION_NAMES, MID_URI, is_constrained_baseline
from vdxmedia.sdp.negotiation import Agreement, Role
from vdxmedia.sdp.offer import parse_offer


def slots_of(agreement: Agreement) -> list[tuple[str, int]]:
    return [(slot.kind, slot.index) for slot in agreement.slots.values()]


def test_negotiation_of_the_joins_m_lines_fills_every_place() -> None:
    agreement = agree(parse_offer(FIXTURES["chromium-vp8-simulcast"]))
    assert [source.kind for source in agreement.sources.values()] == ["microphone", "camera", "screen", "screenAudio"]
    assert agreement.sources["1"].rids == ("q", "h", "f")
    assert agreement.sources["2"].rids == ("q", "f")
    expected = [("speaker", 0), ("speaker", 1), ("speaker", 2), ("programme", 0), *(("video", i) for i in range(9))]
    assert slots_of(agreement) == expected
    video_slot, speaker = agreement.slots["8"], agreement.slots["4"]
    assert (video_slot.has_rtx, video_slot.has_nack, video_slot.has_transport_cc) == (True, True, True)
    assert (speaker.has_rtx, speaker.has_nack, speaker.has_transport_cc) == (False, False, True)


@pytest.mark.parametrize("fixture", ["firefox-vp8-simulcast", "firefox-no-preferences", "chromium-vp8-simulcast"])
def test_slots_carry_what_their_own_m_line_offers(fixture: str) -> None:
    offer = parse_offer(FIXTURES[fixture])
    sections = {section.mid: section for section in offer.sections}
    slots = agree(offer).slots.values()
    assert {slot.kind for slot in slots} == {"speaker", "programme", "video"}
    for slot in slots:
        offered = {EXTENSION_NAMES.get(it.uri): it.id for it in sections[slot.mid].extensions}
        carried = {name: number for name, number in msgspec.structs.asdict(slot.extension_ids).items() if number}
        assert carried.items() <= offered.items()
        assert {"mid", "transport_cc"} <= set(carried)
        assert ("audio_level" in carried) == (slot.kind != "video")
        if slot.kind != "video":
            assert not {"orientation", "playout_delay", "rid", "rrid"} & set(carried)
        if slot.kind != "video" and fixture.startswith("firefox"):
            assert "abs_send_time" not in carried


def test_sources_take_remb_where_transport_wide_feedback_cannot_be() -> None:
    assert [source.has_remb for source in agree(parse_offer(FIXTURES["aiortc"])).sources.values()] == [False, True]
    text = FIXTURES["chromium-vp8-simulcast"]
    whole = agree(parse_offer(text)).sources.values()
    assert {source.kind: source.has_remb for source in whole if source.kind == "camera"} == {"camera": False}
    # Without the sequence numbers that it needs, the other feedback tells nothing.
    numbers = re.compile(r"a=extmap:\d+ http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc[^\r]*\r\n")
    without = agree(parse_offer(numbers.sub("", text)))
    assert {source.kind: source.has_remb for source in without.sources.values()} == {
        "microphone": False, "camera": True, "screen": True, "screenAudio": False,
    }  # fmt: skip
    assert not any(slot.has_transport_cc for slot in without.slots.values())


def test_slots_have_redundancy_where_their_m_line_offers_it() -> None:
    slots = agree(parse_offer(FIXTURES["chromium-no-preferences"])).slots.values()
    assert {slot.kind for slot in slots if slot.has_red} == {"speaker", "programme"}
    assert not any(slot.has_rtx or slot.has_nack for slot in slots if slot.has_red)
    for name in ("firefox-no-preferences", "chromium-vp8-simulcast", "aiortc"):
        agreement = agree(parse_offer(FIXTURES[name]))
        assert agreement.payload_types.red == 0
        assert not any(slot.has_red for slot in agreement.slots.values())


RED_OF_OPUS = ("a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111")


@pytest.mark.parametrize(
    ("lines", "red"),
    [
        (RED_OF_OPUS, 63),
        (("a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111/111"), 63),
        (("a=rtpmap:63 red/48000/2", "a=fmtp:63 111/0"), 0),
        (("a=rtpmap:63 red/48000/2", "a=fmtp:63 96/96"), 0),
        (("a=rtpmap:63 red/48000/2",), 0),
        (("a=rtpmap:63 red/8000", "a=fmtp:63 111/111"), 0),
    ],
)
def test_redundancy_is_taken_of_opus_alone(lines: tuple[str, ...], red: int) -> None:
    offer = offer_of(audio("0", "sendonly", *lines), audio("1", "recvonly", *lines)).replace(
        "SAVPF 111", "SAVPF 111 63"
    )
    agreement = agree(parse_offer(offer))
    assert agreement.payload_types.red == red
    assert agreement.lines[0].payload_types == ((63, 111) if red else (111,))
    assert agreement.slots["1"].has_red == bool(red)


def test_later_offer_keeps_a_slot_without_redundancy_as_it_was() -> None:
    before = agree(parse_offer(offer_of(audio("0"))))
    more = [audio("0"), audio("1", "recvonly", *RED_OF_OPUS)]
    after = agree(parse_offer(offer_of(*more).replace("SAVPF 111", "SAVPF 111 63")), previous=before)
    assert (after.slots["0"].has_red, after.slots["1"].has_red) == (False, True)
    assert after.lines[0].payload_types == (111,)


def test_negotiation_with_simulcast_leaves_ssrcs_to_the_extensions() -> None:
    source = agree(parse_offer(FIXTURES["firefox-vp8-simulcast"])).sources["1"]
    assert (source.rids, source.ssrc, source.rtx_ssrc) == (("q", "h", "f"), 0, 0)


def test_negotiation_without_simulcast_takes_the_ssrc_and_its_rtx() -> None:
    offer = parse_offer(FIXTURES["chromium-vp8-single"])
    source = agree(offer).sources["1"]
    assert {source.ssrc: source.rtx_ssrc} == offer.sections[1].rtx_of


def test_negotiation_sorts_our_layers_lowest_first() -> None:
    rids = ("a=rid:f send", "a=rid:q send", "a=rid:h send", "a=simulcast:send f;h;q")
    assert agree(parse_offer(offer_of(video("0", "sendonly", *rids)))).sources["0"].rids == ("q", "h", "f")


def test_negotiation_of_more_layers_than_three_takes_three() -> None:
    rids = [f"a=rid:{name} send" for name in "abcd"]
    offer = parse_offer(offer_of(video("0", "sendonly", *rids, "a=simulcast:send a;b;c;d")))
    assert agree(offer).sources["0"].rids == ("a", "b", "c")


def test_negotiation_of_more_slots_than_places_leaves_the_rest_idle() -> None:
    offer = parse_offer(offer_of(*(audio(str(number)) for number in range(6)), video("6"), video("7")))
    agreement = agree(offer, video_slots=1)
    assert slots_of(agreement) == [("speaker", 0), ("speaker", 1), ("speaker", 2), ("programme", 0), ("video", 0)]
    assert [line.role for line in agreement.lines[4:]] == [Role.IDLE, Role.IDLE, Role.SENDS, Role.IDLE]


def test_negotiation_of_a_kind_that_is_not_permitted_leaves_it_idle() -> None:
    offer = parse_offer(offer_of(audio("0", "sendonly"), video("1", "sendonly")))
    agreement = agree(offer, permitted=frozenset({"microphone"}))
    assert [line.role for line in agreement.lines] == [Role.RECEIVES, Role.IDLE]
    assert list(agreement.sources) == ["0"]


def test_negotiation_in_an_h264_room_takes_constrained_baseline_mode_1() -> None:
    agreement = agree(parse_offer(FIXTURES["chromium-h264-simulcast"]), codec="H264")
    assert (agreement.payload_types.h264, agreement.payload_types.h264_rtx) == (108, 109)
    assert agreement.lines[1].payload_types == (108, 109)
    assert agreement.lines[8].payload_types == (96, 97, 108, 109)


@pytest.mark.parametrize(("codec", "fmtp"), [("VP9", "profile-id=0"), ("AV1", "level-idx=5;profile=0;tier=0")])
def test_negotiation_in_a_room_of_vp9_or_av1_takes_it_with_the_dependency_descriptor(codec: str, fmtp: str) -> None:
    offer = parse_offer(FIXTURES["chromium-no-preferences"])
    agreement = agree(offer, codec=codec)
    types = agreement.payload_types
    number, repair = types.primary(codec), types.repair(codec)
    assert number
    assert repair
    assert agreement.extension_ids.dependency_descriptor
    slots = [slot for slot in agreement.slots.values() if slot.kind == "video"]
    assert all(slot.extension_ids.dependency_descriptor for slot in slots)
    answer = write_answer(offer, agreement, local_for(agreement))
    assert f"a=rtpmap:{number} {codec}/90000\r\na=fmtp:{number} {fmtp}" in answer
    assert f"a=fmtp:{repair} apt={number}" in answer


def test_negotiation_in_other_rooms_takes_no_dependency_descriptor() -> None:
    agreement = agree(parse_offer(FIXTURES["chromium-no-preferences"]))
    assert agreement.extension_ids.dependency_descriptor == 0
    assert (agreement.payload_types.vp9, agreement.payload_types.av1) == (0, 0)


def test_dependency_descriptor_needs_both_forms_of_header_extensions() -> None:
    offer = FIXTURES["chromium-no-preferences"].replace("a=extmap-allow-mixed\r\n", "")
    agreement = agree(parse_offer(offer), codec="AV1")
    assert agreement.extension_ids.dependency_descriptor == 0
    assert agreement.payload_types.av1


def test_negotiation_rejects_a_camera_without_the_rooms_codec() -> None:
    agreement = agree(parse_offer(offer_of(audio("0", "sendonly"), video("1", "sendonly"), video("2"))), codec="H264")
    assert [line.role for line in agreement.lines] == [Role.RECEIVES, Role.REJECTED, Role.SENDS]


def test_negotiation_without_any_known_codec_is_refused() -> None:
    offer = parse_offer(offer_of(audio("0")).replace("opus/48000/2", "speex/8000"))
    with pytest.raises(BadSdp, match="Opus") as caught:
        agree(offer)
    assert caught.value.code == "sdp_unsupported"


def test_negotiation_needs_the_first_m_line_when_transports_differ() -> None:
    text = offer_of(audio("0"), audio("1")).replace("opus/48000/2", "speex/8000", 1)
    assert agree(parse_offer(text)).lines[0].role is Role.REJECTED
    head, _, tail = text.rpartition("a=ice-ufrag:client")
    with pytest.raises(BadSdp, match="max-bundle"):
        agree(parse_offer(f"{head}a=ice-ufrag:other{tail}"))


@pytest.mark.parametrize(
    ("sources", "hint"),
    [
        ({}, "does not name it"),
        ({"0": "microphone", "1": "camera", "9": "screen"}, "does not have"),
        ({"0": "camera", "1": "camera"}, "same kind"),
        ({"0": "camera", "1": "microphone"}, "is audio"),
        ({"0": "microphone", "1": "hologram"}, "unknown kind"),
        ({"0": "microphone", "1": "camera", "2": "screenAudio"}, "recvonly"),
    ],
)
def test_negotiation_of_sources_that_contradict_the_offer_is_refused(sources: dict[str, str], hint: str) -> None:
    offer = parse_offer(offer_of(audio("0", "sendonly"), video("1", "sendonly"), audio("2")))
    with pytest.raises(BadSdp, match=hint):
        agree(offer, sources=sources)


# ── later offers ──────────────────────────────────────────────────────────────────────────────────────────────────

STOPPED, SECOND_CAMERA = video("1", port=0), video("4", "sendonly")
FIRST = [audio("0", "sendonly"), video("1", "sendonly"), audio("2"), video("3")]


def test_later_offer_with_more_slots_appends_them() -> None:
    before = agree(parse_offer(offer_of(*FIRST)))
    after = agree(parse_offer(offer_of(*FIRST, video("4"), audio("5"))), previous=before)
    assert slots_of(after) == [("speaker", 0), ("video", 0), ("video", 1), ("speaker", 1)]
    assert {mid: after.slots[mid] for mid in before.slots} == before.slots
    assert after.sources == before.sources


def test_later_offer_keeps_payload_types_and_extension_ids() -> None:
    first = [audio("0", "sendonly", "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"), video("1")]
    before = agree(parse_offer(offer_of(*first)))
    changed = offer_of(*first, video("2", "recvonly", "a=extmap:5 urn:ietf:params:rtp-hdrext:sdes:mid"))
    changed = changed.replace("SAVPF 96 97", "SAVPF 120 96 97").replace(
        "a=rtpmap:96", "a=rtpmap:120 VP8/90000\r\na=rtpmap:96"
    )
    after = agree(parse_offer(changed), previous=before)
    assert after.payload_types == before.payload_types
    assert after.extension_ids == before.extension_ids
    assert after.lines[2].payload_types == (96, 97)


def test_later_offer_with_a_paused_source_keeps_it_agreed() -> None:
    before = agree(parse_offer(offer_of(*FIRST)))
    paused = [FIRST[0], video("1", "inactive"), *FIRST[2:]]
    after = agree(parse_offer(offer_of(*paused)), sources={"0": "microphone", "1": "camera"}, previous=before)
    assert after.lines[1].role is Role.IDLE
    assert after.sources == before.sources


def test_later_offer_may_recycle_a_stopped_m_line() -> None:
    before = agree(parse_offer(offer_of(*FIRST[:3], video("3", port=0))))
    after = agree(parse_offer(offer_of(*FIRST[:3], video("4"))), previous=before)
    assert slots_of(after) == [("speaker", 0), ("video", 0)]


@pytest.mark.parametrize(
    ("sections", "sources", "hint"),
    [
        (FIRST[:3], None, "fewer m-lines"),
        ([audio("0", "sendonly"), video("x", "sendonly"), *FIRST[2:]], None, "changed its mid"),
        ([audio("0", "sendonly"), audio("1"), *FIRST[2:]], None, "changed its medium"),
        ([*FIRST[:3], video("3", "sendonly")], {"0": "microphone", "1": "camera", "3": "screen"}, "was a slot"),
        ([audio("0"), *FIRST[1:]], {"1": "camera"}, "was a source"),
        (FIRST, {"0": "screenAudio", "1": "camera"}, "was microphone"),
        ([*FIRST[:1], STOPPED, *FIRST[2:], SECOND_CAMERA], {"0": "microphone", "4": "camera"}, "replaceTrack"),
    ],
)
def test_later_offer_that_changes_the_agreed_is_refused(
    sections: list[list[str]], sources: dict[str, str] | None, hint: str
) -> None:
    before = agree(parse_offer(offer_of(*FIRST)))
    offer = parse_offer(offer_of(*sections))
    with pytest.raises(BadSdp, match=hint):
        agree(offer, sources=kinds_of(offer) if sources is None else sources, previous=before)


# ── capabilities ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("profile", "mode", "expected"),
    [
        ("42e01f", "1", True),
        ("42c01e", "1", True),
        ("42E034", "1", True),
        ("42e01f", "0", False),
        ("42001f", "1", False),
        ("4d001f", "1", False),
        ("640c1f", "1", False),
        ("", "1", False),
        ("zz0000", "1", False),
        ("42e0", "1", False),
    ],
)
def test_constrained_baseline_is_told_by_profile_and_mode(profile: str, mode: str, expected: bool) -> None:
    assert is_constrained_baseline({"profile-level-id": profile, "packetization-mode": mode}) is expected


def test_two_byte_extension_ids_are_taken_only_when_both_forms_may_mix() -> None:
    section = audio("0", "recvonly", "a=extmap:16 urn:ietf:params:rtp-hdrext:ssrc-audio-level")
    assert agree(parse_offer(offer_of(section))).extension_ids.audio_level == 0
    mixed = offer_of(section, session=("a=extmap-allow-mixed",))
    assert agree(parse_offer(mixed)).extension_ids.audio_level == 16


@pytest.mark.parametrize("number", [15, 256, 4_351])
def test_extension_ids_that_no_packet_can_carry_are_not_taken(number: int) -> None:
    section = audio("0", "recvonly", f"a=extmap:{number} {MID_URI}", f"a=extmap:20 {MID_URI}")
    agreement = agree(parse_offer(offer_of(section, session=("a=extmap-allow-mixed",))))
    assert agreement.extension_ids.mid == 20
    assert agreement.slots["0"].extension_ids.mid == 20
