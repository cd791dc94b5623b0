"""The relay's events: what the room is told of them, and what is ignored."""

from __future__ import annotations

import logging

import msgspec

from tests.unit.sdp.builders import audio, offer_of
from tests.unit.sfu.stage import (
    ANNA,
    OTHER_CERTIFICATE,
    ROOM,
    SAME_CERTIFICATE,
    SOURCES,
    Stage,
    offer_with,
)
from vdxmedia.hub.ports import (
    LayersWanted,
    MediaKind,
    MediaLost,
    MediaQuality,
    MediaStep,
    SlotCannotDecode,
    SlotPaused,
    SpeakersChanged,
    Step,
    Transport,
)
from vdxmedia.ids import ConferenceKey, SourceId
from vdxmedia.sfu import relay_wire


async def test_relay_events_reach_the_room_in_its_words(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    stage.relay.emit(
        relay_wire.PeerBound(peer=1, address="192.0.2.7", is_tcp=True),
        relay_wire.SourceStarted(source=9),
        relay_wire.SourceStarted(source=SOURCES[MediaKind.MICROPHONE]),
        relay_wire.SlotSwitched(peer=1, kind="video", index=0, source=9, layer=1),
        relay_wire.ConsentLost(peer=1),
        relay_wire.ConsentBack(peer=1),
        relay_wire.Speakers(room=ROOM, speakers=[(9, 127), (8, 0)]),
        relay_wire.CannotDecode(peer=1, index=4, source=9),
        relay_wire.PeerQuality(peer=1, uplink_loss=0.25, downlink_loss=0.5, rtt_ms=40, silent_ms=7_001),
        relay_wire.PeerQuality(peer=1, uplink_loss=0, downlink_loss=0, rtt_ms=-1, silent_ms=7_000, uplink_bps=9),
        relay_wire.SlotPaused(peer=1, kind="video", index=3, source=9, paused=True),
        relay_wire.SlotPaused(peer=1, kind="speaker", index=1, source=9, paused=True),
        relay_wire.LayersWanted(peer=1, source=12_345, layers=7),
        relay_wire.LayersWanted(peer=1, source=SOURCES[MediaKind.MICROPHONE], layers=5),
    )
    assert await stage.next_told() == MediaStep(ANNA, Step.BOUND, Transport.TCP)
    assert await stage.next_told() == MediaStep(ANNA, Step.FLOWS)
    assert await stage.next_told() == MediaStep(ANNA, Step.SILENT)
    assert await stage.next_told() == MediaStep(ANNA, Step.BACK)
    assert await stage.next_told() == SpeakersChanged([(SourceId(9), 1.0), (SourceId(8), 0.0)])
    assert await stage.next_told() == SlotCannotDecode(ANNA, 4, SourceId(9))
    assert await stage.next_told() == MediaQuality(ANNA, 0.25, 0.5, 0.04, is_silent=True, silent_s=7.001)
    assert await stage.next_told() == MediaQuality(ANNA, 0, 0, None, is_silent=False, uplink_bps=9, silent_s=7.0)
    assert await stage.next_told() == SlotPaused(ANNA, 3, is_paused=True)
    assert await stage.next_told() == LayersWanted(ANNA, MediaKind.MICROPHONE, (0, 2))
    assert not stage.told


async def test_qualities_of_all_connections_are_added_up_by_the_seconds_they_are_of(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    stage.relay.emit(
        relay_wire.PeerQuality(
            peer=1,
            period_ms=5_000,
            uplink_loss=0,
            downlink_loss=0,
            rtt_ms=40,
            silent_ms=0,
            jitter_ms=4,
            estimate_bps=3_000_000,
        ),
        relay_wire.PeerQuality(peer=1, uplink_loss=0.25, downlink_loss=0.04, rtt_ms=-1, silent_ms=0),
        relay_wire.PeerQuality(peer=9, uplink_loss=0.9, downlink_loss=0.9, rtt_ms=900, silent_ms=0),
    )
    await stage.next_told()
    await stage.next_told()
    samples = [sample for quality in stage.plane.qualities() for sample in quality.family().samples]
    assert not any(set(sample.labels) - {"le"} for sample in samples), "nobody's own"
    buckets = {(one.name.removesuffix("_bucket"), one.labels["le"]): one.value for one in samples if one.labels}
    assert [buckets["vdx_media_uplink_loss_ratio", le] for le in ("0.0", "0.2", "0.5", "+Inf")] == [5, 5, 6, 6]
    assert [buckets["vdx_media_downlink_loss_ratio", le] for le in ("0.0", "0.05", "+Inf")] == [5, 6, 6]
    assert [buckets["vdx_rtt_seconds", le] for le in ("0.025", "0.05", "+Inf")] == [0, 5, 5]
    assert [buckets["vdx_jitter_seconds", le] for le in ("0.002", "0.005", "+Inf")] == [0, 5, 5]
    assert [buckets["vdx_media_estimate_bits_per_second", le] for le in ("2000000.0", "4000000.0")] == [0, 5]


async def test_events_of_the_unknown_are_ignored(stage: Stage) -> None:
    stage.relay.emit(
        relay_wire.DtlsReceived(peer=9, datagram=b"\x16"),
        relay_wire.PeerExpired(peer=9),
        relay_wire.PeerFault(peer=9),
        relay_wire.CannotDecode(peer=9, index=0, source=1),
        relay_wire.PeerQuality(peer=9, uplink_loss=0, downlink_loss=0, rtt_ms=0, silent_ms=0),
        relay_wire.Speakers(room=9, speakers=[]),
        relay_wire.FenceReached(id=9),
        relay_wire.Speakers(room=ROOM, speakers=[]),
    )
    assert await stage.next_told() == SpeakersChanged([])


async def test_peer_that_the_relay_has_expired_is_told_and_not_removed_again(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    stage.relay.emit(relay_wire.PeerExpired(peer=1))
    assert await stage.next_told() == MediaLost(ANNA, "consent")
    assert not stage.sent(relay_wire.RemovePeer)
    assert stage.plane.gauges()["peers"] == 0


async def test_peer_that_made_the_relay_panic_is_lost_and_logged(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    await stage.connect(offer_of(audio("0")))
    stage.relay.emit(relay_wire.PeerFault(peer=1))
    assert await stage.next_told() == MediaLost(ANNA, "fault")
    assert not stage.sent(relay_wire.RemovePeer)
    assert [record.message for record in expected_errors] == ["relay_fault peer=1"]


async def test_loss_of_an_old_generation_is_not_told(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    stage.relay.emit(relay_wire.PeerExpired(peer=1), relay_wire.Speakers(room=ROOM, speakers=[]))
    assert await stage.next_told() == SpeakersChanged([])


async def test_event_that_does_not_decode_loses_no_other(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.relay.emit_bytes(b"\xc1", msgspec.msgpack.encode({"type": "comet"}))
    stage.relay.emit(relay_wire.Speakers(room=ROOM, speakers=[]))
    assert await stage.next_told() == SpeakersChanged([])
    assert stage.plane.stats()["relay_events_undecodable"] == 2
    assert [record.message for record in expected_errors] == ["relay_event_undecodable"] * 2


async def test_listener_that_raises_does_not_take_the_plane_along(
    stage: Stage, expected_errors: list[logging.LogRecord]
) -> None:
    stage.plane.open_conference(ConferenceKey(2), lambda event: {}["missing"])
    stage.relay.emit(relay_wire.Speakers(room=2, speakers=[]), relay_wire.Speakers(room=ROOM, speakers=[]))
    assert await stage.next_told() == SpeakersChanged([])
    assert stage.plane.stats()["listeners_failed"] == 1
    assert [record.message for record in expected_errors] == ["media_listener_failed event=SpeakersChanged"]
