"""What happens on the way, through the real server: packets that are lost and asked for again, ICE that begins anew."""

from __future__ import annotations

import asyncio

import pytest

from loadtests import native
from loadtests.participant import MICROPHONE, Participant, camera
from tests.contract.test_loadgen import SETTLE_TIMEOUT_S, binary, call, until
from tests.machine import udp_overflows, watched
from tests.server import Server

__all__ = ["binary"]
LOST_PER_MILLE = 20
LOST_LEAST = 30
"""Before a look at what became of them."""
TAIL = 3
"""Packets lost at the very end are missed by nobody: no later one shows the gap."""
UNMEASURED = native.Options(sample=1, feedback_ms=0)
"""Nobody learns what the way down carries. On a busy machine it seems to be little, the picture is paused, and what is
lost of a picture that nobody gets is not asked for."""
GAP_S = 1.0
BITRATE_BPS = 1_500_000
FLOOD = 50
FLOOD_FRAMES_PER_S = 450
FLOOD_LEAST = 10_000
"""Packets dropped before a look at what the others lost: some three seconds of the flood."""
MOST_REQUESTS = 3
"""For each lost packet, in the mean."""


async def pictures(generator: native.Generator) -> native.SlotStats:
    """The one video slot that got packets."""
    (slot,) = [
        slot
        for slot in (await generator.stats(peers=True)).slots
        if slot.kind == "video" and slot.findings["packets"] > 0
    ]
    return slot


async def dropped(server: Server) -> float:
    """Packets beyond what one publisher may send."""
    return (await server.metrics())['vdx_rtp_rejected_total{reason="media_budget"}']


async def test_pictures_lost_on_the_way_down_are_asked_for_and_come_again_unchanged() -> None:
    async with call("Anna", "Bent") as (server, generator, (anna, bent)):
        await anna.connect_media(picture=camera(BITRATE_BPS))
        await bent.connect_media(options=native.Options(sample=1, nack=True, lose_incoming=LOST_PER_MILLE))
        await bent.show_all()
        await until(generator, 1)
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while (await pictures(generator)).findings["lost_on_purpose"] < LOST_LEAST:
                await asyncio.sleep(0.1)
        # Not muted: what she has sent may still be asked for.
        generator.send(native.Stop(anna.peer, "0"))
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while (found := (await pictures(generator)).findings)["lost"] > 0:
                await asyncio.sleep(0.05)
        lost = found["lost_on_purpose"]
        assert lost - TAIL <= found["recovered"] <= lost, found
        assert lost - TAIL <= found["nacks"] <= MOST_REQUESTS * lost, found
        stats = await generator.stats()
        assert stats.faults == 0, stats.findings
        assert stats.strays == 0
        async with asyncio.timeout(SETTLE_TIMEOUT_S):  # a calm relay hands its counters over when something happens
            while (await server.metrics())['vdx_rtp_packets_total{direction="out",kind="rtx"}'] < found["recovered"]:
                await asyncio.sleep(0.05)


@pytest.mark.long
async def test_pictures_lost_on_the_way_up_are_asked_for_by_the_server_and_reach_everybody() -> None:
    async with call("Anna", "Bent") as (_, generator, (anna, bent)):
        await anna.connect_media(picture=camera(BITRATE_BPS), options=native.Options(lose_outgoing=LOST_PER_MILLE))
        await bent.connect_media(options=UNMEASURED)
        await bent.show_all()
        # What was lost while nobody looked is nobody's loss.
        before = (await until(generator, 1)).sent
        async with asyncio.timeout(SETTLE_TIMEOUT_S):
            while True:
                stats = await generator.stats()
                sent = {name: count - before[name] for name, count in stats.sent.items()}
                if sent["lost_on_purpose"] >= LOST_LEAST:
                    break
                await asyncio.sleep(0.1)
            while (found := (await pictures(generator)).findings)["lost"] > 0:
                await asyncio.sleep(0.01)
        lost = sent["lost_on_purpose"]
        assert lost - TAIL <= sent["nacks_received"] <= MOST_REQUESTS * lost, sent
        assert sent["retransmissions"] >= lost - TAIL
        assert found["reordered"] >= lost // 2, found
        assert (await generator.stats()).faults == 0, found


