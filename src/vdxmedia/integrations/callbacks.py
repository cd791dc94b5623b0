"""Calls an address that somebody else wrote down (an organisation's callback), and no machine that is none of his.

Only https, and no address of this machine or its private networks: the name is looked up here, all its addresses are
checked, and the connection goes to one of those that were checked (a name that says something else the second time
gains nothing). No redirects, no cookies, nothing of the answer is read but its status. In development http to loopback
is taken too. Networks of the operator's own are named in `sms.callback_networks`.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from vdxmedia.hub.counters import Counters

TOTAL_S = 8.0
CONNECT_S = 4.0
MAX_CONNECTIONS = 8
MAX_URL_CHARS = 2_000
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddress(OSError):
    """Nobody outside may make this server call there."""


class GuardedCallbacks:
    """Implements `hub.messages_port.Callback`. Use as `async with`."""

    def __init__(self, networks: Sequence[str], *, allows_loopback: bool, counters: Counters) -> None:
        """`allows_loopback`: development; http is taken there."""
        self._networks = [ipaddress.ip_network(network) for network in networks]
        self._allows_loopback = allows_loopback
        self._counters = counters

    async def __aenter__(self) -> GuardedCallbacks:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_GuardedResolver(self.is_allowed), limit=MAX_CONNECTIONS, force_close=True, use_dns_cache=False
            ),
            timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def tell(self, url: str) -> bool:
        try:
            parsed = URL(url, encoded=True)
            if not self._is_callable(parsed):
                self._counters.add("sms_callbacks_refused")
                return False
            async with self._session.get(parsed, allow_redirects=False) as response:
                return 200 <= response.status < 300
        except ForbiddenAddress:
            self._counters.add("sms_callbacks_refused")
            return False
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error.__cause__, ForbiddenAddress):
                self._counters.add("sms_callbacks_refused")
            return False

    def is_allowed(self, address: str) -> bool:
        """Whether this server may call there for somebody else."""
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        parsed = _inner(parsed)
        if any(parsed.version == network.version and parsed in network for network in self._networks):
            return True
        if parsed.is_loopback:
            return self._allows_loopback
        return parsed.is_global and not parsed.is_multicast

    def _is_callable(self, url: URL) -> bool:
        host = url.host or ""
        if not host or len(str(url)) > MAX_URL_CHARS or url.user is not None:
            return False
        is_literal = _is_address(host)
        if (is_literal or _looks_like_address(host)) and not self.is_allowed(host):
            return False
        if url.scheme == "https":
            return True
        is_loopback = is_literal and ipaddress.ip_address(host).is_loopback
        return url.scheme == "http" and self._allows_loopback and (is_loopback or host == "localhost")


class _GuardedResolver(AbstractResolver):
    """The system's, without the addresses that are not allowed."""

    def __init__(self, is_allowed: object) -> None:
        assert callable(is_allowed)
        self._is_allowed = is_allowed
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        allowed = [one for one in found if self._is_allowed(one["host"])]
        if not allowed:
            raise ForbiddenAddress("no address of this name may be called")
        return allowed

    async def close(self) -> None:
        await self._system.close()


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4 (RFC 3056), NAT64 (RFC 6052)."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _looks_like_address(host: str) -> bool:
    """`2130706433` and the like: the client library would connect without looking up a name."""
    return host.replace(".", "").isdigit()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
