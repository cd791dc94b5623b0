"""What a client must know before its offer: encodings, slots, ICE servers."""

from __future__ import annotations

from collections.abc import Sequence

from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.settings import Codec, PictureQuality
from vdxmedia.hub.ports import Grant
from vdxmedia.signalling.messages import Encoding, IceServer, MediaSetup, SlotCounts

SPEAKER_SLOTS = 3
PROGRAMME_SLOTS = 1
CAMERA = (
    Encoding(rid="q", scale_resolution_down_by=4.0, max_bitrate=150_000, max_framerate=20, scalability_mode="L1T2"),
    Encoding(rid="h", scale_resolution_down_by=2.0, max_bitrate=500_000, max_framerate=30, scalability_mode="L1T3"),
    Encoding(rid="f", scale_resolution_down_by=1.0, max_bitrate=1_500_000, max_framerate=30, scalability_mode="L1T3"),
)
"""For a 720p camera; the bit rates are those measured to give a clean picture of a talking person.
The lowest frame rates are 10 of 20 and 7.5 of 30 a second."""
FULL_CAMERA = (
    Encoding(rid="q", scale_resolution_down_by=4.0, max_bitrate=250_000, max_framerate=20, scalability_mode="L1T2"),
    Encoding(rid="h", scale_resolution_down_by=2.0, max_bitrate=850_000, max_framerate=30, scalability_mode="L1T3"),
    Encoding(rid="f", scale_resolution_down_by=1.0, max_bitrate=3_000_000, max_framerate=30, scalability_mode="L1T3"),
)
"""For a 1080p camera: 270, 540 and 1080 lines. With 2.25 times the pixels a picture needs about 1.75 times the bits
(a guess by the rule of three quarters)."""
LINES = {PictureQuality.SD: 720, PictureQuality.HD: 720, PictureQuality.FULLHD: 1080}
"""SD too: its half is the picture that is shown."""
SCREEN = (
    Encoding(rid="h", scale_resolution_down_by=2.0, max_bitrate=400_000, max_framerate=5),
    Encoding(rid="f", scale_resolution_down_by=1.0, max_bitrate=2_500_000, max_framerate=15),
)
"""Two, because Chromium drops the rid of a single encoding; the lower one is for small tiles."""


def media_setup(
    grant: Grant, codec: Codec, quality: PictureQuality, video_slots: int, ice_servers: Sequence[IceServer]
) -> MediaSetup:
    """Empty where the grant gives nothing."""
    slots = SlotCounts(speaker=0, programme=0, video=0)
    if grant.can_subscribe:
        slots = SlotCounts(speaker=SPEAKER_SLOTS, programme=PROGRAMME_SLOTS, video=video_slots)
    camera = FULL_CAMERA if quality is PictureQuality.FULLHD else CAMERA
    return MediaSetup(
        ice_servers=list(ice_servers),
        codec=codec.value,
        camera=list(camera) if SourceKind.CAMERA in grant.can_publish else [],
        camera_lines=LINES[quality],
        screen=list(SCREEN) if SourceKind.SCREEN in grant.can_publish else [],
        slots=slots,
    )
