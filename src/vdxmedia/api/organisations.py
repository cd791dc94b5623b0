"""The VDX organisation API (`/services/…` and `/services/v2/…`): the tree of organisations, and their settings.

Only administrators call it, and they see their own organisation and those below; any other is as one that is not there.
The way up from an organisation to its root is told with codes and names only. `historyApiKey` is kept as a hash and
never told again, and so is `deviceWebhookEndpointKey`, which is sealed in the store.

In an update (version 2) a field that is left out stays, and one that is null is cleared. Version 1 is the older half:
other fields, no update; callers come as those of the video API's version 1.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol, cast

import msgspec
from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from vdxmedia.api.history import key_hash
from vdxmedia.api.operations import read_body
from vdxmedia.api.problems import STATUS_OF_CODE, route_name
from vdxmedia.api.small_document import Described, documented
from vdxmedia.booking.access import require
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.booking.organisations import MAX_CODE_CHARS, MAX_NAME_CHARS, MAX_POOL, Organisation, Tree
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, BadInput, NotFound, Refused, VdxError
from vdxmedia.hub.bookings_port import Bookings

logger = logging.getLogger(__name__)

V1, V2 = "/services", "/services/v2"
MIN_KEY_CHARS = 16
"""Of a history API key: it must not be guessed."""
MAX_KEY_CHARS = 36
MAX_URIS = 1_000
"""In one question."""
_WEB = ("https://", "http://")

Code = Annotated[str, Meta(min_length=1, max_length=MAX_CODE_CHARS)]
Name = Annotated[str, Meta(max_length=MAX_NAME_CHARS)]
PoolSize = Annotated[int, Meta(ge=0, le=MAX_POOL)]
Sender = Annotated[str, Meta(max_length=11)]
Short = Annotated[str, Meta(max_length=100)]
HistoryKey = Annotated[str, Meta(max_length=MAX_KEY_CHARS)]


class CallerSource(Protocol):
    """As `api.callers.Callers`."""

    async def authenticate(self, request: web.BaseRequest) -> Caller: ...

    async def authenticate_v1(self, request: web.BaseRequest) -> Caller: ...


# ── bodies ────────────────────────────────────────────────────────────────────────────────────────────────────────


class OrganisationCreateBasic(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Version 1."""

    code: Code
    name: Name = ""


class OrganisationUpdate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pool_size: PoolSize | UnsetType = UNSET
    sms_sender_name: Sender | UnsetType | None = UNSET
    allow_custom_uri_without_domain: bool | UnsetType = UNSET
    sms_callback_url: Short | UnsetType | None = UNSET
    history_api_key: HistoryKey | UnsetType | None = UNSET
    device_webhook_endpoint: Short | UnsetType | None = UNSET
    device_webhook_endpoint_key: Short | UnsetType | None = UNSET


class OrganisationCreate(OrganisationUpdate, frozen=True, kw_only=True, rename="camel"):
    code: Code
    name: Name = ""


class OrganisationTreeForApiKey(msgspec.Struct, frozen=True, kw_only=True):
    api_key: Annotated[str, Meta(min_length=1, max_length=200)]
    api_key_type: Annotated[str, Meta(max_length=40, description="`history`")]


