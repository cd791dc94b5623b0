"""What the parts of a conference share: who is there, what is agreed, and what must be told to whom.

The parts (desks) change participants and say here what follows; at the end of a command everything that others see,
hear or are told is worked out once. Owned by one `Conference`; nothing of it outlives a command but the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from vdxmedia.conference import layout, permissions
from vdxmedia.conference.admissions import Admissions
from vdxmedia.conference.demotions import Demotions
from vdxmedia.conference.documents import Document, Documents, LivingSheet, Sheet
from vdxmedia.conference.events import (
    BindingsChanged,
    DocumentChanged,
    DocumentWithdrawn,
    Event,
    MediaChanged,
    SeatGivenUp,
    SpeakersChanged,
)
from vdxmedia.conference.kinds import Connection, ContentHint, LeaveReason, Role, SourceKind
from vdxmedia.conference.layers import HIGHEST, MIDDLE
from vdxmedia.conference.ledger import Ledger
from vdxmedia.conference.lobby import Lobby
from vdxmedia.conference.media import Gate, SetGate, SetHears, SetShedding, SetSourceClasses
from vdxmedia.conference.participant import Participant, Source
from vdxmedia.conference.permissions import Audience, Standing
from vdxmedia.conference.roster import ROUND_S, Roster
from vdxmedia.conference.settings import PictureQuality, RoomSettings
from vdxmedia.conference.voices import Voices
from vdxmedia.errors import NotFound
from vdxmedia.ids import ParticipantId, SourceId


class Assembly:
    """Reading is free; change through the methods, which remember what is to be told."""

    def __init__(
        self,
        settings: RoomSettings,
        *,
        roster_round_s: float = ROUND_S,
        unix_offset_s: float = 0.0,
        admissions: Admissions | None = None,
    ) -> None:
        self.settings = settings
        self._unix_offset_s = unix_offset_s
        self.opens_at_s: float | None = None
        self.closes_at_s: float | None = None
        self.people: dict[ParticipantId, Participant] = {}
        """In the order of joining."""
        self.away: dict[ParticipantId, Participant] = {}
        """Those of them whose connection is lost: of hundreds usually nobody, and asked for after every command."""
        self.lobby = Lobby(self.people, admissions or Admissions())
        self.demotions = Demotions()
        self.owners: dict[SourceId, Participant] = {}
        self.voices = Voices()
        self.roster = Roster(roster_round_s)
        self.documents = Documents()
        self.stage: ParticipantId | None = None
        """Who stands in the spotlight: the main one for everybody, who all may see him."""
        self.called: ParticipantId | None = None
        """Who has the floor and is shown big to those who may see him anyway, unless somebody is in the spotlight."""
        self.called_at_s: float | None = None
        """When that changed; None: it has been arranged."""
        self.is_ended = False
        self.activations = 0
        self._ledger = Ledger()
        self._concerned = layout.Concerned()
        self._scene: layout.Scene | None = None
        """None: something of it has changed."""
        self._to_arrange: dict[ParticipantId, None] | None = {}
        """None: everybody."""
        self._unsaid_bindings: dict[ParticipantId, None] = {}
        """Of viewers who are not told before they know of everybody in them."""
        self._newcomers: dict[ParticipantId, Participant] = {}
        """Their snapshot will have every document."""
        self._events: list[Event] = []
        self._dirty_documents: dict[type[Document], None] = {}
        self._said_speakers: dict[ParticipantId, tuple[tuple[ParticipantId, float], ...]] = {}
        """By who was told; what one was told says nothing about when another came."""
        self._must_mend_speakers = False
        self._promoted: list[Participant] = []
        self._permitted: dict[ParticipantId, Participant] = {}
        self._dismissed: list[tuple[Participant, LeaveReason]] = []
        self.must_end = False
        """Somebody has decided so; the conference ends at the end of the command."""
        self._on_withdrawn: list[Callable[[Participant], None]] = []

    # ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

    def find(self, participant: ParticipantId) -> Participant:
        """Raises: NotFound."""
        found = self.people.get(participant)
        if found is None:
            raise NotFound("no such participant in this conference", code="participant_unknown")
        return found

    def unix(self, at_s: float) -> float:
        """A time of the conference as clients understand it: Unix seconds."""
        return at_s + self._unix_offset_s

    def hosts(self) -> list[Participant]:
        return [one for one in self.people.values() if one.is_chair]

    def guests(self) -> list[Participant]:
        return [one for one in self.people.values() if one.role is Role.GUEST]

    def role_for(self, role: Role, admission_keys: Iterable[str]) -> Role:
        """Of who comes by a link that says `role`."""
        if role is Role.HOST and self.hosts() and self.demotions.holds(admission_keys):
            return Role.GUEST
        return role

    def find_known(self, viewer: ParticipantId, participant: ParticipantId) -> Participant:
        """Whom this viewer may know of. Raises: NotFound, the same for who is there unseen as for nobody."""
        found = self.find(participant)
        if not self.may_know(viewer, participant):
            raise NotFound("no such participant in this conference", code="participant_unknown")
        return found

    def may_know(self, viewer: ParticipantId, participant: ParticipantId) -> bool:
        """Both are there."""
        return viewer == participant or permissions.knows(
            self.people[viewer].audience, self.people[participant].audience
        )

    def audience_of(self, participant: Participant) -> Audience:
        """What is right for him as everything stands."""
        standing = Standing(
            role=participant.role,
            is_open=participant.is_open,
            is_on_stage=self.stage == participant.id,
            is_waiting=participant.is_waiting,
            group=participant.group,
            is_aside=participant.is_aside,
            is_out_of_sight=participant.is_out_of_sight,
            receives=participant.receives,
        )
        return permissions.audience_of(standing, self.settings.guest_visibility)

    def scene(self) -> layout.Scene:
        if self._scene is None:
            everyone, is_main = list(self.people.values()), self.settings.presenter_is_main
            self._scene = layout.Scene(everyone, self.voices, self.stage, self.called, presenter_is_main=is_main)
        return self._scene

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def on_withdrawn(self, hears: Callable[[Participant], None]) -> None:
        """Who must know when somebody takes back his yes to being seen by guests."""
        self._on_withdrawn.append(hears)

    def withdraw(self, participant: Participant) -> None:
        for hears in self._on_withdrawn:
            hears(participant)

    def tell(self, event: Event) -> None:
        self._events.append(event)

    def put(self, sheet: Sheet | LivingSheet) -> None:
        """A document as it is from now on; told where it is different."""
        self.documents.put(sheet)
        self._dirty_documents[sheet.kind] = None

    def enter(self, newcomer: Participant) -> None:
        """Takes him in. Concerns only those whose slots can change by somebody who has nothing on yet."""
        scene = self.scene()
        scene.add(newcomer)
        self.people[newcomer.id] = newcomer
        self._concerned.came(newcomer)
        self.owners.update({source.id: newcomer for source in newcomer.sources.values()})
        self.roster.enter(newcomer, self.people)
        self._newcomers[newcomer.id] = newcomer
        if newcomer.is_sign_interpreter:
            self.rearrange()
            return
        self.arrange([newcomer, *self._concerned.by_newcomer(self.people.values(), newcomer.id, scene)])

    def remove(self, participant: Participant, reason: LeaveReason) -> None:
        mains = self.voices.mains
        del self.people[participant.id]
        self._concerned.gone(participant)
        self.away.pop(participant.id, None)
        sources = [source.id for source in participant.sources.values()]
        for source in sources:
            del self.owners[source]
        self._ledger.forget(participant.id, sources)
        self.voices.forget(participant.id)
        self.documents.forget(participant.id)
        self.roster.leave(participant, reason)
        self._scene = None
        self.tell(SeatGivenUp(participant.id, reason))
        self._said_speakers.pop(participant.id, None)
        self._must_mend_speakers = True
        if self.voices.mains != mains or participant.id in (self.stage, self.called):
            self.rearrange()
            return
        scene = self.scene()
        self.arrange([one for one in self.people.values() if layout.is_concerned_by_leaver(one, participant.id, scene)])

    def changed(self, participant: Participant) -> None:
        """What others are told of him is different."""
        participant.told = participant.state()
        self.roster.changed(participant)
        self._scene = None

    def connect(self, participant: Participant, connection: Connection) -> None:
        """His connection is in this state now."""
        participant.connection = connection
        if connection is Connection.CONNECTED:
            self.away.pop(participant.id, None)
        else:
            self.away[participant.id] = participant
        self.changed(participant)

    def permit(self, participant: Participant) -> None:
        """After any change of what `audience_of` reads: who may know, hear and see him, and whom he may."""
        audience = self.audience_of(participant)
        if participant.audience == audience:
            return
        before, participant.audience = participant.audience, audience
        self._concerned.permitted(participant, before)
        self._permitted[participant.id] = participant
        self.voices.permit(participant.id, audience.heard_by)
        self._must_mend_speakers = True
        for event in self.roster.move(participant, self.people):
            self.tell(event)
        self.roster.changed(participant)
        self.say_own(participant)
        self._dirty_documents.update(dict.fromkeys(self.documents.living()))
        self.rearrange()

    def give_role(self, participant: Participant, role: Role) -> None:
        """Whom he sees and what he is told follow from it at once; the desks hear of it at the end of the command."""
        participant.role = role
        self.changed(participant)
        self.permit(participant)
        self.retell(participant)
        self._promoted.append(participant)

    def recognise(self, participant: Participant, *, is_recognised: bool) -> None:
        """A host's tick, or not any more: a sign interpreter who only said so of himself is pinned by it."""
        was_pinned, participant.is_recognised = participant.is_sign_interpreter, is_recognised
        if participant.is_sign_interpreter is not was_pinned:
            if is_recognised:
                participant.prefer_motion()
            self.say_own(participant)
            self.rearrange()

    def grant_source(self, participant: Participant, kind: SourceKind) -> None:
        """One that the booking withheld. Its owner opens it, as any other."""
        granted = Source(participant.withheld[kind])
        participant.withheld = {one: source for one, source in participant.withheld.items() if one is not kind}
        sources = {**participant.sources, kind: granted}
        participant.sources = {one: sources[one] for one in SourceKind if one in sources}
        self.owners[granted.id] = participant
        if participant.is_sign_interpreter:
            participant.prefer_motion()
        self.changed(participant)
        self.say_own(participant)
        self.rearrange()

    def close_source(self, participant: Participant, kind: SourceKind) -> None:
        """Whoever decides it. Nothing opens it again but its owner."""
        source = participant.active(kind)
        if source is not None:
            source.is_active = False
            self.changed(participant)
            self.say_own(participant)
            if kind is not SourceKind.MICROPHONE:
                self.rearrange()

    def dismiss(self, participant: Participant, reason: LeaveReason) -> None:
        """He leaves at the end of the command, whether he wants or not."""
        self._dismissed.append((participant, reason))

    def end(self) -> None:
        self.must_end = True

    def take_promoted(self) -> list[Participant]:
        promoted, self._promoted = self._promoted, []
        return [one for one in promoted if one.id in self.people]

    def take_permitted(self) -> list[Participant]:
        permitted, self._permitted = self._permitted, {}
        return [one for one in permitted.values() if self.people.get(one.id) is one]

    def take_dismissed(self) -> list[tuple[Participant, LeaveReason]]:
        dismissed, self._dismissed = self._dismissed, []
        return [(one, reason) for one, reason in dismissed if self.people.get(one.id) is one]

    def rearrange(self) -> None:
        """What anybody's slots show may be different."""
        self._scene = None
        self._to_arrange = None

    def call(self, participant: ParticipantId | None, now_s: float) -> None:
        """Shows him big, in the next step: who may be heard is the relay's before 500 people's pictures are arranged,
        which takes 20 ms."""
        if participant != self.called:
            self.called = participant
            self.called_at_s = now_s

    def arrange_called(self, now_s: float) -> None:
        if self.called_at_s is not None and now_s >= self.called_at_s:
            self.called_at_s = None
            self.rearrange()

    def arrange(self, viewers: Iterable[Participant]) -> None:
        if self._to_arrange is not None:
            self._to_arrange.update((viewer.id, None) for viewer in viewers)

    def arrange_now(self, viewer: Participant) -> None:
        """His slots are new: all of them are said, whether or not they show anything else."""
        self._arrange([viewer])
        self.say_slots(viewer)

    # ── the relay's side ──────────────────────────────────────────────────────────────────────────────────────────

    def say_own(self, participant: Participant) -> None:
        """What holds of his sources and of what he receives. Of each source the floor's gate closes before others may
        hear it, and opens after they may not."""
        if not participant.has_media:
            return
        for kind, source in participant.sources.items():
            self._ledger.say(SetGate(source.id, Gate.MUTE, source.is_active))
            may_send = participant.may_send(kind)
            is_floored = not may_send or kind in participant.floored
            if not may_send:
                # Open from the start at the relay, which keeps what it was told once.
                participant.floored.add(kind)
                self._ledger.say(SetGate(source.id, Gate.FLOOR, False))
            self._ledger.say(SetSourceClasses(source.id, participant.classes_of(kind)))
            if may_send and is_floored:
                self._ledger.say(SetGate(source.id, Gate.FLOOR, True))
            if kind in (SourceKind.CAMERA, SourceKind.SCREEN):
                self._ledger.say(SetShedding(source.id, source.content_hint is ContentHint.MOTION))
        self._ledger.say(SetHears(participant.id, participant.audience.receives))

    def say_slots(self, viewer: Participant) -> None:
        if viewer.has_media:
            top_of_cameras = MIDDLE if self.settings.quality is PictureQuality.SD else HIGHEST
            for command in layout.commands(viewer, self.people, top_of_cameras):
                self._ledger.say(command)

    def say_where_shown(self, owner: Participant) -> None:
        """His media connection has come, gone or been renewed: the relay must be told again who shows it."""
        for viewer in self.people.values():
            if owner.id in viewer.shows:
                self.say_slots(viewer)

    def forget_media(self, participant: Participant) -> None:
        self._ledger.forget(participant.id, [source.id for source in participant.sources.values()])

    # ── speakers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def say_speakers(self, heard: Sequence[tuple[Participant, float]]) -> None:
        """To each one those whom he may hear."""
        audible: dict[int, tuple[tuple[ParticipantId, float], ...]] = {}
        for viewer in self.people.values():
            receives = viewer.audience.receives
            if receives not in audible:
                audible[receives] = tuple((one.id, level) for one, level in heard if _is_heard(one, receives))
        self._tell_speakers({viewer.id: audible[viewer.audience.receives] for viewer in self.people.values()})

    def _mend_speakers(self) -> None:
        """Some have gone, or may not be heard any more."""
        left = {}
        for viewer in self.people.values():
            receives = viewer.audience.receives
            said = self._said_speakers.get(viewer.id, ())
            left[viewer.id] = tuple(
                pair for pair in said if pair[0] in self.people and _is_heard(self.people[pair[0]], receives)
            )
        self._tell_speakers(left)

    def _tell_speakers(self, speakers: Mapping[ParticipantId, tuple[tuple[ParticipantId, float], ...]]) -> None:
        groups: dict[tuple[tuple[ParticipantId, float], ...], list[ParticipantId]] = {}
        for viewer, audible in speakers.items():
            if audible != self._said_speakers.get(viewer, ()):
                self._said_speakers[viewer] = audible
                groups.setdefault(audible, []).append(viewer)
        for audible, to in groups.items():
            self.tell(SpeakersChanged(tuple(to), audible))

    # ── the end of a command ──────────────────────────────────────────────────────────────────────────────────────

    def settle(self, now_s: float) -> list[Event]:
        """Works out what follows, and gives all that is to be told, in order."""
        names = self.people if self._to_arrange is None else self._to_arrange
        viewers = [one for name in names if (one := self.people.get(name)) is not None]
        self._to_arrange = {}
        if viewers:
            self._arrange(viewers)
        if self._must_mend_speakers:
            self._must_mend_speakers = False
            self._mend_speakers()
        for event in self.roster.flush(self.people, now_s):
            self.tell(event)
        self._say_bindings()
        newcomers, self._newcomers = self._newcomers, {}
        for newcomer in newcomers.values():
            self.documents.assume(newcomer.id, newcomer.role)
        kinds, self._dirty_documents = self._dirty_documents, {}
        roles = {one.id: one.role for one in self.people.values()} if kinds else {}
        for to, document in self.documents.take(kinds, roles):
            self.tell(DocumentWithdrawn(to, document) if isinstance(document, type) else DocumentChanged(to, document))
        changes = self._ledger.take()
        if changes:
            self.tell(MediaChanged(changes))
        events, self._events = self._events, []
        return events

    def _say_bindings(self) -> None:
        for name in list(self._unsaid_bindings):
            viewer = self.people.get(name)
            if viewer is None or self.roster.has_told(name, viewer.shows):
                del self._unsaid_bindings[name]
                if viewer is not None:
                    self.tell(BindingsChanged(name, viewer.bindings))

    def retell(self, participant: Participant) -> None:
        """His role is another: other documents are for him."""
        self._dirty_documents.update(dict.fromkeys(self.documents.kinds()))

    def _arrange(self, viewers: Sequence[Participant]) -> None:
        scene = self.scene()
        for viewer in viewers:
            main = viewer.main
            bindings = layout.arrange(viewer, scene)
            self._concerned.arranged(viewer)
            if bindings != viewer.bindings:
                viewer.bindings = bindings
                viewer.shows = frozenset(binding.participant for binding in bindings)
                self._unsaid_bindings[viewer.id] = None
            elif viewer.main == main:
                continue
            self.say_slots(viewer)


def _is_heard(one: Participant, receives: int) -> bool:
    return one.classes_of(SourceKind.MICROPHONE) & receives != 0
