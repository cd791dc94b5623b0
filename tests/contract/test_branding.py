"""Brandings over REST and on the store: in versions, inherited, rolled back, by those who may."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from sqlalchemy import update

from tests.unit.booking.test_branding import data_url, png
from vdxmedia.api.branding import BrandingOperations
from vdxmedia.api.operations import Access, route
from vdxmedia.api.organisation_pages import OrganisationPagesOperations
from vdxmedia.api.problems import problem_middleware
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.branding import MAX_VERSIONS, BrandingDesk
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.ports import Grant
from vdxmedia.sealing import Sealer
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.brandings import Brandings
from vdxmedia.store.database import Database
from vdxmedia.store.schema import brandings

SEALER = Sealer([b"k" * 32])
NOW = 1_800_000_000


class ByHeader:
    """The caller as the test says."""

    async def authenticate(self, request: web.BaseRequest) -> Caller:
        if "X-Org" not in request.headers:
            raise NotAllowed("send a token", code="token_missing")
        return Caller(
            organisation=request.headers["X-Org"],
            email="a@b.dk",
            roles=frozenset({CallerRole(request.headers["X-Role"])}),
        )


class JoinTokens:
    room = ""

    def authenticate(self, request: web.BaseRequest) -> Grant:
        return Grant(
            room=self.room,  # type: ignore[arg-type]
            identity="",
            role="guest",  # type: ignore[arg-type]
            name=None,
            organisation="",
            function="",
            can_publish=frozenset(),
            can_subscribe=True,
            expires_at=0,
        )


class Api:
    def __init__(
        self,
        http: ClientSession,
        url: str,
        desk: BookingDesk,
        database: Database,
        tokens: JoinTokens,
        counters: Counters,
    ) -> None:
        self.http, self.url, self.desk, self.database, self.tokens = http, url, desk, database, tokens
        self.counters = counters

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        org: str = "hospital",
        role: str = "meeting-admin",
        **headers: str,
    ) -> tuple[int, Any, str]:
        sent = {"X-Org": org, "X-Role": role, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.http.request(method, self.url + path, json=body, headers=sent) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None, answer.headers.get("ETag", "")

    async def put(self, body: Any, code: str = "hospital", **how: Any) -> tuple[int, Any, str]:
        return await self.ask("PUT", f"/api/v1/organisations/{code}/branding", body, **how)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    clock, tokens = ManualClock(NOW), JoinTokens()
    set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
    desk = BookingDesk(BookingDatabase(database.units, SEALER), clock, set_up)
    parents = {"region": "", "hospital": "region", "ward": "hospital", "other": ""}
    named = {"hospital": {"name": "Hospitalet", "help_line": "87654321"}}
    await desk.seed([Organisation(code=code, parent=parent, **named.get(code, {})) for code, parent in parents.items()])
    counters = Counters()
    branding = BrandingDesk(Brandings(database.units, SEALER), desk, clock, counters)
    unused: Any = None
    shown: Any = tokens
    access = Access(keys=unused, join_tokens=shown, callers=ByHeader(), address_of=lambda asked: "", audit=unused)
    application = web.Application(middlewares=[problem_middleware])
    table = (*BrandingOperations(branding).table(), *OrganisationPagesOperations(desk).table())
    application.add_routes([route(each, access) for each in table])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as http:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield Api(http, url, desk, database, tokens, counters)
    await runner.cleanup()


async def test_look_is_set_corrected_and_shown_to_those_below_too(api: Api) -> None:
    look = {"logo": data_url(png()), "logoText": "H", "text": "#777777", "background": "#ffffff", "welcome": "Hej"}
    status, saved, tag = await api.put({**look, "links": [{"label": "Hjælp", "url": "https://example.dk"}]})
    assert (status, saved["version"], len(saved["corrections"])) == (200, 1, 1)
    status, shown, inherited = await api.ask("GET", "/api/v1/branding?organisation=ward")
    assert status == 200
    assert shown == {**saved, "corrections": []}
    assert (shown["organisation"], shown["links"][0]["url"]) == ("hospital", "https://example.dk")
    for above in ("region", "other", "nobody"):
        status, none, _ = await api.ask("GET", f"/api/v1/branding?organisation={above}")
        assert (status, none["version"], none["organisation"], none["logo"]) == (200, 0, "", "")
    assert (await api.ask("GET", "/api/v1/branding?organisation=ward", If_None_Match=inherited))[:2] == (304, None)
    assert (await api.ask("GET", "/api/v1/branding?organisation=hospital", If_None_Match=tag))[:2] == (304, None)
    # The ward has none of its own, and that is what its first one is made from.
    assert (await api.put({"welcome": "Hej"}, "ward", If_Match=inherited))[0] == 200
    assert (await api.put({"welcome": "Dav"}, "ward", If_Match=inherited))[0] == 412


async def test_look_tells_the_name_and_number_of_its_organisation_and_the_version_of_its_terms(api: Api) -> None:
    terms = {"termsTitle": "Vilkår", "termsText": "Mødet optages ikke.", "termsDemanded": True}
    first = (await api.put({**terms, "helpUrl": "https://example.dk/help"}))[1]
    assert (first["name"], first["helpLine"], first["showsSubject"]) == ("Hospitalet", "87654321", False)
    assert len(first["termsVersion"]) == 16
    again = (await api.put({**terms, "accent": "#003d73"}))[1]
    assert again["termsVersion"] == first["termsVersion"], "only the wording counts"
    assert (await api.put({**terms, "termsText": "Andet"}))[1]["termsVersion"] != first["termsVersion"]
    assert (await api.put({"welcome": "x"}))[1]["termsVersion"] == ""


@pytest.mark.parametrize(
    ("document", "metric", "shown", "told"),
    [
        ('{"welcome": 7}', "brandings_unreadable", "Region", "does not read"),
        ("{", "brandings_unreadable", "Region", "does not read"),
        (f'{{"welcome": "{"x" * 501}"}}', "brandings_unreadable", "Region", "$.welcome"),
        ('{"welcome": "Hospital", "fontUrl": "x"}', "brandings_mended", "Hospital", "$.fontUrl"),
        ('{"welcome": "Hospital", "logo": "data:image/png;base64,AAAA", "logoText": "H"}', "brandings_mended",
         "Hospital", "$.logo"),
        ('{"welcome": "Hospital", "text": "#fefefe"}', "brandings_mended", "Hospital", "$.text"),
    ],
)  # fmt: skip
async def test_stored_look_that_cannot_be_shown_as_it_is_gives_way_and_is_reported(
    api: Api, caplog: pytest.LogCaptureFixture, document: str, metric: str, shown: str, told: str
) -> None:
    await api.put({"welcome": "Region"}, "region", org="region")
    await api.put({"welcome": "before"})
    await api.database.units.write(
        lambda connection: connection.execute(
            update(brandings).where(brandings.c.organisation == "hospital").values(document=document)
        )
    )
    for _ in range(2):
        status, look, tag = await api.ask("GET", "/api/v1/branding?organisation=hospital")
        assert (status, look["welcome"], look["logo"]) == (200, shown, "")
        assert told in look["corrections"][0]
    assert api.counters.totals() == {metric: 1}
    assert caplog.text.count("branding_not_as_stored organisation=hospital version=1") == 1
    caplog.clear()
    assert (await api.put({"welcome": "after"}, If_Match=tag))[0] == 200
    assert (await api.ask("GET", "/api/v1/branding?organisation=ward"))[1]["welcome"] == "after"


async def test_participant_is_shown_the_look_of_his_meeting(api: Api) -> None:
    await api.put({"welcome": "Hej"})
    admin = Caller(organisation="ward", email="a@b.dk", roles=frozenset({CallerRole.ADMIN}))
    booked = await api.desk.book(admin, NewMeeting(subject="x", starts_at=NOW, ends_at=NOW + 60))
    api.tokens.room = booked.room.room_id
    assert (await api.ask("GET", "/api/v1/branding/own"))[1]["welcome"] == "Hej"
    api.tokens.room = "another"
    assert (await api.ask("GET", "/api/v1/branding/own"))[1]["version"] == 0


async def test_older_version_is_brought_back_as_a_new_one(api: Api) -> None:
    for number in range(3):
        await api.put({"welcome": f"v{number}"})
    await api.put({"welcome": "v2"})
    _, listed, _ = await api.ask("GET", "/api/v1/organisations/hospital/branding/versions")
    assert [each["version"] for each in listed["versions"]] == [3, 2, 1], "what changes nothing is no version"
    path = "/api/v1/organisations/hospital/branding/rollback"
    assert (await api.ask("POST", path, {"version": 1}))[1] | {"version": 4, "welcome": "v0"} == (
        await api.ask("GET", "/api/v1/branding?organisation=hospital")
    )[1]
    assert (await api.ask("POST", path, {"version": 9}))[0] == 404
    log = AuditLog(api.database.units, SEALER)
    notes = [line.entry async for line in log.entries("hospital", "2027-01-15")]
    assert [(note.operation.value, note.resource, note.fields) for note in notes] == [
        ("create", "branding", ("welcome",)),
        *[("update", "branding", ("welcome",))] * 3,
    ]


async def test_only_the_newest_versions_are_kept(api: Api) -> None:
    for number in range(MAX_VERSIONS + 3):
        await api.put({"welcome": f"v{number}"})
    _, listed, _ = await api.ask("GET", "/api/v1/organisations/hospital/branding/versions")
    assert [each["version"] for each in listed["versions"]] == list(range(MAX_VERSIONS + 3, 3, -1))


async def test_change_made_from_an_older_version_is_refused(api: Api) -> None:
    _, _, first = await api.put({"welcome": "1"})
    assert (await api.put({"welcome": "2"}, If_Match=first))[0] == 200
    status, problem, _ = await api.put({"welcome": "3"}, If_Match=first)
    assert (status, problem["code"]) == (412, "changed_meanwhile")
    assert (await api.put({"welcome": "3"}, If_Match='"x-nonsense"'))[0] == 422


@pytest.mark.parametrize("method", ["PUT", "POST", "GET"])
async def test_administrators_of_the_organisation_and_those_above_may_and_nobody_else(api: Api, method: str) -> None:
    end, body = {"PUT": ("", {}), "POST": ("/rollback", {"version": 1}), "GET": ("/versions", None)}[method]
    await api.put({"welcome": "x"})

    async def status(org: str, role: str = "meeting-admin", code: str = "hospital") -> int:
        return (await api.ask(method, f"/api/v1/organisations/{code}/branding{end}", body, org=org, role=role))[0]

    assert [await status(org) for org in ("hospital", "region")] == [200, 200]
    assert [await status(org) for org in ("ward", "other", "")] == [404, 404, 404]
    assert await status("hospital", code="nobody") == 404
    assert {await status("hospital", role) for role in CallerRole if role is not CallerRole.ADMIN} == {403}


@pytest.mark.parametrize(
    "body",
    [
        {"logo": "data:image/svg+xml,<svg/>", "logoText": "H"},
        {"accent": "red"},
        {"links": [{"label": "x", "url": "http://example.dk"}]},
        {"unknown": 1},
        {"welcome": "x" * 501},
        {"helpUrl": "http://example.dk"},
        {"privacyUrl": "javascript:alert(1)"},
        {"termsText": " ", "termsDemanded": True},
        {"accessibilityText": "x" * 2_001},
    ],
)
async def test_what_cannot_be_shown_safely_is_refused_by_its_field(api: Api, body: Any) -> None:
    status, problem, _ = await api.put(body)
    assert (status, problem["code"]) == (422, "validation_failed")
    assert next(iter(body)) in problem["field"]


PAGES = "/api/v1/organisations/{}/pages"


async def test_what_pages_may_do_is_changed_field_by_field_and_is_in_the_audit_log(api: Api) -> None:
    change = {"frameOrigins": ["https://Portal.example.dk:443"], "showsSubject": True, "helpLine": "+45 87 65 43 21"}
    status, told, _ = await api.ask("PATCH", PAGES.format("hospital"), change)
    assert status == 200
    assert told == {
        "organisation": "hospital",
        "path": "/o/hospital",
        "helpLine": "+45 87 65 43 21",
        "returnOrigins": [],
        "frameOrigins": ["https://portal.example.dk"],
        "frameOriginsInForce": ["https://portal.example.dk"],
        "showsSubject": True,
    }
    assert (await api.ask("PATCH", PAGES.format("hospital"), {"returnOrigins": ["https://a.dk"]}))[1] == {
        **told,
        "returnOrigins": ["https://a.dk"],
    }
    ward = (await api.ask("GET", PAGES.format("ward")))[1]
    assert (ward["frameOrigins"], ward["frameOriginsInForce"]) == ([], ["https://portal.example.dk"])
    await api.put({"welcome": "Hej"})
    look = (await api.ask("GET", "/api/v1/branding?organisation=hospital"))[1]
    assert (look["showsSubject"], look["helpLine"]) == (True, "+45 87 65 43 21")
    log = AuditLog(api.database.units, SEALER)
    notes = [line.entry async for line in log.entries("hospital", "2027-01-15")]
    assert [note.fields for note in notes if note.resource == "organisation"] == [
        ("frame_origins", "help_line", "shows_subject"),
        ("return_origins",),
    ]


async def test_what_pages_may_do_is_for_administrators_of_the_organisation_and_those_above(api: Api) -> None:
    for method, body in (("GET", None), ("PATCH", {"showsSubject": True})):
        path = PAGES.format("hospital")
        statuses = [(await api.ask(method, path, body, org=org))[0] for org in ("region", "ward", "other", "")]
        assert statuses == [200, 404, 404, 404]
        assert (await api.ask(method, path, body, role="meeting-user"))[0] == 403
        assert (await api.ask(method, PAGES.format("nobody"), body))[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"frameOrigins": ["https://a.dk", "*"]}, "$.frameOrigins[1]"),
        ({"returnOrigins": ["http://a.dk"]}, "$.returnOrigins[0]"),
        ({"helpLine": "ring til Bo"}, "$.helpLine"),
        ({"frameAncestors": []}, "frameAncestors"),
    ],
)
async def test_what_pages_may_do_is_refused_by_its_field(api: Api, body: Any, field: str) -> None:
    status, problem, _ = await api.ask("PATCH", PAGES.format("hospital"), body)
    assert (status, problem["code"]) == (422, "validation_failed")
    assert field in problem["field"]
