"""Waiting and being let in over real signalling: what each is told, and what a patched client gets: nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec
import pytest

from tests.fakes.signalling_server import Client, Server, connected, signalling_server, until
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.ports import Gate
from vdxmedia.ids import RoomId

HELLO = {"protocol": 1}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with signalling_server() as running:
        yield running


def new_room(server: Server, **settings: object) -> RoomId:
    """With the words of the REST API."""
    return server.registry.create(msgspec.convert(settings, RoomSettings))


class House:
    """Opens connections and closes them at the end."""

    def __init__(self, server: Server, stack: AsyncExitStack, room: RoomId) -> None:
        self.server = server
        self.room = room
        self._stack = stack

    async def open(self, **grant: object) -> Client:
        return await self._stack.enter_async_context(connected(self.server, self.server.token(self.room, **grant)))

    async def host(self, called: str = "Hanne", /, **grant: object) -> Client:
        client = await self.open(role="host", **grant)
        assert (await client.join(called))["type"] == "joined"
        return client

    async def guest(
        self, called: str = "Gert", /, *, resume: dict[str, object] | None = None, **grant: object
    ) -> Client:
        client = await self.open(**grant)
        await client.join(called, resume=resume)
        return client


@pytest.fixture
async def house(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    settings = getattr(request, "param", {"lobby": "knock"})
    async with AsyncExitStack() as stack:
        yield House(server, stack, new_room(server, **settings))


def document(client: Client, type: str) -> dict[str, object]:
    """The latest, from the snapshot or after it."""
    found = [one for one in [*client.joined.get("documents", []), *client.events] if one["type"] == type]
    assert found, f"no {type}"
    return dict(found[-1])


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


# ── PIN ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def by_pin(server: Server, stack: AsyncExitStack, room: str, pin: str = "") -> Client:
    return await stack.enter_async_context(connected(server, "", auth={**HELLO, "token": "", "room": room, "pin": pin}))


async def test_pin_decides_the_role_and_gives_a_token(server: Server) -> None:
    room = server.room(host_pin="135790", guest_pin="2468")
    async with AsyncExitStack() as stack:
        assert (await by_pin(server, stack, room)).refusal["data"]["code"] == "pin_required"
        for pin, role in (("135790", "host"), ("2468", "guest")):
            client = await by_pin(server, stack, room, pin)
            assert client.refusal is None
            assert (
                server.tokens.verify((await client.command("renewToken"))["token"], server.clock.unix_s()).role == role
            )
            joined = await client.join(role)
            assert [one["role"] for one in joined["participants"] if one["id"] == client.id] == [role]


async def test_room_without_pins_is_as_one_that_is_not_there(server: Server) -> None:
    async with AsyncExitStack() as stack:
        for room in (server.room(), "nosuchroom12"):
            for pin in ("", "no PIN has letters", "1234"):
                refused = await by_pin(server, stack, room, pin[:16])
                assert refused.refusal["data"]["code"] == "token_missing"


async def test_wrong_pins_lock_out_the_client_and_no_link(server: Server) -> None:
    room = server.room(host_pin="135790")
    other = server.room(guest_pin="1111")
    async with AsyncExitStack() as stack:
        for _ in range(5):
            assert (await by_pin(server, stack, room, "9999")).refusal["data"]["code"] == "pin_wrong"
        for where, pin in ((room, "135790"), (other, "1111")):
            refused = (await by_pin(server, stack, where, pin)).refusal["data"]
            assert refused["code"] == "pin_locked"
            assert 0 < refused["retryAfter"] <= 600
        link = await stack.enter_async_context(connected(server, server.token(room)))
        assert (await link.join("Anna"))["type"] == "joined"


# ── microphones, roles, the end ───────────────────────────────────────────────────────────────────────────────────


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
