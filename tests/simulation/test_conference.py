"""A conference under random commands: what must hold after every step, whatever happened."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.conferences import ALL, Told, conference, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.events import ParticipantChanged, ParticipantJoined, ParticipantLeft, Snapshot
from vdxmedia.conference.kinds import SlotKind, SourceKind
from vdxmedia.conference.slots import PAIRS
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId

NAMES = "abcdefg"
ROSTER = (ParticipantJoined, ParticipantChanged, ParticipantLeft)
Step = Callable[[Told], object]

names = st.sampled_from(NAMES)
kinds = st.sampled_from(ALL)
GRANTS = [ALL, ALL, ALL, (SourceKind.MICROPHONE,), (SourceKind.CAMERA, SourceKind.SCREEN), ()]


def disconnect(told: Told, name: str) -> object:
    return told.do(commands.Disconnect(ParticipantId(name)))


def reconnect(told: Told, name: str, slots: int) -> object:
    return told.do(commands.Reconnect(ParticipantId(name), slots))


def media_closed(told: Told, name: str) -> object:
    return told.do(commands.MediaClosed(ParticipantId(name)))


steps: st.SearchStrategy[tuple[object, ...]] = st.one_of(
    st.tuples(
        st.just("join"), names, st.integers(0, 6), st.sampled_from(GRANTS), st.booleans(), st.booleans(), st.booleans()
    ),
    st.tuples(st.just("join"), names, st.integers(3, 6), st.just(ALL), st.just(True), st.just(True), st.just(True)),
    st.tuples(st.just("on"), names, kinds),
    st.tuples(st.just("on"), names, st.just(SourceKind.CAMERA)),
    st.tuples(st.just("off"), names, kinds),
    st.tuples(st.just("leave"), names),
    st.tuples(st.just("disconnect"), names),
    st.tuples(st.just("reconnect"), names, st.integers(0, 6)),
    st.tuples(st.just("media"), names, st.integers(0, 6), st.booleans()),
    st.tuples(st.just("media_closed"), names),
    st.tuples(st.just("tile"), names, st.integers(0, 6), st.integers(0, 1200)),
    st.tuples(st.just("speak"), st.lists(names, unique=True, max_size=3)),
    st.tuples(st.just("wait"), st.floats(0.0, 40.0)),
    st.tuples(st.just("wait"), st.floats(0.0, 2.0)),
)


def perform(told: Told, step: tuple[object, ...]) -> None:
    match step:
        case ("join", str(name), int(slots), tuple(publish), bool(subscribe), bool(media), bool(camera)):
            camera = camera and SourceKind.CAMERA in publish
            told.join(name, slots=slots, publish=publish, subscribe=subscribe, media=media and subscribe, camera=camera)
        case ("on", str(name), SourceKind() as kind):
            told.on(name, kind)
        case ("off", str(name), SourceKind() as kind):
            told.off(name, kind)
        case ("leave", str(name)):
            told.leave(name)
        case ("disconnect", str(name)):
            disconnect(told, name)
        case ("reconnect", str(name), int(slots)):
            reconnect(told, name, slots)
        case ("media", str(name), int(slots), bool(is_new)):
            told.media(name, slots=slots, is_new=is_new)
        case ("media_closed", str(name)):
            media_closed(told, name)
        case ("tile", str(name), int(index), int(height)):
            told.tile(name, index, height)
        case ("speak", list(speakers)):
            told.speak(*speakers)
        case ("wait", float(seconds)):
            told.wait(seconds)
        case _:
            raise AssertionError(step)


def present(told: Told) -> list[str]:
    return [name for name in NAMES if ParticipantId(name) in told.conference]


def snapshots(told: Told) -> dict[str, Snapshot]:
    return {name: told.conference.snapshot(ParticipantId(name)) for name in present(told)}


def everything(told: Told) -> object:
    return (told.conference.sequence, told.conference.deadline(), snapshots(told), len(told.events))


def check(told: Told, before: dict[str, dict[int, str]]) -> None:
    people = {state.id: state for view in snapshots(told).values() for state in view.participants}
    assert set(people) == set(present(told))
    for viewer, view in snapshots(told).items():
        assert view.bindings == told.bindings.get(viewer, ()), "the client knows its bindings"
        places = told.places(viewer)
        pins = told.pins(viewer)
        others = [other for other in people if other != viewer and told.conference.snapshot(ParticipantId(viewer))]
        # Nobody sees or hears themselves; nobody and nothing is there twice.
        assert viewer not in [place.rstrip("*") for place in places.values()]
        assert len(set(places.values())) == len(places)
        assert viewer not in pins.values()
        sources = [b.source for b in view.bindings if b.source is not None]
        assert len(set(sources)) == len(sources)
        active = {source.id for state in people.values() for source in state.sources if source.is_active}
        for binding in view.bindings:
            if binding.kind is not SlotKind.SPEAKER and binding.source is not None:
                assert binding.source in active
        # Lips and sound.
        has_microphone = {o for o in others if any(s.kind is SourceKind.MICROPHONE for s in people[o].sources)}
        is_small = len(has_microphone) <= PAIRS
        for index in range(PAIRS):
            if index in pins:
                assert places[index] == pins[index]
                assert is_small or index == 0
            elif is_small and places.get(index) in has_microphone:
                raise AssertionError(f"{viewer}: pair {index} is not kept together")
        check_stability(before.get(viewer, {}), places, is_small=is_small)
        check_nobody_waits(told, viewer, places)


def check_stability(before: dict[int, str], after: dict[int, str], *, is_small: bool) -> None:
    was = {who: index for index, who in before.items()}
    for index, who in after.items():
        if who in was and was[who] != index:
            to_a_pair = is_small and index < PAIRS
            stage = not is_small and 0 in (index, was[who])
            made_room = after.get(was[who], "").endswith("*")
            assert to_a_pair or stage or made_room, f"{who} moved from {was[who]} to {index}"


def check_nobody_waits(told: Told, viewer: str, places: dict[int, str]) -> None:
    view = told.conference.snapshot(ParticipantId(viewer))
    count = sum(binding.kind is SlotKind.VIDEO for binding in view.bindings)
    if count == 0 or not places:
        return
    on = {
        state.id: any(s.kind is SourceKind.CAMERA and s.is_active for s in state.sources)
        for state in view.participants
        if state.id != viewer
    }
    seated = set(places.values())
    waiting_with_camera = [name for name, is_on in on.items() if is_on and name not in seated]
    if waiting_with_camera:
        assert len(places) == count, "a slot is free while a camera waits"
        assert all(on[ParticipantId(place)] for place in seated if not place.endswith("*"))


def check_relay(told: Told) -> None:
    """What the relay holds is what the room wants, and never what is not allowed."""
    alive = {ParticipantId(name) for name in present(told)}
    people = {state.id: state for view in snapshots(told).values() for state in view.participants}
    may_flow = {
        source.id: source.is_active and told.conference.has_media(state.id)
        for state in people.values()
        for source in state.sources
    }
    for (viewer, kind, _), (source, layer) in told.relay.items():
        if viewer in alive and told.conference.has_media(ParticipantId(viewer)):
            assert 0 <= layer <= 2
            if source is not None:
                assert source in may_flow
                assert kind is SlotKind.SPEAKER or may_flow[source], (viewer, kind, source)
    for state in people.values():
        for source in state.sources:
            if told.conference.has_media(state.id):
                assert told.gates[source.id] == source.is_active


@settings(max_examples=120, deadline=None)
@given(st.lists(steps, max_size=60))
def test_conference_keeps_its_promises_under_random_commands(script: list[tuple[object, ...]]) -> None:
    told = conference(maximum=6)
    for step in script:
        before = {name: told.places(name) for name in present(told)}
        state = everything(told)
        events = len(told.events)
        try:
            perform(told, step)
        except VdxError:
            if len(told.events) == events:
                assert everything(told) == state, f"{step} raised and changed something"
        for name in before:
            if ParticipantId(name) not in told.conference:
                told.bindings.pop(name, None)
        if step[0] != "wait":  # several things may have happened meanwhile
            check(told, {name: places for name, places in before.items() if step[0] != "join"})
        else:
            check(told, {})
        check_relay(told)
    numbers = [event.sequence for event in told.events if hasattr(event, "sequence")]
    assert numbers == sorted(set(numbers))


@settings(max_examples=30, deadline=None)
@given(st.lists(steps, max_size=40))
def test_same_commands_give_the_same_events(script: list[tuple[object, ...]]) -> None:
    def run() -> list[object]:
        told = conference(maximum=6)
        for step in script:
            try:
                perform(told, step)
            except VdxError as error:
                told.events.append(error.code)  # type: ignore[arg-type]
        return list(told.events)

    assert run() == run()


def test_forty_in_a_room_each_viewer_has_the_loudest() -> None:
    told = conference(maximum=50)
    people = [f"p{i:02}" for i in range(40)]
    for name in people:
        told.join(name, camera=True, microphone=True)
    for index in (30, 35, 39):
        told.speak(people[index])
        told.wait(3)
    for viewer in people[:10]:
        places = told.places(viewer)
        assert len(places) == 9
        assert {people[30], people[35], people[39]} <= set(places.values())
        assert places[0] == people[39]
        assert told.pins(viewer) == {0: people[39]}
        assert told.shown(viewer)[0] == source_of(people[39], SourceKind.CAMERA)


CROWD = "abcdefghijkl"
CROWD_STEPS = 200


def crowd_step(random: Random) -> tuple[object, ...]:
    """Comings outweigh goings, so that the room is now small and now large."""
    name = random.choice(CROWD)
    match random.choices(
        ("join", "leave", "on", "off", "media", "reconnect", "speak", "wait"), (8, 3, 3, 2, 3, 1, 6, 6)
    ):
        case ["join"]:
            publish = random.choice([ALL, ALL, ALL, (SourceKind.MICROPHONE,), (SourceKind.CAMERA,), ()])
            slots, subscribes = random.choice((2, 4, 9)), random.random() < 0.9
            return ("join", name, slots, publish, subscribes, random.random() < 0.5, random.random() < 0.5)
        case ["leave"]:
            return ("leave", name)
        case [("on" | "off") as word]:
            return (word, name, random.choice(ALL))
        case ["media"]:
            return ("media", name, random.choice((2, 4, 9)), random.random() < 0.5)
        case ["reconnect"]:
            return ("reconnect", name, random.choice((2, 4, 9)))
        case ["speak"]:
            return ("speak", random.sample(CROWD, random.randint(0, 3)))
        case _:
            return ("wait", random.uniform(0.0, 2.0))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000))
def test_who_is_not_arranged_anew_would_have_been_shown_the_same(seed: int) -> None:
    """Comings and goings concern few: here everyone is asked again after each step."""
    random = Random(seed)
    told = conference(maximum=len(CROWD))
    for _ in range(CROWD_STEPS):
        step = crowd_step(random)
        try:
            perform(told, step)
        except VdxError:
            continue
        assembly = told.conference._assembly
        assembly.rearrange()
        assert [event for event in assembly.settle(told.now) if not isinstance(event, ROSTER)] == [], step
