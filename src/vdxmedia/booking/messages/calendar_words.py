"""Dates and times as a letter or SMS says them, in Danish and English, on Danish clocks.

`mandag den 24. november kl. 10.30`, `Monday 24 November at 10:30`. The year is said where it is not the one of the
moment when the text is read. In the night when clocks go back an hour comes twice: the two are told apart by summer
and winter time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class Language(StrEnum):
    DANISH = "da"
    ENGLISH = "en"


WEEKDAYS = {
    Language.DANISH: ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    Language.DANISH: (
        "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
        "december",
    ),
    Language.ENGLISH: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_SUMMER = {Language.DANISH: ("sommertid", "vintertid"), Language.ENGLISH: ("summer time", "winter time")}


def local(unix_s: int) -> datetime:
    """The moment on a Danish clock."""
    return datetime.fromtimestamp(unix_s, UTC).astimezone(COPENHAGEN)


def date_words(unix_s: int, language: Language, *, seen_at: int) -> str:
    """`seen_at`: when the text is read, which decides whether the year is said."""
    day = local(unix_s)
    weekday, month = WEEKDAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    year = f" {day.year}" if day.year != local(seen_at).year else ""
    if language is Language.DANISH:
        return f"{weekday} den {day.day}. {month}{year}"
    return f"{weekday} {day.day} {month}{year}"


def time_words(unix_s: int, language: Language) -> str:
    """Without `kl.`, which templates say: `10.30`, `10:30`."""
    moment = local(unix_s)
    text = f"{moment:%H.%M}" if language is Language.DANISH else f"{moment:%H:%M}"
    if is_ambiguous(moment):
        summer, winter = _SUMMER[language]
        text += f" ({winter if moment.fold else summer})"
    return text


def is_ambiguous(moment: datetime) -> bool:
    """Whether clocks show this hour twice that night."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset() and is_real(moment)


def is_real(moment: datetime) -> bool:
    """Whether clocks ever show it; the hour that spring leaves out they do not."""
    return moment.astimezone(UTC).astimezone(COPENHAGEN).replace(tzinfo=None) == moment.replace(tzinfo=None)


def unix_of(day: datetime, hour: int) -> int:
    """The whole hour of the day of `day` on Danish clocks."""
    wall = datetime(day.year, day.month, day.day, hour, tzinfo=COPENHAGEN)
    return int(wall.timestamp())


def days_from(day: datetime, days: int) -> datetime:
    """The same wall time so many days later."""
    return day + timedelta(days=days)
