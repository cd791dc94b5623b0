"""Reminders wake nobody, and come before the meeting."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.booking.messages.calendar_words import local
from vdxmedia.booking.messages.reminder_times import (
    MAX_BEFORE_MINUTES,
    MIN_BEFORE_MINUTES,
    STALE_S,
    earliest_by_day,
    is_by_day,
    latest_by_day,
    reminder_at,
)

DENMARK = ZoneInfo("Europe/Copenhagen")
HOUR = 60
DAY = 24 * HOUR
MOMENTS = st.integers(1_700_000_000, 2_000_000_000)


def at(text: str, fold: int = 0) -> int:
    """A time on Danish clocks, as `2026-11-24 10:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=DENMARK, fold=fold).timestamp())


def clock(moment: int | None) -> str:
    assert moment is not None
    return f"{local(moment):%Y-%m-%d %H:%M}"


NOW = at("2026-01-05 12:00")


@pytest.mark.parametrize(
    ("starts", "before", "leaves"),
    [
        ("2026-11-24 10:30", DAY, "2026-11-23 10:30"),
        ("2026-11-24 10:30", HOUR, "2026-11-24 09:30"),
        ("2026-11-24 08:30", HOUR, "2026-11-23 20:00"),
        ("2026-11-24 08:00", 0, "2026-11-24 08:00"),
        ("2026-11-24 23:00", HOUR, "2026-11-24 20:00"),
        ("2026-11-24 20:30", 30, "2026-11-24 20:00"),
    ],
)
def test_reminder_leaves_by_day_and_not_later_than_wished(starts: str, before: int, leaves: str) -> None:
    wished = reminder_at(at(starts), before, NOW)
    if before == 0:
        assert wished is None, "a reminder of what begins now reminds of nothing"
    else:
        assert clock(wished) == leaves


@pytest.mark.parametrize(
    ("starts", "before", "leaves", "utc"),
    [
        # Clocks go forward on 29 March 2026 at 02.00 and back on 25 October 2026 at 03.00.
        ("2026-03-29 10:00", DAY, "2026-03-28 09:00", "08:00"),
        ("2026-03-29 08:30", 2 * HOUR, "2026-03-28 20:00", "19:00"),
        ("2026-03-29 03:30", HOUR, "2026-03-28 20:00", "19:00"),
        ("2026-10-25 09:30", HOUR, "2026-10-25 08:30", "07:30"),
        ("2026-10-25 08:30", 2 * HOUR, "2026-10-24 20:00", "18:00"),
        ("2026-10-25 10:00", DAY, "2026-10-24 11:00", "09:00"),
    ],
)
def test_reminder_around_the_nights_of_the_clock_change(starts: str, before: int, leaves: str, utc: str) -> None:
    found = reminder_at(at(starts), before, NOW)
    assert clock(found) == leaves
    assert found is not None
    assert f"{datetime.fromtimestamp(found, UTC):%H:%M}" == utc


def test_meeting_in_the_hour_that_comes_twice_is_reminded_of_the_evening_before() -> None:
    for fold in (0, 1):
        assert clock(reminder_at(at("2026-10-25 02:30", fold), HOUR, NOW)) == "2026-10-24 20:00"


def test_reminder_whose_moment_has_passed_leaves_at_once_by_day() -> None:
    now = at("2026-11-24 09:00")
    assert reminder_at(at("2026-11-24 10:30"), DAY, now) == now


def test_reminder_whose_moment_has_passed_waits_for_the_morning_at_night() -> None:
    assert clock(reminder_at(at("2026-11-24 10:30"), DAY, at("2026-11-24 03:00"))) == "2026-11-24 08:00"
    assert clock(reminder_at(at("2026-11-25 10:30"), 2 * DAY, at("2026-11-24 21:00"))) == "2026-11-25 08:00"


def test_reminder_is_left_out_when_the_meeting_comes_first() -> None:
    assert reminder_at(at("2026-11-24 07:00"), HOUR, at("2026-11-24 03:00")) is None
    assert reminder_at(at("2026-11-24 10:30"), HOUR, at("2026-11-24 10:29")) is None


@given(MOMENTS, st.integers(MIN_BEFORE_MINUTES, MAX_BEFORE_MINUTES), MOMENTS)
def test_every_reminder_leaves_by_day_and_before_the_meeting(starts: int, before: int, now: int) -> None:
    found = reminder_at(starts, before, now)
    if found is None:
        assert earliest_by_day(now) > starts - STALE_S
        return
    assert is_by_day(found)
    assert now <= found <= starts - STALE_S
    assert found <= starts - 60 * before or found == earliest_by_day(now)


@given(MOMENTS)
def test_day_begins_at_eight_and_ends_at_twenty_on_danish_clocks(moment: int) -> None:
    for found in (earliest_by_day(moment), latest_by_day(moment)):
        shown = local(found)
        assert (8, 0, 0) <= (shown.hour, shown.minute, shown.second) <= (20, 0, 0)
    assert latest_by_day(moment) <= moment <= earliest_by_day(moment)
