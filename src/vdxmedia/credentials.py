"""Keys, certificates and where they come from: files in production, well-known in development, fresh on a LAN.

Nothing here ever prints or logs a secret; the CLI shows the API key that a person needs.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import secrets
import ssl
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

from vdxmedia.api.auth import DEVELOPMENT_KEY, read_keys
from vdxmedia.api.tokens import SigningKey
from vdxmedia.config import Settings
from vdxmedia.errors import Misconfigured
from vdxmedia.sealing import Sealer
from vdxmedia.sealing import read_keys as read_sealing_keys

_DEVELOPMENT_SEED = b"vdxmedia development, not secret"
"""32 bytes that everyone can read here: tokens signed with them are worth nothing beyond loopback."""
LAN_CERTIFICATE = "lan-certificate.pem"
MIN_TURN_SECRET_BYTES = 32
CERTIFICATE_DAYS = 30
"""A `--lan` certificate is made at each start; it only must outlast a day of trying."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a running server needs to know and must not tell."""

    signing: SigningKey = field(repr=False)
    verifying: tuple[SigningKey, ...] = field(repr=False)
    api_keys: dict[str, str] = field(repr=False)
    """Name to secret."""
    tls: ssl.SSLContext | None = field(repr=False)
    turn_secret: bytes = field(default=b"", repr=False)
    store_password: str = field(default="", repr=False)
    sealer: Sealer = field(default_factory=lambda: Sealer([_DEVELOPMENT_SEED]), repr=False)
    """Of what the store keeps sealed."""
    sms_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Of gateways, by their table in the configuration."""
    staff_secret: str = field(default="", repr=False)
    """Of this server as a client of the staff's login; empty: it has none."""
    certificate_file: str = ""
    """Of `tls`, for those of this machine who come by another name."""


def for_development() -> Credentials:
    """The well-known keys. The caller has made sure that only this machine can reach the server."""
    return Credentials(SigningKey.from_seed(_DEVELOPMENT_SEED), (), {"development": DEVELOPMENT_KEY}, None)


def for_lan(address: str, directory: Path) -> Credentials:
    """Fresh keys and a self-signed certificate for one address; its files go into `directory` and stay private."""
    certificate, key = self_signed(address)
    certificate_file, key_file = directory / LAN_CERTIFICATE, directory / "lan-key.pem"
    write_private(certificate_file, certificate)
    write_private(key_file, key)
    return Credentials(
        SigningKey.generate(),
        (),
        {"lan": new_api_key()},
        tls_context(certificate_file, key_file),
        certificate_file=str(certificate_file),
    )


def from_files(settings: Settings) -> Credentials:
    """Reads what the configuration names. Blocking. Raises: Misconfigured for what is missing or weak."""
    signing = SigningKey.from_file(Path(settings.tokens.signing_key_file))
    if not signing.can_sign:
        raise Misconfigured("tokens.signing_key_file: is a public key; the private one is needed")
    verifying = tuple(SigningKey.from_file(Path(name)) for name in settings.tokens.verification_key_files)
    development = SigningKey.from_seed(_DEVELOPMENT_SEED).id
    if development in {signing.id, *(key.id for key in verifying)}:
        raise Misconfigured("tokens: the development key is known to everyone; make one with `vdxmedia keys new`")
    tls = None
    if settings.http.certificate_file:
        tls = tls_context(Path(settings.http.certificate_file), Path(settings.http.certificate_key_file))
    known = Credentials(
        signing,
        verifying,
        read_keys(Path(settings.api.keys_file)),
        tls,
        certificate_file=settings.http.certificate_file,
    )
    return with_secrets(known, settings)


