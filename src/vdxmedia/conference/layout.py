"""From who is there to what each slot of one viewer shows: places, bindings for the client, commands for the relay.

Reads participants, changes only the viewer's own places, tiles and main speaker. The client is told the *intended*
source of a slot; the relay is told nothing about slots that are hidden, or whose publisher has no media connection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vdxmedia.conference.events import Binding
from vdxmedia.conference.kinds import SlotKind, SourceKind
from vdxmedia.conference.layers import DEFAULT_LAYER, layer_for
from vdxmedia.conference.media import BindSlot, Priority
from vdxmedia.conference.participant import Participant, Source, TileState
from vdxmedia.conference.permissions import Audience
from vdxmedia.conference.slots import PAIRS, People, Person, Place, assign, pinned_speakers
from vdxmedia.conference.voices import Voices
from vdxmedia.ids import ParticipantId

TOP_LAYER = 2
"""For what has one layer only, and for empty slots."""


class _Audience:
    """What those who receive the same classes may see and hear, themselves included."""

    def __init__(self, everyone: Sequence[Participant], voices: Voices, receives: int) -> None:
        self.receives = receives
        self.people = People(_person(one, voices, receives) for one in everyone if _is_person(one, receives))
        self.interpreters = tuple(
            one.id for one in everyone if one.is_sign_interpreter and _gets_through(one, SourceKind.CAMERA, receives)
        )
        self.screens = _newest_first(everyone, SourceKind.SCREEN, receives)
        self.programmes = _newest_first(everyone, SourceKind.SCREEN_AUDIO, receives)


class Scene:
    """What is there to be seen and heard, worked out once for all viewers, and good until any of it changes."""

    def __init__(
        self,
        everyone: Sequence[Participant],
        voices: Voices,
        stage: ParticipantId | None = None,
        called: ParticipantId | None = None,
        *,
        presenter_is_main: bool = False,
    ) -> None:
        self.voices = voices
        self.stage = stage
        """Who stands in the spotlight."""
        self.called = called
        """Who has the floor and is to be shown big."""
        self._presenter_is_main = presenter_is_main
        self.by_id = {participant.id: participant for participant in everyone}
        self._audiences: dict[int, _Audience] = {}

    def add(self, newcomer: Participant) -> None:
        """Nothing of whom is on yet."""
        self.by_id[newcomer.id] = newcomer
        for receives, audience in self._audiences.items():
            if _is_person(newcomer, receives):
                audience.people.add(_person(newcomer, self.voices, receives))
                if newcomer.is_sign_interpreter:
                    audience.interpreters += (newcomer.id,)

    def of(self, viewer: Participant) -> _Audience:
        return self.receiving(viewer.audience.receives)

    def receiving(self, receives: int) -> _Audience:
        audience = self._audiences.get(receives)
        if audience is None:
            audience = _Audience(list(self.by_id.values()), self.voices, receives)
            self._audiences[receives] = audience
        return audience

    def presenter_for(self, viewer: Participant) -> ParticipantId | None:
        """Who shares the newest of the screens that the viewer may see, where the room makes him the main one."""
        if not self._presenter_is_main:
            return None
        return next((owner.id for owner, _ in self.of(viewer).screens if owner is not viewer), None)

    def main_for(self, viewer: Participant) -> ParticipantId | None:
        """The main one of those whom the viewer may see or hear: the one in the spotlight, else the presenter, else the
        one who has the floor, else the one who speaks. Who speaks unseen changes nothing."""
        people = self.of(viewer).people
        for chosen in (self.stage, self.presenter_for(viewer), self.called):
            if people.find(chosen, viewer.id) is not None:
                return chosen
        main = self.voices.main_for(viewer.id, viewer.audience.hears or viewer.audience.sees)
        if main is None or people.find(main, viewer.id) is not None:
            return main
        return viewer.main if people.find(viewer.main, viewer.id) is not None else None


class Concerned:
    """Whom a newcomer can concern, known without a look at everybody: in a room of hundreds usually nobody."""

    def __init__(self) -> None:
        self._audiences: Counter[int] = Counter()
        """How many receive these classes."""
        self._with_place: dict[ParticipantId, Participant] = {}
        """Who has a slot that shows nobody."""

    def came(self, viewer: Participant) -> None:
        self._audiences[viewer.audience.receives] += 1

    def gone(self, viewer: Participant) -> None:
        self._with_place.pop(viewer.id, None)
        self._take_from(viewer.audience)

    def permitted(self, viewer: Participant, before: Audience) -> None:
        """He has another audience now."""
        self._take_from(before)
        self._audiences[viewer.audience.receives] += 1

    def arranged(self, viewer: Participant) -> None:
        if None in viewer.places:
            self._with_place[viewer.id] = viewer
        else:
            self._with_place.pop(viewer.id, None)

    def by_newcomer(
        self, everyone: Iterable[Participant], newcomer: ParticipantId, scene: Scene
    ) -> Iterator[Participant]:
        """For whom somebody who has just come, with nothing on, can change what they are shown: he takes a free place
        only, or his microphone makes the room a large one. `scene` has him."""
        # Who is of them himself hears one less.
        small = [people for people in self._showing(newcomer, scene) if people.microphones <= PAIRS + 2]
        for viewer in everyone if small else sorted(self._with_place.values(), key=lambda one: one.joined):
            people = scene.of(viewer).people
            if viewer.id == newcomer or not people.has(newcomer):
                continue
            if None in viewer.places or people.heard_by(viewer.id) <= PAIRS + 1:
                yield viewer

    def _showing(self, newcomer: ParticipantId, scene: Scene) -> Iterator[People]:
        for receives in self._audiences:
            people = scene.receiving(receives).people
            if people.has(newcomer):
                yield people

    def _take_from(self, audience: Audience) -> None:
        self._audiences[audience.receives] -= 1
        if not self._audiences[audience.receives]:
            del self._audiences[audience.receives]


def is_concerned_by_leaver(viewer: Participant, leaver: ParticipantId, scene: Scene) -> bool:
    """Whether somebody's going can: he was shown, or without his microphone the room is a small one. `scene` is without
    him. Left out: that the main speaker is another now, which concerns everyone."""
    return leaver in viewer.shows or scene.of(viewer).people.is_small_for(viewer.id)


def _gets_through(one: Participant, kind: SourceKind, receives: int) -> bool:
    return kind in one.sources and one.classes_of(kind) & receives != 0


def _is_person(one: Participant, receives: int) -> bool:
    return _gets_through(one, SourceKind.CAMERA, receives) or _gets_through(one, SourceKind.MICROPHONE, receives)


def _person(one: Participant, voices: Voices, receives: int) -> Person:
    has_camera = _gets_through(one, SourceKind.CAMERA, receives)
    return Person(
        participant=one.id,
        has_camera_on=has_camera and one.active(SourceKind.CAMERA) is not None,
        has_microphone=_gets_through(one, SourceKind.MICROPHONE, receives),
        is_speaking=voices.is_established(one.id),
        last_spoke_s=voices.last_spoke_s(one.id),
        joined=one.joined,
    )


def arrange(viewer: Participant, scene: Scene) -> tuple[Binding, ...]:
    """Renews the viewer's places and gives the bindings of all their slots, in the order speaker, programme, video."""
    audience = scene.of(viewer)
    screens = [owner.id for owner, _ in audience.screens if owner is not viewer]
    programmes = [(owner, source) for owner, source in audience.programmes if owner is not viewer]
    main = viewer.main = scene.main_for(viewer)
    before = viewer.places
    presenter = scene.presenter_for(viewer)
    pinned = (*audience.interpreters, *viewer.pins, *(() if presenter is None else (presenter,)))
    programme = programmes[0][0].id if programmes else None
    viewer.places = assign(viewer.id, before, viewer.slots.video, audience.people, screens, main, pinned, programme)
    for index, place in enumerate(viewer.places):
        if index >= len(before) or before[index] != place:
            # A client measures the tile once it knows who is in it; what it said of the one before does not count.
            viewer.tiles.pop(index, None)
    pins = pinned_speakers(viewer.id, viewer.places, audience.people, main)
    bindings = list(_speaker_bindings(viewer, scene, pins))
    for index in range(viewer.slots.programme):
        if index < len(programmes):
            owner, source = programmes[index]
            bindings.append(Binding(SlotKind.PROGRAMME, index, owner.id, source.id, SourceKind.SCREEN_AUDIO))
        else:
            bindings.append(_empty(SlotKind.PROGRAMME, index))
    receives = audience.receives
    bindings.extend(_video_binding(index, place, scene, receives) for index, place in enumerate(viewer.places))
    return tuple(bindings)


