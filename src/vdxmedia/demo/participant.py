"""One synthetic participant: joins by the protocol, sends sound and picture, leaves. It receives nothing."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Any

import aiohttp
import socketio
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from vdxmedia.demo.clips import Clips
from vdxmedia.demo.replay import IsSpeaking, SilentTrack, replay_audio, replay_video
from vdxmedia.signalling.messages import PROTOCOL_VERSION

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 20.0


class Participant:
    """Use as `async with`: inside, the person is in the call."""

    def __init__(
        self, url: str, token: str, clips: Clips, is_speaking: IsSpeaking, trust: ssl.SSLContext | None
    ) -> None:
        self._url = url
        self._token = token
        self._clips = clips
        self._is_speaking = is_speaking
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust if trust else True))
        self._socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.ended = asyncio.Event()
        """Set when the server has ended the connection."""

    async def __aenter__(self) -> Participant:
        """Raises: ConnectionError, TimeoutError, aiohttp and socket.io errors when the server does not let it in."""
        try:
            await self._join()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._socket.connected:
            try:
                await self._ask({"type": "leave"})
            except (TimeoutError, socketio.exceptions.SocketIOError):
                logger.debug("leave_unanswered")
        await self._close()

    async def _join(self) -> None:
        async def hear(_batch: object) -> None:
            """Acknowledged by returning; what is said does not matter to someone who only sends."""

        async def gone(*_reason: object) -> None:
            self.ended.set()

        self._socket.on("events", hear)
        self._socket.on("disconnect", gone)
        auth = {"protocol": PROTOCOL_VERSION, "token": self._token}
        await self._socket.connect(self._url, auth=auth, transports=["websocket"], wait_timeout=CONNECT_TIMEOUT_S)
        await self._ask({"type": "join", "name": "Demo", "videoSlots": 0, "knowsWhoSees": "all"})
        sound = self._connection.addTransceiver(SilentTrack("audio"), direction="sendonly")
        picture = self._connection.addTransceiver(SilentTrack("video"), direction="sendonly")
        replay_audio(sound.sender, self._clips, self._is_speaking)
        replay_video(picture.sender, self._clips, self._is_speaking)
        await self._connection.setLocalDescription(await self._connection.createOffer())
        answer = await self._ask(
            {
                "type": "offer",
                "sdp": self._connection.localDescription.sdp,
                "sources": {sound.mid: "microphone", picture.mid: "camera"},
            }
        )
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self._connection.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
        for source in ("microphone", "camera"):
            await self._ask({"type": "setSource", "source": source, "active": True})

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Raises: ConnectionError with the server's code when the command is refused."""
        answer: dict[str, Any] = await self._socket.call("command", command, timeout=ANSWER_TIMEOUT_S)
        if answer["type"] == "error":
            raise ConnectionError(f"{command['type']} refused: {answer['code']}")
        return answer

    async def _close(self) -> None:
        await self._connection.close()
        await self._socket.disconnect()
        await self._http.close()
