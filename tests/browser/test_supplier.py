"""What a municipal system does with the VDX APIs, from booking to history, with people in real browsers between."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from playwright.async_api import expect

from tests.browser.conftest import OpenPerson
from tests.browser.pages import go_in
from tests.browser.test_entrances import PHONE
from tests.patience import PATIENCE_S
from tests.server import Server

HISTORY_KEY = "the-history-key-of-this-test"


@dataclass
class Supplier:
    """Knows a base URL and a token, and nothing of this server."""

    base_url: str
    http: aiohttp.ClientSession
    headers: dict[str, str]

    async def call(self, method: str, path: str, body: object = None) -> Any:
        async with self.http.request(method, self.base_url + path, json=body, headers=self.headers) as answer:
            told = await answer.json(content_type=None)
            assert answer.status == 200, (path, answer.status, told)
            return told


async def until(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` gives as soon as it gives something."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await look()):
            await asyncio.sleep(0.1)
        return found


async def test_supplier_books_invites_ends_and_finds_the_call_in_the_history(
    server: Server, person: OpenPerson
) -> None:
    async with aiohttp.ClientSession() as http:
        supplier = Supplier(server.base_url, http, await server.bearer())
        await supplier.call("PUT", "/services/v2/organisation/dev", {"historyApiKey": HISTORY_KEY})

        now = datetime.now(UTC).replace(microsecond=0)
        new = {"subject": "Hemmelig sag", "startTime": now.isoformat(), "externalId": f"sag-{now.timestamp()}",
               "endTime": (now + timedelta(hours=1)).isoformat(), "endMeetingOnEndTime": True}  # fmt: skip
        meeting = await supplier.call("POST", "/videoapi/v2/meetings", new)
        room_path = f"/videoapi/v2/scheduling-info/{meeting['uuid']}"

        async def ready() -> Any:
            room = await supplier.call("GET", room_path)
            return room if room["provisionStatus"] == "PROVISIONED_OK" else None

        room = await until(ready)
        async with http.get(meeting["shortLink"]) as page:
            assert page.status == 200

        invited = {"to": "22 34 56 78", "message": "Dit videomøde: %meeting_url%"}
        await supplier.call("POST", f"/sms/v1/meeting/{meeting['uuid']}", invited)

        async def link_in_the_sms() -> str:
            async with http.get(f"{server.base_url}/dev/sms") as inbox:
                links = re.findall(r'href="([^"]+)"', await inbox.text())
            return next((html.unescape(link) for link in links if link.endswith(meeting["shortId"])), "")

        guest = await person("Bent", await until(link_in_the_sms), join=False, **PHONE)
        await go_in(guest.page, "Bent")
        await expect(guest.page.get_by_role("heading", name="Du er i venteværelset")).to_be_visible()

        # No guest PIN: the portal link carries the host's.
        host = await person("Anna", f"{room['portalLink']}&name=Anna&join=1", join=False)
        await host.page.get_by_role("button", name="Deltagere, 1 venter").click()
        await host.page.get_by_role("button", name="Luk ind: Bent").click()
        await guest.decoding(1)
        await host.decoding(1)

        ended = {"endTime": datetime.now(UTC).replace(microsecond=0).isoformat()}
        await supplier.call("PATCH", f"/videoapi/v2/meetings/{meeting['uuid']}", ended)
        for one in (host, guest):
            await expect(one.page.locator("vdx-call")).to_be_hidden()

        async def calls() -> Any:
            path = f"{server.base_url}/apikey/history/v1/conference?meeting_uuid={meeting['uuid']}"
            async with http.get(path, headers={"X-API-KEY": HISTORY_KEY}) as answer:
                return (await answer.json())["objects"]

        (call,) = await until(calls)
        assert (call["tag"], call["participant_count"]) == ("dev", 2)
        assert "Hemmelig" not in str(call)
