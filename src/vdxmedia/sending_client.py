"""A client that sends and receives nothing: what films and the demo's people have in common.

It joins by the protocol as everybody does, and answers no event. Left out: what is sent, and what a refusal means.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import socketio
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpTransceiver, RTCSessionDescription

from vdxmedia.signalling.messages import PROTOCOL_VERSION

logger = logging.getLogger(__name__)

ANSWER_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 15.0


class CommandRefused(ConnectionError):
    """By the room; the text has the command's type and the server's code."""

    def __init__(self, command: str, code: str) -> None:
        super().__init__(f"{command} refused: {code}")
        self.code = code


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


class StandIn(MediaStreamTrack):
    """Stands for a source in the connection; nobody reads it, since its sender is fed with packets."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()

    async def recv(self) -> Any:
        raise AssertionError("its sender is fed with packets")


class SendingClient:
    """Whoever made it closes it. Event loop only."""

    def __init__(self, url: str, token: str, trust: ssl.SSLContext | None) -> None:
        self._url = url
        self._token = token
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust if trust else True))
        self._socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.ended = asyncio.Event()
        """Set when the server has ended the connection: the conference is over, or this one was removed."""

    async def join(self, name: str, **more: object) -> dict[str, Any]:
        """What the room said. Raises: CommandRefused, TimeoutError, aiohttp and socket.io errors."""

        async def hear(_batch: object) -> None:
            """Acknowledged by returning; what is said does not matter to one who only sends."""

        async def gone(*_reason: object) -> None:
            self.ended.set()

        self._socket.on("events", hear)
        self._socket.on("disconnect", gone)
        auth = {"protocol": PROTOCOL_VERSION, "token": self._token}
        await self._socket.connect(self._url, auth=auth, transports=["websocket"], wait_timeout=CONNECT_TIMEOUT_S)
        return await self.ask({"type": "join", "name": name, "videoSlots": 0, **more})

    async def offer(self, sources: Mapping[str, RTCRtpTransceiver], media_hosts: Sequence[str] = ()) -> None:
        """What it sends, by kind; returns when the room's answer is taken. Raises: as `join`."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        lines = {line.mid: kind for kind, line in sources.items()}
        answer = await self.ask({"type": "offer", "sdp": self.connection.localDescription.sdp, "sources": lines})
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await self.connection.setRemoteDescription(
                RTCSessionDescription(with_hosts(answer["sdp"], media_hosts), "answer")
            )

    async def show(self, source: str, **more: object) -> None:
        """From now on it is on. Raises: as `join`."""
        await self.ask({"type": "setSource", "source": source, "active": True, **more})

    async def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Raises: CommandRefused, TimeoutError, socket.io errors."""
        answer: dict[str, Any] = await self._socket.call("command", command, timeout=ANSWER_TIMEOUT_S)
        if answer["type"] == "error":
            raise CommandRefused(command["type"], answer["code"])
        return answer

    async def leave(self) -> None:
        """With a goodbye where there is somebody to say it to; closes everything."""
        if self._socket.connected and not self.ended.is_set():
            try:
                await self.ask({"type": "leave"})
            except (OSError, TimeoutError, socketio.exceptions.SocketIOError):
                logger.debug("leave_unanswered")
        await self.close()

    async def close(self) -> None:
        await self.connection.close()
        await self._socket.disconnect()
        await self._http.close()
