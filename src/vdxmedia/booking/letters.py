"""What a letter or a note says of a meeting: date, time, whom to phone, and the short link alone on its line.

Systems that read correspondence letters cut long lines and make links of what they know as one, so the link is at most
40 characters: with its scheme where there is room for it. Never the subject. Left out: what an SMS says
(`booking.messages`).
"""

from __future__ import annotations

import msgspec

from vdxmedia.booking.messages.calendar_words import Language, date_words, time_words

MAX_LINK_CHARS = 40
"""Of XDIS91 letters in the systems that were looked at; a host name of 17 characters has room for `https://`, one of 25
without."""


class LetterFacts(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    """Its name; empty: nobody is named."""
    starts_at: int
    ends_at: int
    short_link: str
    opens_before_minutes: int
    help_line: str = ""
    needs_pin: bool = False
    """Whoever opens the link is asked for a PIN, which comes by another way."""


def link_line(short_link: str) -> str:
    """With its scheme, unless the line would be too long with it."""
    return short_link if len(short_link) <= MAX_LINK_CHARS else short_link.removeprefix("https://")


def letter_text(facts: LetterFacts, language: Language, *, now: int) -> str:
    """Paragraphs with an empty line between them; lines end with LF."""
    date = date_words(facts.starts_at, language, seen_at=now)
    begins, ends = time_words(facts.starts_at, language), time_words(facts.ends_at, language)
    if language is Language.DANISH:
        whom = f" med {facts.organisation}" if facts.organisation else ""
        parts = [
            f"Du er inviteret til videomøde{whom}.",
            f"Dato: {date}\nTid: kl. {begins} til {ends}",
            f"Åbn dette link i en browser på telefon, tablet eller computer:\n{link_line(facts.short_link)}",
            _opens_danish(facts),
        ]
        if facts.needs_pin:
            parts.append("Du bliver bedt om en pinkode. Den får du for sig selv.")
        if facts.help_line:
            parts.append(f"Har du brug for hjælp, så ring {facts.help_line}.")
        return "\n\n".join(parts) + "\n"
    whom = f" with {facts.organisation}" if facts.organisation else ""
    parts = [
        f"You are invited to a video meeting{whom}.",
        f"Date: {date}\nTime: {begins} to {ends}",
        f"Open this link in a browser on a phone, tablet or computer:\n{link_line(facts.short_link)}",
        _opens_english(facts),
    ]
    if facts.needs_pin:
        parts.append("You will be asked for a PIN. You get it separately.")
    if facts.help_line:
        parts.append(f"If you need help, phone {facts.help_line}.")
    return "\n\n".join(parts) + "\n"


def _opens_danish(facts: LetterFacts) -> str:
    minutes = facts.opens_before_minutes
    when = f"Linket virker fra {minutes} minutter før mødet. " if minutes else ""
    return f"{when}Du kommer først ind i et venteværelse. Værten lukker dig ind."


def _opens_english(facts: LetterFacts) -> str:
    minutes = facts.opens_before_minutes
    when = f"The link works from {minutes} minutes before the meeting. " if minutes else ""
    return f"{when}You first come to a waiting room. The host lets you in."
