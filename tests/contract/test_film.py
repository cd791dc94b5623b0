"""Exercise films through the assembled server: a process that joins, plays, obeys and ends."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import socket
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import socketio
from aiortc import RTCDtlsTransport, RTCRtpSender

from tests.contract.assembled import AssembledServer, assembled
from tests.films import grey, make_film
from tests.machine import watched
from tests.media.client import Client, join
from tests.patience import PATIENCE_S
from vdxmedia.film.sender import NEXT_FRAME, SEND_KEYFRAME, SEND_RTP
from vdxmedia.integrations.film_lines import Assignment

ORGANISATION = "Nordkøbing"


def test_aiortc_has_the_names_the_sender_replaces() -> None:
    next_frame = getattr(RTCRtpSender, NEXT_FRAME)
    assert inspect.iscoroutinefunction(next_frame)
    assert list(inspect.signature(next_frame).parameters) == ["self", "codec"]
    assert list(inspect.signature(getattr(RTCRtpSender, SEND_KEYFRAME)).parameters) == ["self"]
    assert list(inspect.signature(getattr(RTCDtlsTransport, SEND_RTP)).parameters) == ["self", "data"]
    assert list(inspect.signature(RTCRtpSender.setTransport).parameters) == ["self", "transport"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("library")
    own = root / ORGANISATION
    own.mkdir()
    (root / "Sydkøbing").mkdir()
    make_film(own / "Knæbøj_1.mp4", seconds=6)
    make_film(root / "Sydkøbing" / "andet.mp4", seconds=0.5, size=(160, 90))
    (own / "ikke en film.mp4").write_bytes(b"no film")
    make_film(own / "lang.mp4", seconds=0.5, size=(160, 90))
    (own / "link.mp4").symlink_to(root / "Sydkøbing" / "andet.mp4")
    (own / "noter.txt").write_text("no film")
    os.mkfifo(own / "pipe.mp4")
    return root


@contextlib.asynccontextmanager
async def with_library(library: Path, **flags: str) -> AsyncIterator[AssembledServer]:
    async with assembled(
        {"film.library": str(library), **{f"film.{key}": value for key, value in flags.items()}}
    ) as it:
        yield it


async def film_is(client: Client, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Waits for the first thing told of the film that is so, and forgets what was told before."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            while client.events:
                event = client.events.pop(0)
                if event["type"] == "filmChanged" and holds(event):
                    return event
            await asyncio.sleep(0.01)


def status(*wanted: str) -> Callable[[dict[str, Any]], bool]:
    return lambda film: film["status"] in wanted


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            held = holds()
            if inspect.isawaitable(held):
                held = await held
            if held:
                return
            await asyncio.sleep(0.02)


async def order(client: Client, action: str, **fields: Any) -> None:
    answer = await client.send({"type": "film", "action": action, **fields})
    assert answer == {"type": "done"}, answer


def shown_luma(client: Client) -> float:
    mids = [slot["mid"] for slot in client.slots if slot["kind"] == "video" and slot["mid"] in client.lumas]
    return client.lumas[mids[0]] if mids else -1.0


async def test_list_has_what_is_in_the_directory_and_why_something_cannot_be_played(library: Path) -> None:
    async with with_library(library) as server, server.get(f"/api/v1/clips?organisation={ORGANISATION}") as answer:
        assert answer.status == 200
        clips = {clip["clip"]: clip for clip in (await answer.json())["clips"]}
    assert list(clips) == ["ikke en film.mp4", "Knæbøj_1.mp4", "lang.mp4"]
    good, bad = clips["Knæbøj_1.mp4"], clips["ikke en film.mp4"]
    assert (good["title"], good["video"], good["audio"], good["code"]) == ("Knæbøj 1", "h264", "aac", None)
    assert good["durationS"] == pytest.approx(6, abs=0.1)
    assert (bad["code"], bad["durationS"]) == ("film_unreadable", None)


async def test_list_of_a_name_that_is_no_directory_is_empty(library: Path) -> None:
    async with with_library(library) as server:
        for name in ("..", ".", "%2Fetc", "Nordk%C3%B8bing%2F..%2FSydk%C3%B8bing", "andre"):
            async with server.get(f"/api/v1/clips?organisation={name}") as answer:
                assert (answer.status, (await answer.json())["clips"]) == (200, [])


async def test_list_is_for_key_holders_and_the_rooms_hosts(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION)
        async with server.get(f"/api/v1/clips?organisation={ORGANISATION}", key=None) as answer:
            assert answer.status == 401
        async with server.get("/api/v1/clips") as answer:
            assert (answer.status, (await answer.json())["code"]) == (422, "validation_failed")
        async with server.get("/api/v1/room-clips", key=room["hostUrl"].partition("#t=")[2]) as answer:
            assert (answer.status, len((await answer.json())["clips"])) == (200, 3)
        async with server.get("/api/v1/room-clips", key=room["guestUrl"].partition("#t=")[2]) as answer:
            assert answer.status == 403


async def test_film_is_seen_and_heard_obeys_and_counts_as_no_person(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION, maximum=2)
        async with (
            join(server.url, room["hostUrl"], "Anna", video_slots=2) as anna,
            join(server.url, room["guestUrl"], "Bent", video_slots=2) as bent,
        ):
            await order(anna, "load", clip="Knæbøj_1.mp4")
            assert (await film_is(bent, status("loading")))["clip"] == "Knæbøj_1.mp4"
            paused = await film_is(bent, status("paused"))
            assert (paused["positionS"], paused["isLooping"], paused["code"]) == (0, False, None)
            assert paused["durationS"] == pytest.approx(6, abs=0.1)
            assert server.server.registry.participants_in(room["roomId"]) == 2
            await bent.pictures(1, 1)
            await order(anna, "play")
            await film_is(bent, status("playing"))
            await bent.pictures(1, 20)
            loud = [0.0]

            def hears() -> bool:
                loud[0] = max(loud[0], *bent.loudness.values(), 0.0)
                return loud[0] > 500

            await until(hears)
            await order(anna, "pause")
            stood = await film_is(bent, status("paused"))
            assert 0.5 < stood["positionS"] < 6
            await order(anna, "seek", positionS=4.5)
            assert (await film_is(bent, lambda film: film["positionS"] == 4.5))["status"] == "paused"
            await until(lambda: abs(shown_luma(bent) - grey(4.5)) < 8)
            await order(anna, "loop", isOn=True)
            assert (await film_is(bent, lambda film: film["isLooping"]))["status"] == "paused"
            await order(anna, "stop")
            await film_is(bent, status("stopped"))
            await until(lambda: server.server.films.count() == 0)
            film_people = [e for e in bent.events if e["type"] == "participantLeft"]
            assert len(film_people) <= 1


async def test_guest_cannot_touch_the_film_nor_can_the_film_itself_rule(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION)
        async with (
            join(server.url, room["hostUrl"], "Anna", media=False),
            join(server.url, room["guestUrl"], "Bent", media=False) as bent,
        ):
            for action in ("load", "play", "pause", "seek", "loop", "stop"):
                answer = await bent.send({"type": "film", "action": action, "clip": "Knæbøj_1.mp4"})
                assert (answer["type"], answer["code"]) == ("error", "hosts_only")
            assert server.server.films.count() == 0


async def test_film_that_cannot_be_played_fails_with_a_code_and_advice(library: Path) -> None:
    outside = ["findes ikke.mp4", "../Sydkøbing/andet.mp4", "link.mp4", "pipe.mp4", "noter.txt", "/etc/passwd"]
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION)
        async with join(server.url, room["hostUrl"], "Anna", media=False) as anna:
            for clip in ("ikke en film.mp4", *outside):
                await order(anna, "load", clip=clip)
                failed = await film_is(anna, lambda film: film["status"] == "failed" and film["clip"] == clip)  # noqa: B023
                assert failed["code"] == ("clip_unknown" if clip in outside else "film_unreadable")
                assert len(failed["text"]) > 20
                answer = await anna.send({"type": "film", "action": "play"})
                assert answer["code"] == "film_none"
            assert server.server.films.count() == 0


async def test_too_large_file_fails_and_more_films_than_allowed_are_refused(library: Path) -> None:
    async with with_library(library, maximum="1", max_file_bytes="1000000") as server:
        big = library / ORGANISATION / "stor.mp4"
        big.write_bytes((library / ORGANISATION / "lang.mp4").read_bytes() + bytes(1_000_000))
        try:
            one, other = [await server.open_room(organisation=ORGANISATION) for _ in range(2)]
            async with (
                join(server.url, one["hostUrl"], "Anna", media=False) as anna,
                join(server.url, other["hostUrl"], "Bent", media=False) as bent,
            ):
                await order(anna, "load", clip="stor.mp4")
                assert (await film_is(anna, status("failed")))["code"] == "film_too_large"
                await order(anna, "load", clip="lang.mp4")
                await film_is(anna, status("paused"))
                await order(bent, "load", clip="lang.mp4")
                assert (await film_is(bent, status("failed")))["code"] == "films_full"
        finally:
            big.unlink()


async def test_organisation_that_plays_a_film_leaves_the_others_theirs(library: Path) -> None:
    async with with_library(library) as server:
        own = [await server.open_room(organisation=ORGANISATION) for _ in range(2)]
        other = await server.open_room(organisation="Sydkøbing")
        async with (
            join(server.url, own[0]["hostUrl"], "Anna", media=False) as anna,
            join(server.url, own[1]["hostUrl"], "Bent", media=False) as bent,
            join(server.url, other["hostUrl"], "Carla", media=False) as carla,
        ):
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))
            await order(bent, "load", clip="lang.mp4")
            assert (await film_is(bent, status("failed")))["code"] == "films_full"
            await order(carla, "load", clip="andet.mp4")
            await film_is(carla, status("paused"))
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))


async def test_film_in_a_room_whose_codec_it_cannot_send_says_so(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION, codec="VP9")
        async with join(server.url, room["hostUrl"], "Anna", media=False) as anna:
            await order(anna, "load", clip="lang.mp4")
            assert (await film_is(anna, status("failed")))["code"] == "film_codec_unsupported"


async def test_film_plays_in_an_h264_room(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION, codec="H264")
        async with join(server.url, room["hostUrl"], "Anna", video_slots=1) as anna:
            await order(anna, "load", clip="Knæbøj_1.mp4")
            await film_is(anna, status("paused"))
            await order(anna, "play")
            await anna.pictures(1, 20)


async def test_film_comes_in_where_the_servers_outer_address_leads_nowhere_from_inside(library: Path) -> None:
    flags = {"film.library": str(library), "media.announced": "192.0.2.1"}
    async with assembled(flags) as server:
        room = await server.open_room(organisation=ORGANISATION)
        async with join(server.url, room["hostUrl"], "Anna", media=False) as anna:
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))
            await until(lambda: server.server.plane.stats()["video_packets_in"] > 0)


async def test_film_ends_with_the_last_person_and_with_its_conference(library: Path) -> None:
    async with with_library(library) as server:
        left, closed = [await server.open_room(organisation=ORGANISATION) for _ in range(2)]
        async with join(server.url, left["hostUrl"], "Anna", media=False) as anna:
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))
            pid = film_process()
        await until(lambda: not is_alive(pid) and server.server.films.count() == 0)
        assert server.server.registry.participants_in(left["roomId"]) == 0
        with contextlib.suppress(socketio.exceptions.SocketIOError):  # whose room is gone cannot say goodbye
            async with join(server.url, closed["hostUrl"], "Bent", media=False) as bent:
                await order(bent, "load", clip="lang.mp4")
                await film_is(bent, status("paused"))
                second = film_process()
                async with server.delete(f"/api/v1/rooms/{closed['roomId']}") as answer:
                    assert answer.status == 204
                await until(lambda: not is_alive(second) and server.server.films.count() == 0)


async def test_film_whose_process_dies_fails_and_can_be_loaded_again(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION)
        async with join(server.url, room["hostUrl"], "Anna", media=False) as anna:
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))
            os.kill(film_process(), 9)
            assert (await film_is(anna, status("failed")))["code"] == "film_stuck"
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))


async def test_film_whose_process_hangs_is_ended_at_the_next_order(library: Path) -> None:
    async with with_library(library) as server:
        room = await server.open_room(organisation=ORGANISATION)
        async with join(server.url, room["hostUrl"], "Anna", media=False) as anna:
            await order(anna, "load", clip="lang.mp4")
            await film_is(anna, status("paused"))
            pid = film_process()
            os.kill(pid, 19)  # SIGSTOP
            await order(anna, "play")
            assert (await film_is(anna, status("failed")))["code"] == "film_stuck"
            assert not is_alive(pid)


PARENT = """
import subprocess, sys, time
film = subprocess.Popen([sys.executable, "-m", "vdxmedia.film"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
film.stdin.write(sys.stdin.buffer.readline())
film.stdin.flush()
print(film.pid, flush=True)
time.sleep(60)
"""


async def test_film_ends_soon_after_its_parent_was_killed_even_while_it_waits_for_the_server(library: Path) -> None:
    """A server that was killed closes nothing but what the kernel closes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assignment = Assignment(
            url=f"http://127.0.0.1:{silent.getsockname()[1]}",
            token="none",
            certificate=None,
            path=str(library / ORGANISATION / "lang.mp4"),
            max_file_bytes=10**9,
        )
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, stdin=PIPE, stdout=PIPE)
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(msgspec.json.encode(assignment) + b"\n")
        pid = int(await parent.stdout.readline())
        knocking, _ = await asyncio.to_thread(silent.accept)
        with knocking:  # and nobody will answer
            assert is_alive(pid)
            parent.kill()
            await parent.wait()
            async with watched() as machine:
                killed = time.monotonic()
                await until(lambda: not is_alive(pid))
                took_s = time.monotonic() - killed
            assert took_s < machine.at_most(8.0), str(machine)


def film_process() -> int:
    """The one film that this process has started."""
    own = os.getpid()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == own and b"vdxmedia.film\0" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    [pid] = found
    return pid


def is_alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
