"""One client's connection: from the verified token to the seat, commands in, events out.

    state        join ok              other command    end / too slow / socket gone
    GREETED      SEATED or WAITING    out_of_order     OVER        (`renewToken` is carried out)
    WAITING      SEATED or WAITING    must_wait        OVER        (`leave` and `renewToken` are carried out)
    SEATED       -                    carried out      OVER        (a second `join`: out_of_order)
    OVER         refused              refused          OVER

A host's departure can send SEATED back to WAITING.

`handle` is called for one message after another (never two at once); `send` and `end` are the room's. The session
writes through a `Wire`, so it needs no socket.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

import msgspec

from vdxmedia.clock import Clock
from vdxmedia.conference import commands, doors_desk, events
from vdxmedia.conference.kinds import EndReason, Role
from vdxmedia.conference.names import one_line
from vdxmedia.errors import BadMessage, NotAllowed, Refused, VdxError
from vdxmedia.hub.call_audit import AUDITED, CallAudit
from vdxmedia.hub.client import (
    ClientEvent,
    JoinRequest,
    QualityChanged,
    ResumeRequest,
    Seated,
    SentToLobby,
    Waiting,
)
from vdxmedia.hub.devices import Device
from vdxmedia.hub.ports import Grant, MediaOffer, Tokens
from vdxmedia.hub.registry import Registry
from vdxmedia.hub.room_task import RoomTask
from vdxmedia.ids import ParticipantId, RoomId, SessionSecret
from vdxmedia.signalling import messages, translate
from vdxmedia.signalling.areas.lobby import waiting_of
from vdxmedia.signalling.areas.room import room_of
from vdxmedia.signalling.broadcast import Broadcast, Latest, encode, encode_event
from vdxmedia.signalling.decoding import decode_command
from vdxmedia.signalling.fanout import Bodies, FanOut, Line
from vdxmedia.signalling.media_setup import media_setup
from vdxmedia.signalling.outbox import Outbox
from vdxmedia.signalling.rates import Rates
from vdxmedia.signalling.turn import TurnServers

logger = logging.getLogger(__name__)

RENEW_AT = 0.8
"""Of a token's life."""


class Wire(Protocol):
    """The socket, as a session sees it."""

    def send(self, body: bytes, number: int | None) -> None:
        """Writes a list, `["events",[…]]`, or passes over it when the socket is gone. With a number it asks the client
        to acknowledge, and the session hears of that by `acknowledged`."""
        ...

    async def close(self) -> None:
        """Bounded in time. The session hears of it by `closed`. Twice is fine."""
        ...


class SessionLimits(msgspec.Struct, frozen=True, kw_only=True):
    token_lifetime_s: float = 600.0
    """Of the tokens made in the session; short, because they are renewed."""
    max_queued: int = 256
    ack_timeout_s: float = 15.0
    turn: TurnServers = TurnServers()