@pytest.mark.parametrize(
    "moves", [pytest.param(False, id="same-port", marks=pytest.mark.long), pytest.param(True, id="other-port")]
)
async def test_media_goes_on_both_ways_while_ice_begins_anew(moves: bool) -> None:
    async with call("Anna", "Bent") as (server, generator, (anna, bent)):
        for one in (anna, bent):
            await one.connect_media(microphone=MICROPHONE, picture=camera(400_000), options=native.Options(sample=1))
            await one.show_all()
        await until(generator, 4, packets=50)
        for one in (anna, bent):
            assert one.answer is not None
            before = one.answer
            overflows = udp_overflows()
            async with watched() as machine:
                await generator.stats(reset=True)
                await one.restart_ice(moves=moves)
                stats = await until(generator, 4, packets=80)
            assert (one.answer.ufrag, one.answer.pwd) != (before.ufrag, before.pwd)
            assert one.answer.fingerprint == before.fingerprint
            gaps_us = [slot.longest_gap_us for slot in stats.slots if slot.findings["packets"]]
            assert max(gaps_us) / 1e6 <= machine.at_most(GAP_S), f"{gaps_us}; {machine}"
            assert stats.faults == 0, stats.findings
            assert stats.connected == 2
            if not moves and udp_overflows() == overflows:
                assert stats.findings["lost"] == 0
        metrics = await server.metrics()
        assert metrics["vdx_media_peers"] == 2
        assert not generator.failures
        assert len(generator.connected) == 2, "one handshake each: the keys are the same"


async def test_media_goes_on_when_ice_begins_anew_twice_in_a_row_at_both_ends_at_once() -> None:
    """Both change their network, and each restarts again before anything came on the way of the first restart; then
    each offers three times and makes use of the last answer only."""
    async with call("Anna", "Bent") as (server, generator, people):
        for one in people:
            await one.connect_media(microphone=MICROPHONE, picture=camera(400_000), options=native.Options(sample=1))
            await one.show_all()
        await until(generator, 4, packets=50)

        async def twice(one: Participant) -> None:
            for _ in range(2):
                await one.restart_ice(moves=True)

        async def thrice(one: Participant) -> None:
            await one.restart_ice(moves=True, offers=3)

        for begin_anew in (twice, thrice):
            async with watched() as machine:
                await generator.stats(reset=True)
                async with asyncio.TaskGroup() as both:
                    for one in people:
                        both.create_task(begin_anew(one))
                stats = await until(generator, 4, packets=80)
            gaps_us = [slot.longest_gap_us for slot in stats.slots if slot.findings["packets"]]
            assert max(gaps_us) / 1e6 <= machine.at_most(GAP_S), f"{begin_anew.__name__}: {gaps_us}; {machine}"
            assert stats.faults == 0, stats.findings
            assert stats.connected == 2
        assert (await server.metrics())["vdx_media_peers"] == 2
        assert not generator.failures
        assert len(generator.connected) == 2, "one handshake each: the keys are the same"


async def test_who_sends_fifty_times_the_rate_costs_the_others_less_than_a_hundredth() -> None:
    async with call("Anna", "Bent", "Clara") as (server, generator, (anna, bent, clara)):
        calm = camera(BITRATE_BPS)
        (own,) = calm
        await anna.connect_media(microphone=MICROPHONE, picture=calm)
        await bent.connect_media(options=native.Options(sample=10))
        await bent.show_all()
        await until(generator, 2)
        flood = native.Layer(
            frames_per_s=FLOOD_FRAMES_PER_S,
            packets=FLOOD * own.frames_per_s * own.packets // FLOOD_FRAMES_PER_S,
            bytes=own.bytes,
            keyframe_packets=own.packets,
        )
        before, overflows = await generator.stats(reset=True), udp_overflows()
        async with watched() as machine:
            await clara.connect_media(picture=[flood])
            async with asyncio.timeout(SETTLE_TIMEOUT_S):
                while (await dropped(server)) < FLOOD_LEAST:
                    await asyncio.sleep(0.2)
            stats = await generator.stats(peers=True)
        sources = {anna.source_id("camera"), anna.source_id("microphone")}
        of_anna = [slot.findings for slot in stats.slots if slot.source in sources and slot.findings["packets"]]
        assert of_anna, "Anna's picture is shown"
        # A relay that gets no time to read loses to a full buffer, whosever the packets are.
        most = 0.01 if udp_overflows() == overflows else machine.share(0.01)
        for found in of_anna:
            assert found["lost"] < found["packets"] * most, f"{found}; {machine}"
        assert stats.faults == 0, stats.findings
        assert before.faults == 0, before.findings
