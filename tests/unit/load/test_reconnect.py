"""What of a room's answer must be the same after the server has been restarted, and what may differ."""

from __future__ import annotations

from typing import Any

from loadtests.run.scenarios.reconnect_storm import kept


def floor_state(holders: list[str], queue: list[str], since: float) -> dict[str, Any]:
    def places(names: list[str]) -> list[dict[str, Any]]:
        return [{"participantId": name, "since": since, "request": 1} for name in names]

    return {"policy": "moderated", "holders": places(holders), "queue": places(queue), "waiting": len(queue)}


def joined(*, holder: str = "bo", at_s: float = 0.0, waiting: tuple[str, ...] = ("carl",)) -> dict[str, Any]:
    people = [{"id": name, "name": name.title(), "role": "guest", "connection": "connected"} for name in ("anna", "bo")]
    state = floor_state([holder], ["anna"], at_s)
    return {
        "type": "joined",
        "participantId": "anna",
        "sequence": at_s,
        "participants": people,
        "documents": [
            {"type": "floor", "speech": state, "screen": floor_state([], [], at_s)},
            {"type": "ownFloor", "speech": {"maySend": False, "status": "pending"}},
            {"type": "lobby", "locked": True, "waiting": [{"id": name, "since": at_s} for name in waiting]},
        ],
    }


def test_times_and_numbers_may_differ() -> None:
    assert kept(joined()) == kept(joined(at_s=7.0))


def test_another_holder_or_row_is_another_state() -> None:
    assert kept(joined()) != kept(joined(holder="anna"))
    assert kept(joined()) != kept(joined(waiting=()))
    assert kept(joined(waiting=("carl", "dorte"))) != kept(joined(waiting=("dorte", "carl")))


def test_somebody_more_or_with_another_name_is_another_state() -> None:
    more, renamed = joined(), joined()
    more["participants"].append({"id": "erik", "name": "Erik", "role": "guest"})
    renamed["participants"][0]["name"] = "Ane"
    assert len({str(kept(one)) for one in (joined(), more, renamed)}) == 3


def test_who_waits_must_be_the_same_who_waits_for_the_same() -> None:
    waiting = {"type": "waiting", "participantId": "carl", "reason": "admission", "since": 1.0}
    assert kept(waiting) == kept({**waiting, "since": 2.0})
    assert kept(waiting) != kept({**waiting, "participantId": "new"})
    assert kept(waiting) != kept(joined())
