"""A real OpenID provider before the server: discovery, its tokens, its keys and their rotation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.assembled import assembled
from tests.contract.test_staff import Staff
from tests.fakes.issuers import key_of, request
from tests.glewlwyd import AUDIENCE, ORGANISATION, PAGE_CLIENT, Glewlwyd, run_glewlwyd
from vdxmedia.api.staff import SESSION
from vdxmedia.api.staff_sign_in import BEGIN, RETURN
from vdxmedia.booking.callers import CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.counters import Counters
from vdxmedia.integrations.jwks import ASK_AGAIN_S, FetchedKeys


def private_jwk(algorithm: str, key_id: str) -> dict[str, Any]:
    return {**key_of(algorithm).as_dict(private=True), "kid": key_id, "alg": algorithm}


FIRST, SECOND = private_jwk("ES256", "first"), private_jwk("RS256", "second")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glewlwyd]:
    with run_glewlwyd(tmp_path_factory.mktemp("glewlwyd"), [FIRST]) as running:
        yield running


def settings(provider: Glewlwyd, audience: str = AUDIENCE) -> dict[str, str]:
    """The provider's roles are its scopes."""
    issuer = {"issuer": provider.issuer, "audience": audience, "role_claim": "scope"}
    return {"oauth.issuers": json.dumps([issuer])}


async def test_client_and_user_of_a_provider_are_callers_and_its_keys_may_change(provider: Glewlwyd) -> None:
    system = await asyncio.to_thread(provider.token, "client_credentials", "meeting-provisioner-user")
    async with assembled(settings(provider)) as server:
        callers = server.server.callers
        caller = await callers.authenticate(request(f"Bearer {system}"))
        assert (caller.client, caller.organisation) == ("nexus", "")
        assert caller.roles == {CallerRole.PROVISIONER_USER}
        lacking = await asyncio.to_thread(provider.token, "client_credentials", "meeting-planner")
        with pytest.raises(NotAllowed) as caught:
            await callers.authenticate(request(f"Bearer {lacking}"))
        assert caught.value.code == "not_permitted"  # no organisation
    # Without a resource the provider takes the scopes for the audience.
    async with assembled(settings(provider, "meeting-user")) as server:
        person = await asyncio.to_thread(provider.token, "password", "meeting-user")
        caller = await server.server.callers.authenticate(request(f"Bearer {person}"))
        assert (caller.organisation, caller.email) == (ORGANISATION, "anna@example.dk")
        assert caller.roles == {CallerRole.USER}
        with pytest.raises(NotAllowed, match="another service"):
            await server.server.callers.authenticate(request(f"Bearer {system}"))


async def test_keys_that_a_provider_changes_are_found_by_name(provider: Glewlwyd) -> None:
    clock = ManualClock()
    async with FetchedKeys({provider.issuer: ""}, known={}, clock=clock, counters=Counters()) as keys:
        assert [key.algorithms for key in await keys.keys(provider.issuer, "first")] == [frozenset({"ES256"})]
        await asyncio.to_thread(provider.set_keys, [SECOND, FIRST])
        clock.advance(ASK_AGAIN_S)
        assert [key.algorithms for key in await keys.keys(provider.issuer, "second")] == [frozenset({"RS256"})]
        assert [key.id for key in await keys.keys(provider.issuer, "first")] == ["first"]
    bearer = await asyncio.to_thread(provider.token, "client_credentials", "meeting-provisioner-user")
    async with assembled(settings(provider)) as server:
        assert (await server.server.callers.authenticate(request(f"Bearer {bearer}"))).client == "nexus"


async def test_person_signs_in_at_the_staff_page_with_a_provider(provider: Glewlwyd, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PAGE_CLIENT[1])
    staff = {
        "staff.issuer": provider.issuer,
        "staff.client_id": PAGE_CLIENT[0],
        "staff.client_secret_file": str(tmp_path / "secret"),
        "staff.scopes": "openid,meeting-user",
        "staff.resource": AUDIENCE,
    }
    async with assembled({**settings(provider), **staff}) as server:
        await server.server.seed([Organisation(code=ORGANISATION, name="Prøve Kommune")])
        await asyncio.to_thread(provider.add_page_client, server.url + RETURN)
        browser = Staff(server)
        await browser.ask("GET", BEGIN, headers={}, status=303)
        back = await asyncio.to_thread(provider.code, browser.answer.headers["Location"])
        assert back.startswith(f"{server.url}{RETURN}?"), back
        await browser.ask("GET", back.removeprefix(server.url), headers={}, status=303)
        assert browser.answer.headers["Location"] == "/staff"
        person = (await browser.ask("GET", SESSION))["person"]
        assert (person["email"], person["organisationName"]) == ("anna@example.dk", "Prøve Kommune")
        assert person["roles"] == ["meeting-user"]
        await browser.http.close()
