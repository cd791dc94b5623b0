"""Forwarded headers: believed from configured neighbours, ignored from all others."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request

from vdxmedia.api.proxies import TrustedProxies, limit_key

PROXIES = TrustedProxies(["10.0.0.0/8", "fd00::/8"])


def client(remote: str, *forwarded: str, proxies: TrustedProxies = PROXIES) -> str:
    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (remote, 1) if name == "peername" else default
    headers = [("X-Forwarded-For", line) for line in forwarded]
    request = make_mocked_request("GET", "/", headers=dict(headers), transport=transport)
    if len(forwarded) > 1:
        request = request.clone(headers=type(request.headers.copy())(headers))
    return proxies.client_address(request)


def test_stranger_who_forwards_is_not_believed() -> None:
    assert client("192.0.2.7", "1.2.3.4") == "192.0.2.7"


def test_proxy_is_believed_about_the_nearest_stranger() -> None:
    assert client("10.0.0.1", "1.2.3.4") == "1.2.3.4"
    assert client("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2") == "1.2.3.4"
    assert client("fd00::1", "2001:db8::5") == "2001:db8::5"


def test_address_that_the_client_made_up_is_not_reached() -> None:
    assert client("10.0.0.1", "10.9.9.9, 1.2.3.4") == "1.2.3.4"


def test_proxy_without_a_header_or_with_garbage_is_the_client() -> None:
    assert client("10.0.0.1") == "10.0.0.1"
    assert client("10.0.0.1", "unknown") == "10.0.0.1"
    assert client("10.0.0.1", "1.2.3.4, garbage") == "10.0.0.1"
    assert client("10.0.0.1", "") == "10.0.0.1"


def test_ipv4_mapped_address_is_the_ipv4_address() -> None:
    assert client("::ffff:10.0.0.1", "1.2.3.4") == "1.2.3.4"
    assert client("::ffff:192.0.2.7", "1.2.3.4") == "192.0.2.7"


def test_endless_chain_of_proxies_is_cut() -> None:
    assert client("10.0.0.1", ", ".join(["1.2.3.4", *["10.0.0.2"] * 1000])) == "10.0.0.2"


@pytest.mark.parametrize(
    ("remote", "scheme", "expected"),
    [("10.0.0.1", "https", True), ("10.0.0.1", "http", False), ("192.0.2.7", "https", False)],
)
def test_tls_is_believed_from_the_proxy_only(remote: str, scheme: str, expected: bool) -> None:
    transport = Mock()
    values = {"peername": (remote, 1), "sslcontext": None}
    transport.get_extra_info = lambda name, default=None: values.get(name, default)
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-Proto": scheme}, transport=transport)
    assert PROXIES.is_secure(request) is expected


def test_limits_count_an_address_or_a_customers_network() -> None:
    assert limit_key("192.0.2.77") == "192.0.2.77"
    assert limit_key("2001:db8:1:2:3:4:5:6") == limit_key("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert limit_key("") == "unknown"
