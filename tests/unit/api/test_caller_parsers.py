"""Whatever a stranger sends as a credential, it is refused with a code: no parser lets anything else out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.issuers import AUDIENCE, CLAIMS, ISSUER, NOW, FakeIssuerKeys, part, request, token
from vdxmedia.api.access_tokens import AccessTokens, IssuerTerms
from vdxmedia.api.caller_claims import caller_of
from vdxmedia.api.client_certificates import ClientCertificates
from vdxmedia.api.oauth import OAuthRefused, basic_credentials
from vdxmedia.api.proxies import Neighbours
from vdxmedia.api.session_data import read_session_data
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed
from vdxmedia.integrations.jwks import UnusableAnswer, read_keys

TERMS = IssuerTerms(issuer=ISSUER, audience=AUDIENCE)
CODES = {"token_missing", "token_invalid", "token_expired", "not_permitted"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200)


def verified(bearer: str) -> dict[str, Any]:
    tokens = AccessTokens([TERMS], FakeIssuerKeys(), clock=ManualClock(NOW), leeway_s=30.0)
    return dict(asyncio.run(tokens.verify(bearer))[0])


def refused(bearer: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        verified(bearer)
    assert caught.value.code in CODES


@given(st.text(max_size=300) | st.lists(st.binary(max_size=60).map(part), min_size=3, max_size=3).map(".".join))
def test_text_that_is_no_token_is_refused(text: str) -> None:
    refused(text)


@given(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "x5t", "z"]), JSON), JSON)
def test_parts_that_are_json_are_refused_without_a_signature(header: Any, claims: Any) -> None:
    refused(f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}.AAAA")


@given(st.dictionaries(st.sampled_from([*CLAIMS, "nbf", "typ", "cnf"]), JSON))
def test_claims_of_any_shape_make_a_caller_or_a_refusal(changed: dict[str, Any]) -> None:
    with contextlib.suppress(NotAllowed):
        claims = verified(token(json.dumps({**CLAIMS, **changed}).encode()))
        caller = caller_of(claims, TERMS, "192.0.2.1")
        assert caller.roles
        assert caller.organisation == claims.get("dk:medcom:organisation_id", "")
        assert claims["iss"] == ISSUER


@given(HEADER_TEXT | JSON.map(lambda value: b64encode(json.dumps({"UserAttributes": value}).encode()).decode()))
def test_session_data_of_any_shape_makes_claims_or_a_refusal(text: str) -> None:
    with contextlib.suppress(NotAllowed):
        claims = read_session_data(text, lists=frozenset({"dk:medcom:video:role"}))
        caller_of(claims, TERMS, "192.0.2.1")


@given(HEADER_TEXT, HEADER_TEXT)
def test_headers_of_a_proxy_of_any_shape_make_a_certificate_or_a_refusal(fingerprint: str, subject: str) -> None:
    certificates = ClientCertificates(Neighbours(["0.0.0.0/0"]), fingerprint_header="X-F", subject_header="X-S")
    with contextlib.suppress(NotAllowed):
        found = certificates.of(request(headers=[("X-F", fingerprint), ("X-S", subject)]))
        assert found is None or len(found.fingerprint) in (0, 64)


@given(HEADER_TEXT | st.binary(max_size=60).map(lambda raw: f"Basic {b64encode(raw).decode()}"))
def test_basic_header_of_any_shape_is_taken_or_refused(header: str) -> None:
    with contextlib.suppress(OAuthRefused):
        found = basic_credentials(header)
        assert found is None or len(found) == 2


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps({"keys": value}).encode()))
def test_jwks_of_any_shape_is_read_or_unusable(document: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        read_keys(document)


PARTS = st.sampled_from(["kty", "crv", "n", "e", "x", "y", "alg", "use", "kid"])


@given(st.dictionaries(PARTS, st.sampled_from(["RSA", "EC", "OKP", "P-256", "Ed25519", "AQAB", "AA", ""]) | JSON))
def test_key_of_any_shape_is_passed_over_or_read(key: dict[str, Any]) -> None:
    with contextlib.suppress(UnusableAnswer):
        read_keys(json.dumps({"keys": [key]}).encode())
