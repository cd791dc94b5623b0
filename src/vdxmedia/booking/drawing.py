"""What is drawn for a new room: address and PINs. The die is handed in: `draw(low, high)`, both inclusive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from uuid import UUID

from vdxmedia.booking.checks import MAX_PIN, MAX_URI_CHARS, MIN_PIN
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.room_options import Template

Draw = Callable[[int, int], int]

MAX_TRIES = 100
"""To find a free address (the VDX video API's own bound)."""
SHORT_ID_CHARS = 12
_PREFIX = re.compile(r"[A-Za-z0-9._-]*")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def short_id(uuid: UUID) -> str:
    """The first 12 hex digits of SHA-256 of the uuid's text. Guessable by nature."""
    return hashlib.sha256(str(uuid).encode()).hexdigest()[:SHORT_ID_CHARS]


def check_uri_setup(template: Template, domain: str) -> None:
    """Raises: BookingRefused `template_uri_invalid`."""
    low, high = template.uri_number_range_low, template.uri_number_range_high
    longest = f"{template.uri_prefix}{high}"
    if not 0 <= low <= high or len(longest) > MAX_URI_CHARS or len(longest) + len(domain) >= 2 * MAX_URI_CHARS:
        raise BookingRefused(Why.URI_SETUP_INVALID, "the template's range of addresses is not possible")
    if not _PREFIX.fullmatch(template.uri_prefix) or not _DOMAIN.fullmatch(domain):
        raise BookingRefused(Why.URI_SETUP_INVALID, "the template's prefix or domain is not possible")


def check_custom_uri(uri: str, domain: str) -> None:
    """Of an address that somebody has chosen. Raises: BookingRefused `template_uri_invalid`."""
    if not _DOMAIN.fullmatch(domain) or len(uri) + len(domain) >= 2 * MAX_URI_CHARS:
        raise BookingRefused(Why.URI_SETUP_INVALID, "the template's domain is not possible")


def draw_uri(template: Template, draw: Draw) -> str:
    """Without domain. `check_uri_setup` before."""
    return f"{template.uri_prefix}{draw(template.uri_number_range_low, template.uri_number_range_high)}"


def draw_pins(
    template: Template, draw: Draw, *, host: int | None, guest: int | None, needs_guest: bool
) -> tuple[str, str]:
    """Host's and guest's, which differ; empty: none. `host` and `guest` are those that the booking names.

    Raises: BookingRefused for ranges that give none.
    """
    host_pin = "" if host is None else str(host)
    guest_pin = "" if guest is None else str(guest)
    if not host_pin and template.host_pin_required:
        span = template.host_pin_range_low, template.host_pin_range_high
        host_pin = _draw_pin(*span, draw, other=guest_pin, why=Why.HOST_PIN_RANGE_INVALID)
    if not guest_pin and (template.guest_pin_required or needs_guest):
        span = template.guest_pin_range_low, template.guest_pin_range_high
        guest_pin = _draw_pin(*span, draw, other=host_pin, why=Why.GUEST_PIN_RANGE_INVALID)
    return host_pin, guest_pin


def _draw_pin(low: int | None, high: int | None, draw: Draw, *, other: str, why: Why) -> str:
    if low is None or high is None or not MIN_PIN <= low <= high <= MAX_PIN:
        raise BookingRefused(why, "the template's range of PINs is not possible")
    is_other_inside = other != "" and low <= int(other) <= high
    if is_other_inside and low == high:
        raise BookingRefused(why, "the template's range of PINs has none left")
    # One fewer to draw from, and those from the other on move up by one: no second draw is ever needed.
    pin = draw(low, high - is_other_inside)
    return str(pin + (is_other_inside and pin >= int(other)))
