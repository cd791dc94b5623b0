"""The staff page's cookie: its name, its attributes, and what of a request counts as it."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.fakes.issuers import request
from vdxmedia.api.staff import StaffCookie

SECURE = StaffCookie("vdx_staff", is_secure=True, same_site="Strict")


def test_cookie_of_a_server_with_tls_is_bound_to_its_host_and_hidden_from_scripts() -> None:
    response = web.Response()
    SECURE.put(response, "abc")
    (morsel,) = response.cookies.values()
    assert morsel.OutputString() == "__Host-vdx_staff=abc; HttpOnly; Path=/; SameSite=Strict; Secure"
    SECURE.take_away(response)
    (gone,) = response.cookies.values()
    assert "Max-Age=0" in gone.OutputString()
    assert gone.OutputString().endswith("Secure")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("__Host-vdx_staff=abc", "abc"),
        ("a=b; __Host-vdx_staff=abc;c=d", "abc"),
        ("__Host-vdx_staff=abc; __Host-vdx_staff=def", ""),
        ("vdx_staff=abc", ""),
        ("__Host-vdx_staff", ""),
        ("__Host-vdx_staff=", ""),
        (";;=;", ""),
        ("", ""),
    ],
)
def test_cookie_counts_when_it_is_there_once_by_its_own_name(sent: str, found: str) -> None:
    assert SECURE.of(request(headers=[("Cookie", sent)])) == found
