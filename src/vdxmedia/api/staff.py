"""The staff page's session: a cookie that stands for a `Caller`, so that the same REST serves systems and people.

The cookie is opaque, `HttpOnly` and `SameSite=Strict`: it is not sent for other sites' pages, and no script reads it.
Beside it every request must carry a header of ours, which a form or a picture of another site cannot make, and must not
say that it comes from elsewhere (Fetch Metadata; for changes by older browsers the origin). A request that shows a
bearer token is the token's, whatever cookies it has. Left out: how people sign in (`staff_sign_in`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Meta

from vdxmedia.api.callers import CallerLimits
from vdxmedia.api.operations import CallerSource, read_body
from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.api.ratelimit import RateLimit
from vdxmedia.booking.callers import Caller, CallerRole
from vdxmedia.clock import Clock
from vdxmedia.errors import BadField, NotAllowed, NotFound, VdxError
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.invitations import Invitations
from vdxmedia.hub.staff_accounts import StaffAccounts, generation_of
from vdxmedia.hub.staff_sessions import StaffSession, StaffSessions
from vdxmedia.passwords import MAX_CHARS

PAGE = "/staff"
SESSION = "/api/v1/staff/session"
HEADER = "X-Vdx-Staff"
"""Of every request that is made with the cookie; its value is `1`."""
REQUESTS_PER_SECOND, BURST = 20.0, 100.0
"""Of one session. It does not spend what its organisation's systems have."""
STRANGERS_PER_SECOND, STRANGERS_BURST = 10.0, 300.0
"""Cookies that stand for nothing, and people who sign in, per client address: a hospital's morning behind one. Of
256 random bits nothing is guessed so; it is the login that is spared."""
_UNCHANGING = frozenset({"GET", "HEAD", "OPTIONS"})

Way = Literal["openId", "development", "password"]
"""How one signs in here; in development the page offers its click alone."""


