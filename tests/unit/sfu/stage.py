"""A plane with a twin of the relay, a room that listens, and offers to give it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.patience import PATIENCE_S
from tests.unit.sdp.builders import TRANSPORT, audio, kinds_of, offer_of, sections_of, video
from tests.unit.sfu.twin import TwinRelay
from vdxmedia.hub.ports import (
    MediaAnswer,
    MediaEvent,
    MediaKind,
    MediaOffer,
    MediaSeat,
)
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId
from vdxmedia.sdp.offer import parse_offer
from vdxmedia.sfu.plane import RelayPlane

ROOM = ConferenceKey(1)
ANNA, BO = ParticipantId("anna"), ParticipantId("bo")
SOURCES = {kind: SourceId(number) for number, kind in enumerate(MediaKind, start=101)}


class Stage:
    """A plane with one open conference, its relay, and what the room was told."""

    def __init__(self, relay: TwinRelay, plane: RelayPlane) -> None:
        self.relay = relay
        self.plane = plane
        self.told: list[MediaEvent] = []
        self._news = asyncio.Event()
        plane.open_conference(ROOM, self._hear)

    def _hear(self, event: MediaEvent) -> None:
        self.told.append(event)
        self._news.set()

    async def next_told(self) -> MediaEvent:
        """The room's next event."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.told:
                self._news.clear()
                await self._news.wait()
        return self.told.pop(0)

    async def connect(
        self, sdp: str, *, participant: ParticipantId = ANNA, video_slots: int = 9, codec: str = "VP8"
    ) -> MediaAnswer:
        kinds = {mid: MediaKind(kind) for mid, kind in kinds_of(parse_offer(sdp)).items()}
        seat = MediaSeat(
            conference=ROOM, participant=participant, sources=SOURCES, codec=codec, video_slots=video_slots
        )
        return await self.plane.connect(seat, MediaOffer(sdp=sdp, sources=kinds))

    def sent(self, kind: type[Any]) -> list[Any]:
        return self.relay.of_type(kind)


async def until(condition: Callable[[], bool]) -> None:
    """Lets the loop turn until the condition holds: gauges have no event to wait for."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0)


def offer_with(fingerprint: str, *sections: list[str], ufrag: str = "client", session_id: int = 1) -> str:
    text = offer_of(*(sections or (audio("0", "sendonly"), audio("1"), video("2"))), session_id=session_id)
    return text.replace(TRANSPORT[2], f"a=fingerprint:{fingerprint}").replace("ice-ufrag:client", f"ice-ufrag:{ufrag}")


OTHER_CERTIFICATE = "sha-256 " + ":".join(["CD"] * 32)
SAME_CERTIFICATE = TRANSPORT[2].removeprefix("a=fingerprint:")


def credentials_in(answer: MediaAnswer) -> set[str]:
    return {line for part in sections_of(answer.sdp) for line in part if line.startswith(("a=ice-ufrag", "a=ice-pwd"))}
