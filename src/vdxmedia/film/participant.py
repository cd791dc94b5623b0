"""The film's client: joins by the protocol, publishes `screen` and `screenAudio`, receives nothing, leaves."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

import aiohttp
import socketio
from aiortc import RTCRtpSender

from vdxmedia.film.clip import ClipFault
from vdxmedia.film.encoder import CODECS
from vdxmedia.film.player import Player
from vdxmedia.film.sender import send_pictures, send_sound, spread_packets
from vdxmedia.sending_client import CONNECT_TIMEOUT_S, CommandRefused, SendingClient, StandIn


class FilmParticipant:
    """Use as `async with`: inside, the film is in the room."""

    def __init__(
        self, url: str, token: str, player: Player, trust: ssl.SSLContext | None, media_hosts: Sequence[str]
    ) -> None:
        self._player = player
        self._media_hosts = media_hosts
        self._client = SendingClient(url, token, trust)

    @property
    def ended(self) -> asyncio.Event:
        """Set when the server has ended the connection: the conference is over, or the film was removed."""
        return self._client.ended

    async def __aenter__(self) -> FilmParticipant:
        """Raises: ClipFault `film_refused` or `film_codec_unsupported`."""
        try:
            await self._join()
        except BaseException as error:
            await self._client.close()
            match error:
                case CommandRefused():
                    raise ClipFault("film_refused", f"the room does not take the film: {error.code}") from error
                case OSError() | TimeoutError() | aiohttp.ClientError() | socketio.exceptions.SocketIOError():
                    text = f"the film could not join the room ({type(error).__name__}); try once more"
                    raise ClipFault("film_refused", text) from error
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.leave()

    async def _join(self) -> None:
        client = self._client
        codec = (await client.join("Film"))["media"]["codec"]
        if codec not in CODECS:
            raise ClipFault(
                "film_codec_unsupported", f"the room's codec is {codec}; films need a room with VP8 or H264"
            )
        picture = client.connection.addTransceiver(StandIn("video"), direction="sendonly")
        sound = client.connection.addTransceiver(StandIn("audio"), direction="sendonly")
        kinds = (f"video/{codec}".lower(), "video/rtx")
        picture.setCodecPreferences(
            [kind for kind in RTCRtpSender.getCapabilities("video").codecs if kind.mimeType.lower() in kinds]
        )
        send_pictures(picture.sender, self._player)
        send_sound(sound.sender, self._player)
        connected = asyncio.Event()

        def state_changed() -> None:
            if client.connection.connectionState == "connected":
                connected.set()
            elif client.connection.connectionState in ("failed", "closed"):
                client.ended.set()

        client.connection.on("connectionstatechange", state_changed)
        await client.offer({"screen": picture, "screenAudio": sound}, self._media_hosts)
        spread_packets(picture.sender)
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await connected.wait()
        await client.show("screen", contentHint="motion")
        await client.show("screenAudio")
