"""The load generator's clients in a real call: ICE, DTLS and SRTP of another make, and every packet is looked at."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from loadtests import native, participant
from loadtests.description import Answer, read_answer
from loadtests.participant import MICROPHONE, Participant, camera, join, simulcast
from tests.machine import udp_overflows, watched
from tests.patience import PATIENCE_S
from tests.server import Server, run_server

SETTLE_TIMEOUT_S = PATIENCE_S
AES_128_GCM = 7
KINDS = ("microphone", "camera", "screen", "screenAudio")
PACKETS = 200
"""Per slot, before a look at it: four seconds of sound."""
SANE_DELAY_US = 250_000
"""One-way on loopback; only a clock or a stamp that is wrong makes more of the median, however busy the machine."""


@pytest.fixture(scope="module", autouse=True)
def binary() -> None:
    native.build()


@contextlib.asynccontextmanager
async def call(*names: str) -> AsyncIterator[tuple[Server, native.Generator, list[Participant]]]:
    """A room of these; the first is its host. Nobody publishes yet."""
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(run_server())
        room = await server.create_room()
        generator = await stack.enter_async_context(native.run_generator())
        people = [
            await stack.enter_async_context(join(generator, server.base_url, room[link], name, video_slots=3))
            for name, link in zip(names, ["hostUrl"] + ["guestUrl"] * (len(names) - 1), strict=True)
        ]
        yield server, generator, people


async def until(generator: native.Generator, slots: int, packets: int = PACKETS) -> native.Stats:
    """Waits until so many slots have got so many packets each."""
    async with asyncio.timeout(SETTLE_TIMEOUT_S):
        while True:
            stats = await generator.stats(peers=True)
            if sum(slot.findings["packets"] >= packets for slot in stats.slots) >= slots:
                return stats
            await asyncio.sleep(0.1)


async def test_one_publisher_reaches_three_subscribers_under_its_name_and_unchanged() -> None:
    overflows = udp_overflows()
    async with watched() as machine, call("Anna", "Bent", "Clara", "Dorte") as (_, generator, people):
        anna, *others = people
        await anna.connect_media(microphone=MICROPHONE, picture=camera(800_000))
        for one in others:
            await one.connect_media(options=native.Options(sample=5))
        for one in people:
            assert (await generator.until_connected(one.peer)).profile == AES_128_GCM
        stats = await until(generator, 6)
        assert not generator.failures
        heard = [slot for slot in stats.slots if slot.findings["packets"]]
        assert {slot.peer for slot in heard} == {one.peer for one in others}
        sources = {"speaker": anna.source_id("microphone"), "video": anna.source_id("camera")}
        assert sorted((slot.peer, slot.kind) for slot in heard) == [
            (one.peer, kind) for one in others for kind in ("speaker", "video")
        ]
        assert all(slot.source == sources[slot.kind] for slot in heard)
        assert stats.faults == 0, stats.findings
        assert stats.findings["lost"] == 0 or udp_overflows() > overflows, stats.findings
        assert stats.findings["opened"] * 7 > stats.findings["packets"]
        assert stats.strays == 0
        assert stats.delay.p50_us > 0
        assert stats.delay.count >= stats.findings["opened"] - stats.findings["probes"]
        assert stats.sent["transport_feedbacks_received"] > 0
    assert stats.delay.p50_us / 1e6 < machine.at_most(SANE_DELAY_US / 1e6), f"{stats.delay}; {machine}"


async def test_publisher_answers_keyframe_requests_and_all_layers_are_taken() -> None:
    async with call("Anna", "Bent") as (_, generator, (anna, bent)):
        await anna.connect_media(picture=simulcast(anna.joined["media"]["camera"]))
        await generator.until_connected(anna.peer)
        await bent.connect_media(options=native.Options(sample=1, picture_loss_ms=200))
        await bent.show_all()
        first = await generator.until_first_packet(bent.peer)
        assert first.source == anna.source_id("camera")
        stats = await until(generator, 1)
        assert stats.sent["keyframe_requests"] > 1
        assert stats.sent["keyframes"] > 3, "one for each layer, and those that were asked for"
        assert stats.faults == 0, stats.findings


async def test_a_server_with_another_certificate_than_its_answer_says_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def read_forged(text: str) -> Answer:
        return msgspec.structs.replace(read_answer(text), fingerprint="sha-256 " + ":".join(["AB"] * 32))

    async with call("Anna") as (_, generator, (anna,)):
        monkeypatch.setattr(participant, "read_answer", read_forged)
        await anna.connect_media(microphone=MICROPHONE)
        with pytest.raises(native.GeneratorFailed, match="fingerprint"):
            await generator.until_connected(anna.peer)
        assert (await generator.stats()).connected == 0


async def test_who_has_left_is_gone_from_both_ends() -> None:
    async with call("Anna", "Bent") as (server, generator, (anna, bent)):
        await anna.connect_media(microphone=MICROPHONE)
        await bent.connect_media()
        await until(generator, 1, packets=20)
        bent.leave_media()
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while (await server.metrics())["vdx_media_peers"] != 1:
                await asyncio.sleep(0.05)
        stats = await generator.stats()
        assert (stats.peers, stats.connected) == (1, 1)


async def test_relay_knows_the_sources_of_those_who_are_there_and_of_nobody_else() -> None:
    async with call("Anna") as (server, generator, (anna,)):
        await anna.connect_media(microphone=MICROPHONE, picture=camera(200_000))
        await generator.until_connected(anna.peer)
        room = await server.create_room()
        for _ in range(6):
            guest = await participant.connect(generator, server.base_url, room["guestUrl"], "Bent", video_slots=1)
            host = await participant.connect(generator, server.base_url, room["hostUrl"], "Clara", video_slots=1)
            for one in (guest, host):
                await one.connect_media(microphone=MICROPHONE, picture=camera(200_000))
                await generator.until_connected(one.peer)
            await guest.leave()
            async with asyncio.timeout(SETTLE_TIMEOUT_S):
                while (metrics := await server.metrics())["vdx_relay_sources"] != 2 * len(KINDS):
                    await asyncio.sleep(0.05)
            assert metrics["vdx_relay_peers"] == 2
            await host.leave()
            await guest.disconnect()
            await host.disconnect()
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while (await server.metrics())["vdx_relay_sources"] != len(KINDS):
                await asyncio.sleep(0.05)


async def test_command_that_makes_no_sense_is_refused_and_harms_nobody() -> None:
    async with native.run_generator() as generator:
        generator.send(native.Start(99, "0", 1))
        generator.send(native.Remove(99))
        stats = await generator.stats()
        assert stats.peers == 0
        assert [type(failure) for failure in generator.failures] == [native.RefusedLine] * 2
