"""Requests made from the documents themselves (schemathesis): no 5xx, and every answer is as its document says.

Seed and number of examples are fixed, so a run is the same each time and takes seconds. Each run has a credential that
opens its operations, and names of things that are there.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.contract.assembled import AssembledServer, assembled
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.api.history import key_hash
from vdxmedia.assembly import development
from vdxmedia.booking.callers import Caller, CallerRole

EXAMPLES = 4
"""Of each operation and phase that draws."""
SEED = 20261123
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
)  # fmt: skip
FLAGS = {
    "api.requests_per_second": "10000",
    "api.failures_per_minute": "10000",
    "oauth.address_requests_per_second": "10000",
    "oauth.client_requests_per_second": "10000",
    "oauth.organisation_requests_per_second": "10000",
}


@dataclass
class There:
    """What there is to be asked about."""

    server: AssembledServer
    caller: str
    """An access token of an administrator of the organisation."""
    room: str
    host: str
    """A host's join token."""
    meeting: str


@pytest.fixture
async def there() -> AsyncIterator[There]:
    async with assembled(FLAGS) as server:
        caller = await server.client_token()
        room = await server.open_room()
        now = datetime.now(UTC)
        times = {"startTime": (now + timedelta(days=1)).isoformat(), "endTime": (now + timedelta(days=2)).isoformat()}
        body = {"organisation": development.ORGANISATION, "subject": "Prøve", **times}
        async with server.post("/api/v1/meetings", body) as answer:
            meeting = (await answer.json())["uuid"]
        yield There(server, caller, room["roomId"], room["hostUrl"].partition("#t=")[2], meeting)


async def run(
    there: There, tmp_path: Path, document: str, bearer: str, named: Mapping[str, str], choice: Sequence[str]
) -> None:
    """Fails with schemathesis' own report."""
    binary = shutil.which("schemathesis") or str(Path(sys.executable).with_name("schemathesis"))
    lines = ["[parameters]", *(f'"{name}" = "{value}"' for name, value in named.items())]
    configuration = tmp_path / "schemathesis.toml"
    await asyncio.to_thread(configuration.write_text, "\n".join(lines) + "\n", "utf-8")
    process = await asyncio.create_subprocess_exec(
        binary, "--config-file", str(configuration), "run", there.server.url + document,
        "--header", f"Authorization: Bearer {bearer}", "--seed", str(SEED), "--max-examples", str(EXAMPLES),
        "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-shrink",
        "--generation-deterministic", "--no-color", "--warnings", "off", *choice,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path,
    )  # fmt: skip
    assert process.stdout is not None
    report = (await process.stdout.read()).decode()
    assert await process.wait() == 0, report[-20_000:]
    assert "passed" in report, report


async def test_callers_of_meetings_get_what_the_document_says(there: There, tmp_path: Path) -> None:
    named = {"path.uuid": there.meeting, "path.invitation": "guest"}
    await run(
        there,
        tmp_path,
        "/api/openapi.json",
        there.caller,
        named,
        ["--include-tag", "Meetings", "--exclude-method", "DELETE"],
    )


async def test_holders_of_an_api_key_get_what_the_document_says(there: There, tmp_path: Path) -> None:
    named = {"path.roomId": there.room, "path.uuid": there.meeting, "query.organisation": development.ORGANISATION}
    # A server that drains opens no rooms: tests/contract/test_drain.py asks for that.
    choice = ["--exclude-path", "/api/v1/admin/drain"]
    await run(there, tmp_path, "/api/openapi.json", DEVELOPMENT_KEY, named, choice)


async def test_participants_get_what_the_document_says(there: There, tmp_path: Path) -> None:
    choice = ["--include-path-regex", "^/api/v1/(invitation|attendance|room-clips|call-rating)$"]
    await run(there, tmp_path, "/api/openapi.json", there.host, {}, choice)


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param(["--include-path-regex", "v2/meetings$", "--phases", "examples,coverage"], id="bookings"),
        pytest.param([], id="whole", marks=pytest.mark.long),  # 46 operations: 40 s
    ],
)
async def test_suppliers_get_what_the_document_of_the_video_api_says(
    there: There, tmp_path: Path, choice: list[str]
) -> None:
    await run(there, tmp_path, "/videoapi/openapi.json", there.caller, {"path.uuid": there.meeting}, choice)


async def test_administrators_of_organisations_get_what_the_document_says(there: There, tmp_path: Path) -> None:
    named = {"path.code": development.ORGANISATION, "path.parent_code": development.ORGANISATION}
    await run(there, tmp_path, "/services/openapi.json", there.caller, named, [])


async def test_readers_of_the_history_get_what_the_document_says(there: There, tmp_path: Path) -> None:
    key = "a-key-of-the-development-organisation"
    desk = there.server.server.bookings
    mine = (await desk.tree()).by_code[development.ORGANISATION]
    admin = Caller(organisation=mine.code, email="", roles=frozenset({CallerRole.ADMIN}))
    await desk.change_organisation(admin, msgspec.structs.replace(mine, history_api_key_hash=key_hash(key)))
    choice = ["--header", f"X-API-KEY: {key}"]
    await run(there, tmp_path, "/apikey/history/v1/openapi.json", there.caller, {}, choice)
