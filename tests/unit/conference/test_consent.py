"""Questions and answers: the table of `consent.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vdxmedia.conference.consent import Consent, Consents
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId

A = ParticipantId("a")
NONE, ASKED, AGREED, DECLINED = Consent.NONE, Consent.ASKED, Consent.AGREED, Consent.DECLINED
INPUTS: dict[str, Callable[[Consents], None]] = {
    "ask": lambda consents: consents.ask(A),
    "ask again": lambda consents: consents.ask(A, again=True),
    "yes": lambda consents: consents.answer(A, agrees=True),
    "no": lambda consents: consents.answer(A, agrees=False),
    "void": lambda consents: consents.void(A),
    "give": lambda consents: consents.give(A),
}


def in_state(state: Consent) -> Consents:
    consents = Consents()
    if state is not NONE:
        consents.ask(A)
    if state in (AGREED, DECLINED):
        consents.answer(A, agrees=state is AGREED)
    return consents


@pytest.mark.parametrize(
    ("before", "input", "after"),
    [
        (NONE, "ask", ASKED),
        (NONE, "ask again", ASKED),
        (NONE, "yes", None),
        (NONE, "no", None),
        (NONE, "give", AGREED),
        (NONE, "void", NONE),
        (ASKED, "ask", ASKED),
        (ASKED, "ask again", ASKED),
        (ASKED, "yes", AGREED),
        (ASKED, "no", DECLINED),
        (ASKED, "void", NONE),
        (AGREED, "ask", AGREED),
        (AGREED, "ask again", AGREED),
        (AGREED, "yes", AGREED),
        (AGREED, "no", DECLINED),
        (AGREED, "void", NONE),
        (DECLINED, "ask", DECLINED),
        (DECLINED, "ask again", ASKED),
        (DECLINED, "yes", AGREED),
        (DECLINED, "no", DECLINED),
        (DECLINED, "void", NONE),
    ],
)
def test_answer_follows_the_table(before: Consent, input: str, after: Consent | None) -> None:
    consents = in_state(before)
    if after is None:
        with pytest.raises(NotAllowed) as refused:
            INPUTS[input](consents)
        assert refused.value.code == "nothing_asked"
        after = before
    else:
        INPUTS[input](consents)
    assert consents.of(A) is after
    assert list(consents.open()) == ([(A, after)] if after in (ASKED, DECLINED) else [])
    assert consents.agreed() == ([A] if after is AGREED else [])
    assert consents.declined() == ([A] if after is DECLINED else [])


def test_nothing_is_left_when_all_is_void() -> None:
    consents = in_state(AGREED)
    consents.void_all()
    assert consents.of(A) is NONE
