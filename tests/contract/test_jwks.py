"""Keys of issuers over HTTP: kept, rotated, bounded; and what an issuer may not do to us."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.issuers import jwks, part, public_jwk
from vdxmedia.clock import ManualClock
from vdxmedia.hub.counters import Counters
from vdxmedia.integrations import jwks as adapter
from vdxmedia.integrations.jwks import ASK_AGAIN_S, FRESH_S, STALE_S, FetchedKeys, UnusableAnswer, read_keys


@dataclass
class Provider:
    """An issuer on loopback whose answers a test sets."""

    url: str = ""
    asked: int = 0
    document: bytes = b""
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    discovered: dict[str, Any] = field(default_factory=dict)

    async def keys(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        if self.answer is not None:
            return await self.answer(request)
        return web.Response(body=self.document, content_type="application/json")

    async def discovery(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.discovered})


@dataclass
class Asker:
    provider: Provider
    clock: ManualClock
    counters: Counters
    fetched: FetchedKeys

    async def ids(self, key_id: str = "") -> list[str]:
        return [key.id for key in await self.fetched.keys(self.provider.url, key_id)]

    def failures(self) -> int:
        return self.counters.totals().get("issuer_fetch_failures", 0)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider(document=jwks(public_jwk("ES256", "first")))
    application = web.Application()
    application.add_routes([web.get("/keys", made.keys), web.get("/.well-known/openid-configuration", made.discovery)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@contextlib.asynccontextmanager
async def asking(provider: Provider, jwks_url: str = "") -> AsyncIterator[Asker]:
    clock, counters = ManualClock(), Counters()
    async with FetchedKeys({provider.url: jwks_url}, known={}, clock=clock, counters=counters) as fetched:
        yield Asker(provider, clock, counters, fetched)


async def test_keys_are_found_by_discovery_and_asked_for_once(provider: Provider) -> None:
    async with asking(provider) as asker:
        assert await asyncio.gather(*(asker.ids("first") for _ in range(20))) == [["first"]] * 20
        assert await asker.ids() == ["first"]
        assert await asker.fetched.keys("http://another", "first") == ()
        assert provider.asked == 1


async def test_key_that_is_new_is_fetched_and_unknown_names_ask_no_more_than_allowed(provider: Provider) -> None:
    async with asking(provider, f"{provider.url}/keys") as asker:
        assert await asker.ids("first") == ["first"]
        provider.document = jwks(public_jwk("ES256", "first"), public_jwk("EdDSA", "second"))
        for number in range(50):
            assert await asker.ids(f"guess-{number}") == []
        assert provider.asked == 1
        asker.clock.advance(ASK_AGAIN_S)
        assert await asker.ids("second") == ["second"]
        assert provider.asked == 2


async def test_key_that_was_taken_back_is_not_believed_for_long(provider: Provider) -> None:
    async with asking(provider) as asker:
        assert await asker.ids("first") == ["first"]
        provider.document = jwks(public_jwk("EdDSA", "second"))
        asker.clock.advance(FRESH_S)
        assert await asker.ids("first") == []
        assert await asker.ids("second") == ["second"]


async def test_issuer_that_fails_is_told_once_and_its_keys_go_on_for_a_day(
    provider: Provider, expected_errors: list[logging.LogRecord]
) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        return web.Response(status=500)

    async with asking(provider) as asker:
        assert await asker.ids("first") == ["first"]
        provider.answer = broken
        asker.clock.advance(FRESH_S)
        for _ in range(3):
            assert await asker.ids("first") == ["first"]
            asker.clock.advance(ASK_AGAIN_S)
        assert asker.fetched.is_failing(provider.url)
        assert (asker.fetched.failing(), asker.failures()) == (1, 3)
        assert len(expected_errors) == 1
        asker.clock.advance(STALE_S)
        assert await asker.ids("first") == []
        provider.answer = None
        asker.clock.advance(ASK_AGAIN_S)
        assert await asker.ids("first") == ["first"]
        assert asker.fetched.failing() == 0


async def redirecting(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://127.0.0.1:1/keys")


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        for _ in range(64):
            await response.write(b" " * 64 * 1024)
    return response


async def compressed(request: web.Request) -> web.StreamResponse:
    return web.Response(body=b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"})


async def silent(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(2)
    return web.Response()


@pytest.mark.parametrize("answer", [redirecting, endless, compressed, silent])
async def test_answer_that_is_not_as_it_should_be_is_no_key_and_no_crash(
    provider: Provider, answer: Any, monkeypatch: pytest.MonkeyPatch, expected_errors: list[logging.LogRecord]
) -> None:
    monkeypatch.setattr(adapter, "ANSWER_S", 0.3)
    provider.answer = answer
    async with asking(provider) as asker:
        assert await asker.ids("first") == []
        assert asker.failures() == len(expected_errors) == 1


@pytest.mark.parametrize(
    "discovered",
    [{"issuer": "http://evil.example"}, {"jwks_uri": "http://keys.example.dk/keys"}, {"jwks_uri": 7}],
)
async def test_discovery_that_names_another_issuer_or_a_place_without_tls_is_refused(
    provider: Provider, discovered: dict[str, Any], expected_errors: list[logging.LogRecord]
) -> None:
    provider.discovered = discovered
    async with asking(provider) as asker:
        assert await asker.ids("first") == []
        assert (asker.failures(), provider.asked, len(expected_errors)) == (1, 0, 1)


async def test_issuer_that_is_not_there_is_no_crash(expected_errors: list[logging.LogRecord]) -> None:
    gone = Provider(url="http://127.0.0.1:1")
    async with asking(gone) as asker:
        assert await asker.ids("first") == []
        assert asker.fetched.is_failing(gone.url)
    assert "issuer_keys_unavailable issuer=127.0.0.1" in expected_errors[0].getMessage()


# ── what is in a JWKS ─────────────────────────────────────────────────────────────────────────────────────────────


def rsa_jwk(bits: int) -> dict[str, Any]:
    modulus = rsa.generate_private_key(65537, bits).public_key().public_numbers().n
    return {"kty": "RSA", "n": part(modulus.to_bytes(bits // 8)), "e": "AQAB", "kid": "rsa"}


def test_keys_may_be_used_with_the_algorithms_of_their_type() -> None:
    found = read_keys(
        jwks(*(public_jwk(name) for name in ("RS256", "ES256", "EdDSA")), public_jwk("PS256", alg="PS256"))
    )
    assert {key.id: set(key.algorithms) for key in found} == {
        "RS256": {"RS256", "PS256"},
        "ES256": {"ES256"},
        "EdDSA": {"EdDSA"},
        "PS256": {"PS256"},
    }


GOOD = public_jwk("ES256", "good")
PASSED_OVER: dict[str, Any] = {
    "for encryption": public_jwk("RS256", use="enc"),
    "symmetric": {"kty": "oct", "k": "c2VjcmV0", "kid": "x"},
    "of another curve": {**GOOD, "crv": "P-384"},
    "not on the curve": {**GOOD, "x": GOOD["y"]},
    "without a part": {"kty": "EC", "crv": "P-256", "x": GOOD["x"], "kid": "x"},
    "with an algorithm that it has not": public_jwk("ES256", alg="RS256"),
    "symmetric by its algorithm": public_jwk("RS256", alg="HS256"),
    "with a large exponent": public_jwk("RS256", e="A" * 9),
    "with a name that is no text": {**GOOD, "kid": 7},
    "with parts that are numbers": {**GOOD, "x": 7},
    "of an unknown type": {"kty": "AKP", "kid": "x"},
}


@pytest.mark.parametrize("kind", PASSED_OVER)
def test_key_that_cannot_be_used_is_passed_over(kind: str) -> None:
    assert [key.id for key in read_keys(jwks(PASSED_OVER[kind], GOOD))] == ["good"]
    with pytest.raises(UnusableAnswer):
        read_keys(jwks(PASSED_OVER[kind]))


def test_rsa_key_that_is_short_or_huge_is_passed_over() -> None:
    assert [key.id for key in read_keys(jwks(rsa_jwk(1024), rsa_jwk(2048), GOOD))] == ["rsa", "good"]
    huge = {"kty": "RSA", "n": part(b"\xff" * 1025), "e": "AQAB", "kid": "huge"}
    assert [key.id for key in read_keys(jwks(huge, GOOD))] == ["good"]


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[]}', b'{"keys":[1]}', b"[" * 10_000]
)
def test_document_that_is_no_jwks_is_refused(document: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        read_keys(document)


def test_keys_beyond_the_bound_are_passed_over() -> None:
    many = [public_jwk("ES256", str(number)) for number in range(adapter.MAX_KEYS + 10)]
    assert len(read_keys(json.dumps({"keys": many}).encode())) == adapter.MAX_KEYS
