"""Who calls: what makes a caller, and the tokens, headers and certificates that do not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.fakes.callers import (
    BOUND,
    NAMED,
    NEXUS,
    OWN,
    OWN_KEY,
    TERMS,
    called,
    callers,
    own_token,
    refused,
    shown,
)
from tests.fakes.issuers import (
    AUDIENCE,
    CLAIMS,
    ISSUER,
    NOW,
    FakeClientStore,
    FakeIssuerKeys,
    jwks,
    key_of,
    part,
    public_jwk,
    public_pem,
    request,
    signed,
    token,
    unsigned,
    with_hmac,
)
from vdxmedia.api.access_tokens import IssuerTerms
from vdxmedia.api.tokens import JwtTokens
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.clients import Client
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.hub.clients import CACHE_S
from vdxmedia.hub.ports import Grant

# ── who it is ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_token_of_a_known_issuer_makes_its_caller(algorithm: str) -> None:
    assert await called(token(algorithm=algorithm)) == Caller(
        organisation="kommune",
        email="anna@example.dk",
        roles=frozenset({CallerRole.USER}),
        client="nexus",
        address="192.0.2.1",
    )


@pytest.mark.parametrize(
    ("roles", "known"),
    [
        ("meeting-admin", {CallerRole.ADMIN}),
        (["meeting-admin", "offline_access"], {CallerRole.ADMIN}),
        ("meeting-planner meeting-user", {CallerRole.PLANNER, CallerRole.USER}),
        (["meeting-provisioner-user", "meeting-provisioner"], {CallerRole.PROVISIONER_USER, CallerRole.PROVISIONER}),
    ],
)
async def test_roles_are_taken_as_a_text_or_a_list(roles: Any, known: set[CallerRole]) -> None:
    assert (await called(token(**{"dk:medcom:video:role": roles}))).roles == known


async def test_claims_of_other_names_are_found_by_their_path() -> None:
    terms = IssuerTerms(
        issuer=ISSUER,
        audience=AUDIENCE,
        role_claim="/realm_access/roles",
        organisation_claim="/a~1b/org~0",
        email_claim="email",
        auto_organisation_claim="/groups/0",
    )
    bearer = token(
        realm_access={"roles": ["meeting-admin"]}, email="bo@example.dk", groups=["x"], **{"a/b": {"org~": "region"}}
    )
    caller = await called(bearer, terms=terms)
    assert (caller.organisation, caller.email, caller.auto_organisation) == ("region", "bo@example.dk", "")
    assert caller.roles == {CallerRole.ADMIN}


async def test_organisation_that_is_to_be_made_is_told() -> None:
    caller = await called(token(**{"dk:medcom:auto:organisation_id": "region"}))
    assert caller.auto_organisation == "region"


async def test_provisioner_needs_no_organisation() -> None:
    bearer = token(**{"dk:medcom:video:role": "meeting-provisioner-user", "dk:medcom:organisation_id": None})
    assert (await called(bearer)).organisation == ""


@pytest.mark.parametrize("audience", [[AUDIENCE], ["account", AUDIENCE]])
async def test_audience_may_be_one_of_several(audience: Any) -> None:
    assert (await called(token(aud=audience))).organisation == "kommune"


async def test_clocks_may_differ_by_the_leeway_and_no_more() -> None:
    assert await called(token(nbf=NOW + 29, iat=NOW + 29))
    assert await called(token(exp=NOW - 29))
    await refused(token(exp=NOW - 30), code="token_expired")
    await refused(token(nbf=NOW + 31), match="not valid yet")
    await refused(token(iat=NOW + 31), match="future")


async def test_token_without_a_key_id_is_taken_where_one_key_fits() -> None:
    bearer = token(header={"kid": None})
    assert await called(bearer, keys=FakeIssuerKeys(jwks(public_jwk("ES256"), public_jwk("EdDSA"))))
    await refused(
        bearer,
        match="does not name its key",
        keys=FakeIssuerKeys(jwks(public_jwk("ES256"), public_jwk("ES256", "another"))),
    )


# ── attacks on tokens ─────────────────────────────────────────────────────────────────────────────────────────────


def with_twice() -> str:
    body = json.dumps(CLAIMS)[:-1] + ', "dk:medcom:organisation_id": "region"}'
    return token(body.encode())


def nested_twice() -> str:
    return token((json.dumps(CLAIMS)[:-1] + ', "realm_access": {"roles": [], "roles": ["meeting-admin"]}}').encode())


def header_twice() -> str:
    whole = token()
    header = part(b'{"alg":"none","alg":"ES256","kid":"ES256","typ":"JWT"}')
    return ".".join([header, *whole.split(".")[1:]])


ATTACKS = {
    "none": lambda: unsigned("none"),
    "None": lambda: unsigned("None"),
    "none with a signature": lambda: token(header={"alg": "none"}),
    "no algorithm": lambda: token(header={"alg": None}),
    "HS256 with the public key's PEM": lambda: with_hmac(public_pem("RS256")),
    "HS256 with the public key's modulus": lambda: with_hmac(public_jwk("RS256")["n"].encode()),
    "HS256 named as RS256": lambda: with_hmac(public_pem("RS256"), algorithm="RS256"),
    "RS384": lambda: token(header={"alg": "RS384", "kid": "RS256"}, algorithm="RS256"),
    "key of another type": lambda: token(header={"alg": "RS256"}, algorithm="ES256"),
    "key that is for PS256 only": lambda: token(header={"kid": "PS256"}, algorithm="RS256"),
    "unknown key": lambda: token(header={"kid": "unknown"}),
    "kid as a path": lambda: token(header={"kid": "../../../../dev/null"}),
    "kid as SQL": lambda: token(header={"kid": "' UNION SELECT 'x"}),
    "kid with a line": lambda: token(header={"kid": "ES256\nX"}),
    "kid that is a number": lambda: token(header={"kid": 7}),
    "kid that is a list": lambda: token(header={"kid": ["ES256"]}),
    "kid that is long": lambda: token(header={"kid": "k" * 257}),
    "crit": lambda: token(header={"crit": ["exp"]}),
    "b64": lambda: token(header={"b64": False, "crit": ["b64"]}),
    "jku": lambda: token(header={"jku": "https://evil.example/keys"}),
    "x5u": lambda: token(header={"x5u": "https://evil.example/certificate"}),
    "x5c": lambda: token(header={"x5c": ["MIIB"]}),
    "its own key": lambda: token(header={"jwk": public_jwk("ES256")}),
    "compressed": lambda: token(header={"zip": "DEF"}),
    "for logout": lambda: token(header={"typ": "logout+jwt"}),
    "ID token of Keycloak": lambda: token(typ="ID"),
    "typ claim that is a list": lambda: token(typ=["ID"]),
    "refresh token of Keycloak": lambda: token(typ="Refresh"),
    "claim twice": with_twice,
    "nested claim twice": nested_twice,
    "algorithm twice": header_twice,
    "another audience": lambda: token(aud="account"),
    "audience that contains ours": lambda: token(aud="video-test"),
    "no audience": lambda: token(aud=None),
    "audience that is an object": lambda: token(aud={AUDIENCE: True}),
    "another issuer": lambda: token(iss="https://evil.example"),
    "issuer with a slash more": lambda: token(iss=ISSUER + "/"),
    "no issuer": lambda: token(iss=None),
    "issuer that is a list": lambda: token(iss=[ISSUER]),
    "no expiry": lambda: token(exp=None),
    "expiry that is a text": lambda: token(exp=str(NOW + 300)),
    "expiry that is true": lambda: token(exp=True),
    "expiry beyond all": lambda: token(exp=1e300),
    "expiry without an end": lambda: token(json.dumps(CLAIMS | {"exp": float("inf")}).encode()),
    "expiry that is no number": lambda: token(json.dumps(CLAIMS | {"exp": float("nan")}).encode()),
    "organisation that is a list": lambda: token(**{"dk:medcom:organisation_id": ["kommune", "region"]}),
    "organisation that is a list of one": lambda: token(**{"dk:medcom:organisation_id": ["kommune"]}),
    "organisation that is a number": lambda: token(**{"dk:medcom:organisation_id": 7}),
    "organisation with a line": lambda: token(**{"dk:medcom:organisation_id": "kommune\nregion"}),
    "organisation with a space": lambda: token(**{"dk:medcom:organisation_id": " kommune"}),
    "organisation that is long": lambda: token(**{"dk:medcom:organisation_id": "k" * 251}),
    "e-mail that is a list": lambda: token(**{"dk:medcom:email": ["a@example.dk"]}),
    "role that is an object": lambda: token(**{"dk:medcom:video:role": {"meeting-admin": True}}),
    "roles that are numbers": lambda: token(**{"dk:medcom:video:role": [1]}),
    "10 kB": lambda: token(filling="x" * 10_000),
    "not JSON": lambda: f"{part(b'{')}.{part(CLAIMS)}.AAAA",
    "not an object": lambda: f"{part([])}.{part(CLAIMS)}.AAAA",
    "claims that are a list": lambda: token(b"[]"),
    "claims deeper than a reader goes": lambda: token(b"[" * 5000),
    "four parts": lambda: token() + ".x",
    "two parts": lambda: token().rpartition(".")[0],
    "not ASCII": lambda: token() + "æ",
    "not UTF-8": lambda: token(b'{"iss":"\xff"}'),
    "another's claims": lambda: ".".join([token().split(".")[0], part(CLAIMS | {"aud": AUDIENCE, "x": 1}), "AAAA"]),
    "no signature": lambda: token().rpartition(".")[0] + ".",
    "an integer of 5000 digits": lambda: token(b'{"iss":' + b"9" * 5000 + b"}"),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_token_that_is_not_as_it_should_be_is_refused(attack: str) -> None:
    await refused(ATTACKS[attack]())


@pytest.mark.parametrize(
    "changed",
    [
        {"dk:medcom:video:role": "meeting-root"},
        {"dk:medcom:video:role": []},
        {"dk:medcom:video:role": None},
        {"dk:medcom:organisation_id": None},
        {"dk:medcom:organisation_id": ""},
    ],
)
async def test_token_without_a_known_role_or_an_organisation_may_nothing(changed: dict[str, Any]) -> None:
    await refused(token(**changed), code="not_permitted")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Holder-of-key"])
async def test_request_without_a_token_is_told_so(authorization: str | None) -> None:
    with pytest.raises(NotAllowed) as caught:
        await callers().authenticate(request(authorization))
    assert caught.value.code == "token_missing"


async def test_two_tokens_in_one_request_are_refused() -> None:
    twice = [("Authorization", f"Bearer {token()}"), ("Authorization", f"Bearer {token()}")]
    with pytest.raises(NotAllowed, match="twice"):
        await callers().authenticate(request(headers=twice))


async def test_algorithm_that_an_issuer_may_not_use_is_refused() -> None:
    terms = msgspec.structs.replace(TERMS, algorithms=frozenset({"ES256"}))
    assert await called(token(algorithm="ES256"), terms=terms)
    await refused(token(algorithm="RS256"), match="algorithm is not allowed", terms=terms)


async def test_issuer_that_cannot_be_asked_is_a_wait_and_no_refusal_of_the_token() -> None:
    keys = FakeIssuerKeys()
    keys.is_silent = True
    await refused(token(), code="issuer_unavailable", keys=keys)


async def test_key_of_one_issuer_signs_nothing_for_another() -> None:
    keys = FakeIssuerKeys()
    await refused(token(iss=OWN, header={"typ": "at+jwt"}, aud=f"{OWN}/videoapi"), match="unknown key", keys=keys)


# ── issuers that speak for some organisations ─────────────────────────────────────────────────────────────────────

REGIONS_ISSUER = msgspec.structs.replace(TERMS, organisations=("region",))


@pytest.mark.parametrize(
    "claims",
    [
        {"organisation_id": "region"},
        {"organisation_id": "hospital"},
        {"organisation_id": "ward"},
        {"organisation_id": "new", "auto:organisation_id": "hospital"},
    ],
)
async def test_issuer_speaks_for_its_organisations_and_those_below(claims: dict[str, str]) -> None:
    bearer = token(**{f"dk:medcom:{name}": code for name, code in claims.items()})
    assert (await called(bearer, terms=REGIONS_ISSUER)).organisation == claims["organisation_id"]


@pytest.mark.parametrize(
    "claims",
    [
        {"organisation_id": "kommune"},
        {"organisation_id": "kommune", "auto:organisation_id": "region"},
        {"organisation_id": "regional"},
        {"organisation_id": "new"},
        {"organisation_id": "new", "auto:organisation_id": "kommune"},
        {"organisation_id": "new", "auto:organisation_id": "other-new"},
        {"organisation_id": "region", "video:role": "meeting-provisioner-user"},
        {"organisation_id": "region", "video:role": "meeting-user meeting-provisioner"},
        {"organisation_id": None, "video:role": "meeting-provisioner"},
    ],
)
async def test_issuer_does_not_speak_for_other_organisations_nor_for_all(claims: dict[str, Any]) -> None:
    bearer = token(**{f"dk:medcom:{name}": value for name, value in claims.items()})
    await refused(bearer, code="not_permitted", match="does not speak for", terms=REGIONS_ISSUER)


# ── join tokens and tokens of the built-in issuer ─────────────────────────────────────────────────────────────────


async def test_client_is_what_the_store_says_now_not_what_its_token_said() -> None:
    bearer = own_token(**{"dk:medcom:organisation_id": "region", "dk:medcom:video:role": "meeting-admin"})
    caller = await called(bearer)
    assert (caller.organisation, caller.roles, caller.client) == ("kommune", {CallerRole.PLANNER}, "nexus")


@pytest.mark.parametrize("client", [BOUND, NAMED])
async def test_client_that_is_bound_needs_its_certificate_also_with_a_token_that_names_none(client: Client) -> None:
    bearer = f"Bearer {own_token(sub=client.name)}"
    held = shown(client.certificate, client.certificate_subject, authorization=bearer)
    assert (await callers().authenticate(held)).client == client.name
    for other in (request(bearer), shown("cd" * 32, "CN=other", authorization=bearer)):
        with pytest.raises(NotAllowed, match="bound to another certificate"):
            await callers().authenticate(other)


async def test_client_that_is_disabled_or_gone_is_refused_within_moments() -> None:
    clock, store = ManualClock(NOW), FakeClientStore(NEXUS)
    service = callers(clock=clock, store=store)
    bearer = request(f"Bearer {own_token()}")
    assert await service.authenticate(bearer)
    store.clients["nexus"] = msgspec.structs.replace(NEXUS, is_disabled=True)
    clock.advance(CACHE_S)
    with pytest.raises(NotAllowed, match="not known here any more"):
        await service.authenticate(bearer)
    del store.clients["nexus"]
    clock.advance(CACHE_S)
    with pytest.raises(NotAllowed, match="not known here any more"):
        await service.authenticate(bearer)


async def test_join_token_is_no_access_token_and_the_other_way_round() -> None:
    clock = ManualClock(NOW)
    joins = JwtTokens(OWN_KEY, (), issuer=OWN, clock=clock)
    grant = Grant(
        room="room",
        identity="id",
        role="host",
        name="Anna",
        organisation="",
        function="",
        can_publish=frozenset(),
        can_subscribe=True,
        expires_at=NOW + 300,
    )
    await refused(joins.issue(grant), match="not an access token")
    for typ in ("JWT", "at+jwt"):
        with pytest.raises(NotAllowed) as caught:
            joins.verify(own_token(typ=typ), NOW)
        assert caught.value.code == "token_invalid"
    # Even with the other's audience and claims, the type alone decides.
    await refused(own_token(typ="JWT"), match="not an access token")
    claims = json.loads(json.dumps({"iss": OWN, "aud": "vdxmedia"}))
    with pytest.raises(NotAllowed, match="header"):
        joins.verify(own_token(**claims), NOW)


# ── rates ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bound", ["address_per_second", "client_per_second", "organisation_per_second"])
async def test_who_asks_too_often_is_told_when_to_come_back(bound: str) -> None:
    clock = ManualClock(NOW)
    service = callers(clock=clock, **{bound: 1.0})
    bearer = request(f"Bearer {token(exp=NOW + 10_000)}")
    for _ in range(5):
        await service.authenticate(bearer)
    with pytest.raises(Refused) as caught:
        await service.authenticate(bearer)
    assert (caught.value.code, caught.value.retry_after_s) == ("rate_limited", 1.0)
    clock.advance(1.0)
    await service.authenticate(bearer)


async def test_one_client_or_organisation_does_not_slow_down_another() -> None:
    service = callers(client_per_second=1.0, organisation_per_second=2.0)
    for _ in range(5):
        await service.authenticate(request(f"Bearer {token()}"))
    with pytest.raises(Refused):
        await service.authenticate(request(f"Bearer {token()}"))
    assert await service.authenticate(request(f"Bearer {token(azp='cura')}"))
    assert await service.authenticate(request(f"Bearer {token(**{'dk:medcom:organisation_id': 'region'})}"))


async def test_guessing_is_slowed_down_and_others_at_the_same_address_still_call() -> None:
    service = callers(failures_per_minute=3.0)
    for _ in range(3):
        with pytest.raises(NotAllowed):
            await service.authenticate(request("Bearer x"))
    with pytest.raises(Refused) as caught:
        await service.authenticate(request("Bearer x"))
    assert caught.value.code == "rate_limited"
    assert await service.authenticate(request(f"Bearer {token()}"))


def test_fakes_sign_what_they_say() -> None:
    """`signed` is what the attacks rest on: with the right header it makes a good token."""
    body = json.dumps(CLAIMS).encode()
    assert signed({"alg": "ES256"}, body, "ES256").count(".") == 2
    assert key_of("ES256") is key_of("ES256")
