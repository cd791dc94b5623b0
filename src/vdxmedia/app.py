"""Assembly: makes every part, connects them, starts and stops them. Knows everything, decides nothing.

Who closes whom: the server's exit stack, in the reverse of the order below. HTTP stops first, then signalling's
sockets, rooms, media connections, the relay, and last the store.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType

from aiohttp import web

from vdxmedia.api.attendance import AttendanceOperations
from vdxmedia.api.audited import AuditRoutes
from vdxmedia.api.auth import DEVELOPMENT_KEY
from vdxmedia.api.callers import Callers
from vdxmedia.api.clips import ClipOperations
from vdxmedia.api.drain import DrainOperations
from vdxmedia.api.health import Health
from vdxmedia.api.idle import IdleConnections
from vdxmedia.api.operations import Access
from vdxmedia.api.operator import OperatorOperations
from vdxmedia.api.organisations import OrganisationApi
from vdxmedia.api.pages import Pages, read_files
from vdxmedia.api.proxies import TrustedProxies, limit_key
from vdxmedia.api.rooms import RoomOperations, film_grant
from vdxmedia.api.screens import Screens
from vdxmedia.api.server import Parts, make_application, protocol_logger
from vdxmedia.api.sms import SmsRoutes
from vdxmedia.api.sms_inbox import SmsInbox
from vdxmedia.api.statistics import StatisticsOperations
from vdxmedia.api.tokens import JwtTokens
from vdxmedia.assembly import booking_apis, bookings, who_calls
from vdxmedia.assembly.call_ratings import rating_operations
from vdxmedia.assembly.embedding import make_embedders
from vdxmedia.assembly.listening import format_all, listen
from vdxmedia.assembly.looks import frames_of
from vdxmedia.assembly.media import MakeRelay, make_films, make_plane, make_relay, marks_of
from vdxmedia.assembly.messages import MessageParts, open_messages
from vdxmedia.assembly.network import network_operations
from vdxmedia.assembly.retention import make_retention
from vdxmedia.assembly.staff import make_staff
from vdxmedia.assembly.ways_in import booking_operations
from vdxmedia.booking.organisations import Organisation
from vdxmedia.clock import Clock, SystemClock
from vdxmedia.config import Settings
from vdxmedia.credentials import Credentials
from vdxmedia.hub.audit import Audit
from vdxmedia.hub.bookings import BookingDesk
from vdxmedia.hub.bookings_port import Bookings
from vdxmedia.hub.call_audit import CallAudit
from vdxmedia.hub.clients import Clients
from vdxmedia.hub.counters import Counters
from vdxmedia.hub.drain import Drain
from vdxmedia.hub.echoes import Echoes
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.overload import Overload
from vdxmedia.hub.overview import Figures
from vdxmedia.hub.provisioning import Provisioner
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.store_keeping import DAY_S, Retention, StoreKeeping
from vdxmedia.hub.tasks import TaskScope
from vdxmedia.ids import RoomId
from vdxmedia.integrations.films import FilmProcesses
from vdxmedia.integrations.jwks import FetchedKeys
from vdxmedia.observability import Metrics
from vdxmedia.relay_metrics import Distribution
from vdxmedia.sfu.plane import RelayPlane
from vdxmedia.signalling.server import Signalling
from vdxmedia.signalling.session import SessionLimits
from vdxmedia.signalling.turn import TurnServers
from vdxmedia.stopping import drain_on_signal, stop_on_signal
from vdxmedia.store.audit import AuditLog
from vdxmedia.store.call_records import CallRecordRows
from vdxmedia.store.clients import StoredClients
from vdxmedia.store.database import Database, open_store
from vdxmedia.turn_addresses import TurnAddresses

logger = logging.getLogger(__name__)

HTTP_SHUTDOWN_S = 3.0
"""For requests still being answered when the server has ended its calls."""


class Server:
    """One server. `async with` starts it and closes all it opened; `stop` before leaving is the gentle way."""

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        *,
        public_host: str | None = None,
        clock: Clock | None = None,
        make_relay: MakeRelay = make_relay,
    ) -> None:
        """`public_host` is what links begin with when the settings name no `public_url`; the port is then ours."""
        self.settings = settings
        self.public_url = settings.http.public_url.rstrip("/")
        self.http_addresses: list[tuple[str, int]] = []
        """What is listened on, with the real ports; filled by the start."""
        self.media_addresses: list[tuple[str, int]] = []
        self.metrics = Metrics()
        self.rooms: RoomOperations
        self.registry: Registry
        self.store: StoreKeeping
        self.database: Database
        self.bookings: Bookings
        self._desk: BookingDesk
        self.provisioner: Provisioner
        self.plane: RelayPlane
        self.films: FilmProcesses
        self.messages: MessageParts
        self.callers: Callers
        self.issuer_keys: FetchedKeys
        self._credentials = credentials
        self._public_host = public_host
        self._clock = clock or SystemClock()
        self._make_relay = make_relay
        self._counters = Counters()
        self._clients: Clients
        self._stack = AsyncExitStack()
        self.drain = Drain(self._clock, changed=self.metrics.draining.set)

    # ── life ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def __aenter__(self) -> Server:
        """Raises: Misconfigured when an address cannot be had or the store cannot be used; Refused
        `store_unavailable` when it cannot be reached now."""
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def seed(self, organisations: Sequence[Organisation]) -> None:
        """Adds those that are not there yet: for development."""
        await self._desk.seed(organisations)

    async def stop(self, deadline_s: float) -> None:
        """Not ready, no new rooms, clients told; ends what still goes on at the deadline. Twice is fine."""
        await self.registry.stop(deadline_s)

    async def serve_until_signalled(self) -> None:
        """Until SIGTERM or SIGINT, then a gentle stop; a second signal ends the gentleness. SIGUSR1 drains, SIGUSR2
        undoes it."""
        deadline_s = self.settings.stop.deadline_s
        async with TaskScope("signals") as scope:
            scope.start(
                drain_on_signal(lambda: self.drain.begin(deadline_s), lambda: self.drain.undo(self.registry)),
                "drain by signal",
            )
            await stop_on_signal(lambda: self.stop(deadline_s))

    def unready_reason(self) -> str | None:
        return None if self.drain.state is None else "draining"

    def degraded(self) -> Sequence[str]:
        """What does not work while the rest does."""
        return [
            *(["store"] if self.store.is_failing or self.provisioner.is_failing else []),
            *(["issuer"] if self.issuer_keys.failing() else []),
            *(["sms"] if self.messages.worker.is_failing() else []),
        ]

    # ── what metrics read ─────────────────────────────────────────────────────────────────────────────────────────

    def room_count(self) -> int:
        return self.registry.room_count()

    def participant_counts(self) -> Mapping[str, int]:
        return self.registry.participant_counts()

    def figures(self) -> Figures:
        return self.registry.figures()

    def relay_totals(self) -> Mapping[str, int]:
        return self.plane.stats()

    def relay_gauges(self) -> Mapping[str, int]:
        return self.plane.gauges()

    def media_qualities(self) -> Sequence[Distribution]:
        return self.plane.qualities()

    def relay_workers(self) -> Sequence[tuple[int, int]]:
        return self.plane.worker_stats()

    def hub_totals(self) -> Mapping[str, int]:
        return self.registry.totals()

    # ── start ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _start(self, stack: AsyncExitStack) -> None:
        settings, http = self.settings, self.settings.http
        # Before anything else, so that a taken port is said at once and port 0 is known in links.
        sockets, self.http_addresses = listen(http.binds)
        for listening in sockets:
            stack.callback(listening.close)
        if not self.public_url:
            scheme = "https" if self._credentials.tls else "http"
            self.public_url = f"{scheme}://{self._public_host}:{self.http_addresses[0][1]}"
        proxies = TrustedProxies(http.trusted_proxies)
        tokens = JwtTokens(
            self._credentials.signing,
            self._credentials.verifying,
            issuer=self.public_url,
            clock=self._clock,
            closes_at_of=lambda room: self.registry.closes_at_of(RoomId(room)),
        )
        self.store = await self._open_store(stack)
        audit_log = AuditLog(self.database.units, self._credentials.sealer)
        call_audit = await stack.enter_async_context(CallAudit(audit_log, self._clock, self._counters))
        turn_addresses = TurnAddresses(settings.turn)
        plane, self.media_addresses = make_plane(settings, self._make_relay, turn_addresses.__contains__)
        self.plane = await stack.enter_async_context(plane)
        limits = HubLimits(
            rooms=settings.limits.rooms,
            idle_room_kept_s=settings.tokens.link_lifetime_s,
            joins_per_second=settings.limits.joins_per_second,
        )
        self.films = await stack.enter_async_context(
            make_films(
                settings,
                self._counters,
                http=self.http_addresses[0],
                media=self.media_addresses,
                certificate_file=self._credentials.certificate_file if self._credentials.tls else "",
            )
        )
        self.registry = await stack.enter_async_context(
            Registry(
                self.plane,
                self._clock,
                limits=limits,
                metrics=self.metrics,
                counters=self._counters,
                keeping=self.store,
                films=self.films,
                film_token=lambda room: tokens.issue(film_grant(room, self._clock.unix_s())),
                drain=self.drain,
            )
        )
        self.overload = Overload(
            self._clock,
            self.metrics,
            workers=len(self.plane.worker_stats()),
            shed=self.plane.shed,
            marks=marks_of(settings.overload),
        )
        self.registry.refuse_newcomer = self.overload.refuse_newcomer
        self.echoes = await stack.enter_async_context(Echoes(self.plane, self._counters, most=settings.limits.echoes))
        self.rooms = RoomOperations(
            self.registry,
            tokens,
            clock=self._clock,
            public_url=self.public_url,
            link_lifetime_s=settings.tokens.link_lifetime_s,
            maximum=settings.limits.participants_per_room,
        )
        self.bookings = self._desk = bookings.make_desk(
            settings, self.public_url, self.database.units, self._credentials.sealer, self._clock
        )
        self.provisioner = await stack.enter_async_context(
            bookings.make_provisioner(self._desk, self.registry, self._clock, self._counters)
        )
        self.messages = await stack.enter_async_context(
            open_messages(
                settings,
                self._credentials,
                self._desk,
                self._desk.parts.store,
                self.database.units,
                self._clock,
                counters=self._counters,
                metrics=self.metrics,
                public_url=self.public_url,
                is_for_development=self._is_for_development(),
            )
        )
        self._desk.tell = self.messages.desk.meeting_changed
        self.metrics.observe(self)
        keys, join_tokens = who_calls.make_keys(
            settings, self._credentials.api_keys, tokens, proxies, self._clock, self.registry.as_it_stands
        )
        own_keys = (*self._credentials.verifying, self._credentials.signing)
        self.issuer_keys = await stack.enter_async_context(
            who_calls.issuer_keys(settings.oauth, self.public_url, own_keys, clock=self._clock, counters=self._counters)
        )
        guards = who_calls.Guards(proxies, who_calls.make_limits(settings, self._clock), self._clock)
        self.callers = who_calls.make_callers(
            settings, self.public_url, self.issuer_keys, self._clients, guards, tree=self.bookings.tree
        )
        files = await asyncio.to_thread(read_files, languages=settings.pages.languages)
        frames = frames_of(self.bookings)
        embedders = make_embedders(settings, self._clock, frames)
        is_for_development = self._is_for_development()
        staff = make_staff(
            settings, self.public_url, self.bookings, self.database.units, self._credentials, keys, self.callers,
            guards, self._counters, is_for_development=is_for_development,
        )  # fmt: skip
        stack.push_async_callback(staff.close)
        idle = IdleConnections(self._clock, lambda reason: self.metrics.connections_cut.labels(reason).inc())
        application = make_application(
            Parts(
                pages=Pages(files, frame_ancestors=http.frame_ancestors, frame_origins=frames),
                rooms=self.rooms,
                drain=DrainOperations(self.drain, self.registry, usual_s=settings.stop.deadline_s),
                operator=OperatorOperations(
                    self.registry,
                    self.plane,
                    self.metrics,
                    self.drain,
                    CallRecordRows(self.database.units),
                    degraded=self.degraded,
                ),
                statistics=StatisticsOperations(self.registry),
                attendance=AttendanceOperations(self.registry),
                clips=ClipOperations(self.films, self.registry),
                bookings=(
                    *booking_operations(
                        settings,
                        self.bookings,
                        self._desk.parts.store,
                        self.database.units,
                        self.registry,
                        tokens,
                        self.messages.desk,
                        uri_domain=self._desk.parts.set_up.uri_domain,
                        sealer=self._credentials.sealer,
                        clock=self._clock,
                        public_url=self.public_url,
                    ),
                    *rating_operations(self.database.units, self.store, self._counters),
                ),
                network=network_operations(
                    settings, self._credentials, self.echoes, self.database.units, self._clock, self._counters
                ),
                embedders=embedders,
                access=Access(
                    keys,
                    join_tokens,
                    staff.callers,
                    lambda request: limit_key(proxies.client_address(request)),
                    AuditRoutes(Audit(audit_log, self._counters), self._clock),
                ),
                health=Health(
                    unready_reason=self.unready_reason,
                    degraded=self.degraded,
                    registry=self.metrics.registry,
                    process=self.metrics.process,
                    proxies=proxies,
                    metrics_networks=settings.metrics.networks,
                ),
                issuer=who_calls.make_issuer(settings, self.public_url, self._credentials, self._clients, guards),
                proxies=proxies,
                observe_request=self.metrics.observe_request,
                idle=idle,
                max_body_bytes=http.max_body_bytes,
                history=booking_apis.make_history(settings, self.database.units, guards, url=self.public_url),
                public_url=self.public_url,
                sms=SmsRoutes(self.messages.desk, self.callers, proxies=proxies, clock=self._clock),
                sms_inbox=None if self.messages.inbox is None else SmsInbox(self.messages.inbox),
                screens=await asyncio.to_thread(Screens) if is_for_development else None,
                is_for_development=is_for_development,
                organisations=OrganisationApi(
                    self.bookings, self.callers, clock=self._clock, public_url=self.public_url
                ),
                attached=(
                    staff.routes,
                    booking_apis.make_video_api(
                        settings, self.bookings, self.callers, clock=self._clock, url=self.public_url
                    ),
                ),
            )
        )
        signalling = await stack.enter_async_context(
            Signalling(
                self.registry,
                tokens,
                self._clock,
                limits=SessionLimits(
                    token_lifetime_s=settings.tokens.session_lifetime_s,
                    turn=TurnServers(
                        urls=tuple(settings.turn.urls),
                        secret=self._credentials.turn_secret,
                        lifetime_s=settings.turn.lifetime_s,
                    ),
                ),
                public_origin=self.public_url,
                may_join=embedders.may_join,
                client_of=lambda request: limit_key(proxies.client_address(request)),
                audit=call_audit,
            )
        )
        signalling.attach(application)
        services = await stack.enter_async_context(TaskScope("services"))
        services.start(self.metrics.watch_loop_lag(), "loop lag")
        services.start(self.overload.watch(lambda: self.plane.loads), "overload")
        services.start(turn_addresses.run(), "turn addresses")
        services.start(self.drain.run(self.registry), "drain")
        services.start(self.messages.worker.run(), "message outbox")
        services.start(
            make_retention(settings, self.database.units, self._credentials.sealer, self._clock, self._counters).run(),
            "retention of records",
        )
        runner = web.AppRunner(
            application,
            handle_signals=False,
            access_log=None,
            logger=protocol_logger,
            shutdown_timeout=HTTP_SHUTDOWN_S,
        )
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        services.start(idle.watch(lambda: runner.server.connections if runner.server else ()), "idle connections")
        for listening in sockets:
            await web.SockSite(runner, listening, ssl_context=self._credentials.tls).start()
        logger.info(
            "server_started http=%s media=%s", format_all(self.http_addresses), format_all(self.media_addresses)
        )

    async def _open_store(self, stack: AsyncExitStack) -> StoreKeeping:
        """Raises: Misconfigured, Refused `store_unavailable`."""
        settings = self.settings.store
        self.database = database = await stack.enter_async_context(
            open_store(settings.url, self._credentials.store_password, upgrades=settings.upgrade_at_start)
        )
        database.units.unreadable.count = lambda: self._counters.add("store_rows_unreadable")
        self._clients = Clients(StoredClients(database.units), self._clock)
        return await stack.enter_async_context(
            StoreKeeping(
                database,
                self._clock,
                counters=self._counters,
                metrics=self.metrics,
                retention=Retention(
                    attendance_kept_s=settings.attendance_kept_days * DAY_S,
                    closed_room_kept_s=settings.closed_rooms_kept_days * DAY_S,
                ),
            )
        )

    def _is_for_development(self) -> bool:
        return DEVELOPMENT_KEY in self._credentials.api_keys.values()
