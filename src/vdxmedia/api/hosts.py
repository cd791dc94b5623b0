"""Who may name this server, while it has the key that everybody knows.

Loopback alone does not keep strangers out: a page on the web can give its own name the address 127.0.0.1 (DNS
rebinding) and then read the answers of a development server as its own. Such a request names that page's host.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from vdxmedia.errors import NotAllowed


def loopback_hosts_only() -> Middleware:
    """Refuses requests whose `Host` is neither `localhost` nor a loopback address with `not_permitted`."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_loopback_host(request.headers.get("Host", "")):
            raise NotAllowed("A development server answers to localhost only.")
        return await handler(request)

    return middleware


def is_loopback_host(host: str) -> bool:
    """Whether a `Host` header (RFC 9110 §7.2: name or address, perhaps a port) is this machine's own."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
