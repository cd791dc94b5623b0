"""The AsyncAPI document: served as it was generated, whole, and valid by the specification's own schema."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.contract.assembled import assembled
from vdxmedia.api.openapi import ASYNCAPI

SPECIFICATION = "@asyncapi/specs@6.11.1"
"""The npm package with the specification's JSON Schemas."""


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


async def test_document_is_served_to_everyone_as_it_was_generated() -> None:
    async with assembled() as server, server.get("/api/asyncapi.json", key=None) as answer:
        assert (answer.status, answer.content_type) == (200, "application/json")
        assert await answer.read() == ASYNCAPI


def test_every_reference_in_it_leads_to_something() -> None:
    document = json.loads(ASYNCAPI)
    assert document["asyncapi"] == "3.0.0"
    assert {"connect", "command", "events"} == set(document["channels"]) == set(document["operations"])
    found = set(references(document))
    assert len(found) > 50
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.long
def test_it_is_valid_by_the_schema_of_asyncapi_3(tmp_path: Path) -> None:
    """Fetches the schema from npm, and would find a fault: a channel without its kind of messages is one."""
    subprocess.run(["npm", "pack", "--silent", SPECIFICATION], cwd=tmp_path, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tgz"))) as package:
        member = package.extractfile("package/schemas/3.0.0.json")
        assert member is not None
        validator = jsonschema_rs.validator_for(json.load(member))
    document = json.loads(ASYNCAPI)
    assert [error.message[:200] for error in validator.iter_errors(document)] == []
    document["channels"]["events"]["messages"] = []
    assert not validator.is_valid(document)
