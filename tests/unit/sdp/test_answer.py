"""The answer's text: golden files for real offers, and the rules that browsers depend on."""

from __future__ import annotations

import re

import msgspec
import pytest
from aiortc.sdp import SessionDescription

from tests.unit.sdp.builders import (
    ANSWERABLE,
    ANSWERS,
    FIXTURES,
    agree,
    answer_to,
    audio,
    local_for,
    offer_of,
    sections_of,
    video,
)
from vdxmedia.errors import BadSdp
from vdxmedia.sdp.answer import candidates, stream_of, write_answer
from vdxmedia.sdp.negotiation import AgreedSlot
from vdxmedia.sdp.offer import parse_offer


def section(name: str, mid: str) -> list[str]:
    return next(part for part in sections_of(answer_to(name))[1:] if f"a=mid:{mid}" in part)


@pytest.mark.parametrize("name", ANSWERABLE)
def test_answer_to_a_real_offer_is_the_golden_one(name: str) -> None:
    assert answer_to(name) == (ANSWERS / f"{name}.sdp").read_bytes().decode()


@pytest.mark.parametrize("name", ANSWERABLE)
def test_answer_mirrors_m_lines_and_bundles_them(name: str) -> None:
    offer, (session, *sections) = parse_offer(FIXTURES[name]), sections_of(answer_to(name))
    assert [(part[0].split(" ")[0], part[3]) for part in sections] == [
        (f"m={line.media}", f"a=mid:{line.mid}") for line in offer.sections
    ]
    assert "a=group:BUNDLE " + " ".join(line.mid for line in offer.sections) in session
    assert "a=ice-lite" in session
    for part in sections:
        assert {"a=setup:passive", "a=rtcp-mux", "a=ice-ufrag:serverUf"} <= set(part)
        assert not part[0].startswith("m=audio 0 ")


@pytest.mark.parametrize("name", ANSWERABLE)
def test_answer_is_read_by_another_parser_too(name: str) -> None:
    description = SessionDescription.parse(answer_to(name))
    offer = parse_offer(FIXTURES[name])
    assert [media.rtp.muxId for media in description.media] == [line.mid for line in offer.sections]
    assert all(media.dtls is not None and media.dtls.role == "server" for media in description.media)
    assert [candidate.port for candidate in description.media[0].ice_candidates] == [7882, 7883]


@pytest.mark.parametrize("name", ANSWERABLE)
def test_answer_never_contains_the_clients_addresses_or_credentials(name: str) -> None:
    offer, answer = parse_offer(FIXTURES[name]), answer_to(name)
    assert offer.ice_ufrag not in answer
    assert offer.ice_pwd not in answer
    assert ".local" not in answer
    assert "fd00::2" not in answer


def test_answer_announces_candidates_in_every_section() -> None:
    for announced in sections_of(answer_to("chromium-vp8-simulcast"))[1:]:
        assert [line for line in announced if "candidate" in line] == [
            "a=candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host",
            "a=candidate:2 1 udp 2130706175 2001:db8::1 7883 typ host",
            "a=end-of-candidates",
        ]


def test_answer_to_a_camera_takes_every_layer_of_the_rooms_codec() -> None:
    camera = section("chromium-vp8-simulcast", "1")
    assert camera[0] == "m=video 9 UDP/TLS/RTP/SAVPF 96 97"
    assert {"a=recvonly", "a=rid:q recv", "a=rid:h recv", "a=rid:f recv", "a=simulcast:recv q;h;f"} <= set(camera)
    assert "a=fmtp:96 x-google-start-bitrate=2500" in camera
    assert [line for line in camera if line.startswith("a=rtcp-fb")] == [
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtcp-fb:96 ccm fir",
        "a=rtcp-fb:96 transport-cc",
    ]
    uris = {line.rpartition(" ")[2] for line in camera if line.startswith("a=extmap:")}
    assert uris == {
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        "urn:ietf:params:rtp-hdrext:sdes:mid",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "urn:3gpp:video-orientation",
    }


def test_answer_to_an_h264_camera_names_profile_and_mode() -> None:
    camera = section("chromium-h264-simulcast", "1")
    assert camera[0] == "m=video 9 UDP/TLS/RTP/SAVPF 108 109"
    assert (
        "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f;x-google-start-bitrate=2500"
        in camera
    )


