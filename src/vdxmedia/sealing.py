"""Secrets at rest that must be shown or sent again (PINs, tokens, telephone numbers): sealed with AES-256-GCM.

What need not be read again is hashed instead, elsewhere. A sealed text names its key, so keys can be rotated: the first
key seals, all of them open. The context is authenticated: a sealed PIN of one room cannot be moved to another.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vdxmedia.errors import Misconfigured, Refused

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_CHARS = 8
MAX_KEYS = 16
_FORMAT = "1"


class Sealer:
    """Safe to use from several threads."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Raises: Misconfigured when there is no key or one is not 32 bytes."""
        if not 1 <= len(keys) <= MAX_KEYS or any(len(key) != KEY_BYTES for key in keys):
            raise Misconfigured(f"1 to {MAX_KEYS} keys of {KEY_BYTES} bytes are needed", code="key_unusable")
        self._ciphers = {_id_of(key): AESGCM(key) for key in reversed(keys)}
        self._newest = _id_of(keys[0])
        self._digest_key = hmac.digest(keys[-1], b"vdxmedia lookup digest", hashlib.sha256)

    def seal(self, text: str, context: str) -> str:
        """Text of about 4/3 of the length and 50 characters; differs each time. `context` says what and whose it is."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._ciphers[self._newest].encrypt(nonce, text.encode(), context.encode())
        return f"{_FORMAT}.{self._newest}.{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, sealed: str, context: str) -> str:
        """Raises: Refused `sealed_unreadable` when it was sealed by an unknown key, elsewhere, or was changed."""
        version, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        try:
            if version != _FORMAT or cipher is None:
                raise ValueError(version)
            raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
        except (ValueError, InvalidTag) as error:
            raise Refused(
                "a stored secret cannot be read with the keys of this server", code="sealed_unreadable"
            ) from error

    def digest(self, text: str, context: str) -> str:
        """The same for the same text: to find what is sealed (a telephone number) without reading it. 43 characters.

        Keyed with the oldest key: rotate by adding keys in front, and keep the oldest.
        """
        raw = hmac.digest(self._digest_key, f"{context}\0{text}".encode(), hashlib.sha256)
        return urlsafe_b64encode(raw).decode().rstrip("=")


def read_keys(path: Path) -> list[bytes]:
    """One key per line, base64url of 32 bytes, the newest first; `#` comments. Blocking. Raises: Misconfigured."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        texts = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
        keys = [urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in texts]
    except OSError as error:
        raise Misconfigured(f"store.sealing_key_file {path}: {error.strerror}", code="key_unusable") from error
    except ValueError as error:
        raise Misconfigured(
            f"store.sealing_key_file {path}: each line must be a base64url key of {KEY_BYTES} bytes; make one with "
            "`vdxmedia keys new`",
            code="key_unusable",
        ) from error
    Sealer(keys)
    return keys


def new_key() -> str:
    """A line for the file."""
    return urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def _id_of(key: bytes) -> str:
    return hashlib.sha256(b"vdxmedia sealing key id" + key).hexdigest()[:KEY_ID_CHARS]
