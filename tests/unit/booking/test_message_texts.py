"""How long an SMS is, to whom it goes, and what it says."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.booking.messages.alphabet import BASIC, EXTENSION, Encoding, measure, plain, warning
from vdxmedia.booking.messages.calendar_words import Language, date_words, time_words
from vdxmedia.booking.messages.numbers import check_country, hidden, to_e164
from vdxmedia.booking.messages.wording import Facts, Purpose, check_template, checked_size, compose, render, shortened
from vdxmedia.errors import BadField

DA, EN = Language.DANISH, Language.ENGLISH
NOVEMBER_24_1030 = 1_795_512_600
"""Tuesday 24 November 2026 at 10.30 in Denmark (09.30 UTC)."""
LINK = "https://moede.langkommune.dk/m/0123456789ab"
"""43 characters, more than a link is to have."""


def facts(organisation: str = "Hjørring Kommune", help_line: str = "") -> Facts:
    return Facts(organisation=organisation, starts_at=NOVEMBER_24_1030, link=LINK, help_line=help_line)


# ── length ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "encoding", "length", "segments"),
    [
        ("", Encoding.GSM7, 0, 0),
        ("æøåÆØÅ" * 20, Encoding.GSM7, 120, 1),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("€" * 81, Encoding.GSM7, 162, 2),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 306, 3),
        ("ş" + "a" * 69, Encoding.UCS2, 70, 1),
        ("ş" + "a" * 70, Encoding.UCS2, 71, 2),
        ("😀" * 35, Encoding.UCS2, 70, 1),
        ("a" * 66 + "😀" + "a" * 66, Encoding.UCS2, 134, 3),
    ],
)
def test_text_is_measured_as_networks_split_it(text: str, encoding: Encoding, length: int, segments: int) -> None:
    size = measure(text)
    assert (size.encoding, size.length, size.segments) == (encoding, length, segments)


def test_warning_names_the_character_that_halves_an_sms_and_the_number_of_them() -> None:
    assert warning(measure("Hej")) == ""
    assert "U+015F" in warning(measure("Hej Ayşe"))
    assert "takes 2 SMS" in warning(measure("a" * 161))


def test_typographic_signs_cost_no_second_sms() -> None:
    text = plain("“Hej” – kl. 10… det’s nu\u00a0her")
    assert text == '"Hej" - kl. 10... det\'s nu her'
    assert measure(text).encoding is Encoding.GSM7


@given(st.text(alphabet=sorted(BASIC | EXTENSION)))
def test_segments_hold_what_is_put_into_them(text: str) -> None:
    size = measure(text)
    assert size.encoding is Encoding.GSM7
    assert size.length == sum(2 if sign in EXTENSION else 1 for sign in text)
    if size.segments > 1:
        assert 160 < size.length <= 153 * size.segments
        assert size.length > 152 * (size.segments - 1), "a part is left with one free septet at most"


@given(st.text())
def test_any_text_is_measured(text: str) -> None:
    size = measure(text)
    assert (size.segments == 0) == (text == "")
    assert (size.encoding is Encoding.UCS2) == bool(size.forced_by)


# ── numbers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("written", ["20 12 34 56", "20123456", "+45 20 12 34 56", "004520123456", "(+45) 20-12-34-56"])
def test_danish_number_is_the_same_however_it_is_written(written: str) -> None:
    assert to_e164(written) == "+4520123456"


def test_number_with_a_country_stays_there() -> None:
    assert to_e164("+46 70 123 45 67") == "+46701234567"


@pytest.mark.parametrize(
    "written",
    [
        "", "112", "1813", "90 12 34 56", "80 12 34 56", "70 12 34 56", "+44 20 7946 0958", "2012345", "201234567890",
        "hej", "20123456;ext=1", "２０１２３４５６", "+4520123456\n", "tel:+4520123456", "0" * 33, "+999 20123456",
        "+870 773 123 456", "+882 16 5551 2345",
    ],
)  # fmt: skip
def test_number_that_takes_no_sms_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(BadField) as refused:
        to_e164(written)
    assert refused.value.field == "$.to"
    assert not written or written not in refused.value.text


def test_countries_that_are_not_written_to_are_refused_by_name_and_not_by_number() -> None:
    for countries in ({45, 46}, set()):
        check_country("+46701234567", countries)
    with pytest.raises(BadField) as refused:
        check_country("+46701234567", {45, 298, 299})
    assert refused.value.text == "SMS go to telephones of +45, +298, +299 from here; the operator can allow others"
    assert refused.value.field == "$.to"


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = to_e164(text)
    except BadField:
        return
    assert number.startswith("+")
    assert number[1:].isdecimal()
    assert 8 <= len(number) <= 16


def test_shown_number_keeps_country_and_last_two_digits() -> None:
    assert hidden("+4520123456") == "+45 •• •• •• 56"


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_dates_and_times_are_said_in_words() -> None:
    seen = NOVEMBER_24_1030
    assert date_words(seen, DA, seen_at=seen) == "tirsdag den 24. november"
    assert date_words(seen, EN, seen_at=seen) == "Tuesday 24 November"
    assert (time_words(seen, DA), time_words(seen, EN)) == ("10.30", "10:30")
    assert date_words(seen, DA, seen_at=seen - 365 * 86_400) == "tirsdag den 24. november 2026"


def test_hour_that_comes_twice_is_told_apart() -> None:
    first = 1_792_888_200  # 25 October 2026, 00.30 UTC: 02.30 in summer time
    assert time_words(first, DA) == "02.30 (sommertid)"
    assert time_words(first + 3_600, DA) == "02.30 (vintertid)"
    assert time_words(first + 7_200, DA) == "03.30"
    assert time_words(1_774_747_800, DA) == "03.30", "29 March 2026, 01.30 UTC: the hour from 02 is left out"


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("language", Language)
def test_our_texts_fit_one_sms_and_say_what_is_needed(purpose: Purpose, language: Language) -> None:
    for organisation in ("Hjørring Kommune", "Region Midtjylland, Aarhus Universitetshospital, Afdelingen"):
        text = compose(purpose, facts(organisation, "70 12 34 56"), language, now=NOVEMBER_24_1030)
        size = measure(text)
        assert (size.encoding, size.segments) == (Encoding.GSM7, 1), text
        assert LINK in text
        assert "{" not in text
        if purpose is not Purpose.CALL:
            assert "24" in text
            assert "30" in text


def test_help_line_is_said_where_there_is_room() -> None:
    assert "Hjælp: 70 12 34 56" in compose(Purpose.CALL, facts(help_line="70 12 34 56"), DA, now=0)


def test_own_text_has_its_placeholders_filled_in_once() -> None:
    text = "{organisation}: {date} {time} {helpLine} %meeting_url% {link}"
    said = render(text, facts("{link} %meeting_url%", "1"), DA, now=NOVEMBER_24_1030)
    assert said == f"{{link}} %meeting_url%: tirsdag den 24. november 10.30 1 {LINK} {LINK}"


def test_text_may_lead_to_where_equipment_is_tried_beside_the_meeting() -> None:
    text = "{link} Prøv først: {testLink} %test_url%"
    check_template(text)
    tried = msgspec.structs.replace(facts(), test_link="https://v.dk/test#m=1")
    assert render(text, tried, DA, now=0) == f"{LINK} Prøv først: https://v.dk/test#m=1 https://v.dk/test#m=1"
    with pytest.raises(BadField):
        check_template("{testLink} alone leads into no meeting")


@pytest.mark.parametrize("text", ["", "{subject} {link}", "{} {link}", "no way in", "x" * 1_001, "{link}\x07"])
def test_text_that_says_too_much_or_leads_nowhere_is_refused(text: str) -> None:
    with pytest.raises(BadField):
        check_template(text)


def test_text_beyond_eight_sms_is_refused() -> None:
    checked_size("a" * 1_224)
    for text in ("a" * 1_225, "", "  "):
        with pytest.raises(BadField):
            checked_size(text)


def test_long_name_is_cut_after_a_word() -> None:
    assert shortened("Region Midtjylland, Aarhus Universitetshospital") == "Region Midtjylland, Aarhus"
    assert shortened("x" * 50) == "x" * 40
