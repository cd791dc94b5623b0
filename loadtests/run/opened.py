"""Packets opened by libsrtp, which neither server nor generator uses, and compared with what their publisher writes.

Written apart from `src/loadgen/src/stamp.rs`, so that a fault there is seen here.
"""

from __future__ import annotations

import struct

from pylibsrtp import Error, Policy, Session

from loadtests import native

PROFILES = {1: Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 7: Policy.SRTP_PROFILE_AEAD_AES_128_GCM}
"""By their number in `use_srtp` (RFC 5764 §4.1.2, RFC 7714 §14.2)."""
WINDOW = 1024
"""Packets that may come so much later than others."""
MARK = b"vdxL"
STAMP = struct.Struct("!4sIIQQ")
"""Mark, source, layer, number, sent."""
FILLER_LEN = 4096
OPUS_TOC = 0x78
ORIGINAL_SEQUENCE_LEN = 2
SILENCE = b"\xf8\xff\xfe"
VP8_START_CODE = b"\x9d\x01\x2a"


def _filler() -> bytes:
    """xorshift, 32 bits, the lowest byte of each state."""
    state, made = 0x9E3779B9, bytearray()
    for _ in range(FILLER_LEN):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        made.append(state & 0xFF)
    return bytes(made)


FILLER = _filler()


class Opener:
    """Of all clients of one generator with `tap`."""

    def __init__(self) -> None:
        self._sessions: dict[int, Session] = {}
        self.opened = 0
        self.refused = 0
        """By libsrtp: not authentic, or replayed."""
        self.wrong = 0
        """Opened, but not what the source wrote that the CSRC names."""

    def begin(self, connected: native.Connected) -> None:
        policy = Policy(
            key=bytes.fromhex(connected.key),
            ssrc_type=Policy.SSRC_ANY_INBOUND,
            srtp_profile=PROFILES[connected.profile],
        )
        policy.window_size = WINDOW
        self._sessions[connected.peer] = Session(policy)

    def end(self, peer: int) -> None:
        self._sessions.pop(peer, None)

    def take(self, packet: native.Packet) -> None:
        session = self._sessions.get(packet.peer)
        if session is None:
            return
        try:
            plain = session.unprotect(bytes.fromhex(packet.data))
        except Error:
            self.refused += 1
            return
        self.opened += 1
        self.wrong += not is_right(plain, is_again=packet.is_again)


def is_right(packet: bytes, *, is_again: bool = False) -> bool:
    """Whether an RTP packet (RFC 3550 §5.1) has what the source of its one CSRC wrote, or is silence without any, or
    nothing but padding. `is_again`: the original's number is before it (RFC 4588 §4)."""
    count, has_extension, has_padding = packet[0] & 0x0F, packet[0] & 0x10, packet[0] & 0x20
    begins = 12 + 4 * count
    if has_extension:
        begins += 4 + 4 * int.from_bytes(packet[begins + 2 : begins + 4], "big")
    payload = packet[begins : len(packet) - (packet[-1] if has_padding else 0)]
    if is_again and payload:
        payload = payload[ORIGINAL_SEQUENCE_LEN:]
    if not payload:  # A probe, or what has the number of a packet that was left out.
        return bool(has_padding) or count == 1
    if count == 0:
        return payload == SILENCE
    csrc = int.from_bytes(packet[12:16], "big")
    at = payload.find(MARK, 0, 32)
    if count != 1 or at < 0 or len(payload) < at + STAMP.size or not _is_codec(payload[:at]):
        return False
    _, source, _, number, _ = STAMP.unpack_from(payload, at)
    filler, offset = payload[at + STAMP.size :], number % (FILLER_LEN // 2)
    return bool(source == csrc and filler == FILLER[offset : offset + len(filler)])


def _is_codec(head: bytes) -> bool:
    """An Opus TOC byte, or a VP8 descriptor (RFC 7741 §4.2) and perhaps the start of a frame (RFC 6386 §9.1)."""
    if len(head) == 1:
        return head[0] == OPUS_TOC
    if len(head) < 3:
        return False
    is_start = head[0] & 0x10 and not head[0] & 0x0F
    if not is_start:
        return len(head) <= 6
    return head.endswith(VP8_START_CODE, 0, -4) if len(head) > 10 else len(head) >= 4
