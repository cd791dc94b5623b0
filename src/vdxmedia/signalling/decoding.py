"""From bytes of a stranger to a typed message, or to a `VdxError` with a stable code. Nothing else is raised."""

from __future__ import annotations

from typing import get_args

import msgspec

from vdxmedia.errors import BadMessage, NotAllowed
from vdxmedia.signalling.messages import PROTOCOL_VERSION, ClientMessage, Hello


class _Tagged(msgspec.Struct, frozen=True):
    type: str


class _Versioned(msgspec.Struct, frozen=True):
    protocol: int


_COMMANDS = frozenset(str(member.__struct_config__.tag) for member in get_args(ClientMessage))
_command_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_tag_decoder = msgspec.json.Decoder(_Tagged)


def decode_command(raw: bytes | msgspec.Raw) -> ClientMessage:
    """Raises: BadMessage (`bad_message`, `unknown_message`, `message_too_large`)."""
    try:
        return _command_decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _explained(raw, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage("the message is not JSON") from error


def _explained(raw: bytes | msgspec.Raw, text: str) -> BadMessage:
    try:
        tag = _tag_decoder.decode(raw).type
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return BadMessage("a command is an object with a `type`")
    if tag not in _COMMANDS:
        return BadMessage("no command has this `type`", code="unknown_message")
    if "of length <=" in text:
        return BadMessage(text, code="message_too_large")
    return BadMessage(text)


def decode_hello(auth: object) -> Hello:
    """The connect payload. Raises: BadMessage (`bad_message`, `unsupported_protocol`), NotAllowed `token_missing`."""
    try:
        versioned = msgspec.convert(auth, _Versioned)
        if versioned.protocol != PROTOCOL_VERSION:
            raise BadMessage(f"this server speaks version {PROTOCOL_VERSION}", code="unsupported_protocol")
        hello = msgspec.convert(auth, Hello)
        if not hello.token and hello.room is None:
            raise NotAllowed("there is no token in the connect payload", code="token_missing")
        return hello
    except msgspec.ValidationError as error:
        raise BadMessage(f"connect payload: {error}") from error
