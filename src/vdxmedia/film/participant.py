"""The film's client: joins by the protocol, publishes `screen` and `screenAudio`, receives nothing, leaves."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Any

import aiohttp
import socketio
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription

from vdxmedia.film.clip import ClipFault
from vdxmedia.film.encoder import CODECS
from vdxmedia.film.player import Player
from vdxmedia.film.sender import send_pictures, send_sound, spread_packets
from vdxmedia.signalling.messages import PROTOCOL_VERSION

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 15.0


def with_hosts(sdp: str, hosts: Sequence[str]) -> str:
    """The answer with further candidates: each UDP one again at each of these addresses of its family, same port."""
    lines: list[str] = []
    for line in sdp.splitlines():
        lines.append(line)
        fields = line.split(" ")
        if line.startswith("a=candidate:") and len(fields) > 5 and fields[2].lower() == "udp":
            alike = [host for host in hosts if (":" in host) == (":" in fields[4]) and host != fields[4]]
            lines += [" ".join([*fields[:4], host, *fields[5:]]) for host in alike]
    return "\r\n".join(lines) + "\r\n"


class Source(MediaStreamTrack):
    """Stands for the source in the connection; nobody reads it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()

    async def recv(self) -> Any:
        raise AssertionError("the player sends by itself")


class FilmParticipant:
    """Use as `async with`: inside, the film is in the room."""

    def __init__(
        self, url: str, token: str, player: Player, trust: ssl.SSLContext | None, media_hosts: Sequence[str]
    ) -> None:
        self._url = url
        self._token = token
        self._player = player
        self._media_hosts = media_hosts
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust if trust else True))
        self._socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.ended = asyncio.Event()
        """Set when the server has ended the connection: the conference is over, or the film was removed."""

    async def __aenter__(self) -> FilmParticipant:
        """Raises: ClipFault `film_refused` or `film_codec_unsupported`."""
        try:
            await self._join()
        except ClipFault:
            await self._close()
            raise
        except (OSError, TimeoutError, aiohttp.ClientError, socketio.exceptions.SocketIOError) as error:
            await self._close()
            raise ClipFault(
                "film_refused", f"the film could not join the room ({type(error).__name__}); try once more"
            ) from error
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._socket.connected and not self.ended.is_set():
            try:
                await self._ask({"type": "leave"})
            except (OSError, TimeoutError, ClipFault, socketio.exceptions.SocketIOError):
                logger.debug("leave_unanswered")
        await self._close()

    async def _join(self) -> None:
        async def hear(_batch: object) -> None:
            """Acknowledged by returning; a film asks nothing and answers nobody."""

        async def gone(*_reason: object) -> None:
            self.ended.set()

        self._socket.on("events", hear)
        self._socket.on("disconnect", gone)
        auth = {"protocol": PROTOCOL_VERSION, "token": self._token}
        await self._socket.connect(self._url, auth=auth, transports=["websocket"], wait_timeout=CONNECT_TIMEOUT_S)
        joined = await self._ask({"type": "join", "name": "Film", "videoSlots": 0})
        codec = joined["media"]["codec"]
        if codec not in CODECS:
            raise ClipFault(
                "film_codec_unsupported", f"the room's codec is {codec}; films need a room with VP8 or H264"
            )
        picture = self._connection.addTransceiver(Source("video"), direction="sendonly")
        sound = self._connection.addTransceiver(Source("audio"), direction="sendonly")
        kinds = (f"video/{codec}".lower(), "video/rtx")
        picture.setCodecPreferences(
            [kind for kind in RTCRtpSender.getCapabilities("video").codecs if kind.mimeType.lower() in kinds]
        )
        send_pictures(picture.sender, self._player)
        send_sound(sound.sender, self._player)
        connected = asyncio.Event()

        def state_changed() -> None:
            if self._connection.connectionState == "connected":
                connected.set()
            elif self._connection.connectionState in ("failed", "closed"):
                self.ended.set()

        self._connection.on("connectionstatechange", state_changed)
        await self._connection.setLocalDescription(await self._connection.createOffer())
        sources = {picture.mid: "screen", sound.mid: "screenAudio"}
        answer = await self._ask({"type": "offer", "sdp": self._connection.localDescription.sdp, "sources": sources})
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self._connection.setRemoteDescription(
                RTCSessionDescription(with_hosts(answer["sdp"], self._media_hosts), "answer")
            )
            spread_packets(picture.sender)
            await connected.wait()
        await self._ask({"type": "setSource", "source": "screen", "active": True, "contentHint": "motion"})
        await self._ask({"type": "setSource", "source": "screenAudio", "active": True})

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Raises: ClipFault with the server's code in the text when the command is refused."""
        answer: dict[str, Any] = await self._socket.call("command", command, timeout=ANSWER_TIMEOUT_S)
        if answer["type"] == "error":
            raise ClipFault("film_refused", f"the room does not take the film: {answer['code']}")
        return answer

    async def _close(self) -> None:
        await self._connection.close()
        await self._socket.disconnect()
        await self._http.close()
