"""Operations on templates and pools, and the facts about the service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

from vdxmedia.api.video import asked
from vdxmedia.api.video.answers import Answers
from vdxmedia.api.video.bodies import SchedulingTemplateRequest
from vdxmedia.api.video.operations import ADMIN, Call, Operation, Pages, Shape
from vdxmedia.api.video.resources import Info, PoolInfo, SchedulingTemplate
from vdxmedia.api.video.versions import Version
from vdxmedia.booking.callers import SEES_ORGANISATION
from vdxmedia.hub.bookings_port import Bookings

Row = TypeVar("Row")


class TemplateOperations:
    def __init__(self, bookings: Bookings, answers: dict[Version, Answers]) -> None:
        self._bookings = bookings
        self._answers = answers

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                "GET",
                "/scheduling-templates",
                "listTemplates",
                "Templates that the organisation can use",
                self.templates,
                answer=SchedulingTemplate,
                shape=Shape.LIST,
                relation="schedulingTemplateDtoList",
            ),
            Operation(
                "POST",
                "/scheduling-templates",
                "createTemplate",
                "Make a template",
                self.create,
                roles=ADMIN,
                body=SchedulingTemplateRequest,
                answer=SchedulingTemplate,
                is_unacceptable=True,
            ),
            Operation(
                "GET",
                "/scheduling-templates/{id}",
                "readTemplate",
                "Read a template",
                self.read,
                answer=SchedulingTemplate,
                can_be_missing=True,
            ),
            Operation(
                "PUT",
                "/scheduling-templates/{id}",
                "replaceTemplate",
                "Replace a template",
                self.replace,
                roles=ADMIN,
                body=SchedulingTemplateRequest,
                answer=SchedulingTemplate,
                can_be_missing=True,
                is_unacceptable=True,
            ),
            Operation(
                "DELETE",
                "/scheduling-templates/{id}",
                "deleteTemplate",
                "Withdraw a template; rooms that were made by it stay",
                self.delete,
                roles=ADMIN,
                shape=Shape.NOTHING,
                can_be_missing=True,
            ),
            Operation(
                "GET",
                "/pool",
                "listPools",
                "Rooms wanted and free, by organisation",
                self.pools,
                answer=PoolInfo,
                shape=Shape.LIST,
                relation="poolInfoDtoList",
            ),
            Operation(
                "GET",
                "/info",
                "readInfo",
                "Facts about the service",
                self.info,
                answer=Info,
                is_open_in_v1=True,
            ),
        )

    async def templates(self, call: Call) -> Pages:
        return Pages(_one_page(await self._bookings.templates(call.caller)), self._answers[call.version].template)

    async def create(self, call: Call) -> SchedulingTemplate:
        made = await self._bookings.add_template(call.caller, asked.template(call.body))
        return self._answers[call.version].template(made)

    async def read(self, call: Call) -> SchedulingTemplate:
        return self._answers[call.version].template(await self._bookings.template(call.caller, call.id))

    async def replace(self, call: Call) -> SchedulingTemplate:
        before = await self._bookings.template(call.caller, call.id)
        made = await self._bookings.replace_template(call.caller, asked.template(call.body, call.id, before=before))
        return self._answers[call.version].template(made)

    async def delete(self, call: Call) -> None:
        await self._bookings.delete_template(call.caller, call.id)

    async def pools(self, call: Call) -> Pages:
        """Who sees his own meetings only is not told the PINs of rooms that others will get."""
        shows_pins = call.caller.has(*SEES_ORGANISATION)
        answers = self._answers[call.version]
        return Pages(
            _one_page(await self._bookings.pools(call.caller)), lambda pool: answers.pool(pool, shows_pins=shows_pins)
        )

    async def info(self, call: Call) -> Info:
        return self._answers[call.version].info()


async def _one_page(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    if rows:
        yield rows
