"""The ledger: only differences are said, and what was forgotten is said again."""

from __future__ import annotations

from vdxmedia.conference.kinds import SlotKind
from vdxmedia.conference.ledger import Ledger
from vdxmedia.conference.media import BindSlot, Gate, MediaChange, SetGate, SetHears
from vdxmedia.ids import ParticipantId, SourceId

ANNA, BO = ParticipantId("anna"), ParticipantId("bo")
CAMERA, OTHER = SourceId(7), SourceId(8)


def said(ledger: Ledger, *changes: MediaChange) -> tuple[MediaChange, ...]:
    for change in changes:
        ledger.say(change)
    return ledger.take()


def test_only_differences_are_said() -> None:
    ledger = Ledger()
    first = (SetHears(BO, 1), BindSlot(BO, SlotKind.VIDEO, 0, CAMERA, 2))
    assert said(ledger, *first) == first
    assert said(ledger, *first) == ()
    assert said(ledger, SetHears(BO, 3)) == (SetHears(BO, 3),)


def test_what_is_forgotten_of_a_participant_is_said_again_and_where_it_is_shown() -> None:
    ledger = Ledger()
    own = (SetGate(CAMERA, Gate.MUTE, True), SetHears(ANNA, 1), BindSlot(ANNA, SlotKind.VIDEO, 0, OTHER, 2))
    shown = BindSlot(BO, SlotKind.VIDEO, 0, CAMERA, 2)
    others = (SetHears(BO, 1), BindSlot(BO, SlotKind.VIDEO, 1, OTHER, 2), SetGate(OTHER, Gate.MUTE, True))
    said(ledger, *own, shown, *others)
    ledger.forget(ANNA, [CAMERA])
    assert said(ledger, *own, shown, *others) == (*own, shown)


def test_slot_that_shows_another_by_now_is_not_said_again() -> None:
    ledger = Ledger()
    now = BindSlot(BO, SlotKind.VIDEO, 0, OTHER, 2)
    said(ledger, BindSlot(BO, SlotKind.VIDEO, 0, CAMERA, 2), now)
    ledger.forget(ANNA, [CAMERA])
    assert said(ledger, now) == ()


def test_nothing_is_kept_of_those_who_have_gone() -> None:
    ledger = Ledger()
    said(ledger, SetGate(CAMERA, Gate.MUTE, True), BindSlot(BO, SlotKind.VIDEO, 0, CAMERA, 2), SetHears(ANNA, 1))
    ledger.forget(ANNA, [CAMERA])
    ledger.forget(BO, [])
    assert (ledger._said, ledger._keys, ledger._shown) == ({}, {}, {})
