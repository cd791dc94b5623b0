"""What of the room's wishes reaches the relay while the server is overloaded."""

from __future__ import annotations

import pytest

from tests.unit.sdp.builders import FIXTURES
from tests.unit.sfu.stage import ANNA, BO, ROOM, Stage, until
from vdxmedia.conference.media import Priority
from vdxmedia.hub.overload import Level
from vdxmedia.hub.ports import BindSlot, SetHears, SlotKind, SlotPaused
from vdxmedia.ids import SourceId
from vdxmedia.sfu import relay_wire
from vdxmedia.sfu.shedding import changed, given_up_more, is_given_up, passed_on

FACE = BindSlot(ANNA, SlotKind.VIDEO, 1, SourceId(7), 2, Priority.OTHERS)
SPEAKER = BindSlot(ANNA, SlotKind.VIDEO, 0, SourceId(8), 2, Priority.SPEAKER)
SCREEN = BindSlot(ANNA, SlotKind.VIDEO, 2, SourceId(9), 2, Priority.SCREEN)
SMALL = BindSlot(ANNA, SlotKind.VIDEO, 3, SourceId(10), 0, Priority.OTHERS)
GIVEN_UP = SlotPaused(ANNA, 1, is_paused=True, is_given_up=True)
EMPTY = BindSlot(ANNA, SlotKind.VIDEO, 4, None)
VOICE = BindSlot(ANNA, SlotKind.SPEAKER, 0, SourceId(11))
FILM_SOUND = BindSlot(ANNA, SlotKind.PROGRAMME, 0, SourceId(12))


def left(wish: BindSlot, level: Level) -> tuple[SourceId | None, int]:
    there = passed_on(wish, level)
    return there.source, there.max_layer


@pytest.mark.parametrize("level", list(Level))
def test_sound_passes_at_every_level(level: Level) -> None:
    for wish in (VOICE, FILM_SOUND, EMPTY, SetHears(ANNA, 3)):
        assert passed_on(wish, level) == wish


def test_upper_layers_go_first_then_the_pictures_that_matter_least() -> None:
    assert [left(wish, Level.NORMAL) for wish in (FACE, SPEAKER, SCREEN)] == [(7, 2), (8, 2), (9, 2)]
    assert [left(wish, Level.UPPER_LAYERS) for wish in (FACE, SPEAKER, SCREEN)] == [(7, 0), (8, 1), (9, 1)]
    for level in (Level.LOW_VIDEO, Level.NEWCOMERS):
        assert [left(wish, level) for wish in (FACE, SPEAKER, SCREEN)] == [(None, 2), (8, 1), (9, 1)]
        assert is_given_up(FACE, level)
        assert not is_given_up(SPEAKER, level)


def test_what_changes_with_a_level_is_told_by_name() -> None:
    wishes = [FACE, SPEAKER, SMALL, EMPTY, VOICE]
    assert changed(wishes, Level.NORMAL, Level.UPPER_LAYERS) == [FACE, SPEAKER]
    assert changed(wishes, Level.UPPER_LAYERS, Level.LOW_VIDEO) == [FACE, SMALL]
    assert changed(wishes, Level.LOW_VIDEO, Level.LOW_VIDEO) == []
    assert given_up_more(FACE, Level.NORMAL, Level.UPPER_LAYERS) == ["upper_layers"]
    assert given_up_more(FACE, Level.UPPER_LAYERS, Level.LOW_VIDEO) == ["video"]
    assert given_up_more(FACE, Level.LOW_VIDEO, Level.NORMAL) == []


# ── in the plane ──────────────────────────────────────────────────────────────────────────────────────────────────


def binds(stage: Stage) -> list[tuple[int, int, int]]:
    return [(one.index, one.source, one.max_layer) for one in stage.sent(relay_wire.BindSlot) if one.kind == "video"]


async def test_plane_gives_up_and_back_what_a_level_says_and_tells_the_room(stage: Stage) -> None:
    await stage.connect(FIXTURES["chromium-vp8-simulcast"])
    stage.plane.apply(ROOM, [FACE, SPEAKER, VOICE])
    before = len(binds(stage))
    assert stage.plane.shed([Level.UPPER_LAYERS]) == {"upper_layers": 2}
    assert binds(stage)[before:] == [(1, 7, 0), (0, 8, 1)]
    assert stage.plane.shed([Level.LOW_VIDEO]) == {"video": 1}
    assert binds(stage)[before + 2 :] == [(1, 0, 2)]
    assert stage.plane.shed([Level.NORMAL]) == {}
    assert binds(stage)[before + 3 :] == [(1, 7, 2), (0, 8, 2)]
    paused = [event for event in stage.told if isinstance(event, SlotPaused)]
    assert paused == [GIVEN_UP, SlotPaused(ANNA, 1, False)]


async def test_a_wish_and_a_connection_that_come_while_pictures_are_given_up_get_what_is_left(stage: Stage) -> None:
    await stage.connect(FIXTURES["chromium-vp8-simulcast"])
    await stage.connect(FIXTURES["chromium-vp8-simulcast"], participant=BO)
    stage.plane.shed([Level.LOW_VIDEO])
    stage.plane.apply(ROOM, [FACE])
    assert binds(stage)[-1] == (1, 0, 2)
    assert stage.told[-1] == GIVEN_UP
    stage.plane.disconnect(ROOM, BO, is_gone=False)
    stage.plane.apply(ROOM, [BindSlot(ANNA, SlotKind.VIDEO, 1, SourceId(7), 2, Priority.SPEAKER)])
    assert binds(stage)[-1] == (1, 7, 1), "he speaks now"
    assert stage.told[-1] == SlotPaused(ANNA, 1, False)


async def test_a_picture_that_was_given_up_rests_for_that_reason_whatever_the_relay_says_on_the_way(
    stage: Stage,
) -> None:
    await stage.connect(FIXTURES["chromium-vp8-simulcast"])
    stage.plane.apply(ROOM, [FACE])
    stage.plane.shed([Level.LOW_VIDEO])
    count = len(stage.told)
    stage.relay.emit(relay_wire.SlotPaused(peer=1, kind="video", index=1, source=7, paused=True))
    stage.relay.emit(relay_wire.SlotPaused(peer=1, kind="video", index=1, source=7, paused=False))
    stage.relay.emit(relay_wire.SlotPaused(peer=1, kind="video", index=0, source=8, paused=False))
    await until(lambda: len(stage.told) > count)
    assert stage.told[count:] == [SlotPaused(ANNA, 0, False)]
