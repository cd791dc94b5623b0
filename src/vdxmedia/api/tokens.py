"""Join tokens: JWTs (RFC 7519) signed with Ed25519 or P-256, LiveKit-shaped, where what is not granted is denied.

The key decides the algorithm, never the token: a token names a key (`kid`, the key's RFC 7638 thumbprint) and must
carry exactly that key's `alg`. Several keys verify while one signs, so keys can be rotated without cutting a call.
A token may say that it lasts with its room (`untilRoomCloses`). `exp` is then the closing time as it was; when the room
has been extended since, its closing time counts, so that links that were given out go on working, within
`MAX_LIFETIME_S`. What the bearer must not read is sealed (`sealed_note.py`). Left out on purpose: symmetric keys,
encryption of whole tokens, keys inside tokens (`jwk`, `jku`, `x5c`), single use.
"""

from __future__ import annotations

import binascii
import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import EdDSAAlgorithm
from joserfc.jwk import ECKey, OKPKey, RSAKey
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.api.sealed_note import NoteSealer
from vdxmedia.clock import Clock
from vdxmedia.conference.emergency import MAX_NOTE_CHARS, EmergencyNote
from vdxmedia.errors import Misconfigured, NotAllowed
from vdxmedia.hub.ports import Grant, MediaKind
from vdxmedia.ids import RoomId

AUDIENCE = "vdxmedia"
ROLES = ("host", "guest")
MAX_TOKEN_CHARS = 4096
"""As in the wire schema (`Hello.token`); ours are below 900."""
NOT_BEFORE_LEEWAY_S = 30.0
"""How far the clocks of two servers that share a key may differ (guess); an expiry gets no leeway."""
MAX_BELIEVED = 1024
"""Tokens whose signature is not looked at again, some 2 kB each. Full: the one not seen for longest is forgotten."""
_KINDS = {str(kind): kind for kind in MediaKind}
NotePart = Annotated[str, Meta(max_length=MAX_NOTE_CHARS)]
MAX_SEALED_CHARS = 2400
"""Of a full note: 3 · 120 characters of four bytes with their names, as base64."""
SealedNote = Annotated[str, Meta(max_length=MAX_SEALED_CHARS)]
MAX_LIFETIME_S = 400 * 24 * 3600.0
"""A link lives until its room closes, which may be a year ahead; what claims more was not made by us."""


class _PinnedEdDSA(EdDSAAlgorithm):
    """`EdDSA` without the library's notice that the name is ambiguous (RFC 9864): our keys are Ed25519 and no other."""

    security_warning = ""


jws.JWSRegistry.register(_PinnedEdDSA())


