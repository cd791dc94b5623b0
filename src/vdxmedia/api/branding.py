"""An organisation's look over REST: shown to pages, set and rolled back by its administrators.

A page shows it by the organisation's code, or a participant's page by its join token. There is no way by short id:
those can be guessed, and a look that differs would tell which of them are in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vdxmedia.api.operations import IF_MATCH, Called, Credential, Header, Operation, Query, Said
from vdxmedia.booking import branding as looks
from vdxmedia.booking.branding import Branding
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.organisations import MAX_CODE_CHARS
from vdxmedia.errors import BadField
from vdxmedia.hub.branding import BrandingDesk, StoredBranding
from vdxmedia.hub.ports import Grant

PATH = "/api/v1/organisations/{code}/branding"
IF_NONE_MATCH = Header("If-None-Match", "The `ETag` of what the page has; 304 when it is still so.", 200)
CACHE = "private, max-age=60"
_TEXT = Annotated[str, Meta(max_length=looks.MAX_TEXT_CHARS)]
_COLOUR = Annotated[str, Meta(description="As `#1a2b3c`; empty: this server's own.", max_length=7)]


class BrandingLink(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    label: Annotated[str, Meta(min_length=1, max_length=looks.MAX_LABEL_CHARS)]
    url: Annotated[str, Meta(max_length=looks.MAX_URL_CHARS, description="https only.")]


class BrandingRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The whole look; what is left out is this server's own."""

    logo: Annotated[str, Meta(description="`data:image/png;base64,…`, at most 40,000 bytes and 1024 by 512.")] = ""
    logo_text: Annotated[str, Meta(max_length=looks.MAX_LABEL_CHARS)] = ""
    background: _COLOUR = ""
    text: _COLOUR = ""
    accent: _COLOUR = ""
    accent_text: _COLOUR = ""
    welcome: _TEXT = ""
    waiting: _TEXT = ""
    ended: _TEXT = ""
    links: Annotated[list[BrandingLink], Meta(max_length=looks.MAX_LINKS)] = []


class BrandingResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    organisation: Annotated[str, Meta(description="Whose look it is: its own, or one's above it; empty: nobody's.")]
    version: int
    logo: str
    logo_text: str
    background: str
    text: str
    accent: str
    accent_text: str
    welcome: str
    waiting: str
    ended: str
    links: Sequence[BrandingLink]


class BrandingSaved(BrandingResource, frozen=True, kw_only=True, rename="camel"):
    corrections: Annotated[Sequence[str], Meta(description="Colours that were made readable (4.5:1).")]


class BrandingVersion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    version: int
    made_at: datetime


class BrandingVersions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    versions: Annotated[Sequence[BrandingVersion], Meta(description="The newest first: it is in force.")]


class RollBack(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1)]


class BrandingOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, desk: BrandingDesk) -> None:
        self._desk = desk

    def table(self) -> tuple[Operation, ...]:
        ours = ("not_permitted", "not_found", "store_unavailable")
        organisation = Query("organisation", (), "Its code.", max_chars=MAX_CODE_CHARS, is_required=True)
        return (
            Operation(
                "GET", "/api/v1/branding", "showBranding", "Show an organisation's look, its own or inherited",
                self._show, None, BrandingResource, HTTPStatus.OK, ("store_unavailable",),
                credential=Credential.NONE, query=(organisation,), headers=(IF_NONE_MATCH,), has_etag=True,
                tag="Branding",
            ),
            Operation(
                "GET", "/api/v1/branding/own", "showOwnBranding", "Show a participant the look of his meeting",
                self._show_own, None, BrandingResource, HTTPStatus.OK, ("store_unavailable",),
                credential=Credential.JOIN_TOKEN, headers=(IF_NONE_MATCH,), has_etag=True, tag="Branding",
            ),
            Operation(
                "PUT", PATH, "putBranding", "Set an organisation's look", self._put, BrandingRequest, BrandingSaved,
                HTTPStatus.OK, (*ours, "changed_meanwhile"), credential=Credential.CALLER, headers=(IF_MATCH,),
                has_etag=True, tag="Branding",
            ),
            Operation(
                "GET", PATH + "/versions", "listBrandingVersions", "List the versions of an organisation's look",
                self._versions, None, BrandingVersions, HTTPStatus.OK, ours, credential=Credential.CALLER,
                tag="Branding",
            ),
            Operation(
                "POST", PATH + "/rollback", "rollBackBranding", "Bring an older look back, as a new version",
                self._roll_back, RollBack, BrandingResource, HTTPStatus.OK, ours,
                credential=Credential.CALLER, has_etag=True, tag="Branding",
            ),
        )  # fmt: skip

    async def _show(self, path: Mapping[str, str], called: Called) -> Said:
        return _said(await self._desk.of(path["organisation"]), path)

    async def _show_own(self, path: Mapping[str, str], grant: Grant) -> Said:
        return _said(await self._desk.of_room(grant.room), path)

    async def _put(self, path: Mapping[str, str], called: Called) -> Said:
        body = called.body
        assert isinstance(body, BrandingRequest)
        given = msgspec.structs.asdict(body)
        given["links"] = tuple(looks.Link(label=link.label, url=link.url) for link in body.links)
        stored, result = await self._desk.put(
            _caller(called), path["code"], Branding(**given), version=_version(path.get(IF_MATCH.name, ""))
        )
        saved = BrandingSaved(**_fields(stored), corrections=result.corrections)
        return Said(saved, {"ETag": _etag(stored)})

    async def _versions(self, path: Mapping[str, str], called: Called) -> BrandingVersions:
        found = await self._desk.versions(_caller(called), path["code"])
        return BrandingVersions(
            versions=[
                BrandingVersion(version=one.version, made_at=datetime.fromtimestamp(one.made_at, UTC)) for one in found
            ]
        )

    async def _roll_back(self, path: Mapping[str, str], called: Called) -> Said:
        body = called.body
        assert isinstance(body, RollBack)
        stored = await self._desk.roll_back(_caller(called), path["code"], body.version)
        return Said(BrandingResource(**_fields(stored)), {"ETag": _etag(stored)})


def _said(stored: StoredBranding, asked: Mapping[str, str]) -> Said:
    headers = {"ETag": _etag(stored), "Cache-Control": CACHE}
    known = [tag.strip().removeprefix("W/") for tag in asked.get(IF_NONE_MATCH.name, "").split(",")]
    if _etag(stored) in known:
        return Said(None, headers, HTTPStatus.NOT_MODIFIED)
    return Said(BrandingResource(**_fields(stored)), headers)


def _fields(stored: StoredBranding) -> dict[str, Any]:
    fields = msgspec.structs.asdict(stored.branding)
    links = [BrandingLink(label=link.label, url=link.url) for link in stored.branding.links]
    return {**fields, "links": links, "organisation": stored.organisation, "version": stored.version}


def _etag(stored: StoredBranding) -> str:
    """Of one organisation's version; its code may hold what a tag may not (RFC 9110 §8.8.3)."""
    return f'"{stored.organisation.encode().hex()}-{stored.version}"'


def _version(tag: str) -> int | None:
    """Of `If-Match`; None: any. Raises: BadField."""
    if tag in ("", "*"):
        return None
    number = tag.strip().strip('"').rpartition("-")[2]
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise BadField("an ETag of this branding", field="If-Match")
    return int(number)


def _caller(called: Called) -> Caller:
    assert called.caller is not None, "the operation asks for one"
    return called.caller
