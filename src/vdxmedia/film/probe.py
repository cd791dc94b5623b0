"""Looks at files for the library's list: paths on standard input, a JSON string a line; a `ProbedClip` each comes back.

A process of its own, because what a film holds is hostile and its decoders are C. Who reads kills it when it takes too
long; the line that is missing is of the file that hung.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from vdxmedia.film.bounds import bound_process
from vdxmedia.film.clip import ClipFault, ClipLimits, open_clip
from vdxmedia.integrations.film_lines import ProbedClip


def probe(path: Path, limits: ClipLimits) -> ProbedClip:
    try:
        with open_clip(path, limits) as clip:
            facts = clip.facts
    except ClipFault as fault:
        return ProbedClip(code=fault.code, text=fault.text)
    return ProbedClip(
        duration_s=facts.duration_s, width=facts.width, height=facts.height, video=facts.video, audio=facts.audio
    )


def main() -> None:
    """The one argument is the largest file, in bytes."""
    limits = ClipLimits(file_bytes=int(sys.argv[1]))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(probe(Path(msgspec.json.decode(line, type=str)), limits)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    bound_process()
    main()
