"""Waiting and being let in over real signalling: what each is told, and what a patched client gets: nothing."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from tests.contract.houses import House, document, new_room
from tests.fakes.signalling_server import Client, signalling_server, until
from vdxmedia.hub.limits import HubLimits

HELLO = {"protocol": 1}


def waiting_names(host: Client) -> list[str]:
    waiting = document(host, "lobby")["waiting"]
    assert isinstance(waiting, list)
    return [one["name"] for one in waiting]


async def test_guest_who_knocks_is_seen_by_hosts_only_and_let_in(house: House) -> None:
    host = await house.host()
    inside = await house.guest("Inger", identity="inger")
    assert inside.joined["type"] == "waiting"
    assert (await host.command("admit", waitingId=inside.joined["participantId"])) == {"type": "done"}
    await inside.until_event("admitted")
    resume = {"session": inside.joined["session"], "sequence": 0}
    assert (await inside.join("Inger", resume=resume))["type"] == "joined"
    events = len(inside.events)
    outside = await house.guest("Otto")
    assert outside.joined["type"] == "waiting"
    assert outside.joined["reason"] == "admission"
    assert "participants" not in outside.joined
    await until(lambda: waiting_names(host) == ["Otto"])
    assert not [event for event in inside.events[events:] if "Otto" in str(event)]
    assert "Otto" not in str(inside.joined)


async def test_patched_client_that_waits_gets_nothing_and_does_nothing(house: House) -> None:
    host = await house.host()
    outside = await house.guest("Otto")
    for type, fields in (
        ("offer", {"sdp": "v=0", "sources": {"0": "microphone"}}),
        ("setSource", {"source": "microphone", "active": True}),
        ("setTiles", {"tiles": []}),
        ("admit", {"waitingId": outside.joined["participantId"]}),
        ("admitAll", {}),
        ("lockRoom", {"locked": False}),
        ("setRole", {"participantId": outside.joined["participantId"], "role": "host"}),
        ("writeChat", {"to": "all", "text": "hej"}),
        ("endForAll", {}),
    ):
        assert (await outside.command(type, **fields))["code"] == "must_wait", type
    # Joining again without being admitted: still outside, also under the session's own proof.
    for resume in (None, {"session": outside.joined["session"], "sequence": 5}):
        again = await outside.join("Otto", resume=resume)
        assert again["type"] == "waiting"
    assert (await host.command("setSource", source="camera", active=True)) == {"type": "done"}
    host_said = [event["type"] for event in outside.events]
    assert host_said == []
    assert outside.joined["participantId"] not in house.server.plane.seats
    assert house.server.registry.participants_in(house.room) == 1


async def test_patched_client_comes_in_under_the_name_that_the_host_has_let_in(house: House) -> None:
    host = await house.host()
    guest = await house.open()
    await guest.join("Bodil", function="borger")
    await host.command("admit", waitingId=guest.joined["participantId"])
    await guest.until_event("admitted")
    resume = {"session": guest.joined["session"], "sequence": 0}
    joined = await guest.join("Doktor Falsk", function="læge", resume=resume)
    own = [one for one in joined["participants"] if one["id"] == guest.id]
    assert [(one["name"], one["function"]) for one in own] == [("Bodil", "borger")]


async def test_several_wait_in_order_and_all_are_let_in_at_once(house: House) -> None:
    host = await house.host()
    guests = [await house.guest(name) for name in ("A", "B", "C")]
    await until(lambda: waiting_names(host) == ["A", "B", "C"])
    assert (await host.command("admitAll")) == {"type": "done"}
    for guest in guests:
        await guest.until_event("admitted")
        resume = {"session": guest.joined["session"], "sequence": 0}
        assert (await guest.join("x", resume=resume))["type"] == "joined"
    await until(lambda: waiting_names(host) == [])


async def test_refused_guest_reads_why_and_is_gone(house: House) -> None:
    host = await house.host()
    outside = await house.guest("Otto", identity="otto")
    waiting = outside.joined["participantId"]
    assert (await host.command("refuseWaiting", waitingId=waiting, reason="I morgen", barred=True)) == {"type": "done"}
    assert (await outside.until_event("ended"))["reason"] == "refused"
    assert outside.of_type("refused") == [{"type": "refused", "reason": "I morgen"}]
    again = await house.guest("Otto", identity="otto")
    assert again.joined["code"] == "barred"
    await until(lambda: waiting_names(host) == [])


async def test_what_a_host_says_to_those_who_wait_is_shown_to_them_and_to_who_comes_later(house: House) -> None:
    host = await house.host()
    first = await house.guest("A")
    assert (await host.command("sayToWaiting", text="Fem minutter")) == {"type": "done"}
    assert (await first.until_event("waiting"))["notice"] == "Fem minutter"
    assert (await house.guest("B")).joined["notice"] == "Fem minutter"


async def test_admitted_guest_comes_back_without_knocking_by_link_and_by_device(house: House) -> None:
    host = await house.host()
    for name, identity in (("With a link", "own-link"), ("With the shared link", "")):
        guest = await house.guest(name, identity=identity)
        await host.command("admit", waitingId=guest.joined["participantId"])
        await guest.until_event("admitted")
        await guest.join(name, resume={"session": guest.joined["session"], "sequence": 0})
        session = guest.joined["session"]
        assert (await guest.command("leave")) == {"type": "done"}
        resume = None if identity else {"session": session, "sequence": 0}
        assert (await house.guest(name, identity=identity, resume=resume)).joined["type"] == "joined"
    stranger = await house.guest("Stranger", resume={"session": "AAAAAAAAAAAAAAAAAAAAAA", "sequence": 0})
    assert stranger.joined["type"] == "waiting"


async def test_removed_guest_knocks_again_and_a_barred_one_does_not_come_back(house: House) -> None:
    host = await house.host()
    for barred, answer in ((False, "waiting"), (True, "error")):
        guest = await house.guest("Otto", identity="otto")
        await host.command("admit", waitingId=guest.joined["participantId"])
        await guest.until_event("admitted")
        await guest.join("Otto", resume={"session": guest.joined["session"], "sequence": 0})
        assert (await host.command("removePerson", participantId=guest.id, barred=barred)) == {"type": "done"}
        assert (await guest.until_event("ended")) == {"type": "ended", "reason": "removed", "canRejoin": False}
        again = await house.guest("Otto", identity="otto")
        assert again.joined["type"] == answer
        if not barred:
            assert (await again.command("leave")) == {"type": "done"}


@pytest.mark.parametrize("house", [{"lobby": "untilHost"}], indirect=True)
async def test_guests_wait_until_a_host_is_there_and_come_in_by_themselves(house: House) -> None:
    guest = await house.guest()
    assert guest.joined["reason"] == "host"
    assert house.server.registry.participants_in(house.room) == 0
    await house.host()
    await guest.until_event("admitted")
    resume = {"session": guest.joined["session"], "sequence": 0}
    assert (await guest.join("Gert", resume=resume))["type"] == "joined"


@pytest.mark.parametrize("house", [{}], indirect=True)
async def test_locked_room_lets_only_hosts_in(house: House) -> None:
    host = await house.host()
    before = await house.guest("Before", identity="before")
    assert before.joined["type"] == "joined"
    assert (await before.command("lockRoom", locked=True))["code"] == "hosts_only"
    assert (await host.command("lockRoom", locked=True)) == {"type": "done"}
    assert (await house.guest("New")).joined["type"] == "waiting"
    assert (await before.command("leave")) == {"type": "done"}
    assert (await house.guest("Before", identity="before")).joined["type"] == "waiting"
    await house.host("Another host")
    assert (await host.command("lockRoom", locked=False)) == {"type": "done"}
    await until(lambda: waiting_names(host) == [])


@pytest.mark.parametrize("house", [{"lobby": "knock", "admitters": ("Region",)}], indirect=True)
async def test_hosts_of_another_organisation_see_who_waits_but_let_nobody_in(house: House) -> None:
    region = await house.host("Region", organisation="Region")
    municipality = await house.host("Kommune", organisation="Kommune")
    guest = await house.guest("Gert")
    await until(lambda: waiting_names(municipality) == ["Gert"])
    assert document(municipality, "lobby")["mayAdmit"] is False
    assert document(region, "lobby")["mayAdmit"] is True
    waiting = guest.joined["participantId"]
    for type, fields in (
        ("admit", {"waitingId": waiting}),
        ("admitAll", {}),
        ("refuseWaiting", {"waitingId": waiting}),
        ("lockRoom", {"locked": True}),
        ("changeRoom", {"lobby": "off"}),
    ):
        assert (await municipality.command(type, **fields))["code"] == "not_your_room"
    assert (await region.command("admit", waitingId=waiting)) == {"type": "done"}
    await guest.until_event("admitted")


@pytest.mark.parametrize("house", [{"guest_visibility": "hosts", "maximum": 2}], indirect=True)
async def test_private_guest_of_a_full_room_waits_and_is_not_told_that_it_is_full(house: House) -> None:
    await house.host()
    first = await house.guest("A")
    second = await house.guest("B")
    assert second.joined["type"] == "waiting"
    assert second.joined["reason"] == "admission"
    assert "full" not in str(second.joined)
    assert (await first.command("leave")) == {"type": "done"}
    await second.until_event("admitted")
    resume = {"session": second.joined["session"], "sequence": 0}
    assert (await second.join("B", resume=resume))["type"] == "joined"


@pytest.mark.parametrize("house", [{"last_host": "wait"}], indirect=True)
async def test_guests_go_back_to_the_lobby_when_the_last_host_leaves(house: House) -> None:
    host = await house.host()
    guest = await house.guest()
    await guest.command("setSource", source="microphone", active=True)
    assert (await guest.offer())["type"] == "answer"
    assert (await host.command("leave")) == {"type": "done"}
    moved = await guest.until_event("waiting")
    assert (moved["reason"], moved["session"]) == ("host", guest.joined["session"])
    assert guest.id not in house.server.plane.seats
    assert (await guest.offer())["code"] == "must_wait"
    await house.host()
    await guest.until_event("admitted")
    resume = {"session": moved["session"], "sequence": 0}
    assert (await guest.join("Gert", resume=resume))["type"] == "joined"


async def test_who_waits_keeps_his_place_when_his_connection_breaks(house: House) -> None:
    host = await house.host()
    first, second = await house.guest("A"), await house.guest("B")
    await until(lambda: waiting_names(host) == ["A", "B"])
    await first.cut()
    await until(lambda: document(host, "lobby")["waiting"][0]["away"])  # type: ignore[index]
    back = await house.guest("A", resume={"session": first.joined["session"], "sequence": 0})
    assert back.joined["participantId"] == first.joined["participantId"]
    assert back.joined["since"] == first.joined["since"]
    assert waiting_names(host) == ["A", "B"]
    assert (await second.command("leave")) == {"type": "done"}
    await until(lambda: waiting_names(host) == ["A"])


# ── a connection that is away for long ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("return_kept_s", [60.0, 0.1])
async def test_admitted_guest_is_back_after_minutes_without_a_network_and_the_host_does_nothing(
    return_kept_s: float,
) -> None:
    """Away longer than the seat is kept, and longer than others are told that he is on his way back."""
    limits = HubLimits(roster_round_s=0.0, seat_kept_s=0.1, return_kept_s=return_kept_s)
    async with signalling_server(hub=limits) as server, AsyncExitStack() as stack:
        house = House(server, stack, new_room(server, lobby="knock"))
        host, guest = await house.host(), await house.guest("Gert")
        await host.command("admit", waitingId=guest.joined["participantId"])
        await guest.until_event("admitted")
        await guest.join("Gert", resume={"session": guest.joined["session"], "sequence": 0})
        await guest.cut()
        if return_kept_s > 1:
            await until(lambda: host.events[-1].get("participant", {}).get("connection") == "returning")
            assert not host.of_type("participantLeft")
        else:
            await host.until_event("participantLeft")
        resume = {"session": guest.joined["session"], "sequence": guest.joined["sequence"]}
        again = await house.guest("Gert", resume=resume)
        assert again.joined["type"] in ("joined", "resumed")
        assert (await again.offer())["type"] == "answer"
        assert waiting_names(host) == []


@pytest.mark.parametrize("house", [{"lobby": "off"}, {"lobby": "untilHost"}], indirect=True)
async def test_who_came_by_a_short_link_knocks_although_the_room_has_no_lobby(house: House) -> None:
    early = await house.guest("Ea", knocks=True)
    assert (early.joined["type"], early.joined["reason"]) == ("waiting", "admission")
    host = await house.host()
    outside = await house.guest("Otto", knocks=True)
    assert (outside.joined["type"], outside.joined["reason"]) == ("waiting", "admission")
    assert (await house.guest("Inger")).joined["type"] == "joined"  # by a link of her own
    # A patched client: joins again, claims a seat, says that it was let in already.
    for resume in (None, {"session": outside.joined["session"], "sequence": 3}):
        assert (await outside.join("Otto", resume=resume))["type"] == "waiting"
    for type, fields in (
        ("offer", {"sdp": "v=0", "sources": {"0": "microphone"}}),
        ("admit", {"waitingId": outside.joined["participantId"]}),
        ("admitAll", {}),
    ):
        assert (await outside.command(type, **fields))["code"] == "must_wait", type
    # The room's policy changes, the host leaves and comes: nothing lets him in but a host.
    for lobby in ("knock", "off"):
        assert (await host.command("changeRoom", lobby=lobby)) == {"type": "done"}
    assert outside.of_type("admitted") == []
    assert outside.joined["participantId"] not in house.server.plane.seats
    assert (await host.command("admit", waitingId=outside.joined["participantId"])) == {"type": "done"}
    await outside.until_event("admitted")
    resume = {"session": outside.joined["session"], "sequence": 0}
    assert (await outside.join("Otto", resume=resume))["type"] == "joined"


@pytest.mark.parametrize("house", [{"lobby": "off"}], indirect=True)
async def test_who_knocks_comes_back_on_his_own_only_while_a_host_is_there(house: House) -> None:
    host = await house.host()
    guest = await house.guest("Otto", knocks=True)
    await house.guest("Inger")
    await host.command("admit", waitingId=guest.joined["participantId"])
    await guest.until_event("admitted")
    resume = {"session": guest.joined["session"], "sequence": 0}
    await guest.join("Otto", resume=resume)
    assert (await guest.command("leave")) == {"type": "done"}
    assert (await host.command("leave")) == {"type": "done"}
    again = await house.guest("Otto", knocks=True, resume=resume)
    assert (again.joined["type"], again.joined["reason"]) == ("waiting", "host")
    await house.host("Hans")
    await again.until_event("admitted")
    resume = {"session": again.joined["session"], "sequence": 0}
    assert (await again.join("Otto", resume=resume))["type"] == "joined"


@pytest.mark.parametrize("house", [{"lobby": "off"}], indirect=True)
async def test_a_personal_link_ends_the_knocking_and_a_renewed_token_does_not(house: House) -> None:
    await house.host()
    outside = await house.guest("Otto", knocks=True)
    renewed = await outside.command("renewToken")
    grant = house.server.tokens.verify(renewed["token"], house.server.clock.unix_s())
    assert grant.knocks
    resume = {"session": outside.joined["session"], "sequence": 0}
    assert (await house.guest("Otto", resume=resume)).joined["type"] == "joined"
