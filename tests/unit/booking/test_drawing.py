"""Addresses, PINs, short ids: what is drawn is in the range, differs where it must, and impossible ranges are said."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.booking.checks import MAX_PIN, MIN_PIN
from vdxmedia.booking.drawing import check_custom_uri, check_uri_setup, draw_pins, draw_uri, short_id
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.room_options import Template

PINS = st.integers(MIN_PIN, MAX_PIN)


def lowest(low: int, high: int) -> int:
    assert low <= high
    return low


def highest(low: int, high: int) -> int:
    assert low <= high
    return high


@given(st.data(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_address_is_the_prefix_and_a_number_of_the_range(data: st.DataObject, low: int, width: int) -> None:
    template = Template(uri_prefix="rum", uri_number_range_low=low, uri_number_range_high=low + width)
    uri = draw_uri(template, lambda a, b: data.draw(st.integers(a, b)))
    assert uri.startswith("rum")
    assert low <= int(uri.removeprefix("rum")) <= low + width


@given(st.data(), PINS, PINS)
def test_pins_are_of_their_ranges_and_differ(data: st.DataObject, one: int, other: int) -> None:
    low, high = min(one, other), max(one, other) + 1
    template = Template(
        host_pin_range_low=low,
        host_pin_range_high=min(high, MAX_PIN),
        guest_pin_range_low=max(low - 1, MIN_PIN),
        guest_pin_range_high=min(high, MAX_PIN),
    )
    host, guest = draw_pins(
        template, lambda a, b: data.draw(st.integers(a, b)), host=None, guest=None, needs_guest=True
    )
    assert low <= int(host) <= high
    assert max(low - 1, MIN_PIN) <= int(guest) <= high
    assert host != guest


@pytest.mark.parametrize("draw", [lowest, highest])
@pytest.mark.parametrize("host", [1000, 1001, 1002])
def test_guests_pin_passes_over_the_hosts(draw: object, host: int) -> None:
    template = Template(guest_pin_range_low=1000, guest_pin_range_high=1002)
    _, guest = draw_pins(template, draw, host=host, guest=None, needs_guest=True)  # type: ignore[arg-type]
    assert int(guest) in {1000, 1001, 1002} - {host}


def test_pins_that_are_named_or_not_needed_are_not_drawn() -> None:
    def never(low: int, high: int) -> int:
        raise AssertionError((low, high))

    assert draw_pins(Template(), never, host=4711, guest=1234, needs_guest=True) == ("4711", "1234")
    assert draw_pins(Template(host_pin_required=False), never, host=None, guest=None, needs_guest=False) == ("", "")


@pytest.mark.parametrize(
    ("low", "high"), [(None, 9999), (1000, None), (2000, 1999), (999, 2000), (1000, MAX_PIN + 1), (1234, 1234)]
)
def test_range_without_pins_is_said(low: int | None, high: int | None) -> None:
    guests = Template(guest_pin_range_low=low, guest_pin_range_high=high)
    with pytest.raises(BookingRefused) as refused:
        draw_pins(guests, lowest, host=1234, guest=None, needs_guest=True)
    assert refused.value.why is Why.GUEST_PIN_RANGE_INVALID
    hosts = Template(host_pin_range_low=low, host_pin_range_high=high)
    with pytest.raises(BookingRefused) as refused:
        draw_pins(hosts, lowest, host=None, guest=1234, needs_guest=True)
    assert refused.value.why is Why.HOST_PIN_RANGE_INVALID


@pytest.mark.parametrize(
    ("template", "domain"),
    [
        (Template(uri_number_range_low=2, uri_number_range_high=1), "a.dk"),
        (Template(uri_number_range_low=-1), "a.dk"),
        (Template(uri_prefix="x" * 99), "a.dk"),
        (Template(uri_prefix="to ord"), "a.dk"),
        (Template(), ""),
        (Template(), "a b"),
        (Template(), "-a"),
        (Template(uri_prefix="x" * 90), "a" * 110),
    ],
)
def test_set_up_of_addresses_that_gives_none_is_said(template: Template, domain: str) -> None:
    with pytest.raises(BookingRefused) as refused:
        check_uri_setup(template, domain)
    assert refused.value.why is Why.URI_SETUP_INVALID


def test_address_and_domain_are_not_longer_than_the_store_takes() -> None:
    check_custom_uri("a" * 100, "b" * 99)
    with pytest.raises(BookingRefused):
        check_custom_uri("a" * 100, "b" * 100)
    check_uri_setup(Template(uri_prefix="h."), "rooms.example.dk")


def test_short_id_is_the_beginning_of_the_digest_of_the_uuids_text() -> None:
    # printf 7f2b8f5e-7d5c-4a1b-9f4e-000000000001 | sha256sum
    assert short_id(UUID("7f2b8f5e-7d5c-4a1b-9f4e-000000000001")) == "58a832bbffde"
