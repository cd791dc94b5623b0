"""What a correspondence letter says of a meeting."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from vdxmedia.booking.letters import MAX_LINK_CHARS, LetterFacts, letter_text, link_line
from vdxmedia.booking.messages.calendar_words import COPENHAGEN, Language

STARTS = int(datetime(2026, 11, 24, 10, 30, tzinfo=COPENHAGEN).timestamp())
NOW = STARTS - 86_400
FACTS = LetterFacts(
    organisation="Aarhus Kommune",
    starts_at=STARTS,
    ends_at=STARTS + 1800,
    short_link="https://video.example.dk/m/0123456789ab",
    opens_before_minutes=15,
    help_line="87 65 43 21",
    needs_pin=True,
)


def test_danish_letter_says_when_where_and_whom_to_phone() -> None:
    assert letter_text(FACTS, Language.DANISH, now=NOW) == (
        "Du er inviteret til videomøde med Aarhus Kommune.\n\n"
        "Dato: tirsdag den 24. november\nTid: kl. 10.30 til 11.00\n\n"
        "Åbn dette link i en browser på telefon, tablet eller computer:\n"
        "https://video.example.dk/m/0123456789ab\n\n"
        "Linket virker fra 15 minutter før mødet. Du kommer først ind i et venteværelse. Værten lukker dig ind.\n\n"
        "Du bliver bedt om en pinkode. Den får du for sig selv.\n\n"
        "Har du brug for hjælp, så ring 87 65 43 21.\n"
    )


def test_english_letter_says_the_same() -> None:
    assert letter_text(FACTS, Language.ENGLISH, now=NOW) == (
        "You are invited to a video meeting with Aarhus Kommune.\n\n"
        "Date: Tuesday 24 November\nTime: 10:30 to 11:00\n\n"
        "Open this link in a browser on a phone, tablet or computer:\n"
        "https://video.example.dk/m/0123456789ab\n\n"
        "The link works from 15 minutes before the meeting. You first come to a waiting room. The host lets you in.\n\n"
        "You will be asked for a PIN. You get it separately.\n\n"
        "If you need help, phone 87 65 43 21.\n"
    )


@pytest.mark.parametrize("language", Language)
def test_letter_leaves_out_what_is_not_known(language: Language) -> None:
    bare = msgspec.structs.replace(FACTS, organisation="", help_line="", needs_pin=False, opens_before_minutes=0)
    text = letter_text(bare, language, now=NOW)
    assert not [word for word in ("Aarhus", "87 65", "pinkode", "PIN", "15 min", " 0 min", "  ") if word in text]
    assert bare.short_link in text.split("\n")


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("v" * 14 + ".dk", "https://vvvvvvvvvvvvvv.dk/m/0123456789ab"),
        ("v" * 15 + ".dk", "vvvvvvvvvvvvvvv.dk/m/0123456789ab"),
        ("v" * 22 + ".dk", "vvvvvvvvvvvvvvvvvvvvvv.dk/m/0123456789ab"),
    ],
)
def test_link_stands_alone_in_at_most_forty_characters(host: str, line: str) -> None:
    facts = msgspec.structs.replace(FACTS, short_link=f"https://{host}/m/0123456789ab")
    assert link_line(facts.short_link) == line
    assert len(line) <= MAX_LINK_CHARS
    for language in Language:
        assert line in letter_text(facts, language, now=NOW).split("\n")
