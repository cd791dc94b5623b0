"""Makes the job that deletes records whose term is over, from the settings."""

from __future__ import annotations

from vdxmedia.clock import Clock
from vdxmedia.config import Settings
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.diagnoses import KEPT_S
from vdxmedia.hub.retention import Kind, RetentionJob
from vdxmedia.hub.store_keeping import DAY_S
from vdxmedia.sealing import Sealer
from vdxmedia.store.retention import RetentionRows
from vdxmedia.store.units import Units


def make_retention(settings: Settings, units: Units, sealer: Sealer, clock: Clock, counters: Counters) -> RetentionJob:
    kept, store = settings.retention, settings.store
    kept_s = {
        Kind.MEETINGS: kept.meetings_kept_days * DAY_S,
        Kind.POOL_ROOMS: kept.meetings_kept_days * DAY_S,
        Kind.CALL_NAMES: store.attendance_kept_days * DAY_S,
        Kind.CALLS: kept.calls_kept_days * DAY_S,
        Kind.AUDIT_DAYS: kept.audit_kept_days * DAY_S,
        Kind.IDEMPOTENCY_KEYS: kept.idempotency_keys_kept_days * DAY_S,
        Kind.STAFF_LINKS: 0.0,
        Kind.DIAGNOSES: KEPT_S,
        Kind.CALL_RECORDS: kept.call_records_kept_days * DAY_S,
        Kind.SMS_DAYS: kept.calls_kept_days * DAY_S,
    }
    return RetentionJob(RetentionRows(units, sealer), clock, kept_s, counters)
