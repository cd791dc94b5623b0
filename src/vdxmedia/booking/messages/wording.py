"""What an SMS says: a template of the organisation or ours, with placeholders filled in.

Placeholders are `{organisation}`, `{date}`, `{time}`, `{link}`, `{testLink}`, `{helpLine}`, and `%meeting_url%` as
systems that use the VDX SMS API write it; beside it `%test_url%`. There is none for the subject: it may be a health
fact, and an SMS lies open on a table. Ours fit one SMS with an organisation of up to 30 characters and the short link
of docs/sms.md.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from vdxmedia.booking.messages.alphabet import MAX_SEGMENTS, Size, measure, plain
from vdxmedia.booking.messages.calendar_words import Language, date_words, time_words
from vdxmedia.booking.organisations import Tree
from vdxmedia.errors import BadField

MAX_TEMPLATE_CHARS = 1_000
MEETING_URL = "%meeting_url%"
_URLS = {"meeting_url": "link", "test_url": "testLink"}
_PLACEHOLDER = re.compile(r"\{(\w*)\}|%(meeting_url|test_url)%")
PLACEHOLDERS = ("organisation", "date", "time", "link", "testLink", "helpLine")
MAX_ORGANISATION_CHARS = 40
"""Of a name in a text of ours; a longer one is cut at a word. In a caller's own text it stays whole."""


class Purpose(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    CALL = "call"
    """Somebody waits in the room now."""


TEXTS: dict[tuple[Purpose, Language], str] = {
    (Purpose.INVITATION, Language.DANISH): (
        "Videomøde med {organisation} {date} kl. {time}. Åbn linket, når mødet begynder: {link}{help}"
    ),
    (Purpose.REMINDER, Language.DANISH): (
        "Husk videomøde med {organisation} {date} kl. {time}. Åbn linket: {link}{help}"
    ),
    (Purpose.CALL, Language.DANISH): "{organisation} venter på dig i et videomøde nu. Åbn linket: {link}{help}",
    (Purpose.INVITATION, Language.ENGLISH): (
        "Video meeting with {organisation} {date} at {time}. Open the link when it begins: {link}{help}"
    ),
    (Purpose.REMINDER, Language.ENGLISH): (
        "Remember your video meeting with {organisation} {date} at {time}. Open the link: {link}{help}"
    ),
    (Purpose.CALL, Language.ENGLISH): (
        "{organisation} is waiting for you in a video meeting now. Open the link: {link}{help}"
    ),
}
"""`{help}` is the line below, or nothing."""
HELP = {Language.DANISH: " Hjælp: {helpLine}", Language.ENGLISH: " Help: {helpLine}"}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What placeholders stand for. No subject, on purpose."""

    organisation: str
    starts_at: int
    link: str
    test_link: str = ""
    """To the page on which one's equipment is tried."""
    help_line: str = ""


def check_template(template: str, *, field: str = "$.message", needs_link: bool = True) -> None:
    """Raises: BadField for a placeholder that is not ours, and for a text without the link."""
    if not 0 < len(template) <= MAX_TEMPLATE_CHARS:
        raise BadField(f"1 to {MAX_TEMPLATE_CHARS} characters", field=field)
    if any(ord(sign) < 32 and sign not in "\r\n\t" for sign in template):
        raise BadField("there is a control character in it", field=field)
    names = [_name_of(found) for found in _PLACEHOLDER.finditer(template)]
    for name in names:
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise BadField(f"{{{name[:40]}}} is no placeholder; there are {known} and {MEETING_URL}", field=field)
    if needs_link and "link" not in names:
        raise BadField(f"the text needs {{link}} or {MEETING_URL}", field=field)


def render(template: str, facts: Facts, language: Language, *, now: int) -> str:
    """The text as it leaves. What a placeholder brings is not looked into for placeholders."""
    values = {
        "organisation": facts.organisation,
        "date": date_words(facts.starts_at, language, seen_at=now),
        "time": time_words(facts.starts_at, language),
        "link": facts.link,
        "testLink": facts.test_link,
        "helpLine": facts.help_line,
    }
    return plain(_PLACEHOLDER.sub(lambda found: values.get(_name_of(found), found.group(0)), template))


def _name_of(found: re.Match[str]) -> str:
    return _URLS[found.group(2)] if found.group(2) else found.group(1)


def template_of(tree: Tree, organisation: str, purpose: Purpose, language: Language) -> str:
    """The organisation's own text, else that of the nearest above it; empty: ours."""
    for one in tree.upwards(organisation):
        for of_purpose, of_language, template in one.sms_texts:
            if (of_purpose, of_language) == (purpose, language):
                return template
    return ""


def compose(purpose: Purpose, facts: Facts, language: Language, *, now: int) -> str:
    """Ours. The help line is left out where it would make a second SMS."""
    short = msgspec.structs.replace(facts, organisation=shortened(facts.organisation))
    text = TEXTS[purpose, language]
    bare = render(text.replace("{help}", ""), short, language, now=now)
    if not facts.help_line:
        return bare
    full = render(text.replace("{help}", HELP[language]), short, language, now=now)
    return full if measure(full).segments <= measure(bare).segments else bare


def shortened(name: str) -> str:
    """At most `MAX_ORGANISATION_CHARS`, cut after a word where there is one."""
    if len(name) <= MAX_ORGANISATION_CHARS:
        return name
    cut = name[: MAX_ORGANISATION_CHARS + 1]
    return (cut.rpartition(" ")[0] or cut[:MAX_ORGANISATION_CHARS]).rstrip(" ,-")


def checked_size(text: str, *, field: str = "$.message") -> Size:
    """Raises: BadField when it is longer than is sent, or empty."""
    size = measure(text)
    if not 1 <= size.segments <= MAX_SEGMENTS or not text.strip():
        raise BadField(f"the text takes {size.segments} SMS; 1 to {MAX_SEGMENTS} are sent", field=field)
    return size
