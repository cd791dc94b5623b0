"""Callers of a server with a region, a municipality and three clients of its built-in issuer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.issuers import (
    AUDIENCE,
    ISSUER,
    NOW,
    FakeClientStore,
    FakeIssuerKeys,
    part,
    request,
)
from vdxmedia.api.access_tokens import AccessTokens, IssuerTerms
from vdxmedia.api.callers import CallerLimits, Callers
from vdxmedia.api.client_certificates import ClientCertificates
from vdxmedia.api.proxies import Neighbours, TrustedProxies
from vdxmedia.api.tokens import SigningKey
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.clients import Client
from vdxmedia.booking.organisations import Organisation, Tree
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.hub.clients import Clients
from vdxmedia.hub.issuers import IssuerKey

OWN = "https://moede.example.dk"
PROXY = "10.1.2.3"
FINGERPRINT = "ab" * 32
NEXUS = Client(name="nexus", roles=(CallerRole.PLANNER,), organisation="kommune", email="it@example.dk")
BOUND = Client(name="bound", roles=(CallerRole.USER,), organisation="region", certificate=FINGERPRINT)
NAMED = Client(name="named", roles=(CallerRole.USER,), organisation="by", certificate_subject="CN=named,O=By")
OWN_KEY = SigningKey.generate()
TERMS = IssuerTerms(issuer=ISSUER, audience=AUDIENCE)


def callers(
    *,
    keys: FakeIssuerKeys | None = None,
    clock: ManualClock | None = None,
    terms: IssuerTerms = TERMS,
    store: FakeClientStore | None = None,
    **limits: float,
) -> Callers:
    clock = clock or ManualClock(NOW)
    keys = keys or FakeIssuerKeys()
    keys.add(OWN, IssuerKey(OWN_KEY.id, frozenset({OWN_KEY.algorithm}), OWN_KEY.key))
    built_in = IssuerTerms(issuer=OWN, audience=f"{OWN}/videoapi", is_built_in=True)
    return Callers(
        AccessTokens([terms, built_in], keys, clock=clock, leeway_s=30.0),
        Clients(store or FakeClientStore(NEXUS, BOUND, NAMED), clock),
        tree=tree,
        session_terms=terms,
        session_data_from=Neighbours(["10.1.2.0/24", "::1/128"]),
        certificates=ClientCertificates(
            Neighbours(["10.1.2.0/24"]), fingerprint_header="X-SSL-Client-Fingerprint", subject_header="X-SSL-Subject"
        ),
        proxies=TrustedProxies(["10.1.2.0/24"]),
        limits=CallerLimits(clock, **limits),
    )


async def tree() -> Tree:
    above = {"region": "", "hospital": "region", "ward": "hospital", "kommune": "", "regional": ""}
    return Tree(Organisation(code=code, parent=parent) for code, parent in above.items())


async def called(bearer: str, **how: Any) -> Caller:
    return await callers(**how).authenticate(request(f"Bearer {bearer}"))


async def refused(bearer: str | None, *, code: str = "token_invalid", match: str | None = None, **how: Any) -> None:
    with pytest.raises((NotAllowed, Refused), match=match) as caught:
        await callers(**how).authenticate(request(None if bearer is None else f"Bearer {bearer}"))
    assert caught.value.code == code


def own_token(*, typ: str = "at+jwt", **changed: Any) -> str:
    claims = {"iss": OWN, "aud": f"{OWN}/videoapi", "exp": NOW + 300, "iat": NOW, "sub": "nexus", **changed}
    text = f"{part({'alg': 'EdDSA', 'kid': OWN_KEY.id, 'typ': typ})}.{part(claims)}"
    return f"{text}.{part(OWN_KEY.key.private_key.sign(text.encode()))}"


def shown(fingerprint: str = FINGERPRINT, subject: str = "", **how: Any) -> Any:
    headers = [("X-SSL-Client-Fingerprint", fingerprint)] if fingerprint else []
    return request(
        **{"remote": PROXY, "headers": [*headers, *([("X-SSL-Subject", subject)] if subject else [])], **how}
    )
