"""A live session in a room, as a pure state machine: commands and the time in, events out.

A *seat* is taken by `Join` and outlasts the signalling connection by `SEAT_KEPT_S`; media has a life of its own
(`MediaEstablished`, `MediaClosed`) and flows on meanwhile. Per seat:

    state          Join  Disconnect      Reconnect     30 s later     Leave
    (none)         C     -               -             -              -
    CONNECTED      bug   RECONNECTING    CONNECTED     -              (none), `left`
    RECONNECTING   bug   RECONNECTING    CONNECTED     (none), `lost` (none), `left`

`now_s` is monotonic seconds throughout; the hub translates opening and closing times once, at the start.
A command that raises has changed nothing. Not task-safe: one writer, the room's task.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from vdxmedia.conference import layout
from vdxmedia.conference.commands import (
    ChangeSettings,
    Command,
    Disconnect,
    End,
    Join,
    Leave,
    MediaClosed,
    MediaEstablished,
    Reconnect,
    SetSource,
    SetTiles,
    SpeakersHeard,
)
from vdxmedia.conference.events import (
    BindingsChanged,
    ConferenceEnded,
    Event,
    MediaChanged,
    ParticipantChanged,
    ParticipantJoined,
    ParticipantLeft,
    RoomChanged,
    Snapshot,
    SpeakersChanged,
)
from vdxmedia.conference.kinds import Connection, ContentHint, LeaveReason, SourceKind
from vdxmedia.conference.ledger import Ledger
from vdxmedia.conference.media import Gate, SetGate, SetHears, SetShedding, SetSourceClasses
from vdxmedia.conference.participant import Participant, SlotCounts, Source
from vdxmedia.conference.permissions import heard_classes, source_classes
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.speakers import Speakers
from vdxmedia.errors import InvalidTransition, NotAllowed, NotFound, Refused
from vdxmedia.ids import ParticipantId, SourceId

SEAT_KEPT_S = 30.0
"""How long a seat waits for its connection to come back (the issue's number; a tunnel, a change of network)."""


_NOT_IN_THE_SCENE = (Join, Disconnect, Reconnect, SetTiles, MediaEstablished, MediaClosed)
"""Commands that change nothing that others see or hear; a newcomer is added."""


class Conference:
    """See the module. `opens_at_s` and `closes_at_s` are in the time of `now_s`."""

    def __init__(
        self,
        settings: RoomSettings,
        *,
        opens_at_s: float | None = None,
        closes_at_s: float | None = None,
        seat_kept_s: float = SEAT_KEPT_S,
    ) -> None:
        self._settings = settings
        self._opens_at_s = opens_at_s
        self._closes_at_s = closes_at_s
        self._seat_kept_s = seat_kept_s
        self._participants: dict[ParticipantId, Participant] = {}
        self._owners: dict[SourceId, Participant] = {}
        self._speakers = Speakers()
        self._said_speakers: tuple[tuple[ParticipantId, float], ...] = ()
        self._ledger = Ledger()
        self._sequence = 0
        self._joins = 0
        self._activations = 0
        self._ended = False
        self._scene: layout.Scene | None = None
        """None: something of it has changed."""

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def sequence(self) -> int:
        """The number of the last sequenced event."""
        return self._sequence

    @property
    def is_empty(self) -> bool:
        return not self._participants

    def __contains__(self, participant: ParticipantId) -> bool:
        return participant in self._participants

    def __len__(self) -> int:
        return len(self._participants)

    def has_media(self, participant: ParticipantId) -> bool:
        return self._find(participant).has_media

    def video_slots(self, participant: ParticipantId) -> int:
        """How many the participant asked for: the most that an offer may have."""
        return self._find(participant).wanted_video_slots

    def is_active(self, participant: ParticipantId, kind: SourceKind) -> bool:
        return self._find(participant).active(kind) is not None

    def snapshot(self, participant: ParticipantId) -> Snapshot:
        return Snapshot(
            sequence=self._sequence,
            settings=self._settings,
            participants=tuple(other.told for other in self._participants.values()),
            bindings=self._find(participant).bindings,
        )

    def deadline(self) -> float | None:
        """When `handle_timeout` is due."""
        if self._ended:
            return None
        times = [
            participant.lost_at_s + self._seat_kept_s
            for participant in self._participants.values()
            if participant.connection is Connection.RECONNECTING
        ]
        times += [time for time in (self._closes_at_s, self._speakers.deadline()) if time is not None]
        return min(times, default=None)

    def check_join(self, now_s: float, *, leaving: int = 0) -> None:
        """Whether a newcomer would be let in, when `leaving` others go first. Raises: Refused."""
        if self._opens_at_s is not None and now_s < self._opens_at_s:
            raise Refused("the room is not open yet", code="room_not_open", retry_after_s=self._opens_at_s - now_s)
        if self._ended or (self._closes_at_s is not None and now_s >= self._closes_at_s):
            raise Refused("the room is closed", code="room_closed")
        if len(self._participants) - leaving >= self._settings.maximum:
            raise Refused("the room has its maximum of participants", code="room_full")

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def handle(self, command: Command, now_s: float) -> list[Event]:
        """Raises: Refused (`room_full`, `room_not_open`, `room_closed`), NotFound (`participant_unknown`),
        NotAllowed; InvalidTransition for what the hub must not do."""
        if self._ended:
            raise Refused("the conference is over", code="room_closed")
        events: list[Event] = []
        if not isinstance(command, _NOT_IN_THE_SCENE):
            self._scene = None
        match command:
            case Join():
                self._join(command, now_s, events)
            case Disconnect():
                self._disconnect(self._find(command.participant), now_s, events)
            case Reconnect():
                self._reconnect(self._find(command.participant), command.video_slots, events)
            case Leave():
                self._leave(self._find(command.participant), command.reason, events)
            case SetSource():
                self._set_source(command, events)
            case SetTiles():
                self._set_tiles(command)
            case MediaEstablished():
                self._establish(command, events)
            case MediaClosed():
                self._close_media(self._find(command.participant))
            case SpeakersHeard():
                self._hear(command.speakers, now_s, events)
            case ChangeSettings():
                self._change_settings(command, events)
            case End():
                self._end(events)
            case _:
                assert_never(command)
        return self._with_media(events)

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Does what is due at `now_s`; too early is fine."""
        events: list[Event] = []
        self._scene = None
        if self._ended:
            return events
        if self._closes_at_s is not None and now_s >= self._closes_at_s:
            self._end(events)
            return events
        for participant in list(self._participants.values()):
            is_away = participant.connection is Connection.RECONNECTING
            if is_away and now_s >= participant.lost_at_s + self._seat_kept_s:
                self._remove(participant, LeaveReason.LOST, events)
        if self._speakers.tick(now_s) or events:
            self._arrange_all(events)
        return self._with_media(events)

    def _join(self, command: Join, now_s: float, events: list[Event]) -> None:
        if command.participant in self._participants:
            raise InvalidTransition(f"participant {command.participant} has a seat already")
        if any(source in self._owners for source in command.publish.values()):
            raise InvalidTransition("a source id is in use already")
        self.check_join(now_s)
        self._joins += 1
        participant = Participant(
            id=command.participant,
            name=command.name,
            role=command.role,
            organisation=command.organisation,
            function=command.function,
            sources={kind: Source(command.publish[kind]) for kind in SourceKind if kind in command.publish},
            classes=source_classes(),
            hears=heard_classes(can_subscribe=command.can_subscribe),
            joined=self._joins,
            wanted_video_slots=command.video_slots,
            slots=SlotCounts(video=command.video_slots),
        )
        scene = self._seen()
        scene.add(participant)
        self._participants[participant.id] = participant
        self._owners.update({source.id: participant for source in participant.sources.values()})
        events.append(ParticipantJoined(self._next(), participant.told))
        others = self._participants.values()
        concerned = [one for one in others if one is participant or layout.is_concerned_by_newcomer(one, scene)]
        self._arrange(concerned, events)

    def _disconnect(self, participant: Participant, now_s: float, events: list[Event]) -> None:
        if participant.connection is Connection.CONNECTED:
            participant.connection = Connection.RECONNECTING
            participant.lost_at_s = now_s
            self._changed(participant, events)

    def _reconnect(self, participant: Participant, video_slots: int, events: list[Event]) -> None:
        participant.wanted_video_slots = video_slots
        if not participant.has_media:
            participant.slots.video = video_slots
            self._arrange([participant], events)
        if participant.connection is Connection.RECONNECTING:
            participant.connection = Connection.CONNECTED
            self._changed(participant, events)

    def _leave(self, participant: Participant, reason: LeaveReason, events: list[Event]) -> None:
        mains = self._speakers.mains
        self._remove(participant, reason, events)
        if self._speakers.mains != mains:
            self._arrange_all(events)
            return
        scene, others = self._seen(), self._participants.values()
        self._arrange([one for one in others if layout.is_concerned_by_leaver(one, participant.id, scene)], events)

    def _remove(self, participant: Participant, reason: LeaveReason, events: list[Event]) -> None:
        del self._participants[participant.id]
        sources = [source.id for source in participant.sources.values()]
        for source in sources:
            del self._owners[source]
        self._ledger.forget(participant.id, sources)
        self._speakers.forget(participant.id)
        events.append(ParticipantLeft(self._next(), participant.id, reason))
        self._say_speakers(tuple(pair for pair in self._said_speakers if pair[0] != participant.id), events)

    def _set_source(self, command: SetSource, events: list[Event]) -> None:
        participant = self._find(command.participant)
        source = participant.sources.get(command.kind)
        if source is None:
            raise NotAllowed(f"this participant may not publish {command.kind.value}")
        if command.content_hint is not None:
            source.content_hint = command.content_hint
        if source.is_active == command.is_active:
            if participant.has_media:
                self._say_own(participant)
            return
        source.is_active = command.is_active
        if source.is_active:
            self._activations += 1
            source.active_since = self._activations
        self._changed(participant, events)
        if participant.has_media:
            self._say_own(participant)
        if command.kind is not SourceKind.MICROPHONE:
            self._arrange_all(events)

    def _set_tiles(self, command: SetTiles) -> None:
        participant = self._find(command.participant)
        for tile in command.tiles:
            if tile.index < participant.slots.video:
                layout.resize(participant, tile.index, tile.width, tile.height)
        self._say_slots(participant)

    def _establish(self, command: MediaEstablished, events: list[Event]) -> None:
        participant = self._find(command.participant)
        participant.has_media = True
        participant.slots.speaker = command.speaker_slots
        participant.slots.programme = command.programme_slots
        participant.slots.video = command.video_slots
        if command.is_new:
            # What the client said of its tiles stays: they are on the same page, and it may have said so before this.
            self._ledger.forget(participant.id, [source.id for source in participant.sources.values()])
        self._say_own(participant)
        self._arrange([participant], events)
        self._say_slots(participant)
        self._say_where_shown(participant)

    def _close_media(self, participant: Participant) -> None:
        participant.has_media = False
        self._ledger.forget(participant.id, [source.id for source in participant.sources.values()])
        self._say_where_shown(participant)

    def _change_settings(self, command: ChangeSettings, events: list[Event]) -> None:
        self._settings = command.settings
        self._opens_at_s, self._closes_at_s = command.opens_at_s, command.closes_at_s
        events.append(RoomChanged(self._next(), command.settings))

    def _hear(self, heard: Sequence[tuple[SourceId, float]], now_s: float, events: list[Event]) -> None:
        speakers: dict[ParticipantId, float] = {}
        for source, level in heard:
            owner = self._owners.get(source)
            if owner is not None and owner.active(SourceKind.MICROPHONE) is not None:
                speakers.setdefault(owner.id, level)
        self._say_speakers(tuple(speakers.items()), events)
        if self._speakers.heard(tuple(speakers), now_s):
            self._arrange_all(events)

    def _end(self, events: list[Event]) -> None:
        for participant in list(self._participants.values()):
            self._remove(participant, LeaveReason.REMOVED, events)
        self._ended = True
        events.append(ConferenceEnded())

    # ── what follows from a change ────────────────────────────────────────────────────────────────────────────────

    def _arrange_all(self, events: list[Event]) -> None:
        self._arrange(list(self._participants.values()), events)

    def _arrange(self, viewers: Sequence[Participant], events: list[Event]) -> None:
        """Works out what these viewers' slots show, and says what is different."""
        scene = self._seen()
        for viewer in viewers:
            main = viewer.main
            bindings = layout.arrange(viewer, scene)
            if bindings != viewer.bindings:
                viewer.bindings = bindings
                viewer.shows = frozenset(binding.participant for binding in bindings)
                events.append(BindingsChanged(viewer.id, bindings))
            elif viewer.main == main:
                continue
            self._say_slots(viewer)

    def _say_own(self, participant: Participant) -> None:
        """Before anything about slots, so that what is no longer allowed stops before anything new is shown."""
        for kind, source in participant.sources.items():
            self._ledger.say(SetGate(source.id, Gate.MUTE, source.is_active))
            self._ledger.say(SetSourceClasses(source.id, participant.classes))
            if kind in (SourceKind.CAMERA, SourceKind.SCREEN):
                self._ledger.say(SetShedding(source.id, source.content_hint is ContentHint.MOTION))
        self._ledger.say(SetHears(participant.id, participant.hears))

    def _say_slots(self, viewer: Participant) -> None:
        if viewer.has_media:
            for command in layout.commands(viewer, self._participants):
                self._ledger.say(command)

    def _say_where_shown(self, owner: Participant) -> None:
        """The owner's media connection has come, gone or been renewed: the relay must be told again who shows it."""
        for viewer in self._participants.values():
            if owner.id in viewer.shows:
                self._say_slots(viewer)

    def _seen(self) -> layout.Scene:
        if self._scene is None:
            self._scene = layout.Scene(list(self._participants.values()), self._speakers)
        return self._scene

    def _with_media(self, events: list[Event]) -> list[Event]:
        changes = self._ledger.take()
        if changes:
            events.append(MediaChanged(changes))
        return events

    def _say_speakers(self, speakers: tuple[tuple[ParticipantId, float], ...], events: list[Event]) -> None:
        if speakers != self._said_speakers:
            self._said_speakers = speakers
            events.append(SpeakersChanged(speakers))

    def _changed(self, participant: Participant, events: list[Event]) -> None:
        participant.told = participant.state()
        events.append(ParticipantChanged(self._next(), participant.told))

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _find(self, participant: ParticipantId) -> Participant:
        found = self._participants.get(participant)
        if found is None:
            raise NotFound("no such participant in this conference", code="participant_unknown")
        return found
