"""Every port of a configuration: what must be open, for whom, and what this server asks elsewhere.

For whoever writes the firewall's rules before the first start: nothing is bound and no name is looked up. Left out:
ports that the kernel chooses for connections going out, names' servers (DNS) and the clock's (NTP), which the machine
has anyway.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import msgspec

from vdxmedia.config import Settings, parse_bind

DEFAULT_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "turn": 3478, "turns": 5349}
"""Where an address names none (RFC 7065 §3.1 for the last two)."""
EVERYONE = "everyone"
THIS_MACHINE = "this machine"


class NetworkPort(msgspec.Struct, frozen=True, kw_only=True):
    """One port, or some in a row."""

    direction: str
    """`in`: to this server; `out`: from this server; `elsewhere`: of clients to another machine."""
    protocol: str
    """`udp` or `tcp`."""
    first: int
    last: int
    address: str
    """Local for `in` (`0.0.0.0` and `::` are all of the machine's), the other's name else."""
    peer: str
    """Who comes, or who is asked."""
    purpose: str

    @property
    def ports(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def network_ports(settings: Settings, workers: int) -> list[NetworkPort]:
    """In the order of the configuration. `workers`: threads that forward, each with ports of its own."""
    return [*_pages(settings), *_media(settings, workers), *_turn(settings), *_outgoing(settings)]


def _pages(settings: Settings) -> Iterator[NetworkPort]:
    http = settings.http
    for bind in http.binds:
        address, port = parse_bind(bind, key="http.binds")
        behind_proxy = bool(http.trusted_proxies) and not http.certificate_file
        peer = ", ".join(http.trusted_proxies) if behind_proxy else EVERYONE
        yield NetworkPort(
            direction="in",
            protocol="tcp",
            first=port,
            last=port,
            address=address,
            peer=_seen_from(address, peer),
            purpose=f"pages, API, signalling, health, metrics ({'HTTPS' if http.certificate_file else 'HTTP'})",
        )


def _media(settings: Settings, workers: int) -> Iterator[NetworkPort]:
    media = settings.media
    for protocol, purpose in (("udp", "all media"), ("tcp", "media where UDP does not pass")):
        if protocol == "tcp" and not media.tcp:
            continue
        for bind in media.binds:
            address, port = parse_bind(bind, key="media.binds")
            yield NetworkPort(
                direction="in",
                protocol=protocol,
                first=port,
                last=port + workers - 1 if port else 0,
                address=address,
                peer=THIS_MACHINE if media.local_only else _seen_from(address, EVERYONE),
                purpose=purpose,
            )


def _turn(settings: Settings) -> Iterator[NetworkPort]:
    for url in settings.turn.urls:
        scheme, _, rest = url.partition(":")
        where, _, query = rest.partition("?transport=")
        parts = urlsplit(f"//{where}")
        port = parts.port or DEFAULT_PORTS[scheme]
        yield NetworkPort(
            direction="elsewhere",
            protocol=query or ("tcp" if scheme == "turns" else "udp"),
            first=port,
            last=port,
            address=parts.hostname or "",
            peer=EVERYONE,
            purpose="the TURN server, which then comes to the media ports by UDP",
        )


def _outgoing(settings: Settings) -> Iterator[NetworkPort]:
    store = urlsplit(settings.store.url)
    if store.scheme == "postgresql":
        yield _asked(settings.store.url, "the store")
    for issuer in settings.oauth.issuers:
        yield _asked(issuer.jwks_url or issuer.issuer, "keys of an issuer of access tokens")
    for gateway in (settings.sms_gateway, settings.sms_second_gateway):
        if gateway.url:
            yield _asked(gateway.url, "SMS gateway")
    if settings.sms_gateway.shape != "none":
        yield NetworkPort(
            direction="out",
            protocol="tcp",
            first=443,
            last=443,
            address="",
            peer="organisations' callback addresses",
            purpose="reports of what became of messages; another port where an organisation's address names one",
        )


def _asked(url: str, purpose: str) -> NetworkPort:
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    host = parts.hostname or THIS_MACHINE
    return NetworkPort(direction="out", protocol="tcp", first=port, last=port, address=host, peer=host, purpose=purpose)


def _seen_from(address: str, peer: str) -> str:
    return THIS_MACHINE if ipaddress.ip_address(address).is_loopback else peer


def nftables(ports: Sequence[NetworkPort]) -> list[str]:
    """One rule for each way in that is not of this machine alone, without the chain that it goes into."""
    rules: list[str] = []
    for port in ports:
        if port.direction != "in" or port.peer == THIS_MACHINE or port.first == 0:
            continue
        address = ipaddress.ip_address(port.address)
        family = "ip6" if address.version == 6 else "ip"
        # A wildcard socket of one family must not open the port for the other.
        match = [f"meta nfproto ipv{address.version}"]
        if not address.is_unspecified:
            match = [f"{family} daddr {address}"]
        if port.peer != EVERYONE:
            networks = [ipaddress.ip_network(network) for network in port.peer.split(", ")]
            same = [str(one) for one in networks if one.version == address.version and not one.is_loopback]
            if not same:
                continue
            match.append(f"{family} saddr {{ {', '.join(same)} }}")
        rules.append(f'{" ".join(match)} {port.protocol} dport {port.ports} accept comment "vdxmedia: {port.purpose}"')
    return list(dict.fromkeys(rules))
