"""The emergency note inside a join token: sealed, so that who bears the token, or finds it, cannot read it.

A token is signed, not encrypted: its claims are read by anybody. The note (a phone, an address, a relative) is for the
hosts of the conference only, so it is sealed with AES-256-GCM under a key that HKDF-SHA256 (RFC 5869) derives from the
signing key. No further secret has to be kept, and every server that shares the signing key can read it. The token's
`jti` is authenticated: a note cannot be moved to another token. Left out: hiding that there is a note, or its length.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.jwk import ECKey, OKPKey

from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.errors import Refused
from vdxmedia.sealing import KEY_BYTES, Sealer

_INFO = b"vdxmedia token note 1"
"""What the derived key is for; no other key may be derived with it."""


class NoteSealer:
    """Of one signing key. Safe to use from several threads."""

    def __init__(self, key: OKPKey | ECKey) -> None:
        """`key` is a private one."""
        secret = str(key.as_dict(private=True)["d"])
        raw = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        self._sealer = Sealer([HKDF(SHA256(), KEY_BYTES, salt=None, info=_INFO).derive(raw)])

    def seal(self, note: EmergencyNote, token_id: str) -> str:
        return self._sealer.seal(msgspec.json.encode(note).decode(), token_id)

    def open(self, sealed: str, token_id: str) -> EmergencyNote | None:
        """None: it was not sealed by this key for this token."""
        try:
            return msgspec.json.decode(self._sealer.open(sealed, token_id), type=EmergencyNote)
        except (Refused, msgspec.MsgspecError):
            return None
