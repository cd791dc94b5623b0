"""The plane over a twin relay: offers, generations, changes, handshakes, events, ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec
import pytest
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_256_GCM, SRTPProtectionProfile

from tests.unit.sdp.builders import FIXTURES, TRANSPORT, audio, kinds_of, offer_of, sections_of, video
from tests.unit.sfu.twin import DtlsClient, TwinRelay
from vdxmedia.errors import BadSdp, Refused, VdxError
from vdxmedia.hub.ports import (
    BindSlot,
    Gate,
    LayersWanted,
    MediaAnswer,
    MediaConnected,
    MediaEvent,
    MediaKind,
    MediaLost,
    MediaOffer,
    MediaPlane,
    MediaQuality,
    MediaSeat,
    SetGate,
    SetHears,
    SetSourceClasses,
    SlotCannotDecode,
    SlotKind,
    SlotPaused,
    SpeakersChanged,
)
from vdxmedia.ids import ConferenceKey, ParticipantId, SourceId
from vdxmedia.sdp.offer import parse_offer
from vdxmedia.sfu import handshakes, relay_wire
from vdxmedia.sfu import plane as plane_module
from vdxmedia.sfu.plane import RelayPlane
from vdxmedia.sfu.relay_port import split_address

ROOM = ConferenceKey(1)
ANNA, BO = ParticipantId("anna"), ParticipantId("bo")
SOURCES = {kind: SourceId(number) for number, kind in enumerate(MediaKind, start=101)}


class Stage:
    """A plane with one open conference, its relay, and what the room was told."""

    def __init__(self, relay: TwinRelay, plane: RelayPlane) -> None:
        self.relay = relay
        self.plane = plane
        self.told: list[MediaEvent] = []
        self._news = asyncio.Event()
        plane.open_conference(ROOM, self._hear)

    def _hear(self, event: MediaEvent) -> None:
        self.told.append(event)
        self._news.set()

    async def next_told(self) -> MediaEvent:
        """The room's next event."""
        async with asyncio.timeout(5):
            while not self.told:
                self._news.clear()
                await self._news.wait()
        return self.told.pop(0)

    async def connect(
        self, sdp: str, *, participant: ParticipantId = ANNA, video_slots: int = 9, codec: str = "VP8"
    ) -> MediaAnswer:
        kinds = {mid: MediaKind(kind) for mid, kind in kinds_of(parse_offer(sdp)).items()}
        seat = MediaSeat(
            conference=ROOM, participant=participant, sources=SOURCES, codec=codec, video_slots=video_slots
        )
        return await self.plane.connect(seat, MediaOffer(sdp=sdp, sources=kinds))

    def sent(self, kind: type[Any]) -> list[Any]:
        return self.relay.of_type(kind)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    relay = TwinRelay()
    async with RelayPlane(relay) as plane:
        yield Stage(relay, plane)
    assert relay.is_closed
    assert plane.gauges()["peers"] == 0
    assert plane._allocation.live == 0


