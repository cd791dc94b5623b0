"""Signing in at the staff page by OpenID Connect: what an answer of the login must be like to be believed."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_staff import COOKIE, OWN, Staff
from tests.fakes.issuers import AUDIENCE
from tests.fakes.openid_provider import CLIENT, SECRET, FakeProvider, run_provider
from vdxmedia.api.staff import SESSION
from vdxmedia.api.staff_sign_in import BEGIN, RETURN
from vdxmedia.assembly import development

ATTEMPT = "vdx_staff_sign_in"


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[tuple[FakeProvider, AssembledServer]]:
    (tmp_path / "secret").write_text(SECRET + "\n")
    async with run_provider() as provider:
        issuer = {"issuer": provider.issuer, "audience": AUDIENCE, "organisations": ["dev"]}
        flags = {
            "oauth.issuers": json.dumps([issuer]),
            "staff.issuer": provider.issuer,
            "staff.client_id": CLIENT,
            "staff.client_secret_file": str(tmp_path / "secret"),
            "staff.resource": "https://video.example.dk",
            "api.failures_per_minute": "10000",
        }
        async with assembled(flags) as server:
            await server.server.seed(development.ORGANISATIONS)
            yield provider, server


@contextlib.asynccontextmanager
async def browser(server: AssembledServer) -> AsyncIterator[Staff]:
    staff = Staff(server)
    try:
        yield staff
    finally:
        await staff.http.close()


async def begin(staff: Staff, provider: FakeProvider) -> dict[str, str]:
    """What the browser brings back."""
    await staff.ask("GET", BEGIN, headers={}, status=303)
    return provider.authorize(staff.answer.headers["Location"])


async def come_back(staff: Staff, brought: dict[str, str]) -> str:
    """Where the server leads then."""
    await staff.ask("GET", f"{RETURN}?{urlencode(brought)}", headers={"Sec-Fetch-Site": "cross-site"}, status=303)
    return staff.answer.headers["Location"]


async def test_person_signs_in_by_code_pkce_state_and_nonce_and_is_the_caller_that_the_token_names(
    parts: tuple[FakeProvider, AssembledServer],
) -> None:
    provider, server = parts
    async with browser(server) as staff:
        assert await staff.ask("GET", SESSION) == {"way": "openId", "person": None}
        await staff.ask("POST", SESSION, status=403, code="not_permitted")  # development's click is not there
        brought = await begin(staff, provider)
        put = staff.answer.headers["Set-Cookie"]
        assert "HttpOnly; Max-Age=600; Path=/; SameSite=Lax" in put
        asked = provider.asked
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["redirect_uri"] == server.url + RETURN
        assert asked["resource"] == "https://video.example.dk"
        assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
        assert all(asked[name] not in put for name in ("state", "nonce"))
        assert await come_back(staff, brought) == "/staff"
        basic = base64.b64decode(provider.redeemed["authorization"].removeprefix("Basic ")).decode()
        assert basic == "staff-page:a+secret%3A+of+the+tests"
        person = (await staff.ask("GET", SESSION))["person"]
        assert (person["name"], person["email"], person["organisation"]) == ("Anna Berg", "anna@example.dk", "dev")
        assert person["roles"] == ["meeting-planner"]
        await staff.ask("GET", "/api/v1/days/today")
        # The attempt is used up: the same answer is worth nothing any more.
        assert await come_back(staff, brought) == "/staff#/?problem=sign_in_failed"
        left = (await staff.ask("DELETE", SESSION))["continueAt"]
        assert left.startswith(f"{provider.issuer}/logout?")
        assert parse_qs(urlsplit(left).query) == {
            "client_id": [CLIENT],
            "post_logout_redirect_uri": [server.url + "/staff"],
        }
        await staff.ask("GET", "/api/v1/days/today", status=401)


async def test_answer_that_is_not_to_this_browsers_own_attempt_signs_nobody_in(
    parts: tuple[FakeProvider, AssembledServer],
) -> None:
    provider, server = parts
    async with browser(server) as attacker, browser(server) as victim:
        caught = await begin(attacker, provider)
        assert await come_back(victim, caught) == "/staff#/?problem=sign_in_failed"  # no attempt of its own
        own = await begin(victim, provider)
        assert await come_back(victim, {**own, "state": caught["state"]}) == "/staff#/?problem=sign_in_failed"
        # Another's code in the own attempt: its challenge fits another verifier.
        challenge = provider.asked["code_challenge"]
        own = await begin(victim, provider)
        provider.asked["code_challenge"] = challenge
        assert await come_back(victim, own) == "/staff#/?problem=sign_in_failed"
        for changes in ({"iss": "https://evil.example"}, {"code": ""}, {"state": ""}):
            own = await begin(victim, provider)
            assert await come_back(victim, {**own, **changes}) == "/staff#/?problem=sign_in_failed", changes
        own = await begin(victim, provider)
        del own["iss"]
        assert await come_back(victim, own) == "/staff#/?problem=sign_in_failed"
        own = await begin(victim, provider)
        twice = f"{RETURN}?{urlencode(own)}&state={own['state']}"
        await victim.ask("GET", twice, headers={}, status=303)
        assert victim.answer.headers["Location"] == "/staff#/?problem=sign_in_failed"
        own = await begin(victim, provider)
        refused = {"error": "access_denied", "state": own["state"]}
        assert await come_back(victim, refused) == "/staff#/?problem=sign_in_refused"
        assert (await victim.ask("GET", SESSION))["person"] is None
        assert victim.token == ""


WRONG_ID: tuple[dict[str, Any], ...] = (
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "another-client"},
    {"aud": [CLIENT, "another"], "azp": None},
    {"azp": "another-client"},
    {"iss": "https://evil.example"},
    {"exp": 1_000},
    {"sub": None},
    {"sub": "bent-2"},
)
WRONG_ACCESS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"aud": "another-service"}, "sign_in_failed"),
    ({"aud": CLIENT}, "sign_in_failed"),
    ({"iss": "https://evil.example"}, "sign_in_failed"),
    ({"exp": 1_000}, "sign_in_failed"),
    ({"sub": "bent-2"}, "sign_in_failed"),
    ({"typ": "ID"}, "sign_in_failed"),
    ({"dk:medcom:video:role": ["something-else"]}, "not_permitted"),
    ({"dk:medcom:organisation_id": None}, "not_permitted"),
    ({"dk:medcom:organisation_id": "another"}, "not_permitted"),
    ({"dk:medcom:organisation_id": "dev", "dk:medcom:video:role": "meeting-provisioner"}, "not_permitted"),
    ({"cnf": {"x5t#S256": "abc"}}, "sign_in_failed"),
)


async def test_token_that_is_not_as_it_should_be_signs_nobody_in(
    parts: tuple[FakeProvider, AssembledServer],
) -> None:
    provider, server = parts
    async with browser(server) as staff:
        for wrong in WRONG_ID:
            provider.id_claims = wrong
            assert await come_back(staff, await begin(staff, provider)) == "/staff#/?problem=sign_in_failed", wrong
        provider.id_claims = {}
        for wrong, code in WRONG_ACCESS:
            provider.access_claims = wrong
            assert await come_back(staff, await begin(staff, provider)) == f"/staff#/?problem={code}", wrong
        assert (await staff.ask("GET", SESSION))["person"] is None
        provider.access_claims = {}
        assert await come_back(staff, await begin(staff, provider)) == "/staff"
        assert len(staff.token) == 43


async def test_signing_in_gives_a_new_session_and_ends_the_one_before(
    parts: tuple[FakeProvider, AssembledServer],
) -> None:
    provider, server = parts
    async with browser(server) as staff:
        await come_back(staff, await begin(staff, provider))
        first = staff.token
        await come_back(staff, await begin(staff, provider))
        assert staff.token != first
        async with aiohttp.ClientSession() as other:
            sent = {**OWN, "Cookie": f"{COOKIE}={first}"}
            async with other.get(f"{server.url}/api/v1/days/today", headers=sent) as answer:
                assert (answer.status, (await answer.json())["code"]) == (401, "session_ended")


async def test_login_that_does_not_answer_is_said_and_a_changed_attempt_is_refused(
    parts: tuple[FakeProvider, AssembledServer],
) -> None:
    provider, server = parts
    async with browser(server) as staff:
        provider.answers_in_time = False
        await staff.ask("GET", BEGIN, headers={}, status=303)
        assert staff.answer.headers["Location"] == "/staff#/?problem=issuer_unavailable"
        provider.answers_in_time = True
        brought = await begin(staff, provider)
        sealed = staff.answer.cookies[ATTEMPT].value
        changed = sealed[:-2] + ("AA" if not sealed.endswith("AA") else "BB")
        async with aiohttp.ClientSession() as other:
            there = f"{server.url}{RETURN}?{urlencode(brought)}"
            async with other.get(there, headers={"Cookie": f"{ATTEMPT}={changed}"}, allow_redirects=False) as answer:
                assert answer.headers["Location"] == "/staff#/?problem=sign_in_failed"
