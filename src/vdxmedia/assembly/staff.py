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
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.config import Settings
from vdxmedia.credentials import Credentials
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.invitations import Invitations
from vdxmedia.hub.staff_sessions import StaffSessions
from vdxmedia.integrations.openid import OpenIdClient
from vdxmedia.store.invitations import InvitationRows
from vdxmedia.store.units import Units


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
    guard = StaffGuard(sessions, origin=origin, proxies=guards.proxies, clock=guards.clock)
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
        KeysAndCallers(keys, StaffCallers(guard, callers), proxies=guards.proxies),
        StaffRoutes(
            guard,
            bookings,
            Invitations(bookings, InvitationRows(units, sealer), sealer=sealer, clock=guards.clock),
            sign_in=sign_in,
            development=somebody if is_for_development and sign_in is None else None,
        ),
        provider,
    )
