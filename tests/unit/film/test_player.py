"""A film played without a room: what is shown and heard when."""

from __future__ import annotations

import asyncio
import contextlib
from array import array
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest

from tests.films import grey, make_film
from tests.machine import Machine
from tests.machine import watched as machine_watched
from tests.patience import PATIENCE_S
from vdxmedia.conference.kinds import FilmStatus
from vdxmedia.film.clip import ClipFault, ClipLimits
from vdxmedia.film.player import STILL_S, Player
from vdxmedia.film.timeline import TICK_S
from vdxmedia.hub.film import FilmReport

WHITE = 200
LIP_SYNC_S = 0.1
GREY_TOLERANCE = 6
"""Of coding."""


@dataclass
class Watcher:
    """Takes all that the player gives, as senders would."""

    player: Player
    pictures: list[tuple[float, int, bool]] = field(default_factory=list)
    """When, the grey in the middle, whether a keyframe."""
    beeps: list[float] = field(default_factory=list)
    loudness: int = 0
    reports: list[FilmReport] = field(default_factory=list)
    machine: Machine = field(default_factory=Machine)
    """Complete when it is no longer watched."""

    def flashes(self) -> list[float]:
        lit = [False, *(luma > WHITE for _, luma, _ in self.pictures)]
        return [at for (at, _, _), was, now in zip(self.pictures, lit, lit[1:], strict=False) if now and not was]

    async def holds(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.005)

    async def until(self, status: FilmStatus) -> FilmReport:
        await self.holds(lambda: self.player.report().status is status)
        return self.player.report()

    async def beyond(self, position_s: float) -> None:
        await self.holds(lambda: self.player.report().position_s > position_s)

    async def picture_since(self, at_s: float) -> tuple[float, int, bool]:
        """The first that is sent after this moment of the loop's clock."""
        await self.holds(lambda: bool(self.pictures) and self.pictures[-1][0] > at_s)
        return next(one for one in self.pictures if one[0] > at_s)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look())
            group.create_task(self._listen())

    async def _look(self) -> None:
        while True:
            shown = await self.player.next_picture()
            plane = shown.frame.planes[0]
            luma = bytes(plane)[plane.line_size * (shown.frame.height // 2) + shown.frame.width // 2]
            self.pictures.append((shown.at_s, luma, shown.is_keyframe))

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        at_s, was_loud = loop.time(), False
        while True:
            await asyncio.sleep(max(0.0, at_s - loop.time()))
            pcm = array("h", self.player.tick(at_s))
            first = next((index for index, sample in enumerate(pcm) if abs(sample) > 3_000), None)
            self.loudness = max(map(abs, pcm))
            if first is not None and not was_loud:
                self.beeps.append(at_s + first / 2 / 48_000)
            was_loud = first is not None
            at_s += TICK_S


@contextlib.asynccontextmanager
async def watched(path: Path, limits: ClipLimits | None = None) -> AsyncIterator[Watcher]:
    def changed() -> None:
        watcher.reports.append(player.report())

    player = Player(path, limits or ClipLimits(), changed)
    watcher = Watcher(player)
    try:
        await player.open()
        async with machine_watched() as watcher.machine:
            watching = asyncio.create_task(watcher.run())
            try:
                yield watcher
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
    finally:
        player.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", seconds=3, keyframe_every=45)


def apart(flashes: list[float], beeps: list[float]) -> list[float]:
    return [min((abs(flash - beep) for beep in beeps), default=9.0) for flash in flashes]


async def test_flashes_and_beeps_fall_together_a_second_apart(film: Path) -> None:
    async with watched(film) as watcher:
        watcher.player.play()
        report = await watcher.until(FilmStatus.ENDED)
    assert report.position_s == report.duration_s
    assert len(watcher.flashes()) == 3
    assert max(apart(watcher.flashes()[1:], watcher.beeps)) <= watcher.machine.at_most(LIP_SYNC_S)
    first, second, third = watcher.beeps
    off_s = watcher.machine.at_most(0.03)
    assert (second - first, third - second) == pytest.approx((1.0, 1.0), abs=off_s)


async def test_standing_film_shows_its_picture_again_and_is_silent(film: Path) -> None:
    async with watched(film) as watcher:
        await watcher.holds(lambda: len(watcher.pictures) == 2)
        (first_s, *_), (again_s, *_) = watcher.pictures
        watcher.player.want_keyframe()
        await watcher.holds(lambda: len(watcher.pictures) == 3)
    assert again_s - first_s >= STILL_S
    assert [is_keyframe for _, _, is_keyframe in watcher.pictures] == [True, False, True]
    assert watcher.pictures[2][0] - again_s < watcher.machine.at_most(STILL_S / 2)
    assert watcher.beeps == []


async def test_pause_stops_at_once_and_play_goes_on_there(film: Path) -> None:
    now_s = asyncio.get_running_loop().time
    async with watched(film) as watcher:
        player = watcher.player
        player.play()
        await watcher.beyond(0.5)
        running_s = player.report().position_s
        player.pause()
        paused_s = now_s()
        stood = watcher.reports[-1]
        assert stood.status is FilmStatus.PAUSED
        assert stood.position_s == pytest.approx(running_s, abs=TICK_S)
        last_s = watcher.pictures[-1][0]
        still_s, _, _ = await watcher.picture_since(paused_s)
        assert still_s - last_s >= STILL_S
        assert player.report().position_s == stood.position_s
        played_s = now_s()
        player.play()
        assert player.report().position_s == stood.position_s
        await watcher.beyond(stood.position_s)
        _, luma, _ = await watcher.picture_since(played_s)
        _, further_luma, _ = watcher.pictures[-1]
    # The film brightens as it goes on: neither from the beginning nor from a later place.
    late_s = watcher.machine.at_most(0.2)
    at_least, at_most = grey(stood.position_s) - GREY_TOLERANCE, grey(stood.position_s + late_s) + GREY_TOLERANCE
    assert at_least <= luma <= max(at_most, further_luma)


async def test_seek_shows_a_keyframe_of_the_place_also_while_standing(film: Path) -> None:
    async with watched(film) as watcher:
        await watcher.picture_since(0.0)
        loop = asyncio.get_running_loop()
        took_s = []
        for position_s in (2.5, 0.5, 1.5):
            sought_s = loop.time()
            watcher.player.seek(position_s)
            assert watcher.player.report().position_s == position_s
            at_s, luma, is_keyframe = await watcher.picture_since(sought_s)
            assert abs(luma - grey(position_s)) <= GREY_TOLERANCE
            assert is_keyframe
            took_s.append(at_s - sought_s)
        watcher.player.play()
        await watcher.until(FilmStatus.ENDED)
    assert max(took_s) < watcher.machine.at_most(1.0)
    assert max(apart(watcher.flashes()[1:], watcher.beeps)) <= watcher.machine.at_most(LIP_SYNC_S)


async def test_seek_beyond_the_end_shows_the_last_picture(film: Path) -> None:
    async with watched(film) as watcher:
        watcher.player.seek(1_000.0)
        await watcher.holds(
            lambda: bool(watcher.pictures) and abs(watcher.pictures[-1][1] - grey(2.9)) <= GREY_TOLERANCE
        )
        watcher.player.play()
        await watcher.until(FilmStatus.ENDED)
        watcher.player.play()
        report = watcher.player.report()
        assert (report.status, report.position_s) == (FilmStatus.PLAYING, 0.0)
        await watcher.beyond(0.0)


async def test_looping_film_begins_again_until_it_is_told_not_to(film: Path) -> None:
    async with watched(film) as watcher:
        watcher.player.loop(is_on=True)
        watcher.player.seek(2.7)
        watcher.player.play()
        await watcher.holds(lambda: len(watcher.beeps) >= 2)
        assert watcher.reports[-1].is_looping
        watcher.player.loop(is_on=False)
        watcher.player.seek(2.7)
        await watcher.until(FilmStatus.ENDED)


async def test_silent_film_plays_by_the_same_clock(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.webm", seconds=2, size=(320, 180), video="libvpx", audio=None)
    async with watched(path) as watcher:
        watcher.player.play()
        await watcher.until(FilmStatus.ENDED)
    first, second = watcher.flashes()
    assert second - first == pytest.approx(1.0, abs=watcher.machine.at_most(0.05))
    assert watcher.beeps == []


async def test_sixty_pictures_a_second_become_thirty(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", seconds=1, size=(320, 180), fps=60)
    async with watched(path) as watcher:
        watcher.player.play()
        await watcher.until(FilmStatus.ENDED)
    assert watcher.machine.at_least(24) <= len(watcher.pictures) <= 32


@pytest.mark.parametrize(
    ("size", "shown"), [((1920, 1080), (1280, 720)), ((720, 1280), (406, 720)), ((98, 54), (98, 54))]
)
async def test_picture_is_made_to_fit_and_never_enlarged(
    tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    path = make_film(tmp_path / "a.mp4", seconds=0.3, size=size, audio=None)
    async with watched(path) as watcher:
        async with asyncio.timeout(PATIENCE_S):
            picture = await watcher.player.next_picture()
    assert abs(picture.frame.width - shown[0]) <= 2
    assert picture.frame.height == shown[1]


async def test_film_of_a_telephone_is_shown_upright(tmp_path: Path) -> None:
    """A quarter to the left: as it is filmed with the telephone upright."""
    path = make_film(tmp_path / "a.mp4", seconds=0.3, size=(320, 180), audio=None)
    content = path.read_bytes()
    at = content.index(b"tkhd") + 4 + 4 + 5 * 4 + 8 + 8
    upright = b"".join(value.to_bytes(4, "big") for value in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
    assert content[at : at + 36] == upright
    turned = b"".join(
        (value & 0xFFFFFFFF).to_bytes(4, "big") for value in (0, 0x10000, 0, -0x10000, 0, 0, 180 << 16, 0, 0x40000000)
    )
    path.write_bytes(content[:at] + turned + content[at + 36 :])
    async with watched(path) as watcher:
        shown = await watcher.player.next_picture()
        assert (shown.frame.width, shown.frame.height) == (180, 320)
        assert (watcher.player.facts.width, watcher.player.facts.height) == (180, 320)


async def test_sound_that_ends_early_leaves_the_rest_silent(tmp_path: Path) -> None:
    path, short = tmp_path / "a.mkv", tmp_path / "short.mkv"
    make_film(path, seconds=8, size=(160, 90))
    with av.open(str(path)) as source, av.open(str(short), "w") as copy:
        streams = {stream.index: copy.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is None or (packet.stream.type == "audio" and packet.dts * packet.time_base > 0.5):
                continue
            packet.stream = streams[packet.stream.index]
            copy.mux(packet)
    async with watched(short) as watcher:
        watcher.player.play()
        await watcher.beyond(1.5)
        watcher.player.seek(7.5)
        await watcher.until(FilmStatus.ENDED)
    assert len(watcher.beeps) == 1


async def test_file_that_breaks_off_fails_with_a_reason(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mkv", seconds=8, size=(320, 180), noise=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
    async with watched(path) as watcher:
        watcher.player.play()
        report = await watcher.until(FilmStatus.FAILED)
    assert report.code == "film_damaged"
    assert "copy it anew" in (report.text or "")


async def test_file_with_garbage_inside_ends_or_fails_but_never_hangs(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", seconds=2, size=(320, 180), noise=True)
    content = bytearray(path.read_bytes())
    at = content.index(b"mdat") + 4000
    content[at : at + len(content) // 3] = bytes(b % 251 for b in range(len(content) // 3))
    path.write_bytes(bytes(content))
    with contextlib.suppress(ClipFault):
        async with watched(path) as watcher:
            watcher.player.play()
            await watcher.holds(lambda: watcher.player.report().status is not FilmStatus.PLAYING)


async def test_unreadable_film_is_said_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"no film")
    with pytest.raises(ClipFault, match="export it again") as caught:
        async with watched(path):
            pass
    assert caught.value.code == "film_unreadable"
