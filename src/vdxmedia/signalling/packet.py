"""socket.io packets as this server takes and makes them: text only, strict, without a second JSON decoding.

A command stays raw bytes until its type is known (`decoding.py`); answers and events do not come here, but are framed
as they were encoded (`guard.py`, `namespace.py`): each value is encoded and decoded once.

    packet  = type [ namespace "," ] [ id ] [ json ]          type: one digit
    EVENT   = 2 id? ["command", {…}]      ACK = 3 id […]      CONNECT = 0 {auth}      DISCONNECT = 1

Left out: binary packets (types 5 and 6) and namespaces other than `/`: neither is in the protocol.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import orjson
from socketio import packet as socketio_packet

CONNECT, DISCONNECT, EVENT, ACK = (
    socketio_packet.CONNECT,
    socketio_packet.DISCONNECT,
    socketio_packet.EVENT,
    socketio_packet.ACK,
)
UNKNOWN_EVENT = "unknown"
"""Stands for every event name but `command`: the library would also call handlers named `connect` or `disconnect`."""
_FORM = re.compile(r"([0-4])(?:/,)?([0-9]{0,15})")
_decode_event = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_name = msgspec.json.Decoder(str).decode


class Garbage(ValueError):
    """Not a packet that a client may send."""


class WirePacket(socketio_packet.Packet):  # type: ignore[misc]  # the library has no types
    """Given to python-socketio as its `serializer`."""

    uses_binary_events = False

    def encode(self) -> str:
        parts = [str(self.packet_type)]
        if self.namespace not in (None, "/"):
            parts.append(f"{self.namespace},")
        if self.id is not None:
            parts.append(str(self.id))
        if self.data is not None:
            parts.append(orjson.dumps(self.data).decode())
        return "".join(parts)

    def decode(self, encoded_packet: object) -> int:
        """Raises: Garbage."""
        if not isinstance(encoded_packet, str):
            raise Garbage("not a text")
        form = _FORM.match(encoded_packet)
        if form is None:
            raise Garbage("no packet type")
        self.packet_type = int(form[1])
        self.namespace = None
        self.id = int(form[2]) if form[2] else None
        body = encoded_packet[form.end() :]
        try:
            self.data = self._decode_body(body)
        except (ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise Garbage("no JSON, or not what the type needs") from error
        return 0

    def _decode_body(self, body: str) -> Any:
        match self.packet_type:
            case socketio_packet.CONNECT:
                return orjson.loads(body) if body else None
            case socketio_packet.DISCONNECT:
                return None
            case socketio_packet.EVENT:
                return _event(body)
            case socketio_packet.ACK:
                return []  # with what the client acknowledges does not matter
        raise Garbage("not a client's packet")


def _event(body: str) -> list[object]:
    name, *arguments = _decode_event(body) or [msgspec.Raw(b'""')]
    if len(arguments) != 1 or _name(name) != "command":
        return [UNKNOWN_EVENT]
    return ["command", arguments[0]]


def _name(raw: msgspec.Raw) -> str:
    try:
        return _decode_name(raw)
    except msgspec.ValidationError:
        return ""
