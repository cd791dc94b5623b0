"""The history API: which calls there were, for an organisation and those below it, by the key of the organisation.

`GET /apikey/history/v1/conference` and `…/participant` with the header `X-API-KEY`, in the shape that suppliers know
from the management API of the rooms before: `meta` and `objects`, `field__gte` and `field__lt` as filters, times in UTC
without a zone. A call is here when it is over. There is no subject; a name only where the room keeps attendance.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from vdxmedia.api.problems import problem_response
from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.api.small_document import Described, documented
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, NotAllowed, NotFound, VdxError
from vdxmedia.hub.call_ratings import HIGHEST, LOWEST
from vdxmedia.hub.history import DEFAULT_PAGE, MAX_PAGE, CallHistory, HistoryQuery, KnownCall, KnownStay, ScoreSum

BASE = "/apikey/history/v1"
HEADER = "X-API-KEY"
MAX_KEY_CHARS = 200
MAX_OFFSET = 10_000_000
_ROLES = {"host": "chair", "guest": "guest"}
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_DIGITS = re.compile(r"\d{1,9}")


class PageMeta(msgspec.Struct, frozen=True, kw_only=True):
    limit: int
    offset: int
    next: str | None
    previous: str | None
    total_count: int


class HistoryRatings(msgspec.Struct, frozen=True, kw_only=True):
    """Answers to the one question after the call, as sums: nobody's."""

    scores: Annotated[Sequence[int], Meta(description="How many gave 1 (bad), 2, 3, 4, 5 (good).")]
    sound: Annotated[int, Meta(description="How many said that the sound was wrong.")]
    picture: int
    other: int


