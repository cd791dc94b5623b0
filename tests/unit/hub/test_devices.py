"""What somebody is in the meeting with, from the header of his browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.hub.devices import device_of


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        ("(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0", "computer edge"),
        ("(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36", "computer chrome"),
        ("(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "computer firefox"),
        (
            "(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
            "phone safari",
        ),
        (
            "(iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605 CriOS/141.0 Mobile/15E148 Safari/604",
            "tablet chrome",
        ),
        ("(Linux; Android 14; SM-S911B) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36", "phone chrome"),
        (
            "(Linux; Android 13; SM-X200) AppleWebKit/537.36 SamsungBrowser/26.0 Chrome/122 Safari/537",
            "tablet samsung",
        ),
        ("(compatible)", "computer other"),
    ],
)
def test_device_is_told_coarsely(user_agent: str, expected: str) -> None:
    device = device_of(f"Mozilla/5.0 {user_agent}")
    assert device is not None
    assert f"{device.kind} {device.browser}" == expected


@pytest.mark.parametrize("user_agent", ["", "curl/8.5", "Python/3.11 aiohttp/3.14"])
def test_what_is_no_browser_has_no_device(user_agent: str) -> None:
    assert device_of(user_agent) is None


@given(st.text(max_size=2000))
def test_any_header_is_read(user_agent: str) -> None:
    device_of(f"Mozilla/{user_agent}")
