"""When a reminder leaves: so long before the meeting, but between 08.00 and 20.00 on Danish clocks.

One that would leave at night leaves the evening before at 20.00; so nobody is woken, and it comes before the meeting
always. What would have left before now leaves at once, or at 08.00 where it is night, as long as the meeting has not
begun then. Times are Unix seconds; on the two nights of the clock change the wall clock decides, as people see it.
"""

from __future__ import annotations

from vdxmedia.booking.messages.calendar_words import days_from, local, unix_of

DAY_BEGINS, DAY_ENDS = 8, 20
"""Hours on Danish clocks; the last moment is 20.00.00."""
MIN_BEFORE_MINUTES = 5
MAX_BEFORE_MINUTES = 60 * 24 * 31
MAX_REMINDERS = 4
"""Of one message."""
STALE_S = 120
"""A meeting nearer than this needs no reminder: whoever gets it then is there or late."""


def reminder_at(starts_at: int, before_minutes: int, now: int) -> int | None:
    """When it leaves; None: there is no permitted moment before the meeting any more."""
    wanted = latest_by_day(starts_at - 60 * before_minutes)
    if wanted < now:
        wanted = earliest_by_day(now)
    return wanted if wanted <= starts_at - STALE_S else None


def latest_by_day(at: int) -> int:
    """The last permitted moment that is not after `at`."""
    moment = local(at)
    if at > unix_of(moment, DAY_ENDS):
        return unix_of(moment, DAY_ENDS)
    if at < unix_of(moment, DAY_BEGINS):
        return unix_of(days_from(moment, -1), DAY_ENDS)
    return at


def earliest_by_day(at: int) -> int:
    """The first permitted moment that is not before `at`."""
    moment = local(at)
    if at < unix_of(moment, DAY_BEGINS):
        return unix_of(moment, DAY_BEGINS)
    if at > unix_of(moment, DAY_ENDS):
        return unix_of(days_from(moment, 1), DAY_BEGINS)
    return at


def is_by_day(at: int) -> bool:
    return earliest_by_day(at) == at
