"""Flags of the load tester: LiveKit's words, the scenario's values, and a clear word for what is no good."""

from __future__ import annotations

import pytest

from loadtests.run import scenario
from loadtests.run.flags import BadFlag, Flags, duration_s, read

DEFAULTS = Flags(rooms=5, num_per_second=2.0, layout="2x2", settings={"limits.rooms": "10"})


def flags(*arguments: str, **environment: str) -> Flags:
    return read("consultation", "About.", DEFAULTS, {"percent": "2"}, arguments, environment)


def test_what_is_not_given_is_the_scenarios() -> None:
    assert flags() == Flags(
        rooms=5, num_per_second=2.0, layout="2x2", settings={"limits.rooms": "10"}, parameters={"percent": "2"}
    )


def test_livekits_words_are_understood() -> None:
    got = flags(
        "--publishers=3", "--audio-publishers=1", "--video-publishers=2", "--subscribers=10", "--video-resolution=low",
        "--num-per-second=7.5", "--duration=1.5m", "--layout=5x5", "--no-simulcast", "--simulate-speakers", "--rooms=2",
        "--seed=9", "--out=here", "--json", "--set", "media.tcp=false", "--with", "percent=5",
    )  # fmt: skip
    assert (got.publishers, got.audio_publishers, got.video_publishers, got.subscribers) == (3, 1, 2, 10)
    assert (got.per_room, got.height, got.tile_height, got.video_slots) == (16, 180, 180, 25)
    assert (got.num_per_second, got.duration_s, got.rooms, got.seed) == (7.5, 90.0, 2, 9)
    assert (got.simulcast, got.simulate_speakers, got.json, got.out) == (False, True, True, "here")
    assert got.settings == {"limits.rooms": "10", "media.tcp": "false"}
    assert got.parameters == {"percent": "5"}


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1h", 3600), ("0.5s", 0.5)])
def test_duration_has_units(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--rooms", "0"], "'0' is no whole number from 1 to 2000"),
        (["--rooms", "2.5"], "whole number"),
        (["--num-per-second", "fast"], "'fast' is no number from 0.1 to 1000"),
        (["--duration", "5 minutes"], "90, 90s, 1.5m and 1h are"),
        (["--duration", "25h"], "at most 24h"),
        (["--layout", "9x9"], "invalid choice: '9x9'"),
        (["--video-resolution", "8k"], "invalid choice"),
        (["--subscribers", "1000", "--publishers", "200"], "1200 people in a room: at most 1100"),
        (["--wiht", "x=1"], "--wiht"),
        (["--with", "share=1"], "consultation knows no such parameter (percent)"),
        (["--with", "percent"], "NAME=VALUE"),
        (["--url", "https://video.example.org"], "LOADTEST_KEY"),
        (["--key", "secret"], "--key without --url"),
        (["--url", "video.example.org", "--key", "k"], "like https://video.example.org"),
        (["--url", "https://video.example.org", "--key", "k", "--set", "a.b=c"], "--url names another"),
        (["--out", __file__], "a directory is wanted"),
    ],
)
def test_bad_flag_is_told_with_what_would_be_good(arguments: list[str], says: str) -> None:
    with pytest.raises(BadFlag) as caught:
        flags(*arguments)
    assert says in str(caught.value)


def test_key_may_come_from_the_environment_and_the_url_loses_its_slash() -> None:
    got = flags("--url", "https://video.example.org/", LOADTEST_KEY="k")
    assert (got.url, got.key) == ("https://video.example.org", "k")


def test_every_scenario_can_be_found_with_flags_that_hold() -> None:
    names = scenario.names()
    assert {"consultation", "training", "townhall", "crosssector", "lossy", "churn", "bookings"} <= set(names)
    for name in names:
        found = scenario.find(name)
        assert found.name == name
        assert found.about
        read(name, found.about, found.defaults, found.parameters, [], {})
    with pytest.raises(scenario.UnknownScenario, match="consultation"):
        scenario.find("consultations")
