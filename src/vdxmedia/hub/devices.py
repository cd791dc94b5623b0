"""What somebody is in the meeting with, coarsely: a phone, a tablet or a computer, and which browser.

For hosts who help, and for nobody else: it is not stored and not told to guests. Read from the header `User-Agent` of
the connection, which says anything its sender likes. An iPad calls itself a Mac, and is a computer here.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

MAX_READ_CHARS = 512
"""Of the header."""


class DeviceKind(StrEnum):
    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


class Browser(StrEnum):
    CHROME = "chrome"
    EDGE = "edge"
    FIREFOX = "firefox"
    SAFARI = "safari"
    SAMSUNG = "samsung"
    OTHER = "other"


class Device(msgspec.Struct, frozen=True):
    kind: DeviceKind
    browser: Browser


_BROWSERS = (
    (Browser.EDGE, re.compile(r"Edg(?:A|iOS)?/\d")),
    (Browser.SAMSUNG, re.compile(r"SamsungBrowser/\d")),
    (Browser.FIREFOX, re.compile(r"(?:Firefox|FxiOS)/\d")),
    (Browser.CHROME, re.compile(r"(?:Chrome|CriOS)/\d")),
    (Browser.SAFARI, re.compile(r"Version/\d[\d.]* (?:Mobile/\w{1,20} )?Safari/\d")),
)
"""The first that fits: most of them call themselves Chrome and Safari too."""
_PHONE = re.compile(r"iPhone|iPod|Android[^)]{0,100}\) .{0,200}Mobile")
_TABLET = re.compile(r"iPad|Android")


def device_of(user_agent: str) -> Device | None:
    """None for what is no browser."""
    read = user_agent[:MAX_READ_CHARS]
    if not read.startswith("Mozilla/"):
        return None
    browser = next((name for name, sign in _BROWSERS if sign.search(read)), Browser.OTHER)
    if _PHONE.search(read):
        return Device(DeviceKind.PHONE, browser)
    return Device(DeviceKind.TABLET if _TABLET.search(read) else DeviceKind.COMPUTER, browser)
