"""A real Kannel with its fake SMS centre: what we say arrives there, and its delivery reports arrive here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from tests.contract.assembled import AssembledServer, assembled
from tests.contract.test_api_meetings import AARHUS, book, sent
from tests.kannel import PASSWORD, USER, RunningKannel, run_kannel
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def kannel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKannel]:
    with run_kannel(tmp_path_factory.mktemp("kannel")) as running:
        yield running


@pytest.fixture
async def server(kannel: RunningKannel, tmp_path: Path) -> AsyncIterator[AssembledServer]:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    flags = {
        "sms_gateway.shape": "kannel",
        "sms_gateway.url": kannel.url,
        "sms_gateway.user": USER,
        "sms_gateway.secret_file": str(secret),
        "sms.sender": "Kommunen",
        "api.requests_per_second": "1000",
    }
    async with assembled(flags) as running:
        await running.server.seed([AARHUS])
        yield running


async def delivered(server: AssembledServer, made: dict[str, Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            listed, _ = await sent(server, "GET", f"/api/v1/meetings/{made['uuid']}/messages", status=200)
            if listed["messages"][0]["state"] == "delivered":
                return
            assert listed["messages"][0]["state"] in ("waiting", "sending", "sent"), listed
            await asyncio.sleep(0.02)


async def at_the_centre(kannel: RunningKannel, text: str) -> str:
    """The line of the centre's log that has the text."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for line in (await asyncio.to_thread(kannel.received)).splitlines():
                if text in line:
                    return line
            await asyncio.sleep(0.02)


async def test_invitation_arrives_at_the_centre_and_its_report_here(
    server: AssembledServer, kannel: RunningKannel
) -> None:
    made = await book(server)
    await sent(server, "POST", f"/api/v1/meetings/{made['uuid']}/messages", {"to": "20 12 34 56"}, status=201)
    line = await at_the_centre(kannel, made["shortUrl"])
    assert "<Kommunen +4520123456 text Videomøde med Aarhus Kommune" in line
    await delivered(server, made)
    assert server.server.messages.worker._counters.totals()["sms_reports_delivered"] == 1


async def test_letters_beyond_the_sms_alphabet_arrive_whole(server: AssembledServer, kannel: RunningKannel) -> None:
    made = await book(server)
    asked = {"to": "20123456", "text": "Şükrü {link}"}
    await sent(server, "POST", f"/api/v1/meetings/{made['uuid']}/messages", asked, status=201)
    line = await at_the_centre(kannel, " ucs-2 ")
    raw = unquote_to_bytes(line.partition(" ucs-2 ")[2].removesuffix(">").replace("+", " "))
    assert raw.decode("utf-16-be") == f"Şükrü {made['shortUrl']}"
    await delivered(server, made)
