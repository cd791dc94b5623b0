"""Chat, typed lines, reactions and announcements: who reads what, and what is refused."""

from __future__ import annotations

import pytest

from tests.fakes.words import (
    ALL,
    HOSTS,
    PRIVATE,
    announcements,
    caption,
    captions,
    heard,
    lines,
    react,
    reactions,
    refused,
    room,
    to,
    type_text,
    write,
)
from vdxmedia.conference import commands
from vdxmedia.conference.announcements_desk import (
    MAX_ANNOUNCEMENTS,
    Announce,
    TakeAnnouncementAway,
)
from vdxmedia.conference.captions_desk import Captions, LetWriteCaptions
from vdxmedia.conference.chat_desk import CROWD_BURST
from vdxmedia.conference.choices import ChatPolicy
from vdxmedia.conference.conference import SEAT_KEPT_S
from vdxmedia.conference.events import DocumentChanged, Uttered
from vdxmedia.conference.kinds import LeaveReason
from vdxmedia.conference.reactions_desk import MAX_IN_ROUND, ROUND_S
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.words import MAX_LINE_CHARS, MAX_OPEN_LINES
from vdxmedia.errors import VdxError
from vdxmedia.ids import ParticipantId

# ── chat ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_message_reaches_all_hosts_or_one_and_its_writer() -> None:
    told = room(guests="abc")
    write(told, "a", "alle")
    write(told, "a", "værter", HOSTS)
    write(told, "a", "kun b", to("b"))
    write(told, "h", "kun c", to("c"))
    assert heard(told) == [("abch", "a", "alle"), ("ah", "a", "værter"), ("ab", "a", "kun b"), ("ch", "h", "kun c")]


def test_open_line_is_read_by_those_for_whom_it_is_and_nobody_else_of_their_view() -> None:
    told = room(guests="abc", hosts="hk")

    def readers_of(text: str) -> str:
        return "".join(name for name in "habck" if text in lines(told, name).values())

    type_text(told, "a", "kun b", target=to("b"))
    assert readers_of("kun b") == "b"
    type_text(told, "c", "kun k", target=to("k"))
    assert (readers_of("kun b"), readers_of("kun k")) == ("b", "k")
    type_text(told, "a", "værter", target=HOSTS)
    assert (readers_of("kun b"), readers_of("værter")) == ("", "hk")
    type_text(told, "h", "kun h og k", target=HOSTS)
    assert readers_of("kun h og k") == "hk"


def test_private_room_guests_words_reach_hosts_only() -> None:
    told = room(hosts="hk", **PRIVATE)
    write(told, "a")
    type_text(told, "a", "he")
    caption_right = LetWriteCaptions(participant=ParticipantId("h"), other=ParticipantId("a"), is_allowed=True)
    told.do(caption_right)
    caption(told, "a", "tekst", is_finished=True)
    caption(told, "a", "næste")
    react(told, "a")
    assert heard(told) == [("ahk", "a", "hej"), ("ahk", "a", "tekst")]
    assert lines(told, "h") == {"a": "he"}
    assert lines(told, "b") == {}
    assert captions(told, "b") == Captions((), ())
    assert captions(told, "a").writers == ("a",)
    assert [reactions(told, name) for name in "hkab"] == [["a"], ["a"], [], []]


def test_private_room_a_guest_hears_the_same_whether_another_is_there_or_not() -> None:
    def transcript(others: str) -> list[object]:
        told = room(guests="a" + others, **PRIVATE)
        began = len(told.events)
        for name in others:
            write(told, name)
            type_text(told, name, "jeg skriver")
            react(told, name)
            write(told, name, target=HOSTS)
        write(told, "h")
        type_text(told, "h", "vær")
        react(told, "h")
        told.do(Announce(participant=ParticipantId("h"), text="Husk vand"))
        told.wait(1)
        return [
            event.utterance if isinstance(event, Uttered) else event.document
            for event in told.events[began:]
            if isinstance(event, Uttered | DocumentChanged) and "a" in event.to
        ]

    assert transcript("") == transcript("bcd")


