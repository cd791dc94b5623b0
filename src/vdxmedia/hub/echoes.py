"""Echoes: what a browser sends comes back to it through the real relay, for half a minute, with nobody else there.

A network check and the test page ask for one; no link is needed, for what they find out is what decides whether a link
will help. So an echo gives nothing away and costs little. It is a conference of its own that has no room: nothing of a
request names one, so none can be reached. It ends by itself after `ECHO_LASTS_S`, when nobody has connected in
`CONNECT_WITHIN_S`, when its connection ends, or when more comes than a camera and a microphone send. There are at most
so many at once, of one address and in all; who is refused does without.

One echo takes several offers: of each way through the network one, so that the page knows which are open. Left out:
what the figures mean (the page), and who may ask how often (the API).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

from vdxmedia.conference.kinds import SlotKind, SourceKind
from vdxmedia.conference.media import BindSlot, MediaChange, SetHears, SetSourceClasses
from vdxmedia.errors import Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import (
    MediaAnswer,
    MediaConnected,
    MediaEvent,
    MediaLost,
    MediaOffer,
    MediaPlane,
    MediaQuality,
    MediaSeat,
)
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId, new_participant_id, new_source_id

logger = logging.getLogger(__name__)

MAX_OFFERS: Final = 4
"""UDP, TCP, TURN over TCP and TURN over TLS."""
ECHO_LASTS_S: Final = 30.0
"""A check takes 8 s, the test page shows people their own picture for 20."""
CONNECT_WITHIN_S: Final = 10.0
"""For ICE and DTLS."""
ANSWER_WITHIN_S: Final = 5.0
MAX_UPLINK_BPS: Final = 4_000_000
"""A camera sends 1.5 Mbit/s and a check 1.3; more, measured over a second, is no test."""
MAX_OF_ADDRESS: Final = 8
"""At once; a ward may be behind one address."""
FIRST_KEY: Final = 1 << 48
"""Above any conference of a room, which count from 1."""
_MINE: Final = 1
"""The one audience class."""
_ECHOED: Final = (SourceKind.MICROPHONE, SourceKind.CAMERA)


@dataclass(slots=True)
class _Echo:
    key: ConferenceKey
    address: str
    connected: set[ParticipantId] = field(default_factory=set)
    is_met: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has connected."""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Echoes:
    """Event loop only. Use as `async with`; leaving ends all of them."""

    def __init__(
        self,
        plane: MediaPlane,
        counters: Counters,
        *,
        most: int,
        lasts_s: float = ECHO_LASTS_S,
        connect_within_s: float = CONNECT_WITHIN_S,
    ) -> None:
        """`most`: at once, of all addresses; 0: none."""
        self._plane = plane
        self._counters = counters
        self._most = most
        self._lasts_s = lasts_s
        self._connect_within_s = connect_within_s
        self._keys = itertools.count(FIRST_KEY)
        self._of_address: Counter[str] = Counter()
        self._tasks = TaskScope("echoes")

    async def __aenter__(self) -> Echoes:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()

    @property
    def running(self) -> int:
        return self._of_address.total()

    async def open(self, address: str, offers: Sequence[MediaOffer]) -> Sequence[MediaAnswer]:
        """One answer for each offer, in their order. `address`: of the client, as limits count it.

        Raises: BadSdp, Refused `echoes_full`, `media_busy`, `server_stopping`.
        """
        if self.running >= self._most or self._of_address[address] >= MAX_OF_ADDRESS:
            self._counters.add("echoes_refused_full")
            raise Refused("too many network checks go on", code="echoes_full", retry_after_s=self._lasts_s)
        echo = _Echo(ConferenceKey(next(self._keys)), address)
        self._of_address[address] += 1
        self._plane.open_conference(echo.key, lambda event: self._hear(echo, event))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answers = [await self._answer(echo, offer) for offer in offers[:MAX_OFFERS]]
            self._tasks.start(self._live(echo), f"echo-{echo.key}")
        except TimeoutError:
            self._close(echo)
            raise Refused("media takes no connection now", code="media_busy", retry_after_s=self._lasts_s) from None
        except BaseException:
            self._close(echo)
            raise
        self._counters.add("echoes_opened")
        return answers

    async def _answer(self, echo: _Echo, offer: MediaOffer) -> MediaAnswer:
        who = new_participant_id()
        sources = {kind: new_source_id() for kind in _ECHOED}
        seat = MediaSeat(conference=echo.key, participant=who, sources=sources, codec="VP8", video_slots=1)
        answer = await self._plane.connect(seat, offer)
        self._plane.apply(echo.key, _back(who, sources[SourceKind.MICROPHONE], sources[SourceKind.CAMERA]))
        return answer

    async def _live(self, echo: _Echo) -> None:
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self._lasts_s
        try:
            async with asyncio.timeout(self._connect_within_s):
                await echo.is_met.wait()
            async with asyncio.timeout_at(end_s):
                await echo.is_over.wait()
        except TimeoutError:
            self._counters.add("echoes_timed_out")
        finally:
            self._close(echo)

    def _hear(self, echo: _Echo, event: MediaEvent) -> None:
        match event:
            case MediaConnected():
                echo.connected.add(event.participant)
                echo.is_met.set()
            case MediaLost():
                if event.participant in echo.connected:
                    echo.is_met.set()
                    echo.is_over.set()
            case MediaQuality():
                if (event.uplink_bps or 0) > MAX_UPLINK_BPS and not echo.is_over.is_set():
                    self._counters.add("echoes_cut_off")
                    logger.warning("echo_cut_off uplink_bps=%d", event.uplink_bps)
                    echo.is_over.set()
            case _:
                pass

    def _close(self, echo: _Echo) -> None:
        self._plane.close_conference(echo.key)
        self._of_address[echo.address] -= 1
        if self._of_address[echo.address] <= 0:
            del self._of_address[echo.address]


def _back(who: ParticipantId, microphone: SourceId, camera: SourceId) -> Sequence[MediaChange]:
    """Own sound into the first speaker slot, own picture into the first picture slot."""
    return (
        SetSourceClasses(microphone, _MINE),
        SetSourceClasses(camera, _MINE),
        SetHears(who, _MINE),
        BindSlot(who, SlotKind.SPEAKER, 0, microphone),
        BindSlot(who, SlotKind.VIDEO, 0, camera),
    )
