"""What strangers send: decoded, or refused with a stable code; nothing else."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdxmedia.conference.kinds import SourceKind
from vdxmedia.errors import BadMessage, NotAllowed, VdxError
from vdxmedia.signalling import messages
from vdxmedia.signalling.decoding import decode_command, decode_hello
from vdxmedia.signalling.messages import MAX_SDP_CHARS
from vdxmedia.signalling.packet import ACK, CONNECT, EVENT, UNKNOWN_EVENT, Garbage, WirePacket


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_message"),
        (b"{", "bad_message"),
        (b"[]", "bad_message"),
        (b"null", "bad_message"),
        (b'{"name":"a"}', "bad_message"),
        (b'{"type":7}', "bad_message"),
        (b'{"type":"dance"}', "unknown_message"),
        (b'{"type":"join","name":""}', "bad_message"),
        (b'{"type":"join","videoSlots":26}', "bad_message"),
        (b'{"type":"join","videoSlots":1.5}', "bad_message"),
        (b'{"type":"join","name":"' + b"x" * 81 + b'"}', "message_too_large"),
        (b'{"type":"offer","sources":{},"sdp":"' + b"x" * (MAX_SDP_CHARS + 1) + b'"}', "message_too_large"),
        (b'{"type":"setSource","source":"gun","active":true}', "bad_message"),
        (b'{"type":"setTiles","tiles":[{"slot":-1,"width":0,"height":0}]}', "bad_message"),
        (b'{"type":"join","name":"\xff"}', "bad_message"),
        (b'{"type":"leave","x":' + b"[" * 100_000, "bad_message"),
    ],
)
def test_command_that_breaks_the_schema_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(BadMessage) as bad:
        decode_command(raw)
    assert bad.value.code == code
    assert len(bad.value.text) < 300


def test_unknown_fields_are_passed_over_so_that_newer_clients_can_come() -> None:
    assert decode_command(b'{"type":"leave","why":"tired"}') == messages.Leave()


def test_defaults_hold_for_fields_left_out() -> None:
    assert decode_command(b'{"type":"join"}') == messages.Join(name=None, video_slots=9, resume=None)


@given(st.binary(max_size=300))
def test_command_of_any_bytes_never_raises_anything_else(raw: bytes) -> None:
    with contextlib.suppress(BadMessage):
        decode_command(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(json_values | st.dictionaries(st.sampled_from(["protocol", "token"]), json_values))
def test_hello_of_any_value_never_raises_anything_else(auth: object) -> None:
    code = "internal"
    try:
        decode_hello(auth)
    except VdxError as error:
        code = error.code
    assert code in messages.ERROR_CODES


@pytest.mark.parametrize(
    ("auth", "error", "code"),
    [
        (None, BadMessage, "bad_message"),
        ("token", BadMessage, "bad_message"),
        ({"token": "x"}, BadMessage, "bad_message"),
        ({"protocol": 2, "token": "x"}, BadMessage, "unsupported_protocol"),
        ({"protocol": 2, "shape": "unknown"}, BadMessage, "unsupported_protocol"),
        ({"protocol": 1}, NotAllowed, "token_missing"),
        ({"protocol": 1, "token": ""}, NotAllowed, "token_missing"),
        ({"protocol": 1, "token": 5}, BadMessage, "bad_message"),
        ({"protocol": 1, "token": "x" * 4097}, BadMessage, "bad_message"),
    ],
)
def test_hello_that_breaks_the_schema_is_refused(auth: object, error: type[VdxError], code: str) -> None:
    with pytest.raises(error) as bad:
        decode_hello(auth)
    assert bad.value.code == code


commands = st.one_of(
    st.builds(
        messages.Join,
        name=st.none() | st.text(min_size=1, max_size=80),
        video_slots=st.integers(0, 25),
        resume=st.none() | st.builds(messages.Resume, session=st.text(max_size=64), sequence=st.integers(0, 2**53)),
    ),
    st.builds(messages.SetSource, source=st.sampled_from(SourceKind), active=st.booleans()),
    st.builds(
        messages.SetTiles,
        tiles=st.lists(
            st.builds(
                messages.TileSize, slot=st.integers(0, 24), width=st.integers(0, 8192), height=st.integers(0, 8192)
            ),
            max_size=25,
        ),
    ),
)


@given(commands)
def test_command_survives_the_wire(command: messages.ClientMessage) -> None:
    assert decode_command(msgspec.json.encode(command)) == command


# ── packets ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_command_packet_keeps_the_message_undecoded() -> None:
    packet = WirePacket(encoded_packet='21["command",{"type":"leave"}]')
    assert (packet.packet_type, packet.id) == (EVENT, 1)
    assert packet.data[0] == "command"
    assert bytes(packet.data[1]) == b'{"type":"leave"}'


@pytest.mark.parametrize(
    "text",
    ['2["disconnect"]', '2["connect",{}]', '2["command"]', '2["command",1,2]', "2[7,{}]", "2[]", '25["",{}]'],
)
def test_packet_with_another_event_is_unknown(text: str) -> None:
    packet = WirePacket(encoded_packet=text)
    assert packet.data == [UNKNOWN_EVENT]


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "x",
        "9",
        "5",
        "51-",
        '61-1[{"_placeholder":true,"num":0}]',
        "2",
        "2{",
        '2{"a":1}',
        "0{",
        b"\x04\x01",
        "4",
        "0[" * 5000,
    ],
)
def test_packet_that_a_client_may_not_send_is_garbage(frame: object) -> None:
    with pytest.raises(Garbage):
        WirePacket().decode(frame)


@given(st.text(max_size=100))
def test_packet_of_any_text_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(Garbage):
        WirePacket().decode(text)


def test_packet_of_connect_and_acknowledgement() -> None:
    assert WirePacket(encoded_packet='0{"protocol":1}').data == {"protocol": 1}
    assert WirePacket(encoded_packet="0").data is None
    assert WirePacket(encoded_packet="0/,").packet_type == CONNECT
    packet = WirePacket(encoded_packet='317["ignored"]')
    assert (packet.packet_type, packet.id, packet.data) == (ACK, 17, [])
