"""The private names of python-socketio and python-engineio on which signalling stands (guard, engine, packet)."""

from __future__ import annotations

import inspect
import re

import engineio
import pytest
import socketio

from vdxmedia.signalling.engine import EngineSocket


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_engineio_server_class", ["self"]),
        ("_handle_eio_connect", ["self", "eio_sid", "environ"]),
        ("_handle_eio_disconnect", ["self", "eio_sid", "reason"]),
        ("_handle_eio_message", ["self", "eio_sid", "data"]),
        ("_handle_connect", ["self", "eio_sid", "namespace", "data"]),
        ("_handle_disconnect", ["self", "eio_sid", "namespace", "reason"]),
    ],
)
def test_socketio_server_still_has_what_is_overridden_or_called(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(socketio.AsyncServer, name)).parameters) == parameters


def test_socketio_manager_still_knows_both_ids() -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")
    assert list(inspect.signature(server.manager.sid_from_eio_sid).parameters) == ["eio_sid", "namespace"]
    assert list(inspect.signature(server.manager.eio_sid_from_sid).parameters) == ["sid", "namespace"]
    assert list(inspect.signature(server.manager.is_connected).parameters) == ["sid", "namespace"]


def test_socketio_server_still_hands_events_to_a_namespace_by_its_name() -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")
    namespace = socketio.AsyncNamespace("/")
    server.register_namespace(namespace)
    assert server.namespace_handlers == {"/": namespace}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_handle_connect", ["self", "environ", "transport", "jsonp_index"]),
        ("_trigger_event", ["self", "event", "args", "kwargs"]),
        ("_unauthorized", ["self", "message"]),
        ("start_background_task", ["self", "target", "args", "kwargs"]),
    ],
)
def test_engineio_server_still_has_what_is_overridden_or_called(name: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(engineio.AsyncServer, name)).parameters) == parameters


def test_engineio_still_asks_of_a_socket_what_ours_has() -> None:
    assert engineio.AsyncServer(async_mode="aiohttp").sockets == {}
    library, ours = engineio.async_socket.AsyncSocket, EngineSocket
    assert inspect.signature(library.close).parameters.keys() == inspect.signature(ours.close).parameters.keys()
    assert len(inspect.signature(library.send).parameters) == len(inspect.signature(ours.send).parameters)
    used = set(re.findall(r"\b(?:socket|s|self\.sockets\[sid\])\.(\w+)", inspect.getsource(engineio.AsyncServer)))
    only_for_what_is_refused = {"connected", "upgraded", "handle_get_request", "handle_post_request", "session"}
    only_in_what_is_overridden = {"schedule_ping", "check_ping_timeout", "closing", "poll"}
    assert used - only_for_what_is_refused - only_in_what_is_overridden <= {"send", "close", "closed", "sid"}


def test_socketio_still_hands_its_message_handler_to_engineio() -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")
    assert server.eio.handlers["message"] == server._handle_eio_message
    assert inspect.iscoroutinefunction(server._handle_eio_message)


def test_engineio_starts_its_watch_only_where_we_do_not_come() -> None:
    source = inspect.getsource(engineio.async_server)
    assert source.count("self._service_task)") == 1
    assert "self._service_task)" in inspect.getsource(engineio.AsyncServer._handle_connect)
