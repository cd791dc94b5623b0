"""The OpenAPI document against the server: a bounded number of examples of each operation, always the same ones, finds
no 5xx and no answer that the document does not tell of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.video.servers import VideoServer, Who, video_server

EXAMPLES = 6
"""Of each operation; a few seconds in all."""
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


@pytest.fixture(scope="module", params=["array", "hal"])
def server(request: pytest.FixtureRequest) -> Iterator[VideoServer]:
    with video_server({"booking.provisioning": "external", "booking.v1_lists": request.param}) as running:
        for number in (1, 2):
            running.book(number, labels=["0"])
        yield running


def test_no_answer_is_outside_of_the_document(server: VideoServer) -> None:
    """With lists in their HAL form only what answers with lists is asked again."""
    load_all_checks()
    document = server.raw("GET", "/videoapi/openapi.json", None, {}).json
    operations = [_described(result) for result in schemathesis.openapi.from_dict(document).get_all_operations()]
    assert len(operations) == 46
    statuses: Counter[int] = Counter()
    is_hal = server.server.settings.booking.v1_lists == "hal"
    for operation in operations:
        if not is_hal or "_embedded" in json.dumps(operation.definition.raw):
            _try(operation, server, statuses)
    assert statuses[200] > 10
    assert is_hal or min(statuses[status] for status in (400, 403, 404)) > 0, statuses


def _described(result: Any) -> Any:
    return result.ok()


def _try(operation: Any, server: VideoServer, statuses: Counter[int]) -> None:
    """As who may write, about things that are there; as a provisioner, about anything."""
    number = 2 if operation.path.startswith("/videoapi/v2") else 1
    known = {
        "uuid": server.call(2, "GET", "/meetings?label=0").json[0]["uuid"],
        "id": server.call(2, "GET", "/scheduling-templates").json[0]["id"],
    }

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        for role in ("meeting-admin", "meeting-provisioner-user"):
            if role == "meeting-admin" and operation.method != "delete":
                case.path_parameters.update({name: known[name] for name in case.path_parameters or {}})
            answer = case.call(base_url=server.url, headers=server.credentials(number, Who(role)))
            case.validate_response(answer, checks=CHECKS)
            statuses[answer.status_code] += 1

    ask()
