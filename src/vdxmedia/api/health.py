"""What machines ask: is the loop alive, may new people be sent here, what are the figures."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from vdxmedia.api.problems import problem_response
from vdxmedia.api.proxies import TrustedProxies


class Health:
    """`/livez`, `/readyz`, `/metrics`. The metrics are answered only to configured networks."""

    def __init__(
        self,
        *,
        unready_reason: Callable[[], str | None],
        degraded: Callable[[], Sequence[str]],
        registry: CollectorRegistry,
        process: CollectorRegistry,
        proxies: TrustedProxies,
        metrics_networks: Iterable[str],
    ) -> None:
        self._unready_reason = unready_reason
        self._degraded = degraded
        self._registry = registry
        self._process = process
        """Reads files under /proc, so it is asked in a thread."""
        self._proxies = proxies
        self._networks = [ipaddress.ip_network(network) for network in metrics_networks]

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/livez", self.live),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def live(self, request: web.Request) -> web.Response:
        """That this runs at all is the answer."""
        return web.json_response({"alive": True}, headers={"Cache-Control": "no-store"})

    async def ready(self, request: web.Request) -> web.Response:
        """200 while people are welcome; else 503 with the reason. `degraded` names what does not work meanwhile."""
        reason = self._unready_reason()
        body: dict[str, object] = {"ready": True} if reason is None else {"ready": False, "reason": reason}
        if degraded := self._degraded():
            body["degraded"] = list(degraded)
        return web.json_response(body, status=200 if reason is None else 503, headers={"Cache-Control": "no-store"})

    async def metrics(self, request: web.Request) -> web.Response:
        client = self._proxies.client_address(request)
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            return problem_response("not_permitted", "the metrics are not for this address")
        if not any(address.version == network.version and address in network for network in self._networks):
            return problem_response("not_permitted", "the metrics are not for this address")
        ours = generate_latest(self._registry)
        process = await asyncio.to_thread(generate_latest, self._process)
        return web.Response(body=ours + process, headers={"Content-Type": CONTENT_TYPE_LATEST})
