"""Join tokens: what they say, and every way in which a forged one is refused."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws

from vdxmedia.api.tokens import MAX_BELIEVED, MAX_LIFETIME_S, JwtTokens, SigningKey
from vdxmedia.clock import ManualClock
from vdxmedia.conference.emergency import MAX_NOTE_CHARS, EmergencyNote
from vdxmedia.errors import Misconfigured, NotAllowed
from vdxmedia.hub.ports import Grant, MediaKind

ISSUER = "https://moede.example"
CLOCK = ManualClock()
NOW = CLOCK.unix_s()


def private_pem(key: Any) -> bytes:
    return bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def public_pem(key: Any) -> bytes:
    return bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
P256 = ec.derive_private_key(7, ec.SECP256R1())
KEYS = {
    "EdDSA": SigningKey.from_pem(private_pem(ED), origin="ed"),
    "ES256": SigningKey.from_pem(private_pem(P256), origin="p256"),
}


def grant(**changes: Any) -> Grant:
    fields: dict[str, Any] = {
        "room": "abc234abc234",
        "identity": "person-1",
        "role": "guest",
        "name": "Bo",
        "organisation": "Testkommune",
        "function": "læge",
        "can_publish": frozenset({MediaKind.MICROPHONE, MediaKind.CAMERA}),
        "can_subscribe": True,
        "expires_at": NOW + 600,
    }
    return Grant(**fields | changes)


def tokens(algorithm: str = "EdDSA", *verifying: SigningKey) -> JwtTokens:
    return JwtTokens(KEYS[algorithm], verifying, issuer=ISSUER, clock=CLOCK)


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, payload, signature = (urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(header), json.loads(payload), signature


def signed(header: dict[str, Any], payload: Any) -> str:
    """Signed by the real Ed25519 key, whatever it says."""
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(ED.sign(text.encode()))}"


def refused(token: str, code: str = "token_invalid", *, by: JwtTokens | None = None, now: float = NOW) -> None:
    with pytest.raises(NotAllowed) as caught:
        (by or tokens()).verify(token, now)
    assert caught.value.code == code


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_token_issued_verifies_to_the_same_grant(algorithm: str) -> None:
    service = tokens(algorithm)
    token = service.issue(grant())
    assert service.verify(token, NOW) == grant()
    header, payload, _ = parts_of(token)
    assert header == {"alg": algorithm, "kid": KEYS[algorithm].id, "typ": "JWT"}
    assert payload["video"] == {
        "room": "abc234abc234",
        "roomJoin": True,
        "canPublish": True,
        "canPublishSources": ["camera", "microphone"],
        "canSubscribe": True,
    }
    assert payload["vdx"] == {
        "role": "guest",
        "organisation": "Testkommune",
        "function": "læge",
        "film": False,
        "note": None,
        "knocks": False,
    }
    knocking = msgspec.structs.replace(grant(), knocks=True)
    assert service.verify(service.issue(knocking), NOW) == knocking
    assert (payload["iss"], payload["aud"], payload["sub"]) == (ISSUER, "vdxmedia", "person-1")
    assert len(token) < 1024


def test_tokens_of_the_same_grant_differ_in_jti() -> None:
    first, second = (parts_of(tokens().issue(grant()))[1]["jti"] for _ in range(2))
    assert first != second


def test_token_is_refused_from_the_second_it_expires() -> None:
    token = tokens().issue(grant())
    assert tokens().verify(token, NOW + 599.9) == grant()
    refused(token, "token_expired", now=NOW + 600)


def test_token_from_the_future_is_refused_beyond_the_leeway() -> None:
    token = tokens().issue(grant(expires_at=NOW + 3600))
    assert tokens().verify(token, NOW - 29)
    refused(token, now=NOW - 31)


def test_token_missing_has_its_own_code() -> None:
    refused("", "token_missing")


def test_grant_absent_from_the_claims_is_denied() -> None:
    header, payload, _ = parts_of(tokens().issue(grant()))
    payload["video"] = {"room": "abc234abc234", "roomJoin": True}
    got = tokens().verify(signed(header, payload), NOW)
    assert got.can_publish == frozenset()
    assert got.can_subscribe is False
    payload["video"] = {"room": "abc234abc234"}
    refused(signed(header, payload), "not_permitted")
    payload["video"] = {"room": "abc234abc234", "roomJoin": True, "canPublishSources": ["camera"]}
    assert tokens().verify(signed(header, payload), NOW).can_publish == frozenset()
    payload["video"] |= {"canPublish": True, "canPublishSources": ["camera", "telepathy"]}
    assert tokens().verify(signed(header, payload), NOW).can_publish == {MediaKind.CAMERA}


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("iss", "https://other.example"),
        ("aud", "other"),
        ("aud", ["vdxmedia"]),
        ("exp", "2030-01-01"),
        ("exp", NOW + 500 * 24 * 3600),
        ("exp", None),
        ("nbf", NOW + 3600),
        ("sub", 7),
        ("sub", "x" * 121),
        ("jti", ""),
        ("video", None),
        ("video", {"room": ""}),
        ("video", {"room": "abc234abc234", "roomJoin": "yes"}),
        ("vdx", {"role": "admin"}),
        ("vdx", {}),
    ],
)
def test_claim_that_is_wrong_is_refused_even_when_signed(claim: str, value: Any) -> None:
    header, payload, _ = parts_of(tokens().issue(grant()))
    refused(signed(header, payload | {claim: value}))


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "video", "vdx"])
def test_claim_that_is_absent_is_refused(claim: str) -> None:
    header, payload, _ = parts_of(tokens().issue(grant()))
    del payload[claim]
    refused(signed(header, payload))


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": "Ed25519"},
        {"alg": ["EdDSA"]},
        {"alg": None},
        {"kid": "../../etc/passwd"},
        {"kid": KEYS["ES256"].id},
        {"kid": ""},
        {"kid": None},
        {"crit": ["b64"], "b64": False},
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}},
        {"jku": "https://attacker.example/keys"},
        {"x5c": ["AAAA"]},
    ],
)
def test_header_that_is_tampered_is_refused_even_when_signed(changes: dict[str, Any]) -> None:
    header, payload, _ = parts_of(tokens().issue(grant()))
    refused(signed(header | changes, payload))


def test_header_without_kid_is_refused() -> None:
    _, payload, _ = parts_of(tokens().issue(grant()))
    refused(signed({"alg": "EdDSA"}, payload))


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_confusion_of_algorithms_is_refused(algorithm: str) -> None:
    """The public key used as an HMAC secret, and no signature at all."""
    _, payload, _ = parts_of(tokens().issue(grant()))
    text = f"{b64({'alg': algorithm, 'kid': KEYS['EdDSA'].id})}.{b64(payload)}"
    for secret in (public_pem(ED), public_pem(ED).strip()):
        mac = hmac.HMAC(secret, hashes.SHA256())
        mac.update(text.encode())
        refused(f"{text}.{b64(mac.finalize())}")
    refused(f"{text}.")


def test_payload_that_is_changed_breaks_the_signature() -> None:
    header, payload, signature = parts_of(tokens().issue(grant()))
    payload["vdx"]["role"] = "host"
    refused(f"{b64(header)}.{b64(payload)}.{b64(signature)}")


def test_key_that_is_retired_still_verifies_until_it_is_removed() -> None:
    old = tokens("ES256")
    token = old.issue(grant())
    public_half = SigningKey.from_pem(public_pem(P256), origin="old")
    assert tokens("EdDSA", public_half).verify(token, NOW) == grant()
    refused(token, by=tokens("EdDSA"))


def test_key_that_is_only_public_cannot_sign() -> None:
    with pytest.raises(Misconfigured):
        JwtTokens(SigningKey.from_pem(public_pem(ED), origin="x"), (), issuer=ISSUER, clock=CLOCK)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        private_pem(rsa.generate_private_key(65537, 2048)),
        private_pem(ec.generate_private_key(ec.SECP384R1())),
        ED.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        ),
    ],
    ids=["empty", "garbage", "rsa", "p384", "password"],
)
def test_key_of_a_wrong_kind_is_refused_with_its_origin(pem: bytes) -> None:
    with pytest.raises(Misconfigured, match="from-here") as caught:
        SigningKey.from_pem(pem, origin="from-here")
    assert caught.value.code == "key_unusable"


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}"))
def test_garbage_never_raises_past_the_parser(text: str) -> None:
    with pytest.raises(NotAllowed):
        tokens().verify(text, NOW)


@given(st.integers(0, 5000), st.integers(0, 255))
def test_token_with_one_byte_changed_is_refused(position: int, value: int) -> None:
    token = tokens().issue(grant())
    position %= len(token)
    changed = token[:position] + chr(value) + token[position + 1 :]
    try:
        assert tokens().verify(changed, NOW) == grant()
    except NotAllowed:
        return
    assert changed == token or position == len(token) - 1, "only the last character holds bits that mean nothing"


def test_token_of_a_giant_size_is_refused() -> None:
    refused("a" * 100_000 + "." + "b" * 100_000 + ".c")


NOTE = EmergencyNote("11223344", "Skjultvej 7", "Søster Åse")


def all_of(token: str) -> str:
    """What its bearer can read, decoded as deep as it goes."""
    texts = [json.dumps(part, ensure_ascii=False) for part in parts_of(token)[:2]]
    for word in re.findall(r"[\w-]{8,}", " ".join(texts)):
        whole = word[: len(word) // 4 * 4]
        texts.append(urlsafe_b64decode(whole).decode("utf-8", "ignore"))
    return "\n".join(texts)


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_note_is_read_by_the_server_and_not_by_the_bearer(algorithm: str) -> None:
    token = tokens(algorithm).issue(grant(note=NOTE))
    assert tokens(algorithm).verify(token, NOW).note == NOTE
    readable = all_of(token)
    for secret in ("11223344", "Skjultvej", "Søster", "Åse", '"phone"', "relative"):
        assert secret not in readable
        assert secret not in token
    assert "abc234abc234" in readable, "what is not sealed is found so"


def test_note_is_sealed_anew_in_each_token() -> None:
    first, second = (parts_of(tokens().issue(grant(note=NOTE)))[1]["vdx"]["note"] for _ in range(2))
    assert first != second


def test_note_in_plain_words_of_an_old_token_is_still_read_and_sealed_when_the_token_is_renewed() -> None:
    payload = parts_of(tokens().issue(grant()))[1]
    payload["vdx"]["note"] = {"phone": "11223344", "address": "Skjultvej 7", "relative": "Søster Åse"}
    old = signed({"alg": "EdDSA", "kid": KEYS["EdDSA"].id}, payload)
    believed = tokens().verify(old, NOW)
    assert believed == grant(note=NOTE)
    assert "Skjultvej" not in all_of(tokens().issue(believed))


def test_note_of_another_token_is_not_believed_and_keeps_nobody_out() -> None:
    other = parts_of(tokens().issue(grant(note=NOTE)))[1]["vdx"]["note"]
    payload = parts_of(tokens().issue(grant()))[1]
    for sealed in (other, "", "1.00000000.AAAA", "1." * 500):
        payload["vdx"]["note"] = sealed
        assert tokens().verify(signed({"alg": "EdDSA", "kid": KEYS["EdDSA"].id}, payload), NOW) == grant()
    payload["vdx"]["note"] = "x" * 2401
    refused(signed({"alg": "EdDSA", "kid": KEYS["EdDSA"].id}, payload))


def test_note_sealed_by_an_older_key_is_read_with_its_private_half_only() -> None:
    token = tokens("EdDSA").issue(grant(note=NOTE))
    assert tokens("ES256", KEYS["EdDSA"]).verify(token, NOW).note == NOTE
    public = SigningKey.from_pem(public_pem(ED), origin="public")
    assert tokens("ES256", public).verify(token, NOW) == grant()


def test_longest_note_fits_into_its_claim_and_its_token() -> None:
    longest = EmergencyNote(*("🙂" * MAX_NOTE_CHARS for _ in range(3)))
    danish = EmergencyNote(*("Ø" * MAX_NOTE_CHARS for _ in range(3)))
    longest_names = {"name": "Ø" * 80, "organisation": "Ø" * 120, "function": "Ø" * 120}
    for told in (grant(note=longest), grant(note=danish, **longest_names)):
        assert tokens().verify(tokens().issue(told), NOW) == told


def tokens_of_room_that_closes(at: float | None, room: str = "abc234abc234") -> JwtTokens:
    return JwtTokens(KEYS["EdDSA"], (), issuer=ISSUER, clock=CLOCK, closes_at_of={room: at}.get)


def test_link_lasts_as_long_as_its_room_is_extended() -> None:
    link = tokens().issue(grant(lasts_with_room=True))
    assert parts_of(link)[1]["exp"] == NOW + 600
    extended = tokens_of_room_that_closes(NOW + 3600)
    assert extended.verify(link, NOW + 3599) == grant(lasts_with_room=True, expires_at=NOW + 3600)
    refused(link, "token_expired", by=extended, now=NOW + 3600)


def test_link_is_dead_when_its_room_has_closed_is_gone_or_has_no_closing_time() -> None:
    link = tokens().issue(grant(lasts_with_room=True))
    for by in (tokens_of_room_that_closes(NOW + 600), tokens_of_room_that_closes(None), tokens()):
        assert by.verify(link, NOW + 599)
        refused(link, "token_expired", by=by, now=NOW + 600)


def test_link_with_a_lifetime_of_its_own_does_not_last_longer_with_the_room() -> None:
    link = tokens().issue(grant())
    assert "untilRoomCloses" not in parts_of(link)[1]["vdx"]
    refused(link, "token_expired", by=tokens_of_room_that_closes(NOW + 3600), now=NOW + 600)


def test_link_of_another_room_is_not_extended() -> None:
    link = tokens().issue(grant(lasts_with_room=True))
    refused(link, "token_expired", by=tokens_of_room_that_closes(NOW + 3600, "zzz234zzz234"), now=NOW + 600)


def test_link_never_lives_beyond_the_longest_lifetime() -> None:
    link = tokens().issue(grant(lasts_with_room=True))
    forever = tokens_of_room_that_closes(NOW + 10 * MAX_LIFETIME_S)
    assert forever.verify(link, NOW + MAX_LIFETIME_S - 1)
    refused(link, "token_expired", by=forever, now=NOW + MAX_LIFETIME_S)


def test_token_that_was_good_is_refused_once_it_has_expired_and_changed_ones_are_as_before() -> None:
    desk = tokens()
    token = desk.issue(grant())
    assert desk.verify(token, NOW) == desk.verify(token, NOW)
    with pytest.raises(NotAllowed) as expired:
        desk.verify(token, NOW + 601)
    assert expired.value.code == "token_expired"
    head, claims, signature = token.split(".")
    other = desk.issue(grant(role="host")).split(".")
    for forged in (f"{head}.{other[1]}.{signature}", f"{head}.{claims}.{other[2]}", token + "A", token + "\ud800"):
        with pytest.raises(NotAllowed) as refused:
            desk.verify(forged, NOW)
        assert refused.value.code == "token_invalid"


def test_tokens_are_looked_at_once_and_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = tokens()
    looked_at = []
    look = jws.deserialize_compact
    monkeypatch.setattr(
        jws, "deserialize_compact", lambda *given, **named: looked_at.append(1) or look(*given, **named)
    )
    first, *others = [desk.issue(grant(name=f"Bo {number}")) for number in range(MAX_BELIEVED + 1)]
    for token in (first, first, *others[:-1], first):
        desk.verify(token, NOW)
    assert len(looked_at) == MAX_BELIEVED
    desk.verify(others[-1], NOW)  # the first of the others makes room, for it was not seen for longest
    desk.verify(first, NOW)
    assert len(looked_at) == MAX_BELIEVED + 1
    desk.verify(others[0], NOW)
    assert len(looked_at) == MAX_BELIEVED + 2
