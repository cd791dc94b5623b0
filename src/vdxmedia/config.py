"""Settings: flags over environment (`VDX_…`) over a TOML file over defaults; strict everywhere.

One frozen struct is the schema of all three sources. The environment's name of `[http] public_url` is
`VDX_HTTP_PUBLIC_URL`. Secrets are never values here, only names of files that hold them (`*_file`), so a printed
configuration and a crash dump of it are harmless. An unknown key is an error which names the nearest valid one.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from vdxmedia.booking.choices import Provisioning
from vdxmedia.booking.portal_links import is_portal
from vdxmedia.conference.settings import MAX_PARTICIPANTS
from vdxmedia.errors import Misconfigured

ENVIRONMENT_PREFIX = "VDX_"

_PUBLIC_URL = re.compile(r"[!-?\[-~]+")
"""Visible ASCII without `@` and capitals: it is compared with what browsers say, who write names so."""
_ANCESTOR = re.compile(r"[!-+\--:<-~]+")
"""Visible ASCII without `,` and `;`, which would begin another directive or policy (CSP 3 §2.2.1)."""
_TURN_URL = re.compile(r"turns?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?")
"""RFC 7065 §3.1."""
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")
MAX_WORKERS = 32
"""Of one relay."""
Seconds = Annotated[float, Meta(gt=0, le=31 * 24 * 3600)]
Port = Annotated[int, Meta(ge=0, le=65535)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the tables."""


