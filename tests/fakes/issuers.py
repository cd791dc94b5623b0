"""An issuer of access tokens with keys of each kind, and tokens as no issuer would make them."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from unittest.mock import Mock

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from multidict import CIMultiDict

from vdxmedia.booking.clients import Client
from vdxmedia.hub.issuers import IssuerKey
from vdxmedia.integrations.jwks import read_keys

ISSUER = "https://login.example.dk/realms/video"
AUDIENCE = "video"
NOW = 1_800_000_000
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "exp": NOW + 300,
    "iat": NOW,
    "azp": "nexus",
    "dk:medcom:organisation_id": "kommune",
    "dk:medcom:email": "anna@example.dk",
    "dk:medcom:video:role": "meeting-user",
}
"""As the sample of the facts."""


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


@cache
def key_of(algorithm: str) -> RSAKey | ECKey | OKPKey:
    """A private key, one per algorithm in a test run: RSA takes a while to make."""
    match algorithm:
        case "RS256" | "PS256":
            return RSAKey.import_key(rsa.generate_private_key(65537, 2048))
        case "ES256":
            return ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
        case _:
            return OKPKey.import_key(ed25519.Ed25519PrivateKey.generate())


def public_jwk(algorithm: str, key_id: str = "", **members: Any) -> dict[str, Any]:
    return {**key_of(algorithm).as_dict(private=False), "kid": key_id or algorithm, "use": "sig", **members}


def jwks(*keys: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def public_pem(algorithm: str) -> bytes:
    return key_of(algorithm).public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def token(
    claims: Mapping[str, Any] | bytes | None = None,
    *,
    algorithm: str = "ES256",
    header: Mapping[str, Any] | None = None,
    **changed: Any,
) -> str:
    """Signed with the algorithm's key; `changed`: claims instead of the sample's, None takes one out."""
    whole = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    body = claims if isinstance(claims, bytes) else json.dumps(claims if claims is not None else whole).encode()
    full = {"alg": algorithm, "kid": algorithm, "typ": "JWT", **(header or {})}
    return signed({name: value for name, value in full.items() if value is not None}, body, algorithm)


def signed(header: Mapping[str, Any], body: bytes, algorithm: str) -> str:
    """Whatever the header says, the signature is this algorithm's over exactly these parts."""
    text = f"{part(dict(header))}.{part(body)}"
    instance = jws.JWSRegistry.algorithms[algorithm]
    return f"{text}.{part(instance.sign(text.encode(), key_of(algorithm)))}"


def with_hmac(secret: bytes, *, algorithm: str = "HS256", key_id: str = "RS256") -> str:
    text = f"{part({'alg': algorithm, 'kid': key_id, 'typ': 'JWT'})}.{part(CLAIMS)}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def unsigned(algorithm: str) -> str:
    return f"{part({'alg': algorithm, 'kid': 'ES256'})}.{part(CLAIMS)}."


class FakeIssuerKeys:
    """Of one issuer; all algorithms' keys are there unless told otherwise."""

    def __init__(self, document: bytes | None = None, *, issuer: str = ISSUER) -> None:
        every = [public_jwk(name) for name in ("RS256", "ES256", "EdDSA")]
        self._keys = {issuer: read_keys(document or jwks(*every, public_jwk("PS256", alg="PS256")))}
        self.asked: list[str] = []
        self.is_silent = False

    async def keys(self, issuer: str, key_id: str) -> Sequence[IssuerKey]:
        self.asked.append(key_id)
        known = () if self.is_silent else self._keys.get(issuer, ())
        return [key for key in known if not key_id or key.id == key_id]

    def is_failing(self, issuer: str) -> bool:
        return self.is_silent

    def add(self, issuer: str, *keys: IssuerKey) -> None:
        self._keys[issuer] = tuple(keys)


class FakeClientStore:
    def __init__(self, *clients: Client) -> None:
        self.clients = {client.name: client for client in clients}
        self.asked = 0

    async def client(self, name: str) -> Client | None:
        self.asked += 1
        return self.clients.get(name)

    async def client_of_certificate(self, fingerprint: str, subject: str) -> Client | None:
        self.asked += 1
        for client in self.clients.values():
            if fingerprint and client.certificate == fingerprint:
                return client
        for client in self.clients.values():
            if subject and client.certificate_subject == subject:
                return client
        return None


def request(
    authorization: str | None = None, *, remote: str = "192.0.2.1", headers: Sequence[tuple[str, str]] = ()
) -> web.Request:
    """From this neighbour, with these headers, one name perhaps several times."""
    transport = Mock()
    transport.get_extra_info = lambda name, default=None: (remote, 1) if name == "peername" else default
    sent: CIMultiDict[str] = CIMultiDict(headers)
    if authorization is not None:
        sent.add("Authorization", authorization)
    return make_mocked_request("GET", "/", headers=sent, transport=transport)
