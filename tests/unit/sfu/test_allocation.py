"""Unique among the living, back after release."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from vdxmedia.sfu.allocation import Allocation, new_cname


def dice(*numbers: int) -> Callable[[int], int]:
    left = list(numbers)
    return lambda bits: left.pop(0)


def test_credentials_are_long_enough_and_unique() -> None:
    allocation = Allocation()
    given = [allocation.credentials() for _ in range(200)]
    assert len({credentials.ufrag for credentials in given}) == 200
    assert all(len(credentials.ufrag) == 8 and len(credentials.pwd) == 24 for credentials in given)
    assert all((credentials.ufrag + credentials.pwd).isalnum() for credentials in given)


def test_ssrc_skips_zero_the_living_and_the_clients_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbits", dice(5, 0, 5, 6, 7, 5))
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
