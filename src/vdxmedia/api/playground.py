"""A page to try the embedding with, in development: it embeds a meeting as a supplier would, in a room of its own.

Not there in production, where nobody may make a room without a key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from vdxmedia.api.pages import PLAYGROUND, Pages
from vdxmedia.api.resources import RoomCreated
from vdxmedia.conference.settings import LobbyPolicy, RoomSettings

ROOM = RoomSettings(
    subject="Prøvemøde", organisation="Udviklerkommunen", help_line="+45 70 12 34 56", lobby=LobbyPolicy.KNOCK
)
"""With a lobby, so that there is somebody to admit."""


class Playground:
    """Immutable."""

    def __init__(self, pages: Pages, open_room: Callable[[RoomSettings], Awaitable[RoomCreated]]) -> None:
        self._pages = pages
        self._open_room = open_room

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get("/docs/embed", self.page), web.post("/docs/embed/room", self.room)]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """As every page of ours, but that it may show others of ours in a frame."""
        response = self._pages.show(request, PLAYGROUND)
        response.headers["Content-Security-Policy"] += "; frame-src 'self'"
        return response

    async def room(self, request: web.Request) -> web.Response:
        """A room of its own for each who asks, with links for a host and a guest. Raises: Refused."""
        made = await self._open_room(ROOM)
        links = {"hostUrl": made.host_url, "guestUrl": made.guest_url}
        return web.json_response(links, headers={"Cache-Control": "no-store"})
