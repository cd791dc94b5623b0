"""Frames that no socket.io client would send: the socket ends, is counted, and nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.fakes.signalling_server import Server, connected, signalling_server, until
from tests.patience import PATIENCE_S
from vdxmedia.hub.ports import MediaAnswer, MediaOffer, MediaSeat
from vdxmedia.signalling import guard
from vdxmedia.signalling.messages import MAX_MESSAGE_BYTES

PATH = "/socket.io/?EIO=4&transport=websocket"


@asynccontextmanager
async def websocket(server: Server, **options: object) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(server.url + PATH, autoclose=False, **options) as socket,  # type: ignore[arg-type]
    ):
        assert (await socket.receive_str())[0] == "0", "engine.io's open packet"
        yield socket


async def until_closed(socket: aiohttp.ClientWebSocketResponse) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass


def connect_frame(server: Server, room: str) -> str:
    return "40" + json.dumps({"protocol": 1, "token": server.token(room)})


@pytest.mark.parametrize(
    "frame",
    [
        *("", "x", "0", "2", "2probe", "5", "6", "4", "4x", "3pong", "44{}", "40/admin,", "461-", "43[1]", "4\u0662"),
        *('42["command",{}]', '451-["command",{"_placeholder":true,"num":0}]', "4" + "[" * 10_000, "42" + "[" * 10_000),
    ],
)
async def test_frame_that_makes_no_sense_ends_the_socket(server: Server, frame: str) -> None:
    async with websocket(server) as socket:
        await socket.send_str(frame)
        await until_closed(socket)
    counted = sum(server.total(name) for name in ("frames_malformed", "packets_malformed", "packets_out_of_order"))
    assert counted == 1
    async with connected(server, server.token(server.room())) as client:
        assert (await client.join())["type"] == "joined"


async def test_message_that_is_too_large_ends_the_socket_and_is_counted(server: Server) -> None:
    async with websocket(server) as socket:
        await socket.send_str("4" * (MAX_MESSAGE_BYTES + 1))
        await until_closed(socket)
    assert server.total("frames_too_large") == 1


async def test_binary_frame_ends_the_socket(server: Server) -> None:
    async with websocket(server) as socket:
        await socket.send_bytes(b"\x00" * 100)
        await until_closed(socket)
    assert server.total("frames_malformed") == 1


async def test_second_connect_on_a_socket_ends_it(server: Server) -> None:
    room = server.room()
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, room))
        assert (await socket.receive_str())[:2] == "40"
        await socket.send_str(connect_frame(server, room))
        await until_closed(socket)
    assert server.total("packets_out_of_order") == 1


async def test_event_named_like_a_library_callback_is_only_unknown(server: Server) -> None:
    room = server.room()
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, room))
        await socket.receive_str()
        await socket.send_str('421["command",{"type":"join","name":"Anna","knowsWhoSees":"all"}]')
        assert '"type":"joined"' in await socket.receive_str()
        for name in ("disconnect", "connect", "__init__"):
            await socket.send_str(f'422["{name}","x"]')
            answer = await socket.receive_str()
            assert answer.startswith("432[")
            assert "unknown_message" in answer
        await socket.send_str('423["command",{"type":"setSource","source":"camera","active":true}]')
        assert '"type":"done"' in await socket.receive_str()
        assert server.registry.participants_in(room) == 1


async def test_acknowledgement_of_what_was_not_sent_is_passed_over(server: Server) -> None:
    room = server.room()
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, room))
        await socket.receive_str()
        await socket.send_str("43999[]")
        await socket.send_str("43[]")
        await socket.send_str('421["command",{"type":"join","name":"Anna","knowsWhoSees":"all"}]')
        assert '"type":"joined"' in await socket.receive_str()


async def test_flood_of_frames_ends_the_socket(server: Server) -> None:
    room = server.room()
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, room))
        for _ in range(400):
            await socket.send_str('421["command",{"type":"leave"}]')
        await until_closed(socket)
    assert server.total("sockets_cut_for_rate") == 1
    assert server.total("commands_refused_rate_limited") > 50


async def test_socket_that_never_joins_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "JOIN_WITHIN_S", 0.1)
    async with signalling_server() as server:
        room = server.room()
        async with (
            websocket(server) as silent,
            websocket(server) as greeted,
            connected(server, server.token(room)) as ok,
        ):
            await ok.join()
            await greeted.send_str(connect_frame(server, room))
            await until_closed(silent)
            await until_closed(greeted)
            assert server.total("sockets_never_joined") == 2
            assert (await ok.command("setSource", source="camera", active=True)) == {"type": "done"}


async def test_sockets_beyond_the_limit_are_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_STRANGERS", 1)
    async with websocket(server):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with websocket(server):
                pass
    assert server.total("sockets_refused") == 1


async def test_sockets_of_one_client_keep_no_other_out(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_STRANGERS", 3)
    elsewhere = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with (
        websocket(server) as oldest,
        websocket(server),
        websocket(server),
        aiohttp.ClientSession(connector=elsewhere) as http,
        http.ws_connect(server.url + PATH) as other,
    ):
        assert (await other.receive_str())[0] == "0"
        await until_closed(oldest)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with websocket(server):
                pass
    assert server.total("sockets_cut_for_others") == 1
    assert server.total("sockets_refused") == 1


@pytest.mark.parametrize("goodbye", ['42["command",{"type":"leave"}]', "41"])
async def test_socket_that_has_given_up_its_seat_is_cut(
    server: Server, monkeypatch: pytest.MonkeyPatch, goodbye: str
) -> None:
    room = server.room()
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, room))
        await socket.receive_str()
        await socket.send_str('421["command",{"type":"join","name":"Anna","knowsWhoSees":"all"}]')
        assert '"type":"joined"' in await socket.receive_str()
        monkeypatch.setattr(guard, "JOIN_WITHIN_S", 0.05)
        await socket.send_str(goodbye)
        await until_closed(socket)
    assert server.total("sockets_never_joined") == 1


@pytest.mark.parametrize("opcode", [aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG])
async def test_flood_of_pings_ends_the_socket(server: Server, opcode: aiohttp.WSMsgType) -> None:
    async with websocket(server, autoping=False) as socket:
        await socket.ping(b"alive?")
        while (message := await socket.receive()).type is not aiohttp.WSMsgType.PONG:
            pass  # engine.io's own ping may come before
        assert message.data == b"alive?"
        with contextlib.suppress(ConnectionError):  # cut while it still sends
            for _ in range(400):
                await (socket.ping() if opcode is aiohttp.WSMsgType.PING else socket.pong())
        async with asyncio.timeout(PATIENCE_S):
            while (await socket.receive()).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PONG):
                pass
    assert server.total("sockets_cut_for_rate") == 1


async def test_client_that_asks_and_never_reads_is_cut(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acknowledging lists it has not read would keep it from being too slow."""

    async def answer_at_length(seat: MediaSeat, offer: MediaOffer) -> MediaAnswer:
        return MediaAnswer("x" * 3_000_000, [], True)

    monkeypatch.setattr(server.plane, "connect", answer_at_length)
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, server.room()))
        await socket.receive_str()
        await socket.send_str('421["command",{"type":"join","name":"Anna","knowsWhoSees":"all"}]')
        await socket.receive_str()
        connection = socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.pause_reading()
        for _ in range(4):
            await socket.send_str('422["command",{"type":"offer","sdp":"v=0","sources":{}}]')
        for _ in range(20):
            await socket.send_str('423["never",{}]')
        await until(lambda: server.total("sockets_cut_for_unread"))
        connection.transport.resume_reading()
        await until_closed(socket)


