"""Diagnoses on SQLite or PostgreSQL. What is over goes with each new one, and by the retention job."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from vdxmedia.hub.diagnoses import Diagnosis, StoredDiagnosis
from vdxmedia.store.schema import diagnoses
from vdxmedia.store.units import Units


class DiagnosisRows:
    """Implements `hub.diagnoses.DiagnosisStore`. Safe for several tasks at once."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def add(self, one: StoredDiagnosis, *, made_before: int, most: int) -> bool:
        insert = sqlite.insert(diagnoses) if self._units.is_sqlite else postgresql.insert(diagnoses)
        document = msgspec.json.encode(one.diagnosis).decode()
        statement = insert.values(code=one.code, made_at=one.made_at, document=document).on_conflict_do_nothing()

        async def work(connection: AsyncConnection) -> bool:
            await connection.execute(delete(diagnoses).where(diagnoses.c.made_at < made_before))
            there = (await connection.execute(select(func.count()).select_from(diagnoses))).scalar_one()
            if there >= most:
                oldest = select(diagnoses.c.code).order_by(diagnoses.c.made_at).limit(there - most + 1)
                await connection.execute(delete(diagnoses).where(diagnoses.c.code.in_(oldest)))
            return (await connection.execute(statement)).rowcount > 0

        return await self._units.write(work)

    async def by_code(self, code: str) -> StoredDiagnosis | None:
        query = select(diagnoses).where(diagnoses.c.code == code)

        async def work(connection: AsyncConnection) -> StoredDiagnosis | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            diagnosis = msgspec.json.decode(row.document, type=Diagnosis)
            return StoredDiagnosis(code=row.code, made_at=row.made_at, diagnosis=diagnosis)

        return await self._units.read(work)
