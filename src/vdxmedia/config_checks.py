"""What a configuration must be beyond the types of its keys. Each fault is one line that names the key.

Left out: reading it (`config`), and the files that it names (`credentials`).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from vdxmedia.booking.portal_links import is_portal
from vdxmedia.config_sections import Booking, Oauth, Overload, Settings, Store
from vdxmedia.errors import Misconfigured

_PUBLIC_URL = re.compile(r"[!-?\[-~]+")
"""Visible ASCII without `@` and capitals: it is compared with what browsers say, who write names so."""
_ANCESTOR = re.compile(r"[!-+\--:<-~]+")
"""Visible ASCII without `,` and `;`, which would begin another directive or policy (CSP 3 §2.2.1)."""
_TURN_URL = re.compile(r"turns?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?")
"""RFC 7065 §3.1."""
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")
_URL = re.compile(r"[!-~]{1,500}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def check(settings: Settings) -> None:
    """What types cannot say. Raises: Misconfigured."""
    _check_networks(settings)
    _check_http(settings)
    _check_announced(settings.media.announced)
    _check_turn(settings)
    _check_store(settings.store)
    _check_booking(settings.booking)
    _check_oauth(settings.oauth, settings.http.public_url.rstrip("/"))
    _check_staff(settings)
    _check_sms(settings)
    _check_overload(settings.overload)
    if len(set(settings.pages.languages)) != len(settings.pages.languages):
        raise Misconfigured("pages.languages: the same language twice")


def _check_networks(settings: Settings) -> None:
    for key, binds in (("http.binds", settings.http.binds), ("media.binds", settings.media.binds)):
        if not binds:
            raise Misconfigured(f"{key}: at least one address:port is needed")
        for bind in binds:
            parse_bind(bind, key=key)
    for key, networks in (
        ("http.trusted_proxies", settings.http.trusted_proxies),
        ("metrics.networks", settings.metrics.networks),
        ("turn.relay_networks", settings.turn.relay_networks),
        ("sms.callback_networks", settings.sms.callback_networks),
        ("oauth.session_data_from", settings.oauth.session_data_from),
        ("oauth.certificates_from", settings.oauth.certificates_from),
    ):
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise Misconfigured(f"{key}: {network!r} is not a network, as 10.1.0.0/16") from error


def _check_http(settings: Settings) -> None:
    http = settings.http
    for ancestor in http.frame_ancestors:
        if not _ANCESTOR.fullmatch(ancestor):
            raise Misconfigured(
                f"http.frame_ancestors: {ancestor!r} is not a source of CSP, as https://portal.example.dk"
            )
    if bool(http.certificate_file) != bool(http.certificate_key_file):
        raise Misconfigured("http.certificate_file and http.certificate_key_file must both be set, or neither")
    if not http.public_url:
        return
    try:
        parts = urlsplit(http.public_url)
        is_whole = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of the port, or of an IPv6 address
        is_whole = False
    if not is_whole or not _PUBLIC_URL.fullmatch(http.public_url) or parts.query or parts.fragment:
        raise Misconfigured("http.public_url: must be as https://moede.example.dk")
    if parts.path not in ("", "/"):
        raise Misconfigured("http.public_url: must not have a path; give the service a host name of its own")


def _check_announced(announced: Sequence[str]) -> None:
    families = set()
    for address in announced:
        try:
            family = ipaddress.ip_address(address).version
        except ValueError as error:
            raise Misconfigured(f"media.announced: {address!r} is not an IP address") from error
        if family in families:
            raise Misconfigured(f"media.announced: two IPv{family} addresses; one per family at most")
        families.add(family)


def _check_turn(settings: Settings) -> None:
    for url in settings.turn.urls:
        if not _TURN_URL.fullmatch(url):
            raise Misconfigured(f"turn.urls: {url!r} is not as turns:turn.example.dk:443?transport=tcp")
    if bool(settings.turn.urls) != bool(settings.turn.secret_file):
        raise Misconfigured("turn.urls and turn.secret_file must both be set, or neither")


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


def _check_oauth(oauth: Oauth, public_url: str) -> None:
    for name in (oauth.fingerprint_header, oauth.subject_header):
        if not _HEADER_NAME.fullmatch(name):
            raise Misconfigured(f"oauth: {name!r} is not the name of a header")
    issuers = [one.issuer for one in oauth.issuers]
    if len(set(issuers)) != len(issuers):
        raise Misconfigured("oauth.issuers: the same issuer twice")
    if oauth.built_in and public_url and public_url in issuers:
        raise Misconfigured(f"oauth.issuers: {public_url} is this server, which is an issuer by oauth.built_in")
    for one in oauth.issuers:
        if not one.audience:
            raise Misconfigured(f"oauth.issuers: {one.issuer}: audience is needed; without, any token of it would do")
        for url in (one.issuer, *([one.jwks_url] if one.jwks_url else [])):
            if not is_fetchable(url):
                raise Misconfigured(f"oauth.issuers: {url!r} must be as https://login.example.dk/realms/video")


def _check_staff(settings: Settings) -> None:
    staff = settings.staff
    if not staff.issuer:
        return
    if staff.issuer not in [one.issuer for one in settings.oauth.issuers]:
        raise Misconfigured(f"staff.issuer: {staff.issuer} is none of oauth.issuers, where its audience and claims are")
    if not staff.client_id:
        raise Misconfigured("staff.client_id: is needed beside staff.issuer")
    if "openid" not in staff.scopes:
        raise Misconfigured("staff.scopes: openid must be among them")


def _check_sms(settings: Settings) -> None:
    for section, gateway in (
        ("sms_gateway", settings.sms_gateway),
        ("sms_second_gateway", settings.sms_second_gateway),
    ):
        if gateway.shape == "none":
            continue
        bare = gateway.url.replace("{", "").replace("}", "")
        is_near = gateway.shape == "kannel" and gateway.url.startswith("http://")  # it stands beside this server
        if not is_fetchable(bare) and not (is_near and _URL.fullmatch(bare)):
            raise Misconfigured(f"{section}.url: {gateway.url!r} is not as https://api.example.com/send")
        if gateway.shape in ("gatewayApi", "twilio", "kannel") and not gateway.secret_file:
            raise Misconfigured(f"{section}.secret_file: is needed")
        if gateway.shape in ("twilio", "kannel") and not gateway.user:
            raise Misconfigured(f"{section}.user: is needed")
    if settings.sms_second_gateway.shape != "none" and settings.sms_gateway.shape == "none":
        raise Misconfigured("sms_second_gateway: there is no first one in [sms_gateway]")


def _check_overload(overload: Overload) -> None:
    """Pictures go before newcomers, and newcomers before connections; otherwise the order is none."""
    for key, levels in (("relay_levels", overload.relay_levels), ("loop_levels_s", overload.loop_levels_s)):
        if not levels[0] < levels[1] < levels[2]:
            raise Misconfigured(f"overload.{key}: three rising numbers, as {getattr(Overload(), key)}")
    if overload.relay_levels[2] >= overload.relay_full:
        raise Misconfigured("overload.relay_full: must be above the last of overload.relay_levels")


def is_fetchable(url: str) -> bool:
    """Whether keys may come from there: by https, or from this machine."""
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0 and not parts.username and not parts.fragment
    except ValueError:
        return False
    if not is_whole or not _URL.fullmatch(url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


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
    if not settings.store.sealing_key_file:
        raise Misconfigured("store.sealing_key_file: is needed; make a key with `vdxmedia keys new`")


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
