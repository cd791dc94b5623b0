"""How a conference ends, and how people leave it without wanting to."""

from __future__ import annotations

import pytest

from tests.fakes.conferences import Told, conference
from vdxmedia.conference import commands, doors_desk
from vdxmedia.conference.choices import LastHostPolicy
from vdxmedia.conference.conference import Conference
from vdxmedia.conference.doors_desk import END_COUNTDOWN_S, LAST_HOST_END_S, EndCause, EndingDocument
from vdxmedia.conference.events import ConferenceEnded, SettingsChosen
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadField, NotAllowed
from vdxmedia.ids import ParticipantId

H, G = ParticipantId("h"), ParticipantId("g")


def ending(told: Told, who: ParticipantId = G) -> EndingDocument:
    (found,) = [one for one in told.conference.snapshot(who).documents if isinstance(one, EndingDocument)]
    return found


def with_two(**settings: object) -> Told:
    told = conference(**settings)
    told.join("h", role=Role.HOST)
    told.join("g")
    return told


def test_end_for_all_comes_after_its_countdown_and_not_before() -> None:
    told = with_two()
    told.do(doors_desk.EndForAll(H))
    assert ending(told) == EndingDocument(EndCause.HOST, END_COUNTDOWN_S)
    told.wait(END_COUNTDOWN_S - 0.1)
    told.do(doors_desk.EndForAll(H))  # a second press does not begin it anew
    assert not told.conference.is_over
    assert any(isinstance(event, ConferenceEnded) for event in told.wait(0.2))


def test_undone_end_does_not_come() -> None:
    told = with_two()
    told.do(doors_desk.EndForAll(H))
    told.do(doors_desk.KeepOpen(H))
    assert ending(told) == EndingDocument()
    told.wait(END_COUNTDOWN_S * 2)
    assert not told.conference.is_over


def test_last_host_who_leaves_ends_it_where_the_room_says_so_unless_a_host_comes() -> None:
    for comes in (True, False):
        told = with_two(last_host=LastHostPolicy.END)
        told.leave("h")
        assert ending(told).cause is EndCause.LAST_HOST
        told.wait(LAST_HOST_END_S - 1)
        if comes:
            told.join("i", role=Role.HOST)
            assert ending(told) == EndingDocument()
        told.wait(2)
        assert told.conference.is_over is not comes


def test_host_whose_connection_is_away_has_not_left() -> None:
    told = with_two(last_host=LastHostPolicy.END)
    told.do(commands.Disconnect(H))
    told.wait(60)
    assert ending(told) == EndingDocument()


def test_closing_time_is_told_ten_and_two_minutes_before() -> None:
    told = Told(Conference(RoomSettings(closes_at=1000.0), closes_at_s=1000.0, roster_round_s=0.0))
    told.join("g")
    assert ending(told) == EndingDocument()
    told.wait(401)
    assert ending(told) == EndingDocument(EndCause.CLOSING_TIME, 1000.0, 600)
    told.wait(480)
    assert ending(told) == EndingDocument(EndCause.CLOSING_TIME, 1000.0, 120)
    told.wait(120)
    assert told.conference.is_over


def test_closing_time_is_moved_within_bounds() -> None:
    told = Told(Conference(RoomSettings(closes_at=1000.0), closes_at_s=1000.0, roster_round_s=0.0))
    told.join("h", role=Role.HOST)
    (chosen,) = [e for e in told.do(doors_desk.ExtendClosing(H, 900.0)) if isinstance(e, SettingsChosen)]
    assert chosen.settings.closes_at == 1900.0
    for by_s in (0.0, -5.0, 1e9):
        with pytest.raises(BadField):
            told.do(doors_desk.ExtendClosing(H, by_s))
    open_end = with_two()
    with pytest.raises(NotAllowed):
        open_end.do(doors_desk.ExtendClosing(H, 900.0))


def test_countdown_goes_on_after_a_restart() -> None:
    told = with_two()
    told.do(doors_desk.EndForAll(H))
    told.wait(4)
    kept = told.conference.kept(told.now)
    after = conference()
    after.now = 100.0
    after.take(after.conference.restore(kept, after.now))
    after.wait(END_COUNTDOWN_S)
    assert after.conference.is_over


def test_nobody_removes_himself() -> None:
    told = with_two()
    with pytest.raises(NotAllowed):
        told.do(doors_desk.RemovePerson(H, H))
