"""The audit log: who did what to which meeting or setting, when and from where, as a chain that shows what was changed.

Entries of one organisation and one UTC day are a chain: each entry's hash is over its own words and the hash before it,
and a day begins with the head of the organisation's day before. So an entry that is changed, removed or moved breaks
the chain, and a day can be dropped whole at the end of its term while its head stays.

Left out: values. An entry says which fields were changed, never what was in them. A person's e-mail is in the hash as a
keyed digest only; the readable one lies beside the entry and can be erased without breaking the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from vdxmedia.booking.callers import Caller
from vdxmedia.errors import VdxError

VERSION = 1
"""Of what is hashed."""
MAX_FIELDS = 100
MAX_IDENTIFIER_CHARS = 250
NOTHING = ""
"""The head before the first day."""

Digest = Callable[[str, str], str]
"""A keyed digest of a text in a context: `sealing.Sealer.digest`."""


class AuditOperation(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    READ = "read"
    """Of what is about one person: an export."""
    COMMAND = "command"
    """A host's, in a call: `fields` are its name and what is told of it, in this order (`hub.call_audit`)."""


class AuditNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written down."""

    organisation: str
    """Whose chain: the organisation that the resource belongs to; empty: the server's."""
    operation: AuditOperation
    resource: str
    """As `meeting`, `template`, `organisation`."""
    identifier: str
    at: int
    """Unix seconds."""
    fields: tuple[str, ...] = ()
    """Names of what was changed, sorted; of a command its own."""
    caller_organisation: str = ""
    email: str = ""
    """Who; empty: a system."""
    client: str = ""
    address: str = ""
    """Shortened, as limits count it."""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the chain."""

    organisation: str
    day: str
    """`2026-11-23`, UTC. Never before the organisation's newest: a clock that goes back does not reopen a day."""
    number: int
    """In the day, from 1."""
    at: int
    operation: AuditOperation
    resource: str
    identifier: str
    fields: tuple[str, ...]
    caller_organisation: str
    person: str
    """A keyed digest of the e-mail in lower case; empty: none."""
    client: str
    address: str
    hash: str = ""
    """SHA-256 in hex."""

    def hashed(self, previous: str) -> str:
        words = (
            VERSION,
            self.organisation,
            self.day,
            self.number,
            self.at,
            self.operation,
            self.resource,
            self.identifier,
            self.fields,
            self.caller_organisation,
            self.person,
            self.client,
            self.address,
            previous,
        )
        return hashlib.sha256(msgspec.json.encode(words)).hexdigest()


class DayHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a day when its entries are gone."""

    organisation: str
    day: str
    entries: int
    previous: str
    """The head of the organisation's day before."""
    head: str
    """The hash of the last entry."""
    seal: str
    """A keyed digest of all this: who can write to the database but has no key cannot make another chain."""
    is_dropped: bool = False

    def sealed(self, digest: Digest) -> str:
        words = (self.organisation, self.day, self.entries, self.previous, self.head)
        return digest(msgspec.json.encode(words).decode(), "audit head")


class AuditBroken(VdxError):
    """The log is not what was written."""

    default_code = "audit_broken"


def note_of(
    organisation: str,
    who: Caller | None,
    operation: AuditOperation,
    resource: str,
    identifier: str,
    now: int,
    fields: Iterable[str] = (),
) -> AuditNote:
    """`who` None: the server itself."""
    return AuditNote(
        organisation=organisation,
        operation=operation,
        resource=resource,
        identifier=identifier[:MAX_IDENTIFIER_CHARS],
        at=now,
        fields=tuple(sorted(set(fields)))[:MAX_FIELDS],
        caller_organisation="" if who is None else who.organisation,
        email="" if who is None else who.email,
        client="vdxmedia" if who is None else who.client,
        address="" if who is None else who.address,
    )


def changed_fields(
    before: msgspec.Struct, after: msgspec.Struct, *, besides: frozenset[str] = frozenset()
) -> list[str]:
    """Names of the fields that differ."""
    names = [name for name in before.__struct_fields__ if name not in besides]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def person_digest(email: str, digest: Digest) -> str:
    return digest(email.strip().lower(), "audit person") if email.strip() else ""


