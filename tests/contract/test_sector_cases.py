"""Whole meetings as the sectors hold them, over real signalling: the five cross-sector cases, and one among staff."""

from __future__ import annotations

from contextlib import AsyncExitStack

from tests.contract.houses import House, document, new_room
from tests.contract.test_lobby import waiting_names
from tests.contract.test_pins import by_pin
from tests.fakes.signalling_server import Client, Server, until

REGION, MUNICIPALITY, PRACTICE = "Region Midtjylland", "Aarhus Kommune", "Lægehuset Nord"


async def let_in(host: Client, guest: Client) -> None:
    """The host admits, and the guest comes in."""
    assert guest.joined["type"] == "waiting"
    assert (await host.command("admit", waitingId=guest.joined["participantId"])) == {"type": "done"}
    await guest.until_event("admitted")
    await guest.join("x", resume={"session": guest.joined["session"], "sequence": 0})
    assert guest.joined["type"] == "joined"


def seen(client: Client) -> dict[str, tuple[str, str, str]]:
    """Name to role, organisation and function, as this client knows them."""
    people = {one["id"]: one for one in client.joined["participants"]}
    for event in client.events:
        if event["type"] in ("participantJoined", "participantChanged"):
            people[event["participant"]["id"]] = event["participant"]
        elif event["type"] == "participantLeft":
            people.pop(event["participantId"], None)
    return {one["name"]: (one["role"], one["organisation"], one["function"]) for one in people.values()}


async def test_hospital_calls_the_meeting_before_discharge(server: Server) -> None:
    """The hospital admits; the municipality is host too but lets nobody in; citizen, relative and interpreter knock."""
    async with AsyncExitStack() as stack:
        room = new_room(server, lobby="knock", admitters=(REGION,), organisation=REGION)
        house = House(server, stack, room)
        nurse = await house.host("Nanna", organisation=REGION, function="sygeplejerske", name="Nanna")
        visitator = await house.host("Vibeke", organisation=MUNICIPALITY, function="sagsbehandler", name="Vibeke")
        citizen = await house.guest("Bodil", identity="bodil", function="borger", name="Bodil")
        relative = await house.open()
        await relative.join("Rasmus", function="pårørende")
        interpreter = await house.guest("Tina", identity="tina", function="tolk", name="Tina", organisation="Tolke A/S")
        await until(lambda: waiting_names(visitator) == ["Bodil", "Rasmus", "Tina"])
        refused = await visitator.command("admit", waitingId=citizen.joined["participantId"])
        assert refused["code"] == "not_your_room"
        for guest in (citizen, relative, interpreter):
            await let_in(nurse, guest)
        everybody = {
            "Nanna": ("host", REGION, "sygeplejerske"),
            "Vibeke": ("host", MUNICIPALITY, "sagsbehandler"),
            "Bodil": ("guest", "", "borger"),
            "Rasmus": ("guest", "", "pårørende"),
            "Tina": ("guest", "Tolke A/S", "tolk"),
        }
        for one in (nurse, visitator, citizen, relative, interpreter):
            await until(lambda one=one: seen(one) == everybody, "all know each other")
        # The hospital hands the meeting over and goes; the call goes on with the municipality as host.
        assert (await nurse.command("leave")) == {"type": "done"}
        await until(lambda: "Nanna" not in seen(citizen))
        assert (await visitator.command("muteGuests")) == {"type": "done"}


async def test_hospital_calls_the_meeting_after_discharge(server: Server) -> None:
    """Within 72 hours: the citizen at home waits until the hospital is there, loses the net, and is back unasked."""
    async with AsyncExitStack() as stack:
        house = House(server, stack, new_room(server, lobby="untilHost", organisation=REGION))
        citizen = await house.guest("Bodil", identity="bodil", name="Bodil")
        assert citizen.joined["reason"] == "host"
        doctor = await house.host("Lars", organisation=REGION, function="læge", name="Lars")
        await citizen.until_event("admitted")
        await citizen.join("Bodil", resume={"session": citizen.joined["session"], "sequence": 0})
        home_nurse = await house.host("Hanne", organisation=MUNICIPALITY, name="Hanne")
        await citizen.cut()
        await until(lambda: any(e["type"] == "participantChanged" for e in doctor.events), "away")
        again = await house.open(identity="bodil", name="Bodil")
        resume = {"session": citizen.joined["session"], "sequence": citizen.joined["sequence"]}
        assert (await again.join("Bodil", resume=resume))["type"] in ("joined", "resumed")
        assert waiting_names(doctor) == waiting_names(home_nurse) == []