def test_one_who_may_not_be_known_is_refused_like_one_who_is_not_there() -> None:
    told = room(guests="ab", **PRIVATE)
    refusals = []
    for name in ("b", "nobody"):
        with pytest.raises(VdxError) as caught:
            write(told, "a", target=to(name))
        refusals.append((caught.value.code, caught.value.text, caught.value.retry_after_s))
        with pytest.raises(VdxError) as caught:
            type_text(told, "a", "x", target=to(name))
        refusals.append((caught.value.code, caught.value.text, caught.value.retry_after_s))
    assert set(refusals) == {("participant_unknown", "no such participant in this conference", None)}
    assert refused(told, lambda: write(told, "a", target=to("a"))) == "participant_unknown"
    write(told, "a", target=to("h"))


def test_settings_decide_to_whom_guests_write() -> None:
    told = room(chat=ChatPolicy.HOSTS)
    assert refused(told, lambda: write(told, "a")) == "chat_off"
    assert refused(told, lambda: write(told, "a", target=to("b"))) == "chat_off"
    for name, target in (("a", HOSTS), ("a", to("h")), ("h", ALL), ("h", to("a"))):
        write(told, name, target=target)
    told = room(private_chat=False)
    assert refused(told, lambda: write(told, "a", target=to("h"))) == "chat_off"
    write(told, "h", target=to("a"))
    told = room(chat=ChatPolicy.OFF)
    assert refused(told, lambda: write(told, "h")) == "chat_off"
    assert refused(told, lambda: type_text(told, "a", "x", target=HOSTS)) == "chat_off"


def test_who_waits_to_be_let_in_neither_writes_nor_reads() -> None:
    told = room()
    waiting = told.conference._assembly.find(ParticipantId("b"))
    waiting.is_waiting = True
    told.conference._assembly.permit(waiting)
    told.take(told.conference._assembly.settle(told.now))
    for do in (lambda: write(told, "b", target=HOSTS), lambda: type_text(told, "b", "x"), lambda: react(told, "b")):
        assert refused(told, do) == "chat_off"
    told.do(LetWriteCaptions(participant=ParticipantId("h"), other=ParticipantId("b"), is_allowed=True))
    assert refused(told, lambda: caption(told, "b", "x")) == "chat_off"
    told.do(Announce(participant=ParticipantId("h"), text="Vi begynder"))
    write(told, "a")
    react(told, "a")
    assert heard(told) == [("ah", "a", "hej")]
    assert [reactions(told, name) for name in "hab"] == [["a"], ["a"], []]
    assert announcements(told, "b") == []
    assert announcements(told, "a") == ["Vi begynder"]
    waiting.is_waiting = False
    told.conference._assembly.permit(waiting)
    told.take(told.conference._assembly.settle(told.now))
    assert [event.to for event in told.events if isinstance(event, DocumentChanged)][-1] == ("b",)
    assert announcements(told, "b") == ["Vi begynder"]


def test_words_of_a_small_group_stay_in_it() -> None:
    told = room(guests="abc")
    assembly = told.conference._assembly
    for name in "ab":
        one = assembly.find(ParticipantId(name))
        one.group = 0
        assembly.permit(one)
    told.take(assembly.settle(told.now))
    write(told, "a")
    type_text(told, "a", "hv")
    write(told, "a", target=HOSTS)
    react(told, "c")
    assert heard(told) == [("ab", "a", "hej"), ("ah", "a", "hej")]
    assert [reactions(told, name) for name in "chab"] == [["c"], ["c"], [], []]
    type_text(told, "a", "hv")
    assert [lines(told, name) for name in "bch"] == [{"a": "hv"}, {}, {}]


