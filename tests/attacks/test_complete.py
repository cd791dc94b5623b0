"""docs/security.md and the attacks say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.attacks.defence import Edit
from tests.attacks.defences import DEFENCES, HELD_BY_OTHERS
from tests.attacks.leaks import LEAKS
from tests.attacks.relay_defences import THE_SWITCH
from tests.attacks.unguarded import ERROR, FAILED, edited, those_that

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = HERE.parents[1] / "docs" / "security.md"
BEHIND_THE_PROXY = HERE.parent / "contract" / "test_nginx.py"
"""A13 once more, through the shipped proxy."""
ROW = re.compile(r"^\| (A\d+|17\.\d\.\d) \|.*\| (held|not applicable) \|.*\|([^|]*)\|$", re.MULTILINE)
NUMBERED = re.compile(r"^(?:async )?def (test_(a\d\d|v17_\d_\d)_\w+)", re.MULTILINE)
ATTACKS = [f"A{number}" for number in range(1, 21)]
REQUIREMENTS = ["17.1.1", "17.1.2", *(f"17.2.{number}" for number in range(1, 9)), "17.3.1", "17.3.2"]


def number_of(prefix: str) -> str:
    """`a01` is A1, `v17_2_6` is 17.2.6."""
    return f"A{int(prefix[1:])}" if prefix.startswith("a") else prefix[1:].replace("_", ".")


def told() -> dict[str, set[str]]:
    return {
        number: set(re.findall(r"`(test_\w+)`", tests)) for number, _, tests in ROW.findall(PAGE.read_text("utf-8"))
    }


def tried() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in (*HERE.glob("test_*.py"), BEHIND_THE_PROXY):
        for name, prefix in NUMBERED.findall(path.read_text("utf-8")):
            found.setdefault(number_of(prefix), set()).add(name)
    return found


def test_every_attack_and_requirement_is_on_the_page_with_its_tests() -> None:
    assert list(told()) == [*ATTACKS, *REQUIREMENTS]
    assert told() == tried()


def test_every_test_that_the_page_names_is_there() -> None:
    names = set(re.findall(r"`(test_\w+)`", PAGE.read_text("utf-8")))
    texts = [path.read_text("utf-8") for path in HERE.parent.rglob("test_*.py")]
    assert names <= {name for text in texts for name in re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE)}


def test_every_test_of_an_attack_has_a_defence_that_can_be_taken_out() -> None:
    """Whether it fails then is `python -m tests.attacks.unguarded`'s to say, in `make long`."""
    rows = {test for defence in DEFENCES for test in defence.tests}
    known = {test for tests in tried().values() for test in tests}
    assert rows | set(HELD_BY_OTHERS) == known
    assert rows & set(HELD_BY_OTHERS) == set()


def test_every_defence_that_is_to_be_taken_out_is_there() -> None:
    native = [THE_SWITCH, *(edit for defence in DEFENCES if defence.switch for edit in defence.edits)]
    changed(native)
    for defence in (*DEFENCES, *LEAKS):
        assert defence.edits or defence.switch
        changed([] if defence.switch else defence.edits)


def test_server_that_does_not_start_is_no_test_that_failed() -> None:
    said = "FAILED tests/a.py::test_one[x] - assert\nERROR tests/a.py::test_one_more - the server did not start\n"
    assert those_that(FAILED, ["test_one", "test_one_more"], said) == {"test_one"}
    assert those_that(ERROR, ["test_one", "test_one_more"], said) == {"test_one_more"}


def changed(edits: Sequence[Edit]) -> None:
    """All of them, one after the other."""
    texts: dict[str, str] = {}
    for edit in edits:
        texts[edit.path] = edited(texts.get(edit.path) or (ROOT / edit.path).read_text("utf-8"), edit)
