"""DTLS in the plane: whose keys reach the relay, who is lost and why, and how many handshakes run at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiortc.rtcdtlstransport import SRTP_AEAD_AES_256_GCM, SRTPProtectionProfile

from tests.patience import PATIENCE_S
from tests.unit.sdp.builders import audio, offer_of
from tests.unit.sfu.stage import (
    ANNA,
    BO,
    OTHER_CERTIFICATE,
    ROOM,
    Stage,
    offer_with,
    until,
)
from tests.unit.sfu.twin import DtlsClient
from vdxmedia.errors import Refused
from vdxmedia.hub.ports import (
    MediaConnected,
    MediaEvent,
    MediaLost,
)
from vdxmedia.ids import ParticipantId
from vdxmedia.sfu import dtls, handshakes, relay_wire


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
    stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    stage.plane.disconnect(ROOM, ANNA, is_gone=True)
    assert [type(command) for command in stage.relay.commands if not isinstance(command, relay_wire.ForgetSource)][
        -2:
    ] == [relay_wire.SendDtls, relay_wire.RemovePeer]
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.wait([pump])
    assert not stage.told


async def test_peer_that_never_says_hello_is_lost(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshakes, "FIRST_HELLO_TIMEOUT_S", 0.01)
    await stage.connect(offer_of(audio("0")))
    assert await stage.next_told() == MediaLost(ANNA, "dtls")


FRAGMENT = bytes.fromhex("16fefd0000000000000000000d0100010000000000000000010000")[:26]


async def hello(stage: Stage, participant: str, peer: int) -> None:
    """A peer whose client says the beginning of a ClientHello, and no more."""
    await stage.connect(offer_of(audio("0")), participant=ParticipantId(participant))
    stage.relay.emit(relay_wire.DtlsReceived(peer=peer, datagram=FRAGMENT))


async def test_handshakes_that_are_left_half_done_make_nobody_wait(
    stage: Stage, client: Callable[..., DtlsClient]
) -> None:
    for number in range(40):
        await hello(stage, f"p{number}", number + 1)
    await until(lambda: stage.plane.gauges()["handshakes_running"] == 40)
    await until(lambda: stage.plane.gauges()["handshakes_waiting"] == 0)
    assert await shake(stage, client(), peer=41) == MediaConnected(ANNA)


async def test_of_too_many_half_done_the_one_that_began_first_is_ended(
    stage: Stage, client: Callable[..., DtlsClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "MAX_HALF_DONE", 2)
    await hello(stage, "p1", 1)
    await until(lambda: stage.plane.gauges()["handshakes_running"] == 1)
    await hello(stage, "p2", 2)
    await until(lambda: stage.plane.gauges()["handshakes_running"] == 2)
    assert await shake(stage, client(), peer=3) == MediaLost(ParticipantId("p1"), "dtls")
    assert stage.plane.stats()["handshakes_crowded_out"] == 1
    assert await stage.next_told() == MediaConnected(ANNA)
    assert stage.plane.gauges()["handshakes_running"] == 1


async def test_handshake_of_endless_datagrams_is_ended(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dtls, "MAX_HANDSHAKE_DATAGRAMS", 5)
    await hello(stage, "anna", 1)
    for _ in range(5):
        stage.relay.emit(relay_wire.DtlsReceived(peer=1, datagram=FRAGMENT))
    assert await stage.next_told() == MediaLost(ParticipantId("anna"), "dtls")


async def test_flights_beyond_a_round_wait_in_their_order_and_when_too_many_do_new_peers_are_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds, order = stage.plane._handshakes._rounds, list[int]()

    async def flight(number: int) -> None:
        await rounds.turn()
        order.append(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(3 * handshakes.FLIGHTS_PER_ROUND):
            tasks.create_task(flight(number))
        gone = tasks.create_task(flight(-1))
        await asyncio.sleep(0)
        assert len(order) <= handshakes.FLIGHTS_PER_ROUND
        assert rounds.waiting == 3 * handshakes.FLIGHTS_PER_ROUND + 1 - len(order)
        monkeypatch.setattr(handshakes, "MAX_WAITING_FLIGHTS", rounds.waiting)
        with pytest.raises(Refused) as caught:
            await stage.connect(offer_of(audio("0")), participant=BO)
        assert (caught.value.code, caught.value.retry_after_s) == ("media_busy", 2.0)
        gone.cancel()
    assert order == list(range(3 * handshakes.FLIGHTS_PER_ROUND))
    assert rounds.waiting == 0
    assert not stage.plane._handshakes.is_busy
