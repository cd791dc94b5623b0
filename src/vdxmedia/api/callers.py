"""Who calls the booking APIs: bearer tokens of configured issuers, session data of believed proxies, certificates.

Both ways end in a `Caller`; what he may is the desk's to say. Three rates are held: of the address, of the client, and
of the organisation, so that one integration cannot slow down another's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from vdxmedia.api.access_tokens import AccessTokens, IssuerTerms, invalid
from vdxmedia.api.caller_claims import caller_of, check_issuer_reach, check_reach
from vdxmedia.api.client_certificates import ClientCertificate, ClientCertificates, is_shown_by, single_header
from vdxmedia.api.proxies import Neighbours, TrustedProxies, limit_key
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.api.session_data import HEADER as SESSION_DATA
from vdxmedia.api.session_data import read_session_data
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.clients import Client
from vdxmedia.booking.organisations import Tree
from vdxmedia.clock import Clock
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.clients import Clients

BURST_S = 5.0
"""So many seconds' worth of requests at once."""
_Way = Callable[[web.BaseRequest, str], Awaitable[Caller]]
AskTree = Callable[[], Awaitable[Tree]]
HOLDER_OF_KEY = "holder-of-key"
"""The scheme of OIO IDWS REST: as bearer, but the token must be bound to the caller's certificate."""


class CallerLimits:
    """The rates; each is told with `Retry-After`."""

    def __init__(
        self,
        clock: Clock,
        *,
        failures_per_minute: float = 30.0,
        address_per_second: float = 100.0,
        client_per_second: float = 50.0,
        organisation_per_second: float = 200.0,
    ) -> None:
        def limit(per_second: float) -> RateLimit:
            return RateLimit(per_second=per_second, burst=BURST_S * per_second, clock=clock)

        self.failures = RateLimit(per_second=failures_per_minute / 60, burst=failures_per_minute, clock=clock)
        """Of an address that shows nothing valid."""
        self.addresses = limit(address_per_second)
        self.clients = limit(client_per_second)
        self.organisations = limit(organisation_per_second)
        """Of all who call for one: systems, the staff's sessions, and its key to the history."""


class Callers:
    """Event loop only."""

    def __init__(
        self,
        tokens: AccessTokens,
        clients: Clients,
        *,
        tree: AskTree,
        session_terms: IssuerTerms,
        session_data_from: Neighbours,
        certificates: ClientCertificates,
        proxies: TrustedProxies,
        limits: CallerLimits,
    ) -> None:
        """`tree`: of all organisations now. `session_terms`: the names of the attributes in session data."""
        self._tokens = tokens
        self._clients = clients
        self._tree = tree
        self._session_terms = session_terms
        self._session_data_from = session_data_from
        self._certificates = certificates
        self._proxies = proxies
        self._limits = limits

    async def authenticate(self, request: web.BaseRequest) -> Caller:
        """By bearer token, else by the certificate that the proxy in front verified.

        Raises: NotAllowed `token_missing`, `token_invalid`, `token_expired`, `not_permitted`; Refused `rate_limited`,
        `issuer_unavailable`, `store_unavailable`.
        """
        return await self._limited(request, self._by_token)

    async def authenticate_v1(self, request: web.BaseRequest) -> Caller:
        """As `authenticate`, and by `X-SESSIONDATA` from the addresses that are believed; from all others that header
        is not looked at."""
        return await self._limited(request, self._by_session)

    async def of_access_token(self, token: str, issuer: str, address: str) -> tuple[Caller, Mapping[str, Any]]:
        """Whom this issuer's token names, and its claims: for somebody who has just signed in. Raises: as
        `authenticate`; a token that is bound to a certificate is refused."""
        claims, terms = await self._tokens.verify(token)
        if terms.issuer != issuer or terms.is_built_in:
            raise invalid("of another issuer")
        _check_binding(claims, None, is_demanded=False)
        return await self._caller_of(claims, terms, address), claims

    async def verify_id_token(self, token: str, *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]:
        """As `AccessTokens.verify_id_token`."""
        return await self._tokens.verify_id_token(token, issuer=issuer, client_id=client_id, nonce=nonce)

    async def _caller_of(self, claims: Mapping[str, Any], terms: IssuerTerms, address: str) -> Caller:
        caller = caller_of(claims, terms, address)
        if terms.organisations:
            check_issuer_reach(caller, terms.organisations, await self._tree())
        return caller

    async def _limited(self, request: web.BaseRequest, way: _Way) -> Caller:
        address = limit_key(self._proxies.client_address(request))
        self._limits.addresses.spend(address)
        try:
            caller = await way(request, address)
        except NotAllowed:
            self._limits.failures.spend(address)
            raise
        self._limits.clients.spend(f"{caller.organisation}\n{caller.client}")
        self._limits.organisations.spend(caller.organisation)
        return caller

    async def _by_session(self, request: web.BaseRequest, address: str) -> Caller:
        if not self._session_data_from.has(request):
            return await self._by_token(request, address)
        session = single_header(request, SESSION_DATA)
        if not session:
            return await self._by_token(request, address)
        terms = self._session_terms
        claims = read_session_data(session, lists=frozenset({terms.role_claim}))
        return caller_of(claims, terms, address)

    async def _by_token(self, request: web.BaseRequest, address: str) -> Caller:
        certificate = self._certificates.of(request)
        scheme, token = _authorization(request)
        if not token and certificate is not None:
            client = await self._clients.of_certificate(certificate.fingerprint, certificate.subject)
            if client is not None:
                return _caller_of_client(client, address)
        claims, terms = await self._tokens.verify(token)
        _check_binding(claims, certificate, is_demanded=scheme == HOLDER_OF_KEY)
        if not terms.is_built_in:
            return await self._caller_of(claims, terms, address)
        client = await self._clients.find(str(claims.get("sub", "")))
        if client is None:
            raise invalid("its client is not known here any more")
        if not is_shown_by(client, certificate):
            raise invalid("its client is bound to another certificate")
        return _caller_of_client(client, address)


def _authorization(request: web.BaseRequest) -> tuple[str, str]:
    """Scheme in lower case and token (RFC 6750 §2.1); empty when there is none. Raises: NotAllowed `token_invalid`."""
    scheme, _, token = single_header(request, "Authorization").partition(" ")
    if scheme.lower() in ("bearer", HOLDER_OF_KEY):
        return scheme.lower(), token.strip()
    return "", ""


def _check_binding(claims: Mapping[str, Any], certificate: ClientCertificate | None, *, is_demanded: bool) -> None:
    """RFC 8705 §3: a token that names a certificate is worth nothing without it. Raises: NotAllowed."""
    confirmation = claims.get("cnf")
    if confirmation is None and not is_demanded:
        return
    thumbprint = confirmation.get("x5t#S256") if isinstance(confirmation, Mapping) else None
    if not isinstance(thumbprint, str) or not thumbprint:
        raise invalid("it is not bound to a certificate" if confirmation is None else "its binding is not known here")
    if certificate is None or certificate.thumbprint != thumbprint:
        raise invalid("it belongs to the holder of another certificate")


def _caller_of_client(client: Client, address: str) -> Caller:
    roles = frozenset(client.roles)
    check_reach(roles, client.organisation)
    return Caller(
        organisation=client.organisation, email=client.email, roles=roles, client=client.name, address=address
    )
