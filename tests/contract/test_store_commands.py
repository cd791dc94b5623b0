"""`vdxmedia audit`, `person`, `backup`, `restore` and `store upgrade`, as an operator calls them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.messages.message import Message
from vdxmedia.booking.messages.quota import Quota
from vdxmedia.booking.messages.wording import Purpose
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import MeetingChange, NewMeeting
from vdxmedia.booking.room_options import Template
from vdxmedia.cli import app
from vdxmedia.clock import ManualClock
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.ports import CallRecord, CallStep, SaveCallRecord
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.sealing import Sealer, new_key, read_keys
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database, open_store
from vdxmedia.store.messages import Messages

NOW = 1_800_000_000
ANNA = Caller(
    organisation="hospital", email="Anna@Hospital.dk", roles=frozenset(CallerRole), client="nexus", address="192.0.2.7"
)
BO = Caller(organisation="hospital", email="bo@hospital.dk", roles=frozenset(CallerRole))


class Operator:
    def __init__(self, directory: Path) -> None:
        self.path, self.keys = directory / "store.db", directory / "keys.txt"
        self.keys.write_text(new_key() + "\n")
        self.url, self.sealer = f"sqlite:///{self.path}", Sealer(read_keys(self.keys))

    def run(self, *arguments: str) -> Result:
        environment = {"VDX_STORE_URL": self.url, "VDX_STORE_SEALING_KEY_FILE": str(self.keys)}
        return CliRunner().invoke(app, arguments, env=environment)

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def serve(self, work: Callable[[Database, BookingDesk], Awaitable[None]]) -> None:
        """As a server does it, with its store open meanwhile."""

        async def run() -> None:
            async with open_store(self.url) as store:
                set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
                desk = BookingDesk(BookingDatabase(store.units, self.sealer), ManualClock(NOW), set_up)
                await desk.seed([Organisation(code="hospital", pool_size=1)])
                await work(store, desk)

        asyncio.run(run())


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


@pytest.fixture
def meeting() -> NewMeeting:
    return NewMeeting(subject="Samtale", starts_at=NOW + 3600, ends_at=NOW + 7200)


def test_audit_log_is_exported_checked_while_the_server_runs(operator: Operator, meeting: NewMeeting) -> None:
    found: list[Result] = []

    async def work(store: Database, desk: BookingDesk) -> None:
        booked = await desk.book(ANNA, meeting)
        await desk.change(BO, booked.meeting.uuid, MeetingChange(subject="Noget andet"))
        found.append(await asyncio.to_thread(operator.run, "audit", "export", "--organisation", "hospital"))

    operator.serve(work)
    made, changed, day = [json.loads(line) for line in found[0].stdout.splitlines()]
    assert (made["operation"], made["email"], made["address"]) == ("create", "Anna@Hospital.dk", "192.0.2.7")
    assert (changed["operation"], changed["fields"], changed["email"]) == ("update", ["subject"], "bo@hospital.dk")
    assert (day["head"]["entries"], day["head"]["head"]) == (2, changed["hash"])
    assert "andet" not in found[0].stdout
    exported = operator.run("audit", "export", "--organisation", "hospital", "--from", "2027-01-16")
    assert (exported.exit_code, exported.stdout) == (0, "")
    assert operator.run("audit", "export", "--organisation", "hospital", "--from", "yesterday").exit_code == 2


def test_audit_log_that_was_changed_is_told(operator: Operator, meeting: NewMeeting) -> None:
    async def work(store: Database, desk: BookingDesk) -> None:
        for _ in range(3):
            await desk.book(ANNA, meeting)

    operator.serve(work)
    with sqlite3.connect(operator.path) as tables:
        tables.execute("DELETE FROM audit_entries WHERE number = 2")
    tables.close()
    result = operator.run("audit", "export", "--organisation", "hospital")
    assert result.exit_code == 3
    assert "entry 2 is missing" in json.loads(result.stdout.splitlines()[-1])["broken"]


def message(reference: str, to: str, uuid: Any) -> Message:
    return Message(
        reference=reference,
        meeting=uuid,
        organisation="hospital",
        purpose=Purpose.INVITATION,
        to=to,
        text="Du er inviteret",
        sender="Hospital",
        segments=1,
        created_at=NOW,
        due_at=NOW,
        starts_at=NOW,
        expires_at=NOW + 3600,
    )


def test_person_is_shown_and_erased_by_number_and_by_email(operator: Operator, meeting: NewMeeting) -> None:
    async def work(store: Database, desk: BookingDesk) -> None:
        first, second = await desk.book(ANNA, meeting), await desk.book(BO, meeting)
        await desk.change(ANNA, second.meeting.uuid, MeetingChange(description="by another"))
        await desk.add_template(ANNA, Template(uri_prefix="a"))
        template = (await desk.templates(ANNA))[0]
        await desk.add_pool_room(ANNA, "hospital", template.id)
        outbox = Messages(store.units, operator.sealer)
        for reference, to in (("r1", "+4520304050"), ("r2", "+4520304051")):
            await outbox.add(
                [message(reference, to, first.meeting.uuid)], Quota(per_organisation=10, per_number=10), NOW
            )

    operator.serve(work)
    assert [each["reference"] for each in operator.json("person", "export", "--phone", "20 30 40 50")["messages"]] == [
        "r1"
    ]
    found = operator.json("person", "export", "--email", "anna@hospital.dk")
    assert {tuple(each["as"]) for each in found["meetings"]} == {
        ("organized_by", "created_by", "room"),
        ("updated_by", "room"),
    }
    assert (len(found["rooms"]), len(found["templates"]), len(found["audit"])) == (1, 1, 4)

    erased = operator.json("person", "erase", "--phone", "+4520304050", "--email", "ANNA@hospital.dk", "--yes")
    assert erased == {
        "messages": 1, "names": 0, "namesLeft": 0, "meetings": 2, "rooms": 1, "templates": 1, "staffLinks": 0,
        "staffAccounts": 0, "audit": 4,
    }  # fmt: skip
    assert operator.json("person", "export", "--phone", "20304050")["messages"] == []
    assert len(operator.json("person", "export", "--phone", "20304051")["messages"]) == 1
    found = operator.json("person", "export", "--email", "anna@hospital.dk")
    assert (found["meetings"], found["rooms"], found["templates"]) == ([], [], [])
    for name in ("store.db", "store.db-wal"):
        raw = (operator.path.parent / name).read_bytes() if (operator.path.parent / name).exists() else b""
        assert b"nna@" not in raw.replace(b"NNA@", b"nna@")
    lines = operator.run("audit", "export", "--organisation", "hospital").stdout.splitlines()
    assert {json.loads(line).get("email") for line in lines} == {None, "bo@hospital.dk"}, "and the chain is whole"
    servers = [json.loads(line) for line in operator.run("audit", "export", "--organisation", "").stdout.splitlines()]
    assert {(each["operation"], each["resource"]) for each in servers[:-1]} == {
        ("read", "person"),
        ("delete", "person"),
    }
    assert "20304050" not in str(servers)


def guest(tables: sqlite3.Connection, uuid: str, name: str) -> None:
    """Somebody with a personal link who was there."""
    (room,) = tables.execute("SELECT room_id FROM booked_rooms WHERE uuid = ?", (uuid,)).fetchone()
    document = json.dumps({"id": name, "meeting": uuid, "role": "guest", "name": name, "function": ""})
    values = (uuid, name, f"hash of {name}", "sealed", NOW, document)
    columns = "meeting, invitation_id, token_hash, sealed_token, created_at, document"
    tables.execute(f"INSERT INTO invitations ({columns}) VALUES (?, ?, ?, ?, ?, ?)", values)
    tables.execute(
        "INSERT INTO attendance (room_id, participant_id, name, role, organisation, first_seen, last_seen, "
        "is_recognised) VALUES (?, ?, ?, 'guest', '', ?, ?, 0)",
        (room, "p1", name, NOW, NOW + 60),
    )
    tables.execute(
        "INSERT INTO calls (call_id, room_id, meeting, starts_at, seen_at, is_over) VALUES (?, ?, ?, ?, ?, 1)",
        (uuid, room, uuid, NOW, NOW),
    )
    stay = (uuid, "p1", "guest", name, NOW)
    tables.execute(
        "INSERT INTO call_stays (call_id, participant_id, role, name, starts_at) VALUES (?, ?, ?, ?, ?)", stay
    )


def test_number_leads_to_names_where_the_meeting_wrote_to_nobody_else(operator: Operator, meeting: NewMeeting) -> None:
    uuids: list[str] = []

    async def work(store: Database, desk: BookingDesk) -> None:
        alone, several = [(await desk.book(BO, meeting)).meeting.uuid for _ in range(2)]
        uuids.extend((str(alone), str(several)))
        outbox = Messages(store.units, operator.sealer)
        for reference, to, uuid in (
            ("r1", "+4520304050", alone), ("r2", "+4520304050", several), ("r3", "+4520304051", several),
        ):  # fmt: skip
            await outbox.add([message(reference, to, uuid)], Quota(per_organisation=10, per_number=10), NOW)

    operator.serve(work)
    alone, several = uuids
    with sqlite3.connect(operator.path) as tables:
        guest(tables, alone, "Inger")
        guest(tables, several, "Mads")
    tables.close()
    found = {one["meeting"]: one for one in operator.json("person", "export", "--phone", "20304050")["writtenTo"]}
    assert {uuid: one["isOnlyNumber"] for uuid, one in found.items()} == {alone: True, several: False}
    for uuid, name in ((alone, "Inger"), (several, "Mads")):
        names = {each["name"] for kind in ("invitations", "attendance", "calls") for each in found[uuid][kind]}
        assert names == {name}
    erased = operator.json("person", "erase", "--phone", "20304050", "--yes")
    assert erased == {"messages": 2, "names": 3, "namesLeft": 3}
    with sqlite3.connect(operator.path) as tables:
        everything = str([tables.execute(f"SELECT * FROM {name}").fetchall() for name in ("attendance", "call_stays")])
        links = dict(tables.execute("SELECT meeting, document FROM invitations").fetchall())
    tables.close()
    assert "Mads" in everything
    assert "Inger" not in everything
    assert json.loads(links[alone])["name"] == ""
    assert json.loads(links[several])["name"] == "Mads"


def test_person_is_asked_for_by_something_and_erased_only_when_confirmed(operator: Operator) -> None:
    async def nothing(store: Database, desk: BookingDesk) -> None: ...

    operator.serve(nothing)
    assert operator.run("person", "export").exit_code == 2
    assert operator.run("person", "export", "--phone", "not a number").exit_code == 2
    assert operator.run("person", "erase", "--phone", "20304050").exit_code == 1


def test_store_is_copied_and_put_back_by_command(operator: Operator, meeting: NewMeeting, tmp_path: Path) -> None:
    async def work(store: Database, desk: BookingDesk) -> None:
        await desk.book(ANNA, meeting)

    operator.serve(work)
    copy = tmp_path / "copy"
    result = operator.run("backup", str(copy))
    assert result.exit_code == 0, result.output
    assert operator.run("backup", str(copy)).exit_code == 2
    assert operator.run("restore", str(copy)).exit_code == 2
    assert operator.run("restore", str(copy), "--force").exit_code == 0
    assert operator.run("store", "upgrade").stdout.endswith("already\n")
    assert len(operator.json("person", "export", "--email", "anna@hospital.dk")["meetings"]) == 1


def test_story_of_a_meeting_is_told_by_what_a_host_reads_aloud(operator: Operator) -> None:
    said = operator.run("explain", "K7P 2QM")
    assert (said.exit_code, "nothing is known" in said.stderr) == (2, True)

    async def call(database: Database, desk: BookingDesk) -> None:
        steps = (CallStep(at=NOW, what="joined", how=""), CallStep(at=NOW + 2, what="mediaLost", how="consent"))
        await database.write(
            [
                SaveCallRecord(
                    CallRecord(
                        id="r1", room=RoomId("k7p2qmaaaaaa"), participant=ParticipantId("annaannaanna"), role="guest",
                        began_at=NOW, ended_at=None, end="", path="", phases={}, loss_up=0.0, loss_down=0.0,
                        round_trip_ms=None, longest_gap_s=0.0, pictures_paused=0, quality_s={}, steps=steps,
                    )
                )
            ]
        )  # fmt: skip

    operator.serve(call)
    told = operator.run("explain", "K7P 2QM")
    assert told.exit_code == 0, told.stderr
    assert "guest annaan   sound and picture lost: no packet for 90 s" in told.stdout
    [line] = operator.run("explain", "k7p2qm", "--json").stdout.splitlines()
    assert json.loads(line)["steps"][1] == {"at": NOW + 2, "what": "mediaLost", "how": "consent"}
    assert operator.run("explain", "k7").exit_code == 2
