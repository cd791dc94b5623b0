"""The errors of the VDX video API: which code and status a refusal has in each version, and the two bodies.

    v1   timestamp status error message path [errorCode errorText]
    v2   timestamp status error path detailed_error detailed_error_code     (10 validation, 11 all without a code)

406: the meeting is not in a state for it, or a template cannot be obeyed. 400: the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from vdxmedia.api.problems import STATUS_OF_CODE
from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.errors import BadInput, NotAllowed, NotFound, Refused, VdxError

V2_VALIDATION = 10
V2_GENERAL = 11

V1_NOT_ACCEPTABLE: Mapping[Why, int] = {
    Why.NOT_EDITABLE: 10,
    Why.NOT_DELETABLE: 11,
    Why.URI_SETUP_INVALID: 20,
    Why.NO_FREE_URI: 21,
    Why.GUEST_PIN_RANGE_INVALID: 30,
    Why.HOST_PIN_RANGE_INVALID: 31,
    Why.SECOND_POOL_TEMPLATE: 32,
}
V1_BAD_REQUEST: Mapping[Why, int] = {
    Why.AD_HOC_NOT_ALLOWED: 10,
    Why.NO_FREE_POOL_ROOM: 11,
    Why.EXTERNAL_ID_TAKEN: 12,
    Why.ORGANISATION_UNKNOWN: 13,
    Why.NO_POOL: 14,
    Why.SHORT_ID_FAILED: 20,
    Why.YEAR_TOO_LONG: 30,
    Why.TEMPLATE_UNKNOWN: 40,
    Why.TEMPLATE_OF_ANOTHER: 41,
    Why.RANGE_HALF: 50,
    Why.RESERVATION_UNKNOWN: 60,
    Why.NULL_NOT_ALLOWED: 70,
    Why.CUSTOM_URI_NOT_ALLOWED: 80,
    Why.URI_TAKEN: 90,
    Why.URI_CHARACTERS: 100,
    Why.RESERVATION_WITH_PIN: 110,
    Why.KEYS_REPEAT: 120,
}
V2_CODES: Mapping[Why, int] = {
    Why.NOT_EDITABLE: 12,
    Why.NOT_DELETABLE: 13,
    Why.URI_SETUP_INVALID: 14,
    Why.NO_FREE_URI: 15,
    Why.GUEST_PIN_RANGE_INVALID: 16,
    Why.HOST_PIN_RANGE_INVALID: 17,
    Why.SECOND_POOL_TEMPLATE: 18,
    Why.AD_HOC_NOT_ALLOWED: 19,
    Why.NO_FREE_POOL_ROOM: 20,
    Why.EXTERNAL_ID_TAKEN: 21,
    Why.ORGANISATION_UNKNOWN: 22,
    Why.NO_POOL: 23,
    Why.SHORT_ID_FAILED: 24,
    Why.YEAR_TOO_LONG: 25,
    Why.TEMPLATE_UNKNOWN: 26,
    Why.TEMPLATE_OF_ANOTHER: 27,
    Why.RANGE_HALF: 28,
    Why.RESERVATION_UNKNOWN: 29,
    Why.NULL_NOT_ALLOWED: 30,
    Why.CUSTOM_URI_NOT_ALLOWED: 31,
    Why.URI_TAKEN: 32,
    Why.URI_CHARACTERS: 33,
    Why.RESERVATION_WITH_PIN: 34,
    Why.KEYS_REPEAT: 35,
    Why.NO_CRITERION: 36,
}
WITHOUT_CODE = frozenset({Why.UUID_TAKEN})
"""Reasons that VDX has no number for: 400, in version 2 with the number of validation."""


class FaultV1(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    timestamp: str
    status: int
    error: str
    """The status in words."""
    message: str
    path: str
    error_code: int | None = None
    error_text: str | None = None
    """As `message`."""


class FaultV2(msgspec.Struct, frozen=True, kw_only=True):
    timestamp: str
    status: int
    error: str
    """The status in words."""
    path: str
    detailed_error: str
    detailed_error_code: Annotated[str, Meta(pattern=r"^(1[0-9]|2[0-9]|3[0-6])$")]
    """A number, as text: 10 to 36."""


class Fault(msgspec.Struct, frozen=True):
    """An error before it has a version's form."""

    status: int
    text: str
    v1_code: int | None = None
    v2_code: int = V2_GENERAL
    retry_after_s: float | None = None


def fault_of(error: VdxError) -> Fault:
    """Status and codes of what a desk or a check raised; 500 for what none of them may raise."""
    if isinstance(error, BookingRefused):
        v2_code = V2_CODES.get(error.why, V2_VALIDATION)
        if error.why in V1_NOT_ACCEPTABLE:
            return Fault(HTTPStatus.NOT_ACCEPTABLE, error.text, V1_NOT_ACCEPTABLE[error.why], v2_code)
        return Fault(HTTPStatus.BAD_REQUEST, error.text, V1_BAD_REQUEST.get(error.why), v2_code)
    known = STATUS_OF_CODE.get(error.code, 0)
    if isinstance(error, NotFound):
        return Fault(HTTPStatus.NOT_FOUND, error.text)
    if isinstance(error, NotAllowed):
        is_unknown = known == HTTPStatus.UNAUTHORIZED
        return Fault(HTTPStatus.UNAUTHORIZED if is_unknown else HTTPStatus.FORBIDDEN, error.text)
    if isinstance(error, BadInput):
        if known == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Fault(known, error.text)
        field = getattr(error, "field", "")
        text = f"{str(field).removeprefix('$.')}: {error.text}" if field else error.text
        return Fault(HTTPStatus.BAD_REQUEST, text, None, V2_VALIDATION)
    if isinstance(error, Refused):
        return Fault(known or HTTPStatus.SERVICE_UNAVAILABLE, error.text, retry_after_s=error.retry_after_s)
    return Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "The fault is ours and has been logged.")


def fault_response(fault: Fault, *, is_v1: bool, path: str, timestamp: str) -> web.Response:
    body: FaultV1 | FaultV2
    phrase = HTTPStatus(fault.status).phrase
    if is_v1:
        body = FaultV1(
            timestamp=timestamp,
            status=fault.status,
            error=phrase,
            message=fault.text,
            path=path,
            error_code=fault.v1_code,
            error_text=None if fault.v1_code is None else fault.text,
        )
    else:
        body = FaultV2(
            timestamp=timestamp,
            status=fault.status,
            error=phrase,
            path=path,
            detailed_error=fault.text,
            detailed_error_code=str(fault.v2_code),
        )
    response = web.Response(status=fault.status, body=msgspec.json.encode(body), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if fault.retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, round(fault.retry_after_s)))
    if fault.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="vdxmedia"'
    return response
