"""What a client is told to send, by the quality that its room was booked with."""

from __future__ import annotations

import pytest

from tests.fakes.hub_clients import grant
from vdxmedia.conference.choices import Codec, PictureQuality
from vdxmedia.signalling.media_setup import media_setup


@pytest.mark.parametrize(("quality", "lines"), [("sd", 720), ("hd", 720), ("fullhd", 1080)])
def test_cameras_are_asked_for_what_the_room_was_booked_with(quality: str, lines: int) -> None:
    setup = media_setup(grant(), Codec.VP8, PictureQuality(quality), 9, [])
    assert setup.camera_lines == lines
    most_bps = {720: 1_500_000, 1080: 3_000_000}[lines]
    assert [encoding.max_bitrate for encoding in setup.camera][-1] == most_bps
    assert [encoding.scale_resolution_down_by for encoding in setup.camera] == [4, 2, 1]
