"""A film in the room: who may rule it, what is told of it, and that it counts as no person."""

from __future__ import annotations

import itertools

import pytest

from tests.fakes.conferences import Told, source_of
from vdxmedia.conference import commands
from vdxmedia.conference.choices import LastHostPolicy, LobbyPolicy
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.documents import FilmDocument
from vdxmedia.conference.doors_desk import LAST_HOST_END_S
from vdxmedia.conference.events import DocumentChanged, FilmOrdered
from vdxmedia.conference.film_desk import ControlFilm
from vdxmedia.conference.kinds import FilmAction, FilmStatus, Role, SourceKind
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.waiting import WaitCause
from vdxmedia.errors import NotAllowed, Refused, VdxError
from vdxmedia.ids import ParticipantId

FILM = ParticipantId("film")
SHARED = (SourceKind.SCREEN, SourceKind.SCREEN_AUDIO)


def room(**settings: object) -> Told:
    told = Told(Conference(RoomSettings(**settings), roster_round_s=0.0))  # type: ignore[arg-type]
    told.join("a", role=Role.HOST)
    told.join("b")
    return told


def ask(told: Told, who: str, action: FilmAction, clip: str | None = None) -> FilmOrdered:
    said = told.do(ControlFilm(participant=ParticipantId(who), action=action, clip=clip, position_s=3.0, is_on=False))
    (ordered,) = [event for event in said if isinstance(event, FilmOrdered)]
    return ordered


def hear(told: Told, status: FilmStatus, load: int = 1) -> list[FilmDocument]:
    heard = commands.FilmHeard(load, status, 2.5, 1_000.0, 60.0, is_looping=True, code=None, text=None)
    return [event.document for event in told.do(heard) if isinstance(event, DocumentChanged)]  # type: ignore[misc]


def come(told: Told) -> None:
    told.do(
        commands.Join(
            participant=FILM,
            name="Film",
            role=Role.HOST,
            organisation="",
            function="",
            publish={kind: source_of("film", kind) for kind in SHARED},
            can_subscribe=False,
            video_slots=0,
            is_film=True,
        )
    )
    told.media("film")
    for kind in SHARED:
        told.do(commands.SetSource(FILM, kind, is_active=True))


@pytest.mark.parametrize("action", FilmAction)
def test_guest_and_the_film_itself_may_not_rule_it(action: FilmAction) -> None:
    told = room()
    come(told)
    for who in ("b", FILM):
        with pytest.raises(NotAllowed) as refused:
            ask(told, who, action, "a.mp4")
        assert refused.value.code == "hosts_only"


def test_load_is_told_to_everybody_and_what_the_player_says_follows() -> None:
    told = room()
    assert ask(told, "a", FilmAction.LOAD, "a.mp4") == FilmOrdered(1, FilmAction.LOAD, "a.mp4", 3.0, False)
    loading = [event for event in told.events if isinstance(event, DocumentChanged)][-1]
    assert set(loading.to) == {"a", "b"}
    assert loading.document == FilmDocument(status=FilmStatus.LOADING, clip="a.mp4")
    (paused,) = hear(told, FilmStatus.PAUSED)
    assert (paused.clip, paused.status, paused.position_s, paused.is_looping) == (
        "a.mp4",
        FilmStatus.PAUSED,
        2.5,
        True,
    )
    told.join("c")
    assert paused in told.conference.snapshot(ParticipantId("c")).documents


CONTROLS = (FilmAction.PLAY, FilmAction.PAUSE, FilmAction.SEEK, FilmAction.LOOP)
STANDING = {FilmStatus.PLAYING, FilmStatus.PAUSED, FilmStatus.ENDED}


@pytest.mark.parametrize(("status", "action"), list(itertools.product(FilmStatus, CONTROLS)))
def test_film_can_be_ruled_only_while_it_is_there(status: FilmStatus, action: FilmAction) -> None:
    told = room()
    ask(told, "a", FilmAction.LOAD, "a.mp4")
    hear(told, status)
    if status in STANDING:
        assert ask(told, "a", action) == FilmOrdered(1, action, "", 3.0, False)
    else:
        with pytest.raises(Refused) as refused:
            ask(told, "a", action)
        assert refused.value.code == ("film_loading" if status is FilmStatus.LOADING else "film_none")


def test_nothing_can_be_ruled_before_a_film_was_loaded_and_load_needs_a_name() -> None:
    told = room()
    for action in CONTROLS:
        with pytest.raises(Refused):
            ask(told, "a", action)
    with pytest.raises(VdxError) as refused:
        ask(told, "a", FilmAction.LOAD)
    assert refused.value.code == "validation_failed"
    assert ask(told, "a", FilmAction.STOP).action is FilmAction.STOP
    assert not [event for event in told.events if isinstance(event, DocumentChanged) and "clip" in str(event)]


def test_report_of_a_film_that_was_replaced_or_stopped_is_passed_over() -> None:
    told = room()
    assert hear(told, FilmStatus.PLAYING, load=0) == []
    first = ask(told, "a", FilmAction.LOAD, "a.mp4").load
    second = ask(told, "a", FilmAction.LOAD, "b.mp4").load
    assert hear(told, FilmStatus.PAUSED, first) == []
    assert hear(told, FilmStatus.PAUSED, second)[0].clip == "b.mp4"
    ask(told, "a", FilmAction.STOP)
    assert hear(told, FilmStatus.PLAYING, second) == []


def test_film_takes_no_place_is_no_host_and_keeps_no_room_open() -> None:
    told = room(maximum=2)
    come(told)
    assert [one.id for one in told.conference.present()] == ["a", "b"]
    with pytest.raises(Refused):
        told.join("c")
    told.do(commands.Leave(ParticipantId("a")))
    told.join("c")
    assert len(told.conference) == 3
    told.do(commands.Leave(ParticipantId("b")))
    told.do(commands.Leave(ParticipantId("c")))
    assert told.conference.is_empty


def test_film_is_not_kept_over_a_restart_of_the_server() -> None:
    told = room()
    come(told)
    assert [one.id for one in told.conference.kept(0.0).people] == ["a", "b"]


@pytest.mark.parametrize("visibility", ["hosts", "spotlight", "all"])
def test_film_is_seen_and_heard_by_guests_who_see_no_other_guest(visibility: str) -> None:
    told = room(guest_visibility=visibility)
    told.media("a")
    told.media("b")
    come(told)
    for kind in SHARED:
        assert told.classes[source_of("film", kind)] & told.hears["b"]


def test_film_is_no_host_to_those_who_wait_for_one() -> None:
    told = room(lobby=LobbyPolicy.UNTIL_HOST)
    come(told)
    told.leave("a")
    assert told.conference.why_wait(Role.GUEST, (), told.now) is WaitCause.HOST


def test_film_that_comes_after_the_last_host_has_left_neither_opens_the_doors_nor_stops_the_end() -> None:
    told = room(last_host=LastHostPolicy.WAIT)
    told.leave("a")
    come(told)
    assert told.conference.why_wait(Role.GUEST, (), told.now) is WaitCause.HOST
    told = room(last_host=LastHostPolicy.END)
    told.leave("a")
    come(told)
    told.wait(LAST_HOST_END_S + 1)
    assert told.conference.is_over
