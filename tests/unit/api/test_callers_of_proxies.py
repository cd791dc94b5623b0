"""Who calls through a proxy: session data and certificates, and the headers that are not believed."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.fakes.callers import (
    BOUND,
    FINGERPRINT,
    PROXY,
    callers,
    shown,
)
from tests.fakes.issuers import (
    FakeClientStore,
    request,
    token,
)
from vdxmedia.booking.callers import CallerRole
from vdxmedia.credentials import self_signed
from vdxmedia.errors import NotAllowed

# ── session data ──────────────────────────────────────────────────────────────────────────────────────────────────


def session(**attributes: list[str]) -> str:
    given = {
        "dk:medcom:organisation_id": ["kommune"],
        "dk:medcom:email": ["anna@example.dk"],
        "dk:medcom:video:role": ["meeting-planner"],
        **attributes,
    }
    return b64encode(json.dumps({"UserAttributes": given, "Sessionid": "x"}).encode()).decode()


def from_proxy(text: str, remote: str = PROXY) -> Any:
    return request(remote=remote, headers=[("X-SESSIONDATA", text)])


@pytest.mark.parametrize("remote", [PROXY, f"::ffff:{PROXY}", "::1"])
async def test_session_data_of_a_believed_proxy_makes_the_caller(remote: str) -> None:
    caller = await callers().authenticate_v1(from_proxy(session(), remote))
    assert (caller.organisation, caller.email, caller.roles) == ("kommune", "anna@example.dk", {CallerRole.PLANNER})


@pytest.mark.parametrize("remote", ["192.0.2.1", "10.1.3.3", "::2", "127.0.0.1"])
async def test_session_data_of_a_stranger_is_not_looked_at(remote: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate_v1(from_proxy(session(), remote))
    assert caught.value.code == "token_missing"


async def test_session_data_of_a_stranger_is_not_believed_for_a_forwarded_address() -> None:
    headers = [("X-SESSIONDATA", session()), ("X-Forwarded-For", PROXY)]
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate_v1(request(remote="192.0.2.1", headers=headers))
    assert caught.value.code == "token_missing"


async def test_session_data_counts_in_version_1_only() -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate(from_proxy(session()))
    assert caught.value.code == "token_missing"


async def test_version_1_takes_bearer_tokens_too_also_from_a_stranger_with_session_data() -> None:
    forged = [("X-SESSIONDATA", session(**{"dk:medcom:organisation_id": ["region"]}))]
    caller = await callers().authenticate_v1(request(f"Bearer {token()}", headers=forged))
    assert (caller.organisation, caller.client) == ("kommune", "nexus")


@pytest.mark.parametrize(
    "headers",
    [
        [("X-SESSIONDATA", session()), ("X-SESSIONDATA", session())],
        [("X-SESSIONDATA", session(**{"dk:medcom:organisation_id": ["kommune", "region"]}))],
        [("X-SESSIONDATA", "not base64!")],
        [("X-SESSIONDATA", b64encode(b"{}").decode())],
        [("X-SESSIONDATA", b64encode(b'{"UserAttributes":[]}').decode())],
        [("X-SESSIONDATA", b64encode(b'{"UserAttributes":{"dk:medcom:organisation_id":"kommune"}}').decode())],
        [("X-SESSIONDATA", b64encode(b"[" * 5000).decode())],
        [("X-SESSIONDATA", session(filling=["x" * 8000]))],
    ],
)
async def test_session_data_that_is_not_as_it_should_be_is_refused(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate_v1(request(remote=PROXY, headers=headers))
    assert caught.value.code == "token_invalid"


async def test_session_without_a_known_role_may_nothing() -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate_v1(from_proxy(session(**{"dk:medcom:video:role": []})))
    assert caught.value.code == "not_permitted"


# ── certificates ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fingerprint", [FINGERPRINT, FINGERPRINT.upper(), ":".join(["AB"] * 32)])
async def test_certificate_that_a_proxy_verified_makes_the_caller_of_its_client(fingerprint: str) -> None:
    for way in (callers().authenticate, callers().authenticate_v1):
        caller = await way(shown(fingerprint))
        assert (caller.organisation, caller.client) == ("region", "bound")


async def test_certificate_may_be_known_by_its_subject() -> None:
    assert (await callers().authenticate(shown("", "CN=named,O=By"))).client == "named"
    assert (await callers().authenticate(shown("cd" * 32, "CN=named,O=By"))).client == "named"
    assert (await callers().authenticate(shown(FINGERPRINT, "CN=named,O=By"))).client == "bound"


async def test_whole_certificate_is_taken_as_nginx_sends_it() -> None:
    pem, _ = self_signed("192.0.2.1")
    fingerprint = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
    store = FakeClientStore(msgspec.structs.replace(BOUND, certificate=fingerprint))
    assert (await callers(store=store).authenticate(shown(quote(pem)))).client == "bound"


@pytest.mark.parametrize("remote", ["192.0.2.1", "10.1.3.1", "127.0.0.1", "::1"])
async def test_certificate_that_a_stranger_names_is_not_looked_at(remote: str) -> None:
    for asked in (
        shown(remote=remote),
        shown("", "CN=named,O=By", remote=remote),
        shown("not a fingerprint", remote=remote),
    ):
        with pytest.raises(NotAllowed) as caught:
            await callers().authenticate(asked)
        assert caught.value.code == "token_missing"


async def test_certificate_of_nobody_makes_no_caller() -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate(shown("cd" * 32, "CN=other"))
    assert caught.value.code == "token_missing"


@pytest.mark.parametrize(
    "headers",
    [
        [("X-SSL-Client-Fingerprint", FINGERPRINT), ("X-SSL-Client-Fingerprint", FINGERPRINT)],
        [("X-SSL-Client-Fingerprint", "ab" * 20)],
        [("X-SSL-Client-Fingerprint", quote("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"))],
        [("X-SSL-Subject", "x" * 501)],
    ],
)
async def test_headers_of_a_proxy_that_are_not_as_they_should_be_are_refused(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate(request(remote=PROXY, headers=headers))
    assert caught.value.code == "token_invalid"


def bound_token(**changed: Any) -> str:
    thumbprint = urlsafe_b64encode(bytes.fromhex(FINGERPRINT)).decode().rstrip("=")
    return token(**{"cnf": {"x5t#S256": thumbprint}, **changed})


async def test_token_that_is_bound_is_worth_nothing_without_its_certificate() -> None:
    bearer = f"Bearer {bound_token()}"
    assert (await callers().authenticate(shown(authorization=bearer))).organisation == "kommune"
    for asked in (
        request(bearer),
        request(bearer, remote=PROXY),
        shown("cd" * 32, authorization=bearer),
        shown(authorization=bearer, remote="192.0.2.1"),
        shown("", "CN=named,O=By", authorization=bearer),
    ):
        with pytest.raises(NotAllowed, match="another certificate"):
            await callers().authenticate(asked)


async def test_holder_of_key_token_must_be_bound() -> None:
    held = shown(authorization=f"Holder-of-key {bound_token()}")
    assert (await callers().authenticate_v1(held)).organisation == "kommune"
    with pytest.raises(NotAllowed, match="not bound"):
        await callers().authenticate_v1(shown(authorization=f"Holder-of-key {token()}"))


@pytest.mark.parametrize("binding", [{}, "x", {"jkt": "x"}, {"x5t#S256": ""}, {"x5t#S256": 7}, []])
async def test_token_with_a_binding_that_is_not_known_is_refused(binding: Any) -> None:
    with pytest.raises(NotAllowed, match="binding is not known"):
        await callers().authenticate(shown(authorization=f"Bearer {token(cnf=binding)}"))