class VideoClaim(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """LiveKit's shape; unlike there, a missing field denies."""

    room: Annotated[str, Meta(min_length=1, max_length=64)]
    room_join: bool = False
    can_publish: bool = False
    can_publish_sources: Annotated[list[str], Meta(max_length=16)] = []
    can_subscribe: bool = False


class NoteClaim(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    phone: NotePart = ""
    address: NotePart = ""
    relative: NotePart = ""


class VdxClaim(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    role: str
    organisation: Annotated[str, Meta(max_length=120)] = ""
    function: Annotated[str, Meta(max_length=120)] = ""
    film: bool = False
    """Of a film's player."""
    until_room_closes: bool | UnsetType = UNSET
    note: SealedNote | NoteClaim | None = None
    """Whom to send help to for the holder, who cannot read it. Tokens from before it was sealed have it in plain words;
    it is never written so any more."""
    knocks: bool = False
    participant: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    """Of a token made in a call."""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    aud: str
    sub: Annotated[str, Meta(max_length=120)]
    iat: float
    nbf: float
    exp: float
    jti: Annotated[str, Meta(min_length=16, max_length=64)]
    name: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    video: VideoClaim
    vdx: VdxClaim


class _Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that a header of ours may say; `crit`, `jwk`, `jku`, `x5u` and the like are refused by not being here."""

    alg: str
    kid: Annotated[str, Meta(min_length=43, max_length=43)]
    typ: Literal["JWT"] = "JWT"
    """Access tokens say `at+jwt`: the same key signs them."""


class SigningKey:
    """One key with the one algorithm it may be used with."""

    def __init__(self, key: OKPKey | ECKey, algorithm: str, *, can_sign: bool) -> None:
        self.key = key
        self.algorithm = algorithm
        self.can_sign = can_sign
        self.notes = NoteSealer(key) if can_sign else None
        """None: the public half reads no notes."""
        self.id = key.thumbprint()
        """The `kid`: RFC 7638 thumbprint, 43 characters."""
        self._header = {"typ": "JWT", "alg": algorithm, "kid": self.id}
        self._encoded_header = urlsafe_b64encode(msgspec.json.encode(self._header)).rstrip(b"=")
        native = key.private_key if can_sign else None
        self._ed25519 = native if isinstance(native, ed25519.Ed25519PrivateKey) else None

    def signed(self, payload: bytes) -> str:
        """A JWT in compact form (RFC 7515 §7.1). One is made at each join, and with Ed25519 the signature is a third of
        what the library takes for it."""
        if self._ed25519 is None:
            return jws.serialize_compact(self._header, payload, self.key, algorithms=[self.algorithm])
        signed = self._encoded_header + b"." + urlsafe_b64encode(payload).rstrip(b"=")
        return (signed + b"." + urlsafe_b64encode(self._ed25519.sign(signed)).rstrip(b"=")).decode()

    @classmethod
    def from_pem(cls, pem: bytes, *, origin: str) -> SigningKey:
        """Reads an Ed25519 or P-256 key, private or public. `origin` names it in errors. Raises: Misconfigured."""
        native: object
        try:
            if b"PRIVATE" in pem:
                native = serialization.load_pem_private_key(pem, password=None)
            else:
                native = serialization.load_pem_public_key(pem)
        except (ValueError, TypeError) as error:
            raise Misconfigured(f"{origin}: not a PEM key without a password", code="key_unusable") from error
        match native:
            case ed25519.Ed25519PrivateKey() | ed25519.Ed25519PublicKey():
                can_sign = isinstance(native, ed25519.Ed25519PrivateKey)
                return cls(OKPKey.import_key(native), "EdDSA", can_sign=can_sign)
            case ec.EllipticCurvePrivateKey() | ec.EllipticCurvePublicKey() if native.curve.name == "secp256r1":
                can_sign = isinstance(native, ec.EllipticCurvePrivateKey)
                return cls(ECKey.import_key(native), "ES256", can_sign=can_sign)
            case _:
                raise Misconfigured(f"{origin}: only Ed25519 and P-256 keys are used", code="key_unusable")

    @classmethod
    def from_file(cls, path: Path) -> SigningKey:
        """Raises: Misconfigured, also when the file cannot be read."""
        try:
            pem = path.read_bytes()
        except OSError as error:
            raise Misconfigured(f"{path}: {error.strerror}", code="key_unusable") from error
        return cls.from_pem(pem, origin=str(path))

    @classmethod
    def generate(cls) -> SigningKey:
        """A fresh Ed25519 key."""
        return cls(OKPKey.import_key(ed25519.Ed25519PrivateKey.generate()), "EdDSA", can_sign=True)

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The Ed25519 key of 32 known bytes: for development only."""
        return cls(OKPKey.import_key(ed25519.Ed25519PrivateKey.from_private_bytes(seed)), "EdDSA", can_sign=True)


class JwtTokens:
    """Implements `hub.ports.Tokens`. Safe to use from one thread."""

    def __init__(
        self,
        signing: SigningKey,
        verifying: Iterable[SigningKey],
        *,
        issuer: str,
        clock: Clock,
        closes_at_of: Callable[[str], float | None] = lambda room: None,
    ) -> None:
        """`verifying` are further keys whose tokens are still believed; the signing key always is. `closes_at_of` a
        room: as it is agreed now, Unix seconds; None: it has no closing time, or there is no such room."""
        if not signing.can_sign:
            raise Misconfigured("the signing key is only a public key", code="key_unusable")
        self._signing = signing
        self._keys = {key.id: key for key in (*verifying, signing)}
        self._issuer = issuer
        self._clock = clock
        self._closes_at_of = closes_at_of
        self._believed: OrderedDict[bytes, tuple[Claims, SigningKey]] = OrderedDict()
        """By the token's digest, the last used last: a room's guests often come by one link."""

    def issue(self, grant: Grant) -> str:
        """Signs a token that says exactly this grant."""
        now = self._clock.unix_s()
        token_id = secrets.token_urlsafe(16)
        notes = self._signing.notes
        sealed = notes.seal(grant.note, token_id) if notes is not None and grant.note is not None else None
        claims = Claims(
            iss=self._issuer,
            aud=AUDIENCE,
            sub=grant.identity,
            iat=int(now),
            nbf=int(now),
            exp=int(grant.expires_at),
            jti=token_id,
            name=grant.name,
            video=VideoClaim(
                room=grant.room,
                room_join=True,
                can_publish=bool(grant.can_publish),
                can_publish_sources=sorted(str(kind) for kind in grant.can_publish),
                can_subscribe=grant.can_subscribe,
            ),
            vdx=VdxClaim(
                role=str(grant.role),
                organisation=grant.organisation,
                function=grant.function,
                film=grant.is_film,
                until_room_closes=True if grant.lasts_with_room else UNSET,
                note=sealed,
                knocks=grant.knocks,
                participant=grant.participant or UNSET,
            ),
        )
        return self._signing.signed(msgspec.json.encode(claims))

    def verify(self, token: str, now_unix_s: float) -> Grant:
        """What the token allows. Raises: NotAllowed with `token_missing`, `token_invalid` or `token_expired`."""
        if not token:
            raise NotAllowed("no token", code="token_missing")
        claims, key = self._verified_claims(token)
        if claims.iss != self._issuer or claims.aud != AUDIENCE:
            raise _invalid("made for another service")
        if claims.nbf > now_unix_s + NOT_BEFORE_LEEWAY_S:
            raise _invalid("not valid yet")
        if claims.exp - claims.iat > MAX_LIFETIME_S:
            raise _invalid("its lifetime is too long")
        expires_at = self._expires_at(claims)
        if expires_at <= now_unix_s:
            raise NotAllowed("the token has expired; ask for a new link", code="token_expired")
        return _grant_of(claims, key, expires_at)

    def made_for(self, token: str) -> tuple[RoomId, str] | None:
        """Room and role of a token that is signed with one of our keys, be it over. It opens nothing: for records."""
        try:
            claims, _ = self._verified_claims(token)
        except NotAllowed:
            return None
        is_ours = claims.iss == self._issuer and claims.aud == AUDIENCE
        return (RoomId(claims.video.room), claims.vdx.role) if is_ours and claims.vdx.role in ROLES else None

    def _expires_at(self, claims: Claims) -> float:
        if claims.vdx.until_room_closes is not True:
            return claims.exp
        closes_at = self._closes_at_of(claims.video.room)
        return claims.exp if closes_at is None else max(claims.exp, min(closes_at, claims.iat + MAX_LIFETIME_S))

    def _verified_claims(self, token: str) -> tuple[Claims, SigningKey]:
        """That its signature is good stays so; what depends on the time is asked each time, by `verify`."""
        if len(token) > MAX_TOKEN_CHARS or token.count(".") != 2 or not token.isascii():
            raise _invalid("not a JWT")
        digest = hashlib.sha256(token.encode()).digest()
        known = self._believed.get(digest)
        if known is None:
            known = self._believed[digest] = self._read(token)
            if len(self._believed) > MAX_BELIEVED:
                self._believed.popitem(last=False)
        else:
            self._believed.move_to_end(digest)
        return known

    def _read(self, token: str) -> tuple[Claims, SigningKey]:
        """Raises: NotAllowed, unless one of our keys has signed it."""
        try:
            header = msgspec.json.decode(_unpadded(token.partition(".")[0]), type=_Header)
        except (msgspec.MsgspecError, ValueError, binascii.Error) as error:
            raise _invalid("its header is not one of ours") from error
        key = self._keys.get(header.kid)
        if key is None:
            raise _invalid("signed with an unknown key")
        if header.alg != key.algorithm:
            raise _invalid("its algorithm is not its key's")
        try:
            return msgspec.json.decode(verified_payload(token, key.key, key.algorithm), type=Claims), key
        except (JoseError, msgspec.MsgspecError, ValueError) as error:
            raise _invalid("its signature or its claims are wrong") from error


def verified_payload(token: str, key: OKPKey | ECKey | RSAKey, algorithm: str) -> bytes:
    """Raises: JoseError, ValueError when this key did not sign the token with this algorithm."""
    payload = jws.deserialize_compact(token, key, algorithms=[algorithm]).payload
    assert payload is not None
    return payload


def _grant_of(claims: Claims, key: SigningKey, expires_at: float) -> Grant:
    video = claims.video
    if not video.room_join:
        raise NotAllowed("the token does not allow joining", code="not_permitted")
    if claims.vdx.role not in ROLES:
        raise _invalid("its role is unknown")
    granted = frozenset(_KINDS[name] for name in video.can_publish_sources if name in _KINDS)
    return Grant(
        room=video.room,
        identity=claims.sub,
        role=claims.vdx.role,
        name=claims.name,
        organisation=claims.vdx.organisation,
        function=claims.vdx.function,
        can_publish=granted if video.can_publish else frozenset(),
        can_subscribe=video.can_subscribe,
        expires_at=expires_at,
        is_film=claims.vdx.film,
        lasts_with_room=claims.vdx.until_room_closes is True,
        note=_note_of(claims, key),
        knocks=claims.vdx.knocks,
        participant=claims.vdx.participant or "",
    )


def _note_of(claims: Claims, key: SigningKey) -> EmergencyNote | None:
    """One that cannot be read keeps nobody out."""
    note = claims.vdx.note
    if isinstance(note, str):
        return None if key.notes is None else key.notes.open(note, claims.jti)
    return None if note is None else EmergencyNote(**msgspec.structs.asdict(note))


def _unpadded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _invalid(why: str) -> NotAllowed:
    return NotAllowed(f"the token is not valid: {why}", code="token_invalid")