def test_answer_to_audio_has_fec_and_dtx_and_never_nack() -> None:
    microphone, screen_audio = section("chromium-vp8-simulcast", "0"), section("chromium-vp8-simulcast", "3")
    assert "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1" in microphone
    assert "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1" in screen_audio
    for name in ANSWERABLE:
        for part in sections_of(answer_to(name))[1:]:
            assert not (part[0].startswith("m=audio") and any("nack" in line for line in part))


def test_answer_takes_redundant_sound_first_where_the_client_sends() -> None:
    microphone, screen_audio = section("chromium-no-preferences", "0"), section("chromium-no-preferences", "3")
    for sent in (microphone, screen_audio):
        assert sent[0].endswith(" UDP/TLS/RTP/SAVPF 63 111")
        assert {"a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:111 opus/48000/2"} <= set(sent)
        assert any("useinbandfec=1" in line for line in sent)
    for mid in "4567":
        slot = section("chromium-no-preferences", mid)
        assert slot[0] == "m=audio 9 UDP/TLS/RTP/SAVPF 111 63"
        assert "a=fmtp:63 111/111" in slot


def test_answer_to_a_browser_without_redundant_sound_has_none() -> None:
    for name in ANSWERABLE:
        if name != "chromium-no-preferences":
            assert "red/" not in answer_to(name)


@pytest.mark.parametrize("name", ANSWERABLE)
def test_answer_never_takes_forward_error_correction(name: str) -> None:
    answer = answer_to(name).lower()
    assert not any(word in answer for word in ("ulpfec", "flexfec", "red/90000"))


def test_offers_with_forward_error_correction_are_among_those_answered() -> None:
    offers = "".join(FIXTURES[name] for name in ANSWERABLE)
    assert all(word in offers for word in ("ulpfec/90000", "red/90000"))


def test_answer_to_slots_has_ssrcs_streams_and_both_codecs() -> None:
    slot = section("chromium-vp8-simulcast", "8")
    assert slot[0] == "m=video 9 UDP/TLS/RTP/SAVPF 96 97 108 109"
    assert slot[-4:] == [
        "a=msid:pair0 video0",
        "a=ssrc-group:FID 1008 1009",
        "a=ssrc:1008 cname:cname-of-server",
        "a=ssrc:1009 cname:cname-of-server",
    ]
    assert any(line.endswith("playout-delay") for line in slot)
    speaker = section("chromium-vp8-simulcast", "4")
    assert speaker[-2:] == ["a=msid:pair0 speaker0", "a=ssrc:1000 cname:cname-of-server"]
    assert not any("x-google-start-bitrate" in line for line in slot)


def test_answer_pairs_the_streams_of_three_speakers_and_of_the_shared_screen() -> None:
    def stream(kind: str, index: int) -> str:
        return stream_of(AgreedSlot("0", kind, index, has_rtx=False, has_nack=False, has_transport_cc=False))

    assert [stream("speaker", i) for i in range(3)] == [stream("video", i) for i in range(3)]
    assert stream("programme", 0) == stream("video", 3)
    others = [stream("speaker", 0), *(stream("video", i) for i in range(3, 25))]
    assert len(set(others)) == 23


def test_answer_to_firefox_inverts_extension_directions() -> None:
    camera = section("firefox-vp8-simulcast", "1")
    assert "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in camera
    assert not any("playout-delay" in line for line in camera), "Firefox publishes none"
    slot = section("firefox-vp8-simulcast", "8")
    assert any(re.fullmatch(r"a=extmap:6/sendonly .*playout-delay", line) for line in slot)


def test_answer_has_remb_or_transport_wide_feedback_and_never_both() -> None:
    for name in ANSWERABLE:
        for line in answer_to(name).replace("\r", "").split("\nm=")[1:]:
            assert not ("goog-remb" in line and "transport-cc" in line)
            assert ("goog-remb" in line) == (name == "aiortc" and line.startswith("video"))


def test_answer_takes_playout_delay_from_chromium_and_gives_it() -> None:
    for mid in ("1", "8"):
        assert any(line.endswith("playout-delay") for line in section("chromium-vp8-simulcast", mid))


def test_answer_rejects_idles_and_skips_in_the_bundle() -> None:
    offer = parse_offer(offer_of(video("0", port=0), audio("1"), video("2", "sendonly"), video("3", "recvonly")))
    agreement = agree(offer, codec="H264", video_slots=0)
    session, stopped, first, rejected, idle = sections_of(write_answer(offer, agreement, local_for(agreement)))
    assert "a=group:BUNDLE 1 3" in session
    assert stopped[0] == "m=video 0 UDP/TLS/RTP/SAVPF 96 97"
    assert "a=end-of-candidates" in first
    assert rejected == ["m=video 0 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=mid:2", "a=inactive"]
    assert idle[0] == "m=video 9 UDP/TLS/RTP/SAVPF 96 97"
    assert "a=inactive" in idle


