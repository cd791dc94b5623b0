"""What an integration sees of a meeting afterwards: booked, joined, ended by PATCH, in the history; all assembled."""

from __future__ import annotations

import asyncio
import time

import msgspec

from tests.contract.assembled import assembled
from tests.fakes.hub_clients import FakeClient, request
from tests.patience import PATIENCE_S
from vdxmedia.api.history import key_hash
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.choices import ProvisionStatus
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import MeetingChange, NewMeeting
from vdxmedia.ids import RoomId

KEY = "the-history-key-of-the-municipality"


async def test_meeting_that_was_held_is_in_the_history_when_it_has_ended() -> None:
    async with assembled() as server:
        desk, registry = server.server.bookings, server.server.registry
        admin = Caller(organisation="kommune", email="anna@kommune.dk", roles=frozenset({CallerRole.ADMIN}))
        await server.server._desk.seed([Organisation(code="kommune")])
        mine = (await desk.tree()).by_code["kommune"]
        await desk.change_organisation(admin, msgspec.structs.replace(mine, history_api_key_hash=key_hash(KEY)))
        now = int(time.time())
        new = NewMeeting(subject="Om min sygdom", starts_at=now, ends_at=now + 600, end_meeting_on_end_time=True)
        uuid = (await desk.book(admin, new)).meeting.uuid
        async with asyncio.timeout(PATIENCE_S):
            while (room := (await desk.room(admin, uuid))[0]).status is not ProvisionStatus.PROVISIONED_OK:
                await asyncio.sleep(0.02)
        await registry.join(RoomId(room.room_id), request(role="host"), FakeClient())
        async with asyncio.timeout(PATIENCE_S):
            while not await server.server.database.open_calls():  # written a second later
                await asyncio.sleep(0.05)
        await desk.change(admin, uuid, MeetingChange(ends_at=int(time.time())))

        headers, path = {"X-API-KEY": KEY}, f"/apikey/history/v1/conference?meeting_uuid={uuid}"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                async with server.get(path, key=None, headers=headers) as answer:
                    found = await answer.json()
                if found["objects"]:
                    break
                await asyncio.sleep(0.05)
        (call,) = found["objects"]
        assert (call["meeting_uuid"], call["tag"], call["participant_count"]) == (str(uuid), "kommune", 1)
        assert call["name"] == room.uri_with_domain
        assert "sygdom" not in str(found)
        async with server.get(call["participants"][0], key=None, headers=headers) as answer:
            assert (await answer.json())["role"] == "chair"
