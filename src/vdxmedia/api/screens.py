"""Development's `/screens`: every screen and state of the web client by name, as its real elements with invented state.

It is a build of its own (`npm run screens`, part of `make run`) in the checkout; neither the wheel nor a server in
production has it, there the path is not found.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from vdxmedia.api.pages import security_headers

BUILT_SCREENS = Path(__file__).resolve().parents[3] / ".state" / "screens"
PAGE = "stories.html"
UNKNOWN = "application/octet-stream"
_FRAMED = "frame-src 'self'"
"""The list of screens shows each in a window of its own."""


class Screens:
    """Immutable after construction. Reads the files, so make it outside of the loop."""

    def __init__(self) -> None:
        root = BUILT_SCREENS
        self._files: Mapping[str, tuple[bytes, str]] = {
            path.relative_to(root).as_posix(): (path.read_bytes(), mimetypes.guess_type(path.name)[0] or UNKNOWN)
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        headers = security_headers(["'self'"])
        policy = f"{headers['Content-Security-Policy']}; {_FRAMED}"
        self._headers = headers | {"Content-Security-Policy": policy, "Cache-Control": "no-store"}

    def routes(self) -> list[web.RouteDef]:
        """None without a build."""
        if PAGE not in self._files:
            return []
        return [
            web.get("/screens", self.begin),
            web.get("/screens/", self.page),
            *(web.get(f"/screens/{name}", self.file) for name in self._files),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        raise web.HTTPFound("/screens/")

    async def page(self, request: web.Request) -> web.Response:
        return self._serve(PAGE)

    async def file(self, request: web.Request) -> web.Response:
        return self._serve(request.path.removeprefix("/screens/"))

    def _serve(self, name: str) -> web.Response:
        body, kind = self._files[name]
        response = web.Response(body=body, headers=self._headers)
        response.content_type = kind
        return response
