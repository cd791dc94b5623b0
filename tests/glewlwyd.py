"""A real OpenID provider of the tests' own: Glewlwyd (Debian's package) on loopback with SQLite, set up by its REST
interface as an operator does: keys, scopes that are our roles, a client, and a user with an organisation.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

from tests.patience import PATIENCE_S
from tests.server import free_port

SCHEMA = Path("/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz")
MODULES = Path("/usr/lib/glewlwyd")
ADMIN = {"username": "admin", "password": "password"}
"""As the package's schema makes it; gone with the test."""
AUDIENCE = "https://moede.example.dk"
CLIENT = ("nexus", "a-client-secret-of-the-tests")
USER = ("anna", "a-password-of-the-tests")
PAGE_CLIENT = ("staff", "a-page-secret-of-the-tests")
ORGANISATION = "kommune"
ROLES = ("meeting-planner", "meeting-user", "meeting-provisioner-user")
CONFIGURATION = """
port={port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{port}"
login_url="login.html"
api_prefix="api"
log_mode="file"
log_level="WARNING"
log_file="{directory}/log"
cookie_domain="127.0.0.1"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
use_secure_connection=false
secure_connection_key_file="{directory}/none"
secure_connection_pem_file="{directory}/none"
secure_connection_ca_file="{directory}/none"
hash_algorithm="SHA512"
database = {{ type = "sqlite3" path = "{directory}/glewlwyd.db" }};
"""


@dataclass
class Glewlwyd:
    port: int
    _admin: OpenerDirector

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/oidc"

    def token(self, grant: str, role: str) -> str:
        """`client_credentials` of the client, or `password` of its user."""
        form = {"grant_type": grant, "scope": role, "resource": AUDIENCE}
        if grant == "password":
            form |= {"username": USER[0], "password": USER[1]}
        basic = base64.b64encode(":".join(CLIENT).encode()).decode()
        asked = Request(f"{self.issuer}/token", urlencode(form).encode(), {"Authorization": f"Basic {basic}"})
        with build_opener().open(asked, timeout=PATIENCE_S) as answer:
            return str(json.load(answer)["access_token"])

    def set_keys(self, keys: Sequence[dict[str, Any]]) -> None:
        """Private JWKs; the first signs."""
        self._ask("PUT", "mod/plugin/oidc", _plugin(self.issuer, keys))
        self._ask("PUT", "mod/reload/", {})

    def code(self, location: str) -> str:
        """Where the provider leads its user's browser, signed in there, that asks for authorization."""
        browser = build_opener(HTTPCookieProcessor(), _NoRedirect())
        person = {"username": USER[0], "password": USER[1]}
        consent = {"scope": " ".join((*ROLES, "openid"))}
        for method, path, body in (("POST", "auth/", person), ("PUT", f"auth/grant/{PAGE_CLIENT[0]}", consent)):
            asked = Request(
                f"http://127.0.0.1:{self.port}/api/{path}",
                json.dumps(body).encode(),
                {"Content-Type": "application/json"},
                method=method,
            )
            with browser.open(asked, timeout=PATIENCE_S):
                pass
        try:
            browser.open(Request(f"{location}&g_continue"), timeout=PATIENCE_S)  # as its own page goes on
        except HTTPError as answer:
            return str(answer.headers["Location"])
        raise AssertionError("the provider has led nowhere")

    def add_page_client(self, redirect_uri: str) -> None:
        """A client of people who sign in by a browser."""
        client = {"client_id": PAGE_CLIENT[0], "password": PAGE_CLIENT[1], "enabled": True, "confidential": True}
        client |= {"token_endpoint_auth_method": ["client_secret_basic"], "authorization_type": ["code"]}
        self._ask("POST", "client/", {**client, "redirect_uri": [redirect_uri], "scope": [*ROLES, "openid"]})

    def set_up(self, keys: Sequence[dict[str, Any]]) -> None:
        self._ask("POST", "auth/", ADMIN)
        for role in ROLES:
            scope = {"name": role, "display_name": role, "password_required": True, "scheme": {}}
            self._ask("POST", "scope/", scope)
        self._ask("POST", "mod/plugin/", {"module": "oidc", "name": "oidc", **_plugin(self.issuer, keys)})
        grants = ["client_credentials", "password"]
        client = {"client_id": CLIENT[0], "password": CLIENT[1], "scope": list(ROLES), "enabled": True}
        client |= {"token_endpoint_auth_method": ["client_secret_basic"], "authorization_type": grants}
        self._ask("POST", "client/", {**client, "confidential": True})
        user = {"username": USER[0], "password": USER[1], "scope": [*ROLES, "openid"], "enabled": True}
        self._ask("POST", "user/", {**user, "email": "anna@example.dk", "organisation": ORGANISATION})

    def is_up(self) -> bool:
        try:
            with self._admin.open(f"http://127.0.0.1:{self.port}/config", timeout=1):
                return True
        except HTTPError:
            return True
        except (URLError, OSError):
            return False

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> None:
        asked = Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with self._admin.open(asked, timeout=PATIENCE_S):
                pass
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error


class _NoRedirect(HTTPRedirectHandler):
    """Tells where it would lead."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _plugin(issuer: str, keys: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "display_name": "OpenID Connect",
        "order_rank": 0,
        "readonly": False,
        "parameters": {
            "iss": issuer,
            "jwks-private": json.dumps({"keys": list(keys)}),
            "jwks-show": True,
            "access-token-duration": 300,
            "refresh-token-duration": 600,
            "code-duration": 60,
            "allow-non-oidc": True,
            "auth-type-client-enabled": True,
            "auth-type-password-enabled": True,
            "auth-type-code-enabled": True,
            "auth-type-refresh-enabled": True,
            "pkce-allowed": True,
            "pkce-required": True,
            "resource-allowed": True,
            "resource-scope": {role: [AUDIENCE] for role in ROLES},
            "additional-parameters": [
                {"user-parameter": "organisation", "token-parameter": "dk:medcom:organisation_id"},
                {"user-parameter": "email", "token-parameter": "dk:medcom:email"},
            ],
        },
    }


@contextlib.contextmanager
def run_glewlwyd(directory: Path, keys: Sequence[dict[str, Any]]) -> Iterator[Glewlwyd]:
    program = shutil.which("glewlwyd")
    assert program, "Glewlwyd is missing: `make test` installs it"
    _make_database(directory / "glewlwyd.db")
    port = free_port(socket.SOCK_STREAM)
    configuration = directory / "glewlwyd.conf"
    configuration.write_text(CONFIGURATION.format(port=port, directory=directory, modules=MODULES))
    with subprocess.Popen(
        [program, "--config-file", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            provider = Glewlwyd(port, build_opener(HTTPCookieProcessor()))
            deadline = time.monotonic() + PATIENCE_S
            while not provider.is_up():
                assert process.poll() is None, "Glewlwyd ended at once:\n" + (directory / "log").read_text()
                assert time.monotonic() < deadline, "Glewlwyd does not answer"
                time.sleep(0.05)
            provider.set_up(keys)
            yield provider
        finally:
            process.terminate()


def _make_database(path: Path) -> None:
    """The package's tables, and users that have an organisation."""
    database = sqlite3.connect(path)
    try:
        database.executescript(gzip.decompress(SCHEMA.read_bytes()).decode())
        can = {"multiple": False, "read": True, "write": True}
        database.execute(
            "UPDATE g_user_module_instance SET gumi_parameters = json_set(gumi_parameters, ?, json(?))",
            ('$."data-format"."organisation"', json.dumps(can)),
        )
        database.commit()
    finally:
        database.close()
