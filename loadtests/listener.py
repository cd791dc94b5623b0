"""Somebody who joins and only listens to what he is told: signalling without media, at the least cost for a client.

Speaks socket.io over one WebSocket by hand, because hundreds of them share this process with the measurement. What
comes is counted and timed, not kept. Left out: everything that python-socketio does for a client in earnest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Any

import aiohttp
import msgspec

PATH = "/socket.io/?EIO=4&transport=websocket"
ANSWER_TIMEOUT_S = 60.0
ROSTER = frozenset(("participantJoined", "participantChanged", "participantLeft"))
_ENDED = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


class Listener:
    """Use as an async context manager; `join` next."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, link: str, name: str) -> None:
        self._http = http
        self._url = base_url + PATH
        self._token = link.partition("#t=")[2]
        self._name = name
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asked = 0
        self._stack = contextlib.AsyncExitStack()
        self.joined: dict[str, Any] = {}
        self.lists = 0
        self.events: Counter[str] = Counter()
        self.roster_lists = 0
        """With news of who is there."""
        self.is_over = False
        """The connection is gone."""

    async def __aenter__(self) -> Listener:
        """Raises: RuntimeError when the server refuses."""
        self._socket = await self._stack.enter_async_context(self._http.ws_connect(self._url, max_msg_size=0))
        await self._socket.receive_str()  # engine.io's greeting
        hello = msgspec.json.encode({"protocol": 1, "token": self._token}).decode()
        await self._socket.send_str(f"40{hello}")
        while (accepted := await self._socket.receive_str()) == "2":
            await self._socket.send_str("3")
        if not accepted.startswith("40"):
            raise RuntimeError(f"the server refused: {accepted[:200]}")
        self._reader = asyncio.create_task(self._read(), name=f"listener {self._name}")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        await self._reader
        await self._stack.aclose()

    async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Raises: RuntimeError when it is refused."""
        number = self._asked = self._asked + 1
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_str(f"42{number}{msgspec.json.encode(['command', message]).decode()}")
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            told: dict[str, Any] = await answer
        if told["type"] == "error":
            raise RuntimeError(f"{message['type']} was refused: {told['code']}")
        return told

    async def join(self, **fields: Any) -> None:
        """`joined` is the answer, also to who must wait."""
        asked = {"type": "join", "name": self._name, "videoSlots": 0, "knowsWhoSees": "all", **fields}
        self.joined = await self.ask(asked)

    async def _read(self) -> None:
        async for frame in self._socket:
            if frame.type in _ENDED:
                break
            self._take(frame.data)
        self.is_over = True

    def _take(self, text: str) -> None:
        if text == "2":
            asyncio.get_running_loop().create_task(self._reply("3"), name="pong")
        elif text.startswith("43"):
            number, body = _split(text[2:])
            (answer,) = msgspec.json.decode(body)
            self._answers.pop(number).set_result(answer)
        elif text.startswith("42"):
            number, body = _split(text[2:])
            if number:
                asyncio.get_running_loop().create_task(self._reply(f"43{number}[]"), name="acknowledge")
            self._count(body)

    async def _reply(self, text: str) -> None:
        with contextlib.suppress(ConnectionError):  # closed meanwhile
            await self._socket.send_str(text)

    def _count(self, body: str) -> None:
        """Only the types are looked at."""
        _, events = msgspec.json.decode(body, type=tuple[str, list[_Event]])
        self.lists += 1
        kinds = [event.type for event in events]
        self.events.update(kinds)
        if not ROSTER.isdisjoint(kinds):
            self.roster_lists += 1


class _Event(msgspec.Struct):
    type: str


def _split(text: str) -> tuple[int, str]:
    """An acknowledgement's number, 0 when there is none, and the JSON."""
    begins = text.index("[")
    return int(text[:begins] or 0), text[begins:]
