"""The hub's `RatingStore`: one answer marks its stay and adds to its call's sums, in one transaction."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.hub.call_ratings import CallRating, Rated, Trouble
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.store.schema import call_ratings, call_stays, calls
from vdxmedia.store.units import Units


class CallRatingRows:
    """Safe for several tasks at once."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def add(self, room: RoomId, participant: ParticipantId, rating: CallRating) -> Rated:
        stays = (
            select(call_stays.c.call_id, call_stays.c.has_rated)
            .join(calls, calls.c.call_id == call_stays.c.call_id)
            .where(calls.c.room_id == room, call_stays.c.participant_id == participant)
        )

        async def work(connection: AsyncConnection) -> Rated:
            stay = (await connection.execute(stays)).first()
            if stay is None:
                return Rated.UNKNOWN
            if stay.has_rated:
                return Rated.BEFORE
            of_stay = call_stays.c.call_id == stay.call_id, call_stays.c.participant_id == participant
            await connection.execute(update(call_stays).where(*of_stay).values(has_rated=True))
            insert = (sqlite.insert if self._units.is_sqlite else postgresql.insert)(call_ratings)
            counts = {"answers": 1, **{each.value: int(each in rating.troubles) for each in Trouble}}
            summed = {name: call_ratings.c[name] + insert.excluded[name] for name in counts}
            await connection.execute(
                insert.values(call_id=stay.call_id, score=rating.score, **counts).on_conflict_do_update(
                    index_elements=["call_id", "score"], set_=summed
                )
            )
            return Rated.DONE

        return await self._units.write(work)
