"""API keys beside the callers of organisations: a key of this server belongs to none, and acts for each.

It is what a small installation has, and what the server's own operator uses; an integration gets a client of its own.
"""

from __future__ import annotations

from aiohttp import web

from vdxmedia.api.auth import ApiKeys
from vdxmedia.api.operations import CallerSource
from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.booking.callers import Caller, CallerRole


class KeysAndCallers:
    """Implements `operations.CallerSource`."""

    def __init__(self, keys: ApiKeys, callers: CallerSource, *, proxies: TrustedProxies) -> None:
        self._keys = keys
        self._callers = callers
        self._proxies = proxies

    async def authenticate(self, request: web.BaseRequest) -> Caller:
        """Raises: as both."""
        if not self._keys.knows(request):
            return await self._callers.authenticate(request)
        name = self._keys.authenticate(request)
        return Caller(
            organisation="",
            roles=frozenset({CallerRole.PROVISIONER_USER}),
            client=f"key {name}",
            address=limit_key(self._proxies.client_address(request)),
            is_server_key=True,
        )