def test_message_is_plain_text_in_lines() -> None:
    told = room()
    write(told, "a", "  <b>et\u202e\x07</b> \r\n\r\n\r\n\r\nto\u2028tre \n")
    assert heard(told)[-1][2] == "<b>et  </b>\n\nto\ntre"
    assert refused(told, lambda: write(told, "a", " \n\x07\u202e")) == "validation_failed"


def test_message_to_one_who_is_away_is_refused_because_it_is_not_kept() -> None:
    told = room()
    told.do(commands.Disconnect(ParticipantId("b")))
    assert refused(told, lambda: write(told, "a", target=to("b"))) == "participant_away"


def test_guests_together_write_no_more_than_others_can_read() -> None:
    told = room()
    for _ in range(int(CROWD_BURST)):
        write(told, "a")
    assert refused(told, lambda: write(told, "b")) == "rate_limited"
    write(told, "h")
    write(told, "b", target=HOSTS)
    told.now += 0.1
    write(told, "b")


def test_what_others_write_does_not_limit_a_guest_whom_only_hosts_see() -> None:
    told = room(**PRIVATE)
    for _ in range(int(CROWD_BURST) + 1):
        write(told, "a")
    write(told, "b")


# ── lines as they are typed ───────────────────────────────────────────────────────────────────────────────────────


def test_line_is_seen_while_it_is_typed_and_closed_when_it_is_sent() -> None:
    told = room()
    type_text(told, "a", "Godaf")
    assert lines(told, "b") == {"a": "Godaf"}
    type_text(told, "a", "g", keep=4)
    assert lines(told, "b") == {"a": "Godag"}
    type_text(told, "a", " morgen", keep=3)
    assert lines(told, "h") == {"a": "God morgen"}
    write(told, "a", "God morgen")
    assert lines(told, "b") == {}
    type_text(told, "a", "x")
    type_text(told, "a", "")
    assert lines(told, "b") == {}
    type_text(told, "a", "")
    assert lines(told, "b") == {}


def test_newcomer_gets_the_lines_that_are_open_and_nothing_before() -> None:
    told = room()
    write(told, "a", "før")
    type_text(told, "a", "nu")
    told.join("c", media=False)
    assert lines(told, "c") == {"a": "nu"}
    assert all("c" not in event.to for event in told.events if isinstance(event, Uttered))


def test_line_outlasts_a_short_cut_and_goes_with_its_writer() -> None:
    told = room()
    type_text(told, "a", "jeg")
    told.do(commands.Disconnect(ParticipantId("a")))
    assert lines(told, "b") == {"a": "jeg"}
    told.wait(SEAT_KEPT_S)
    assert lines(told, "b") == {}
    type_text(told, "b", "også")
    told.leave("b")
    assert lines(told, "h") == {}


def test_edit_that_does_not_fit_the_line_is_refused() -> None:
    told = room()
    assert refused(told, lambda: type_text(told, "a", "x", keep=1)) == "out_of_step"
    type_text(told, "a", "abc")
    assert refused(told, lambda: type_text(told, "a", "x", keep=4)) == "out_of_step"
    assert refused(told, lambda: type_text(told, "a", "x", keep=2, target=HOSTS)) == "out_of_step"
    type_text(told, "a", "x" * MAX_LINE_CHARS)
    assert refused(told, lambda: type_text(told, "a", "yy", keep=MAX_LINE_CHARS - 1)) == "message_too_large"
    assert lines(told, "b") == {"a": "x" * MAX_LINE_CHARS}


def test_cleaning_a_line_keeps_its_positions() -> None:
    told = room()
    type_text(told, "a", "a\u202eb\n🙂c")
    assert lines(told, "b") == {"a": "a b 🙂c"}
    type_text(told, "a", "d", keep=5)
    assert lines(told, "b") == {"a": "a b 🙂d"}


