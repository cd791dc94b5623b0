"""The VDX organisation API over the booking desk: its operations, who may, and what each may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from vdxmedia.api.history import key_hash
from vdxmedia.api.organisations import OrganisationApi
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.requests import NewMeeting
from vdxmedia.clock import ManualClock
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.booking_parts import BookingSetUp
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.sealing import Sealer
from vdxmedia.store.bookings import BookingDatabase
from vdxmedia.store.database import Database, open_store

NOW = 1_800_000_000
KEY = "0c1a2a4e-7c5b-4f6e-9d8a-1b2c3d4e5f60"


class ByHeader:
    """The caller as the test says; version 1 is told apart."""

    async def authenticate(self, request: web.BaseRequest) -> Caller:
        if "X-Org" not in request.headers:
            raise NotAllowed("send a token", code="token_missing")
        roles = frozenset(
            CallerRole(role) for role in request.headers.get("X-Roles", "meeting-admin").split(",") if role
        )
        return Caller(organisation=request.headers["X-Org"], email="a@b.dk", roles=roles)

    async def authenticate_v1(self, request: web.BaseRequest) -> Caller:
        assert not request.path.startswith("/services/v2/")
        return await self.authenticate(request)


class Api:
    def __init__(self, http: ClientSession, url: str, desk: BookingDesk, database: Database) -> None:
        self.http, self.url, self.desk, self.database = http, url, desk, database

    async def ask(
        self, method: str, path: str, body: Any = None, *, org: str | None = "hospital", roles: str = "meeting-admin"
    ) -> tuple[int, Any]:
        headers = {} if org is None else {"X-Org": org, "X-Roles": roles}
        async with self.http.request(method, self.url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_store(f"sqlite:///{tmp_path}/store.db") as database:
        clock = ManualClock(NOW)
        set_up = BookingSetUp(uri_domain="rooms.example.dk", portal_link="https://portal.example.dk/")
        desk = BookingDesk(BookingDatabase(database.units, Sealer([b"k" * 32])), clock, set_up)
        secret = {"sms_callback_url": "https://secret.example.dk", "device_webhook_endpoint_key": "webhook-secret"}
        await desk.seed(
            [
                Organisation(code="region", name="Regionen", **secret),
                Organisation(code="hospital", name="Hospitalet", parent="region"),
                Organisation(code="a/b c", name="Afdeling", parent="hospital", pool_size=2),
                Organisation(code="bed", parent="a/b c"),
                Organisation(code="other", history_api_key_hash=key_hash("key-of-another-one")),
            ]
        )
        application = web.Application()
        application.add_routes(OrganisationApi(desk, ByHeader(), clock=clock, public_url="https://x.dk").routes())
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with ClientSession() as http:
            yield Api(http, f"http://127.0.0.1:{runner.addresses[0][1]}", desk, database)
        await runner.cleanup()


async def test_organisation_is_shown_in_both_versions(api: Api) -> None:
    assert await api.ask("GET", "/services/organisation/a/b%20c") == (
        200,
        {"code": "a/b c", "name": "Afdeling", "poolSize": 2},
    )
    status, shown = await api.ask("GET", "/services/v2/organisation?organisationCode=a/b%20c")
    assert status == 200
    assert shown | {"groupId": 3} == shown
    assert shown["allowCustomUriWithoutDomain"] is False
    assert (await api.ask("GET", "/services/organisation?organisationCode=hospital"))[1]["name"] == "Hospitalet"


async def test_way_up_is_told_without_the_settings_of_those_above(api: Api) -> None:
    for path in ("organisationtree/a/b%20c", "organisationtree?organisationCode=a/b%20c", "organisationtree?groupId=3"):
        for base in ("/services", "/services/v2"):
            status, root = await api.ask("GET", f"{base}/{path}")
            assert status == 200, root
            (hospital,) = root["children"]
            (ward,) = hospital["children"]
            assert (root["code"], hospital["code"], ward["code"], ward["children"]) == (
                "region",
                "hospital",
                "a/b c",
                [],
            )
            assert "secret" not in str(root)
    assert "secret.example.dk" in str(await api.ask("GET", "/services/v2/organisationtree/bed", org="region"))


async def test_children_are_told_as_a_tree_and_descendants_as_a_list(api: Api) -> None:
    for base in ("/services/v1", "/services/v2"):
        _, tree = await api.ask("GET", f"{base}/organisationtree-children?organisationCode=hospital")
        assert (tree["code"], tree["children"][0]["children"][0]["code"]) == ("hospital", "bed")
    assert await api.ask("GET", "/services/v2/organisation/a/b%20c/descendants") == (
        200,
        [{"code": "a/b c"}, {"code": "bed"}],
    )


async def test_exactly_one_way_to_ask_for_a_tree_is_taken(api: Api) -> None:
    for query in ("", "?organisationCode=hospital&groupId=2", "?groupId=x", "?groupId=-1"):
        status, error = await api.ask("GET", f"/services/v2/organisationtree{query}")
        assert status == 400
        assert set(error) == {"error", "path", "status", "status_text", "timestamp"}
        assert (error["path"], error["status_text"]) == ("/services/v2/organisationtree", "Bad Request")
        assert error["timestamp"] == "2027-01-15T08:00:00Z"


async def test_organisation_is_added_and_changed_and_its_secrets_are_kept_from_sight(api: Api) -> None:
    new = {
        "code": "ny",
        "name": "Ny",
        "poolSize": 3,
        "smsSenderName": "Ny",
        "historyApiKey": KEY,
        "deviceWebhookEndpoint": "https://hook.example.dk",
        "deviceWebhookEndpointKey": "s3cret-of-the-hook",
        "smsCallbackUrl": "https://sms.example.dk/?r=%reference%",
    }
    status, made = await api.ask("POST", "/services/v2/organisation/hospital", new)
    assert (status, made["poolSize"], made["deviceWebhookEndpoint"]) == (200, 3, "https://hook.example.dk")
    assert KEY not in str(made)
    assert "s3cret" not in str(made)
    rows = await api.database.units.read(lambda connection: connection.exec_driver_sql("SELECT * FROM organisations"))
    stored = str(rows.all())
    assert KEY not in stored
    assert "s3cret-of-the-hook" not in stored
    kept = (await api.desk.tree()).by_code["ny"]
    assert (kept.device_webhook_endpoint_key, kept.history_api_key_hash) == ("s3cret-of-the-hook", key_hash(KEY))

    status, changed = await api.ask("PUT", "/services/v2/organisation/ny", {"poolSize": 0, "smsSenderName": None})
    assert (status, changed["poolSize"], "smsSenderName" in changed) == (200, 0, False)
    kept = (await api.desk.tree()).by_code["ny"]
    assert (kept.device_webhook_endpoint, kept.history_api_key_hash) == ("https://hook.example.dk", key_hash(KEY))

    question = {"api_key": KEY, "api_key_type": "history"}
    for base in ("/services/v1", "/services/v2"):
        status, tree = await api.ask("POST", f"{base}/organisation-tree-for-api-key", question)
        assert (status, tree["children"][0]["children"][0]["code"]) == (200, "ny")


async def test_version_1_adds_with_code_and_name_only(api: Api) -> None:
    status, made = await api.ask("POST", "/services/organisation?parent_code=hospital", {"code": "ny", "name": "Ny"})
    assert (status, made) == (200, {"code": "ny", "name": "Ny", "poolSize": 0})
    assert (await api.ask("POST", "/services/organisation/ny", {"code": "ny2"}))[0] == 200
    assert (await api.desk.tree()).by_code["ny2"].parent == "ny"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/services/v2/organisation/hospital", {"code": "bed"}),
        ("/services/v2/organisation/hospital", {"code": ""}),
        ("/services/v2/organisation/hospital", {"code": "x" * 251}),
        ("/services/v2/organisation/hospital", {"code": "x", "smsSenderName": "x" * 12}),
        ("/services/v2/organisation/hospital", {"code": "x", "poolSize": -1}),
        ("/services/v2/organisation/hospital", {"code": "x", "historyApiKey": "short"}),
        ("/services/v2/organisation/hospital", {"code": "x", "historyApiKey": "key-of-another-one"}),
        ("/services/v2/organisation/hospital", {"code": "x", "smsCallbackUrl": "javascript:alert(1)"}),
        ("/services/v2/organisation/nobody", {"code": "x"}),
        ("/services/v2/organisation", {"code": "x"}),
        ("/services/v2/organisation-tree-for-api-key", {"api_key": KEY, "api_key_type": "device"}),
        ("/services/v2/organisation/uri", {"not": "a list"}),
    ],
)
async def test_what_cannot_be_taken_is_400_and_changes_nothing(api: Api, path: str, body: Any) -> None:
    before = (await api.desk.tree()).by_code
    status, error = await api.ask("POST", path, body)
    assert (status, error["status"]) == (400, 400)
    assert (await api.desk.tree()).by_code == before


async def test_organisations_of_addresses_are_told_for_ones_own_and_those_below(api: Api) -> None:
    uris = {}
    for code in ("region", "hospital", "bed", "other"):
        caller = Caller(organisation=code, email="a@b.dk", roles=frozenset({CallerRole.ADMIN}))
        booked = await api.desk.book(caller, NewMeeting(subject="x", starts_at=NOW, ends_at=NOW + 60))
        uris[code] = booked.room.uri_with_domain
    status, found = await api.ask("POST", "/services/v2/organisation/uri", [*uris.values(), "unknown@x.dk"])
    assert status == 200
    assert {each["uri"]: each["code"] for each in found} == {uris["hospital"]: "hospital", uris["bed"]: "bed"}
    assert {each["booked"] for each in found} == {True}
    assert len((await api.ask("POST", "/services/organisation/uri", list(uris.values())))[1]) == 2


QUESTIONS = [
    ("GET", "/services{v2}/organisation/{code}", None),
    ("GET", "/services{v2}/organisation?organisationCode={code}", None),
    ("GET", "/services{v2}/organisationtree/{code}", None),
    ("GET", "/services{v2}/organisationtree?organisationCode={code}", None),
    ("GET", "/services{v1or2}/organisationtree-children?organisationCode={code}", None),
    ("GET", "/services/v2/organisation/{code}/descendants", None),
    ("PUT", "/services/v2/organisation/{code}", {"poolSize": 1}),
    ("POST", "/services{v2}/organisation/{code}", {"code": "neu"}),
    ("POST", "/services{v2}/organisation?parent_code={code}", {"code": "neu"}),
]


@pytest.mark.parametrize("version", ["", "/v2"])
@pytest.mark.parametrize(("method", "path", "body"), QUESTIONS)
@pytest.mark.parametrize(
    ("code", "is_seen"), [("hospital", True), ("bed", True), ("region", False), ("other", False), ("nobody", False)]
)
async def test_own_and_child_are_seen_parent_and_foreign_are_as_if_not_there(
    api: Api, method: str, path: str, body: Any, version: str, code: str, is_seen: bool
) -> None:
    asked = path.format(v2=version, v1or2=version or "/v1", code=code)
    status, answer = await api.ask(method, asked, body)
    assert status == (200 if is_seen else 400 if method == "POST" else 404), answer
    if not is_seen:
        text = answer["error"]
        assert text == (await api.ask(method, asked.replace(code, "no-such-one"), body))[1]["error"], "tells nothing"


@pytest.mark.parametrize("version", ["", "/v2"])
@pytest.mark.parametrize(("method", "path", "body"), [*QUESTIONS, ("POST", "/services{v2}/organisation/uri", [])])
async def test_only_administrators_with_a_token_may(api: Api, method: str, path: str, body: Any, version: str) -> None:
    asked = path.format(v2=version, v1or2=version or "/v1", code="hospital")
    assert (await api.ask(method, asked, body, org=None))[0] == 401
    others = ",".join(role for role in CallerRole if role is not CallerRole.ADMIN)
    assert (await api.ask(method, asked, body, roles=others))[0] == 403
    assert (await api.ask(method, asked, body, roles=""))[0] == 403
    assert (await api.ask(method, asked, body, org=""))[0] != 200 or path.endswith("/uri")


async def test_key_of_another_organisation_is_as_an_unknown_one(api: Api) -> None:
    answers = [
        await api.ask("POST", "/services/v2/organisation-tree-for-api-key", {"api_key": key, "api_key_type": "history"})
        for key in ("key-of-another-one", "unknown")
    ]
    assert [status for status, _ in answers] == [404, 404]
    assert answers[0] == answers[1]


async def test_document_lists_all_operations_without_a_host_of_others(api: Api) -> None:
    status, document = await api.ask("GET", "/services/openapi.json", org=None)
    operations = [(method, path) for path, methods in document["paths"].items() for method in methods]
    assert (status, len(operations)) == (200, 9 + 11)
    assert "medcom" not in str(document).lower()