async def test_flood_of_engine_pongs_ends_the_socket(server: Server) -> None:
    async with websocket(server) as socket:
        for _ in range(400):
            await socket.send_str("3")
        await until_closed(socket)
    assert server.total("sockets_cut_for_rate") == 1


HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize("absent", HANDSHAKE)
async def test_handshake_that_is_not_whole_is_refused_and_keeps_no_place(server: Server, absent: str) -> None:
    headers = {name: value for name, value in HANDSHAKE.items() if name != absent}
    if absent == "Connection":
        headers["Connection"] = "close"
    async with aiohttp.ClientSession() as http, http.get(server.url + PATH, headers=headers) as answer:
        assert answer.status == 400
    assert not server.signalling._server._connections
    assert not server.signalling._server.eio.sockets


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://[::1", "\u00e6"])
async def test_page_of_another_origin_is_refused(server: Server, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with websocket(server, origin=origin):
            pass
    assert refused.value.status == 400


async def test_page_of_this_host_is_taken(server: Server) -> None:
    async with websocket(server, origin=server.url):
        pass


async def test_polling_is_refused(server: Server) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(server.url + "/socket.io/?EIO=4&transport=polling") as answer:
            assert answer.status == 400
        async with http.post(server.url + "/socket.io/?EIO=4&transport=polling", data=b"4x" * 1000) as answer:
            assert answer.status == 400


async def test_compression_is_not_negotiated(server: Server) -> None:
    async with websocket(server, compress=15) as socket:
        assert socket.compress == 0


async def test_broadcast_is_encoded_once_for_the_room(server: Server) -> None:
    room = server.room()
    async with (
        connected(server, server.token(room)) as anna,
        connected(server, server.token(room)) as bo,
        connected(server, server.token(room)) as cai,
    ):
        for client in (anna, bo, cai):
            await client.join()
        await until(lambda: len(anna.of_type("participantJoined")) == 2)
        namespace = next(iter(server.signalling._server.namespace_handlers.values()))
        before = namespace._broadcast.encoded
        await anna.command("setSource", source="microphone", active=True)
        for client in (anna, bo, cai):
            await client.until_event("participantChanged")
        assert namespace._broadcast.encoded == before + 1


async def test_fault_of_ours_in_one_frame_is_logged_and_the_socket_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch, expected_errors: list[logging.LogRecord]
) -> None:
    room = server.room()
    async with websocket(server) as socket:
        await socket.send_str(connect_frame(server, room))
        await socket.receive_str()

        async def broken(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as once:
            once.setitem(server.signalling._server.eio.handlers, "message", broken)
            await socket.send_str('421["command",{"type":"join","name":"Anna","knowsWhoSees":"all"}]')
            await until(lambda: server.total("message_faults"))
        await socket.send_str('422["command",{"type":"join","name":"Anna","knowsWhoSees":"all"}]')
        assert '"type":"joined"' in await socket.receive_str()
    assert len(expected_errors) == 1
