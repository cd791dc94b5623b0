"""The supplier guide against what the code does."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from vdxmedia.api.video.faults import V1_BAD_REQUEST, V1_NOT_ACCEPTABLE, V2_CODES
from vdxmedia.api.video.marks import MARKS, Mark
from vdxmedia.booking.choices import ViewType, VmrQuality, VmrType
from vdxmedia.booking.meetings import BookedRoom
from vdxmedia.booking.refusals import Why
from vdxmedia.booking.room_options import DEFAULTS, RoomOptions
from vdxmedia.hub.booking_rooms import settings_of

GUIDE = (Path(__file__).resolve().parents[4] / "docs" / "suppliers" / "video-api.md").read_text(encoding="utf-8")
OTHER = RoomOptions(
    vmr_type=VmrType.LECTURE,
    host_view=ViewType.FIVE_MAINS_SEVEN_PIPS,
    guest_view=ViewType.FIVE_MAINS_SEVEN_PIPS,
    vmr_quality=VmrQuality.SD,
    enable_overlay_text=False,
    guests_can_present=False,
    force_presenter_into_main=False,
    force_encryption=True,
    mute_all_guests=True,
)


def test_every_field_stands_in_the_guide_as_it_is_marked() -> None:
    for field, (mark, text) in MARKS.items():
        assert f"| `{field}` | {mark} | {text} |" in GUIDE
    rows = GUIDE.partition("## Fields")[2].partition("## Errors")[0].splitlines()
    assert sum(row.startswith("| `") for row in rows) == len(MARKS)


@pytest.mark.parametrize("why", [why for why in Why if why in V2_CODES])
def test_every_code_stands_in_the_guide(why: Why) -> None:
    first = V1_NOT_ACCEPTABLE.get(why, V1_BAD_REQUEST.get(why))
    status = 406 if why in V1_NOT_ACCEPTABLE else 400
    assert f"| {status} | {first or '–'} | {V2_CODES[why]} |" in GUIDE  # the guide's dash


OUR_OWN = {"lobby", "kind"}
"""Options that this API has no field for: it leaves them as they are."""


ALWAYS = {"force_encryption"}
"""What every room does, whatever the booking says (`tests/contract/test_relay_binding.py` joins by DTLS-SRTP alone)."""


@pytest.mark.parametrize("quality", list(VmrQuality))
def test_each_quality_is_another_room(quality: VmrQuality) -> None:
    room = BookedRoom(uuid=UUID(int=1), organisation="own", template=1, options=replace(DEFAULTS, vmr_quality=quality))
    assert settings_of(room, None, None, 100).quality.value == quality.value


@pytest.mark.parametrize("option", [name for name in RoomOptions.__struct_fields__ if name not in OUR_OWN])
def test_an_option_is_marked_as_obeyed_when_the_room_is_another_with_it(option: str) -> None:
    room = BookedRoom(uuid=UUID(int=1), organisation="own", template=1, options=DEFAULTS)
    other = replace(room, options=replace(DEFAULTS, **{option: getattr(OTHER, option)}))
    is_obeyed = settings_of(room, None, None, 100) != settings_of(other, None, None, 100) or option in ALWAYS
    head, *rest = option.split("_")
    field = head + "".join(word.capitalize() for word in rest)
    assert MARKS[field][0] is (Mark.OBEYED if is_obeyed else Mark.STORED)
