"""Clients of the built-in issuer: systems that call the booking APIs with a name and a secret, or a certificate."""

from __future__ import annotations

import re

import msgspec

from vdxmedia.booking.callers import PROVISIONS, CallerRole
from vdxmedia.errors import BadField

MAX_SECRETS = 2
"""A new one, and the one before it while its holder changes over."""
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
MAX_SUBJECT_CHARS = 500
MAX_EMAIL_CHARS = 254


class ClientSecret(msgspec.Struct, frozen=True, kw_only=True):
    hash: str
    """SHA-256 in hex. A slow hash would add nothing: nobody guesses 256 random bits, however fast."""
    created_at: int
    expires_at: int | None = None
    """None: it does not; set for the older one at a rotation."""


class Client(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """Its `client_id`."""
    roles: tuple[CallerRole, ...]
    organisation: str = ""
    email: str = ""
    """Whom it books as where a role asks for a person."""
    secrets: tuple[ClientSecret, ...] = ()
    """Newest first."""
    certificate: str = ""
    """SHA-256 of its certificate in hex; empty: any certificate or none."""
    certificate_subject: str = ""
    """The subject of its certificate as the proxy in front writes it, instead of one certificate."""
    is_disabled: bool = False
    created_at: int = 0

    def is_bound(self) -> bool:
        """It must show a certificate."""
        return bool(self.certificate or self.certificate_subject)

    def is_held_by(self, fingerprint: str, subject: str) -> bool:
        """Whether this certificate is the one that the client is bound to; of a client that is bound to none, any."""
        if self.certificate:
            return fingerprint == self.certificate
        return not self.certificate_subject or subject == self.certificate_subject

    def validate(self) -> None:
        """Raises: BadField."""
        if not _NAME.fullmatch(self.name):
            raise BadField("1 to 64 of a-z, 0-9, and . _ - between them", field="$.name")
        if not self.roles:
            raise BadField("at least one role", field="$.roles")
        if not self.organisation and PROVISIONS.isdisjoint(self.roles):
            raise BadField("needed for this role", field="$.organisation")
        if len(self.email) > MAX_EMAIL_CHARS or not self.email.isprintable():
            raise BadField(f"at most {MAX_EMAIL_CHARS} visible characters", field="$.email")
        if self.certificate and not _FINGERPRINT.fullmatch(self.certificate):
            raise BadField("SHA-256 as 64 hexadecimal digits", field="$.certificate")
        if len(self.certificate_subject) > MAX_SUBJECT_CHARS or not self.certificate_subject.isprintable():
            raise BadField(f"at most {MAX_SUBJECT_CHARS} visible characters", field="$.certificateSubject")
        if len(self.secrets) > MAX_SECRETS:
            raise BadField(f"at most {MAX_SECRETS}", field="$.secrets")

    def rotated(self, new_hash: str, now: int, overlap_s: int) -> Client:
        """With a new secret; the newest until now works for `overlap_s` more, older ones no longer."""
        kept = tuple(
            msgspec.structs.replace(one, expires_at=min(now + overlap_s, one.expires_at or now + overlap_s))
            for one in self.secrets[:1]
            if overlap_s > 0 and (one.expires_at is None or one.expires_at > now)
        )
        return msgspec.structs.replace(self, secrets=(ClientSecret(hash=new_hash, created_at=now), *kept))

    def working_hashes(self, now: float) -> tuple[str, ...]:
        return tuple(one.hash for one in self.secrets if one.expires_at is None or one.expires_at > now)


class StaffLink(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation of an administrator by a link; only the hash of its token is known."""

    token_hash: str
    """SHA-256 in hex."""
    email: str
    organisation: str
    created_at: int
    expires_at: int


class StaffAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An administrator who signs in at the staff page with a password."""

    person: str
    """A keyed digest of the e-mail in lower case."""
    email: str
    organisation: str
    password_hash: str
    """As `passwords.hashed`."""
    changed_at: int
