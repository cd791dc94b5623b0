"""Decodes a film ahead of where it is played, in a thread of its own, with bounds on what waits.

Late (too little CPU): pictures that nobody would see in time are passed over, first after decoding, then before it;
sound never is. A file whose sound and picture lie apart is read on for at most `INTERLEAVE_S`.

The loop's side calls the methods; each is one step under the lock. `on_change` is called in the thread.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.filter import Graph
from av.packet import Packet

from vdxmedia.film.clip import ClipFacts, ClipFault, ClipLimits, OpenClip, open_clip
from vdxmedia.film.sound import FRAME_BYTES, SoundBuffer
from vdxmedia.film.timeline import RATE_HZ

MAX_WIDTH, MAX_HEIGHT = 1280, 720
MAX_FPS = 30.0
PICTURES_AHEAD = 8
"""1.4 MB each at most."""
SOUND_AHEAD_S = 1.0
INTERLEAVE_S = 5.0
"""How far the file's sound and picture may lie apart."""
BACKLOG_BYTES = 64 * 1024 * 1024
BAD_PACKETS = 50
"""So many one after another that cannot be decoded end the film."""
LATE_S = 0.1
VERY_LATE_S = 0.5
AWFULLY_LATE_S = 2.0
SEEN_EVERY_S = 0.5
"""However late: a picture this often."""
JUMP_S = 0.05
"""The sound's times may differ from its length so much before they are believed."""


class Picture:
    """A decoded picture, scaled, upright."""

    __slots__ = ("frame", "position_s")

    def __init__(self, position_s: float, frame: av.VideoFrame) -> None:
        self.position_s = position_s
        self.frame = frame


class Reader:
    """`start`, then ask; `close` ends the thread. `fault` tells what went wrong, and then there comes no more."""

    def __init__(self, path: Path, limits: ClipLimits, on_change: Callable[[], None]) -> None:
        self._path = path
        self._limits = limits
        self._on_change = on_change
        self._condition = threading.Condition()
        self._pictures: deque[Picture] = deque()
        self._sound = SoundBuffer()
        self._target_s: float | None = None
        """Where to go on; None: where it is."""
        self._playhead_s = 0.0
        self._is_closed = False
        self._is_settled = False
        self._is_read = False
        """All packets were read; pictures may wait to be decoded."""
        self._at_end = False
        self._turn_began_s: float | None = None
        self.facts: ClipFacts | None = None
        self.fault: ClipFault | None = None
        self.pictures_dropped = 0
        self._thread = threading.Thread(target=self._run, name="film reader", daemon=True)

    # ── the loop's side ───────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Without waiting: a thread that hangs in the file ends with the process."""
        with self._condition:
            self._is_closed = True
            self._condition.notify()

    def seek(self, position_s: float) -> None:
        """Forgets what waits; from now on everything is from here."""
        with self._condition:
            self._target_s = position_s
            self._playhead_s = position_s
            self._pictures.clear()
            self._sound = SoundBuffer(round(position_s * RATE_HZ))
            self._is_settled = self._is_read = self._at_end = False
            self._condition.notify()

    @property
    def is_settled(self) -> bool:
        """Whether what is to be shown at the place that was sought is there."""
        return self._is_settled

    def stuck_for_s(self, now_s: float) -> float:
        """How long the file has not let go of the thread, by `time.monotonic`."""
        began_s = self._turn_began_s
        return 0.0 if began_s is None else now_s - began_s

    def next_picture_s(self) -> float | None:
        with self._condition:
            return self._pictures[0].position_s if self._pictures else None

    def take_picture(self, position_s: float) -> Picture | None:
        """The newest that is due at a position, None when none is; older ones are passed over, and counted."""
        taken: Picture | None = None
        with self._condition:
            while self._pictures and self._pictures[0].position_s <= position_s:
                self.pictures_dropped += taken is not None
                taken = self._pictures.popleft()
            if taken is not None:
                self._condition.notify()
        return taken

    def first_picture(self) -> Picture | None:
        """The one of the place that was sought."""
        with self._condition:
            picture = self._pictures.popleft() if self._pictures else None
            self._condition.notify()
            return picture

    def has_sound(self, until: int) -> bool:
        """Whether the sound up to here is known, or there will be none."""
        with self._condition:
            return self._is_read or self._sound.until >= until

    def take_sound(self, at: int, count: int) -> bytes:
        with self._condition:
            pcm = self._sound.take(at, count)
            self._playhead_s = (at + count) / RATE_HZ
            self._condition.notify()
            return pcm

    def is_over(self, position: int) -> bool:
        """Whether nothing comes after this many samples."""
        with self._condition:
            return self._at_end and not self._pictures and position >= self._sound.until

    # ── the thread ────────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            self._turn_began_s = time.monotonic()
            with open_clip(self._path, self._limits) as clip:
                self.facts = clip.facts
                _Reading(self, clip).run()
        except ClipFault as fault:
            self.fault = fault
        except Exception as error:  # noqa: BLE001  (the thread's root: the loop must hear of it)
            self.fault = ClipFault(
                "film_damaged", f"{self._path.name}: cannot be read on ({type(error).__name__}); export it again"
            )
        finally:
            self._turn_began_s = None
            self._on_change()