class OrganisationV1(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    code: str
    name: str
    pool_size: int
    sms_sender_name: str | UnsetType = UNSET
    sms_callback_url: str | UnsetType = UNSET


class OrganisationResponse(OrganisationV1, frozen=True, kw_only=True, rename="camel"):
    group_id: int
    allow_custom_uri_without_domain: bool
    device_webhook_endpoint: str | UnsetType = UNSET


class OrganisationTree(OrganisationV1, frozen=True, kw_only=True, rename="camel"):
    group_id: int
    device_webhook_endpoint: str | UnsetType = UNSET
    children: list[OrganisationTree]


class OrganisationSimple(msgspec.Struct, frozen=True, kw_only=True):
    code: str


class OrganisationUri(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    uri: str
    code: str
    name: str
    group_id: int
    group_name: str
    booked: Annotated[bool, Meta(description="A meeting has the room.")]


class BasicError(msgspec.Struct, frozen=True, kw_only=True):
    error: str
    path: str
    status: int
    status_text: str
    timestamp: datetime


# ── routes ────────────────────────────────────────────────────────────────────────────────────────────────────────

Handler = Callable[[Caller, web.Request], Awaitable[msgspec.Struct | Sequence[msgspec.Struct]]]


class OrganisationApi:
    """Holds no state of its own."""

    def __init__(self, bookings: Bookings, callers: CallerSource, *, clock: Clock, public_url: str) -> None:
        self._bookings = bookings
        self._callers = callers
        self._clock = clock
        self._public_url = public_url

    def routes(self) -> list[web.RouteDef]:
        routes = [
            web.route(each.method, each.route or each.path, self._served(each.handler, is_v2=each.path.startswith(V2)))
            for each in self._table()
        ]
        return [*routes, documented("VDX organisation API", V1, self._table(), self._public_url)]

    def _table(self) -> list[Described]:
        """The order counts: fixed words before codes, which may hold slashes."""
        table: list[Described] = []
        for base in (V2, V1):
            is_v2 = base == V2
            many = base if is_v2 else f"{V1}/v1"
            told: Any = OrganisationResponse if is_v2 else OrganisationV1
            new: Any = OrganisationCreate if is_v2 else OrganisationCreateBasic
            add = self._add_v2 if is_v2 else self._add_v1
            show = self._show_v2 if is_v2 else self._show_v1
            table += [
                Described("POST", f"{base}/organisation/uri", self._uris, list[str], list[OrganisationUri]),
                Described(
                    "POST",
                    f"{many}/organisation-tree-for-api-key",
                    self._tree_of_key,
                    OrganisationTreeForApiKey,
                    OrganisationTree,
                ),
                Described(
                    "GET",
                    f"{many}/organisationtree-children",
                    self._children,
                    None,
                    OrganisationTree,
                    query=("organisationCode", "groupId"),
                ),
                Described(
                    "GET",
                    f"{base}/organisationtree",
                    self._way_up,
                    None,
                    OrganisationTree,
                    query=("organisationCode", "groupId"),
                ),
                Described("GET", f"{base}/organisationtree/{{code}}", self._way_up, None, OrganisationTree),
            ]
            if is_v2:
                table.append(
                    Described(
                        "GET",
                        f"{V2}/organisation/{{code}}/descendants",
                        self._descendants,
                        None,
                        list[OrganisationSimple],
                    )
                )
                table.append(
                    Described(
                        "PUT", f"{V2}/organisation/{{code}}", self._change, OrganisationUpdate, OrganisationResponse
                    )
                )
            table += [
                Described("GET", f"{base}/organisation", show, None, told, query=("organisationCode",)),
                Described("GET", f"{base}/organisation/{{code}}", show, None, told),
                Described("POST", f"{base}/organisation", add, new, told, query=("parent_code",)),
                Described("POST", f"{base}/organisation/{{parent_code}}", add, new, told),
            ]
        return table

    def _served(self, handler: Handler, *, is_v2: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                authenticate = self._callers.authenticate if is_v2 else self._callers.authenticate_v1
                caller = await authenticate(request)
                require(caller, CallerRole.ADMIN)
                answer = await handler(caller, request)
            except VdxError as error:
                where = f"{error.field}: " if isinstance(error, BadField) else ""
                return self._error(request, _status(error), where + error.text, error.retry_after_s)
            except web.HTTPException as error:
                return self._error(request, HTTPStatus(error.status), error.reason)
            except Exception:
                logger.exception("request_failed method=%s route=%s", request.method, route_name(request))
                return self._error(request, HTTPStatus.INTERNAL_SERVER_ERROR, "The fault is ours and has been logged.")
            return _json(HTTPStatus.OK, answer)

        return serve

    def _error(
        self, request: web.Request, status: HTTPStatus, text: str, retry_after_s: float | None = None
    ) -> web.Response:
        moment = datetime.fromtimestamp(int(self._clock.unix_s()), UTC)
        body = BasicError(
            error=text, path=request.path, status=status.value, status_text=status.phrase, timestamp=moment
        )
        response = _json(status, body)
        if retry_after_s is not None:
            response.headers["Retry-After"] = str(max(1, round(retry_after_s)))
        if status is HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Bearer realm="vdxmedia"'
        return response

    # ── one organisation ──────────────────────────────────────────────────────────────────────────────────────────

    async def _show_v1(self, caller: Caller, request: web.Request) -> OrganisationV1:
        return _v1(_visible(caller, await self._bookings.tree(), _code(request)))

    async def _show_v2(self, caller: Caller, request: web.Request) -> OrganisationResponse:
        return _v2(_visible(caller, await self._bookings.tree(), _code(request)))

    async def _add_v1(self, caller: Caller, request: web.Request) -> OrganisationV1:
        parent = await self._parent(caller, request)
        given = cast(OrganisationCreateBasic, await read_body(request, OrganisationCreateBasic))
        new = Organisation(code=given.code, name=given.name or given.code[:MAX_NAME_CHARS], parent=parent)
        return _v1(await self._bookings.add_organisation(caller, new))

    async def _add_v2(self, caller: Caller, request: web.Request) -> OrganisationResponse:
        parent = await self._parent(caller, request)
        given = cast(OrganisationCreate, await read_body(request, OrganisationCreate))
        new = Organisation(code=given.code, name=given.name or given.code[:MAX_NAME_CHARS], parent=parent)
        return _v2(await self._bookings.add_organisation(caller, _updated(new, given)))

    async def _parent(self, caller: Caller, request: web.Request) -> str:
        """Raises: BadInput, the same for one that is unknown and one that the caller may not see."""
        code = request.match_info.get("parent_code") or request.query.get("parent_code", "")
        if not code:
            raise BadField("is needed", field="?parent_code")
        try:
            return _visible(caller, await self._bookings.tree(), code).code
        except NotFound as error:
            raise BadInput("there is no such parent organisation") from error

    async def _change(self, caller: Caller, request: web.Request) -> OrganisationResponse:
        before = _visible(caller, await self._bookings.tree(), _code(request))
        given = cast(OrganisationUpdate, await read_body(request, OrganisationUpdate))
        return _v2(await self._bookings.change_organisation(caller, _updated(before, given)))

    # ── the tree ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _way_up(self, caller: Caller, request: web.Request) -> OrganisationTree:
        tree = await self._bookings.tree()
        return _line(caller, tree, _asked(caller, tree, request))

    async def _tree_of_key(self, caller: Caller, request: web.Request) -> OrganisationTree:
        given = cast(OrganisationTreeForApiKey, await read_body(request, OrganisationTreeForApiKey))
        if given.api_key_type != "history":
            raise BadField("must be `history`", field="$.api_key_type")
        tree, hashed = await self._bookings.tree(), key_hash(given.api_key)
        found = next((one for one in tree.by_code.values() if one.history_api_key_hash == hashed), None)
        return _line(caller, tree, _visible(caller, tree, "" if found is None else found.code))

    async def _children(self, caller: Caller, request: web.Request) -> OrganisationTree:
        tree = await self._bookings.tree()
        return _below(tree, _asked(caller, tree, request))

    async def _descendants(self, caller: Caller, request: web.Request) -> list[OrganisationSimple]:
        """The organisation itself first."""
        tree = await self._bookings.tree()
        top = _visible(caller, tree, _code(request))
        return [OrganisationSimple(code=one.code) for one in (top, *tree.descendants(top.code))]

    async def _uris(self, caller: Caller, request: web.Request) -> list[OrganisationUri]:
        """Those that are not known, or that the caller may not see, are left out."""
        uris = cast(list[str], await read_body(request, cast(Any, list[Annotated[str, Meta(max_length=300)]])))
        if len(uris) > MAX_URIS:
            raise BadField(f"at most {MAX_URIS}", field="$")
        tree = await self._bookings.tree()
        rooms = await self._bookings.rooms_of_uris(caller, uris)
        found: list[OrganisationUri] = []
        for uri in dict.fromkeys(uris):
            room = rooms.get(uri.lower())
            one = None if room is None else tree.find(room.organisation)
            if room is not None and one is not None:
                found.append(
                    OrganisationUri(
                        uri=uri,
                        code=one.code,
                        name=one.name,
                        group_id=one.group_id,
                        group_name=one.name,
                        booked=room.has_meeting,
                    )
                )
        return found


def _code(request: web.Request) -> str:
    code = request.match_info.get("code") or request.query.get("organisationCode", "")
    if not code:
        raise BadField("is needed", field="?organisationCode")
    return code


def _visible(caller: Caller, tree: Tree, code: str) -> Organisation:
    """Raises: NotFound when it is not the caller's organisation or one below."""
    found = tree.find(code)
    if found is None or not caller.organisation or not tree.is_at_or_below(code, caller.organisation):
        raise NotFound("there is no such organisation", code="organisation_unknown")
    return found


def _asked(caller: Caller, tree: Tree, request: web.Request) -> Organisation:
    """By path, or by exactly one parameter. Raises: BadInput, NotFound."""
    code = request.match_info.get("code") or request.query.get("organisationCode", "")
    group = request.query.get("groupId", "")
    if bool(code) == bool(group):
        raise BadInput("exactly one of organisationCode and groupId is needed")
    if code:
        return _visible(caller, tree, code)
    if not group.isascii() or not group.isdigit() or len(group) > 18:
        raise BadField("a whole number", field="?groupId")
    found = next((one for one in tree.by_code.values() if one.group_id == int(group)), None)
    return _visible(caller, tree, "" if found is None else found.code)


def _updated(organisation: Organisation, given: OrganisationUpdate) -> Organisation:
    """Raises: BadField."""
    changes: dict[str, Any] = {}
    for name in OrganisationUpdate.__struct_fields__:
        value = getattr(given, name)
        if value is not UNSET and name != "history_api_key":
            changes[name] = "" if value is None else value
    for name, field in (("sms_callback_url", "smsCallbackUrl"), ("device_webhook_endpoint", "deviceWebhookEndpoint")):
        if changes.get(name) and not changes[name].startswith(_WEB):
            raise BadField("an address as https://…", field=f"$.{field}")
    key = given.history_api_key
    if key is not UNSET:
        if key and len(key) < MIN_KEY_CHARS:
            raise BadField(f"{MIN_KEY_CHARS} to {MAX_KEY_CHARS} characters", field="$.historyApiKey")
        changes["history_api_key_hash"] = key_hash(key) if key else ""
    return msgspec.structs.replace(organisation, **changes)


def _line(caller: Caller, tree: Tree, one: Organisation) -> OrganisationTree:
    """From the root down to it, each the only child of the one above."""
    told: OrganisationTree | None = None
    for each in tree.upwards(one.code):
        is_own = tree.is_at_or_below(each.code, caller.organisation)
        shown = each if is_own else Organisation(code=each.code, name=each.name, group_id=each.group_id)
        told = _node(shown, [] if told is None else [told])
    assert told is not None, "it is in the tree"
    return told


def _below(tree: Tree, one: Organisation, depth: int = 0) -> OrganisationTree:
    return _node(one, [_below(tree, child, depth + 1) for child in tree.children(one.code)] if depth < 16 else [])


def _node(one: Organisation, children: list[OrganisationTree]) -> OrganisationTree:
    return OrganisationTree(
        code=one.code,
        name=one.name,
        pool_size=one.pool_size,
        sms_sender_name=one.sms_sender_name or UNSET,
        sms_callback_url=one.sms_callback_url or UNSET,
        group_id=one.group_id,
        device_webhook_endpoint=one.device_webhook_endpoint or UNSET,
        children=children,
    )


def _v1(one: Organisation) -> OrganisationV1:
    return OrganisationV1(
        code=one.code,
        name=one.name,
        pool_size=one.pool_size,
        sms_sender_name=one.sms_sender_name or UNSET,
        sms_callback_url=one.sms_callback_url or UNSET,
    )


def _v2(one: Organisation) -> OrganisationResponse:
    return OrganisationResponse(
        group_id=one.group_id,
        code=one.code,
        name=one.name,
        pool_size=one.pool_size,
        sms_sender_name=one.sms_sender_name or UNSET,
        sms_callback_url=one.sms_callback_url or UNSET,
        allow_custom_uri_without_domain=one.allow_custom_uri_without_domain,
        device_webhook_endpoint=one.device_webhook_endpoint or UNSET,
    )


def _status(error: VdxError) -> HTTPStatus:
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, BadInput) or (isinstance(error, Refused) and error.code == "organisation_exists"):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus(STATUS_OF_CODE.get(error.code, 500))


def _json(status: HTTPStatus, answer: msgspec.Struct | Sequence[msgspec.Struct]) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(answer),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
