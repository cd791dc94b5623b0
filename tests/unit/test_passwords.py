"""Passwords: which are taken, and that they are read again."""

from __future__ import annotations

import unicodedata

import pytest

from vdxmedia import passwords
from vdxmedia.errors import Refused
from vdxmedia.hub.limits import TokenBucket
from vdxmedia.hub.staff_accounts import MAX_ADDRESSES, MAX_COUNTED, WRONG_AT_ONCE, WrongPasswords


@pytest.mark.parametrize(
    "password",
    [
        "Adgangskode1234", "P@ssw0rd2026!", "velkommen2026", "123456789012", "aaaaaaaaaaaa", "abcabcabcabc",
        "qwertyuiop12", "Sommer2026!!!", "annajensen2026", "Aarhus Kommune 1", "11112222333344", "v1nter-v1nter",
        "København2026",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_not_taken(password: str) -> None:
    assert passwords.is_guessable(password, "anna.jensen@aarhuskommune.dk")


@pytest.mark.parametrize(
    "password",
    [
        "fire katte på taget",
        "kL9#vTq2!xWm",
        "blå cykel i regnvejr",
        "annas nye røde cykel",
        "北京的秋天很美丽也很安静吧",
    ],
)
def test_long_ones_of_any_characters_are(password: str) -> None:
    assert not passwords.is_guessable(password, "anna.jensen@aarhuskommune.dk")


def test_hash_is_read_again_by_the_same_text_however_it_is_composed_and_by_no_other() -> None:
    kept = passwords.hashed("blå cykel i regnvejr")
    assert kept != passwords.hashed("blå cykel i regnvejr")
    assert passwords.is_password(unicodedata.normalize("NFD", "blå cykel i regnvejr"), kept)
    assert not passwords.is_password("bla cykel i regnvejr", kept)
    assert not passwords.is_password("", kept)
    assert not passwords.is_password("x", "not a hash")


def test_counted_addresses_and_accounts_are_bounded() -> None:
    wrong = WrongPasswords()
    for number in range(MAX_ADDRESSES + 10):
        wrong.spend(f"address {number}", "anna", 0.0)
    assert len(wrong._of("person", "anna", 0.0).addresses) == MAX_ADDRESSES
    for number in range(MAX_COUNTED):
        wrong.spend(f"address {number}", f"person {number}", 0.0)
    assert len(wrong._counted) == MAX_COUNTED


def test_who_was_right_has_lost_no_try_and_what_he_was_wrong_about_others_stays() -> None:
    wrong = WrongPasswords()
    for _ in range(100):
        wrong.spend("here", "anna", 0.0)
        wrong.right("here", "anna", 0.0)
    for _ in range(WRONG_AT_ONCE):
        wrong.spend("here", "bent", 0.0)
    with pytest.raises(Refused) as waits:
        wrong.spend("here", "anna", 0.0)
    assert waits.value.retry_after_s == 60
    wrong.spend("here", "anna", 60.0)


def test_token_that_is_given_back_is_there_again_and_no_more() -> None:
    bucket = TokenBucket(1.0, 1.0, 0.0)
    assert bucket.take(0.0) == 0.0
    bucket.give_back()
    bucket.give_back()
    assert (bucket.take(0.0), bucket.wait_s(0.0)) == (0.0, 1.0)
