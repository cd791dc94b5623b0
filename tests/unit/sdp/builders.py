"""Offers from files and by hand, and the server's half with fixed numbers.

`python -m tests.unit.sdp.builders` writes the golden answers anew; look at the difference before committing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vdxmedia.sdp.answer import Local, SlotSsrcs, write_answer
from vdxmedia.sdp.capabilities import SOURCE_MEDIA
from vdxmedia.sdp.negotiation import NOTHING_AGREED, Agreement, negotiate
from vdxmedia.sdp.offer import Offer, parse_offer
from vdxmedia.sdp.section import Direction, Media

DATA = Path(__file__).parents[2] / "data" / "sdp"
ANSWERS = DATA / "answers"
FIXTURES = {path.stem: path.read_bytes().decode() for path in sorted(DATA.glob("*.sdp"))}
ANSWERABLE = sorted(set(FIXTURES) - {"chromium-datachannel"})
ALL_KINDS = frozenset(SOURCE_MEDIA)
DIGEST = ":".join(["AB"] * 32)


def kinds_of(offer: Offer) -> dict[str, str]:
    """mid to kind, as our client names them: microphone, camera, screen, screen sound, in this order."""
    left = {Media.AUDIO: ["microphone", "screenAudio"], Media.VIDEO: ["camera", "screen"]}
    return {
        section.mid: left[section.media].pop(0)
        for section in offer.sections
        if section.direction is Direction.SENDONLY and not section.is_rejected
    }


def agree(
    offer: Offer,
    *,
    sources: Mapping[str, str] | None = None,
    permitted: frozenset[str] = ALL_KINDS,
    codec: str = "VP8",
    video_slots: int = 9,
    previous: Agreement = NOTHING_AGREED,
) -> Agreement:
    return negotiate(
        offer,
        sources=kinds_of(offer) if sources is None else sources,
        permitted=permitted,
        codec=codec,
        video_slots=video_slots,
        previous=previous,
    )


def local_for(agreement: Agreement, **changes: object) -> Local:
    ssrcs = {
        mid: SlotSsrcs(1000 + 2 * number, 1001 + 2 * number if slot.has_rtx else 0)
        for number, (mid, slot) in enumerate(agreement.slots.items())
    }
    values: dict[str, object] = {
        "session_id": 7,
        "version": 1,
        "ice_ufrag": "serverUf",
        "ice_pwd": "serverPasswordOf24Chars1",
        "fingerprint": f"sha-256 {DIGEST}",
        "addresses": [("192.0.2.1", 7882), ("2001:db8::1", 7883)],
        "cname": "cname-of-server",
        "ssrcs": ssrcs,
    }
    return Local(**{**values, **changes})  # type: ignore[arg-type] # kwargs of a builder


def answer_to(name: str, codec: str = "") -> str:
    offer = parse_offer(FIXTURES[name])
    agreement = agree(offer, codec=codec or ("H264" if "h264" in name else "VP8"))
    return write_answer(offer, agreement, local_for(agreement))


def sections_of(sdp: str) -> list[list[str]]:
    """The session part, then each m-section, as lists of lines."""
    parts: list[list[str]] = [[]]
    for line in sdp.split("\r\n")[:-1]:
        if line.startswith("m="):
            parts.append([])
        parts[-1].append(line)
    return parts


TRANSPORT = (
    "a=ice-ufrag:client",
    "a=ice-pwd:clientPasswordOf22Chars",
    f"a=fingerprint:sha-256 {DIGEST}",
    "a=setup:actpass",
    "a=rtcp-mux",
)
OPUS = ("a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc")
VP8 = ("a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96")


def audio(mid: str, direction: str = "recvonly", *more: str, port: int = 9) -> list[str]:
    return [f"m=audio {port} UDP/TLS/RTP/SAVPF 111", f"a=mid:{mid}", f"a={direction}", *TRANSPORT, *OPUS, *more]


def video(mid: str, direction: str = "recvonly", *more: str, port: int = 9) -> list[str]:
    return [f"m=video {port} UDP/TLS/RTP/SAVPF 96 97", f"a=mid:{mid}", f"a={direction}", *TRANSPORT, *VP8, *more]


def offer_of(*sections: list[str], session: tuple[str, ...] = (), session_id: int = 1) -> str:
    """An offer of these sections, all in one bundle."""
    mids = [line[6:] for section in sections for line in section if line.startswith("a=mid:")]
    head = ["v=0", f"o=- {session_id} 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE " + " ".join(mids), *session]
    return "\r\n".join([*head, *(line for section in sections for line in section)]) + "\r\n"


if __name__ == "__main__":
    ANSWERS.mkdir(exist_ok=True)
    for fixture in ANSWERABLE:
        (ANSWERS / f"{fixture}.sdp").write_bytes(answer_to(fixture).encode())
