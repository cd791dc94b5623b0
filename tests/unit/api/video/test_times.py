from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.api.video import times
from vdxmedia.api.video.asked import LATEST
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.errors import BadField

NOON = 1_769_857_200
"""31 January 2026, 12:00 in Denmark."""


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00 +0100",
        "2026-01-31T12:00:00+0100",
        "2026-01-31T11:00:00 Z",
        "2026-01-31T12:00:00 +01",
        "2026-01-31T12:00:00+01:00",
        "2026-01-31T11:00:00Z",
        "2026-01-31T06:30:00 -0430",
    ],
)
def test_version_1_reads_its_four_forms(text: str) -> None:
    assert times.read_v1(text, "$.startTime") == NOON


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00+01:00",
        "2026-01-31T11:00:00Z",
        "2026-01-31T12:00:00.999+01:00",
        "2026-01-31T12:00:00.123456789+01:00",
        "2026-01-31T12:00+01:00",
    ],
)
def test_version_2_reads_iso_and_drops_fractions(text: str) -> None:
    assert times.read_v2(text, "$.startTime") == NOON


def test_times_are_written_in_danish_time_on_both_sides_of_the_clock_change() -> None:
    assert times.write_v1(NOON) == "2026-01-31T12:00:00 +0100"
    assert times.write_v2(NOON) == "2026-01-31T12:00:00+01:00"
    last_summer_second, first_winter_second = 1_792_889_999, 1_792_890_000
    assert times.write_v1(last_summer_second) == "2026-10-25T02:59:59 +0200"
    assert times.write_v1(first_winter_second) == "2026-10-25T02:00:00 +0100"
    assert times.write_v2(last_summer_second) == "2026-10-25T02:59:59+02:00"
    assert times.write_v2(first_winter_second) == "2026-10-25T02:00:00+01:00"


@pytest.mark.parametrize("read", [times.read_v1, times.read_v2])
@pytest.mark.parametrize("year", ["12026", "+12026", "99999999999", "-20260"])
def test_a_year_of_more_than_four_digits_has_a_reason_of_its_own(read, year: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BookingRefused) as refused:
        read(f"{year}-01-31T12:00:00+01:00", "$.startTime")
    assert refused.value.why is Why.YEAR_TOO_LONG


@pytest.mark.parametrize("read", [times.read_v1, times.read_v2])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:00+99:00",
        "0000-01-31T12:00:00Z",
        "+2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z ",
        "２０２６-01-31T12:00:00Z",
        "1" * 10_000,
    ],
)
def test_what_is_no_time_names_its_field(read, text: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadField) as bad:
        read(text, "$.endTime")
    assert bad.value.field == "$.endTime"


def test_version_1_takes_no_fractions() -> None:
    with pytest.raises(BadField):
        times.read_v1("2026-01-31T12:00:00.5 +0100", "$.startTime")


def test_a_plus_that_a_query_lost_is_put_back() -> None:
    for lost in ("2026-01-31T12:00:00 01:00", "2026-01-31T12:00:00 0100"):
        assert times.read_v1(times.mended(lost), "?from-start-time") == NOON
    assert times.mended("2026-01-31T12:00:00 +0100") == "2026-01-31T12:00:00 +0100"


@given(st.integers(min_value=0, max_value=LATEST))
def test_what_is_written_is_read_again(at: int) -> None:
    assert times.read_v1(times.write_v1(at), "$") == at
    assert times.read_v2(times.write_v2(at), "$") == at


@given(st.text(max_size=80))
def test_no_text_raises_anything_else(text: str) -> None:
    for read in (times.read_v1, times.read_v2):
        with contextlib.suppress(BadField, BookingRefused):
            read(text, "$")
