from __future__ import annotations

import json
from typing import Any, cast

import msgspec
import pytest

from tests.contract.video import golden
from vdxmedia.api.video import bodies
from vdxmedia.api.video.document import document
from vdxmedia.api.video.examples import EXAMPLES, in_v1
from vdxmedia.api.video.marks import MARKS, Mark
from vdxmedia.api.video.routes import VideoApi
from vdxmedia.api.video.times import read_v1, read_v2
from vdxmedia.clock import ManualClock


def _document(v1_lists: str = "array") -> dict[str, Any]:
    api = VideoApi(
        cast(Any, None), cast(Any, None), clock=ManualClock(), public_url="https://example.dk", short_link_base="x"
    )
    return document(api.table, public_url="https://example.dk", v1_lists=v1_lists)


DOCUMENT = _document()
SCHEMAS = DOCUMENT["components"]["schemas"]


def _reached(part: Any) -> set[str]:
    """Names of the schemas that a part leads to."""
    found: set[str] = set()
    todo = [part]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            name = str(one.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in found:
                found.add(name)
                todo.append(SCHEMAS[name])
            todo += [value for key, value in one.items() if key != "$ref"]
        elif isinstance(one, list):
            todo += one
    return found


def test_both_versions_have_the_facts_operations_and_no_others() -> None:
    found = {(method.upper(), path) for path, operations in DOCUMENT["paths"].items() for method in operations}
    wanted = {(one.method, prefix + one.path) for one in golden.OPERATIONS for prefix in ("/videoapi", "/videoapi/v2")}
    assert found == wanted
    assert len(golden.OPERATIONS) == 23


@pytest.mark.parametrize("one", golden.OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
@pytest.mark.parametrize("number", [1, 2])
def test_an_operation_tells_the_facts_statuses_roles_and_parameters(one: golden.Operation, number: int) -> None:
    path = f"/videoapi{'/v2' if number == 2 else ''}{one.path}"
    described = DOCUMENT["paths"][path][one.method.lower()]
    assert one.statuses(number) <= {int(status) for status in described["responses"]}
    assert ("requestBody" in described) == bool(one.body)
    if not (number == 1 and one.path == "/info"):
        assert all(role in described["description"] for role in golden.ROLES[one.roles])
    told = {(item["name"], item["required"]) for item in described.get("parameters", []) if item["in"] == "query"}
    assert told == one.query()


@pytest.mark.parametrize("name", list(golden.FIELDS))
def test_a_schema_has_the_facts_fields_with_their_kinds_and_limits(name: str) -> None:
    schema = SCHEMAS[golden.SCHEMA_NAMES[name]]
    wanted = golden.fields(name)
    assert set(wanted) <= set(schema["properties"]), "every field of the facts is there"
    assert set(schema["properties"]) <= set(wanted), "and no other"
    for field, (is_required, kind) in wanted.items():
        assert not is_required or field in schema["required"], field
        golden.check_kind(field, kind, schema["properties"][field], SCHEMAS, is_answer=name in golden.ANSWERS)


def test_the_closed_sets_are_those_of_the_facts() -> None:
    for name, words in golden.CHOICES.items():
        assert set(SCHEMAS[name[0].upper() + name[1:]]["enum"]) == set(words.split())


def test_every_field_says_whether_it_is_obeyed_and_none_is_told_of_for_nothing() -> None:
    used = {
        field
        for name, schema in SCHEMAS.items()
        if not name.startswith("Fault") and name not in ("Link", "Links", "InfoType")
        for field in schema.get("properties", {})
    }
    assert used <= set(MARKS)
    assert set(MARKS) <= used | {"key", "value"}
    assert MARKS["ivrTheme"][0] is MARKS["conferencingSysId"][0] is MARKS["directMedia"][0] is Mark.STORED


def test_version_1_reaches_no_time_of_version_2_and_the_other_way_round() -> None:
    for path, operations in DOCUMENT["paths"].items():
        reached = _reached(operations)
        timed = {name for name in reached if "date-time" in json.dumps(SCHEMAS[name])}
        if path.startswith("/videoapi/v2"):
            assert not any(name.endswith("V1") for name in reached), path
        else:
            assert not timed, path


def test_examples_are_valid_in_both_versions() -> None:
    for name, example in EXAMPLES.items():
        msgspec.convert(example, getattr(bodies, name))
        for field, value in example.items():
            if field.endswith("Time"):
                read_v2(value, field)
        for field, value in in_v1(example).items():
            if field.endswith("Time"):
                read_v1(value, field)


@pytest.mark.parametrize("v1_lists", ["array", "hal"])
def test_the_document_names_no_host_but_ours(v1_lists: str) -> None:
    text = json.dumps(_document(v1_lists))
    for foreign in ("vconf", "medcom", "kvalitetsit"):
        assert foreign not in text.lower()