def commands(
    viewer: Participant, everyone: Mapping[ParticipantId, Participant], top_of_cameras: int = TOP_LAYER
) -> Iterator[BindSlot]:
    """What the relay should do in each of the viewer's slots. `top_of_cameras`: the highest layer of a camera."""
    for binding in viewer.bindings:
        source, layer = binding.source, TOP_LAYER
        owner = everyone.get(binding.participant) if binding.participant is not None else None
        if owner is None or not owner.has_media:
            source = None
        if binding.kind is SlotKind.VIDEO and source is not None:
            tile = viewer.tiles.get(binding.index)
            if tile is not None and tile.is_hidden:
                source = None
            else:
                layer = DEFAULT_LAYER if tile is None or tile.layer is None else tile.layer
                if binding.source_kind is SourceKind.CAMERA:
                    layer = min(layer, top_of_cameras)
        if source is None:
            yield BindSlot(viewer.id, binding.kind, binding.index, None, TOP_LAYER)
        else:
            yield BindSlot(viewer.id, binding.kind, binding.index, source, layer, _priority(viewer, binding, owner))


def _priority(viewer: Participant, binding: Binding, owner: Participant | None) -> Priority:
    if binding.kind is not SlotKind.VIDEO:
        return Priority.OTHERS
    if binding.source_kind is SourceKind.SCREEN:
        return Priority.SCREEN
    is_first = binding.participant == viewer.main or binding.participant in viewer.pins
    is_interpreter = owner is not None and owner.is_sign_interpreter
    return Priority.SPEAKER if is_first or is_interpreter else Priority.OTHERS


