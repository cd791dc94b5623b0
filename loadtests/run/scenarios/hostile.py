"""Attacks during calls: consultations go on while somebody does what he can from beside them, and must keep quality.

From another address (127.0.0.2) come, all at the same time and without a pause:

- `garbage`: datagrams of chance to the media port, and such as look like RTP, RTCP and DTLS;
- `stun`: binding requests with names and keys of chance;
- `tokens`: connections with tokens that nobody signed, and with those of the calls, changed by one character;
- `huge`: text frames above the bound before anything was said;
- `frames`: a connection that sends as fast as it can;
- `guest`: one who was let in, and sends commands without a pause;
- `http`: requests for rooms with a wrong key, and for pages that are not there.

Whoever should have been refused and was not is a failure of the run, and so is an attack that did nothing. The attacks
that are told from each other by their number, with what holds each, are in tests/attacks. Nothing is done to a server
that was not started here: with `--url` the scenario refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aiohttp
import msgspec

from loadtests.run.flags import Flags
from loadtests.run.hub import HubFailed
from loadtests.run.scenario import Scenario
from loadtests.run.scenarios.consultation import NAMES, sizes
from loadtests.run.stage import Entry, Stage

ADDRESS = "127.0.0.2"
"""Whose connections the server counts apart from the participants'."""
DATAGRAMS_PER_S = 2_000
TRIES_PER_S = 20.0
"""Of each way that needs a connection."""
GUEST_COMMANDS_PER_S = 90
"""Below what cuts the socket, above what is carried out."""
HUGE_BYTES = 2_000_000
FRAMES = 2_000
CUT_WITHIN_S = 10.0
"""Half of the time that a connection may be there without a seat."""
PING = "2"
STEP_S = 0.02
FIRST_BYTES = (0x80, 0x81, 0xC8, 0x16, 0x17, 0x40, 0xFF)
"""RTP, RTCP, DTLS, TURN channels, and what is none of them (RFC 7983 §7)."""
MAGIC_COOKIE = 0x2112A442
BINDING_REQUEST = 0x0001
USERNAME, MESSAGE_INTEGRITY, FINGERPRINT = 0x0006, 0x0008, 0x8028
_PATH = "/socket.io/?EIO=4&transport=websocket"


