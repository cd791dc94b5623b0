"""What signing in asks of an OpenID provider. Implemented by `integrations.openid`."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """OpenID Connect Discovery §3, RP-Initiated Logout §2.1, RFC 9207 §3."""

    authorization: str
    token: str
    end_session: str = ""
    """Empty: it has none."""
    names_issuer: bool = False
    """It says in each of its redirects who it is."""


class IssuedTokens(msgspec.Struct, frozen=True, kw_only=True):
    id_token: str
    access_token: str


class OpenIdProvider(Protocol):
    """All raise Refused `issuer_unavailable`."""

    async def endpoints(self) -> Endpoints: ...

    async def redeem(self, code: str, *, verifier: str, redirect_uri: str) -> IssuedTokens:
        """Raises: NotAllowed `sign_in_failed` when the provider does not take the code."""
        ...
