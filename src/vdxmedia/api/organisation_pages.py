"""What an organisation's pages may do, over REST: whom people can phone, where a page may lead after a call, who may
show it in a frame, and whether the subject is shown before the call. Its look is `api.branding`.

Kept apart from the look, since these open doors: they are written by administrators only and are in the audit log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.operations import Called, Credential, Operation
from vdxmedia.api.pages import organisation_path
from vdxmedia.booking.access import require
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.origins import MAX_ORIGIN_CHARS, MAX_ORIGINS, checked_origins, frame_origins
from vdxmedia.errors import BadField, NotFound
from vdxmedia.hub.bookings_port import Bookings

PATH = "/api/v1/organisations/{code}/pages"
MAX_HELP_LINE_CHARS = 30
_HELP_LINE = re.compile(r"\+?[0-9][0-9 ()-]{1,28}")

_Origins = Annotated[list[Annotated[str, Meta(max_length=MAX_ORIGIN_CHARS)]], Meta(max_length=MAX_ORIGINS)]


class OrganisationPagesChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is left out stays."""

    help_line: (
        Annotated[str, Meta(max_length=MAX_HELP_LINE_CHARS, description="A telephone number; empty: none.")] | UnsetType
    ) = UNSET
    return_origins: (
        Annotated[_Origins, Meta(description="Where people may be led after a call, as `https://portal.example.dk`.")]
        | UnsetType
    ) = UNSET
    frame_origins: (
        Annotated[
            _Origins,
            Meta(
                description="Who may show the pages below `/o/{code}/` in a frame, beside who may by the server's "
                "configuration. Empty: as the nearest organisation above says."
            ),
        ]
        | UnsetType
    ) = UNSET
    shows_subject: (
        Annotated[
            bool,
            Meta(
                description="Told to guests: before the call to whoever has a link, and in it. It may be a health fact."
            ),
        ]
        | UnsetType
    ) = UNSET


class OrganisationPages(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    organisation: str
    path: Annotated[str, Meta(description="What the organisation's pages begin with, as `/o/aarhus`.")]
    help_line: str
    return_origins: Sequence[str]
    frame_origins: Sequence[str]
    frame_origins_in_force: Annotated[Sequence[str], Meta(description="Its own, or those of the nearest above it.")]
    shows_subject: bool


class OrganisationPagesOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, bookings: Bookings) -> None:
        self._bookings = bookings

    def table(self) -> tuple[Operation, ...]:
        errors = ("not_permitted", "organisation_unknown", "store_unavailable")
        return (
            Operation(
                "GET", PATH, "showOrganisationPages", "Show what an organisation's pages may do", self._show, None,
                OrganisationPages, HTTPStatus.OK, errors, credential=Credential.CALLER, tag="Branding",
            ),
            Operation(
                "PATCH", PATH, "changeOrganisationPages", "Change what an organisation's pages may do", self._change,
                OrganisationPagesChange, OrganisationPages, HTTPStatus.OK, errors,
                credential=Credential.CALLER, audit=BY_DESK, tag="Branding",
            ),
        )  # fmt: skip

    async def _show(self, path: Mapping[str, str], called: Called) -> OrganisationPages:
        return await self._told(await self._visible(_caller(called), path["code"]))

    async def _change(self, path: Mapping[str, str], called: Called) -> OrganisationPages:
        caller, body = _caller(called), called.body
        assert isinstance(body, OrganisationPagesChange)
        changes: dict[str, Any] = {}
        if not isinstance(body.help_line, UnsetType):
            if body.help_line and not _HELP_LINE.fullmatch(body.help_line):
                raise BadField("a telephone number as +45 87 65 43 21", field="$.helpLine")
            changes["help_line"] = body.help_line
        if not isinstance(body.return_origins, UnsetType):
            changes["return_origins"] = checked_origins(body.return_origins, "$.returnOrigins")
        if not isinstance(body.frame_origins, UnsetType):
            changes["frame_origins"] = checked_origins(body.frame_origins, "$.frameOrigins")
        if not isinstance(body.shows_subject, UnsetType):
            changes["shows_subject"] = body.shows_subject
        before = await self._visible(caller, path["code"])
        return await self._told(
            await self._bookings.change_organisation(caller, msgspec.structs.replace(before, **changes))
        )

    async def _visible(self, caller: Caller, code: str) -> Organisation:
        """Raises: NotAllowed, NotFound, also for one that the caller may not see."""
        require(caller, CallerRole.ADMIN)
        tree = await self._bookings.tree()
        found = tree.find(code)
        if found is None or not caller.organisation or not tree.is_at_or_below(code, caller.organisation):
            raise NotFound("there is no such organisation", code="organisation_unknown")
        return found

    async def _told(self, one: Organisation) -> OrganisationPages:
        in_force = one.frame_origins or frame_origins(await self._bookings.tree(), one.parent)
        return OrganisationPages(
            organisation=one.code,
            path=organisation_path(one.code),
            help_line=one.help_line,
            return_origins=one.return_origins,
            frame_origins=one.frame_origins,
            frame_origins_in_force=in_force,
            shows_subject=one.shows_subject,
        )


def _caller(called: Called) -> Caller:
    assert called.caller is not None, "the operation asks for one"
    return called.caller
