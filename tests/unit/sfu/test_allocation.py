"""Unique among the living, back after release."""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Callable

import pytest

from vdxmedia.sfu.allocation import Allocation, new_cname


def dice(*numbers: int) -> Callable[[int], bytes]:
    """What the system draws, which is used from its end."""
    return lambda _count: b"".join(number.to_bytes(4, sys.byteorder) for number in reversed(numbers))


def test_credentials_are_long_enough_and_unique() -> None:
    allocation = Allocation()
    given = [allocation.credentials() for _ in range(200)]
    assert len({credentials.ufrag for credentials in given}) == 200
    assert all(len(credentials.ufrag) == 8 and len(credentials.pwd) == 24 for credentials in given)
    # RFC 8839 §5.4: ice-char.
    assert all(re.fullmatch("[A-Za-z0-9+/]+", credentials.ufrag + credentials.pwd) for credentials in given)


def test_ssrc_skips_zero_the_living_and_the_clients_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_bytes", dice(5, 0, 5, 6, 7, 5))
    allocation = Allocation()
    assert allocation.ssrc() == 5
    assert allocation.ssrc(avoid=[6]) == 7
    allocation.release([], [5])
    assert allocation.ssrc() == 5


def test_release_gives_everything_back_once() -> None:
    allocation = Allocation()
    credentials, ssrc = allocation.credentials(), allocation.ssrc()
    assert allocation.live == 2
    for _ in range(2):
        allocation.release([credentials.ufrag, "never given"], [ssrc, 0])
    assert allocation.live == 0


def test_cname_is_new_each_time() -> None:
    assert len({new_cname() for _ in range(50)}) == 50
