"""Network checks and the test page, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vdxmedia.api.connection_tests import BURST as TESTS_BURST
from vdxmedia.api.connection_tests import PER_SECOND as TESTS_PER_SECOND
from vdxmedia.api.connection_tests import ConnectionTestOperations
from vdxmedia.api.echoes import (
    BURST,
    IN_ALL_BURST,
    IN_ALL_PER_SECOND,
    PER_SECOND,
    EchoIceServer,
    EchoOperations,
)
from vdxmedia.api.operations import Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.credentials import Credentials
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.echoes import Echoes
from vdxmedia.ids import new_participant_id
from vdxmedia.signalling.turn import TurnServers
from vdxmedia.store.invitations import InvitationRows
from vdxmedia.store.units import Units

TURN_FOR_S: Final = 60.0
"""Credentials for who has shown nothing: long enough for a test, and no longer."""


def network_operations(
    settings: Settings, credentials: Credentials, echoes: Echoes, units: Units, clock: Clock, counters: Counters
) -> Sequence[Operation]:
    turn = TurnServers(urls=tuple(settings.turn.urls), secret=credentials.turn_secret, lifetime_s=TURN_FOR_S)

    def ice_servers() -> list[EchoIceServer]:
        given = turn.ice_servers(new_participant_id(), clock.unix_s())
        return [EchoIceServer(urls=one.urls, username=one.username, credential=one.credential) for one in given]

    return (
        *EchoOperations(
            echoes,
            ice_servers,
            RateLimit(per_second=PER_SECOND, burst=BURST, clock=clock),
            RateLimit(per_second=IN_ALL_PER_SECOND, burst=IN_ALL_BURST, clock=clock),
            counters,
        ).table(),
        *ConnectionTestOperations(
            InvitationRows(units, credentials.sealer),
            RateLimit(per_second=TESTS_PER_SECOND, burst=TESTS_BURST, clock=clock),
            clock,
            counters,
        ).table(),
    )
