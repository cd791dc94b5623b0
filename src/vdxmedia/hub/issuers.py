"""What the APIs ask of the issuers of access tokens: their public keys. Implemented by `integrations.jwks`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from joserfc.jwk import ECKey, OKPKey, RSAKey


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A public key and what it may be used with; the key decides the algorithm, never the token."""

    id: str
    """As the issuer names it (`kid`); empty: it has no name."""
    algorithms: frozenset[str]
    """Of RS256, PS256, ES256 and EdDSA those that fit the key's type, and its `alg` where it has one."""
    key: RSAKey | ECKey | OKPKey


class IssuerKeys(Protocol):
    async def keys(self, issuer: str, key_id: str) -> Sequence[IssuerKey]:
        """The issuer's keys of that name; for an empty name all of them. Empty: it has none, or cannot be asked now
        and was never heard (`is_failing`). Never raises for what an issuer does."""
        ...

    def is_failing(self, issuer: str) -> bool: ...
