"""VDX `callType`: what guests may send and receive, as a sum of bits. One-way rooms are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntFlag

from vdxmedia.conference.commands import Join
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.permissions import ALL_MEDIA, NO_MEDIA, Media
from vdxmedia.ids import SourceId


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


def allowed_media(joining: Join, call_type: int) -> tuple[Mapping[SourceKind, SourceId], Media]:
    """What somebody may publish and receive: what the token grants, and for guests only what the booking allows."""
    granted = ALL_MEDIA if joining.can_subscribe else NO_MEDIA
    if joining.role is Role.HOST:
        return joining.publish, granted
    publish = {kind: source for kind, source in joining.publish.items() if call_type & _NEEDED[kind]}
    receives = Media(
        sound=granted.sound and bool(call_type & CallType.AUDIO_RECV),
        picture=granted.picture and bool(call_type & CallType.VIDEO_RECV),
        screen=granted.screen and bool(call_type & CallType.PRESENTATION_RECV),
    )
    return publish, receives
