"""Which files are taken as films, and what is said of the others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import msgspec
import pytest

from tests.films import make_film
from vdxmedia.film.clip import ClipFault, ClipLimits, open_clip

LIMITS = ClipLimits()


def refused(path: Path, limits: ClipLimits = LIMITS) -> ClipFault:
    with pytest.raises(ClipFault) as caught, open_clip(path, limits):
        pass
    assert path.name in caught.value.text
    return caught.value


@pytest.mark.parametrize(
    ("name", "video", "audio"),
    [
        ("a.mp4", "libx264", "aac"),
        ("a.mov", "libx264", "aac"),
        ("a.webm", "libvpx", "libopus"),
        ("b.webm", "libvpx-vp9", "libopus"),
        ("a.mkv", "libx264", None),
        ("b.mp4", "mpeg4", "libmp3lame"),
    ],
)
def test_film_in_a_codec_that_people_have_is_taken(tmp_path: Path, name: str, video: str, audio: str | None) -> None:
    path = make_film(tmp_path / name, seconds=0.5, size=(320, 180), video=video, audio=audio)
    with open_clip(path, LIMITS) as clip:
        facts = clip.facts
    assert (facts.width, facts.height) == (320, 180)
    assert facts.duration_s == pytest.approx(0.5, abs=0.1)
    assert (facts.audio is None) == (audio is None)


def test_film_without_a_duration_is_measured(tmp_path: Path) -> None:
    """As browsers record it: a stream has no place to write how long it became."""
    path = make_film(tmp_path / "a.webm", seconds=1.5, size=(320, 180), video="libvpx", audio="libopus")
    live = tmp_path / "live.webm"
    with av.open(str(path)) as source, av.open(str(live), "w", format="webm", options={"live": "1"}) as copy:
        streams = {stream.index: copy.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                copy.mux(packet)
    with av.open(str(live)) as opened:
        assert not opened.duration
    with open_clip(live, LIMITS) as clip:
        assert clip.facts.duration_s == pytest.approx(1.5, abs=0.1)


def test_missing_file_says_so(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.mp4").code == "film_missing"


@pytest.mark.parametrize("content", [b"", b"not a film", os.urandom(100_000), b"\0\0\0\x18ftypmp42" + bytes(5000)])
def test_file_that_is_no_film_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert refused(path).code == "film_unreadable"


def test_half_of_a_file_is_unreadable(tmp_path: Path) -> None:
    path = make_film(tmp_path / "a.mp4", seconds=1, size=(320, 180))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(path).code == "film_unreadable"


def test_playlist_that_names_another_file_is_not_followed(tmp_path: Path) -> None:
    film = make_film(tmp_path / "secret.mp4", seconds=0.5, size=(320, 180))
    playlist = tmp_path / "a.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{film}\n#EXT-X-ENDLIST\n")
    assert refused(playlist).code == "film_unreadable"
    playlist.write_text(f"ffconcat version 1.0\nfile {film}\n")
    assert refused(playlist).code == "film_unreadable"


def test_pipe_link_and_directory_are_refused_at_once(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", seconds=0.5, size=(320, 180))
    pipe, link, directory = (tmp_path / name for name in ("pipe.mp4", "link.mp4", "directory.mp4"))
    os.mkfifo(pipe)
    link.symlink_to(film)
    directory.mkdir()
    for path in (pipe, link, directory):
        assert refused(path).code == "film_unreadable"


def test_too_large_film_is_refused_in_each_way(tmp_path: Path) -> None:
    large = make_film(tmp_path / "large.mp4", seconds=0.2, size=(2560, 1440), audio=None)
    assert "2560 x 1440" in refused(large).text
    quick = make_film(tmp_path / "quick.mp4", seconds=0.5, size=(320, 180), fps=120, audio=None)
    film = make_film(tmp_path / "film.mp4", seconds=2, size=(320, 180))
    faults = [
        refused(large),
        refused(quick),
        refused(film, ClipLimits(file_bytes=1000)),
        refused(film, ClipLimits(duration_s=1.0)),
    ]
    assert {fault.code for fault in faults} == {"film_too_large"}


def test_sound_without_picture_and_unknown_codec_are_unsupported(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=48_000, layout="mono")
        for index in range(20):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.sample_rate, frame.pts = 48_000, index * 1024
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    alien = make_film(tmp_path / "alien.mkv", seconds=0.3, size=(320, 180), video="mpeg2video", audio=None)
    assert {refused(path).code, refused(alien).code} == {"film_unsupported"}


def test_probe_tells_each_file_of_standard_input(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", seconds=0.5, size=(320, 180))
    lines = b"".join(msgspec.json.encode(str(path)) + b"\n" for path in (film, tmp_path / "none.mp4"))
    run = subprocess.run(
        [sys.executable, "-m", "vdxmedia.film.probe", "1000000"],
        input=lines,
        capture_output=True,
        check=True,
        timeout=60,
    )
    first, second = (msgspec.json.decode(line) for line in run.stdout.splitlines())
    assert (first["video"], first["audio"], first["code"]) == ("h264", "aac", None)
    assert second["code"] == "film_missing"
