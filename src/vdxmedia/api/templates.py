"""Templates over our own REST, with the words that people use for them. What the VDX video API says beside stays."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.meetings import MeetingOperations
from vdxmedia.api.messages import ORGANISATION
from vdxmedia.api.operations import Called, Credential, Operation
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.checks import MAX_TEMPLATE_NAME_CHARS
from vdxmedia.booking.choices import Lobby, RoomKind
from vdxmedia.booking.room_options import Template
from vdxmedia.conference.settings import MAX_PARTICIPANTS
from vdxmedia.errors import NotFound
from vdxmedia.hub.bookings_port import Bookings

PATH = "/api/v1/templates"
MAX_OPENS_BEFORE = 24 * 60


class TemplateRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is left out is as its default says, also in a change."""

    name: Annotated[str, Meta(min_length=1, max_length=MAX_TEMPLATE_NAME_CHARS)]
    is_default: Annotated[bool, Meta(description="Of bookings that name none; there is one.")] = False
    lobby: Annotated[Lobby, Meta(description="`knock`: until a host lets each in.")] = Lobby.UNTIL_HOST
    mode: RoomKind = RoomKind.MEETING
    guest_pin_required: bool = False
    guests_muted: Annotated[bool, Meta(description="Guests begin silent, and hosts open their microphones.")] = False
    guests_may_share: bool = True
    opens_before_minutes: Annotated[int, Meta(ge=0, le=MAX_OPENS_BEFORE)] = 15
    max_participants: Annotated[int, Meta(ge=0, le=MAX_PARTICIPANTS, description="0: no limit but the server's.")] = 0
    ends_on_time: Annotated[bool, Meta(description="The call ends at the booked end.")] = False


class TemplateResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: int
    name: Annotated[str, Meta(description="Empty: it was made by the VDX video API.")]
    is_default: bool
    lobby: Lobby
    mode: RoomKind
    guest_pin_required: bool
    guests_muted: bool
    guests_may_share: bool
    opens_before_minutes: int
    max_participants: int
    ends_on_time: bool


class TemplateList(msgspec.Struct, frozen=True, kw_only=True):
    templates: Annotated[list[TemplateResource], Meta(description="The organisation's own, by id.")]


class TemplateOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, meetings: MeetingOperations, bookings: Bookings) -> None:
        self._meetings = meetings
        self._bookings = bookings

    def table(self) -> tuple[Operation, ...]:
        def operation(method: str, path: str, name: str, summary: str, handler: Any, **more: Any) -> Operation:
            given = {"body": None, "answer": None, "status": HTTPStatus.OK} | more
            errors = ("not_permitted", "organisation_unknown", "store_unavailable", *given.pop("errors", ()))
            return Operation(
                method, PATH + path, name, summary, handler, errors=errors,
                credential=Credential.CALLER, query=(ORGANISATION,), tag="Templates",
                audit=None if method == "GET" else BY_DESK, **given,
            )  # fmt: skip

        unknown = ("not_found",)
        return (
            operation("GET", "", "listTemplates", "List the organisation's templates", self._list, answer=TemplateList),
            operation(
                "POST", "", "addTemplate", "Make a template", self._add,
                body=TemplateRequest, answer=TemplateResource, status=HTTPStatus.CREATED,
            ),
            operation(
                "PUT", "/{id}", "changeTemplate", "Change a template; rooms that were made by it stay", self._change,
                body=TemplateRequest, answer=TemplateResource, errors=unknown,
            ),
            operation(
                "DELETE", "/{id}", "deleteTemplate", "Withdraw a template; rooms that were made by it stay",
                self._delete, status=HTTPStatus.NO_CONTENT, errors=unknown,
            ),
        )  # fmt: skip

    async def _list(self, path: Mapping[str, str], called: Called) -> TemplateList:
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        return TemplateList(templates=[_resource(one) for one in await self._bookings.templates(caller)])

    async def _add(self, path: Mapping[str, str], called: Called) -> TemplateResource:
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        return _resource(await self._bookings.add_template(caller, _template(called.body, Template())))

    async def _change(self, path: Mapping[str, str], called: Called) -> TemplateResource:
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        before = await self._own(caller, path["id"])
        return _resource(await self._bookings.replace_template(caller, _template(called.body, before)))

    async def _delete(self, path: Mapping[str, str], called: Called) -> None:
        caller = self._meetings.acting_for(called, path.get(ORGANISATION.name, ""))
        await self._bookings.delete_template(caller, (await self._own(caller, path["id"])).id)

    async def _own(self, caller: Caller, text: str) -> Template:
        """Raises: NotFound."""
        for template in await self._bookings.templates(caller):
            if str(template.id) == text:
                return template
        raise NotFound("the organisation has no such template")


def _template(body: TemplateRequest, before: Template) -> Template:
    options = msgspec.structs.replace(
        before.options,
        lobby=body.lobby,
        kind=body.mode,
        mute_all_guests=body.guests_muted,
        guests_can_present=body.guests_may_share,
    )
    return msgspec.structs.replace(
        before,
        name=body.name.strip(),
        is_default_template=body.is_default,
        guest_pin_required=body.guest_pin_required,
        vmr_available_before=body.opens_before_minutes,
        max_participants=body.max_participants,
        end_meeting_on_end_time=body.ends_on_time,
        options=options,
    )


def _resource(template: Template) -> TemplateResource:
    options = template.options
    return TemplateResource(
        id=template.id,
        name=template.name,
        is_default=template.is_default_template,
        lobby=options.lobby or Lobby.UNTIL_HOST,
        mode=options.kind or RoomKind.MEETING,
        guest_pin_required=template.guest_pin_required,
        guests_muted=bool(options.mute_all_guests),
        guests_may_share=options.guests_can_present is not False,
        opens_before_minutes=template.vmr_available_before,
        max_participants=template.max_participants,
        ends_on_time=template.end_meeting_on_end_time,
    )