def test_line_for_one_or_for_hosts_is_shown_to_nobody_else() -> None:
    told = room(guests="abc")
    type_text(told, "a", "til b", target=to("b"))
    type_text(told, "c", "til vært", target=HOSTS)
    assert [lines(told, name) for name in "bch"] == [{"a": "til b"}, {}, {"c": "til vært"}]
    type_text(told, "a", "til c", target=to("c"))
    assert [lines(told, name) for name in "bch"] == [{}, {"a": "til c"}, {"c": "til vært"}]


def test_line_that_the_room_allows_no_longer_is_closed() -> None:
    told = room(guests="abc")
    type_text(told, "a", "alle")
    type_text(told, "h", "vært")
    told.do(commands.ChangeSettings(RoomSettings(chat=ChatPolicy.HOSTS), None, None))
    assert lines(told, "b") == {"h": "vært"}


def test_nobody_is_shown_more_lines_than_can_be_read() -> None:
    guests = "abcdefgijklmnopqrstuvwxyz"
    told = room(guests=guests)
    for name in guests:
        type_text(told, name, name)
    assert list(lines(told, "h")) == list(guests[:MAX_OPEN_LINES])


def test_line_of_one_who_was_taken_out_by_another_rule_is_not_told() -> None:
    told = room()
    type_text(told, "a", "x")
    assembly = told.conference._assembly
    assembly.remove(assembly.find(ParticipantId("a")), LeaveReason.REMOVED)
    type_text(told, "h", "y")
    assert lines(told, "b") == {"h": "y"}


def test_line_disappears_for_those_who_may_not_know_its_writer_any_more() -> None:
    told = room()
    type_text(told, "a", "x")
    assembly = told.conference._assembly
    one = assembly.find(ParticipantId("a"))
    one.is_waiting = True
    assembly.permit(one)
    told.take(assembly.settle(told.now))
    assert lines(told, "b") == {}


# ── reactions ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reactions_are_told_at_once_and_then_in_rounds() -> None:
    told = room()
    for name in "aabh":
        react(told, name)
    assert [reactions(told, name) for name in "abh"] == [["a"]] * 3
    told.wait(ROUND_S)
    assert [reactions(told, name) for name in "abh"] == [["a", "abh"]] * 3
    told.wait(ROUND_S)
    react(told, "b")
    assert reactions(told, "h") == ["a", "abh", "b"]


def test_reactions_of_a_round_have_an_end_and_the_gone_are_not_in_it() -> None:
    told = room()
    react(told, "h")
    for _ in range(MAX_IN_ROUND + 10):
        react(told, "a")
    told.leave("b")
    told.wait(ROUND_S)
    assert reactions(told, "a") == ["h", "a" * MAX_IN_ROUND]
    react(told, "a")
    told.leave("a")
    told.leave("h")
    told.wait(1)
    assert len(reactions(told, "a")) == 2


def test_reaction_of_one_who_has_gone_is_not_told() -> None:
    told = room()
    react(told, "h")
    react(told, "a")
    told.leave("a")
    told.wait(1)
    assert reactions(told, "b") == ["h"]


# ── announcements ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_announcements_stand_until_a_host_takes_them_away() -> None:
    told = room()
    host = ParticipantId("h")
    told.do(Announce(participant=host, text=" Pause til\x07 10.30 "))
    told.join("c", media=False)
    assert announcements(told, "c") == ["Pause til  10.30"]
    for number in range(MAX_ANNOUNCEMENTS - 1):
        told.do(Announce(participant=host, text=str(number)))
    assert refused(told, lambda: told.do(Announce(participant=host, text="x"))) == "announcements_full"
    told.do(TakeAnnouncementAway(participant=host, number=1))
    assert announcements(told, "a") == ["0", "1"]
    assert refused(told, lambda: told.do(TakeAnnouncementAway(participant=host, number=1))) == "not_found"
    guest = ParticipantId("a")
    assert refused(told, lambda: told.do(Announce(participant=guest, text="x"))) == "hosts_only"
    assert refused(told, lambda: told.do(TakeAnnouncementAway(participant=guest, number=2))) == "hosts_only"