class Session:
    """Implements `hub.client.Client`. Event loop only; `write` must run as a task."""

    def __init__(
        self,
        grant: Grant,
        *,
        registry: Registry,
        tokens: Tokens,
        clock: Clock,
        broadcast: Broadcast,
        fan: FanOut,
        limits: SessionLimits,
        device: Device | None = None,
        audit: CallAudit | None = None,
        address: str = "",
    ) -> None:
        """`audit`: is told what the client does as a host; None: nobody is. `address`: the client's, shortened."""
        self._grant = grant
        self._room = RoomId(grant.room)
        self._registry = registry
        self._counters = registry.counters
        self._tokens = tokens
        self._clock = clock
        self._broadcast = broadcast
        self._limits = limits
        self._device = device
        self._audit = audit
        self._address = address
        self._rates = Rates(clock.monotonic_s())
        self._outbox = Outbox(max_queued=limits.max_queued, ack_timeout_s=limits.ack_timeout_s)
        self._conference: RoomTask | None = None
        self._participant: ParticipantId | None = None
        self._fan = fan
        self._line = Line(self._flush, self._check)
        self._wire: Wire | None = None
        self._may_write = False
        self._renew_at_s: float | None = None
        self._farewell: messages.Ended | None = None
        self._is_over = False
        self._is_waiting = False
        self._wake = asyncio.Event()

    # ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def handle(self, raw: bytes | msgspec.Raw) -> bytes:
        """The encoded answer to one command. Never raises."""
        try:
            return encode(await self._handle(raw))
        except VdxError as error:
            self._counters.add(f"commands_refused_{error.code}")
            return encode(translate.failure(error))
        except Exception:
            self._counters.add("command_faults")
            logger.exception("command_fault room=%s participant=%s", self._room, self._participant)
            return encode(messages.Failure(code="internal", text="a fault of the server; it has been logged"))

    async def _handle(self, raw: bytes | msgspec.Raw) -> messages.Answer:
        now = self._clock.monotonic_s()
        self._rates.take_any(now)
        message = decode_command(raw)
        self._rates.take(message, now)
        logger.debug("< %s room=%s participant=%s", type(message).__name__, self._room, self._participant)
        if isinstance(message, messages.Join):
            return await self._join(message)
        if isinstance(message, messages.RenewToken) and self._conference is None and not self._is_over:
            # Who typed a PIN gets his token before he joins.
            token, expires_at = self._sign()
            return messages.Renewed(token=token, token_expires_at=expires_at)
        if self._conference is None or self._participant is None or self._is_over:
            raise BadMessage("join first", code="out_of_order")
        conference, participant = self._conference, self._participant
        if self._is_waiting and not isinstance(message, messages.Leave | messages.RenewToken):
            raise Refused("wait to be let in", code="must_wait")
        match message:
            case messages.Transfer():
                await self._perform(self._transfer(message, participant), conference)
            case messages.Offer():
                return await self._offer(message, conference, participant)
            case messages.SetSource():
                await conference.perform(
                    commands.SetSource(participant, message.source, message.active, message.content_hint), self
                )
            case messages.SetTiles():
                tiles = [commands.Tile(tile.slot, tile.width, tile.height) for tile in message.tiles]
                await conference.perform(commands.SetTiles(participant, tiles), self)
            case messages.Leave():
                await conference.leave(participant, self)
                self._participant = None
                self._renew_at_s = None
            case messages.RenewToken():
                token, expires_at = self._issue()
                return messages.Renewed(token=token, token_expires_at=expires_at)
            case _:
                return translate.answered(await self._perform(translate.asked(message, participant), conference))
        return messages.Done()

    async def _perform(self, command: commands.Asked, conference: RoomTask) -> object:
        """With its note in the audit log, where it has one."""
        audit = self._audit
        if audit is None:
            return await conference.perform(command, self)
        if type(command) not in AUDITED:
            raise RuntimeError(f"{type(command).__name__} does not say whether it is noted")
        return await conference.perform(command, self, lambda: audit.note(command, self._room, self._address))

    async def _join(self, message: messages.Join) -> messages.Answer:
        if (self._conference is not None and not self._is_waiting) or self._is_over:
            raise BadMessage("this connection has joined already", code="out_of_order")
        started = self._clock.monotonic_s()
        resume = message.resume
        request = JoinRequest(
            grant=self._grant,
            name=one_line(message.name or ""),
            function=one_line(message.function or ""),
            video_slots=message.video_slots if self._grant.can_subscribe else 0,
            knows_who_sees=message.knows_who_sees,
            accepts_terms=message.accepts_terms or "",
            expects_weak=message.expects_weak,
            device=self._device,
            resume=None if resume is None else ResumeRequest(SessionSecret(resume.session), resume.sequence),
        )
        # Who was let in reads already: what comes after the answer must not overtake it.
        self._may_write = False
        try:
            self._conference, seat = await self._registry.join(self._room, request, self)
        except BaseException:
            self._may_write = self._is_waiting
            raise
        self._participant = seat.participant
        if self._is_over:  # the socket went meanwhile, and `closed` knew of no conference yet
            self._conference.lost(self)
            raise BadMessage("the connection is closed", code="out_of_order")
        token, expires_at = self._issue()
        # Only after the acknowledgement is in the socket's queue: it comes before the first event.
        asyncio.get_running_loop().call_soon(self._start_writing)
        self._conference.room.records.joined_in(seat.participant, self._clock.monotonic_s() - started)
        self._is_waiting = isinstance(seat, Waiting)
        if isinstance(seat, Waiting):
            return waiting_of(seat, token=token, token_expires_at=expires_at)
        if not isinstance(seat, Seated):
            return messages.Resumed(
                participant_id=seat.participant,
                sequence=seat.sequence,
                missed=translate.sequenced(self._room, seat.missed),
                documents=translate.documents(self._room, seat.documents),
                bindings=translate.bindings(seat.bindings),
                media_alive=seat.media_alive,
                ice_servers=self._ice_servers(seat.participant),
                token=token,
                token_expires_at=expires_at,
            )
        snapshot = seat.snapshot
        return messages.Joined(
            participant_id=seat.participant,
            session=seat.session,
            sequence=snapshot.sequence,
            room=room_of(self._room, snapshot.settings),
            participants=self._broadcast.participants(snapshot.participants),
            documents=self._broadcast.documents(self._room, snapshot.documents),
            bindings=translate.bindings(snapshot.bindings),
            media=media_setup(
                self._grant,
                snapshot.settings.codec,
                snapshot.settings.quality,
                request.video_slots,
                self._ice_servers(seat.participant),
            ),
            media_alive=seat.media_alive,
            token=token,
            token_expires_at=expires_at,
        )

    def _ice_servers(self, participant: ParticipantId) -> list[messages.IceServer]:
        return self._limits.turn.ice_servers(participant, self._clock.unix_s())

    async def _offer(
        self, message: messages.Offer, conference: RoomTask, participant: ParticipantId
    ) -> messages.AnswerMedia:
        if len(set(message.sources.values())) != len(message.sources):
            raise BadMessage("each kind of source at most once")
        offer = MediaOffer(message.sdp, message.sources)
        return translate.answer(await conference.offer(participant, offer, self))

    def _transfer(self, message: messages.Transfer, asking: ParticipantId) -> doors_desk.Transfer:
        """Raises: NotAllowed, NotFound."""
        there = self._registry.as_it_stands(self._tokens.verify(message.token, self._clock.unix_s()))
        if there.role != Role.HOST or there.room == self._room:
            raise NotAllowed("the token makes nobody a host of another room", code="not_permitted")
        self._registry.settings_of(RoomId(there.room))
        return doors_desk.Transfer(asking, ParticipantId(message.participant_id), RoomId(there.room))

    def _transferred(self, told: events.Transferred) -> messages.Transferred:
        """A guest there, with the same name, organisation and sources."""
        expires_at = self._clock.unix_s() + self._limits.token_lifetime_s
        grant = msgspec.structs.replace(
            self._grant,
            room=told.room,
            role=Role.GUEST.value,
            expires_at=expires_at,
            lasts_with_room=False,
            participant="",
        )
        return messages.Transferred(room=told.room, token=self._tokens.issue(grant))

    def _issue(self) -> tuple[str, float]:
        self._renew_at_s = self._clock.monotonic_s() + RENEW_AT * self._limits.token_lifetime_s
        self._wake.set()
        return self._sign()

    def _sign(self) -> tuple[str, float]:
        expires_at = self._clock.unix_s() + self._limits.token_lifetime_s
        renewed = msgspec.structs.replace(
            self._grant, expires_at=expires_at, lasts_with_room=False, participant=self._participant or ""
        )
        return self._tokens.issue(renewed), expires_at

    # ── the room's side: never blocks, never raises ───────────────────────────────────────────────────────────────

    def send(self, event: ClientEvent) -> None:
        if self._is_over:
            return
        told = self._broadcast.tell(self._room, event)
        place = told.place
        if not told.json:
            self._put_own(event)
        elif place is None:
            self._put(told.json)
        elif isinstance(place, Latest):
            self._outbox.put_latest(place, told.json)
        else:
            self._outbox.put_document(place, told.json)
        if self._may_write and not self._line.is_marked and not self._is_over:
            self._fan.mark(self._line)

    def _put_own(self, event: ClientEvent) -> None:
        """What no other client is told in the same words, or what changes this session."""
        match event:
            case QualityChanged():
                self._outbox.put_qualities(event.qualities)
            case events.Transferred():
                self._put(encode_event(self._transferred(event)))
            case _:
                self._is_waiting |= isinstance(event, SentToLobby)
                self._put(encode_event(translate.event(self._room, event)))

    def _put(self, encoded: bytes) -> None:
        """In order."""
        self._outbox.put(encoded)
        if self._outbox.is_overflowing:
            self._end_too_slow()

    def end(self, reason: EndReason, *, can_rejoin: bool) -> None:
        if self._farewell is None:
            self._farewell = messages.Ended(reason=reason, can_rejoin=can_rejoin)
        self._is_over = True
        self._wake.set()

    # ── the socket's side ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def has_seat(self) -> bool:
        """False before the join and after leaving."""
        return self._participant is not None

    def closed(self) -> None:
        """The socket is gone. Twice is fine."""
        self._is_over = True
        if self._conference is not None:
            self._conference.lost(self)
        self._wake.set()

    def acknowledged(self, number: int) -> None:
        """The client has taken the list of that number, and those before it."""
        if self._outbox.acknowledge(number):
            self._fan.mark(self._line)

    async def write(self, wire: Wire) -> None:
        """Until the end of the session; then says goodbye and closes the socket. Wakes for nothing else but tokens."""
        self._wire = wire
        try:
            while not self._is_over:
                self._wake.clear()
                self._renew_token(self._clock.monotonic_s())
                await self._sleep()
            if self._farewell is not None:
                rest = self._outbox.take(self._clock.monotonic_s()) if self._may_write else None
                wire.send(Bodies(0.0).body([*(rest[1] if rest else ()), encode_event(self._farewell)]), None)
        finally:
            self.closed()
            await wire.close()

    def _flush(self, bodies: Bodies) -> None:
        if self._wire is None or not self._may_write or self._is_over:
            return
        outbox = self._outbox
        try:
            while outbox.has_any and (taken := outbox.take(bodies.now_s)) is not None:
                number, batch = taken
                self._wire.send(bodies.body(batch), number)
                if number is not None:
                    self._fan.watch(self._line, self._limits.ack_timeout_s)
        except Exception:
            self._counters.add("write_faults")
            logger.exception("write_fault room=%s participant=%s", self._room, self._participant)
            self.closed()

    def _check(self) -> float | None:
        """How long until it is to be looked at again."""
        due_s, now_s = self._outbox.ack_due_s, self._clock.monotonic_s()
        if due_s is None or self._is_over:
            return None
        if self._outbox.is_too_slow(now_s):
            self._end_too_slow()
            return None
        return due_s - now_s

    def _end_too_slow(self) -> None:
        if not self._is_over:
            self._counters.add("clients_too_slow")
            logger.info("client_too_slow room=%s participant=%s", self._room, self._participant)
            self.end(EndReason.TOO_SLOW, can_rejoin=True)

    def _renew_token(self, now_s: float) -> None:
        if self._renew_at_s is not None and now_s >= self._renew_at_s:
            token, expires_at = self._issue()
            self._outbox.put(encode_event(messages.TokenRenewed(token=token, token_expires_at=expires_at)))
            self._fan.mark(self._line)

    async def _sleep(self) -> None:
        timeout = None if self._renew_at_s is None else self._renew_at_s - self._clock.monotonic_s()
        try:
            async with asyncio.timeout(timeout):
                await self._wake.wait()
        except TimeoutError:
            pass

    def _start_writing(self) -> None:
        self._may_write = True
        self._fan.mark(self._line)