class StaffPerson(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str
    """Empty: not told."""
    email: str
    organisation: str
    organisation_name: str
    roles: list[CallerRole]
    ends_at: datetime
    """Then one signs in again."""


class StaffState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    way: Way
    person: StaffPerson | None


class SignedOut(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    continue_at: str
    """Where the login is told too; empty: nowhere."""


class StaffCookie:
    """Its name and attributes. With the prefix it is sent by this host alone, by TLS, for every path (RFC 6265bis
    §4.1.3.2); a server without TLS is one on loopback, where browsers do not take the prefix."""

    def __init__(self, name: str, *, is_secure: bool, same_site: Literal["Strict", "Lax"]) -> None:
        self._name = f"__Host-{name}" if is_secure else name
        self._is_secure = is_secure
        self._same_site = same_site

    def of(self, request: web.BaseRequest) -> str:
        """Empty: there is none, or two of it."""
        found = [
            value
            for part in ";".join(request.headers.getall("Cookie", [])).split(";")
            for name, _, value in [part.strip().partition("=")]
            if name == self._name
        ]
        return found[0] if len(found) == 1 else ""

    def put(self, response: web.StreamResponse, value: str, *, max_age_s: int | None = None) -> None:
        """Without `max_age_s` it ends with the browser."""
        response.set_cookie(
            self._name,
            value,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite=self._same_site,
            max_age=max_age_s,
        )

    def take_away(self, response: web.StreamResponse) -> None:
        response.del_cookie(self._name, path="/", secure=self._is_secure, httponly=True, samesite=self._same_site)


class StaffGuard:
    """Decides whose session a request has. Event loop only."""

    def __init__(
        self,
        sessions: StaffSessions,
        accounts: StaffAccounts,
        *,
        origin: str,
        proxies: TrustedProxies,
        clock: Clock,
    ) -> None:
        """`origin`: this server's, as browsers write it."""
        self.sessions = sessions
        self._accounts = accounts
        self.cookie = StaffCookie("vdx_staff", is_secure=origin.startswith("https:"), same_site="Strict")
        self.origin = origin
        self._proxies = proxies
        self._requests = RateLimit(per_second=REQUESTS_PER_SECOND, burst=BURST, clock=clock)
        self._strangers = RateLimit(per_second=STRANGERS_PER_SECOND, burst=STRANGERS_BURST, clock=clock)

    def address_of(self, request: web.BaseRequest) -> str:
        return limit_key(self._proxies.client_address(request))

    def spend(self, request: web.BaseRequest) -> None:
        """For who signs in. Raises: Refused `rate_limited`."""
        self._strangers.spend(self.address_of(request))

    def check_same_page(self, request: web.BaseRequest) -> None:
        """Raises: NotAllowed `cross_site`."""
        if request.headers.get(HEADER) != "1":
            raise NotAllowed(f"send `{HEADER}: 1` beside the cookie", code="cross_site")
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            is_own = site == "same-origin"
        else:
            is_own = request.method in _UNCHANGING or request.headers.get("Origin") == self.origin
        if not is_own:
            raise NotAllowed("only this server's own page may ask this", code="cross_site")

    async def session(self, request: web.BaseRequest) -> StaffSession:
        """Raises: NotAllowed `session_ended`, Refused `rate_limited`, `store_unavailable`."""
        token = self.cookie.of(request)
        session = self.sessions.find(token) if token else None
        if session is None:
            self._strangers.spend(self.address_of(request))
            raise NotAllowed("sign in again", code="session_ended")
        self._requests.spend(f"{session.person}\n{session.ends_at_s}")
        if session.account and not await self._accounts.is_current(session.account, session.generation):
            self.sessions.end(token)
            raise NotAllowed("sign in again", code="session_ended")
        return session


class StaffCallers:
    """Implements `operations.CallerSource`: the session where there is a cookie and no token."""

    def __init__(self, guard: StaffGuard, callers: CallerSource, limits: CallerLimits) -> None:
        """`limits`: those of the callers, since a session counts for its address and organisation as a token does."""
        self._guard = guard
        self._callers = callers
        self._limits = limits

    async def authenticate(self, request: web.BaseRequest) -> Caller:
        """Raises: as both, and NotAllowed `cross_site`."""
        if "Authorization" in request.headers or not self._guard.cookie.of(request):
            return await self._callers.authenticate(request)
        self._guard.check_same_page(request)
        address = self._guard.address_of(request)
        self._limits.addresses.spend(address)
        caller = (await self._guard.session(request)).caller
        self._limits.organisations.spend(caller.organisation)
        return msgspec.structs.replace(caller, address=address)


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By what one signs in: an invitation, with the password that is chosen; or an e-mail and its password."""

    invitation: Annotated[str, Meta(max_length=64)] = ""
    """What a link of `vdxmedia admin invite` has behind its #."""
    email: Annotated[str, Meta(max_length=254)] = ""
    password: Annotated[str, Meta(max_length=MAX_CHARS)] = ""


class InvitationBook(Protocol):
    async def redeem(self, token: str, address: str) -> Caller | None:
        """As whom the one signs in who has this link; it works once. None: it does not. Raises: Refused."""
        ...


class SignIn(Protocol):
    """How people prove who they are."""

    def routes(self) -> Iterable[web.RouteDef]: ...

    async def sign_out_url(self) -> str:
        """Where the login's own session ends; empty: nowhere."""
        ...


class StaffRoutes:
    """The session over HTTP, and the way into a room. `sign_in` None: by nothing but, in development, one click."""

    def __init__(
        self,
        guard: StaffGuard,
        bookings: Bookings,
        invitations: Invitations,
        *,
        book: InvitationBook,
        accounts: StaffAccounts,
        sign_in: SignIn | None,
        development: Caller | None,
    ) -> None:
        """`development`: as whom everybody signs in; given where loopback alone reaches the server."""
        self._guard = guard
        self._bookings = bookings
        self._invitations = invitations
        self._book = book
        self._accounts = accounts
        self._sign_in = sign_in
        self._development = development

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get(SESSION, self._show),
            web.post(SESSION, self._begin),
            web.delete(SESSION, self._end),
            web.get(PAGE + "/meetings/{uuid}", self._enter),
            *([] if self._sign_in is None else self._sign_in.routes()),
        ]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What goes wrong on the way is told by the page."""
        try:
            return await handler(request)
        except VdxError as error:
            if not request.path.startswith(PAGE + "/"):
                raise
            response = web.Response(status=303, headers={"Location": f"{PAGE}#/?problem={error.code}"})
            response.headers["Cache-Control"] = "no-store"
            return response

    @property
    def _way(self) -> Way:
        if self._sign_in is not None:
            return "openId"
        return "password" if self._development is None else "development"

    async def _show(self, request: web.Request) -> web.Response:
        if not self._guard.cookie.of(request):
            return _answer(StaffState(way=self._way, person=None))
        self._guard.check_same_page(request)
        try:
            session = await self._guard.session(request)
        except NotAllowed:
            response = _answer(StaffState(way=self._way, person=None))
            self._guard.cookie.take_away(response)
            return response
        return _answer(await self._state(session))

    async def _begin(self, request: web.Request) -> web.Response:
        """By an invitation or a password; without either in development alone."""
        self._guard.check_same_page(request)
        if request.can_read_body:
            self._guard.spend(request)
            shown: Any = await read_body(request, Shown)
            if self._sign_in is None:
                return await self._by_password(request, shown)
            caller = await self._book.redeem(shown.invitation, self._guard.address_of(request))
            if caller is None:
                raise NotFound("the invitation is unknown, used or over", code="invitation_unknown")
            return await self._begun(request, caller, person=f"invited\n{caller.email}", name="")
        if self._development is None or not _is_loopback(request.remote):
            raise NotAllowed("one signs in by the organisation's login here")
        return await self._begun(request, self._development, person="development", name="Udvikler")

    async def _by_password(self, request: web.Request, shown: Shown) -> web.Response:
        """Raises: as `StaffAccounts`; BadField."""
        address = self._guard.address_of(request)
        if shown.invitation and not shown.email:
            account = await self._accounts.settle(shown.invitation, shown.password, address)
        elif shown.email and shown.password and not shown.invitation:
            account = await self._accounts.sign_in(shown.email, shown.password, address)
        else:
            raise BadField("an invitation and a password, or an e-mail and a password", field="$")
        caller = Caller(
            organisation=account.organisation,
            email=account.email,
            roles=frozenset({CallerRole.ADMIN}),
            client="staff page",
        )
        person, generation = f"account\n{account.person}", generation_of(account)
        return await self._begun(request, caller, person=person, name="", account=account.person, generation=generation)

    async def _begun(self, request: web.Request, caller: Caller, *, person: str, **more: str) -> web.Response:
        sessions, cookie = self._guard.sessions, self._guard.cookie
        token = sessions.begin(caller, person=person, instead_of=cookie.of(request), **more)
        session = sessions.find(token)
        assert session is not None, "it has just begun"
        response = _answer(await self._state(session))
        cookie.put(response, token)
        return response

    async def _end(self, request: web.Request) -> web.Response:
        self._guard.check_same_page(request)
        self._guard.sessions.end(self._guard.cookie.of(request))
        response = _answer(SignedOut(continue_at="" if self._sign_in is None else await self._sign_in.sign_out_url()))
        self._guard.cookie.take_away(response)
        return response

    async def _enter(self, request: web.Request) -> web.Response:
        """A link of the page, so that it opens in a tab of its own: leads on to the hosts' link. It changes nothing."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise NotAllowed("only this server's own page may ask this", code="cross_site")
        caller = (await self._guard.session(request)).caller
        try:
            uuid = UUID(request.match_info["uuid"])
        except ValueError:
            raise NotFound("there is no such meeting", code="meeting_unknown") from None
        host, _ = await self._invitations.shared(caller, await self._bookings.meeting(caller, uuid))
        if host is None:
            raise NotAllowed("the caller's role does not permit this")
        return web.Response(status=303, headers={"Location": host.path, "Cache-Control": "no-store"})

    async def _state(self, session: StaffSession) -> StaffState:
        caller = session.caller
        organisation = (await self._bookings.tree()).find(caller.organisation)
        person = StaffPerson(
            name=session.name,
            email=caller.email,
            organisation=caller.organisation,
            organisation_name="" if organisation is None else organisation.name,
            roles=sorted(caller.roles),
            ends_at=datetime.fromtimestamp(int(self._guard.sessions.ends_at(session)), UTC),
        )
        return StaffState(way=self._way, person=person)


def _answer(body: msgspec.Struct) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address((address or "").partition("%")[0]).is_loopback
    except ValueError:
        return False
