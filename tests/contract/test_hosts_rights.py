"""Microphones, roles and the end of a room over real signalling: what hosts may do and a patched client cannot."""

from __future__ import annotations

import msgspec
import pytest

from tests.contract.houses import House, document
from tests.fakes.signalling_server import Client, Server, connected, until
from vdxmedia.hub.ports import Gate


def microphone_gate(server: Server, client: Client) -> bool:
    """Whether the relay lets the client's microphone through."""
    (source,) = [
        source["id"]
        for one in client.joined["participants"]
        if one["id"] == client.id
        for source in one["sources"]
        if source["kind"] == "microphone"
    ]
    return server.plane.gates[source, Gate.MUTE]


@pytest.mark.parametrize("house", [{"guests_may_unmute": False}], indirect=True)
async def test_patched_client_cannot_unmute_where_guests_may_not_but_after_being_asked(house: House) -> None:
    host, guest = await house.host(), await house.guest()
    await guest.offer()
    assert document(guest, "ownSources")["mayUnmute"] is False
    assert (await guest.command("setSource", source="microphone", active=True))["code"] == "muted_by_host"
    assert microphone_gate(house.server, guest) is False
    # Nothing that it says of itself helps.
    for type, fields in (
        ("answerAsked", {"source": "microphone", "accepted": True}),
        ("changeRoom", {"guestsMayUnmute": True}),
        ("askToOpen", {"participantId": guest.id, "source": "microphone"}),
        ("setRole", {"participantId": guest.id, "role": "host"}),
    ):
        await guest.command(type, **fields)
    assert (await guest.command("setSource", source="microphone", active=True))["code"] == "muted_by_host"
    assert (await host.command("askToOpen", participantId=guest.id, source="microphone")) == {"type": "done"}
    await until(lambda: document(guest, "ownSources")["asked"] == ["microphone"])
    assert microphone_gate(house.server, guest) is False, "asking opens nothing"
    assert (await guest.command("answerAsked", source="microphone", accepted=True)) == {"type": "done"}
    assert (await guest.command("setSource", source="microphone", active=True)) == {"type": "done"}
    assert microphone_gate(house.server, guest) is True
    assert (await host.command("closeSource", participantId=guest.id, source="microphone")) == {"type": "done"}
    assert microphone_gate(house.server, guest) is False
    await until(lambda: document(guest, "ownSources")["closed"] == [{"source": "microphone", "count": 1}])
    assert (await guest.command("setSource", source="microphone", active=True))["code"] == "muted_by_host"


@pytest.mark.parametrize("house", [{}], indirect=True)
async def test_guests_are_muted_together_and_hosts_are_not(house: House) -> None:
    host, guests = await house.host(), [await house.guest(name) for name in "AB"]
    for one in (host, *guests):
        await one.offer()
        await one.command("setSource", source="microphone", active=True)
    assert (await guests[0].command("muteGuests"))["code"] == "hosts_only"
    assert (await host.command("muteGuests")) == {"type": "done"}
    assert [microphone_gate(house.server, one) for one in (host, *guests)] == [True, False, False]
    assert (await guests[0].command("setSource", source="microphone", active=True)) == {"type": "done"}


@pytest.mark.parametrize("house", [{}], indirect=True)
async def test_chair_is_handed_over_and_somebody_stays_host(house: House) -> None:
    host, guest = await house.host(), await house.guest()
    assert (await guest.command("setRole", participantId=guest.id, role="host"))["code"] == "hosts_only"
    assert (await host.command("setRole", participantId=host.id, role="guest"))["code"] == "last_host"
    assert (await host.command("setRole", participantId=guest.id, role="host")) == {"type": "done"}
    await until(lambda: [e for e in guest.events if e["type"] == "lobby"], "a host is told who waits")
    assert (await host.command("setRole", participantId=host.id, role="guest")) == {"type": "done"}
    assert (await host.command("muteGuests"))["code"] == "hosts_only"
    assert (await guest.command("muteGuests")) == {"type": "done"}


@pytest.mark.parametrize("house", [{}], indirect=True)
async def test_end_for_all_is_told_and_can_be_undone(house: House) -> None:
    host, guest = await house.host(), await house.guest()
    assert (await guest.command("endForAll"))["code"] == "hosts_only"
    assert (await host.command("endForAll")) == {"type": "done"}
    await until(lambda: document(guest, "ending")["cause"] == "host")
    left = document(guest, "ending")["endsAt"]
    assert isinstance(left, float)
    assert 8 < left - house.server.clock.unix_s() <= 10
    assert (await guest.command("keepOpen"))["code"] == "hosts_only"
    assert (await host.command("keepOpen")) == {"type": "done"}
    await until(lambda: document(guest, "ending")["cause"] is None)


@pytest.mark.parametrize("house", [{}], indirect=True)
async def test_links_that_were_given_out_work_in_an_extended_room_and_not_when_it_has_closed(house: House) -> None:
    server, now = house.server, house.server.clock.unix_s()
    settings = server.registry.settings_of(house.room)
    await server.registry.change_settings(house.room, msgspec.structs.replace(settings, closes_at=now + 0.3))
    host = await house.host()
    given_out = {"expires_at": now + 0.3, "identity": "gert"}
    assert (await host.command("extendClosing", by=3600)) == {"type": "done"}
    await until(lambda: server.clock.unix_s() > now + 1.0)  # a token counts whole seconds
    guest = await house.guest(**given_out, lasts_with_room=True)
    assert guest.joined["type"] == "joined"
    renewed = await house.open(**given_out)
    assert renewed.refusal["data"]["code"] == "token_expired", "its lifetime was its own"
    async with connected(server, guest.joined["token"]) as again:
        assert again.refusal is None, "the session's token is a fresh one"

    settings = server.registry.settings_of(house.room)
    closes_at = server.clock.unix_s() + 0.2
    await server.registry.change_settings(house.room, msgspec.structs.replace(settings, closes_at=closes_at))
    await guest.until_event("ended")
    late = await house.open(**given_out, lasts_with_room=True)
    assert late.refusal["data"]["code"] == "token_expired"


@pytest.mark.parametrize("house", [{}], indirect=True)
async def test_host_of_both_rooms_sends_somebody_over(house: House) -> None:
    host, guest = await house.host(), await house.guest("Gert")
    server, there = house.server, house.server.room()
    for token in (server.token(there), server.token(house.room, role="host"), "forged"):
        answer = await host.command("transfer", participantId=guest.id, token=token)
        assert answer["code"] in ("not_permitted", "token_invalid")
    own = server.token(there, role="host")
    assert (await guest.command("transfer", participantId=host.id, token=own))["code"] == "hosts_only"
    assert (await host.command("transfer", participantId=guest.id, token=own)) == {"type": "done"}
    sent = await guest.until_event("transferred")
    await guest.until_event("ended")
    grant = server.tokens.verify(sent["token"], server.clock.unix_s())
    assert (sent["room"], grant.room, grant.role) == (there, there, "guest")