class Http(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pages, REST and signalling are served."""

    binds: list[str] = msgspec.field(default_factory=lambda: ["0.0.0.0:7880", "[::]:7880"])
    """`address:port`, IPv6 in brackets; port 0 takes a free one."""
    public_url: str = ""
    """What is in people's links, as `https://moede.example.dk`. Needed for `serve`."""
    certificate_file: str = ""
    """PEM chain. With `certificate_key_file` the server speaks TLS itself; without, it must be behind a proxy."""
    certificate_key_file: str = ""
    trusted_proxies: list[str] = []
    """Networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, as `10.1.0.0/16`."""
    frame_ancestors: list[str] = msgspec.field(default_factory=lambda: ["'self'"])
    """Who may show the pages in a frame (CSP `frame-ancestors`)."""
    max_body_bytes: Annotated[int, Meta(ge=1024, le=16 * 1024 * 1024)] = 64 * 1024
    """Largest request body of the REST API."""


class Media(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay's sockets."""

    binds: list[str] = msgspec.field(default_factory=lambda: ["0.0.0.0:7882", "[::]:7882"])
    tcp: bool = True
    """Take media by TCP too, on the same addresses and numbers (RFC 6544): for networks that stop UDP."""
    workers: Annotated[int, Meta(ge=0, le=MAX_WORKERS)] = 0
    """Threads that forward; worker i has every port number plus i. 0: one for each core but one, at least one."""
    announced: list[str] = []
    """Addresses put into answers instead of the bound ones, for 1:1 NAT; one per family at most."""
    socket_buffer_bytes: Annotated[int, Meta(ge=65_536, le=256 * 1024 * 1024)] = 4 * 1024 * 1024
    """Asked for each socket; the kernel caps it at `net.core.rmem_max` and `wmem_max`."""
    local_only: bool = False
    """Drop what comes from another machine: loopback for media, on the machine's own addresses too."""


class Turn(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TURN server (coturn) for clients whose network lets no UDP through; see docs/turn.md."""

    urls: list[str] = []
    """As `turn:turn.example.dk:3478?transport=udp` and `turns:turn.example.dk:443?transport=tcp`; empty: none."""
    secret_file: str = ""
    """The secret shared with the TURN server (`static-auth-secret`), one line. Made by `vdxmedia keys new`."""
    lifetime_s: Annotated[float, Meta(ge=600, le=7 * 24 * 3600)] = 8 * 3600.0
    """How long credentials work; a client that comes back gets new ones."""


class Store(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where rooms, live conferences and attendance are kept: they outlast a restart."""

    url: str = "sqlite:////var/lib/vdxmedia/vdxmedia.db"
    """A file of this server alone, as here, or `postgresql://user@host/database`; one database per server."""
    password_file: str = ""
    """The PostgreSQL user's password, one line; a password is never in the url."""
    sealing_key_file: str = ""
    """Keys that PINs, tokens and telephone numbers are sealed with in the store, one per line, the newest first."""
    attendance_kept_days: Annotated[float, Meta(gt=0, le=10 * 366)] = 30.0
    """From the moment when a person was last seen in a room that records attendance."""
    closed_rooms_kept_days: Annotated[float, Meta(gt=0, le=10 * 366)] = 30.0
    """From a room's closing time; then its settings and its subject are deleted."""


class Booking(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Meetings that systems and people book."""

    provisioning: Provisioning = Provisioning.BUILT_IN
    """`builtIn`: this server makes the rooms of meetings. `external`: a provisioner does, and reports it."""
    uri_domain: str = ""
    """Behind the at sign of rooms' addresses where a template names none; empty: the host name of `http.public_url`."""
    portal_link: str = ""
    """A template of links for people, with placeholders as `__uri-with-domain__`; empty: this server's own page."""
    short_link_base: str = ""
    """What short links begin with, as `https://m.example.dk/`; empty: `http.public_url` and `/m/`."""


class Tokens(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How join tokens are signed."""

    signing_key_file: str = ""
    """PEM, Ed25519 or P-256, private. Make one with `vdxmedia keys new`."""
    verification_key_files: list[str] = []
    """Further PEM keys, public or private, whose tokens are still believed: yesterday's signing key."""
    link_lifetime_s: Seconds = 24 * 3600.0
    """How long a link works when the room has no closing time."""
    session_lifetime_s: Annotated[float, Meta(ge=60, le=24 * 3600)] = 600.0
    """How long the token of a running session works; it is renewed while the session lasts, and must outlast a lost
    connection."""


class Api(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    keys_file: str = ""
    """Bearer tokens of the REST API: one `name: secret` per line, secret of at least 32 characters."""
    requests_per_second: Annotated[float, Meta(gt=0, le=10_000)] = 20.0
    """Per API key, with bursts of five seconds' worth."""
    failures_per_minute: Annotated[float, Meta(gt=0, le=10_000)] = 30.0
    """Requests without a valid key, per client address."""


class Metrics(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    networks: list[str] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])
    """Who may read `/metrics`."""


class Limits(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rooms: Annotated[int, Meta(ge=1, le=1_000_000)] = 2_000
    participants_per_room: Annotated[int, Meta(ge=2, le=MAX_PARTICIPANTS)] = MAX_PARTICIPANTS
    """The highest `maximum` that a room may ask for."""
    joins_per_second: Annotated[float, Meta(gt=0, le=10_000)] = 50.0


class Film(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exercise films that hosts play into their rooms."""

    library: str = ""
    """A directory with one directory per organisation, named as in the rooms' `organisation`, with films in it; empty:
    no films."""
    maximum: Annotated[int, Meta(ge=0, le=64)] = 2
    """Films that play at once on this server; each takes up to one core."""
    max_file_bytes: Annotated[int, Meta(ge=1_000_000, le=1024**4)] = 4 * 1024**3


class Log(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


class Stop(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    deadline_s: Annotated[float, Meta(ge=0, le=24 * 3600)] = 30.0
    """From SIGTERM to the moment when calls still going on are ended."""


class Settings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    http: Http = Http()
    media: Media = Media()
    turn: Turn = Turn()
    store: Store = Store()
    booking: Booking = Booking()
    tokens: Tokens = Tokens()
    api: Api = Api()
    metrics: Metrics = Metrics()
    limits: Limits = Limits()
    film: Film = Film()
    log: Log = Log()
    stop: Stop = Stop()


T = TypeVar("T")


def load(
    path: Path | None, environment: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Settings:
    """Reads and merges all sources, checks every value. `flags` are `section.key` to text.

    Raises: Misconfigured, naming the source, the key and what to do.
    """
    merged: dict[str, dict[str, object]] = {}
    if path is not None:
        _merge(merged, _read_toml(path), origin=str(path))
    for name, text in sorted((environment or {}).items()):
        if name.startswith(ENVIRONMENT_PREFIX):
            key = _key_of_variable(name)
            _merge(merged, _nested(key, _value_of(key, text)), origin=f"environment variable {name}")
    for key, text in (flags or {}).items():
        _merge(merged, _nested(key, _value_of(key, text)), origin=f"flag for {key}")
    try:
        settings = msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"configuration: {_readable(str(error))}") from error
    check(settings)
    return settings


def known_keys() -> dict[str, Any]:
    """Every `section.key` with its default, in order."""
    return {f"{section}.{name}": value for section, name, value in _walk(Settings())}


def variable_of(key: str) -> str:
    """The environment's name of `section.key`."""
    return ENVIRONMENT_PREFIX + key.replace(".", "_").upper()


def as_toml(settings: Settings) -> str:
    """The settings as a TOML file that says the same; JSON's strings, numbers and lists are TOML's too."""
    lines: list[str] = []
    for section in settings.__struct_fields__:
        lines += [f"[{section}]"]
        lines += [f"{name} = {_toml(value)}" for of, name, value in _walk(settings) if of == section]
        lines += [""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def check(settings: Settings) -> None:
    """What types cannot say. Raises: Misconfigured."""
    for key, binds in (("http.binds", settings.http.binds), ("media.binds", settings.media.binds)):
        if not binds:
            raise Misconfigured(f"{key}: at least one address:port is needed")
        for bind in binds:
            parse_bind(bind, key=key)
    for key, networks in (
        ("http.trusted_proxies", settings.http.trusted_proxies),
        ("metrics.networks", settings.metrics.networks),
    ):
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise Misconfigured(f"{key}: {network!r} is not a network, as 10.1.0.0/16") from error
    for ancestor in settings.http.frame_ancestors:
        if not _ANCESTOR.fullmatch(ancestor):
            raise Misconfigured(
                f"http.frame_ancestors: {ancestor!r} is not a source of CSP, as https://portal.example.dk"
            )
    families = set()
    for address in settings.media.announced:
        try:
            family = ipaddress.ip_address(address).version
        except ValueError as error:
            raise Misconfigured(f"media.announced: {address!r} is not an IP address") from error
        if family in families:
            raise Misconfigured(f"media.announced: two IPv{family} addresses; one per family at most")
        families.add(family)
    for url in settings.turn.urls:
        if not _TURN_URL.fullmatch(url):
            raise Misconfigured(f"turn.urls: {url!r} is not as turns:turn.example.dk:443?transport=tcp")
    if bool(settings.turn.urls) != bool(settings.turn.secret_file):
        raise Misconfigured("turn.urls and turn.secret_file must both be set, or neither")
    _check_store(settings.store)
    _check_booking(settings.booking)
    if bool(settings.http.certificate_file) != bool(settings.http.certificate_key_file):
        raise Misconfigured("http.certificate_file and http.certificate_key_file must both be set, or neither")
    if settings.http.public_url:
        try:
            parts = urlsplit(settings.http.public_url)
            is_whole = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # of the port, or of an IPv6 address
            is_whole = False
        if not is_whole or not _PUBLIC_URL.fullmatch(settings.http.public_url) or parts.query or parts.fragment:
            raise Misconfigured("http.public_url: must be as https://moede.example.dk")
        if parts.path not in ("", "/"):
            raise Misconfigured("http.public_url: must not have a path; give the service a host name of its own")


def _check_store(store: Store) -> None:
    try:
        parts = urlsplit(store.url)
        has_password = parts.password is not None
        is_file = parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1 and not parts.query
        is_database = parts.scheme == "postgresql" and len(parts.path) > 1
    except ValueError:
        is_file = is_database = has_password = False
    if has_password:
        raise Misconfigured("store.url: leave the password out, and name its file in store.password_file")
    if not is_file and not is_database:
        raise Misconfigured(
            "store.url: is not as sqlite:////var/lib/vdxmedia/vdxmedia.db (four slashes before a whole path) or "
            "postgresql://user@host/database"
        )
    if store.password_file and not is_database:
        raise Misconfigured("store.password_file: is for PostgreSQL; a file has no password")


def _check_booking(booking: Booking) -> None:
    for key, template in (("portal_link", booking.portal_link), ("short_link_base", booking.short_link_base)):
        if template and not is_portal(template):
            raise Misconfigured(f"booking.{key}: {template!r} is not as https://portal.example.dk/")
    if booking.uri_domain and not _DOMAIN.fullmatch(booking.uri_domain):
        raise Misconfigured(f"booking.uri_domain: {booking.uri_domain!r} is not a host name, as rooms.example.dk")


def check_production(settings: Settings) -> None:
    """What `serve` asks beyond `check`. Raises: Misconfigured."""
    http = settings.http
    if not http.public_url:
        raise Misconfigured("http.public_url: is needed; it is what people's links begin with")
    if urlsplit(http.public_url).scheme != "https" and not is_loopback(settings):
        raise Misconfigured("http.public_url: must be https; browsers give no camera to a page without TLS")
    if not http.certificate_file and not http.trusted_proxies and not is_loopback(settings):
        raise Misconfigured("TLS: set http.certificate_file and its key, or name the proxy in http.trusted_proxies")
    if not settings.tokens.signing_key_file:
        raise Misconfigured("tokens.signing_key_file: is needed; make a key with `vdxmedia keys new`")
    if not settings.api.keys_file:
        raise Misconfigured("api.keys_file: is needed; make a key with `vdxmedia keys new`")


def is_loopback(settings: Settings) -> bool:
    """Whether nothing of the server can be reached from another machine."""
    addresses = [parse_bind(bind, key="http.binds")[0] for bind in settings.http.binds]
    if not settings.media.local_only:
        addresses += [parse_bind(bind, key="media.binds")[0] for bind in settings.media.binds]
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)


def parse_bind(bind: str, *, key: str) -> tuple[str, int]:
    """`address:port` as (address, port); brackets off. Raises: Misconfigured."""
    host, separator, port = bind.rpartition(":")
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        number = int(port)
        if not separator or not 0 <= number <= 65535 or (address.version == 6) != host.startswith("["):
            raise ValueError(bind)
    except ValueError as error:
        raise Misconfigured(f"{key}: {bind!r} is not address:port (IPv6 in brackets, as [::]:7880)") from error
    return str(address), number


# ── sources ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Misconfigured(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: not TOML: {error}") from error


def _merge(into: dict[str, dict[str, object]], tables: Mapping[str, Any], *, origin: str) -> None:
    sections = {section for section, _, _ in _walk(Settings())}
    for section, table in tables.items():
        if section not in sections:
            raise Misconfigured(f"{origin}: unknown table [{section}]{_nearest(section, sections)}")
        if not isinstance(table, Mapping):
            raise Misconfigured(f"{origin}: {section} must be a table, as [{section}]")
        valid = {name for of, name, _ in _walk(Settings()) if of == section}
        for name, value in table.items():
            if name not in valid:
                raise Misconfigured(f"{origin}: unknown key {section}.{name}{_nearest(name, valid, section)}")
            into.setdefault(section, {})[name] = value


def _key_of_variable(name: str) -> str:
    by_variable = {variable_of(key): key for key in known_keys()}
    if name not in by_variable:
        raise Misconfigured(f"unknown environment variable {name}{_nearest(name, by_variable)}")
    return by_variable[name]


def _value_of(key: str, text: str) -> object:
    """Text of a flag or variable; lists are separated by commas. Raises: Misconfigured for an unknown key."""
    known = known_keys()
    if key not in known:
        raise Misconfigured(f"unknown key {key}{_nearest(key, known)}")
    if isinstance(known[key], list):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _nested(key: str, value: object) -> dict[str, dict[str, object]]:
    section, _, name = key.partition(".")
    return {section: {name: value}}


def _walk(settings: Settings) -> Iterator[tuple[str, str, Any]]:
    for section in settings.__struct_fields__:
        table = getattr(settings, section)
        for name in table.__struct_fields__:
            yield section, name, getattr(table, name)


def _nearest(word: str, valid: Mapping[str, Any] | set[str], section: str = "") -> str:
    close = difflib.get_close_matches(word, sorted(valid), n=1, cutoff=0.4)
    if not close:
        return f"; valid are {', '.join(sorted(valid))}"
    return f"; did you mean {section + '.' if section else ''}{close[0]}?"


def _readable(text: str) -> str:
    """msgspec's `Expected …, got … - at `$.http.x`` with the key in front."""
    what, separator, where = text.partition(" - at `$.")
    return f"{where.rstrip('`')}: {what}" if separator else text
