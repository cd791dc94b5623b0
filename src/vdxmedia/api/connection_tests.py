"""Takes what the test page found out, with the link that it was opened by, over REST.

The answer is the same for a link that is there and one that is not, so nobody learns which there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final, Protocol

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import OF_ONESELF
from vdxmedia.api.operations import Called, Credential, Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.booking.connection_tests import ConnectionTest, DeviceClass, NetworkVerdict
from vdxmedia.booking.invitations import is_short_id, is_token, token_hash
from vdxmedia.clock import Clock
from vdxmedia.hub.counters import Counters

PER_SECOND: Final = 0.1
"""Of one address; a test takes a quarter of a minute."""
BURST: Final = 8.0


class ConnectionTestRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """With one of `invitation` and `short_id`."""

    invitation: Annotated[str, Meta(max_length=64, description="The token of a personal link, `/i#TOKEN`.")] = ""
    short_id: Annotated[
        str, Meta(max_length=64, description="Of a short link, `/m/SHORT_ID`: kept with the guests' shared link.")
    ] = ""
    verdict: NetworkVerdict
    device: DeviceClass
    picture: bool | None = None
    sound: bool | None = None


class TestKeeper(Protocol):
    """Implemented by `store.invitations`."""

    async def save_test(self, token_hash: str, test: ConnectionTest) -> bool: ...

    async def save_test_of_guests(self, short_id: str, test: ConnectionTest) -> bool:
        """With the guests' shared link of the meeting."""
        ...


class ConnectionTestOperations:
    """The handler."""

    def __init__(self, keeper: TestKeeper, requests: RateLimit, clock: Clock, counters: Counters) -> None:
        self._keeper = keeper
        self._requests = requests
        self._clock = clock
        self._counters = counters

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="POST",
                path="/api/v1/connection-tests",
                name="reportConnectionTest",
                summary="Tell who invites what the test page found out",
                handler=self._take,
                body=ConnectionTestRequest,
                answer=None,
                status=HTTPStatus.NO_CONTENT,
                errors=("store_unavailable",),
                credential=Credential.NONE,
                audit=OF_ONESELF,
                tag="Network",
            ),
        )

    async def _take(self, path: Mapping[str, str], called: Called) -> None:
        body: ConnectionTestRequest = called.body
        self._requests.spend(called.address)
        test = ConnectionTest(
            tested_at=int(self._clock.unix_s()),
            verdict=body.verdict,
            device=body.device,
            picture=body.picture,
            sound=body.sound,
        )
        short_id = body.short_id.lower()
        is_kept = False
        if is_token(body.invitation):
            is_kept = await self._keeper.save_test(token_hash(body.invitation), test)
        elif is_short_id(short_id):
            is_kept = await self._keeper.save_test_of_guests(short_id, test)
        if is_kept:
            self._counters.add(f"connection_tests_{body.verdict.name.lower()}")
