from __future__ import annotations

import json

import pytest

from tests.contract.video.golden import V1_400, V1_406, V2_CODES
from vdxmedia.api.video.faults import WITHOUT_CODE, fault_of, fault_response
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.errors import BadField, BadInput, NotAllowed, NotFound, Refused, VdxError


def _bodies(error: VdxError) -> tuple[dict[str, object], dict[str, object]]:
    fault = fault_of(error)
    first, second = (
        json.loads(fault_response(fault, is_v1=is_v1, path="/videoapi/x", timestamp="2026-01-31T11:00:00Z").body)  # type: ignore[arg-type]
        for is_v1 in (True, False)
    )
    return first, second


@pytest.mark.parametrize("why", list(Why))
def test_each_reason_has_the_facts_status_and_code_in_both_versions(why: Why) -> None:
    first, second = _bodies(BookingRefused(why, "said"))
    if why is Why.NO_CRITERION:
        assert (first["status"], "errorCode" in first) == (400, False)
    elif why in WITHOUT_CODE:
        assert (first["status"], "errorCode" in first, second["detailed_error_code"]) == (400, False, "10")
        return
    elif why in V1_406:
        assert (first["status"], first["errorCode"]) == (406, V1_406[why])
    else:
        assert (first["status"], first["errorCode"]) == (400, V1_400[why])
    assert (second["status"], second["detailed_error_code"]) == V2_CODES[why]


def test_both_bodies_have_the_facts_members() -> None:
    first, second = _bodies(BookingRefused(Why.URI_TAKEN, "said"))
    assert set(first) == {"timestamp", "status", "error", "message", "path", "errorCode", "errorText"}
    assert set(second) == {"timestamp", "status", "error", "path", "detailed_error", "detailed_error_code"}
    assert first["errorText"] == first["message"] == second["detailed_error"] == "said"
    assert first["error"] == second["error"] == "Bad Request"


@pytest.mark.parametrize(
    ("error", "status", "v2_code"),
    [
        (BadField("too long", field="$.subject"), 400, "10"),
        (BadInput("no JSON", code="bad_message"), 400, "10"),
        (BadInput("too large", code="message_too_large"), 413, "11"),
        (NotAllowed("no token", code="token_missing"), 401, "11"),
        (NotAllowed("old token", code="token_expired"), 401, "11"),
        (NotAllowed("role"), 403, "11"),
        (NotFound("nothing", code="meeting_unknown"), 404, "11"),
        (Refused("later", code="rate_limited", retry_after_s=2.0), 429, "11"),
        (Refused("disk", code="store_unavailable"), 503, "11"),
        (VdxError("ours"), 500, "11"),
    ],
)
def test_other_errors_have_a_status_and_no_code_of_version_1(error: VdxError, status: int, v2_code: str) -> None:
    first, second = _bodies(error)
    assert first["status"] == second["status"] == status
    assert "errorCode" not in first
    assert second["detailed_error_code"] == v2_code


def test_who_must_wait_is_told_how_long_and_a_fault_of_ours_tells_nothing() -> None:
    fault = fault_of(Refused("later", code="rate_limited", retry_after_s=2.4))
    assert fault_response(fault, is_v1=True, path="/", timestamp="").headers["Retry-After"] == "2"
    assert "secret" not in json.dumps(_bodies(VdxError("secret")))
