"""A browser's own sound and pictures back through the relay, over REST: offers in, answers out. See `hub.echoes`.

Asked by the page without any credential: whether a call will work is asked before there is one, from a link in an SMS
days before, or from none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import NotNoted
from vdxmedia.api.operations import Called, Credential, Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.errors import Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.echoes import ECHO_LASTS_S, MAX_OFFERS, Echoes
from vdxmedia.hub.ports import MediaOffer

MAX_SDP_CHARS: Final = 20_000
"""A browser's offer of four m-lines has some 8,000."""
PER_SECOND: Final = 0.5
"""Of one address; a check takes one or two, the test page three."""
BURST: Final = 16.0
IN_ALL_PER_SECOND: Final = 10.0
IN_ALL_BURST: Final = 40.0
_ALL: Final = ""


class EchoOffer(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    sdp: Annotated[str, Meta(max_length=MAX_SDP_CHARS)]
    sources: Annotated[
        dict[Annotated[str, Meta(max_length=16)], SourceKind],
        Meta(max_length=2, description="What is sent on which m-line, by its mid: `microphone` and `camera`."),
    ]


class EchoRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    offers: Annotated[
        list[EchoOffer],
        Meta(min_length=1, max_length=MAX_OFFERS, description="One for each way through the network that is tried."),
    ]


class EchoAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    sdp: str


class EchoIceServer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    urls: list[str]
    username: str | None
    credential: str | None


class Echo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    answers: Annotated[list[EchoAnswer], Meta(description="In the order of the offers.")]
    ice_servers: Annotated[list[EchoIceServer], Meta(description="Good for a minute.")]
    lasts_s: Annotated[float, Meta(description="Then it ends by itself.")]


IceServersFor = Callable[[], Sequence[EchoIceServer]]


class EchoOperations:
    """The handler."""

    def __init__(
        self,
        echoes: Echoes,
        ice_servers: IceServersFor,
        of_address: RateLimit,
        in_all: RateLimit,
        counters: Counters,
    ) -> None:
        self._counters = counters
        self._echoes = echoes
        self._ice_servers = ice_servers
        self._of_address = of_address
        self._in_all = in_all

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="POST",
                path="/api/v1/echoes",
                name="openEcho",
                summary="Have one's own sound and picture sent back, for half a minute",
                handler=self._open,
                body=EchoRequest,
                answer=Echo,
                status=HTTPStatus.OK,
                errors=("sdp_invalid", "sdp_unsupported", "echoes_full", "media_busy"),
                credential=Credential.NONE,
                audit=NotNoted("nothing is kept"),
                tag="Network",
            ),
        )

    async def _open(self, path: Mapping[str, str], called: Called) -> Echo:
        body: EchoRequest = called.body
        try:
            self._of_address.spend(called.address)
            self._in_all.spend(_ALL)
        except Refused:
            self._counters.add("echoes_refused_rate")
            raise
        offers = [MediaOffer(sdp=offer.sdp, sources=offer.sources) for offer in body.offers]
        answers = await self._echoes.open(called.address, offers)
        return Echo(
            answers=[EchoAnswer(sdp=answer.sdp) for answer in answers],
            ice_servers=list(self._ice_servers()),
            lasts_s=ECHO_LASTS_S,
        )
