"""Group training over the real socket: a note for emergencies reaches hosts only, and no log; help is answered."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64decode

import pytest

from tests.contract.houses import new_room
from tests.fakes.signalling_server import Server, connected, until
from vdxmedia.conference.emergency import MAX_NOTE_CHARS, EmergencyNote

NOTE = EmergencyNote("11223344", "Skjultvej 7", "Søster Åse")
SECRETS = ("11223344", "Skjultvej", "Åse")


def jwt_claims(token: str) -> str:
    payload = token.split(".")[1]
    return urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()


async def test_emergency_note_reaches_hosts_only_and_no_log(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    room = server.room(mode="training", guest_visibility="all")
    async with (
        connected(server, server.token(room, role="host")) as host,
        connected(server, server.token(room)) as other,
        connected(server, server.token(room, note=NOTE)) as guest,
    ):
        for client, name in ((host, "Vært"), (other, "Bo"), (guest, "Anna")):
            assert (await client.join(name))["type"] == "joined"
        told = await host.until_event("peopleNotes")
        (note,) = told["people"]
        assert (note["phone"], note["address"], note["relative"]) == ("11223344", "Skjultvej 7", "Søster Åse")
        await guest.command("askForHelp")
        assert (await host.until_event("helpCalls"))["calls"][0]["participantId"] == guest.id
        assert await host.command("answerHelp", participantId=guest.id) == {"type": "done"}
        await until(lambda: guest.of_type("ownHelp") and guest.of_type("ownHelp")[-1]["answeredBy"] == host.id)
        for client in (other, guest):
            assert not any(secret in repr((client.joined, client.events)) for secret in SECRETS)
        claims = jwt_claims(guest.joined["token"])
        assert "guest" in claims
        assert not any(secret in claims for secret in SECRETS), "nor can he read it in his own token"
    logged = "".join(record.getMessage() for record in caplog.records if record.name.startswith("vdxmedia"))
    assert not any(secret in logged for secret in SECRETS)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"mode": "training"}, "muted"),
        ({"mode": "training", "guest_microphone": "off"}, "off"),
        ({"mode": "meeting"}, "on"),
    ],
)
async def test_microphones_of_guests_are_muted_at_the_start_of_a_training(
    server: Server, settings: dict[str, str], told: str
) -> None:
    async with connected(server, server.token(new_room(server, **settings))) as guest:
        assert (await guest.join("Anna"))["room"]["guestMicrophone"] == told
        if told != "off":  # and each opens his own
            assert await guest.command("setSource", source="microphone", active=True) == {"type": "done"}


async def test_longest_note_fits_into_a_token(server: Server) -> None:
    longest = EmergencyNote(*("🙂" * MAX_NOTE_CHARS for _ in range(3)))
    room = server.room()
    async with connected(server, server.token(room, role="guest", note=longest)) as guest:
        assert (await guest.join("Anna"))["type"] == "joined"
