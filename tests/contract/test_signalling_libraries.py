"""The private names of python-socketio and python-engineio on which `signalling/guard.py` and `packet.py` stand."""

from __future__ import annotations

import inspect

import engineio
import pytest
import socketio
from engineio.async_drivers import aiohttp as driver


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_engineio_server_class", ["self"]),
        ("_handle_eio_connect", ["self", "eio_sid", "environ"]),
        ("_handle_eio_disconnect", ["self", "eio_sid", "reason"]),
        ("_handle_eio_message", ["self", "eio_sid", "data"]),
        ("_handle_connect", ["self", "eio_sid", "namespace", "data"]),
        ("_handle_event", ["self", "eio_sid", "namespace", "id", "data"]),
        ("_handle_ack", ["self", "eio_sid", "namespace", "id", "data"]),
        ("_handle_disconnect", ["self", "eio_sid", "namespace", "reason"]),
    ],
)
def test_socketio_server_still_has_what_is_overridden_or_called(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(socketio.AsyncServer, name)).parameters) == parameters


def test_socketio_manager_still_knows_callbacks_and_both_ids() -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")
    assert server.manager.callbacks == {}
    assert list(inspect.signature(server.manager.sid_from_eio_sid).parameters) == ["eio_sid", "namespace"]
    assert list(inspect.signature(server.manager.eio_sid_from_sid).parameters) == ["sid", "namespace"]


def test_engineio_still_takes_its_websocket_from_a_table() -> None:
    server = engineio.AsyncServer(async_mode="aiohttp")
    assert server._async["websocket"] is driver.WebSocket
    source = inspect.getsource(driver.WebSocket)
    for name in ("self._sock", "self.environ", "self.handler", "self.server", "async def wait"):
        assert name in source
    assert "raise OSError()" in inspect.getsource(driver.WebSocket.wait)


def test_engineio_still_queues_what_is_sent_in_the_socket() -> None:
    assert engineio.AsyncServer(async_mode="aiohttp").sockets == {}
    assert "self.queue.put(pkt)" in inspect.getsource(engineio.async_socket.AsyncSocket.send)


def test_engineio_still_starts_its_tasks_through_the_overridden_method() -> None:
    source = inspect.getsource(engineio.async_socket) + inspect.getsource(engineio.async_server)
    assert source.count("start_background_task(") >= 3