class _Reading:
    """One open file being read, in the thread: the reader's other half."""

    def __init__(self, reader: Reader, clip: OpenClip) -> None:
        self.reader = reader
        self.clip = clip
        self.video = clip.container.streams.video[0]
        self.audio = clip.container.streams.audio[0] if clip.container.streams.audio else None
        self.decoder = self.video.codec_context
        self.size = _fit(clip.facts.width, clip.facts.height)
        self.packets: Iterator[Packet[Any]] = iter(())
        self.backlog: deque[Packet[av.VideoStream]] = deque()
        self.backlog_bytes = 0
        self.is_read = False
        self.bad = 0
        self.video_read_s = 0.0
        self.target_s = 0.0
        self.last_kept_s = -1.0
        self.before: Picture | None = None
        self.resampler = AudioResampler("s16", "stereo", RATE_HZ)
        self.heard: int | None = None
        """Where the next sound is expected to begin, in samples."""
        self.turning: Graph | None = None

    def run(self) -> None:
        reader = self.reader
        while True:
            reader._turn_began_s = None
            with reader._condition:
                while not reader._is_closed and reader._target_s is None and not self._has_work():
                    reader._condition.wait()
                if reader._is_closed:
                    return
                target_s, reader._target_s = reader._target_s, None
                wants_picture = bool(self.backlog) and len(reader._pictures) < PICTURES_AHEAD
            reader._turn_began_s = time.monotonic()
            if target_s is not None:
                self._seek(target_s)
            elif wants_picture and not self._is_sound_short():
                self._decode(self._next_of_backlog())
            elif not self.is_read:
                self._demux()
            elif self.backlog:
                self._decode(self._next_of_backlog())
            else:
                self._end()

    # What waits for what; under the lock or in the only thread that writes.

    def _has_work(self) -> bool:
        reader = self.reader
        if self.is_read and not self.backlog:
            return not reader._at_end
        has_place = len(reader._pictures) < PICTURES_AHEAD
        if self.backlog and has_place:
            return True
        if self.is_read:
            return False
        return self._is_sound_wanted(SOUND_AHEAD_S) or (
            has_place and (self.audio is None or self._is_sound_wanted(INTERLEAVE_S))
        )

    def _is_sound_wanted(self, ahead_s: float) -> bool:
        if self.audio is None or self.is_read:
            return False
        return self.reader._sound.until < (self.reader._playhead_s + ahead_s) * RATE_HZ

    def _is_sound_short(self) -> bool:
        """Sound first."""
        return self._is_sound_wanted(SOUND_AHEAD_S / 4)

    def _next_of_backlog(self) -> Packet[av.VideoStream]:
        packet = self.backlog.popleft()
        self.backlog_bytes -= packet.size
        return packet

    # Reading.

    def _seek(self, target_s: float) -> None:
        container = self.clip.container
        facts = self.clip.facts
        at_s = min(target_s, max(0.0, facts.duration_s - 0.5))  # behind the last keyframe there may be nothing to find
        container.seek(round((at_s + self.clip.start_s) * av.time_base))
        self.decoder.flush_buffers()
        if self.audio is not None:
            self.audio.codec_context.flush_buffers()
        self.resampler, self.heard = AudioResampler("s16", "stereo", RATE_HZ), None
        streams = [self.video] if self.audio is None else [self.video, self.audio]
        self.packets = container.demux(streams)
        self.backlog.clear()
        self.backlog_bytes, self.is_read, self.bad = 0, False, 0
        self.target_s, self.last_kept_s, self.before = target_s, -1.0, None
        self.video_read_s = target_s
        self.decoder.skip_frame = "DEFAULT"

    def _demux(self) -> None:
        try:
            packet = next(self.packets, None)
        except (av.FFmpegError, ValueError) as error:
            self._count_bad(error)
            return
        if packet is None:
            self.is_read = True
            with self.reader._condition:
                self.reader._is_read = self.reader._target_s is None
            self._tell_settled()
            return
        if packet.stream is self.video:
            self.backlog.append(packet)
            self.backlog_bytes += packet.size
            if self.backlog_bytes > BACKLOG_BYTES:
                raise ClipFault(
                    "film_unsupported", f"{self.reader._path.name}: has too many bytes a second; compress it more"
                )
            if packet.dts is not None:
                self.video_read_s = self._position(packet.dts * packet.time_base)
            if self.audio is not None and not self.is_read:
                # The sound that belongs to it should have come; there is none.
                self._silence_until(self.video_read_s - INTERLEAVE_S)
            return
        try:
            for frame in packet.decode():
                assert isinstance(frame, av.AudioFrame)
                self._hear(frame)
        except (av.FFmpegError, ValueError) as error:
            self._count_bad(error)

    def _silence_until(self, position_s: float) -> None:
        with self.reader._condition:
            if self.reader._target_s is None:
                limit_s = self.reader._playhead_s + INTERLEAVE_S
                self.reader._sound.silence_until(round(min(position_s, limit_s) * RATE_HZ))

    def _hear(self, frame: av.AudioFrame) -> None:
        at = None if frame.time is None else round(self._position(frame.time) * RATE_HZ)
        if at is None or (self.heard is not None and abs(at - self.heard) < JUMP_S * RATE_HZ):
            at = self.heard or 0  # times are rounded, sound has a length
        for resampled in self.resampler.resample(frame):
            pcm = bytes(resampled.planes[0])[: resampled.samples * FRAME_BYTES]
            with self.reader._condition:
                if self.reader._target_s is not None:
                    return
                far = round((self.reader._playhead_s + 2 * INTERLEAVE_S) * RATE_HZ)
                self.reader._sound.write(at if at < far else self.reader._sound.until, pcm)
            at += resampled.samples
        self.heard = at
        self._tell_settled()

    def _decode(self, packet: Packet[av.VideoStream]) -> None:
        """Also the empty packet at the file's end, which gives what the decoder held back."""
        reader = self.reader
        if packet.pts is not None:
            position_s = self._position(packet.pts * packet.time_base)
            late_s = reader._playhead_s - position_s if reader._is_settled else 0.0
            self.decoder.skip_frame = (
                "NONKEY" if late_s > AWFULLY_LATE_S else "NONREF" if late_s > VERY_LATE_S else "DEFAULT"
            )
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError) as error:
            self._count_bad(error)
            return
        self.bad = 0
        for frame in frames:
            if frame.time is not None:
                self._see(self._position(frame.time), frame)

    def _see(self, position_s: float, frame: av.VideoFrame) -> None:
        if position_s < self.target_s - 0.5 / MAX_FPS:
            self.before = Picture(position_s, frame)  # shown, unscaled, if the film ends before the target
            return
        self.before = None
        if 0 <= position_s - self.last_kept_s < 1 / MAX_FPS - 0.004:
            return
        late_s = self.reader._playhead_s - position_s if self.reader._is_settled else 0.0
        if late_s > LATE_S and position_s - self.last_kept_s < SEEN_EVERY_S:
            self.reader.pictures_dropped += 1
            return
        self._keep(position_s, frame)

    def _keep(self, position_s: float, frame: av.VideoFrame) -> None:
        picture = Picture(position_s, self._upright(frame))
        with self.reader._condition:
            if self.reader._target_s is not None:
                return
            self.reader._pictures.append(picture)
        self.last_kept_s = position_s
        self._tell_settled()
        self.reader._on_change()

    def _upright(self, frame: av.VideoFrame) -> av.VideoFrame:
        width, height = self.size
        if self.clip.turn_degrees in (90, 270):
            width, height = height, width
        scaled = frame.reformat(width=width, height=height, format="yuv420p", interpolation="FAST_BILINEAR")
        if self.clip.turn_degrees == 0:
            return scaled
        if self.turning is None:
            self.turning = _turning(scaled, self.clip.turn_degrees)
        self.turning.push(scaled)
        turned = self.turning.pull()
        assert isinstance(turned, av.VideoFrame)
        return turned

    def _end(self) -> None:
        if self.before is not None:  # beyond the last picture: the last it is
            before, self.before = self.before, None
            self._keep(self.target_s, before.frame)
            return
        with self.reader._condition:
            if self.reader._target_s is None:
                self.reader._at_end = self.reader._is_settled = True
        self.reader._on_change()

    def _tell_settled(self) -> None:
        reader = self.reader
        with reader._condition:
            if reader._is_settled or reader._target_s is not None:
                return
            sound_s = INTERLEAVE_S if not reader._pictures else SOUND_AHEAD_S / 4
            if (reader._pictures or self.audio is not None) and not self._is_sound_wanted(sound_s):
                reader._is_settled = True
            else:
                return
        reader._on_change()

    def _count_bad(self, error: Exception) -> None:
        self.bad += 1
        if self.bad >= BAD_PACKETS:
            raise ClipFault(
                "film_damaged", f"{self.reader._path.name}: cannot be decoded any further; export it again"
            ) from error

    def _position(self, time_s: object) -> float:
        return float(time_s) - self.clip.start_s  # type: ignore[arg-type]  # a Fraction or a float


def _fit(width: int, height: int) -> tuple[int, int]:
    """Upright, even, at most 1280 x 720, never enlarged."""
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _turning(frame: av.VideoFrame, degrees: int) -> Graph:
    """Anticlockwise."""
    steps = {90: ["cclock"], 180: ["clock", "clock"], 270: ["clock"]}[degrees]
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 90_000)
    )
    nodes = [source, *(graph.add("transpose", step) for step in steps), graph.add("buffersink")]
    for one, next_one in itertools.pairwise(nodes):
        one.link_to(next_one)
    graph.configure()
    return graph
