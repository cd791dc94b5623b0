"""A room's state is put together of what was encoded before, and says what is so now."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.hub_clients import grant
from vdxmedia.conference.kept import KeptConference, KeptPerson
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.kept_room import RoomWriter, decode
from vdxmedia.hub.seats import Seat


def person(seat: Seat, name: str) -> KeptPerson:
    return KeptPerson(
        id=seat.participant,
        name=name,
        role=Role.GUEST,
        organisation="",
        function="",
        sources=(),
        wanted_video_slots=0,
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(["join", "leave", "change", "settings", "nothing"]), st.integers(0, 5)), max_size=30
    )
)
def test_state_is_that_of_now_whoever_came_went_or_changed(steps: list[tuple[str, int]]) -> None:
    """Each time as somebody would write it who remembers nothing."""
    writer = RoomWriter()
    there: list[tuple[Seat, KeptPerson]] = []
    settings = RoomSettings()
    for what, number in steps:
        if what == "join":
            seat = Seat.make(grant(), {})
            there.append((seat, person(seat, f"Bo {number}")))
        elif what == "leave" and there:
            del there[number % len(there)]
        elif what == "change" and there:
            seat, _ = there[number % len(there)]
            there[number % len(there)] = seat, person(seat, f"Bo {number}, en anden")
        elif what == "settings":
            settings = RoomSettings(max_speakers=1 + number)
        conference = KeptConference(sequence=1, people=tuple(kept for _, kept in there), desks={})
        seats = [seat for seat, _ in there]
        state = writer.encode(conference, seats, (), settings)
        assert state == RoomWriter().encode(conference, seats, (), settings)
        assert (decode(state).conference, decode(state).settings) == (conference, settings)
