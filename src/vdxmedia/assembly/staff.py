"""Makes the staff page's sessions and the ways to sign in, from the settings."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from vdxmedia.api.auth import ApiKeys
from vdxmedia.api.callers import Callers
from vdxmedia.api.server_keys import KeysAndCallers
from vdxmedia.api.staff import StaffCallers, StaffGuard, StaffRoutes
from vdxmedia.api.staff_sign_in import OpenIdSignIn, SignInTerms
from vdxmedia.assembly import development
from vdxmedia.assembly.who_calls import Guards
from vdxmedia.booking.audit import AuditNote, AuditOperation, note_of
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.clients import StaffLink
from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.credentials import Credentials
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.clients import secret_hash
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.invitations import Invitations
from vdxmedia.hub.staff_accounts import StaffAccounts
from vdxmedia.hub.staff_sessions import StaffSessions
from vdxmedia.integrations.openid import OpenIdClient
from vdxmedia.sealing import Sealer
from vdxmedia.store.clients import StoredClients
from vdxmedia.store.invitations import InvitationRows
from vdxmedia.store.staff_accounts import INVITATION_CHARS, StoredStaffAccounts
from vdxmedia.store.units import Units


class StoredInvitations:
    """Implements `staff.InvitationBook`."""

    def __init__(self, units: Units, sealer: Sealer, clock: Clock) -> None:
        self._clients = StoredClients(units)
        self._sealer = sealer
        self._clock = clock

    async def redeem(self, token: str, address: str) -> Caller | None:
        now = int(self._clock.unix_s())

        def note(link: StaffLink) -> AuditNote:
            who = _invited(link, address)
            name = link.token_hash[:INVITATION_CHARS]
            return note_of(link.organisation, who, AuditOperation.UPDATE, "admin-invitation", name, now, ["used"])

        link = await self._clients.redeem(secret_hash(token), now, note, self._sealer)
        return None if link is None else _invited(link, "")


def _invited(link: StaffLink, address: str) -> Caller:
    return Caller(
        organisation=link.organisation,
        email=link.email,
        roles=frozenset({CallerRole.ADMIN}),
        client="staff page",
        address=address,
    )


class StaffParts(NamedTuple):
    callers: KeysAndCallers
    """By key, token or session."""
    routes: StaffRoutes
    provider: OpenIdClient | None
    """To be closed at the end."""

    async def close(self) -> None:
        if self.provider is not None:
            await self.provider.close()


def make_staff(
    settings: Settings,
    public_url: str,
    bookings: Bookings,
    units: Units,
    credentials: Credentials,
    keys: ApiKeys,
    callers: Callers,
    guards: Guards,
    counters: Counters,
    *,
    is_for_development: bool,
) -> StaffParts:
    sessions = StaffSessions(
        guards.clock, counters, idle_s=settings.staff.idle_s, lifetime_s=settings.staff.session_lifetime_s
    )
    parts = urlsplit(public_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    stored = StoredStaffAccounts(units, credentials.sealer)
    accounts = StaffAccounts(stored, guards.clock, counters, person_of=stored.person_of)
    guard = StaffGuard(sessions, accounts, origin=origin, proxies=guards.proxies, clock=guards.clock)
    sealer, staff = credentials.sealer, settings.staff
    provider: OpenIdClient | None = None
    sign_in: OpenIdSignIn | None = None
    if staff.issuer:
        secret = credentials.staff_secret
        provider = OpenIdClient(staff.issuer, client_id=staff.client_id, secret=secret, clock=guards.clock)
        terms = SignInTerms(
            issuer=staff.issuer,
            client_id=staff.client_id,
            scopes=tuple(staff.scopes),
            resource=staff.resource,
            public_url=public_url,
        )
        sign_in = OpenIdSignIn(terms, guard, provider, callers, sealer=sealer, clock=guards.clock, counters=counters)
    somebody = Caller(
        organisation=development.ORGANISATION,
        email="udvikler@example.dk",
        roles=frozenset({CallerRole.ADMIN}),
        client="staff page",
    )
    return StaffParts(
        KeysAndCallers(keys, StaffCallers(guard, callers, guards.limits), proxies=guards.proxies),
        StaffRoutes(
            guard,
            bookings,
            Invitations(bookings, InvitationRows(units, sealer), sealer=sealer, clock=guards.clock),
            book=StoredInvitations(units, sealer, guards.clock),
            accounts=accounts,
            sign_in=sign_in,
            development=somebody if is_for_development and sign_in is None else None,
        ),
        provider,
    )
