"""Time-limited TURN credentials: what coturn's `use-auth-secret` expects, and nothing that must be stored.

The user name is `expiry:participant`, the password base64(HMAC-SHA1(secret, user name)); the TURN server computes the
same (draft-uberti-behave-turn-rest-00 §2.2). SHA-1 is the protocol's choice; as an HMAC it is sound (RFC 6194 §3.3).
Left out: the TURN server, which is a process of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec

from vdxmedia.ids import ParticipantId
from vdxmedia.signalling.messages import IceServer


class TurnServers(msgspec.Struct, frozen=True, kw_only=True):
    """Where clients find a way around what blocks UDP. Without URLs there is none."""

    urls: tuple[str, ...] = ()
    """As `turn:turn.example.dk:3478?transport=udp` and `turns:turn.example.dk:443?transport=tcp`."""
    secret: bytes = b""
    lifetime_s: float = 8 * 3600.0

    def ice_servers(self, participant: ParticipantId, now_unix_s: float) -> list[IceServer]:
        """One entry with credentials for this participant, good from now for `lifetime_s`."""
        if not self.urls:
            return []
        username = f"{int(now_unix_s + self.lifetime_s)}:{participant}"
        digest = hmac.new(self.secret, username.encode(), hashlib.sha1).digest()
        return [IceServer(urls=list(self.urls), username=username, credential=base64.b64encode(digest).decode())]

    def __repr__(self) -> str:
        return f"TurnServers(urls={self.urls!r})"