async def until(condition: Callable[[], bool]) -> None:
    """Lets the loop turn until the condition holds: gauges have no event to wait for."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def offer_with(fingerprint: str, *sections: list[str], ufrag: str = "client", session_id: int = 1) -> str:
    text = offer_of(*(sections or (audio("0", "sendonly"), audio("1"), video("2"))), session_id=session_id)
    return text.replace(TRANSPORT[2], f"a=fingerprint:{fingerprint}").replace("ice-ufrag:client", f"ice-ufrag:{ufrag}")


OTHER_CERTIFICATE = "sha-256 " + ":".join(["CD"] * 32)
SAME_CERTIFICATE = TRANSPORT[2].removeprefix("a=fingerprint:")


def credentials_in(answer: MediaAnswer) -> set[str]:
    return {line for part in sections_of(answer.sdp) for line in part if line.startswith(("a=ice-ufrag", "a=ice-pwd"))}


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
        plane._meter.loads = [0.9, 0.9, 0.9]
        with pytest.raises(Refused) as caught:
            await worker_of("d")
        assert (caught.value.code, caught.value.retry_after_s) == ("media_busy", 15.0)
        assert "limit" in caught.value.text
        assert plane.stats()["media_full"] == 1


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
    stage.plane.disconnect(ROOM, ANNA)
    stage.relay.commands.clear()
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    assert not routing(stage.relay.commands)


async def test_later_offer_restores_bindings_of_its_new_slots_only_when_the_room_says_so(stage: Stage) -> None:
    await stage.connect(offer_with(SAME_CERTIFICATE, video("0")))
    await stage.connect(offer_with(SAME_CERTIFICATE, video("0"), video("1")))
    stage.plane.apply(ROOM, [BindSlot(ANNA, SlotKind.VIDEO, 1, SourceId(9))])
    assert [(command.index, command.source) for command in stage.sent(relay_wire.BindSlot)] == [(1, 9)]


async def test_fence_returns_when_the_relay_has_reached_it(stage: Stage) -> None:
    await asyncio.wait_for(stage.plane.fence(), 5)
    assert stage.sent(relay_wire.Fence)


async def test_fence_of_a_silent_relay_fails_in_time(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane_module, "FENCE_TIMEOUT_S", 0.01)
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
    stage.plane.disconnect(ROOM, ANNA)
    assert stage.plane.stats()["relay_commands_dropped"] >= 1


# ── DTLS ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Callable[..., DtlsClient]]:
    made: list[DtlsClient] = []

    def make(profiles: list[SRTPProtectionProfile] | None = None) -> DtlsClient:
        made.append(DtlsClient(stage.relay, profiles=profiles))
        return made[-1]

    yield make
    for one in made:
        one.wire.send = lambda datagram: None
        await one.stop()


async def shake(stage: Stage, client: DtlsClient, peer: int = 1, participant: ParticipantId = ANNA) -> MediaEvent:
    """Connects the client; gives what the room is told first."""
    await stage.connect(offer_with(client.fingerprint), participant=participant)
    client.attach(peer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(client.handshake(stage.plane._identity.fingerprint))
        told = await stage.next_told()
        client.wire.queue.put_nowait(b"\x80") if isinstance(told, MediaConnected) else client.wire.queue.put_nowait(
            None
        )
    return told


async def test_handshake_gives_the_keys_to_the_relay_and_tells_the_room(
    stage: Stage, client: Callable[..., DtlsClient]
) -> None:
    one = client()
    assert await shake(stage, one) == MediaConnected(ANNA)
    (keys,) = stage.sent(relay_wire.SetKeys)
    assert (keys.peer, keys.profile) == (1, 7)
    assert (keys.receive, keys.send) == one.keys()
    assert all(len(command.datagram) <= 1200 for command in stage.sent(relay_wire.SendDtls))
    assert stage.plane.gauges() | {"peers_with_keys": 1} == stage.plane.gauges()
    assert stage.plane.stats()["handshakes_done"] == 1


async def test_handshake_of_another_certificate_loses_the_peer(
    stage: Stage, client: Callable[..., DtlsClient], caplog: pytest.LogCaptureFixture
) -> None:
    one = client()
    await stage.connect(offer_with(OTHER_CERTIFICATE))
    one.attach(1)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(one.handshake(stage.plane._identity.fingerprint))
        assert await stage.next_told() == MediaLost(ANNA, "fingerprint")
        one.wire.queue.put_nowait(None)
    assert stage.sent(relay_wire.RemovePeer) == [relay_wire.RemovePeer(peer=1)]
    assert not stage.sent(relay_wire.SetKeys)
    assert "reason=fingerprint" in caplog.text


async def test_handshake_without_common_profile_loses_the_peer(stage: Stage, client: Callable[..., DtlsClient]) -> None:
    assert await shake(stage, client([SRTP_AEAD_AES_256_GCM])) == MediaLost(ANNA, "dtls")
    assert stage.plane.stats()["handshakes_failed_dtls"] == 1


async def test_client_that_closes_is_lost(stage: Stage, client: Callable[..., DtlsClient]) -> None:
    one = client()
    await shake(stage, one)
    await one.stop()
    assert await stage.next_told() == MediaLost(ANNA, "closed")
    assert stage.sent(relay_wire.RemovePeer)


async def test_disconnect_says_goodbye_before_the_peer_goes(stage: Stage, client: Callable[..., DtlsClient]) -> None:
    one = client()
    await shake(stage, one)
    pump = one.transport._task
    stage.plane.disconnect(ROOM, ANNA)
    stage.plane.disconnect(ROOM, ANNA)
    assert [type(command) for command in stage.relay.commands[-2:]] == [relay_wire.SendDtls, relay_wire.RemovePeer]
    async with asyncio.timeout(2):
        await asyncio.wait([pump])
    assert not stage.told


async def test_peer_that_never_says_hello_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshakes, "FIRST_HELLO_TIMEOUT_S", 0.01)
    await stage.connect(offer_of(audio("0")))
    assert await stage.next_told() == MediaLost(ANNA, "dtls")


FRAGMENT = bytes.fromhex("16fefd0000000000000000000d0100010000000000000000010000")[:26]


async def test_handshakes_beyond_the_limit_wait_and_then_new_peers_are_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "MAX_WAITING_HANDSHAKES", 2)
    for number in range(34):
        await stage.connect(offer_of(audio("0")), participant=ParticipantId(f"p{number}"))
        stage.relay.emit(relay_wire.DtlsReceived(peer=number + 1, datagram=FRAGMENT))
    await until(lambda: stage.plane.gauges()["handshakes_waiting"] == 2)
    assert stage.plane.gauges()["handshakes_running"] == 32
    with pytest.raises(Refused) as caught:
        await stage.connect(offer_of(audio("0")), participant=BO)
    assert (caught.value.code, caught.value.retry_after_s) == ("media_busy", 2.0)
    stage.plane.disconnect(ROOM, ParticipantId("p0"))
    await until(lambda: stage.plane.gauges()["handshakes_waiting"] == 1)
    assert stage.plane.gauges()["handshakes_running"] == 32


async def test_handshake_that_waits_too_long_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshakes, "TURN_TIMEOUT_S", 0.01)
    for _ in range(32):
        await stage.plane._handshakes._turns.acquire()
    await stage.connect(offer_of(audio("0")))
    stage.relay.emit(relay_wire.DtlsReceived(peer=1, datagram=FRAGMENT))
    assert await stage.next_told() == MediaLost(ANNA, "dtls")


# ── events ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_relay_events_reach_the_room_in_its_words(stage: Stage) -> None:
    await stage.connect(offer_of(audio("0")))
    stage.relay.emit(
        relay_wire.PeerBound(peer=1, is_ipv6=False, is_tcp=False),
        relay_wire.SourceStarted(source=9),
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
    assert await stage.next_told() == SpeakersChanged([(SourceId(9), 1.0), (SourceId(8), 0.0)])
    assert await stage.next_told() == SlotCannotDecode(ANNA, 4, SourceId(9))
    assert await stage.next_told() == MediaQuality(ANNA, 0.25, 0.5, 0.04, is_silent=True)
    assert await stage.next_told() == MediaQuality(ANNA, 0, 0, None, is_silent=False, uplink_bps=9)
    assert await stage.next_told() == SlotPaused(ANNA, 3, is_paused=True)
    assert await stage.next_told() == LayersWanted(ANNA, MediaKind.MICROPHONE, (0, 2))
    assert not stage.told


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
    assert stage.plane.stats() == {"packets_received": 7}


def test_split_address_takes_both_families() -> None:
    assert split_address("127.0.0.1:7882") == ("127.0.0.1", 7882)
    assert split_address("[::1]:7882") == ("::1", 7882)
