"""Logs as fields without people in them; metrics under stable names."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections import Counter
from collections.abc import Iterator

import pytest
from prometheus_client import generate_latest

from vdxmedia.conference.kinds import Quality
from vdxmedia.hub.overview import Figures
from vdxmedia.observability import Metrics, configure_logging
from vdxmedia.relay_metrics import Distribution, relay_families


@pytest.fixture
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The root logger as `serve` sets it up (as the parameter says, else in JSON), writing here."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("engineio", "socketio", "aiohttp.access", "asyncio")}
    configure_logging("info", getattr(request, "param", "json"))
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


def lines(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_event_with_pairs_becomes_fields(logged: io.StringIO) -> None:
    logging.getLogger("vdxmedia.x").info("room_opened room=%s count=%d", "ab12", 3)
    [line] = lines(logged)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "room_opened", "room": "ab12", "count": "3", "level": "info", "logger": "vdxmedia.x"}


def test_text_that_is_no_event_stays_whole(logged: io.StringIO) -> None:
    logging.getLogger("vdxmedia.x").warning("Set it with `sysctl -w a=b`")
    assert lines(logged)[0]["event"] == "Set it with `sysctl -w a=b`"


def test_pair_cannot_replace_what_the_handler_knows(logged: io.StringIO) -> None:
    logging.getLogger("vdxmedia.x").info("thing_done level=%s event=%s", "debug", "forged")
    [line] = lines(logged)
    assert (line["level"], line["event"]) == ("info", "thing_done")


@pytest.mark.parametrize("logged", ["json", "text"], indirect=True)
def test_exception_shows_nobodys_name(logged: io.StringIO) -> None:
    def join(name: str) -> None:
        raise ValueError(len(name))

    try:
        join(" ".join(["Anna", "Andersen"]))
    except ValueError:
        logging.getLogger("vdxmedia.x").exception("room_fault room=%s", "ab12")
    assert "ValueError: 13" in logged.getvalue()
    assert "Anna Andersen" not in logged.getvalue()


def test_exception_is_one_line_with_its_traceback(logged: io.StringIO) -> None:
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("vdxmedia.x").warning("request_failed route=%s", "/r", exc_info=True)
    [line] = lines(logged)
    assert line["route"] == "/r"
    assert "ValueError: boom" in line["exception"]


def test_libraries_that_log_payloads_are_quiet(logged: io.StringIO) -> None:
    for name in ("engineio.server", "socketio.server", "aiohttp.access"):
        logging.getLogger(name).info("payload of a person")
    assert lines(logged) == []


def test_names_of_the_relay_become_families_and_none_is_lost() -> None:
    totals = {
        "audio_packets_in": 1,
        "video_bytes_out": 2,
        "rtcp_packets_in": 3,
        "dropped_auth": 4,
        "peers_lost_consent": 5,
        "handshakes_done": 6,
        "handshakes_failed_dtls": 7,
        "nacks_in": 8,
        "pli_coalesced": 9,
        "worker_cpu_ns": 1_500_000_000,
        "peers": 10,
        "something_new": 11,
        "pictures_frozen": 2,
        "pictures_frozen_us": 2_500_000,
        "latency_within_50us": 30,
        "latency_within_1000us": 5,
        "latency_beyond": 1,
        "latency_sum_us": 62_000,
    }
    round_trip = Distribution("vdx_rtt_seconds", "Round trip.", (0.1, 0.2))
    for value_s, seconds in ((0.1, 5), (0.2, 1), (0.3, 1)):
        round_trip.add(value_s, seconds)
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in relay_families(totals, {"conferences": 12}, qualities=[round_trip])
        for sample in family.samples
    }
    expected = {
        ("vdx_rtp_packets_total", "in", "audio"): 1,
        ("vdx_rtp_bytes_total", "out", "video"): 2,
        ("vdx_control_packets_total", "in", "rtcp"): 3,
        ("vdx_rtp_rejected_total", "auth"): 4,
        ("vdx_media_lost_total", "consent"): 5,
        ("vdx_dtls_handshakes_total", "done"): 6,
        ("vdx_dtls_handshakes_total", "dtls"): 7,
        ("vdx_nack_total", "in"): 8,
        ("vdx_keyframe_requests_total", "coalesced"): 9,
        ("vdx_forward_seconds_bucket", "5e-05"): 30,
        ("vdx_forward_seconds_bucket", "0.0005"): 30,
        ("vdx_forward_seconds_bucket", "0.001"): 35,
        ("vdx_forward_seconds_bucket", "+Inf"): 36,
        ("vdx_forward_seconds_count",): 36,
        ("vdx_forward_seconds_sum",): 0.062,
        ("vdx_relay_cpu_seconds_total",): 1.5,
        ("vdx_relay_peers",): 10,
        ("vdx_relay_something_new_total",): 11,
        ("vdx_media_conferences",): 12,
        ("vdx_media_freezes_total",): 2,
        ("vdx_media_frozen_seconds_total",): 2.5,
        ("vdx_rtt_seconds_bucket", "0.1"): 5,
        ("vdx_rtt_seconds_bucket", "0.2"): 6,
        ("vdx_rtt_seconds_bucket", "+Inf"): 7,
        ("vdx_rtt_seconds_count",): 7,
    }
    assert {key: samples[key] for key in expected} == expected


class Observed:
    """A server with some people in it."""

    def room_count(self) -> int:
        return 2

    def figures(self) -> Figures:
        return Figures(
            people=Counter({("guest", "udp"): 3, ("host", "tcp"): 1}),
            waiting=4,
            sources=Counter({"microphone": 2}),
            qualities=Counter({Quality.GOOD: 3, Quality.WEAK: 1}),
        )

    def relay_totals(self) -> dict[str, int]:
        return {}

    def relay_gauges(self) -> dict[str, int]:
        return {"hears": 4, "shows": 7, "peers": 4}

    def relay_workers(self) -> list[tuple[int, int]]:
        return []

    def media_qualities(self) -> list[Distribution]:
        return []

    def hub_totals(self) -> dict[str, int]:
        return {"joins_rate_limited": 3, "sms_callbacks_told": 5}


def exposed() -> str:
    async def ask() -> str:  # tasks of the loop are counted
        metrics = Metrics()
        metrics.observe(Observed())
        metrics.observe_request("GET", "/x", 429, 0.01)
        metrics.observe_request("GET", "/x", 200, 0.01)
        return generate_latest(metrics.registry).decode()

    return asyncio.run(ask())


def test_people_tracks_and_quality_are_told_without_naming_anybody() -> None:
    text = exposed()
    for line in (
        'vdx_participants{role="guest",transport="udp"} 3.0',
        'vdx_participants{role="host",transport="tcp"} 1.0',
        'vdx_participants{role="host",transport="udp"} 0.0',
        "vdx_waiting_room 4.0",
        'vdx_tracks{direction="in",kind="microphone"} 2.0',
        'vdx_tracks{direction="out",kind="video"} 7.0',
        'vdx_tracks{direction="out",kind="audio"} 4.0',
        'vdx_quality_ratio{quality="good"} 0.75',
        'vdx_webhook_total{result="told"} 5.0',
        'vdx_join_seconds_count{phase="ice"} 0.0',
    ):
        assert line in text.splitlines()


def test_refused_requests_are_counted() -> None:
    text = exposed()
    assert 'vdx_ratelimited_total{scope="http"} 1.0' in text
    assert 'vdx_ratelimited_total{scope="join"} 3.0' in text
    assert 'vdx_http_request_duration_seconds_count{method="GET",route="/x",status="200"} 1.0' in text
