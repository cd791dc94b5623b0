"""The plane over a twin relay: offers, generations, changes, ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from tests.unit.sdp.builders import FIXTURES, audio, offer_of, video
from tests.unit.sfu.stage import (
    ANNA,
    BO,
    OTHER_CERTIFICATE,
    ROOM,
    SAME_CERTIFICATE,
    SOURCES,
    Stage,
    credentials_in,
    offer_with,
    until,
)
from tests.unit.sfu.twin import TwinRelay
from vdxmedia.errors import BadSdp, Refused, VdxError
from vdxmedia.hub.ports import (
    BindSlot,
    Gate,
    MediaEvent,
    MediaKind,
    MediaLost,
    MediaOffer,
    MediaPlane,
    MediaSeat,
    SetGate,
    SetHears,
    SetSourceClasses,
    SlotKind,
)
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId
from vdxmedia.sfu import fences, relay_wire
from vdxmedia.sfu.plane import RelayPlane
from vdxmedia.sfu.relay_port import split_address

# ── offers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_plane_is_a_media_plane(stage: Stage) -> None:
    plane: MediaPlane = stage.plane
    assert plane is stage.plane


async def test_first_offer_adds_a_peer_as_agreed(stage: Stage) -> None:
    answer = await stage.connect(FIXTURES["chromium-vp8-simulcast"])
    assert answer.is_new_connection
    assert [(slot.mid, slot.kind, slot.index) for slot in answer.slots][:5] == [
        ("4", SlotKind.SPEAKER, 0),
        ("5", SlotKind.SPEAKER, 1),
        ("6", SlotKind.SPEAKER, 2),
        ("7", SlotKind.PROGRAMME, 0),
        ("8", SlotKind.VIDEO, 0),
    ]
    (added,) = stage.sent(relay_wire.AddPeer)
    assert (added.peer, added.room, added.replaces) == (1, ROOM, 0)
    assert added.ice.remote_ufrag == "GkA3"
    assert f"a=ice-ufrag:{added.ice.local_ufrag}" in answer.sdp
    assert f"a=ice-pwd:{added.ice.local_pwd}" in answer.sdp
    assert added.payloads == relay_wire.Payloads(opus=111, vp8=96, vp8_rtx=97, h264=108, h264_rtx=109)
    assert (added.extensions.mid, added.extensions.rid, added.extensions.transport_cc) == (4, 10, 3)
    microphone, camera, _, screen_audio = added.receives
    assert microphone == relay_wire.Receive(mid="0", source=101, kind="audio", ssrc=3426172887)
    assert camera == relay_wire.Receive(mid="1", source=102, kind="video", rids=["q", "h", "f"])
    assert (screen_audio.programme, screen_audio.source) == (True, 104)
    for slot in added.slots:
        assert f"a=ssrc:{slot.ssrc} cname:{added.cname}" in answer.sdp
        assert (slot.rtx_ssrc != 0) == slot.nack == (slot.kind == "video")
        assert slot.transport_cc
    numbers = [number for slot in added.slots for number in (slot.ssrc, slot.rtx_ssrc) if number]
    assert len(set(numbers)) == len(numbers) == 4 + 18


async def test_relay_is_told_where_redundancy_was_agreed(stage: Stage) -> None:
    await stage.connect(FIXTURES["chromium-no-preferences"])
    await stage.connect(FIXTURES["firefox-no-preferences"], participant=BO)
    chromium, firefox = stage.sent(relay_wire.AddPeer)
    assert (chromium.payloads.red, firefox.payloads.red) == (63, 0)
    assert all(slot.red == (slot.kind != "video") for slot in chromium.slots)
    assert not any(slot.red for slot in firefox.slots)


async def test_relay_is_told_what_each_m_line_carries(stage: Stage) -> None:
    answer = await stage.connect(FIXTURES["firefox-vp8-simulcast"])
    (added,) = stage.sent(relay_wire.AddPeer)
    agreed = {section[0]: section for section in (text.split("\r\n") for text in answer.sdp.split("\r\na=mid:")[1:])}
    for slot in added.slots:
        assert slot.extensions is not None
        numbers = {number for number in msgspec.structs.asdict(slot.extensions).values() if number}
        lines = [line for line in agreed[slot.mid] if line.startswith("a=extmap:")]
        assert numbers == {int(line.removeprefix("a=extmap:").replace("/", " ").split(" ")[0]) for line in lines}
        assert bool(slot.extensions.abs_send_time) == bool(slot.extensions.playout_delay) == (slot.kind == "video")


async def test_answer_announces_the_relays_addresses(stage: Stage) -> None:
    answer = await stage.connect(FIXTURES["firefox-vp8-simulcast"])
    assert " 192.0.2.1 7882 typ host" in answer.sdp
    assert " 2001:db8::1 7882 typ host" in answer.sdp


async def test_answer_announces_what_the_plane_was_told_instead() -> None:
    async with RelayPlane(TwinRelay(), announced=[[("198.51.100.9", 4000)]]) as plane:
        answer = await Stage(plane._relay, plane).connect(offer_of(audio("0")))  # type: ignore[arg-type] # the twin
    assert "m=audio 4000 " in answer.sdp
    assert "192.0.2.1" not in answer.sdp


async def test_peers_go_to_their_rooms_home_then_to_the_least_loaded_and_the_answer_names_it() -> None:
    relay = TwinRelay()
    relay.worker_addresses = [["192.0.2.1:7882"], ["192.0.2.1:7883"], ["192.0.2.1:7884"]]
    relay.workers = [(0, 0)] * 3
    async with RelayPlane(relay) as plane:
        stage = Stage(relay, plane)

        async def worker_of(participant: str) -> int:
            answer = await stage.connect(offer_of(audio("0")), participant=ParticipantId(participant))
            added = next(it for it in reversed(relay.commands) if isinstance(it, relay_wire.AddPeer))
            assert f" 192.0.2.1 {7882 + added.worker} typ host" in answer.sdp
            assert f" 192.0.2.1 {7882 + added.worker} typ host tcptype passive" in answer.sdp
            return added.worker

        plane._meter.loads = [0.3, 0.1, 0.2]
        assert await worker_of("a") == 1
        plane._meter.loads = [0.0, 0.5, 0.0]
        assert await worker_of("b") == 1, "home"
        plane._meter.loads = [0.3, 0.7, 0.2]
        assert await worker_of("c") == 2
        plane._meter.loads = [0.97, 0.97, 0.97]
        with pytest.raises(Refused) as caught:
            await worker_of("d")
        assert (caught.value.code, caught.value.retry_after_s) == ("media_busy", 15.0)
        assert "limit" in caught.value.text
        assert plane.stats()["media_full"] == 1


async def test_full_workers_refuse_newcomers_but_not_a_new_connection_of_who_is_in_the_call(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.plane._meter.loads = [0.99]
    with pytest.raises(Refused) as caught:
        await stage.connect(offer_with(SAME_CERTIFICATE), participant=BO)
    assert caught.value.code == "media_busy"
    assert (await stage.connect(offer_with(OTHER_CERTIFICATE))).is_new_connection
    assert stage.sent(relay_wire.AddPeer)[-1].replaces == 1
    stage.relay.emit(relay_wire.PeerExpired(peer=2))
    assert await stage.next_told() == MediaLost(ANNA, "consent")
    stage.plane.disconnect(ROOM, ANNA, is_gone=False)
    assert (await stage.connect(offer_with(SAME_CERTIFICATE))).is_new_connection, "lost, but in the call"
    stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    with pytest.raises(Refused):
        await stage.connect(offer_with(SAME_CERTIFICATE))
    assert stage.plane.stats()["media_full"] == 2


async def test_bad_offer_is_refused_and_changes_nothing(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    before = list(stage.relay.commands), stage.plane._allocation.live
    seat = MediaSeat(conference=ROOM, participant=ANNA, sources=SOURCES, codec="VP8", video_slots=9)
    for sdp in ("garbage", offer_of(audio("x")), FIXTURES["chromium-datachannel"]):
        with pytest.raises(BadSdp):
            await stage.plane.connect(seat, MediaOffer(sdp=sdp, sources={}))
    assert (stage.relay.commands, stage.plane._allocation.live) == before
    assert stage.plane.stats()["offers_refused"] == 3
    assert stage.plane.gauges()["peers"] == 1


async def test_offer_to_a_closed_conference_is_refused(stage: Stage) -> None:
    stage.plane.close_conference(ROOM)
    with pytest.raises(Refused) as caught:
        await stage.connect(offer_of(audio("0")))
    assert caught.value.code == "room_closed"


async def test_later_offer_on_the_same_connection_updates_the_peer(stage: Stage) -> None:
    first = [audio("0", "sendonly"), audio("1"), video("2")]
    before = await stage.connect(offer_of(*first))
    after = await stage.connect(offer_of(*first, video("3")))
    assert not after.is_new_connection
    assert credentials_in(after) == credentials_in(before)
    (added,), (updated,) = stage.sent(relay_wire.AddPeer), stage.sent(relay_wire.UpdatePeer)
    assert updated.ice == added.ice
    assert updated.slots[:2] == added.slots
    assert (updated.slots[2].mid, updated.slots[2].index) == ("3", 1)
    assert updated.receives == added.receives
    assert [slot.mid for slot in after.slots] == ["1", "2", "3"]
    assert "o=- 1 2 " in after.sdp


async def test_later_offer_with_new_ufrag_gets_new_credentials(stage: Stage) -> None:
    before = await stage.connect(offer_of(audio("0")))
    after = await stage.connect(offer_of(audio("0")).replace("ice-ufrag:client", "ice-ufrag:restart"))
    assert not after.is_new_connection
    assert not credentials_in(after) & credentials_in(before)
    (updated,) = stage.sent(relay_wire.UpdatePeer)
    assert updated.ice.remote_ufrag == "restart"
    assert f"a=ice-ufrag:{updated.ice.local_ufrag}" in after.sdp


async def test_many_ice_restarts_keep_only_the_last_two_names(stage: Stage) -> None:
    for number in range(6):
        await stage.connect(offer_of(audio("0")).replace("ice-ufrag:client", f"ice-ufrag:restart{number}"))
    assert stage.plane._allocation.live == 2 + 1


@pytest.mark.parametrize(
    ("fingerprint", "ufrag", "session_id", "is_new"),
    [
        (SAME_CERTIFICATE, "client", 1, False),
        (SAME_CERTIFICATE, "client", 2, False),  # aiortc's second offer
        (SAME_CERTIFICATE, "other", 1, False),  # ICE restart
        (SAME_CERTIFICATE, "other", 2, True),  # a new connection with the page's own certificate
        (OTHER_CERTIFICATE, "client", 1, True),
        (OTHER_CERTIFICATE, "other", 2, True),
    ],
)
async def test_offer_of_a_new_connection_is_told_by_certificate_session_and_ufrag(
    stage: Stage, fingerprint: str, ufrag: str, session_id: int, is_new: bool
) -> None:
    await stage.connect(offer_of(audio("0")))
    answer = await stage.connect(offer_with(fingerprint, audio("0"), ufrag=ufrag, session_id=session_id))
    assert answer.is_new_connection is is_new


async def test_new_connection_replaces_the_old_in_one_command(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    await stage.connect(offer_of(audio("0")), participant=BO)
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    assert [(added.peer, added.replaces) for added in stage.sent(relay_wire.AddPeer)] == [(1, 0), (2, 0), (3, 1)]
    assert not stage.sent(relay_wire.RemovePeer)
    assert stage.plane.gauges()["peers"] == 2
    assert not stage.told


async def test_source_that_lost_its_permission_keeps_its_id_on_a_later_offer(stage: Stage) -> None:
    text = offer_of(audio("0", "sendonly"))
    await stage.connect(text)
    seat = MediaSeat(conference=ROOM, participant=ANNA, sources={}, codec="VP8", video_slots=9)
    answer = await stage.plane.connect(seat, MediaOffer(sdp=text, sources={"0": MediaKind.MICROPHONE}))
    assert "a=inactive" in answer.sdp
    assert stage.sent(relay_wire.UpdatePeer)[0].receives == stage.sent(relay_wire.AddPeer)[0].receives


# ── changes ───────────────────────────────────────────────────────────────────────────────────────────────────────


def changes_for_anna() -> list[Any]:
    return [
        SetHears(ANNA, 3),
        BindSlot(ANNA, SlotKind.VIDEO, 0, SourceId(9), max_layer=1),
        BindSlot(ANNA, SlotKind.VIDEO, 0, SourceId(8), max_layer=0),
        BindSlot(ANNA, SlotKind.SPEAKER, 0, None),
        BindSlot(ANNA, SlotKind.VIDEO, 20, SourceId(9)),
    ]


def commands_for(peer: int) -> list[Any]:
    return [
        relay_wire.SetHears(peer=peer, classes=3),
        relay_wire.BindSlot(peer=peer, kind="video", index=0, source=8, max_layer=0),
        relay_wire.BindSlot(peer=peer, kind="speaker", index=0, source=0),
    ]


def routing(commands: Iterable[Any]) -> list[Any]:
    return [command for command in commands if isinstance(command, relay_wire.SetHears | relay_wire.BindSlot)]


async def test_changes_become_commands_in_order(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.relay.commands.clear()
    stage.plane.apply(
        ROOM,
        [
            SetGate(SourceId(9), Gate.MUTE, is_open=False),
            SetGate(SourceId(9), Gate.FLOOR, is_open=True),
            SetSourceClasses(SourceId(9), 5),
            *changes_for_anna(),
            SetHears(BO, 1),
            BindSlot(BO, SlotKind.VIDEO, 0, SourceId(9)),
        ],
    )
    hears, video_binding, speaker_binding = commands_for(1)
    assert stage.relay.commands == [
        relay_wire.SetGate(room=ROOM, source=9, gate=1, open=False),
        relay_wire.SetGate(room=ROOM, source=9, gate=2, open=True),
        relay_wire.SetSourceClasses(room=ROOM, source=9, classes=5),
        hears,
        relay_wire.BindSlot(peer=1, kind="video", index=0, source=9, max_layer=1),
        video_binding,
        speaker_binding,
    ]


async def test_changes_of_a_closed_conference_are_ignored(stage: Stage) -> None:
    stage.plane.close_conference(ROOM)
    stage.relay.commands.clear()
    stage.plane.apply(ROOM, [SetGate(SourceId(9), Gate.MUTE, is_open=False)])
    assert stage.relay.commands == []


async def test_new_generation_starts_with_what_the_room_last_said(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.plane.apply(ROOM, changes_for_anna())
    stage.relay.commands.clear()
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    assert isinstance(stage.relay.commands[0], relay_wire.AddPeer)
    assert stage.relay.commands[1:] == commands_for(2)


async def test_changes_between_loss_and_new_generation_are_kept(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.relay.emit(relay_wire.PeerExpired(peer=1))
    await stage.next_told()
    stage.plane.apply(ROOM, changes_for_anna())
    assert not routing(stage.relay.commands)
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    assert routing(stage.relay.commands) == commands_for(2)


async def test_disconnect_forgets_what_the_room_said(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.plane.apply(ROOM, changes_for_anna())
    stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    stage.relay.commands.clear()
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    assert not routing(stage.relay.commands)


async def test_sources_are_forgotten_once_when_their_participant_is_gone_for_good(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.plane.disconnect(ROOM, ANNA, is_gone=False)
    assert not stage.sent(relay_wire.ForgetSource)
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    stage.relay.emit(relay_wire.PeerExpired(peer=2))
    await stage.next_told()
    assert not stage.sent(relay_wire.ForgetSource)
    for _ in range(2):
        stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    forgotten = stage.sent(relay_wire.ForgetSource)
    assert [(command.room, command.source) for command in forgotten] == [(ROOM, source) for source in SOURCES.values()]
    stage.plane.disconnect(ROOM, BO, is_gone=True)
    assert stage.sent(relay_wire.ForgetSource) == forgotten


async def test_sources_are_forgotten_behind_the_end_of_their_connection(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE))
    stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    kinds = [type(command) for command in stage.relay.commands]
    assert kinds[-len(SOURCES) - 1 :] == [relay_wire.RemovePeer] + [relay_wire.ForgetSource] * len(SOURCES)


async def test_later_offer_restores_bindings_of_its_new_slots_only_when_the_room_says_so(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE, video("0")))
    await stage.connect(offer_with(SAME_CERTIFICATE, video("0"), video("1")))
    stage.plane.apply(ROOM, [BindSlot(ANNA, SlotKind.VIDEO, 1, SourceId(9))])
    assert [(command.index, command.source) for command in stage.sent(relay_wire.BindSlot)] == [(1, 9)]


async def test_fence_returns_when_the_relay_has_reached_it(stage: Stage) -> None:
    await asyncio.wait_for(stage.plane.fence(), 5)
    assert stage.sent(relay_wire.Fence)


async def test_fence_of_a_silent_relay_fails_in_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fences, "FENCE_TIMEOUT_S", 0.01)
    monkeypatch.setattr(stage.relay, "emit", lambda *events: None)
    with pytest.raises(VdxError) as caught:
        await stage.plane.fence()
    assert caught.value.code == "relay_stuck"


async def test_full_relay_fails_what_must_be_enforced_and_lets_ends_pass(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    live = stage.plane._allocation.live
    stage.relay.is_stuck = True
    with pytest.raises(VdxError, match="no more commands"):
        stage.plane.apply(ROOM, [SetSourceClasses(SourceId(9), 0)])
    with pytest.raises(VdxError, match="no more commands"):
        await stage.connect(offer_of(audio("0")), participant=BO)
    assert stage.plane._allocation.live == live
    stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    assert stage.plane.stats()["relay_commands_dropped"] >= 1


# ── ends ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_close_conference_ends_its_peers_and_no_others(stage: Stage) -> None:
    stage.plane.open_conference(ConferenceKey(2), lambda event: None)
    await stage.connect(offer_of(audio("0")))
    other = MediaSeat(conference=ConferenceKey(2), participant=ANNA, sources={}, codec="VP8", video_slots=0)
    await stage.plane.connect(other, MediaOffer(sdp=offer_of(audio("0")), sources={}))
    stage.plane.close_conference(ROOM)
    stage.plane.close_conference(ROOM)
    assert stage.relay.commands[-2:] == [relay_wire.RemovePeer(peer=1), relay_wire.CloseRoom(room=ROOM)]
    assert stage.plane.gauges() | {"conferences": 1, "peers": 1} == stage.plane.gauges()
    assert not stage.told


async def test_opening_again_only_changes_the_listener(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    heard: list[MediaEvent] = []
    stage.plane.open_conference(ROOM, heard.append)
    stage.relay.emit(relay_wire.PeerExpired(peer=1))
    await until(lambda: bool(heard))
    assert heard == [MediaLost(ANNA, "consent")]


async def test_plane_that_is_closed_refuses_offers_and_ends_fences() -> None:
    relay = TwinRelay()
    async with RelayPlane(relay) as plane:
        stage = Stage(relay, plane)
        await stage.connect(offer_of(audio("0")))
        relay.emit = lambda *events: None  # type: ignore[method-assign] # the relay goes silent
        fence = asyncio.create_task(plane.fence())
        await asyncio.sleep(0)
    with pytest.raises(VdxError, match="closed"):
        await fence
    with pytest.raises(Refused) as caught:
        await stage.connect(offer_of(audio("0")))
    assert caught.value.code == "server_stopping"


async def test_stats_are_the_relays_and_the_planes(stage: Stage) -> None:
    assert stage.plane.stats() == {"packets_received": 7, "handshakes_crowded_out": 0}


def test_split_address_takes_both_families() -> None:
    assert split_address("127.0.0.1:7882") == ("127.0.0.1", 7882)
    assert split_address("[::1]:7882") == ("::1", 7882)
