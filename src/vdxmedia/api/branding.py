"""An organisation's look over REST: shown to pages, set and rolled back by its administrators.

A page shows it by the organisation's code, or a participant's page by its join token. There is no way by short id:
those can be guessed, and a look that differs would tell which of them are in use.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.operations import IF_MATCH, Called, Credential, Header, Operation, Query, Said
from vdxmedia.booking import branding as looks
from vdxmedia.booking.branding import Branding
from vdxmedia.booking.callers import Caller
from vdxmedia.booking.organisations import MAX_CODE_CHARS
from vdxmedia.errors import BadField
from vdxmedia.hub.branding import BrandingDesk, ShownLook, StoredBranding
from vdxmedia.hub.ports import Grant

PATH = "/api/v1/organisations/{code}/branding"
IF_NONE_MATCH = Header("If-None-Match", "The `ETag` of what the page has; 304 when it is still so.", 200)
CACHE = "private, max-age=60"
_TEXT = Annotated[str, Meta(max_length=looks.MAX_TEXT_CHARS)]
_LONG = Annotated[str, Meta(max_length=looks.MAX_LONG_TEXT_CHARS)]
_URL = Annotated[str, Meta(max_length=looks.MAX_URL_CHARS, description="https only.")]
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
    help_url: _URL = ""
    terms_title: Annotated[str, Meta(max_length=looks.MAX_LABEL_CHARS)] = ""
    terms_text: Annotated[
        str, Meta(max_length=looks.MAX_LONG_TEXT_CHARS, description="Accepted before joining; empty: no terms.")
    ] = ""
    terms_button: Annotated[
        str, Meta(max_length=looks.MAX_LABEL_CHARS, description="What the button says; empty: this server's own.")
    ] = ""
    terms_demanded: Annotated[
        bool, Meta(description="A guest whose join does not say that he has accepted them is refused.")
    ] = False
    accessibility_url: Annotated[
        str, Meta(max_length=looks.MAX_URL_CHARS, description="https only; instead of this server's page.")
    ] = ""
    accessibility_text: Annotated[
        str, Meta(max_length=looks.MAX_LONG_TEXT_CHARS, description="On this server's page, before its own text.")
    ] = ""
    privacy_url: _URL = ""
    privacy_text: _LONG = ""
    contact: Annotated[
        str, Meta(max_length=looks.MAX_TEXT_CHARS, description="Whom to write to about accessibility and privacy.")
    ] = ""


class BrandingResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    organisation: Annotated[str, Meta(description="Whose look it is: its own, or one's above it; empty: nobody's.")]
    version: int
    name: Annotated[str, Meta(description="What that organisation is called.")]
    help_line: Annotated[str, Meta(description="Its telephone number.")]
    shows_subject: Annotated[
        bool, Meta(description="A meeting's subject may be shown before the call; set with the organisation's pages.")
    ]
    logo: str
    logo_text: str
    background: str
    text: str
    accent: str
    accent_text: str
    accent_on_background: Annotated[
        str, Meta(description="The accent where it is text on the background: moved until it can be read.")
    ]
    welcome: str
    waiting: str
    ended: str
    links: Sequence[BrandingLink]
    help_url: str
    terms_title: str
    terms_text: str
    terms_button: str
    terms_demanded: bool
    terms_version: Annotated[
        str, Meta(description="Of this very wording; what `acceptsTerms` of a join says. Empty without terms.")
    ]
    accessibility_url: str
    accessibility_text: str
    privacy_url: str
    privacy_text: str
    contact: str
    corrections: Annotated[
        Sequence[str],
        Meta(
            description="What is not shown as it was given or stored: colours that were made readable (4.5:1), a logo "
            "that is no picture any more, a look that does not read and gives way to the one above it."
        ),
    ]


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
                "PUT", PATH, "putBranding", "Set an organisation's look", self._put, BrandingRequest, BrandingResource,
                HTTPStatus.OK, (*ours, "changed_meanwhile"), credential=Credential.CALLER, audit=BY_DESK,
                headers=(IF_MATCH,), has_etag=True, tag="Branding",
            ),
            Operation(
                "GET", PATH + "/versions", "listBrandingVersions", "List the versions of an organisation's look",
                self._versions, None, BrandingVersions, HTTPStatus.OK, ours, credential=Credential.CALLER,
                tag="Branding",
            ),
            Operation(
                "POST", PATH + "/rollback", "rollBackBranding", "Bring an older look back, as a new version",
                self._roll_back, RollBack, BrandingResource, HTTPStatus.OK, ours,
                credential=Credential.CALLER, audit=BY_DESK, has_etag=True, tag="Branding",
            ),
        )  # fmt: skip

    async def _show(self, path: Mapping[str, str], called: Called) -> Said:
        return _said(await self._desk.of(path["organisation"]), path)

    async def _show_own(self, path: Mapping[str, str], grant: Grant) -> Said:
        said = _said(await self._desk.of_room(grant.room), path)
        return Said(said.body, {**said.headers, "Vary": "Authorization"}, said.status)

    async def _put(self, path: Mapping[str, str], called: Called) -> Said:
        body = called.body
        assert isinstance(body, BrandingRequest)
        given = msgspec.structs.asdict(body)
        given["links"] = tuple(looks.Link(label=link.label, url=link.url) for link in body.links)
        stored, result = await self._desk.put(
            _caller(called), path["code"], Branding(**given), version=_version(path.get(IF_MATCH.name, ""))
        )
        return await self._saved(stored, (*result.corrections, *result.notes))

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
        return await self._saved(stored, ())

    async def _saved(self, stored: StoredBranding, corrections: tuple[str, ...]) -> Said:
        shown = await self._desk.shown(stored, corrections)
        return Said(_resource(shown), {"ETag": _etag(shown)})


def _said(shown: ShownLook, asked: Mapping[str, str]) -> Said:
    headers = {"ETag": _etag(shown), "Cache-Control": CACHE}
    known = [tag.strip().removeprefix("W/") for tag in asked.get(IF_NONE_MATCH.name, "").split(",")]
    if _etag(shown) in known:
        return Said(None, headers, HTTPStatus.NOT_MODIFIED)
    return Said(_resource(shown), headers)


def _resource(shown: ShownLook) -> BrandingResource:
    fields: dict[str, Any] = msgspec.structs.asdict(shown.branding)
    fields["links"] = [BrandingLink(label=link.label, url=link.url) for link in shown.branding.links]
    return BrandingResource(
        **fields,
        organisation=shown.organisation,
        version=shown.version,
        name=shown.name,
        help_line=shown.help_line,
        shows_subject=shown.shows_subject,
        terms_version=shown.branding.terms_version,
        accent_on_background=shown.branding.accent_on_background,
        corrections=shown.corrections,
    )


def _etag(shown: ShownLook) -> str:
    """Of all that is told, and in the clear the organisation's own version, for `If-Match`; the rest in hex, as a tag
    may not hold all that a code may (RFC 9110 §8.8.3)."""
    told = f"{shown.organisation}\0{shown.version}\0{shown.name}\0{shown.help_line}\0{shown.shows_subject}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:16]}-{shown.own_version}"'


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
