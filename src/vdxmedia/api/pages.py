"""The pages: the web client's `index.html` for rooms and the ways in, its assets; with security headers.

The client is built beforehand into `vdxmedia/_web` and read once at start, so a request never touches the disk.
Tokens travel in the fragment (`/r/ROOM#t=TOKEN`, `/i#TOKEN`), which browsers do not send: nothing here sees one. A
short link is answered with the same page whether there is such a meeting or not.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from vdxmedia.api.embedders import AllowedByOrganisation, nobody_more

BUILT_WEB = Path(__file__).resolve().parent.parent / "_web"
IMMUTABLE = "public, max-age=31536000, immutable"
"""For files whose name contains a hash of their content."""
EMBED = "/embed.js"
"""The web component for suppliers' pages. They name it without a hash, and load it from other origins."""
SHORT = "public, max-age=300"
"""What is always asked for by the same name is at most five minutes old."""
PLAYGROUND = "/playground.html"
"""Shown in development alone, by `playground`."""
TEXTS = ("/help", "/help/host", "/accessibility", "/privacy")
"""What is to be read."""
PAGES = ("/i", "/i/", "/m", "/m/", "/m/{shortId}", "/r/{room}", "/test", "/test/", *TEXTS)
"""Where the client is shown, beside `/`; each also below `/o/{code}`: the same page as that organisation looks, in the
frames that it allows."""
ORGANISATION = "/o/{code}"
COMPRESSIBLE = frozenset(
    {"text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"}
)
"""Text, always UTF-8 here."""
BUILT_LANGUAGES = ("da", "en")
"""What the built pages say that they offer."""
STAFF = "/staff.html"
OPERATOR = "/operator.html"
OTHERWISE_SHOWN = ("/", "/index.html", PLAYGROUND, STAFF, OPERATOR)
"""Files that have another address than their name, or none."""
FRONT_PAGE = """<!doctype html>
<html lang="da">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Videomøde</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/front.css">
</head>
<body>
<main>
<h1>Videomøde</h1>
<p>Åbn linket i din invitation. Så kommer du direkte til dit møde.</p>
<p lang="en">Open the link in your invitation. It takes you straight to your meeting.</p>
</main>
</body>
</html>
"""
FRONT_STYLE = """:root {
  color-scheme: light dark;
  --paper: #f6f3ec; --ink: #22251f; --ink-soft: #575b52;
  font: 1.125rem/1.5 "IBM Plex Sans", system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) { :root { --paper: #1b1c19; --ink: #f2efe8; --ink-soft: #bdbcb2; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); }
main { max-width: 34rem; padding: 2rem 1.5rem; }
h1 { margin: 0 0 1rem; font-size: 2.5rem; line-height: 1.25; font-weight: 600; }
[lang="en"] { color: var(--ink-soft); }
"""