def with_secrets(credentials: Credentials, settings: Settings) -> Credentials:
    """The same with the secrets of other servers that the settings name. Blocking. Raises: Misconfigured."""
    if settings.turn.secret_file:
        credentials = replace(credentials, turn_secret=read_turn_secret(Path(settings.turn.secret_file)))
    gateways = {"sms_gateway": settings.sms_gateway, "sms_second_gateway": settings.sms_second_gateway}
    credentials = replace(
        credentials,
        sms_secrets={
            name: read_line(Path(gateway.secret_file), f"{name}.secret_file")
            for name, gateway in gateways.items()
            if gateway.secret_file
        },
    )
    if settings.staff.client_secret_file:
        secret = read_line(Path(settings.staff.client_secret_file), "staff.client_secret_file")
        credentials = replace(credentials, staff_secret=secret)
    password, sealer = of_store(settings)
    return replace(credentials, store_password=password, sealer=sealer)


def of_store(settings: Settings) -> tuple[str, Sealer]:
    """The store's password, and the sealer of what is in it. Blocking. Raises: Misconfigured."""
    store = settings.store
    password = read_store_password(Path(store.password_file)) if store.password_file else ""
    if not store.sealing_key_file:
        return password, Sealer([_DEVELOPMENT_SEED])
    sealing = read_sealing_keys(Path(store.sealing_key_file))
    if _DEVELOPMENT_SEED in sealing:
        raise Misconfigured("store.sealing_key_file: the development key is known to everyone")
    return password, Sealer(sealing)


def warnings(settings: Settings) -> Iterator[str]:
    """One text per secret file that everybody on this machine can read. No refusal: containers mount secrets so.

    Blocking.
    """
    http, tokens = settings.http, settings.tokens
    for name in (
        tokens.signing_key_file,
        settings.api.keys_file,
        http.certificate_key_file,
        settings.turn.secret_file,
        settings.store.password_file,
        settings.store.sealing_key_file,
        settings.sms_gateway.secret_file,
        settings.sms_second_gateway.secret_file,
        settings.staff.client_secret_file,
    ):
        if name and Path(name).stat().st_mode & stat.S_IROTH:
            yield f"{name} is a secret that every user of this machine can read: `chmod o= {name}`"


def read_turn_secret(path: Path) -> bytes:
    """The file's one line. Raises: Misconfigured when it cannot be read, or is too short to be a secret."""
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Misconfigured(f"turn.secret_file {path}: {error.strerror}") from error
    if len(secret) < MIN_TURN_SECRET_BYTES or len(secret.split()) != 1:
        raise Misconfigured(f"turn.secret_file {path}: must be one line of at least {MIN_TURN_SECRET_BYTES} characters")
    return secret


def read_store_password(path: Path) -> str:
    """The file's one line. Raises: Misconfigured."""
    return read_line(path, "store.password_file")


def read_line(path: Path, key: str) -> str:
    """A secret alone in its file. `key` names it in errors. Raises: Misconfigured."""
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{key} {path}: {getattr(error, 'strerror', 'is no text')}") from error
    if not secret or "\n" in secret:
        raise Misconfigured(f"{key} {path}: must be one line")
    return secret


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server context, TLS 1.2 and newer. Raises: Misconfigured."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(f"http.certificate_file {certificate}: {error.strerror or error}") from error
    return context


# ── making them ───────────────────────────────────────────────────────────────────────────────────────────────────


def new_api_key() -> str:
    """256 random bits, base64url."""
    return secrets.token_urlsafe(32)


def new_signing_key() -> bytes:
    """A fresh Ed25519 private key as PEM."""
    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def self_signed(address: str) -> tuple[bytes, bytes]:
    """A certificate for one IP address and `localhost`, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"vdxmedia {address}")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=CERTIFICATE_DAYS))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address)), x509.DNSName("localhost")]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), pem_key


def write_private(path: Path, content: bytes, *, exist_ok: bool = True) -> None:
    """Creates the file readable by its owner only, from the first byte. Raises: FileExistsError, OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if exist_ok else os.O_EXCL)
    descriptor = os.open(path, flags, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
