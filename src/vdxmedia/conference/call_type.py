"""VDX `callType`: what guests may send and receive, as a sum of bits. One-way rooms are made of it."""

from __future__ import annotations

from enum import IntFlag

from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.permissions import Media


class CallType(IntFlag):
    AUDIO_SEND = 2
    AUDIO_RECV = 4
    VIDEO_SEND = 8
    VIDEO_RECV = 16
    PRESENTATION_SEND = 32
    PRESENTATION_RECV = 64


_NEEDED = {
    SourceKind.MICROPHONE: CallType.AUDIO_SEND,
    SourceKind.CAMERA: CallType.VIDEO_SEND,
    SourceKind.SCREEN: CallType.PRESENTATION_SEND,
    SourceKind.SCREEN_AUDIO: CallType.PRESENTATION_SEND,
}


def may_send(role: Role, kind: SourceKind, call_type: int) -> bool:
    """As far as the booking goes."""
    return role is Role.HOST or bool(call_type & _NEEDED[kind])


def may_receive(role: Role, granted: Media, call_type: int) -> Media:
    """Of what the token grants; of guests only what the booking allows."""
    if role is Role.HOST:
        return granted
    return Media(
        sound=granted.sound and bool(call_type & CallType.AUDIO_RECV),
        picture=granted.picture and bool(call_type & CallType.VIDEO_RECV),
        screen=granted.screen and bool(call_type & CallType.PRESENTATION_RECV),
    )
