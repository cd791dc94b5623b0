"""Questions to the issuers of tokens over HTTP: bounded in size, by https, without redirects; time is the caller's."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp

MAX_DOCUMENT_BYTES = 256 * 1024
DISCOVERY = "/.well-known/openid-configuration"
"""OpenID Connect Discovery §4."""
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "vdxmedia"}


class UnusableAnswer(Exception):
    """What an issuer answered is not as it should be; the text is ours."""

    def __init__(self, text: str, *, status: int = 0) -> None:
        super().__init__(text)
        self.status = status
        """Of the answer; 0: it was another thing."""


class IssuerHttp:
    """Close it at the end; event loop only. Raises, all: UnusableAnswer, aiohttp.ClientError, OSError."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._tls: ssl.SSLContext | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, url: str) -> bytes:
        return await self._ask("GET", url, None, {})

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        return await self._ask("POST", url, form, headers)

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> bytes:
        if not may_be_asked(url):
            raise UnusableAnswer("issuers are asked by https")
        if self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context)  # reads a file of authorities
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=4, ssl=self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # a small answer must not become a large one
                trust_env=False,
                headers=HEADERS,
            )
        async with self._session.request(method, url, data=form, headers=headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise UnusableAnswer(f"status {answer.status}", status=answer.status)
            body = bytearray()
            async for part in answer.content.iter_chunked(16 * 1024):
                body += part
                if len(body) > MAX_DOCUMENT_BYTES:
                    raise UnusableAnswer("too long")
            return bytes(body)


def may_be_asked(url: str) -> bool:
    """By https, or from this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))
    )
