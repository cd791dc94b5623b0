"""A live conference with its seats and clients: what the room's task does in its turns. Synchronous, one writer.

Between the pure core, which decides, and the two sides that hear of it: the media plane first, so that what is no
longer allowed has stopped before anybody is told; then the clients.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import assert_never

from vdxmedia.clock import Clock
from vdxmedia.conference import commands, events
from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.kinds import EndReason, LeaveReason, Role, SlotKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import Refused, VdxError
from vdxmedia.hub import kept_room
from vdxmedia.hub.attendance import Presence
from vdxmedia.hub.call_records import RoomRecords
from vdxmedia.hub.client import (
    Client,
    ClientEvent,
    JoinRequest,
    Seated,
    SeatResumed,
    ServerStopping,
    Waiting,
)
from vdxmedia.hub.connections import Connections
from vdxmedia.hub.floor_log import FloorLog
from vdxmedia.hub.grant_now import grant_now
from vdxmedia.hub.limits import HubLimits
from vdxmedia.hub.newcomer import function_of, join_of, name_of
from vdxmedia.hub.overview import Figures, RoomNow, figures_of, room_now
from vdxmedia.hub.ports import (
    Grant,
    LayersWanted,
    MediaAnswer,
    MediaConnected,
    MediaEvent,
    MediaLost,
    MediaPlane,
    MediaQuality,
    MediaSeat,
    MediaStep,
    SlotCannotDecode,
    SlotPaused,
    SpeakersChanged,
)
from vdxmedia.hub.presence import RoomPresence, presence_of
from vdxmedia.hub.ring import EventRing
from vdxmedia.hub.room_lobby import RoomLobby, admission_keys
from vdxmedia.hub.rounds import RosterNews, in_rounds
from vdxmedia.hub.seats import Seat, Seats
from vdxmedia.ids import ConferenceKey, ParticipantId, RoomId, SourceId, new_source_id
from vdxmedia.observability import Metrics

logger = logging.getLogger(__name__)

OFFER_RETRY_S = 0.5

Performed = commands.SetSource | commands.SetTiles | commands.Asked
"""What a seated client asks for by itself."""
_OF_MEDIA = (events.MediaChanged, events.BindingsChanged, events.SpeakersChanged)
"""These come often, and tell of nobody who has come or gone."""


class Room:
    """`admit` is asked before each new seat and raises Refused when joins come too fast; `keep_settings` is told what a
    host has changed, before anybody else; `note_present` who is there, where attendance is kept; `mark_changed` when
    `state` gives something new; `came` and `went` of people who take and give up seats, with a name where attendance is
    kept."""

    def __init__(
        self,
        room: RoomId,
        key: ConferenceKey,
        settings: RoomSettings,
        *,
        plane: MediaPlane,
        clock: Clock,
        limits: HubLimits,
        metrics: Metrics,
        records: RoomRecords,
        admit: Callable[[], None],
        keep_settings: Callable[[RoomSettings], None],
        note_present: Callable[[Sequence[events.ParticipantState]], None],
        mark_changed: Callable[[], None],
        play_film: Callable[[events.FilmOrdered], None] = lambda order: None,
        admissions: Admissions | None = None,
        recognise: Callable[[events.PersonRecognised], None] = lambda ticked: None,
        came: Callable[[Seat, str | None], None] = lambda seat, name: None,
        went: Callable[[ParticipantId], None] = lambda participant: None,
    ) -> None:
        self.id = room
        self.key = key
        self._codec = settings.codec
        self._plane = plane
        self._clock = clock
        self.records = records
        self._floor_log = FloorLog(room, metrics)
        self._admit = admit
        self._keep_settings = keep_settings
        self._play_film = play_film
        self._recognise = recognise
        self._came = came
        self._went = went
        self._mark_changed = mark_changed
        self._unix_offset_s = clock.unix_s() - clock.monotonic_s()
        self._ring = EventRing(limits.ring)
        self._seats = Seats()
        self._writer = kept_room.RoomWriter()
        self._owners: dict[SourceId, ParticipantId] = {}
        self._stop_retry_s: float | None = None
        """Announced: who comes now would not know."""
        self._conference = Conference(
            settings,
            now_s=clock.monotonic_s(),
            opens_at_s=self._monotonic(settings.opens_at),
            closes_at_s=self._monotonic(settings.closes_at),
            seat_kept_s=limits.seat_kept_s,
            return_kept_s=limits.return_kept_s,
            roster_round_s=limits.roster_round_s,
            unix_offset_s=self._unix_offset_s,
            admissions=admissions,
        )
        self._connections = Connections(self._seats, self._owners, self._conference)
        self._presence = Presence(self._conference, note_present)
        self._lobby = RoomLobby(room, self._conference)

    @property
    def is_empty(self) -> bool:
        return self._conference.is_empty

    def counts(self) -> Mapping[Role, int]:
        return self._seats.counts()

    def presence(self) -> RoomPresence:
        return presence_of(self._seats, self._conference.waiting(), self._unix_offset_s)

    def show_still(self, participant: ParticipantId, jpeg: bytes) -> None:
        """A picture of who waits, for hosts; empty: none any more. Raises: NotFound."""
        self._lobby.show_still(participant, jpeg)

    def stills(self) -> Sequence[tuple[ParticipantId, bytes]]:
        return self._lobby.stills()

    def is_host(self, participant: ParticipantId) -> bool:
        return any(one.id == participant and one.role is Role.HOST for one in self._conference.present())

    def as_it_stands(self, grant: Grant) -> Grant:
        return grant_now(grant, self._seats, self._conference)

    def seated(self) -> Sequence[ParticipantId]:
        return [seat.participant for seat in self._seats.all()]

    def figures(self) -> Figures:
        return figures_of(self._seats, self._conference, self.records)

    def now(self) -> RoomNow:
        return room_now(self.id, self.figures(), self.records.age_s)

    def deadline(self) -> float | None:
        return self._conference.deadline()

    # ── a restart of the server ───────────────────────────────────────────────────────────────────────────────────

    def state(self) -> bytes:
        """What the next server must know to go on. Some 2 µs per person, most of it to see that he is the same."""
        now_s = self._clock.monotonic_s()
        return self._writer.encode(
            self._conference.kept(now_s),
            (seat for seat in self._seats.all() if not seat.grant.is_film),
            self._lobby.places(now_s),
            self._conference.settings,
        )

    def restore(self, state: bytes) -> None:
        """Into a room that is new. All seats wait for their owners. Raises: BadInput, and what a desk's `restore`
        raises; the room is of no use then."""
        kept = kept_room.decode(state)
        now_s, settings = self._clock.monotonic_s(), self._conference.settings
        if kept.settings is not None:
            self._conference.handle(self._agreed(kept.settings, times=settings), now_s)
        decided = self._conference.restore(kept.conference, now_s)
        for one in kept.seats:
            seat = one.seat()
            seat.first_sequence = self._conference.sequence  # of the last server's events nothing is known
            self._seats.add(seat)
            self._owners.update(dict.fromkeys(seat.sources.values(), seat.participant))
            self.records.restored(seat.participant, seat.grant.role)
        self._lobby.restore(kept.places, now_s)
        self._tell_decided(decided)
        if self._conference.settings != settings:
            self._handle(self._agreed(settings, times=settings))
        logger.info("conference_restored room=%s seats=%d", self.id, len(kept.seats))

    # ── clients ───────────────────────────────────────────────────────────────────────────────────────────────────

    def join(self, request: JoinRequest, client: Client) -> Seated | SeatResumed | Waiting:
        """A new seat, or the old one again: by its secret (media goes on), or by the token's identity (from the
        start). With another token's rights it is a new seat in the old one's place. Who may not come in yet waits, and
        joins again when he is told that he may. Raises: BadField, NotAllowed, Refused."""
        if self._stop_retry_s is not None:
            raise Refused("the server goes down", code="server_stopping", retry_after_s=self._stop_retry_s)
        resumed = self._seats.by_secret(request.resume.session) if request.resume is not None else None
        seat = resumed or self._seats.by_identity(request.grant.identity)
        if seat is None or not seat.has_rights_of(request.grant):
            return self._join_new(request, client, replaced=seat)
        if resumed is None:
            # Another window has the media connection, if any; it must not speak for this one.
            self._drop_media(seat)
        seat.give_up_client(client)
        self._handle(commands.Reconnect(seat.participant, request.video_slots, request.grant.note))
        seat.client, seat.device = client, request.device
        if not seat.bandwidth.is_plain:
            client.send(seat.bandwidth.told())
        media_alive = self._conference.has_media(seat.participant)
        snapshot = self._conference.snapshot(seat.participant)
        since = request.resume.sequence if resumed is not None and request.resume is not None else 0
        # 0 is a reloaded page, which remembers nothing.
        is_known = seat.first_sequence <= since <= snapshot.sequence and since > 0
        missed = self._ring.after(since, seat.participant) if is_known else None
        result = "snapshot" if missed is None else "resumed"
        self.records.again(seat.participant, result)
        logger.info("seat_taken_again room=%s participant=%s result=%s", self.id, seat.participant, result)
        if missed is None:
            return Seated(seat.participant, seat.secret, snapshot, media_alive)
        return SeatResumed(
            seat.participant, snapshot.sequence, missed, snapshot.documents, snapshot.bindings, media_alive
        )

    def _join_new(self, request: JoinRequest, client: Client, *, replaced: Seat | None) -> Seated | Waiting:
        grant = request.grant
        secret = None if request.resume is None else request.resume.session
        waited = self._lobby.of(secret, grant.identity)
        if waited is not None and (waited.grant.role, waited.grant.knocks) != (grant.role, grant.knocks):
            self._handle(commands.LeaveWaiter(waited.participant))  # he has another link now
            waited = None
        if request.lacks_terms and replaced is None and waited is None:  # who is in already has accepted others
            raise Refused("the organisation's terms must be accepted first", code="terms_not_accepted")
        name = name_of(request, waited)
        keys = admission_keys(grant.identity, secret)
        reason = self._conference.why_wait(
            Role(grant.role),
            keys,
            self._clock.monotonic_s(),
            leaving=int(replaced is not None) + grant.is_film,
            waiting=None if waited is None else waited.participant,
            knocks=grant.knocks,
        )
        if waited is None:
            self._admit()
        if reason is not None:
            decided, waiting = self._lobby.wait(waited, request, client, name, self._clock.monotonic_s())
            self._carry_out(decided)
            self._mark_changed()
            told = waiting()
            self.records.waits(told.participant, grant.role)
            return told
        if replaced is not None:
            replaced.give_up_client(client)
            self._handle(commands.Leave(replaced.participant))
        sources = {kind: self._new_source() for kind in sorted(grant.can_publish)}
        seat = Seat.make(grant, sources, expects_weak=request.expects_weak)
        if waited is not None:
            self._lobby.take(waited, client)
            seat.participant, seat.secret = waited.participant, waited.secret
        seat.name, seat.function, seat.device = name, function_of(request, waited), request.device
        join = join_of(request, seat, keys, self._conference.settings)
        decided = self._conference.handle(join, self._clock.monotonic_s())
        self._seats.add(seat)
        self._owners.update(dict.fromkeys(seat.sources.values(), seat.participant))
        try:
            self._carry_out(decided)
            self._presence.look()
            self._mark_changed()
            seat.first_sequence = self._conference.sequence
            seat.client = client  # only now: the snapshot has all that was told until here
        finally:
            if seat.client is None:  # nobody would ever give it up
                self._handle(commands.Leave(seat.participant))
        if not grant.is_film:
            self.records.came(seat.participant, grant.role)
            self._came(seat, name if self._conference.settings.keeps_attendance else None)
        logger.info("participant_joined room=%s participant=%s role=%s", self.id, seat.participant, grant.role)
        return Seated(seat.participant, seat.secret, self._conference.snapshot(seat.participant), media_alive=False)

    def perform(self, command: Performed, client: Client) -> object:
        """The answer beside that it was done, if there is one. Raises: NotFound, NotAllowed, and what is refused."""
        self._seats.of_client(command.participant, client)
        decided = self._conference.handle(command, self._clock.monotonic_s())
        self._carry_out(decided)
        if not isinstance(command, commands.SetTiles):
            self._mark_changed()
        return next((event.answer for event in decided if isinstance(event, events.Answered)), None)

    def leave(self, participant: ParticipantId, client: Client) -> None:
        if self._lobby.lost(client) is not None:
            self._handle(commands.LeaveWaiter(participant))
            return
        seat = self._seats.of_client(participant, client)
        seat.client = None
        self._handle(commands.Leave(participant))

    def lost(self, client: Client) -> None:
        """The connection is gone, whether it has a seat or not."""
        seat = self._seats.by_client(client)
        if seat is not None:
            seat.client = None
            self._handle(commands.Disconnect(seat.participant))
        waiter = self._lobby.lost(client)
        if waiter is not None:
            self._handle(commands.LoseWaiter(waiter))

    def begin_offer(self, participant: ParticipantId, client: Client) -> MediaSeat:
        """What the plane needs. Raises: NotFound, Refused (`media_busy`: one offer at a time)."""
        seat = self._seats.of_client(participant, client)
        if seat.is_offering:
            raise Refused("an offer is being answered", code="media_busy", retry_after_s=OFFER_RETRY_S)
        seat.is_offering = True
        return MediaSeat(self.key, participant, seat.sources, self._codec, self._conference.video_slots(participant))

    def end_offer(
        self, participant: ParticipantId, client: Client, answer: MediaAnswer | None, *, failed: bool
    ) -> None:
        """`answer` None and not `failed`: nobody knows what the plane did with the offer."""
        seat = self._seats.get(participant)
        if seat is None:
            self._plane.disconnect(self.key, participant, is_gone=True)  # left meanwhile
            return
        seat.is_offering = False
        if answer is None:
            if not failed:
                self._drop_media(seat)
            return
        if seat.client is not client and seat.client is not None:
            self._drop_media(seat)  # another connection has the seat, and this one's media must not speak for it
            return
        if is_new := answer.is_new_connection:
            self._connections.forget(seat)
        kinds = (SlotKind.SPEAKER, SlotKind.PROGRAMME, SlotKind.VIDEO)
        speakers, programmes, videos = (answer.slot_count(kind) for kind in kinds)
        self._handle(commands.MediaEstablished(participant, speakers, programmes, videos, is_new=is_new))

    # ── the registry ──────────────────────────────────────────────────────────────────────────────────────────────

    def change_settings(self, settings: RoomSettings) -> None:
        self._handle(self._agreed(settings, times=settings))

    def _agreed(self, settings: RoomSettings, *, times: RoomSettings) -> commands.ChangeSettings:
        opens_at_s, closes_at_s = self._monotonic(times.opens_at), self._monotonic(times.closes_at)
        return commands.ChangeSettings(settings, opens_at_s, closes_at_s)

    def film_heard(self, heard: commands.FilmHeard) -> None:
        if not self._conference.is_empty:
            self._handle(heard)

    def announce_stop(self, reconnect_after_s: float) -> None:
        self.records.is_stopping = True
        self._stop_retry_s = reconnect_after_s
        self._tell_all(ServerStopping(reconnect_after_s))
        self._lobby.tell_all(ServerStopping(reconnect_after_s))

    def end(self, *, can_rejoin: bool) -> None:
        self._seats.end_clients(can_rejoin=can_rejoin)
        self._lobby.end(can_rejoin=can_rejoin)
        if not self._conference.is_empty:
            self._handle(commands.End())

    def timeout(self) -> None:
        self._carry_out(self._conference.handle_timeout(self._clock.monotonic_s()))
        self._presence.look()

    # ── the plane ─────────────────────────────────────────────────────────────────────────────────────────────────

    def heard(self, event: MediaEvent) -> None:
        match event:
            case SpeakersChanged():
                self._handle(commands.SpeakersHeard(event.speakers))
            case MediaQuality():
                self.records.hear(event, self._connections.read_quality(event))
                return
            case SlotCannotDecode():
                self._connections.cannot_decode(event)
            case SlotPaused() | LayersWanted():
                self._connections.read_layers(event)
            case MediaLost():
                seat = self._seats.get(event.participant)
                if seat is not None:
                    self._handle(commands.MediaClosed(event.participant))
                    self._connections.lost(seat, event.reason)
            case MediaConnected() | MediaStep():
                pass
            case _:
                assert_never(event)
        self.records.hear(event)

    # ── carrying out ──────────────────────────────────────────────────────────────────────────────────────────────

    def _handle(self, command: commands.Command) -> None:
        self._carry_out(self._conference.handle(command, self._clock.monotonic_s()))

    def _carry_out(self, decided: Sequence[events.Event]) -> None:
        try:
            for event in decided:
                if isinstance(event, events.MediaChanged):
                    self._plane.apply(self.key, event.changes)
                elif isinstance(event, events.SeatGivenUp):
                    self._plane.disconnect(self.key, event.participant, is_gone=True)
        except VdxError as error:
            # The relay takes no more: not the caller's fault, and not one that may pass silently.
            raise RuntimeError(f"the media plane did not take what was decided: {error.code}") from error
        finally:
            self._tell_decided(decided)

    def _tell_decided(self, decided: Sequence[events.Event]) -> None:
        """Also when the plane failed: the conference has changed, and the numbers must have no gap."""
        is_over = any(isinstance(event, events.ConferenceEnded) for event in decided)
        chosen: RoomSettings | None = None
        for event in in_rounds(decided):
            match event:
                case events.SeatGivenUp():
                    self._release(event, EndReason.ENDED if is_over else EndReason.REMOVED)
                case events.ParticipantJoined() | events.ParticipantChanged() | events.ParticipantLeft():
                    self._ring.append(event.to, (event,))
                    self._seats.tell(event.to, event)
                case RosterNews():
                    self._ring.append(event.to, event.events)
                    self._seats.tell(event.to, event)
                case (
                    events.SpeakersChanged() | events.DocumentChanged() | events.DocumentWithdrawn() | events.Uttered()
                ):
                    self._seats.tell(event.to, event)
                case events.BindingsChanged():
                    self._seats.tell((event.participant,), event)
                case events.SettingsChosen():
                    chosen = event.settings
                case events.PersonRecognised():
                    self._recognise(event)
                case events.FilmOrdered():
                    self._play_film(event)
                case events.WaiterTold() | events.WaiterAdmitted() | events.WaiterRefused() | events.WaiterGone():
                    self._lobby.tell(event)
                    self.records.waited(event)
                case events.Transferred():
                    self._seats.tell((event.participant,), event)
                case events.FloorNoted():
                    self._floor_log.note(event)
                case events.MediaChanged() | events.ConferenceEnded() | events.Answered():
                    pass
                case _:
                    assert_never(event)
        if not all(isinstance(event, _OF_MEDIA) for event in decided):
            self._presence.look()
            self._mark_changed()
        if chosen is not None:
            self._keep_settings(chosen)
            self.change_settings(chosen)

    def _release(self, event: events.SeatGivenUp, end: EndReason) -> None:
        seat = self._seats.remove(event.participant)
        self._ring.forget(event.participant)
        self._went(event.participant)
        self.records.gone(event.participant, event.reason, is_over=end is EndReason.ENDED)
        if seat is None:
            return
        for source in seat.sources.values():
            del self._owners[source]
        if event.reason is LeaveReason.WAITING:
            self._lobby.take_in(seat)
        elif seat.client is not None and event.reason is not LeaveReason.LEFT:
            seat.client.end(end, can_rejoin=False)
        seat.client = None
        logger.info("participant_left room=%s participant=%s reason=%s", self.id, event.participant, event.reason.value)

    def _tell_all(self, event: ClientEvent) -> None:
        for seat in self._seats.all():
            seat.tell(event)

    def _drop_media(self, seat: Seat) -> None:
        self._plane.disconnect(self.key, seat.participant, is_gone=False)
        self._connections.forget(seat)
        if self._conference.has_media(seat.participant):
            self._handle(commands.MediaClosed(seat.participant))

    def _new_source(self) -> SourceId:
        """Unique among those alive in this room; across rooms 2^32 numbers make a clash unlikely and harmless."""
        while (source := new_source_id()) in self._owners:
            pass
        return source

    def _monotonic(self, unix_s: float | None) -> float | None:
        return None if unix_s is None else unix_s - self._unix_offset_s
