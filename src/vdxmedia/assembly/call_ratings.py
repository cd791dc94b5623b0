"""Makes the question after a call."""

from __future__ import annotations

from collections.abc import Sequence

from vdxmedia.api.call_ratings import CallRatingOperations
from vdxmedia.api.operations import Operation
from vdxmedia.hub.call_ratings import CallRatings
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.store_keeping import READ_AFTER_WRITE_S, StoreKeeping
from vdxmedia.store.call_ratings import CallRatingRows
from vdxmedia.store.units import Units


def rating_operations(units: Units, keeping: StoreKeeping, counters: Counters) -> Sequence[Operation]:
    ratings = CallRatings(CallRatingRows(units), lambda: keeping.outbox.flush(READ_AFTER_WRITE_S), counters)
    return CallRatingOperations(ratings).table()