async def test_hospital_calls_the_meeting_without_prior_admission(server: Server) -> None:
    """A citizen who has never been there comes by PIN that was told over the phone, and knocks."""
    async with AsyncExitStack() as stack:
        room = new_room(server, lobby="knock", host_pin="975310", guest_pin="2468", organisation=REGION)
        house = House(server, stack, room)
        specialist = await house.host("Søren", organisation=REGION, function="læge", name="Søren")
        assert (await by_pin(server, stack, room, "2469")).refusal["data"]["code"] == "pin_wrong"
        citizen = await by_pin(server, stack, room, "2468")
        await citizen.join("Bodil", function="borger")
        await let_in(specialist, citizen)
        await until(lambda: seen(specialist).get("Bodil") == ("guest", "", "borger"))
        # Wrong guesses of a stranger keep nobody with a link outside.
        for _ in range(4):
            await by_pin(server, stack, room, "1111")
        assert (await by_pin(server, stack, room, "2468")).refusal["data"]["code"] == "pin_locked"
        municipality = await house.host("Vibeke", organisation=MUNICIPALITY, name="Vibeke")
        assert municipality.joined["type"] == "joined"


async def test_municipality_calls_a_cross_sector_meeting_with_the_citizen(server: Server) -> None:
    """Case worker in the chair, guests ask to speak: microphones open only when the host asks; chair handed over."""
    async with AsyncExitStack() as stack:
        room = new_room(server, organisation=MUNICIPALITY, guests_may_unmute=False, guest_microphone="muted")
        house = House(server, stack, room)
        case_worker = await house.host("Vibeke", organisation=MUNICIPALITY, function="sagsbehandler", name="Vibeke")
        doctor = await house.guest("Lars", organisation=REGION, function="læge", name="Lars", identity="lars")
        citizen = await house.guest("Bodil", identity="bodil", name="Bodil")
        assert (await citizen.command("setSource", source="microphone", active=True))["code"] == "muted_by_host"
        await case_worker.command("askToOpen", participantId=citizen.id, source="microphone")
        await until(lambda: document(citizen, "ownSources")["asked"] == ["microphone"])
        await citizen.command("answerAsked", source="microphone", accepted=True)
        assert (await citizen.command("setSource", source="microphone", active=True)) == {"type": "done"}
        assert (await case_worker.command("setRole", participantId=doctor.id, role="host")) == {"type": "done"}
        assert (await case_worker.command("leave")) == {"type": "done"}
        assert (await doctor.command("setSource", source="microphone", active=True)) == {"type": "done"}
        await until(lambda: seen(citizen) == {"Lars": ("host", REGION, "læge"), "Bodil": ("guest", "", "")})


async def test_citizen_meets_the_general_practitioner_with_the_municipality(server: Server) -> None:
    """The practice's next patient waits unseen while this one is in; a stranger with the old link is kept out."""
    async with AsyncExitStack() as stack:
        room = new_room(server, lobby="knock", organisation=PRACTICE, guest_visibility="hosts")
        house = House(server, stack, room)
        doctor = await house.host("Grethe", organisation=PRACTICE, function="læge", name="Grethe")
        nurse = await house.host("Hanne", organisation=MUNICIPALITY, function="sygeplejerske", name="Hanne")
        first = await house.guest("Bodil", identity="bodil", name="Bodil")
        await let_in(doctor, first)
        following = await house.guest("Karl", identity="karl", name="Karl")
        await until(lambda: waiting_names(nurse) == ["Karl"])
        assert "Karl" not in str(first.events) + str(first.joined)
        assert "Bodil" not in str(following.events) + str(following.joined)
        assert (await doctor.command("removePerson", participantId=first.id, barred=True)) == {"type": "done"}
        await first.until_event("ended")
        await let_in(doctor, following)
        assert (await house.guest("Bodil", identity="bodil", name="Bodil")).joined["code"] == "barred"
        assert set(seen(following)) == {"Grethe", "Hanne", "Karl"}


async def test_staff_meeting_of_one_municipality(server: Server) -> None:
    """All hosts, no lobby; the room is locked when it gets confidential, extended, and ended by one of them."""
    async with AsyncExitStack() as stack:
        closes_at = server.clock.unix_s() + 500
        house = House(server, stack, new_room(server, organisation=MUNICIPALITY, closes_at=closes_at))
        staff = [await house.host(name, organisation=MUNICIPALITY, name=name) for name in ("Anna", "Bent", "Clara")]
        leader, *others = staff
        assert document(leader, "ending")["warning"] == 600
        assert (await leader.command("lockRoom", locked=True)) == {"type": "done"}
        assert (await house.guest("Vikar")).joined["type"] == "waiting"
        assert (await others[0].command("extendClosing", by=3600)) == {"type": "done"}
        await until(lambda: document(leader, "ending")["cause"] is None)
        assert document(leader, "roomChanged")["room"]["closesAt"] == closes_at + 3600  # type: ignore[index]
        assert (await others[1].command("endForAll")) == {"type": "done"}
        await until(lambda: document(leader, "ending")["cause"] == "host")
        assert (await leader.command("keepOpen")) == {"type": "done"}
        await until(lambda: document(others[1], "ending")["cause"] is None)
