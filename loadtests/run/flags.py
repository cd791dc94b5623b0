"""The flags of `python -m loadtests run`, in the words of LiveKit's load tester where it has one.

A flag that is not given has the scenario's own value. Left out: what a scenario makes of them.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from vdxmedia.conference.settings import MAX_PARTICIPANTS

HEIGHTS = {"low": 180, "medium": 360, "high": 720}
"""Of the camera, by `--video-resolution`."""
TILE_HEIGHTS = {"speaker": 720, "2x2": 360, "3x3": 240, "4x4": 180, "5x5": 180}
"""Of each picture on a participant's screen, by `--layout`."""
LAYOUT_SLOTS = {"speaker": 1, "2x2": 4, "3x3": 9, "4x4": 16, "5x5": 25}
UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
MAX_ROOMS = 2_000
MAX_PER_ROOM = MAX_PARTICIPANTS
"""Of the server."""
MAX_DURATION_S = 24 * 3600.0
MAX_PER_SECOND = 1_000.0
MAX_CLIENTS = 64


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """All in force for a run."""

    rooms: int = 1
    publishers: int = 0
    """With sound and picture, of each room."""
    audio_publishers: int = 0
    """With sound alone."""
    video_publishers: int = 0
    """With a picture alone."""
    subscribers: int = 0
    """Who send nothing."""
    video_resolution: str = "high"
    num_per_second: float = 5.0
    """Who join."""
    duration_s: float = 30.0
    """Once all are there."""
    layout: str = "3x3"
    simulcast: bool = True
    simulate_speakers: bool = False
    """One at a time of each room speaks, and the others are silent."""
    seed: int = 1
    clients: int = max(2, (os.cpu_count() or 1) // 2)
    """Processes of participants, each with a generator."""
    workers: int = 1
    """Of the server's relay."""
    out: str = ""
    url: str = ""
    key: str = ""
    json: bool = False
    settings: dict[str, str] = {}
    """Of the server that is started, as `--set`."""
    parameters: dict[str, str] = {}
    """The scenario's own, as `--with`."""

    @property
    def height(self) -> int:
        return HEIGHTS[self.video_resolution]

    @property
    def tile_height(self) -> int:
        return TILE_HEIGHTS[self.layout]

    @property
    def video_slots(self) -> int:
        return LAYOUT_SLOTS[self.layout]

    @property
    def per_room(self) -> int:
        return self.publishers + self.audio_publishers + self.video_publishers + self.subscribers


class BadFlag(Exception):
    """The text says which and why."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # argparse's ends the process.
        raise BadFlag(message)


def duration_s(text: str) -> float:
    """`90`, `90s`, `1.5m`, `1h`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if found is None or not 0 < (seconds := float(found.group(1)) * UNITS_S[found.group(2)]) <= MAX_DURATION_S:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: 90, 90s, 1.5m and 1h are, at most 24h")
    return seconds


def _number(least: float, most: float, *, whole: bool = True) -> object:
    def read(text: str) -> float:
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            kind = "whole number" if whole else "number"
            raise argparse.ArgumentTypeError(f"{text!r} is no {kind} from {least:g} to {most:g}")
        return value

    return read


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def parser(name: str, about: str) -> argparse.ArgumentParser:
    """For one scenario; values that are not given are absent. Raises: BadFlag by `parse_args`."""
    made = _Parser(prog=f"python -m loadtests run {name}", description=about, argument_default=argparse.SUPPRESS)
    people, rooms = _number(0, MAX_PER_ROOM), _number(1, MAX_ROOMS)
    who = made.add_argument_group("who takes part (of each room)")
    who.add_argument("--rooms", type=rooms, metavar="N")  # type: ignore[arg-type]
    for flag, text in (
        ("--publishers", "with sound and picture"),
        ("--audio-publishers", "with sound alone"),
        ("--video-publishers", "with a picture alone"),
        ("--subscribers", "who send nothing"),
    ):
        who.add_argument(flag, type=people, metavar="N", help=text)  # type: ignore[arg-type]
    how = made.add_argument_group("how")
    how.add_argument("--video-resolution", choices=sorted(HEIGHTS), help="180, 360 or 720 lines")
    how.add_argument(
        "--num-per-second",
        type=_number(0.1, MAX_PER_SECOND, whole=False),  # type: ignore[arg-type]
        metavar="N",
        help="how many join in a second",
    )
    how.add_argument(
        "--duration", dest="duration_s", type=duration_s, metavar="TIME", help="once all are there: 90s, 5m"
    )
    how.add_argument("--layout", choices=sorted(TILE_HEIGHTS), help="how large pictures are shown, and how many")
    how.add_argument("--no-simulcast", dest="simulcast", action="store_false", help="cameras send one layer")
    how.add_argument("--simulate-speakers", action="store_true", help="one at a time of each room speaks")
    how.add_argument(
        "--with", dest="parameters", type=_pair, action="append", metavar="NAME=VALUE", help="the scenario's own"
    )
    how.add_argument("--seed", type=_number(0, 2**31), metavar="N", help="of everything that is drawn")  # type: ignore[arg-type]
    where = made.add_argument_group("where")
    where.add_argument("--clients", type=_number(1, MAX_CLIENTS), metavar="N", help="processes of participants")  # type: ignore[arg-type]
    where.add_argument("--workers", type=_number(1, 64), metavar="N", help="of the server's relay")  # type: ignore[arg-type]
    where.add_argument("--url", metavar="URL", help="of a running server, instead of starting one")
    where.add_argument("--key", metavar="KEY", help="to its REST interface; LOADTEST_KEY in the environment is better")
    where.add_argument(
        "--set", dest="settings", type=_pair, action="append", metavar="SECTION.KEY=VALUE", help="of the server started"
    )
    told = made.add_argument_group("what is told")
    told.add_argument("--out", metavar="DIR", help="report.html, report.json, report.csv go there")
    told.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    return made


def read(
    name: str,
    about: str,
    defaults: Flags,
    parameters: Mapping[str, str],
    arguments: Sequence[str],
    environment: Mapping[str, str],
) -> Flags:
    """`parameters`: the scenario's own, with their values. Raises: BadFlag."""
    given = vars(parser(name, about).parse_args(list(arguments)))
    for both in ("settings", "parameters"):
        if both in given:
            given[both] = {**getattr(defaults, both), **dict(given[both])}
    if unknown := sorted(set(given.get("parameters", ())) - set(parameters)):
        known = ", ".join(sorted(parameters)) or "it has none"
        raise BadFlag(f"--with {unknown[0]}: {name} knows no such parameter ({known})")
    made = msgspec.structs.replace(defaults, **given)
    made = msgspec.structs.replace(made, parameters={**parameters, **made.parameters})
    if made.url and not made.key:
        if not (key := environment.get("LOADTEST_KEY", "")):
            raise BadFlag("--url needs the key to that server's REST interface: --key or LOADTEST_KEY")
        made = msgspec.structs.replace(made, key=key)
    if made.key and not made.url:
        raise BadFlag("--key without --url: the server that is started has a key of its own")
    if made.url and (made.settings != defaults.settings or made.workers != defaults.workers):
        raise BadFlag("--set and --workers are for the server that is started here; --url names another")
    if made.url and not re.match(r"https?://[^/]+/?$", made.url):
        raise BadFlag(f"--url {made.url}: like https://video.example.org")
    if made.out and Path(made.out).is_file():
        raise BadFlag(f"--out {made.out} is a file; a directory is wanted")
    if made.per_room > MAX_PER_ROOM:
        raise BadFlag(f"{made.per_room} people in a room: at most {MAX_PER_ROOM}")
    return msgspec.structs.replace(made, url=made.url.rstrip("/"))