def day_of(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).date().isoformat()


def link(newest: DayHead | None, note: AuditNote, digest: Digest) -> tuple[AuditEntry, DayHead]:
    """The note as the next entry of its organisation's chain, whose newest day is `newest`."""
    day = day_of(note.at)
    if newest is not None and day <= newest.day and not newest.is_dropped:
        day, number, previous, before = newest.day, newest.entries + 1, newest.head, newest.previous
    else:
        number, previous = 1, NOTHING if newest is None else newest.head
        before = previous
        if newest is not None and day <= newest.day:  # the clock went back behind a day that is dropped
            day = _day_after(newest.day)
    entry = AuditEntry(
        organisation=note.organisation,
        day=day,
        number=number,
        at=note.at,
        operation=note.operation,
        resource=note.resource,
        identifier=note.identifier,
        fields=note.fields,
        caller_organisation=note.caller_organisation,
        person=person_digest(note.email, digest),
        client=note.client,
        address=note.address,
    )
    entry = msgspec.structs.replace(entry, hash=entry.hashed(previous))
    head = DayHead(organisation=note.organisation, day=day, entries=number, previous=before, head=entry.hash, seal="")
    return entry, msgspec.structs.replace(head, seal=head.sealed(digest))


class ChainCheck:
    """Reads an organisation's days in order and says where they are not what was written.

    Call `day` for each day, then `entry` for each of its entries if it is not dropped, then `end_of_day`. What no check
    here can see is a newest day that is gone as a whole: keep the heads of exports elsewhere.
    """

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._before: DayHead | None = None
        self._head: DayHead | None = None
        self._number = 0
        self._last = NOTHING

    def day(self, head: DayHead, *, is_first_asked: bool = False) -> None:
        """`is_first_asked`: the days before it were not asked for. Raises: AuditBroken."""
        if head.seal != head.sealed(self._digest):
            raise _broken(head, "its head was not written by this server")
        before = NOTHING if self._before is None else self._before.head
        if not (is_first_asked and self._before is None) and head.previous != before:
            raise _broken(head, "the day before it is missing or was changed")
        if self._before is not None and head.day <= self._before.day:
            raise _broken(head, "the days are not in order")
        self._head, self._number, self._last = head, 0, head.previous

    def entry(self, entry: AuditEntry, email: str | None = None) -> None:
        """`email`: what lies beside it, if it was not erased. Raises: AuditBroken."""
        head = self._head
        assert head is not None, "the day comes first"
        self._number += 1
        if (entry.organisation, entry.day, entry.number) != (head.organisation, head.day, self._number):
            raise _broken(head, f"entry {self._number} is missing or out of order")
        if entry.hash != entry.hashed(self._last):
            raise _broken(head, f"entry {self._number} was changed")
        if email and person_digest(email, self._digest) != entry.person:
            raise _broken(head, f"who did entry {self._number} was changed")
        self._last = entry.hash

    def end_of_day(self) -> None:
        """Raises: AuditBroken."""
        head = self._head
        assert head is not None, "the day comes first"
        if not head.is_dropped and (self._number, self._last) != (head.entries, head.head):
            raise _broken(head, f"{head.entries} entries were written and {self._number} are there")
        self._before, self._head = head, None


def check_chain(days: Sequence[tuple[DayHead, Sequence[AuditEntry]]], digest: Digest) -> None:
    """All days of one organisation, in order. Raises: AuditBroken."""
    check = ChainCheck(digest)
    for head, entries in days:
        check.day(head)
        for entry in entries:
            check.entry(entry)
        check.end_of_day()


def _broken(head: DayHead, what: str) -> AuditBroken:
    return AuditBroken(f"the audit log of {head.organisation or 'the server'} on {head.day}: {what}")


def _day_after(day: str) -> str:
    return datetime.fromordinal(datetime.fromisoformat(day).toordinal() + 1).date().isoformat()
