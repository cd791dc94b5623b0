"""Opens a file as a clip, or says in words why not. Blocking; what is in the file is hostile.

Only few containers and codecs are taken, so that no playlist can name another file or address, and only files: a pipe
or a device would be waited for without end.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
import msgspec
from av.container import InputContainer

CONTAINERS = "mov,matroska,webm"
VIDEO_CODECS = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg4"})
AUDIO_CODECS = frozenset({"aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le"})
DECODERS = ("h264", "hevc", "libvpx", "vp8", "libvpx-vp9", "vp9", "libdav1d", "av1", "mpeg4", "aac", "mp3", "mp3float",
            "libopus", "opus", "vorbis", "flac", "pcm_s16le")  # fmt: skip
MAX_STREAMS = 16
ALIEN = (
    "{name}: only MP4, MOV, WebM and Matroska files with {codecs} are taken; convert the file to MP4 with H.264 and AAC"
)


class ClipLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a file may be at most; more is refused with `film_too_large`."""

    file_bytes: int = 4 * 1024**3
    duration_s: float = 3 * 3600.0
    longest_side: int = 1920
    pixels: int = 1920 * 1088
    """Decoding a picture of this size costs about 5 ms of one core (H.264, measured)."""
    frames_per_second: float = 61.0


class ClipFacts(msgspec.Struct, frozen=True, kw_only=True):
    duration_s: float
    width: int
    """As shown: turned, with square pixels."""
    height: int
    video: str
    """The codec's name, as `h264`."""
    audio: str | None
    """None: the film is silent."""


class ClipFault(Exception):
    """Why a file can't be played. `code` is stable, `text` says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class OpenClip(msgspec.Struct, frozen=True):
    container: InputContainer
    facts: ClipFacts
    start_s: float
    """Where the file's own clock begins."""
    turn_degrees: int
    """Anticlockwise, how the pictures must be turned to be upright: 0, 90, 180, 270."""


@contextmanager
def open_clip(path: Path, limits: ClipLimits) -> Iterator[OpenClip]:
    """Raises: ClipFault `film_missing`, `film_unreadable`, `film_unsupported`, `film_too_large`."""
    with _open_file(path, limits) as file:
        try:
            container = av.open(
                file,
                options={
                    "format_whitelist": CONTAINERS,
                    "codec_whitelist": ",".join(DECODERS),
                    "protocol_whitelist": "",
                },
                metadata_errors="replace",
            )
        except (av.FFmpegError, ValueError, MemoryError) as error:
            raise _unreadable(path, error) from error
        with container:
            assert isinstance(container, InputContainer)
            yield _examined(container, path, limits)


def _open_file(path: Path, limits: ClipLimits) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise ClipFault("film_missing", f"{path.name}: the file is not there any more; load the list anew") from error
    except OSError as error:
        raise ClipFault(
            "film_unreadable", f"{path.name}: cannot be opened ({error.strerror}); check its rights"
        ) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise ClipFault("film_unreadable", f"{path.name}: is not a file; put the film itself into the library")
    if status.st_size > limits.file_bytes:
        os.close(descriptor)
        raise ClipFault(
            "film_too_large",
            f"{path.name}: has {status.st_size / 1e6:.0f} MB, {limits.file_bytes / 1e6:.0f} are taken; "
            "make it shorter or compress it more",
        )
    return os.fdopen(descriptor, "rb")


def _examined(container: InputContainer, path: Path, limits: ClipLimits) -> OpenClip:
    if len(container.streams) > MAX_STREAMS:
        raise ClipFault("film_unsupported", f"{path.name}: has too many tracks; export it with one picture and sound")
    if not container.streams.video:
        raise ClipFault("film_unsupported", f"{path.name}: has no picture; the library takes films only")
    video = container.streams.video[0]
    sound = container.streams.audio[0] if container.streams.audio else None
    codecs = (video.codec_context.codec.canonical_name if video.codec_context else "unknown",
              sound.codec_context.codec.canonical_name if sound and sound.codec_context else None)  # fmt: skip
    if codecs[0] not in VIDEO_CODECS or (codecs[1] is not None and codecs[1] not in AUDIO_CODECS):
        raise ClipFault("film_unsupported", ALIEN.format(name=path.name, codecs="H.264, VP8, VP9, AV1 or HEVC"))
    width, height = video.codec_context.width, video.codec_context.height
    if width < 16 or height < 16:
        raise ClipFault("film_unreadable", f"{path.name}: its pictures have no size; export it again")
    if max(width, height) > limits.longest_side or width * height > limits.pixels:
        raise ClipFault(
            "film_too_large",
            f"{path.name}: its pictures have {width} x {height} pixels, 1920 x 1080 are taken; export it smaller",
        )
    if float(video.average_rate or 0) > limits.frames_per_second:
        raise ClipFault(
            "film_too_large",
            f"{path.name}: has {float(video.average_rate or 0):.0f} pictures a second, 60 are taken; export it with 30",
        )
    start_s = (container.start_time or 0) / av.time_base
    duration_s = container.duration / av.time_base if container.duration else _measured(container, path, start_s)
    if duration_s <= 0:
        raise ClipFault("film_unreadable", f"{path.name}: there is nothing in it; export it again")
    if duration_s > limits.duration_s:
        raise ClipFault(
            "film_too_large",
            f"{path.name}: lasts {duration_s / 60:.0f} minutes, {limits.duration_s / 60:.0f} are taken; cut it",
        )
    video.codec_context.thread_type = "SLICE"  # threads per frame would hold pictures back
    turn = _turn(container, path)
    aspect = float(video.sample_aspect_ratio or 1) or 1.0
    shown = (round(width * aspect), height) if 0.25 < aspect < 4 else (width, height)
    if turn in (90, 270):
        shown = (shown[1], shown[0])
    facts = ClipFacts(duration_s=duration_s, width=shown[0], height=shown[1], video=codecs[0], audio=codecs[1])
    return OpenClip(container, facts, start_s, turn)


def _measured(container: InputContainer, path: Path, start_s: float) -> float:
    """A film recorded by a browser does not say how long it is: its packets do."""
    end_s = start_s
    try:
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is not None:
                end_s = max(end_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        container.seek(round(start_s * av.time_base))
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(path, error) from error
    return end_s - start_s


def _turn(container: InputContainer, path: Path) -> int:
    """Telephones film lying and note how they were held; it is known with the first picture."""
    try:
        for frame in container.decode(container.streams.video[0]):
            turn = frame.rotation % 360
            container.seek(container.start_time or 0)
            return turn if turn in (90, 180, 270) else 0
    except (av.FFmpegError, ValueError) as error:
        raise _unreadable(path, error) from error
    raise ClipFault("film_unreadable", f"{path.name}: has no picture that can be decoded; export it again")


def _unreadable(path: Path, error: Exception) -> ClipFault:
    reason = type(error).__name__
    return ClipFault(
        "film_unreadable",
        f"{path.name}: is damaged or no film ({reason}); MP4, MOV, WebM and Matroska are taken; export it again",
    )
