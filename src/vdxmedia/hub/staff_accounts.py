"""Accounts of the staff page: a person, an organisation and a password, where no other login is connected.

An account is made by an invitation (`vdxmedia admin invite`), and the next invitation gives it another password. It is
found by a keyed digest of the e-mail. Who is not there takes as long to be refused as who mistypes, and hears the same.

Wrong passwords are counted before they are looked at, per address and per account: many at once gain nothing by being
at once. An address that has used up its own waits; an account whose wrong ones are used up is answered only to
addresses that have made no mistake about it, so that a stranger who guesses keeps nobody else out.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from vdxmedia import passwords
from vdxmedia.booking.clients import StaffAccount, StaffLink
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, NotAllowed, NotFound, Refused
from vdxmedia.hub.clients import secret_hash
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.limits import TokenBucket

T = TypeVar("T")

WRONG_AT_ONCE, WRONG_PER_S = 10, 1 / 60
"""Of an address, and of an account: ten, then one a minute."""
MAX_COUNTED = 20_000
"""Addresses and accounts; when full, the one whose last try is longest ago is forgotten."""
MAX_ADDRESSES = 1_000
"""Remembered of one account."""
HASHES_AT_ONCE = 1
"""A processor's some 50 ms each: calls go before people who sign in."""
MAX_WAITING = 20
"""For their turn: a second or two. Full: refused."""
CURRENT_S = 2.0
"""A session of an account that was removed, or has another password, goes on no longer than this."""
MAX_CACHED = 1_000
_BUSY_RETRY_S = 2.0


class StaffAccountStore(Protocol):
    """Implemented by `store.staff_accounts`. All raise Refused `store_unavailable`."""

    async def find(self, person: str) -> StaffAccount | None: ...

    async def invitation(self, token_hash: str, now: int) -> StaffLink | None:
        """That works; it goes on working."""
        ...

    async def settle(self, token_hash: str, now: int, account: StaffAccount, address: str) -> bool:
        """Uses the invitation up and keeps the account, instead of an earlier one of the person, with their notes in
        the audit log; False: the invitation does not work any more, and nothing is kept."""
        ...


@dataclass(slots=True)
class _Counted:
    bucket: TokenBucket
    addresses: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """That have been wrong about this account."""


class WrongPasswords:
    """Who may try. Times are arguments; not task-safe."""

    def __init__(self) -> None:
        self._counted: OrderedDict[tuple[str, str], _Counted] = OrderedDict()

    def spend(self, address: str, person: str, now_s: float) -> None:
        """One try, which counts as wrong until `right` says otherwise. Raises: Refused `rate_limited`, and counts
        nothing."""
        of_address, of_person = self._of("address", address, now_s), self._of("person", person, now_s)
        wait_s = of_address.bucket.wait_s(now_s)
        if address in of_person.addresses:
            wait_s = max(wait_s, of_person.bucket.wait_s(now_s))
        if wait_s > 0:
            raise Refused("too many wrong passwords; wait", code="rate_limited", retry_after_s=math.ceil(wait_s))
        of_address.bucket.take(now_s)
        of_person.bucket.take(now_s)
        of_person.addresses[address] = None
        of_person.addresses.move_to_end(address)
        if len(of_person.addresses) > MAX_ADDRESSES:
            of_person.addresses.popitem(last=False)

    def right(self, address: str, person: str, now_s: float) -> None:
        """The try was none. What the address has been wrong about others stays counted."""
        self._of("address", address, now_s).bucket.give_back()
        of_person = self._of("person", person, now_s)
        of_person.bucket.give_back()
        of_person.addresses.pop(address, None)

    def _of(self, kind: str, name: str, now_s: float) -> _Counted:
        found = self._counted.pop((kind, name), None) or _Counted(TokenBucket(WRONG_PER_S, WRONG_AT_ONCE, now_s))
        if len(self._counted) >= MAX_COUNTED:
            self._counted.popitem(last=False)
        self._counted[kind, name] = found
        return found


class StaffAccounts:
    """Event loop only."""

    def __init__(
        self, store: StaffAccountStore, clock: Clock, counters: Counters, *, person_of: Callable[[str], str]
    ) -> None:
        """`person_of`: an e-mail's keyed digest, whatever its case."""
        self._store = store
        self._clock = clock
        self._counters = counters
        self._person_of = person_of
        self._wrong = WrongPasswords()
        self._turn = asyncio.Semaphore(HASHES_AT_ONCE)
        """Not for what is shared but for the processor, which calls need."""
        self._waiting = 0
        self._nobody: str | None = None
        self._current: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def sign_in(self, email: str, password: str, address: str) -> StaffAccount:
        """Raises: NotAllowed `password_wrong`, whatever is wrong; Refused `rate_limited`, `server_busy`,
        `store_unavailable`."""
        now_s = self._clock.monotonic_s()
        person = self._person_of(email)
        try:
            self._wrong.spend(address, person, now_s)
        except Refused:
            self._counters.add("staff_passwords_held_back")
            raise
        account = await self._store.find(person)
        kept = await self._anybodys() if account is None else account.password_hash
        is_right = await self._hash(lambda: passwords.is_password(password, kept))
        if account is None or not is_right:
            self._counters.add("staff_passwords_wrong")
            raise NotAllowed("the e-mail or the password is not right", code="password_wrong")
        self._wrong.right(address, person, now_s)
        return account

    async def settle(self, invitation: str, password: str, address: str) -> StaffAccount:
        """The invitation's account, with this password. Raises: NotFound `invitation_unknown`, BadField, Refused."""
        now, token_hash = int(self._clock.unix_s()), secret_hash(invitation)
        link = await self._store.invitation(token_hash, now)
        if link is None:
            raise _unknown()
        if len(password) < passwords.MIN_CHARS:
            raise BadField(f"at least {passwords.MIN_CHARS} characters", field="$.password", code="password_short")
        if passwords.is_guessable(password, link.email):
            raise BadField("it is easy to guess; choose another", field="$.password", code="password_guessable")
        kept = await self._hash(lambda: passwords.hashed(password))
        person = self._person_of(link.email)
        account = StaffAccount(
            person=person, email=link.email, organisation=link.organisation, password_hash=kept, changed_at=now
        )
        if not await self._store.settle(token_hash, now, account, address):
            raise _unknown()
        self._current.pop(person, None)
        self._counters.add("staff_passwords_chosen")
        return account

    async def is_current(self, person: str, generation: str) -> bool:
        """Whether the account is there with the password that a session began with. Raises: Refused
        `store_unavailable`."""
        now_s = self._clock.monotonic_s()
        kept = self._current.pop(person, None)
        if kept is None or now_s - kept[0] >= CURRENT_S:
            account = await self._store.find(person)
            kept = now_s, "" if account is None else generation_of(account)
        self._current[person] = kept
        while len(self._current) > MAX_CACHED:
            self._current.popitem(last=False)
        return kept[1] == generation

    async def _anybodys(self) -> str:
        """A hash of nobody's password: who is not there is looked at all the same."""
        if self._nobody is None:
            self._nobody = await self._hash(lambda: passwords.hashed("nobody has this password"))
        return self._nobody

    async def _hash(self, work: Callable[[], T]) -> T:
        """Raises: Refused `server_busy`."""
        if self._waiting >= MAX_WAITING:
            raise Refused("many sign in at once", code="server_busy", retry_after_s=_BUSY_RETRY_S)
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def generation_of(account: StaffAccount) -> str:
    """Another for each password."""
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]


def _unknown() -> NotFound:
    return NotFound("the invitation is unknown, used or over", code="invitation_unknown")
