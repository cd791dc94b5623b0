"""Writes `libsrtp.txt`: packets as libsrtp (through pylibsrtp) seals them, to hold our SRTP against another's.

Run once, by hand, with the test environment: `python tests/data/srtp/generate.py`. The result is deterministic, so the
Rust tests both open its packets and expect to seal the same bytes. One packet per line:
`profile protocol index plain sealed`, hexadecimal, where `index` is the unwrapped SRTP index (rollover counter and
sequence number) or the SRTCP index; lines with `master` give the key and salt of the profile that follows.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path

from pylibsrtp import Policy, Session

PROFILES = {
    7: (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    1: (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
}
SSRC = 0xCAFEBABE
INDICES = [1, 2, 1200, 30_000, 60_000, 59_999, 65_535, 65_536, 65_535 + 3, 65_534, 98_000, 130_000, 131_072, 131_073]
"""Unwrapped, each nearer than 2^15 to the highest before it; some late, so that both sides of a wrap are met."""


def rtp(rng: random.Random, index: int) -> bytes:
    """A packet with a random payload, sometimes with CSRCs, an extension, or no payload."""
    csrcs, extension_words = rng.choice([(0, None), (1, None), (0, 3), (2, 1), (1, 0)])
    first = 0x80 | csrcs | (0x10 if extension_words is not None else 0)
    packet = struct.pack("!BBHLL", first, rng.choice([96, 0x80 | 111]), index & 0xFFFF, rng.getrandbits(32), SSRC)
    packet += rng.randbytes(4 * csrcs)
    if extension_words is not None:
        packet += struct.pack("!HH", 0xBEDE, extension_words) + rng.randbytes(4 * extension_words)
    return packet + rng.randbytes(rng.choice([0, 1, 15, 16, 17, 100, 160, 1180]))


def rtcp(rng: random.Random) -> bytes:
    """A receiver report header with a body that need not make sense."""
    words = rng.choice([1, 7, 40])
    return struct.pack("!BBHL", 0x81, 201, words, SSRC) + rng.randbytes(4 * (words - 1))


def main() -> None:
    rng = random.Random(3711)
    lines = ["# Written by generate.py with pylibsrtp 1.0.0; see there for the form."]
    for number, (profile, length) in PROFILES.items():
        master = rng.randbytes(length)
        policy = Policy(key=master, ssrc_type=Policy.SSRC_SPECIFIC, ssrc_value=SSRC, srtp_profile=profile)
        policy.window_size = 1024
        session = Session(policy=policy)
        lines.append(f"{number} master {master.hex()}")
        for index in INDICES:
            plain = rtp(rng, index)
            lines.append(f"{number} rtp {index:x} {plain.hex()} {session.protect(plain).hex()}")
        for index in range(1, 5):
            plain = rtcp(rng)
            lines.append(f"{number} rtcp {index:x} {plain.hex()} {session.protect_rtcp(plain).hex()}")
    Path(__file__).with_name("libsrtp.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
