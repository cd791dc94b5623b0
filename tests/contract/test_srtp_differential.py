"""The relay's SRTP against libsrtp, both ways, with packets of any shape, over wraps of the sequence number.

One side seals, the other opens, and both seal the same bytes. Left out: DTLS, which makes the keys.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Error, Policy, Session

from tests.contract.relay_by_line import RelayByLine
from tests.contract.relay_client import CM, GCM, KEY_LEN, LIBSRTP_PROFILE

EXAMPLES = 200
MAX_PAYLOAD = 1_200
"""The binding of libsrtp takes packets of at most 1,356 bytes."""
SSRC = 0xCAFEBABE
MAX_STEP = 30_000
"""Between two packets: below 2^15, where the rollover counter could not be told (RFC 3711 §3.3.1)."""
WINDOW = 128
"""Of libsrtp; a packet later than this is too late for it."""


@pytest.fixture(scope="module")
def relay() -> Iterator[RelayByLine]:
    with RelayByLine() as running:
        yield running


def sessions(profile: int, master: bytes) -> tuple[Session, Session]:
    def policy(ssrc_type: int) -> Policy:
        made = Policy(key=master, ssrc_type=ssrc_type, srtp_profile=LIBSRTP_PROFILE[profile])
        made.window_size = WINDOW
        return made

    return Session(policy(Policy.SSRC_ANY_OUTBOUND)), Session(policy(Policy.SSRC_ANY_INBOUND))


@st.composite
def shapes(draw: st.DrawFn) -> bytes:
    """A packet without its sequence number: CSRCs, an extension block of RFC 8285 or another, any payload."""
    csrcs = draw(st.lists(st.integers(0, 2**32 - 1), max_size=15))
    block = draw(st.none() | st.binary(max_size=64).map(lambda some: some + bytes(-len(some) % 4)))
    profile = draw(st.sampled_from([0xBEDE, 0x1000, 0x100F, 0x0000]))
    second = draw(st.integers(0, 255))
    head = struct.pack("!BBHII", 0x80 | (0x10 if block is not None else 0) | len(csrcs), second, 0, 0, SSRC)
    head += b"".join(struct.pack("!I", csrc) for csrc in csrcs)
    if block is not None:
        head += struct.pack("!HH", profile, len(block) // 4) + block
    size = draw(st.sampled_from([0, 1, 15, 16, 17, 100, MAX_PAYLOAD]) | st.integers(0, MAX_PAYLOAD))
    return head + draw(st.randoms(use_true_random=False)).randbytes(size)


def numbered(shape: bytes, index: int) -> bytes:
    return shape[:2] + struct.pack("!HI", index & 0xFFFF, index * 960 & 0xFFFFFFFF) + shape[8:]


@st.composite
def flights(draw: st.DrawFn) -> list[int]:
    """Indices (rollover counter and sequence number) in the order in which they are sent: leaps over wraps, gaps, and
    some that come late; none twice."""
    index = draw(st.integers(0, 2**15 - 1))
    sent = [index]
    for step in draw(st.lists(st.integers(1, 3) | st.integers(1, MAX_STEP), max_size=12)):
        newest = max(sent)
        late = newest - draw(st.integers(1, WINDOW - 1))
        if late not in sent and late > min(sent) and draw(st.booleans()):
            sent.append(late)
        sent.append(newest + step)
    return sent


@pytest.mark.parametrize("profile", [GCM, CM])
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_libsrtp_and_the_relay_seal_the_same_and_open_each_other(
    relay: RelayByLine, profile: int, data: st.DataObject
) -> None:
    master = data.draw(st.binary(min_size=KEY_LEN[profile], max_size=KEY_LEN[profile]), "master")
    shape = data.draw(shapes(), "shape")
    relay.keys(profile, master)
    sealing, opening = sessions(profile, master)
    for index in data.draw(flights(), "indices"):
        plain = numbered(shape, index)
        ours, theirs = relay.seal(index, plain), sealing.protect(plain)
        assert ours == theirs
        assert relay.open(theirs) == (index, plain)
        assert ours is not None
        assert opening.unprotect(ours) == plain
        # Once only, on both sides.
        assert relay.open(theirs) is None
        assert relay.seal(index, plain) is None
        with pytest.raises(Error):
            opening.unprotect(ours)


@pytest.mark.parametrize("profile", [GCM, CM])
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_one_changed_bit_is_refused_by_both_and_the_packet_is_taken_afterwards(
    relay: RelayByLine, profile: int, data: st.DataObject
) -> None:
    master = data.draw(st.binary(min_size=KEY_LEN[profile], max_size=KEY_LEN[profile]), "master")
    plain = numbered(data.draw(shapes(), "shape"), data.draw(st.integers(0, 2**15 - 1), "index"))
    relay.keys(profile, master)
    sealing, opening = sessions(profile, master)
    sealed = sealing.protect(plain)
    changed = bytearray(sealed)
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1), "bit")
    changed[bit // 8] ^= 1 << bit % 8
    assert relay.open(bytes(changed)) is None
    with pytest.raises(Error):
        opening.unprotect(bytes(changed))
    found = relay.open(sealed)
    assert found is not None
    assert found[1] == plain == opening.unprotect(sealed)


@pytest.mark.parametrize("profile", [GCM, CM])
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_rtcp_is_sealed_the_same_and_opened_by_each_other(
    relay: RelayByLine, profile: int, data: st.DataObject
) -> None:
    master = data.draw(st.binary(min_size=KEY_LEN[profile], max_size=KEY_LEN[profile]), "master")
    relay.keys(profile, master)
    sealing, opening = sessions(profile, master)
    for words in data.draw(st.lists(st.integers(0, 300), min_size=1, max_size=8), "words"):
        body = data.draw(st.randoms(use_true_random=False), "body").randbytes(4 * words)
        plain = struct.pack("!BBHI", 0x80, 201, 1 + words, SSRC) + body
        ours, theirs = relay.seal_rtcp(plain), sealing.protect_rtcp(plain)
        assert ours == theirs
        assert relay.open_rtcp(theirs) == plain
        assert ours is not None
        assert opening.unprotect_rtcp(ours) == plain
        assert relay.open_rtcp(theirs) is None
