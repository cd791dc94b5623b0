"""Synthetic participants through the assembled server: they join, send, are heard, and leave."""

from __future__ import annotations

import asyncio
import inspect

import pytest
import socketio
from aiortc import RTCRtpSender

from tests.contract.assembled import AssembledServer, assembled
from tests.patience import PATIENCE_S
from vdxmedia.api.resources import TokenRequest
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.demo.clips import Clips, make_clips
from vdxmedia.demo.launch import NAMES, Assignment, demo_participants
from vdxmedia.demo.participant import Participant
from vdxmedia.demo.replay import NEXT_FRAME, SEND_KEYFRAME


def token(server: AssembledServer, room: str, name: str) -> str:
    publish = [SourceKind.MICROPHONE, SourceKind.CAMERA]
    request = TokenRequest(name=name, can_publish_sources=publish, can_subscribe=False)
    return server.server.rooms.mint(room, request).token


async def relay_count(server: AssembledServer, name: str, at_least: int) -> None:
    """Waits until a total of the relay has grown to this."""
    async with asyncio.timeout(PATIENCE_S):
        while server.server.plane.stats()[name] < at_least:
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def clips() -> Clips:
    return make_clips(0)


def test_aiortc_has_the_names_the_replay_replaces() -> None:
    next_frame = getattr(RTCRtpSender, NEXT_FRAME)
    assert inspect.iscoroutinefunction(next_frame)
    assert list(inspect.signature(next_frame).parameters) == ["self", "codec"]
    assert list(inspect.signature(getattr(RTCRtpSender, SEND_KEYFRAME)).parameters) == ["self"]


async def test_participant_sends_sound_and_picture_until_it_leaves(clips: Clips) -> None:
    async with assembled() as server:
        room = (await server.open_room())["roomId"]
        secret = token(server, room, "Anna")
        async with Participant(server.url, secret, clips, lambda at_s: True, None) as participant:
            assert server.server.registry.participants_in(room) == 1
            await relay_count(server, "audio_packets_in", 20)
            await relay_count(server, "video_packets_in", 20)
            assert not participant.ended.is_set()
            # Looked at during the call: what is still on its way when the peer has gone is dropped, and should be.
            stats = server.server.plane.stats()
            rejected = {name: count for name, count in stats.items() if name.startswith("dropped_") and count}
            assert set(rejected) <= {"dropped_audience"}, rejected
        async with asyncio.timeout(PATIENCE_S):
            while server.server.registry.participants_in(room):
                await asyncio.sleep(0.02)


async def test_participant_with_a_bad_token_is_refused_and_leaves_nothing_open(clips: Clips) -> None:
    async with assembled() as server:
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with Participant(server.url, "nonsense", clips, lambda at_s: False, None):
                pass


async def test_process_of_participants_joins_and_ends_with_the_server() -> None:
    async with assembled() as server:
        room = (await server.open_room())["roomId"]
        tokens = [token(server, room, name) for name in NAMES[:2]]
        async with demo_participants(Assignment(server.url, tokens, None)):
            await relay_count(server, "video_packets_in", 10)
            assert 1 <= server.server.registry.participants_in(room) <= 2