def test_answer_offers_no_option_that_was_not_offered() -> None:
    offer = parse_offer(offer_of(audio("0")))
    session = sections_of(write_answer(offer, agree(offer), local_for(agree(offer))))[0]
    assert not any(line.startswith(("a=ice-options", "a=extmap-allow-mixed")) for line in session)


def test_answer_with_only_ipv6_names_it_as_default() -> None:
    offer = parse_offer(offer_of(audio("0")))
    agreement = agree(offer)
    text = write_answer(offer, agreement, local_for(agreement, addresses=[("2001:db8::1", 7882)]))
    assert "c=IN IP6 2001:db8::1" in sections_of(text)[1]


def test_candidates_fall_in_priority_in_the_given_order() -> None:
    lines = candidates([("192.0.2.1", 1), ("192.0.2.2", 2), ("2001:db8::1", 3)])
    priorities = [int(line.split(" ")[3]) for line in lines]
    assert priorities == sorted(set(priorities), reverse=True)
    assert all(0 < priority < 2**31 for priority in priorities)


def test_candidates_by_tcp_are_passive_and_come_after_all_by_udp() -> None:
    addresses = [("192.0.2.1", 7882), ("2001:db8::1", 7882)]
    lines = candidates(addresses, addresses)
    assert [line.split(" ")[2] for line in lines] == ["udp", "udp", "tcp", "tcp"]
    assert all(line.endswith(" typ host tcptype passive") for line in lines[2:])
    assert [tuple(line.split(" ")[4:6]) for line in lines[2:]] == [("192.0.2.1", "7882"), ("2001:db8::1", "7882")]
    priorities = [int(line.split(" ")[3]) for line in lines]
    assert priorities == sorted(set(priorities), reverse=True)
    reflexive_by_udp = 100 << 24
    assert all(0 < priority < reflexive_by_udp for priority in priorities[2:])
    assert len({line.split(" ")[0] for line in lines}) == len(lines), "foundations differ"


def test_answer_names_tcp_only_where_it_is_taken() -> None:
    offer = parse_offer(offer_of(audio("0")))
    agreement = agree(offer)
    assert " tcp " not in write_answer(offer, agreement, local_for(agreement))
    text = write_answer(offer, agreement, local_for(agreement, tcp_addresses=[("192.0.2.1", 7882)]))
    assert [line for line in text.split("\r\n") if " tcp " in line] == [
        f"a=candidate:3 1 tcp {(90 << 24) | ((40_959) << 8) | 255} 192.0.2.1 7882 typ host tcptype passive"
    ]


def test_later_answer_keeps_ssrcs_and_appends() -> None:
    first = [audio("0"), video("1")]
    before_offer, after_offer = parse_offer(offer_of(*first)), parse_offer(offer_of(*first, video("2")))
    before = agree(before_offer)
    after = agree(after_offer, previous=before)
    old = sections_of(write_answer(before_offer, before, local_for(before)))
    new = sections_of(write_answer(after_offer, after, local_for(after, version=2)))
    assert new[1:3] == old[1:]
    assert new[0][1] == "o=- 7 2 IN IP4 0.0.0.0"


@pytest.mark.parametrize("codec", ["VP8", "H264", "VP9", "AV1"])
@pytest.mark.parametrize("name", ANSWERABLE)
def test_slots_that_are_alike_are_agreed_and_answered_as_if_each_were_looked_at(name: str, codec: str) -> None:
    offer = parse_offer(FIXTURES[name])
    each = msgspec.structs.replace(
        offer, sections=tuple(msgspec.structs.replace(section, alike="") for section in offer.sections)
    )
    try:
        expected = agree(each, codec=codec)
    except BadSdp as refused:
        with pytest.raises(BadSdp, match=re.escape(str(refused))):
            agree(offer, codec=codec)
        return
    found = agree(offer, codec=codec)
    decided = [
        [(line.role, line.payload_types, line.source, line.slot) for line in it.lines] for it in (found, expected)
    ]
    assert decided[0] == decided[1]
    assert (found.payload_types, found.extension_ids) == (expected.payload_types, expected.extension_ids)
    assert (found.sources, found.slots) == (expected.sources, expected.slots)
    assert write_answer(offer, found, local_for(found)) == write_answer(each, expected, local_for(expected))
