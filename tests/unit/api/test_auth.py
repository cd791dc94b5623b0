"""API keys and rate limits."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from vdxmedia.api.auth import DEVELOPMENT_KEY, ApiKeys, read_keys
from vdxmedia.api.proxies import TrustedProxies
from vdxmedia.api.ratelimit import MAX_BUCKETS, RateLimit
from vdxmedia.clock import ManualClock
from vdxmedia.errors import Misconfigured, NotAllowed, Refused

FIRST = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFi"
SECOND = "c2Vjb25kLWtleS13aXRoLTMyLWNoYXJz"


def request(authorization: str | None, remote: str = "192.0.2.1") -> web.Request:
    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (remote, 1) if name == "peername" else default
    headers = {} if authorization is None else {"Authorization": authorization}
    return make_mocked_request("GET", "/", headers=headers, transport=transport)


def keys(clock: ManualClock, *, requests: float = 100.0, failures: float = 3.0) -> ApiKeys:
    return ApiKeys(
        {"first": FIRST, "second": SECOND},
        proxies=TrustedProxies([]),
        clock=clock,
        requests_per_second=requests,
        failures_per_minute=failures,
    )


def refusal(service: ApiKeys, authorization: str | None, remote: str = "192.0.2.1") -> NotAllowed | Refused:
    with pytest.raises((NotAllowed, Refused)) as caught:
        service.authenticate(request(authorization, remote))
    return caught.value


def test_key_that_is_known_is_named() -> None:
    service = keys(ManualClock())
    assert service.authenticate(request(f"Bearer {FIRST}")) == "first"
    assert service.authenticate(request(f"bearer  {SECOND} ")) == "second"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Bearer", "key_missing"),
        (f"Basic {FIRST}", "key_missing"),
        ("Bearer x", "key_invalid"),
        (f"Bearer {FIRST[:-1]}", "key_invalid"),
        (f"Bearer {FIRST} {SECOND}", "key_invalid"),
        ("Bearer æøå", "key_invalid"),
    ],
)
def test_key_that_is_wrong_is_refused(authorization: str | None, code: str) -> None:
    assert refusal(keys(ManualClock()), authorization).code == code


def test_guesses_are_slowed_per_address_and_right_keys_are_not() -> None:
    clock = ManualClock()
    service = keys(clock)
    for _ in range(3):
        assert refusal(service, "Bearer x").code == "key_invalid"
    limited = refusal(service, "Bearer x")
    assert limited.code == "rate_limited"
    assert limited.retry_after_s == pytest.approx(20, abs=0.1)
    assert service.authenticate(request(f"Bearer {FIRST}")) == "first"
    assert refusal(service, "Bearer x", remote="192.0.2.2").code == "key_invalid"
    clock.advance(20)
    assert refusal(service, "Bearer x").code == "key_invalid"


def test_requests_are_limited_per_key() -> None:
    service = keys(ManualClock(), requests=1.0)
    for _ in range(5):
        service.authenticate(request(f"Bearer {FIRST}"))
    assert refusal(service, f"Bearer {FIRST}").code == "rate_limited"
    assert service.authenticate(request(f"Bearer {SECOND}")) == "second"


def test_buckets_are_bounded_and_the_oldest_is_forgotten() -> None:
    limit = RateLimit(per_second=0.001, burst=1, clock=ManualClock())
    limit.spend("old")
    for number in range(MAX_BUCKETS):
        limit.spend(str(number))
    limit.spend("old")
    with pytest.raises(Refused):
        limit.spend(str(MAX_BUCKETS - 1))
    assert limit.hits == 1


def keys_file(directory: Path, text: str) -> Path:
    path = directory / "api-keys.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_keys_file_is_read(tmp_path: Path) -> None:
    assert read_keys(keys_file(tmp_path, f"# two\n\nfirst: {FIRST}\n second :{SECOND} \n")) == {
        "first": FIRST,
        "second": SECOND,
    }


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "no key"),
        ("# nothing\n", "no key"),
        ("first\n", "line 1: must be"),
        (f": {FIRST}\n", "line 1: must be"),
        ("first: short\n", "weak"),
        (f"first: {'a' * 64}\n", "weak"),
        (f"first: {DEVELOPMENT_KEY}\n", "weak"),
        (f"first: {FIRST}\nfirst: {SECOND}\n", "line 2: the name 'first' is there twice"),
    ],
)
def test_keys_file_that_is_wrong_is_refused_without_showing_the_secret(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(Misconfigured, match=match) as caught:
        read_keys(keys_file(tmp_path, text))
    assert FIRST not in caught.value.text


def test_keys_file_that_is_absent_or_binary_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere: No such file"):
        read_keys(tmp_path / "nowhere")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        read_keys(tmp_path / "binary")