def resize(viewer: Participant, index: int, width_px: int, height_px: int) -> None:
    """The client has said how large a tile is; one without an area is hidden."""
    tile = viewer.tiles.setdefault(index, TileState())
    tile.is_hidden = width_px == 0 or height_px == 0
    if not tile.is_hidden:
        tile.layer = layer_for(height_px, tile.layer)


def _video_binding(index: int, place: Place | None, scene: Scene, receives: int) -> Binding:
    if place is None:
        return _empty(SlotKind.VIDEO, index)
    owner = scene.by_id[place.participant]
    shown = owner.active(place.kind) if _gets_through(owner, place.kind, receives) else None
    return Binding(SlotKind.VIDEO, index, place.participant, shown.id if shown else None, place.kind if shown else None)


def _speaker_bindings(viewer: Participant, scene: Scene, pins: Sequence[ParticipantId | None]) -> Iterator[Binding]:
    for index in range(viewer.slots.speaker):
        pin = pins[index] if index < len(pins) else None
        if pin is None:
            yield _empty(SlotKind.SPEAKER, index)
        else:
            microphone = scene.by_id[pin].sources[SourceKind.MICROPHONE]
            yield Binding(SlotKind.SPEAKER, index, pin, microphone.id, SourceKind.MICROPHONE)


def _newest_first(others: Sequence[Participant], kind: SourceKind, receives: int) -> list[tuple[Participant, Source]]:
    active = [
        (other, source)
        for other in others
        if (source := other.active(kind)) is not None and _gets_through(other, kind, receives)
    ]
    return sorted(active, key=lambda pair: pair[1].active_since, reverse=True)


def _empty(kind: SlotKind, index: int) -> Binding:
    return Binding(kind, index, None, None, None)
