"""The built-in issuer over HTTP, the command line beside a running server, and both on what the store then says."""

from __future__ import annotations

import asyncio
import base64
import json
import shlex
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from typer.testing import CliRunner, Result

from tests.contract.assembled import AssembledServer, assembled
from tests.fakes.issuers import request
from tests.patience import PATIENCE_S
from tests.server import run_server
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.booking.callers import CallerRole
from vdxmedia.cli import app
from vdxmedia.errors import NotAllowed, Refused
from vdxmedia.integrations.jwks import read_keys
from vdxmedia.store.clients import StoredClients

FINGERPRINT = "ab" * 32
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def server() -> AsyncIterator[AssembledServer]:
    flags = {
        "oauth.certificates_from": "127.0.0.1/32",
        "api.failures_per_minute": "1000",
        "oauth.address_requests_per_second": "1000",
    }
    async with assembled(flags) as made:
        await said(made, "organisation", "add", "region", "--name", "Regionen")
        yield made


async def run(server: AssembledServer, *arguments: str) -> Result:
    """The command line on the running server's store."""
    environment = {"VDX_STORE_URL": server.server.settings.store.url}
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)


async def said(server: AssembledServer, *arguments: str) -> str:
    result = await run(server, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


async def client(server: AssembledServer, name: str = "nexus", *options: str, role: str = "meeting-planner") -> str:
    """Its secret."""
    return await said(server, "client", "add", name, "--role", role, "--organisation", "region", *options)


async def asked(
    server: AssembledServer,
    form: Mapping[str, str] | str,
    *,
    basic: tuple[str, str] | None = None,
    content_type: str = FORM,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    sent = {"Content-Type": content_type, **(headers or {})}
    if basic is not None:
        sent["Authorization"] = "Basic " + base64.b64encode(":".join(basic).encode()).decode()
    body = form if isinstance(form, str) else "&".join(f"{name}={value}" for name, value in form.items())
    async with server.http.post(f"{server.url}/oauth/token", data=body, headers=sent) as answer:
        assert answer.content_type == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json(), dict(answer.headers)


async def token(server: AssembledServer, name: str, secret: str) -> str:
    status, body, _ = await asked(server, {"grant_type": "client_credentials"}, basic=(name, secret))
    assert status == 200, body
    return str(body["access_token"])


def members(access_token: str, part: int) -> dict[str, Any]:
    text = access_token.split(".")[part]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


async def refusal(server: AssembledServer, bearer: str, **how: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        await server.server.callers.authenticate(request(f"Bearer {bearer}", **how))
    return caught.value.text


async def is_caller(server: AssembledServer, bearer: str) -> bool:
    try:
        await server.server.callers.authenticate(request(f"Bearer {bearer}"))
    except NotAllowed:
        return False
    return True


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_client_gets_a_token_by_either_way_and_is_the_caller(server: AssembledServer) -> None:
    secret = await client(server)
    posted = {"grant_type": "client_credentials", "client_id": "nexus", "client_secret": secret}
    status, body, headers = await asked(server, posted)
    assert (status, body["token_type"], body["expires_in"], body["scope"]) == (200, "Bearer", 600, "meeting-planner")
    assert headers["Pragma"] == "no-cache"
    for bearer in (body["access_token"], await token(server, "nexus", secret)):
        assert members(bearer, 0)["typ"] == "at+jwt"
        claims = members(bearer, 1)
        assert (claims["iss"], claims["aud"], claims["client_id"]) == (server.url, f"{server.url}/videoapi", "nexus")
        assert claims["exp"] - claims["iat"] == 600
        caller = await server.server.callers.authenticate(request(f"Bearer {bearer}"))
        assert (caller.organisation, caller.roles, caller.client) == ("region", {CallerRole.PLANNER}, "nexus")


async def test_issuer_says_where_things_are_and_its_keys_verify_its_tokens(server: AssembledServer) -> None:
    bearer = await token(server, "nexus", await client(server))
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"):
        async with server.get(path, key=None) as answer:
            found = await answer.json()
        assert (found["issuer"], found["token_endpoint"]) == (server.url, f"{server.url}/oauth/token")
        assert found["grant_types_supported"] == ["client_credentials"]
    async with server.http.get(found["jwks_uri"]) as answer:
        document = await answer.read()
    assert b'"d"' not in document
    assert [key.id for key in read_keys(document)] == [members(bearer, 0)["kid"]]


WRONG: list[tuple[Any, tuple[str, str] | None, int, str]] = [
    ({}, ("nexus", "{secret}"), 400, "invalid_request"),
    ({"grant_type": ""}, ("nexus", "{secret}"), 400, "invalid_request"),
    ({"grant_type": "password"}, ("nexus", "{secret}"), 400, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, ("nexus", "wrong"), 401, "invalid_client"),
    ({"grant_type": "client_credentials"}, ("nobody", "{secret}"), 401, "invalid_client"),
    ({"grant_type": "client_credentials"}, ("nexus", ""), 401, "invalid_client"),
    ({"grant_type": "client_credentials"}, ("", ""), 401, "invalid_client"),
    ({"grant_type": "client_credentials"}, None, 401, "invalid_client"),
    ({"grant_type": "client_credentials", "client_id": "nexus"}, None, 401, "invalid_client"),
    ({"grant_type": "client_credentials", "client_secret": "x"}, ("nexus", "{secret}"), 400, "invalid_request"),
    ({"grant_type": "client_credentials", "client_id": "x"}, ("nexus", "{secret}"), 400, "invalid_request"),
    ("grant_type=client_credentials&grant_type=x", ("nexus", "{secret}"), 400, "invalid_request"),
    ("grant_type=%ff", ("nexus", "{secret}"), 400, "invalid_request"),
    ("&".join(f"a{number}=1" for number in range(30)), ("nexus", "{secret}"), 400, "invalid_request"),
    ("a=" + "x" * 9000, ("nexus", "{secret}"), 400, "invalid_request"),
]


async def test_requests_that_are_wrong_are_refused_as_the_standard_says(server: AssembledServer) -> None:
    secret = await client(server)
    for form, basic, status, error in WRONG:
        shown = None if basic is None else (basic[0], basic[1].format(secret=secret))
        found, body, headers = await asked(server, form, basic=shown)
        assert (found, body["error"]) == (status, error), (form, basic)
        assert secret not in json.dumps(body)
        assert ("WWW-Authenticate" in headers) == (status == 401)


async def test_headers_that_are_not_basic_are_refused(server: AssembledServer) -> None:
    form = {"grant_type": "client_credentials"}
    for header in ["Bearer x", "Basic", "Basic !", "Basic bmV4dXM=", "Basic " + "x" * 5000]:
        status, body, _ = await asked(server, form, headers={"Authorization": header})
        assert (status, body["error"]) == (401, "invalid_client"), header


async def test_body_of_another_type_is_refused(server: AssembledServer) -> None:
    status, body, _ = await asked(server, '{"grant_type":"client_credentials"}', content_type="application/json")
    assert (status, body["error"]) == (400, "invalid_request")


async def test_guessing_secrets_is_slowed_down() -> None:
    async with assembled({"api.failures_per_minute": "3"}) as server:
        for _ in range(3):
            status, _, _ = await asked(server, {"grant_type": "client_credentials"}, basic=("nexus", "x"))
            assert status == 401
        status, body, headers = await asked(server, {"grant_type": "client_credentials"}, basic=("nexus", "x"))
        assert (status, body["error"]) == (429, "temporarily_unavailable")
        assert int(headers["Retry-After"]) >= 1


async def test_store_that_is_away_is_a_wait_for_tokens_and_calls(
    server: AssembledServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await client(server)
    access = await token(server, "nexus", secret)

    async def away(self: StoredClients, name: str) -> None:
        raise Refused("SQLITE_FULL", code="store_unavailable", retry_after_s=5.0)

    monkeypatch.setattr(StoredClients, "client", away)
    async with asyncio.timeout(PATIENCE_S):
        while (code := await status(server, V2, key=access)) == 200:  # known for a moment more
            await asyncio.sleep(0.1)
    assert code == 503
    found, body, headers = await asked(server, {"grant_type": "client_credentials"}, basic=("nexus", secret))
    assert (found, body["error"], headers["Retry-After"]) == (503, "temporarily_unavailable", "5")


async def test_issuer_can_be_switched_off() -> None:
    async with assembled({"oauth.built_in": "false"}) as server:
        for path in ("/oauth/jwks", "/.well-known/openid-configuration"):
            async with server.get(path, key=None) as answer:
                assert answer.status == 404


# ── the command line beside the server ────────────────────────────────────────────────────────────────────────────


async def test_rotation_lets_both_secrets_work(server: AssembledServer) -> None:
    first = await client(server)
    assert await token(server, "nexus", first)  # the server knows the client as it was
    second = await said(server, "client", "rotate", "nexus")
    await until(lambda: asked(server, {"grant_type": "client_credentials"}, basic=("nexus", second)), 200)
    assert await token(server, "nexus", first)
    assert await said(server, "client", "list") == "nexus\tregion\tmeeting-planner\t2\tenabled"


async def until(ask: Any, status: int) -> None:
    """The server notices what the command line did, within seconds."""
    async with asyncio.timeout(PATIENCE_S):
        while (await ask())[0] != status:
            await asyncio.sleep(0.1)


async def test_client_that_is_disabled_or_removed_is_refused_with_the_token_it_has(server: AssembledServer) -> None:
    bearer = await token(server, "nexus", await client(server))
    other = await token(server, "cura", await client(server, "cura"))
    await said(server, "client", "disable", "nexus")
    await said(server, "client", "remove", "cura")
    for gone in (bearer, other):
        async with asyncio.timeout(PATIENCE_S):
            while await is_caller(server, gone):
                await asyncio.sleep(0.1)
        assert "not known here any more" in await refusal(server, gone)
    assert await said(server, "client", "list") == "nexus\tregion\tmeeting-planner\t1\tdisabled"
    await said(server, "client", "disable", "nexus", "--undo")
    assert (await said(server, "client", "list")).endswith("enabled")


async def test_organisations_are_a_tree_that_the_running_server_sees(server: AssembledServer) -> None:
    assert "afdeling" not in await server.server.bookings.tree()
    await said(server, "organisation", "add", "hospital", "--name", "Sygehuset", "--parent", "region")
    await said(server, "organisation", "add", "afdeling", "--parent", "hospital")
    assert await said(server, "organisation", "list") == (
        "region\tRegionen\n  hospital\tSygehuset\n    afdeling\tafdeling"
    )
    async with asyncio.timeout(PATIENCE_S):
        while "afdeling" not in await server.server.bookings.tree():
            await asyncio.sleep(0.1)


async def test_what_the_command_line_did_is_in_the_audit_log_without_secrets(server: AssembledServer) -> None:
    secret = await client(server, "nexus", "--email", "it@example.dk")
    link = await said(server, "admin", "invite", "Chef@example.dk", "--organisation", "region")
    path = server.server.settings.store.url.removeprefix("sqlite:///")
    kept = b"".join(file.read_bytes() for file in Path(path).parent.glob("vdxmedia.db*"))
    assert secret.encode() not in kept
    token_of_link = link.partition("/staff#")[2]
    assert len(token_of_link) == 43
    assert token_of_link.encode() not in kept
    for resource in (b"admin-invitation", b"client", b"organisation"):
        assert resource in kept


IMPOSSIBLE = [
    (["organisation", "add", "region"], "already"),
    (["organisation", "add", "x", "--parent", "nowhere"], "no organisation 'nowhere'"),
    (["organisation", "add", " x"], "$.code"),
    (["client", "add", "x", "--role", "meeting-admin"], "$.organisation"),
    (["client", "add", "x", "--role", "meeting-admin", "--organisation", "nowhere"], "no organisation"),
    (["client", "add", "X y", "--role", "meeting-admin", "--organisation", "region"], "$.name"),
    (["client", "add", "x", "--role", "meeting-root", "--organisation", "region"], "meeting-root"),
    (["client", "add", "x", "--role", "meeting-provisioner", "--certificate", "ab"], "$.certificate"),
    (["client", "rotate", "nobody"], "no client 'nobody'"),
    (["client", "remove", "nobody"], "no client 'nobody'"),
    (["admin", "invite", "nobody", "--organisation", "region"], "e-mail"),
    (["admin", "invite", "a@example.dk", "--organisation", "nowhere"], "no organisation"),
]


async def test_commands_that_cannot_be_done_say_why_and_change_nothing(server: AssembledServer) -> None:
    for arguments, complaint in IMPOSSIBLE:
        result = await run(server, *arguments)
        assert result.exit_code == 2, arguments
        assert complaint in result.stderr
    assert await said(server, "organisation", "list") == "region\tRegionen"
    assert await said(server, "client", "list") == ""


async def test_second_client_of_a_name_or_a_certificate_is_refused(server: AssembledServer) -> None:
    await client(server, "nexus", "--certificate", FINGERPRINT)
    for arguments in (["nexus"], ["cura", "--certificate", FINGERPRINT]):
        result = await run(server, "client", "add", *arguments, "--role", "meeting-user", "--organisation", "region")
        assert result.exit_code == 2
        assert "name or this certificate" in result.stderr


def test_commands_make_the_store_where_no_server_has_been(tmp_path: Path) -> None:
    environment = {"VDX_STORE_URL": f"sqlite:///{tmp_path}/new.db"}
    added = CliRunner().invoke(app, ["organisation", "add", "region"], env=environment)
    assert added.exit_code == 0, added.output
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(app, ["organisation", "list"], env=environment).stdout == "region\tregion\n"


# ── certificates ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_client_bound_to_a_certificate_needs_it_for_the_token_and_with_it(server: AssembledServer) -> None:
    secret = await client(server, "nexus", "--certificate", ":".join(["AB"] * 32))
    shown = {"X-SSL-Client-Fingerprint": FINGERPRINT}
    form = {"grant_type": "client_credentials", "client_id": "nexus"}
    status, body, _ = await asked(server, form, basic=("nexus", secret))
    assert (status, body["error"]) == (401, "invalid_client")
    status, _, _ = await asked(server, form, headers={"X-SSL-Client-Fingerprint": "cd" * 32})
    assert status == 401
    status, body, _ = await asked(server, form, headers=shown)  # RFC 8705 §2: the certificate alone is enough
    assert status == 200
    bearer = body["access_token"]
    assert members(bearer, 1)["cnf"] == {"x5t#S256": base64.urlsafe_b64encode(bytes.fromhex(FINGERPRINT)).decode()[:43]}
    proxied = {"remote": "127.0.0.1", "headers": list(shown.items())}
    assert await server.server.callers.authenticate(request(f"Bearer {bearer}", **proxied))
    assert await server.server.callers.authenticate_v1(request(f"Holder-of-key {bearer}", **proxied))
    assert "another certificate" in await refusal(server, bearer, remote="127.0.0.1")
    stranger = {"remote": "192.0.2.7", "headers": list(shown.items())}
    assert "another certificate" in await refusal(server, bearer, **stranger)


async def test_client_without_a_certificate_needs_its_secret_whatever_it_shows(server: AssembledServer) -> None:
    await client(server)
    form = {"grant_type": "client_credentials", "client_id": "nexus"}
    status, body, _ = await asked(server, form, headers={"X-SSL-Client-Fingerprint": FINGERPRINT})
    assert (status, body["error"]) == (401, "invalid_client")


# ── over HTTP, with the API behind it ─────────────────────────────────────────────────────────────────────────────

SEARCH = "/meetings?from-start-time=2030-01-01T00:00:00Z&to-start-time=2030-02-01T00:00:00Z"
V1, V2 = f"/videoapi{SEARCH}", f"/videoapi/v2{SEARCH}"


def session(organisation: str = "region") -> dict[str, str]:
    attributes = {"dk:medcom:organisation_id": [organisation], "dk:medcom:video:role": ["meeting-planner"]}
    return {"X-SESSIONDATA": base64.b64encode(json.dumps({"UserAttributes": attributes}).encode()).decode()}


async def status(server: AssembledServer, path: str, **how: Any) -> int:
    async with server.get(path, **{"key": None, **how}) as answer:
        await answer.read()
        return answer.status


async def test_session_data_opens_version_1_from_a_believed_address_and_nothing_else() -> None:
    async with assembled({"oauth.session_data_from": "127.0.0.1/32"}) as server:
        await said(server, "organisation", "add", "region")
        assert await status(server, V1, headers=session()) == 200
        assert await status(server, V2, headers=session()) == 401
        assert await status(server, V1, headers={"X-SESSIONDATA": "x"}) == 401
        assert await status(server, V1) == 401
    async with assembled({"oauth.session_data_from": "127.0.0.2/32", "http.trusted_proxies": "127.0.0.1/32"}) as server:
        assert await status(server, V1, headers=session()) == 401
        assert await status(server, V1, headers={**session(), "X-Forwarded-For": "127.0.0.2"}) == 401


async def test_certificate_header_opens_the_api_from_a_believed_address_only(server: AssembledServer) -> None:
    await client(server, "nexus", "--certificate", FINGERPRINT)
    shown = {"X-SSL-Client-Fingerprint": FINGERPRINT}
    assert await status(server, V2, headers=shown) == 200
    assert await status(server, V2, headers={"X-SSL-Client-Fingerprint": "cd" * 32}) == 401
    async with assembled() as unbelieving:
        await said(unbelieving, "organisation", "add", "region")
        await client(unbelieving, "nexus", "--certificate", FINGERPRINT)
        assert await status(unbelieving, V2, headers=shown) == 401


async def test_tokens_of_three_kinds_open_each_its_own_door(server: AssembledServer) -> None:
    access = await token(server, "nexus", await client(server))
    room = await server.open_room()
    join = room["hostUrl"].partition("#t=")[2]
    assert await status(server, V2, key=access) == 200
    assert await status(server, V1, key=access) == 200
    assert await status(server, "/api/v1/attendance", key=join) == 200
    for path, wrong in ((V2, join), (V2, DEVELOPMENT_KEY), ("/api/v1/attendance", access), ("/api/v1/rooms/x", access)):
        assert await status(server, path, key=wrong) == 401, path


async def test_token_of_10_kb_is_refused_before_it_is_read(server: AssembledServer) -> None:
    assert await status(server, V2, key="x." * 5_000) in (400, 401)


async def test_client_that_asks_too_often_is_told_when_to_come_back() -> None:
    async with assembled({"oauth.client_requests_per_second": "0.2"}) as server:
        await said(server, "organisation", "add", "region")
        access = await token(server, "nexus", await client(server))
        assert await status(server, V2, key=access) == 200
        for path in (V2, V1):
            async with server.get(path, key=access) as answer:
                assert answer.status == 429
                assert int(answer.headers["Retry-After"]) >= 1


# ── what `make run` prints ────────────────────────────────────────────────────────────────────────────────────────


async def test_line_that_a_development_server_prints_gets_a_token() -> None:
    async with run_server() as server:
        command = shlex.split(server.token_line)
        assert command[0] == "curl"
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, timeout=10)
        assert json.loads(done.stdout)["scope"] == "meeting-admin"
        headers = {"Authorization": f"Bearer {json.loads(done.stdout)['access_token']}"}
        async with aiohttp.ClientSession(headers=headers) as http, http.get(server.base_url + V2) as answer:
            assert (answer.status, await answer.json()) == (200, [])