class Attack:
    """From one address on a server on this machine, until `until_s` of the monotonic clock."""

    def __init__(self, stage: Stage, http: aiohttp.ClientSession, tokens: list[str], until_s: float) -> None:
        assert stage.server.process is not None
        self._stage = stage
        self._http = http
        self._tokens = tokens
        self._until_s = until_s
        self._base_url = stage.server.base_url
        self._media = ("127.0.0.1", media_port(stage.server.process.pid))
        self.tried: Counter[str] = Counter()
        self.let_through: Counter[str] = Counter()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for work in (self._send(self._garbage, "garbage"), self._send(self._stun, "stun")):
                tasks.create_task(work, name="datagrams")
            for name, one in (
                ("tokens", self._token),
                ("huge", self._huge),
                ("frames", self._frames),
                ("http", self._request),
            ):
                tasks.create_task(self._repeat(name, one), name=name)
            tasks.create_task(self._guest(), name="guest")

    async def _send(self, make: Callable[[], bytes], name: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((ADDRESS, 0))
            sender.setblocking(False)
            while time.monotonic() < self._until_s:
                for _ in range(round(DATAGRAMS_PER_S / 2 * STEP_S)):
                    with contextlib.suppress(OSError):  # no room: then a few less
                        sender.sendto(make(), self._media)
                        self.tried[name] += 1
                await asyncio.sleep(STEP_S)

    def _garbage(self) -> bytes:
        dice = self._stage.dice
        return bytes((dice.choice(FIRST_BYTES),)) + secrets.token_bytes(dice.randrange(1, 1_200))

    def _stun(self) -> bytes:
        """A request as ICE makes it (RFC 8489 §5), with nothing right but the form."""
        name = secrets.token_hex(4).encode() + b":" + secrets.token_hex(4).encode()
        name += bytes(-len(name) % 4)
        attributes = struct.pack("!HH", USERNAME, len(name)) + name
        attributes += struct.pack("!HH", MESSAGE_INTEGRITY, 20) + secrets.token_bytes(20)
        attributes += struct.pack("!HH", FINGERPRINT, 4) + secrets.token_bytes(4)
        return (
            struct.pack("!HHI", BINDING_REQUEST, len(attributes), MAGIC_COOKIE) + secrets.token_bytes(12) + attributes
        )

    async def _repeat(self, name: str, one: Callable[[], Awaitable[None]]) -> None:
        while time.monotonic() < self._until_s:
            began_s = time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, self._until_s - time.monotonic()) + CUT_WITHIN_S):
                    await one()
            except (aiohttp.ClientError, OSError, TimeoutError):
                pass  # refused, cut: as it should be
            self.tried[name] += 1
            await asyncio.sleep(max(0.0, began_s + 1 / TRIES_PER_S - time.monotonic()))

    async def _token(self) -> None:
        token = self._stage.dice.choice(self._tokens)
        at = self._stage.dice.randrange(len(token) - 40, len(token) - 4)  # in the signature
        forged = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        async with self._http.ws_connect(self._base_url + _PATH) as websocket:
            await websocket.receive_str()
            await websocket.send_str("40" + hello(forged))
            answer = await websocket.receive()
            while answer.data == PING:
                answer = await websocket.receive()
            if answer.type is aiohttp.WSMsgType.TEXT and answer.data.startswith("40"):
                self.let_through["a forged token was taken"] += 1

    async def _huge(self) -> None:
        async with self._http.ws_connect(self._base_url + _PATH) as websocket:
            await websocket.receive_str()
            await websocket.send_str("42" + "x" * HUGE_BYTES)
            if not await was_cut(websocket):
                self.let_through["a frame above the bound was taken"] += 1

    async def _frames(self) -> None:
        async with self._http.ws_connect(self._base_url + _PATH) as websocket:
            await websocket.receive_str()
            for _ in range(FRAMES):
                await websocket.send_str("3")
            if not await was_cut(websocket):
                self.let_through["a flood of frames was read to its end"] += 1

    async def _request(self) -> None:
        async with self._http.post(
            self._base_url + "/api/v1/rooms", json={}, headers={"Authorization": f"Bearer {secrets.token_hex(16)}"}
        ) as answer:
            if answer.status < 400:
                self.let_through["a room was made with a wrong key"] += 1
        async with self._http.get(f"{self._base_url}/{secrets.token_hex(8)}/../../etc/passwd") as page:
            await page.read()

    async def _guest(self) -> None:
        """He has a link as the others, to a room of his own."""
        made = await self._stage.server.create_room()
        async with self._http.ws_connect(self._base_url + _PATH) as websocket:
            await websocket.receive_str()
            await websocket.send_str("40" + hello(made["guestUrl"].partition("#t=")[2]))
            join = {"type": "join", "name": "Ubuden", "videoSlots": 25, "knowsWhoSees": "all"}
            await websocket.send_str(f"421{command(join)}")
            reader = asyncio.create_task(self._refusals(websocket), name="refusals")
            number = 1
            with contextlib.suppress(ConnectionError):
                while time.monotonic() < self._until_s and not websocket.closed:
                    number += 1
                    tiles = {"type": "setTiles", "tiles": [{"slot": number % 25, "width": 640, "height": 360}]}
                    await websocket.send_str(f"42{number}{command(tiles)}")
                    self.tried["guest"] += 1
                    await asyncio.sleep(1 / GUEST_COMMANDS_PER_S)
            reader.cancel()
            await asyncio.wait([reader])
        if self.tried["guest"] > GUEST_COMMANDS_PER_S and not self.tried["guest refused"]:
            self.let_through["a guest's flood of commands was carried out"] += 1

    async def _refusals(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in websocket:
            if frame.data == PING:
                await websocket.send_str("3")
            self.tried["guest refused"] += "rate_limited" in str(frame.data)


async def was_cut(websocket: aiohttp.ClientWebSocketResponse) -> bool:
    """Within a moment; a ping of the server's is no answer."""
    try:
        async with asyncio.timeout(CUT_WITHIN_S):
            while (answer := await websocket.receive()).type is aiohttp.WSMsgType.TEXT:
                if answer.data != PING:
                    return False
    except TimeoutError:
        return False
    return True


def hello(token: str) -> str:
    return msgspec.json.encode({"protocol": 1, "token": token}).decode()


def command(message: Mapping[str, object]) -> str:
    return msgspec.json.encode(["command", message]).decode()


def media_port(pid: int) -> int:
    """What the server was started with."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return int(words[words.index(b"--media-port") + 1])


async def play(stage: Stage) -> None:
    if stage.server.process is None:
        raise HubFailed("only a server that was started here is attacked: leave --url out")
    entries: list[Entry] = []
    tokens = []
    for number, size in enumerate(sizes(stage.flags.rooms)):
        room = await stage.room()
        tokens += [link.partition("#t=")[2] for link in (room.host_url, room.guest_url)]
        entries += [
            Entry(room=room, name=f"{name} {number}", role="guest" if at else "host")
            for at, name in enumerate(NAMES[:size])
        ]
    await stage.join_all(entries)
    await stage.hold(stage.parameter("calm"), name="calm")
    connector = aiohttp.TCPConnector(limit=0, local_addr=(ADDRESS, 0))
    async with aiohttp.ClientSession(connector=connector) as http:
        attack = Attack(stage, http, tokens, time.monotonic() + stage.flags.duration_s)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(attack.run(), name="attack")
            tasks.create_task(stage.hold(), name="hold")
    for what, count in attack.let_through.items():
        stage.failed[f"hostile: {what}"] += count
    for name in ("garbage", "stun", "tokens", "huge", "frames", "guest", "http"):
        stage.watch.counts[f"attack_{name}"] = attack.tried[name]
        if not attack.tried[name]:
            stage.failed[f"hostile: {name} did nothing"] += 1


SCENARIO = Scenario(
    name="hostile",
    about="Consultations go on during forged STUN, garbage, wrong tokens, huge messages and floods",
    defaults=Flags(rooms=20, duration_s=20.0, num_per_second=10.0, layout="2x2"),
    parameters={"calm": "5"},
    settings={"api.requests_per_second": "20"},
    play=play,
)
