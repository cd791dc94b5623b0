"""The parser: what real browsers offer, what is refused and how, and that garbage ends in `BadSdp` and nothing else."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sdp.builders import ANSWERABLE, FIXTURES, OPUS, TRANSPORT, audio, kinds_of, offer_of, video
from vdxmedia.errors import BadSdp
from vdxmedia.sdp import offer as offers
from vdxmedia.sdp.offer import MAX_CHARS, MAX_LINE_CHARS, MAX_SECTIONS, parse_offer
from vdxmedia.sdp.section import Direction, Media


def refused(text: str) -> BadSdp:
    with pytest.raises(BadSdp) as caught:
        parse_offer(text)
    return caught.value


def with_payload_type(number: int) -> str:
    """VP8 under this number, without RTX."""
    own = [line for line in video("0") if "97" not in line or line.startswith("m=")]
    return offer_of([line.replace("96 97", "96").replace("96", str(number)) for line in own])


# ── what is remembered of earlier offers ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ANSWERABLE)
def test_offer_reads_the_same_whatever_was_read_before(name: str) -> None:
    offers._shapes.clear()
    first = parse_offer(FIXTURES[name])
    for other in ANSWERABLE:
        parse_offer(FIXTURES[other])
    assert parse_offer(FIXTURES[name]) == first


def test_second_offer_with_the_same_slots_has_its_own_transport_and_mids() -> None:
    offers._shapes.clear()
    slots = [audio("0", direction="recvonly"), video("1", direction="recvonly"), video("2", direction="recvonly")]
    text = offer_of(*slots)
    changed, first = text, parse_offer(text)
    remembered = len(offers._shapes)
    assert remembered == 2
    for was, is_now in (
        (first.ice_pwd, 24 * "x"),
        ("ufrag:client", "ufrag:another"),
        ("mid:2", "mid:9"),
        ("0 1 2", "0 1 9"),
    ):
        changed = changed.replace(was, is_now)
    other = parse_offer(changed)
    assert (other.ice_ufrag, other.ice_pwd) == ("another", 24 * "x")
    assert [section.mid for section in other.sections] == ["0", "1", "9"]
    assert [section.alike for section in other.sections] == ["0", "1", "1"]
    assert parse_offer(text) == first
    assert len(offers._shapes) == remembered


def test_shapes_are_bounded_and_none_has_words_of_a_person() -> None:
    offers._shapes.clear()
    for number in range(2 * offers.MAX_SHAPES):
        parse_offer(offer_of([*audio("0"), f"a=x-made-up:{number}"]))
    assert len(offers._shapes) == offers.MAX_SHAPES
    offers._shapes.clear()
    for name in ANSWERABLE:
        offer = parse_offer(FIXTURES[name])
        kept = "".join(part for key in offers._shapes for part in key)
        assert offer.ice_ufrag not in kept.split("\n")
        assert offer.ice_pwd not in kept
        assert all(fingerprint.value not in kept.upper() for fingerprint in offer.fingerprints)
        assert not any(section.msid and section.msid in kept for section in offer.sections)


# ── real offers ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ANSWERABLE)
def test_offer_of_a_real_client_parses(name: str) -> None:
    offer = parse_offer(FIXTURES[name])
    assert [section.mid for section in offer.sections] == [str(number) for number in range(len(offer.sections))]
    assert len(offer.ice_ufrag) >= 4
    assert len(offer.ice_pwd) >= 22
    assert any(fingerprint.algorithm == "sha-256" for fingerprint in offer.fingerprints)
    assert not any(section.is_rejected for section in offer.sections)
    assert kinds_of(offer)


def test_offer_of_chromium_with_simulcast_has_its_layers_and_extensions() -> None:
    offer = parse_offer(FIXTURES["chromium-vp8-simulcast"])
    camera = offer.sections[1]
    assert camera.media is Media.VIDEO
    assert camera.direction is Direction.SENDONLY
    assert camera.rids == ("q", "h", "f")
    assert camera.ssrcs == ()
    assert [(codec.payload_type, codec.name, codec.apt) for codec in camera.codecs] == [
        (96, "vp8", None),
        (97, "rtx", 96),
    ]
    assert "nack pli" in camera.codecs[0].feedback
    assert camera.extensions[0].id == 14
    assert camera.extensions[0].uri == "urn:ietf:params:rtp-hdrext:toffset"
    assert camera.has_rtcp_rsize
    assert offer.allows_mixed_extensions
    assert offer.session_id == "4663687943233506743"
    assert offer.ice_options == ("trickle",)


def test_offer_of_chromium_with_one_encoding_has_its_ssrcs() -> None:
    camera = parse_offer(FIXTURES["chromium-vp8-single"]).sections[1]
    assert camera.rids == ()
    (primary, repair), *_ = camera.rtx_of.items()
    assert camera.ssrcs == (primary, repair)


def test_offer_of_firefox_is_bundle_only_with_port_0_and_not_rejected() -> None:
    offer = parse_offer(FIXTURES["firefox-vp8-simulcast"])
    camera = offer.sections[1]
    assert (camera.port, camera.is_bundle_only, camera.is_rejected) == (0, True, False)
    directions = {extension.id: extension.direction for extension in camera.extensions}
    assert directions[6] is Direction.RECVONLY
    assert directions[9] is Direction.SENDONLY
    assert directions[3] is None
    assert camera.rids == ("q", "h", "f")
    assert len(camera.rtx_of) == 3
    assert offer.fingerprints[0].algorithm == "sha-256"


def test_offer_with_lf_line_ends_parses_the_same() -> None:
    text = FIXTURES["chromium-vp8-simulcast"]
    assert parse_offer(text.replace("\r\n", "\n")) == parse_offer(text)


@pytest.mark.parametrize("name", ANSWERABLE)
def test_sections_that_differ_in_their_mid_only_parse_as_if_each_were_alone(name: str) -> None:
    lines = FIXTURES[name].split("\r\n")
    alone = [
        one
        for number, line in enumerate(lines)
        for one in (line, *([f"a=x-only-here:{number}"] * line.startswith("m=")))
    ]
    together, each = parse_offer(FIXTURES[name]), parse_offer("\r\n".join(alone))
    assert [section.alike for section in each.sections] == [section.mid for section in each.sections]
    assert [msgspec.structs.replace(one, alike=one.mid) for one in together.sections] == list(each.sections)
    assert msgspec.structs.replace(together, sections=each.sections) == each


def test_section_like_another_with_two_mids_or_a_bad_one_is_judged_by_itself() -> None:
    twice = [*video("1"), "a=mid:2"]
    offer = parse_offer(offer_of(video("0"), twice))
    assert [section.mid for section in offer.sections] == ["0", "2"]
    assert refused(offer_of(video("0"), video("x" * 17))).code == "sdp_invalid"
    assert refused(offer_of(video("0"), video("0"))).code == "sdp_invalid"


def test_offer_with_port_0_and_no_bundle_only_is_rejected_by_the_client() -> None:
    offer = parse_offer(offer_of(audio("0", "sendonly"), video("1", "sendrecv", port=0)))
    assert [section.is_rejected for section in offer.sections] == [False, True]


def test_offer_takes_the_transport_of_its_first_live_section() -> None:
    stopped = ["m=audio 0 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=inactive", "a=ice-ufrag:stale"]
    offer = parse_offer(offer_of(stopped, audio("1")))
    assert offer.ice_ufrag == "client"


def test_offer_without_direction_at_the_media_takes_the_sessions() -> None:
    plain = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", *TRANSPORT, *OPUS]
    assert parse_offer(offer_of(plain, session=("a=recvonly",))).sections[0].direction is Direction.RECVONLY


def test_offer_with_simulcast_alternatives_and_pauses_takes_the_first() -> None:
    rids = ("a=rid:a send", "a=rid:b send pt=96;max-width=640", "a=rid:c send", "a=rid:r recv")
    offer = parse_offer(offer_of(video("0", "sendonly", *rids, "a=simulcast:send a,b;~c recv r")))
    assert offer.sections[0].rids == ("a", "c")


def test_offer_with_an_ssrc_without_attribute_parses() -> None:
    assert parse_offer(offer_of(video("0", "sendonly", "a=ssrc:42"))).sections[0].ssrcs == (42,)


def test_offer_with_weak_and_strong_fingerprint_keeps_the_strong() -> None:
    sha1 = "a=fingerprint:sha-1 " + ":".join(["00"] * 20)
    offer = parse_offer(offer_of(audio("0", "recvonly", sha1)))
    assert [fingerprint.algorithm for fingerprint in offer.fingerprints] == ["sha-256"]


def test_offer_skips_extension_ids_that_no_packet_can_carry() -> None:
    offer = parse_offer(
        offer_of(audio("0", "recvonly", "a=extmap:15 urn:x", "a=extmap:4096 urn:y", "a=extmap:14 urn:z"))
    )
    assert [extension.id for extension in offer.sections[0].extensions] == [14]


# ── refusals ──────────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = offer_of(audio("0", "sendonly"), video("1", "recvonly"))
SHA1 = "a=fingerprint:sha-1 " + ":".join(["00"] * 20)
UNSUPPORTED = {
    "data channel": (FIXTURES["chromium-datachannel"], "m=application"),
    "sendrecv": (GOOD.replace("a=sendonly", "a=sendrecv"), "separate recvonly"),
    "no bundle": (GOOD.replace("a=group:BUNDLE 0 1\r\n", ""), "max-bundle"),
    "not in the bundle": (GOOD.replace("BUNDLE 0 1", "BUNDLE 0"), "m-line 1"),
    "no rtcp-mux": (GOOD.replace("a=rtcp-mux\r\n", ""), "rtcp-mux"),
    "sha-1 only": (GOOD.replace(TRANSPORT[2], SHA1), "SHA-256"),
    "plain RTP": (GOOD.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "UDP/TLS/RTP/SAVPF"),
    "ice-lite": (offer_of(audio("0"), session=("a=ice-lite",)), "ICE-lite"),
    "setup passive": (GOOD.replace("actpass", "passive"), "actpass"),
    "another medium": (GOOD.replace("m=video", "m=text"), "audio and video"),
}
INVALID = {
    "empty": "",
    "no v": GOOD.removeprefix("v=0\r\n"),
    "no m-line": GOOD.partition("m=")[0],
    "no origin": GOOD.replace("o=- 1 2 IN IP4 127.0.0.1\r\n", ""),
    "origin without number": GOOD.replace("o=- 1 2", "o=- one 2"),
    "line without value": GOOD + "a\r\n",
    "line without equals sign": GOOD + "hello\r\n",
    "long line": GOOD + "a=" + "x" * MAX_LINE_CHARS,
    "too long": GOOD + "a=x\r\n" * (MAX_CHARS // 5),
    "too many lines": offer_of(*(audio(str(number), "recvonly", *["a=x"] * 500) for number in range(13))),
    "too many m-lines": offer_of(*(audio(str(number)) for number in range(MAX_SECTIONS + 1))),
    "too many attributes": offer_of(audio("0", "recvonly", *["a=x"] * 700)),
    "too many parameters": GOOD + "a=fmtp:96 " + ";".join(f"p{number}=1" for number in range(100)) + "\r\n",
    "too many formats": GOOD.replace("SAVPF 111", "SAVPF " + " ".join(map(str, range(65)))),
    "short m-line": GOOD.replace("m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video 9"),
    "port": GOOD.replace("m=audio 9", "m=audio 65536"),
    "port in Arabic digits": GOOD.replace("m=audio 9", "m=audio ٩"),
    "payload type": GOOD.replace("SAVPF 111", "SAVPF 128"),
    "payload type twice": GOOD.replace("SAVPF 96 97", "SAVPF 96 96"),
    "rtpmap twice": GOOD.replace("a=rtpmap:111", "a=rtpmap:111 x/1\r\na=rtpmap:111"),
    "rtpmap without codec": GOOD.replace("opus/48000/2", "/48000"),
    "rtpmap with bad rate": GOOD.replace("opus/48000/2", "opus/+48000/2"),
    "rtcp-fb without type": GOOD.replace("a=rtcp-fb:96 nack", "a=rtcp-fb:96"),
    "no mid": GOOD.replace("a=mid:1\r\n", ""),
    "same mid": GOOD.replace("a=mid:1", "a=mid:0"),
    "long mid": GOOD.replace("a=mid:1", "a=mid:" + "1" * 17),
    "mid no token": GOOD.replace("a=mid:1", "a=mid:a b"),
    "no ufrag": GOOD.replace(TRANSPORT[0] + "\r\n", ""),
    "short ufrag": GOOD.replace(TRANSPORT[0], "a=ice-ufrag:abc"),
    "odd ufrag": GOOD.replace(TRANSPORT[0], "a=ice-ufrag:a b c d"),
    "short pwd": GOOD.replace(TRANSPORT[1], "a=ice-pwd:short"),
    "no fingerprint": GOOD.replace(TRANSPORT[2] + "\r\n", ""),
    "short fingerprint": GOOD.replace(TRANSPORT[2], "a=fingerprint:sha-256 AB:CD"),
    "odd fingerprint": GOOD.replace("AB:AB", "AB:XY"),
    "setup": GOOD.replace("actpass", "both"),
    "extension 0": offer_of(audio("0", "recvonly", "a=extmap:0 urn:x")),
    "extension without uri": offer_of(audio("0", "recvonly", "a=extmap:1")),
    "extension direction": offer_of(audio("0", "recvonly", "a=extmap:1/both urn:x")),
    "extension with two meanings": offer_of(
        audio("0", "recvonly", "a=extmap:1 urn:x"), audio("1", "recvonly", "a=extmap:1 urn:y")
    ),
    "rid": offer_of(video("0", "sendonly", "a=rid:q")),
    "rid no name": offer_of(video("0", "sendonly", "a=rid:a;b send")),
    "rid twice": offer_of(video("0", "sendonly", "a=rid:q send", "a=rid:q send")),
    "simulcast without rid": offer_of(video("0", "sendonly", "a=simulcast:send q")),
    "simulcast twice the same": offer_of(video("0", "sendonly", "a=rid:q send", "a=simulcast:send q;q")),
    "simulcast half": offer_of(video("0", "sendonly", "a=rid:q send", "a=simulcast:send")),
    "simulcast both": offer_of(video("0", "sendonly", "a=rid:q send", "a=simulcast:both q")),
    "ssrc": offer_of(video("0", "sendonly", "a=ssrc:4294967296 cname:x")),
    "too many ssrcs": offer_of(video("0", "sendonly", *[f"a=ssrc:{number} cname:x" for number in range(1, 40)])),
    "FID of three": offer_of(video("0", "sendonly", "a=ssrc-group:FID 1 2 3")),
    "all rejected": offer_of(audio("0", port=0)),
}


@pytest.mark.parametrize(("text", "hint"), UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_offer_of_what_we_do_not_do_is_refused_as_unsupported(text: str, hint: str) -> None:
    error = refused(text)
    assert error.code == "sdp_unsupported"
    assert hint in error.text


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_offer_that_is_malformed_is_refused_as_invalid(text: str) -> None:
    assert refused(text).code == "sdp_invalid"


@pytest.mark.parametrize("number", range(128))
def test_payload_types_that_read_as_rtcp_are_refused_and_no_others(number: int) -> None:
    if not 64 <= number <= 95:
        assert parse_offer(with_payload_type(number)).sections[0].codecs[0].payload_type == number
        return
    error = refused(with_payload_type(number))
    assert error.code == "sdp_invalid"
    assert f"payload type {number} collides with RTCP" in error.text


def test_offer_good_by_hand_is_taken() -> None:
    """The base of the refusals above: each differs from it in one thing."""
    assert len(parse_offer(GOOD).sections) == 2


# ── garbage ───────────────────────────────────────────────────────────────────────────────────────────────────────


def parses_or_is_refused(text: str) -> None:
    """Any other exception than `BadSdp` fails the test by leaving it."""
    code, length = "sdp_invalid", 0
    try:
        parse_offer(text)
    except BadSdp as error:
        code, length = error.code, len(error.text)
    assert code in ("sdp_invalid", "sdp_unsupported")
    assert length < 300


@given(st.text(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_text_parses_or_is_refused(text: str) -> None:
    parses_or_is_refused(text)
    parses_or_is_refused("v=0\r\n" + text)


_NAMES = (
    "mid rtpmap fmtp extmap rid simulcast ssrc ssrc-group fingerprint group setup ice-ufrag ice-pwd rtcp-fb ice-options"
)
_LINE = st.one_of(
    st.builds("a={}:{}".format, st.sampled_from(_NAMES.split(" ")), st.text(max_size=40)),
    st.builds("m={}".format, st.text(max_size=40)),
    st.text(max_size=60),
)


@given(st.sampled_from(ANSWERABLE), st.lists(st.tuples(st.integers(0, 400), _LINE), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_real_offer_with_odd_lines_parses_or_is_refused(name: str, changes: list[tuple[int, str]]) -> None:
    lines = FIXTURES[name].split("\r\n")
    for place, line in changes:
        lines.insert(place % len(lines), line)
    parses_or_is_refused("\r\n".join(lines))


@given(st.sampled_from(ANSWERABLE), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_real_offer_mutated_parses_or_is_refused(name: str, dice: random.Random) -> None:
    characters = list(FIXTURES[name])
    for _ in range(dice.randint(1, 30)):
        place = dice.randrange(len(characters))
        match dice.randrange(3):
            case 0:
                characters[place] = chr(dice.randrange(0x250))
            case 1:
                del characters[place : place + dice.randrange(1, 60)]
            case _:
                characters[place:place] = characters[: dice.randrange(60)]
        if not characters:
            break
    parses_or_is_refused("".join(characters))