@dataclass(frozen=True, slots=True)
class ServedFile:
    """One file, ready to be sent."""

    body: bytes
    compressed: bytes | None
    """gzip; None where it does not pay."""
    content_type: str
    caching: str
    tag: str
    """Strong validator, RFC 9110 §8.8.3."""

    @classmethod
    def of(cls, body: bytes, content_type: str, caching: str) -> ServedFile:
        compressed = gzip.compress(body, 6, mtime=0) if content_type in COMPRESSIBLE else None
        if compressed is not None and len(compressed) > 0.9 * len(body):
            compressed = None
        return cls(body, compressed, content_type, caching, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


Files = Mapping[str, ServedFile]
"""By request path; all in memory, the client is below 1 MB, the API reference 2 MB."""


def security_headers(frame_ancestors: list[str]) -> dict[str, str]:
    """Headers of every page. Scripts and styles come from us alone, nothing inline; frames by configuration."""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "media-src 'self' blob: mediastream:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self' blob:",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {' '.join(frame_ancestors) or chr(39) + 'none' + chr(39)}",
        )
    )
    return {
        "Content-Security-Policy": policy,
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def read_files(root: Path = BUILT_WEB, *, languages: Sequence[str] = BUILT_LANGUAGES) -> Files:
    """Every built file by the path it is served at. Blocking; called once at start.

    `languages`: what the pages offer, told to the client by a meta element.
    """
    files = {
        "/": ServedFile.of(FRONT_PAGE.encode(), "text/html", "no-cache"),
        "/front.css": ServedFile.of(FRONT_STYLE.encode(), "text/css", "no-cache"),
    }
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if not path.is_file():
            continue
        name = path.relative_to(root).as_posix()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        caching = IMMUTABLE if name.startswith("assets/") else SHORT if f"/{name}" == EMBED else "no-cache"
        body = path.read_bytes()
        if kind == "text/html":
            body = body.replace(_offer(BUILT_LANGUAGES), _offer(languages))
        files[f"/{name}"] = ServedFile.of(body, kind, caching)
    return files


def _offer(languages: Sequence[str]) -> bytes:
    return f'name="vdx-languages" content="{" ".join(languages)}"'.encode()


def organisation_path(code: str) -> str:
    """What the addresses of an organisation's pages begin with."""
    return f"/o/{quote(code, safe='')}"


class Pages:
    """Handlers over files in memory. Immutable after construction."""

    def __init__(
        self, files: Files, *, frame_ancestors: list[str], frame_origins: AllowedByOrganisation = nobody_more
    ) -> None:
        self._files = files
        self._frame_ancestors = frame_ancestors
        self._frame_origins = frame_origins
        self._headers = security_headers(frame_ancestors)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.entry),
            *(web.get(path, self.room) for path in PAGES),
            *(web.get(ORGANISATION + path, self.room_of_organisation) for path in ("", "/", *PAGES)),
            web.get("/staff", self.staff),
            web.get("/operator", self.operator),
            *(web.get(path, self.file) for path in self._files if path not in OTHERWISE_SHOWN),
        ]

    async def room(self, request: web.Request) -> web.StreamResponse:
        """The client for any room or link: what it leads to, the client asks."""
        if "/index.html" not in self._files:
            raise web.HTTPServiceUnavailable(text="The web client is not built: run `make web`.\n")
        return self._serve(request, "/index.html")

    async def staff(self, request: web.Request) -> web.StreamResponse:
        """No other page may show it in a frame."""
        return self._unframed(request, STAFF)

    async def operator(self, request: web.Request) -> web.StreamResponse:
        """The same."""
        return self._unframed(request, OPERATOR)

    def _unframed(self, request: web.Request, path: str) -> web.StreamResponse:
        response = self.show(request, path)
        response.headers.update(security_headers([]))
        return response

    async def room_of_organisation(self, request: web.Request) -> web.StreamResponse:
        """The same; nothing tells whether there is such an organisation, but for whom it allows to show it."""
        response = await self.room(request)
        origins = await self._frame_origins(request.match_info["code"])
        if origins:
            everywhere = [one for one in self._frame_ancestors if one != "'none'"]  # which stands alone or not at all
            response.headers.update(security_headers([*everywhere, *origins]))
        return response

    async def entry(self, request: web.Request) -> web.StreamResponse:
        """The client, where it is built; else the plain front page."""
        return self._serve(request, "/index.html" if "/index.html" in self._files else "/")

    async def file(self, request: web.Request) -> web.StreamResponse:
        return self._serve(request, request.path)

    def show(self, request: web.Request, path: str) -> web.StreamResponse:
        """One of the built files, where others give it a path. Raises: HTTPServiceUnavailable."""
        if path not in self._files:
            raise web.HTTPServiceUnavailable(text="The web client is not built: run `make web`.\n")
        return self._serve(request, path)

    def _serve(self, request: web.Request, path: str) -> web.StreamResponse:
        file = self._files[path]
        headers = self._headers | {"Cache-Control": file.caching, "ETag": file.tag, "Vary": "Accept-Encoding"}
        if path == EMBED:  # a module of another origin is fetched with CORS (HTML §8.1.4.2)
            headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
        if file.tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        body = file.body
        if file.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = file.compressed
            headers["Content-Encoding"] = "gzip"
        response = web.Response(body=body, headers=headers)
        response.content_type = file.content_type
        if file.content_type in COMPRESSIBLE:
            response.charset = "utf-8"
        return response
