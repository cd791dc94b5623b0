"""One synthetic participant: joins by the protocol, sends sound and picture, leaves. It receives nothing."""

from __future__ import annotations

import asyncio
import ssl

from vdxmedia.demo.clips import Clips
from vdxmedia.demo.replay import IsSpeaking, replay_audio, replay_video
from vdxmedia.sending_client import SendingClient, StandIn


class Participant:
    """Use as `async with`: inside, the person is in the call."""

    def __init__(
        self, url: str, token: str, clips: Clips, is_speaking: IsSpeaking, trust: ssl.SSLContext | None
    ) -> None:
        self._clips = clips
        self._is_speaking = is_speaking
        self._client = SendingClient(url, token, trust)

    @property
    def ended(self) -> asyncio.Event:
        """Set when the server has ended the connection."""
        return self._client.ended

    async def __aenter__(self) -> Participant:
        """Raises: ConnectionError, TimeoutError, aiohttp and socket.io errors when the server does not let it in."""
        try:
            await self._join()
        except BaseException:
            await self._client.close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.leave()

    async def _join(self) -> None:
        client = self._client
        await client.join("Demo", knowsWhoSees="all")
        sound = client.connection.addTransceiver(StandIn("audio"), direction="sendonly")
        picture = client.connection.addTransceiver(StandIn("video"), direction="sendonly")
        replay_audio(sound.sender, self._clips, self._is_speaking)
        replay_video(picture.sender, self._clips, self._is_speaking)
        sources = {"microphone": sound, "camera": picture}
        await client.offer(sources)
        for source in sources:
            await client.show(source)
