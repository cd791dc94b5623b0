"""The library's bounds: what is too much is told, not passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from vdxmedia.errors import NotFound, Refused
from vdxmedia.hub.counters import Counters
from vdxmedia.integrations import clip_library
from vdxmedia.integrations.clip_library import ClipLibrary


async def test_more_films_than_an_organisation_may_have_are_told_and_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_library, "MAX_CLIPS", 2)
    (tmp_path / "Kommune").mkdir()
    for name in "abcd":
        (tmp_path / "Kommune" / f"{name}.mp4").write_bytes(b"no film")
    counters = Counters()
    library = ClipLibrary(tmp_path, max_file_bytes=1000, counters=counters)
    clips = await library.clips("Kommune")
    assert [(clip.clip, clip.code) for clip in clips] == [
        ("a.mp4", "film_unreadable"),
        ("b.mp4", "film_unreadable"),
        ("c.mp4", "film_unlisted"),
    ]
    assert "2 films at most, and 2 more" in str(clips[-1].text)
    assert counters.totals()["clips_unlisted"] == 1
    assert (await library.path_of("Kommune", "b.mp4")).name == "b.mp4"
    for name in "cd":
        with pytest.raises(Refused) as refused:
            await library.path_of("Kommune", f"{name}.mp4")
        assert refused.value.code == "film_unlisted"
    with pytest.raises(NotFound):
        await library.path_of("Kommune", "e.mp4")
