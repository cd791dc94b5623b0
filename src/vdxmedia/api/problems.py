"""Errors over HTTP: RFC 9457 problem documents with a stable `code`, one middleware for the whole API.

Clients may rely on `status`, `code`, `field` and `retryAfter`; `title` and `detail` are for people who debug. An
unexpected exception becomes a bare 500: it is logged here, at the request's root, and nothing of it is shown.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from vdxmedia.booking.refusals import Why
from vdxmedia.errors import BadField, VdxError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

STATUS_OF_CODE: dict[str, int] = {
    "bad_message": 400,
    "validation_failed": 422,
    "message_too_large": 413,
    "token_missing": 401,
    "token_invalid": 401,
    "token_expired": 401,
    "key_missing": 401,
    "key_invalid": 401,
    "session_ended": 401,
    "cross_site": 403,
    "sign_in_failed": 403,
    "sign_in_refused": 403,
    "password_wrong": 403,
    "password_short": 422,
    "password_guessable": 422,
    "not_permitted": 403,
    "not_found": 404,
    "room_unknown": 404,
    "participant_unknown": 404,
    "call_unknown": 404,
    "rated_already": 409,
    "method_not_allowed": 405,
    "media_type_unsupported": 415,
    "meeting_unknown": 404,
    "invitation_unknown": 404,
    "diagnosis_unknown": 404,
    "cursor_invalid": 422,
    "idempotency_key_reused": 422,
    "request_in_progress": 409,
    "changed_meanwhile": 412,
    "too_many_invitations": 409,
    "pin_locked": 429,
    "room_full": 409,
    "room_not_open": 409,
    "room_closed": 409,
    "rate_limited": 429,
    "meeting_over": 409,
    "too_many_messages": 409,
    "sms_quota_spent": 429,
    "sms_unavailable": 503,
    "rooms_full": 503,
    "store_unavailable": 503,
    "server_stopping": 503,
    "media_busy": 503,
    "echoes_full": 503,
    "sdp_invalid": 422,
    "sdp_unsupported": 422,
    "issuer_unavailable": 503,
    "server_busy": 503,
}
"""A code that is not here is a fault of ours: 500."""

_OF_THE_REQUEST = frozenset(
    {
        Why.YEAR_TOO_LONG,
        Why.RANGE_HALF,
        Why.NULL_NOT_ALLOWED,
        Why.URI_CHARACTERS,
        Why.RESERVATION_WITH_PIN,
        Why.KEYS_REPEAT,
        Why.NO_CRITERION,
    }
)
"""Wrong whenever they are asked; the others depend on what else there is."""
STATUS_OF_CODE |= {why.value: 422 if why in _OF_THE_REQUEST else 409 for why in Why}
STATUS_OF_CODE[Why.ORGANISATION_UNKNOWN] = 404
"""It is named by paths too."""

_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "message_too_large", 415: "media_type_unsupported"}


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """RFC 9457 §3.1, with our members `code`, `field` and `retryAfter`."""

    type: str
    """`urn:vdxmedia:problem:CODE`"""
    title: str
    status: int
    code: str
    """Stable; listed in docs/protocol.md."""
    detail: str = ""
    field: str | None = None
    """Path of the wrong field, as `$.closesAt`."""
    retry_after: float | None = None
    """Seconds after which the same request may succeed; also in the header `Retry-After`."""


def problem_response(
    code: str, detail: str = "", *, field: str | None = None, retry_after_s: float | None = None, status: int = 0
) -> web.Response:
    status = status or STATUS_OF_CODE.get(code, 500)
    problem = Problem(
        type=f"urn:vdxmedia:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        field=field,
        retry_after=retry_after_s,
    )
    response = web.Response(status=status, body=msgspec.json.encode(problem))
    response.content_type = CONTENT_TYPE
    response.headers["Cache-Control"] = "no-store"
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, round(retry_after_s)))
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="vdxmedia"'
    return response


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error under `/api/` into a problem document; pages keep aiohttp's plain texts."""
    is_api = request.path.startswith("/api/")
    try:
        return await handler(request)
    except VdxError as error:
        field = error.field if isinstance(error, BadField) else None
        return problem_response(error.code, error.text, field=field, retry_after_s=error.retry_after_s)
    except web.HTTPException as answer:
        if not is_api or answer.status < 400:
            raise
        response = problem_response(
            _CODE_OF_STATUS.get(answer.status, "bad_message"), answer.reason, status=answer.status
        )
        if "Allow" in answer.headers:
            response.headers["Allow"] = answer.headers["Allow"]
        return response
    except Exception:
        logger.exception("request_failed method=%s route=%s", request.method, route_name(request))
        return problem_response("internal", "The fault is ours and has been logged.")


def route_name(request: web.Request) -> str:
    """The route's pattern, never the path: safe for logs and as a metric's label."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"
