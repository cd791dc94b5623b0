"""The audit chain: what was written is found whole, and every change of it is found."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.booking.audit import (
    AuditBroken,
    AuditEntry,
    AuditNote,
    AuditOperation,
    ChainCheck,
    DayHead,
    changed_fields,
    check_chain,
    link,
    note_of,
)
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.organisations import Organisation
from vdxmedia.sealing import Sealer

DAY_S = 24 * 3600
NOON = 1_800_014_400
SEALER = Sealer([b"k" * 32])
CALLER = Caller(organisation="hjorring", email="Anna@Example.dk", client="nexus", address="192.0.2.7")

Chain = list[tuple[DayHead, list[AuditEntry]]]


def note(identifier: str = "m1", at: int = NOON, *, organisation: str = "hjorring") -> AuditNote:
    return note_of(organisation, CALLER, AuditOperation.UPDATE, "meeting", identifier, at, ["subject", "endsAt"])


def chain(*notes: AuditNote) -> Chain:
    days: Chain = []
    for each in notes:
        entry, head = link(days[-1][0] if days else None, each, SEALER.digest)
        if head.entries == 1:
            days.append((head, [entry]))
        else:
            days[-1] = (head, [*days[-1][1], entry])
    return days


THREE_DAYS = [note(f"m{number}", NOON + day * DAY_S + number) for day in range(3) for number in range(3)]


def test_entry_says_who_and_what_but_no_value() -> None:
    entry, _ = link(None, note(), SEALER.digest)
    assert (entry.operation, entry.resource, entry.identifier) == (AuditOperation.UPDATE, "meeting", "m1")
    assert (entry.fields, entry.client, entry.address) == (("endsAt", "subject"), "nexus", "192.0.2.7")
    assert "nna" not in entry.person
    assert entry.person == SEALER.digest("anna@example.dk", "audit person")


def test_chain_of_several_days_is_whole() -> None:
    days = chain(*THREE_DAYS)
    assert [head.entries for head, _ in days] == [3, 3, 3]
    assert [days[1][0].previous, days[2][0].previous] == [days[0][0].head, days[1][0].head]
    check_chain(days, SEALER.digest)


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize(
    "change",
    [
        {"at": NOON - 1},
        {"operation": AuditOperation.DELETE},
        {"resource": "template"},
        {"identifier": "another"},
        {"fields": ("subject",)},
        {"caller_organisation": "aarhus"},
        {"person": SEALER.digest("bo@example.dk", "audit person")},
        {"client": "cura"},
        {"address": "198.51.100.1"},
        {"organisation": "aarhus"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_entry_that_was_changed_is_found(change: dict[str, object], at: int) -> None:
    days = chain(*THREE_DAYS)
    days[1][1][at] = msgspec.structs.replace(days[1][1][at], **change)
    with pytest.raises(AuditBroken):
        check_chain(days, SEALER.digest)


@pytest.mark.parametrize("at", range(3))
def test_entry_that_was_removed_is_found_the_last_too(at: int) -> None:
    days = chain(*THREE_DAYS)
    del days[1][1][at]
    with pytest.raises(AuditBroken):
        check_chain(days, SEALER.digest)


@given(st.permutations(range(5)))
def test_entries_in_another_order_are_found(order: Sequence[int]) -> None:
    ((head, entries),) = chain(*(note(f"m{number}", NOON + number) for number in range(5)))
    moved = [entries[at] for at in order]
    numbered = [msgspec.structs.replace(entry, number=number) for number, entry in enumerate(moved, 1)]
    for forged in (moved, numbered):
        if list(order) == sorted(order):
            check_chain([(head, forged)], SEALER.digest)
        else:
            with pytest.raises(AuditBroken):
                check_chain([(head, forged)], SEALER.digest)


def test_chain_made_anew_without_the_key_is_found() -> None:
    """Who may write to the database can compute hashes, but no seal."""
    forged = chain(*(msgspec.structs.replace(each, identifier="other") for each in THREE_DAYS))
    stranger = Sealer([b"s" * 32])
    sealed = [(msgspec.structs.replace(head, seal=head.sealed(stranger.digest)), entries) for head, entries in forged]
    with pytest.raises(AuditBroken, match="not written by this server"):
        check_chain(sealed, SEALER.digest)


def test_day_that_is_missing_is_found_and_one_that_was_dropped_is_not() -> None:
    days = chain(*THREE_DAYS)
    with pytest.raises(AuditBroken, match="the day before it is missing"):
        check_chain([days[0], days[2]], SEALER.digest)
    with pytest.raises(AuditBroken, match="0 are there"):
        check_chain([(days[0][0], []), *days[1:]], SEALER.digest)
    check_chain([(msgspec.structs.replace(days[0][0], is_dropped=True), []), *days[1:]], SEALER.digest)


def test_part_of_the_days_is_checked_from_its_first() -> None:
    days, check = chain(*THREE_DAYS), ChainCheck(SEALER.digest)
    check.day(days[1][0], is_first_asked=True)
    for entry in days[1][1]:
        check.entry(entry, "anna@example.dk")
    check.end_of_day()
    with pytest.raises(AuditBroken):
        check.day(msgspec.structs.replace(days[2][0], previous="0" * 64))


def test_email_beside_an_entry_may_be_erased_but_not_exchanged() -> None:
    (head, (entry,)), *_ = chain(note())
    check = ChainCheck(SEALER.digest)
    check.day(head)
    check.entry(entry, None)
    check = ChainCheck(SEALER.digest)
    check.day(head)
    with pytest.raises(AuditBroken, match="who did entry 1"):
        check.entry(entry, "bo@example.dk")


def test_clock_that_goes_back_does_not_reopen_a_day() -> None:
    days = chain(note("m1", NOON + DAY_S), note("m2", NOON - 30 * DAY_S))
    assert [(head.day, head.entries) for head, _ in days] == [("2027-01-16", 2)]
    check_chain(days, SEALER.digest)


def test_clock_that_goes_back_behind_a_dropped_day_begins_the_day_after() -> None:
    (head, _), *_ = chain(note("m1", NOON))
    entry, after = link(msgspec.structs.replace(head, is_dropped=True), note("m2", NOON - DAY_S), SEALER.digest)
    assert (entry.day, after.previous) == ("2027-01-16", head.head)


def test_changed_fields_are_those_that_differ() -> None:
    before = Organisation(code="a", name="A", pool_size=1)
    after = Organisation(code="a", name="A", pool_size=2, help_line="70")
    assert changed_fields(before, after) == ["pool_size", "help_line"]
    assert changed_fields(before, after, besides=frozenset({"help_line"})) == ["pool_size"]
