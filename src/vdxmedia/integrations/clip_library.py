"""The library of clips: a directory per organisation, films in it. What can be played comes only from listings.

A name that somebody asks for is looked for in the listing and never made into a path, and what is a link is not listed,
so nothing outside can be reached. What is in a file is found by another process (`vdxmedia.film.probe`) and remembered
until the file changes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import unicodedata
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.film import Clip
from vdxmedia.integrations.film_lines import MAX_LINE_BYTES, ProbedClip

logger = logging.getLogger(__name__)

SUFFIXES = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv"})
MAX_CLIPS = 500
"""Of one organisation; of what comes later by name the list has the first, which tells how many are left out."""
MAX_NAME_CHARS = 120
MAX_REMEMBERED = 10_000
"""Files; full: all are forgotten and looked at anew."""
PROBE_TIMEOUT_S = 5.0
"""For one file; 30 ms are usual."""
LIST_TIMEOUT_S = 20.0
"""For all of a list; the rest is looked at when it is asked for again."""


class _File(msgspec.Struct, frozen=True):
    path: Path
    size_bytes: int
    modified_ns: int


class _Found(msgspec.Struct, frozen=True):
    files: Mapping[str, _File]
    """By name."""
    beyond: tuple[str, ...] = ()
    """Names of films that are too many."""


class ClipLibrary:
    """`root` None: there is no library, and every list is empty."""

    def __init__(self, root: Path | None, *, max_file_bytes: int, counters: Counters) -> None:
        self._root = root
        self._max_file_bytes = max_file_bytes
        self._counters = counters
        self._probed: dict[_File, ProbedClip] = {}
        # One at a time: the second who asks wants what the first is finding out, and a probe takes a core.
        self._probing = asyncio.Lock()

    async def clips(self, organisation: str) -> Sequence[Clip]:
        """By name. Files that cannot be played are there, with the reason."""
        found = await asyncio.to_thread(self._found, organisation)
        files = found.files
        async with self._probing:
            await self._probe([file for file in files.values() if file not in self._probed])
        clips = [_clip(name, file, self._probed.get(file)) for name, file in files.items()]
        if found.beyond:
            fault = ProbedClip(code="film_unlisted", text=_too_many(len(found.beyond)))
            clips.append(_clip(found.beyond[0], None, fault))
        return clips

    async def path_of(self, organisation: str, clip: str) -> Path:
        """Raises: NotFound `clip_unknown`, Refused `film_unlisted`."""
        found = await asyncio.to_thread(self._found, organisation)
        if clip in found.beyond:
            raise Refused(_too_many(len(found.beyond)), code="film_unlisted")
        file = found.files.get(clip)
        if file is None:
            raise NotFound("there is no such film in the library; load the list anew", code="clip_unknown")
        return file.path

    def _found(self, organisation: str) -> _Found:
        """Blocking."""
        if self._root is None:
            return _Found({})
        wanted = unicodedata.normalize("NFC", organisation)
        try:
            with os.scandir(self._root) as found:
                directories = [
                    entry.path
                    for entry in found
                    if unicodedata.normalize("NFC", entry.name) == wanted and entry.is_dir(follow_symlinks=False)
                ]
            if not directories:
                return _Found({})
            with os.scandir(directories[0]) as found:
                entries = sorted(found, key=lambda entry: entry.name.casefold())
        except OSError as error:
            logger.warning("library_unreadable reason=%s", error.strerror)
            return _Found({})
        films = [entry for entry in entries if _is_film(entry)]
        files: dict[str, _File] = {}
        for entry in films[:MAX_CLIPS]:
            status = entry.stat(follow_symlinks=False)
            files[entry.name] = _File(Path(entry.path), status.st_size, status.st_mtime_ns)
        if beyond := tuple(entry.name for entry in films[MAX_CLIPS:]):
            self._counters.add("clips_unlisted")
        return _Found(files, beyond)

    async def _probe(self, files: Sequence[_File]) -> None:
        if len(self._probed) + len(files) > MAX_REMEMBERED:
            self._probed.clear()
        if too_large := sum(file.size_bytes > self._max_file_bytes for file in files):
            self._counters.add("clips_too_large", too_large)
        left = list(files)
        try:
            async with asyncio.timeout(LIST_TIMEOUT_S):
                while left:
                    await self._probe_until_stuck(left)
        except TimeoutError:
            self._counters.add("clip_lists_timed_out")

    async def _probe_until_stuck(self, left: list[_File]) -> None:
        """Takes from the list what has been found out; the file that hangs, too."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "vdxmedia.film.probe", str(self._max_file_bytes), stdin=PIPE, stdout=PIPE,
            stderr=DEVNULL, limit=MAX_LINE_BYTES,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            first = True
            while left:
                process.stdin.write(msgspec.json.encode(str(left[0].path)) + b"\n")
                try:
                    async with asyncio.timeout(PROBE_TIMEOUT_S * (3 if first else 1)):  # the start takes its time
                        line = await process.stdout.readline()
                    probed = msgspec.json.decode(line, type=ProbedClip)
                except (TimeoutError, ValueError, msgspec.MsgspecError):
                    self._counters.add("clips_stuck")
                    text = f"{left[0].path.name}: cannot be looked at in time; export it again"
                    self._probed[left.pop(0)] = ProbedClip(code="film_stuck", text=text)
                    return
                first = False
                self._probed[left.pop(0)] = probed
        finally:
            process.stdin.close()
            if process.returncode is None:
                process.kill()
            await process.wait()


def _is_film(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    return (
        not name.startswith(".")
        and Path(name).suffix.lower() in SUFFIXES
        and len(name) <= MAX_NAME_CHARS
        and name.isprintable()
        and entry.is_file(follow_symlinks=False)
    )


def title_of(clip: str) -> str:
    """What people read: the file's name without what only machines want."""
    return Path(clip).stem.replace("_", " ").strip() or clip


def _too_many(beyond: int) -> str:
    return f"an organisation has {MAX_CLIPS} films at most, and {beyond} more are in its directory; move some away"


def _clip(name: str, file: _File | None, probed: ProbedClip | None) -> Clip:
    found = probed or ProbedClip(code="film_unread", text="not looked at yet; load the list anew")
    return Clip(
        clip=name,
        title=title_of(name),
        duration_s=found.duration_s,
        width=found.width,
        height=found.height,
        size_bytes=0 if file is None else file.size_bytes,
        video=found.video,
        audio=found.audio,
        code=found.code,
        text=found.text,
    )
