"""Makes what decides who calls the booking APIs, from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from vdxmedia.api.access_tokens import AccessTokens, IssuerTerms
from vdxmedia.api.auth import ApiKeys, JoinTokens
from vdxmedia.api.callers import AskTree, CallerLimits, Callers
from vdxmedia.api.client_certificates import ClientCertificates
from vdxmedia.api.oauth import BuiltInIssuer
from vdxmedia.api.proxies import Neighbours, TrustedProxies
from vdxmedia.api.tokens import SigningKey
from vdxmedia.clock import Clock
from vdxmedia.config import Issuer, Oauth, Settings
from vdxmedia.credentials import Credentials
from vdxmedia.hub.clients import Clients
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.issuers import IssuerKey, IssuerKeys
from vdxmedia.hub.ports import Grant, Tokens
from vdxmedia.integrations.jwks import FetchedKeys

BUILT_IN_AUDIENCE_PATH = "/videoapi"
"""After the public URL: the audience of the built-in issuer's tokens. Join tokens have another."""


class Guards(NamedTuple):
    """What callers and the issuer share."""

    proxies: TrustedProxies
    limits: CallerLimits
    clock: Clock


def make_keys(
    settings: Settings,
    keys: Mapping[str, str],
    tokens: Tokens,
    proxies: TrustedProxies,
    clock: Clock,
    as_it_stands: Callable[[Grant], Grant],
) -> tuple[ApiKeys, JoinTokens]:
    requests, failures = settings.api.requests_per_second, settings.api.failures_per_minute
    return (
        ApiKeys(keys, proxies=proxies, clock=clock, requests_per_second=requests, failures_per_minute=failures),
        JoinTokens(
            tokens,
            proxies=proxies,
            clock=clock,
            requests_per_second=requests,
            failures_per_minute=failures,
            as_it_stands=as_it_stands,
        ),
    )


def built_in_audience(public_url: str) -> str:
    return public_url + BUILT_IN_AUDIENCE_PATH


def issuer_keys(
    oauth: Oauth, public_url: str, own: Sequence[SigningKey], *, clock: Clock, counters: Counters
) -> FetchedKeys:
    """Use as `async with`. `own`: the built-in issuer's, all that still verify."""
    known: Mapping[str, Sequence[IssuerKey]] = {
        public_url: [IssuerKey(key.id, frozenset({key.algorithm}), key.key) for key in own] if oauth.built_in else []
    }
    return FetchedKeys({one.issuer: one.jwks_url for one in oauth.issuers}, known=known, clock=clock, counters=counters)


def make_limits(settings: Settings, clock: Clock) -> CallerLimits:
    return CallerLimits(
        clock,
        failures_per_minute=settings.api.failures_per_minute,
        address_per_second=settings.oauth.address_requests_per_second,
        client_per_second=settings.oauth.client_requests_per_second,
        organisation_per_second=settings.oauth.organisation_requests_per_second,
    )


def make_issuer(
    settings: Settings,
    public_url: str,
    credentials: Credentials,
    clients: Clients,
    guards: Guards,
) -> BuiltInIssuer | None:
    """None: switched off."""
    if not settings.oauth.built_in:
        return None
    return BuiltInIssuer(
        public_url,
        credentials.signing,
        credentials.verifying,
        clients,
        audience=built_in_audience(public_url),
        lifetime_s=settings.oauth.token_lifetime_s,
        certificates=make_certificates(settings.oauth),
        proxies=guards.proxies,
        limits=guards.limits,
        clock=guards.clock,
    )


def make_callers(
    settings: Settings,
    public_url: str,
    keys: IssuerKeys,
    clients: Clients,
    guards: Guards,
    *,
    tree: AskTree,
) -> Callers:
    oauth = settings.oauth
    terms = [_terms(one) for one in oauth.issuers]
    if oauth.built_in:
        terms.append(IssuerTerms(issuer=public_url, audience=built_in_audience(public_url), is_built_in=True))
    return Callers(
        AccessTokens(terms, keys, clock=guards.clock, leeway_s=oauth.leeway_s),
        clients,
        tree=tree,
        session_terms=terms[0] if oauth.issuers else IssuerTerms(issuer="", audience=""),
        session_data_from=Neighbours(oauth.session_data_from),
        certificates=make_certificates(oauth),
        proxies=guards.proxies,
        limits=guards.limits,
    )


def make_certificates(oauth: Oauth) -> ClientCertificates:
    return ClientCertificates(
        Neighbours(oauth.certificates_from),
        fingerprint_header=oauth.fingerprint_header,
        subject_header=oauth.subject_header,
    )


def _terms(issuer: Issuer) -> IssuerTerms:
    return IssuerTerms(
        issuer=issuer.issuer,
        audience=issuer.audience,
        algorithms=frozenset(issuer.algorithms),
        organisation_claim=issuer.organisation_claim,
        email_claim=issuer.email_claim,
        role_claim=issuer.role_claim,
        auto_organisation_claim=issuer.auto_organisation_claim,
        organisations=tuple(issuer.organisations),
    )