class HistoryConference(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Annotated[str, Meta(description="The room's address when the call began, or its id.")]
    service_type: str = "conference"
    start_time: Annotated[str, Meta(description="UTC, as `2026-11-23T11:40:00.000000`.")]
    end_time: str
    duration: Annotated[int, Meta(description="Seconds.")]
    instant_message_count: int = 0
    participant_count: Annotated[int, Meta(description="Stays; who leaves and comes back has several.")]
    participants: Annotated[Sequence[str], Meta(description="Their resources.")]
    tag: Annotated[str, Meta(description="The organisation's code.")]
    meeting_uuid: Annotated[str | None, Meta(description="Of the booking.")]
    ratings: Annotated[HistoryRatings | None, Meta(description="Null when nobody answered.")] = None
    resource_uri: str


class HistoryParticipant(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    conference: Annotated[str, Meta(description="The call's resource.")]
    conference_name: str
    display_name: Annotated[str, Meta(description="Empty where the room keeps no attendance, and after its term.")]
    role: str
    start_time: str
    end_time: str
    duration: int
    protocol: str = "WebRTC"
    call_direction: str = "in"
    resource_uri: str


class HistoryConferences(msgspec.Struct, frozen=True, kw_only=True):
    meta: PageMeta
    objects: Sequence[HistoryConference]


class HistoryParticipants(msgspec.Struct, frozen=True, kw_only=True):
    meta: PageMeta
    objects: Sequence[HistoryParticipant]


class HistoryApi:
    """The routes. `failures_per_minute` and `requests_per_second` as those of API keys; `organisations`: how often an
    organisation may ask in all, whoever asks for it."""

    def __init__(
        self,
        history: CallHistory,
        *,
        proxies: TrustedProxies,
        organisations: RateLimit,
        clock: Clock,
        requests_per_second: float = 20.0,
        failures_per_minute: float = 30.0,
        public_url: str = "",
    ) -> None:
        self._public_url = public_url
        self._history = history
        self._proxies = proxies
        self._organisations = organisations
        self._requests = RateLimit(per_second=requests_per_second, burst=5 * requests_per_second, clock=clock)
        self._failures = RateLimit(per_second=failures_per_minute / 60, burst=failures_per_minute, clock=clock)

    def routes(self) -> list[web.RouteDef]:
        found: list[web.RouteDef] = [documented("VDX history API", BASE, self._table(), self._public_url)]
        for end in ("", "/"):
            found += [
                web.get(f"{BASE}/conference{end}", self._answered(self._conferences)),
                web.get(f"{BASE}/conference/{{id}}{end}", self._answered(self._conference)),
                web.get(f"{BASE}/participant{end}", self._answered(self._participants)),
                web.get(f"{BASE}/participant/{{id}}{end}", self._answered(self._participant)),
            ]
        return found

    def _table(self) -> list[Described]:
        filters = ("start_time__gte", "start_time__lt", "end_time__gte", "end_time__lt", "conference", "meeting_uuid")
        pages = (*filters, "limit", "offset")
        return [
            Described("GET", f"{BASE}/conference", self._conferences, None, HistoryConferences, pages, "key"),
            Described("GET", f"{BASE}/conference/{{id}}", self._conference, None, HistoryConference, (), "key"),
            Described("GET", f"{BASE}/participant", self._participants, None, HistoryParticipants, pages, "key"),
            Described("GET", f"{BASE}/participant/{{id}}", self._participant, None, HistoryParticipant, (), "key"),
        ]

    def _answered(
        self, show: Callable[[str, web.Request], Awaitable[msgspec.Struct]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            try:
                answer = await show(await self._authenticate(request), request)
            except VdxError as error:
                field = error.field if isinstance(error, BadField) else None
                status = 400 if isinstance(error, BadField) else 0
                return problem_response(
                    error.code, error.text, field=field, retry_after_s=error.retry_after_s, status=status
                )
            return web.Response(
                body=msgspec.json.encode(answer), content_type="application/json", headers={"Cache-Control": "no-store"}
            )

        return serve

    async def _authenticate(self, request: web.Request) -> str:
        """The organisation of the key. Raises: NotAllowed, Refused."""
        client = limit_key(self._proxies.client_address(request))
        self._requests.spend(client)
        keys = request.headers.getall(HEADER, [])
        if len(keys) != 1 or not 0 < len(keys[0]) <= MAX_KEY_CHARS:
            self._failures.spend(client)
            raise NotAllowed(f"send the header {HEADER} once", code="key_missing")
        organisation = await self._history.organisation_of_key(key_hash(keys[0]))
        if organisation is None:
            self._failures.spend(client)
            raise NotAllowed("the key is not known here", code="key_invalid")
        self._organisations.spend(organisation)
        return organisation

    async def _conferences(self, top: str, request: web.Request) -> msgspec.Struct:
        query = read_query(request.query)
        page = await self._history.calls(top, query)
        return HistoryConferences(
            meta=_meta(request, query, page.total), objects=[_conference(call) for call in page.rows]
        )

    async def _conference(self, top: str, request: web.Request) -> msgspec.Struct:
        call = request.match_info["id"]
        rows = (await self._history.calls(top, HistoryQuery(call=call, limit=1))).rows if _ID.fullmatch(call) else ()
        if not rows:
            raise NotFound("there is no such call")
        return _conference(rows[0])

    async def _participants(self, top: str, request: web.Request) -> msgspec.Struct:
        query = read_query(request.query)
        page = await self._history.stays(top, query)
        return HistoryParticipants(
            meta=_meta(request, query, page.total), objects=[_participant(stay) for stay in page.rows]
        )

    async def _participant(self, top: str, request: web.Request) -> msgspec.Struct:
        call, _, participant = request.match_info["id"].rpartition(".")
        rows: Sequence[KnownStay] = ()
        if _ID.fullmatch(call) and _ID.fullmatch(participant):
            query = HistoryQuery(call=call, participant=participant, limit=1)
            rows = (await self._history.stays(top, query)).rows
        if not rows:
            raise NotFound("there is no such participant")
        return _participant(rows[0])


def key_hash(key: str) -> str:
    """As it is stored."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def read_query(asked: Mapping[str, str]) -> HistoryQuery:
    """What is not known is passed over. Raises: BadField."""
    call = asked.get("conference", "").rstrip("/").rpartition("/")[2]
    if call and not _ID.fullmatch(call):
        raise BadField("a call's id or resource", field="?conference")
    try:
        meeting = str(UUID(asked["meeting_uuid"])) if "meeting_uuid" in asked else ""
    except ValueError:
        raise BadField("a UUID", field="?meeting_uuid") from None
    return HistoryQuery(
        starts_from=_time(asked, "start_time__gte"),
        starts_before=_time(asked, "start_time__lt"),
        ends_from=_time(asked, "end_time__gte"),
        ends_before=_time(asked, "end_time__lt"),
        call=call,
        meeting=meeting,
        limit=min(_number(asked, "limit", DEFAULT_PAGE, 1_000_000), MAX_PAGE) or MAX_PAGE,
        offset=_number(asked, "offset", 0, MAX_OFFSET),
    )


def _time(asked: Mapping[str, str], name: str) -> float | None:
    """ISO 8601; without a zone it is UTC. Raises: BadField."""
    if name not in asked:
        return None
    text = asked[name].strip()
    if len(text) > 40:
        raise BadField("a time, as 2026-11-23T11:40:00Z", field=f"?{name}")
    try:
        # A `+` that was not escaped in the query arrives as a blank.
        moment = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", text) if "T" in text else text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise BadField("a time, as 2026-11-23T11:40:00Z", field=f"?{name}") from None


def _number(asked: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = asked.get(name, str(default))
    if not text.isascii() or not _DIGITS.fullmatch(text):
        raise BadField("a whole number", field=f"?{name}")
    if int(text) > most:
        raise BadField(f"at most {most}", field=f"?{name}")
    return int(text)


def _meta(request: web.Request, query: HistoryQuery, total: int) -> PageMeta:
    def at(offset: int) -> str:
        others = [(name, value) for name, value in request.query.items() if name not in ("limit", "offset")]
        return f"{request.path}?{urlencode([*others, ('limit', query.limit), ('offset', offset)])}"

    return PageMeta(
        limit=query.limit,
        offset=query.offset,
        next=at(query.offset + query.limit) if query.offset + query.limit < total else None,
        previous=at(max(0, query.offset - query.limit)) if query.offset else None,
        total_count=total,
    )


def _conference(call: KnownCall) -> HistoryConference:
    return HistoryConference(
        id=call.id,
        name=call.uri or call.room,
        start_time=_utc(call.starts_at),
        end_time=_utc(call.ends_at),
        duration=_seconds(call.starts_at, call.ends_at),
        participant_count=len(call.participants),
        participants=[_participant_uri(call.id, participant) for participant in call.participants],
        tag=call.organisation,
        meeting_uuid=call.meeting or None,
        ratings=_ratings(call.ratings),
        resource_uri=f"{BASE}/conference/{call.id}/",
    )


def _ratings(sums: Sequence[ScoreSum]) -> HistoryRatings | None:
    if not sums:
        return None
    answers = {each.score: each.answers for each in sums}
    return HistoryRatings(
        scores=[answers.get(score, 0) for score in range(LOWEST, HIGHEST + 1)],
        sound=sum(each.sound for each in sums),
        picture=sum(each.picture for each in sums),
        other=sum(each.other for each in sums),
    )


def _participant(stay: KnownStay) -> HistoryParticipant:
    return HistoryParticipant(
        id=f"{stay.call}.{stay.participant}",
        conference=f"{BASE}/conference/{stay.call}/",
        conference_name=stay.place,
        display_name=stay.name or "",
        role=_ROLES.get(stay.role, stay.role),
        start_time=_utc(stay.starts_at),
        end_time=_utc(stay.ends_at),
        duration=_seconds(stay.starts_at, stay.ends_at),
        resource_uri=_participant_uri(stay.call, stay.participant),
    )


def _participant_uri(call: str, participant: str) -> str:
    return f"{BASE}/participant/{call}.{participant}/"


def _utc(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _seconds(begin: float, end: float) -> int:
    return max(0, round(end - begin))
