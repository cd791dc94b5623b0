"""Which certificate a client showed to the proxy in front (mutual TLS), as that proxy's headers say.

Headers of anybody else are not looked at. The proxy must have verified the certificate, and must set both headers
itself in every request; RFC 9440 names another header for the same, which few proxies know.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64encode
from urllib.parse import unquote_to_bytes

import msgspec
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from vdxmedia.api.access_tokens import invalid
from vdxmedia.api.proxies import Neighbours
from vdxmedia.booking.clients import Client

MAX_HEADER_CHARS = 8192
MAX_SUBJECT_CHARS = 500
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class ClientCertificate(msgspec.Struct, frozen=True, kw_only=True):
    fingerprint: str = ""
    """SHA-256 of the certificate, 64 hexadecimal digits in lower case."""
    subject: str = ""
    """As the proxy writes it."""

    @property
    def thumbprint(self) -> str:
        """As tokens name it (`x5t#S256`, RFC 8705 §3.1)."""
        return urlsafe_b64encode(bytes.fromhex(self.fingerprint)).decode().rstrip("=") if self.fingerprint else ""


class ClientCertificates:
    def __init__(self, believed: Neighbours, *, fingerprint_header: str, subject_header: str) -> None:
        self._believed = believed
        self._fingerprint_header = fingerprint_header
        self._subject_header = subject_header

    def of(self, request: web.BaseRequest) -> ClientCertificate | None:
        """None: there is none, or the neighbour is not believed. Raises: NotAllowed `token_invalid` for headers that
        are there twice (one of them is a stranger's) or not as they should be."""
        if not self._believed.has(request):
            return None
        shown = single_header(request, self._fingerprint_header)
        subject = single_header(request, self._subject_header)
        if len(subject) > MAX_SUBJECT_CHARS:
            raise invalid(f"{self._subject_header} is too long")
        if not shown and not subject:
            return None
        return ClientCertificate(fingerprint=_fingerprint(shown) if shown else "", subject=subject)


def is_shown_by(client: Client, certificate: ClientCertificate | None) -> bool:
    """Whether a client that is bound to a certificate came with it; one that is not bound may come without."""
    shown = certificate or ClientCertificate()
    return client.is_held_by(shown.fingerprint, shown.subject)


def single_header(request: web.BaseRequest, name: str) -> str:
    """Empty: not there. Raises: NotAllowed `token_invalid` when it is there twice."""
    values = request.headers.getall(name, [])
    if len(values) > 1:
        raise invalid(f"{name} is there twice")
    return values[0].strip() if values else ""


def _fingerprint(shown: str) -> str:
    """Of hex with or without colons, or of a PEM certificate, URL-encoded as nginx's `$ssl_client_escaped_cert`."""
    plain = shown.replace(":", "").lower()
    if _FINGERPRINT.fullmatch(plain):
        return plain
    try:
        if len(shown) > MAX_HEADER_CHARS:
            raise ValueError("too long")
        return x509.load_pem_x509_certificate(unquote_to_bytes(shown)).fingerprint(hashes.SHA256()).hex()
    except (ValueError, binascii.Error) as error:
        raise invalid("the proxy's header holds neither a SHA-256 fingerprint nor a certificate") from error
