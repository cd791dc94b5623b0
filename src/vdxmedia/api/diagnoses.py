"""What a page tells of its connection, for the help desk: kept under a short code, read with an API key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import OF_ONESELF
from vdxmedia.api.operations import Credential, Joined, Operation
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.hub.diagnoses import KEPT_S, Diagnoses, Diagnosis, StoredDiagnosis

EVERY_S = 10.0
BURST = 10.0
"""Of one room: everybody in it at once, and then one each ten seconds."""


class DiagnosisKept(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    code: Annotated[str, Meta(description="Four letters and digits that can be said on the telephone.")]
    expires_at: datetime


class DiagnosisResource(DiagnosisKept, frozen=True, kw_only=True, rename="camel"):
    made_at: datetime
    diagnosis: Diagnosis


class DiagnosisOperations:
    """The handlers. `per_room`: its key is the room."""

    def __init__(self, diagnoses: Diagnoses, per_room: RateLimit) -> None:
        self._diagnoses = diagnoses
        self._per_room = per_room

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "POST", "/api/v1/diagnoses", "sendDiagnosis",
                "Keep what a page knows of its connection for 7 days, without personal data",
                self._send, body=Diagnosis, answer=DiagnosisKept, status=HTTPStatus.CREATED,
                errors=("store_unavailable", "server_busy"),
                credential=Credential.JOIN_TOKEN, audit=OF_ONESELF, tag="Diagnoses",
            ),
            Operation(
                "GET", "/api/v1/diagnoses/{code}", "showDiagnosis", "Show what a page sent under this code",
                self._show, body=None, answer=DiagnosisResource, status=HTTPStatus.OK,
                errors=("diagnosis_unknown", "validation_failed", "store_unavailable"), tag="Diagnoses",
            ),
        )  # fmt: skip

    async def _send(self, path: Mapping[str, str], joined: Joined) -> DiagnosisKept:
        self._per_room.spend(joined.grant.room)
        kept = await self._diagnoses.keep(joined.body)
        return DiagnosisKept(code=kept.code, expires_at=_moment(kept.made_at + KEPT_S))

    async def _show(self, path: Mapping[str, str], body: None) -> DiagnosisResource:
        return _resource(await self._diagnoses.find(path["code"]))


def _resource(kept: StoredDiagnosis) -> DiagnosisResource:
    return DiagnosisResource(
        code=kept.code,
        made_at=_moment(kept.made_at),
        expires_at=_moment(kept.made_at + KEPT_S),
        diagnosis=kept.diagnosis,
    )


def _moment(unix_s: int) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
