"""Who may do what with meetings, rooms and templates. What one may not see is, for him, not there."""

from __future__ import annotations

from vdxmedia.booking.callers import BOOKS, PROVISIONS, SEES_ORGANISATION, Caller, CallerRole
from vdxmedia.booking.meetings import Booked, BookedRoom
from vdxmedia.booking.organisations import Tree
from vdxmedia.errors import NotAllowed


def require(caller: Caller, *roles: CallerRole) -> None:
    """Raises: NotAllowed `not_permitted` when the caller has none of them."""
    if not caller.has(*roles):
        raise NotAllowed("the caller's role does not permit this", code="not_permitted")


def require_any_role(caller: Caller) -> None:
    require(caller, *CallerRole)


def require_booker(caller: Caller) -> None:
    require(caller, *BOOKS)


def own_email(caller: Caller) -> str | None:
    """The organiser whose meetings alone the caller sees, in lower case; None: he sees those of the organisation.

    Empty: he is nobody in particular and sees none (`sees_nothing`), also not those that nobody organises.
    """
    return None if caller.has(*SEES_ORGANISATION) else caller.email.lower()


def sees_nothing(caller: Caller) -> bool:
    return own_email(caller) == ""


def sees_meeting(caller: Caller, booked: Booked) -> bool:
    if booked.meeting.organisation != caller.organisation:
        return False
    mine = own_email(caller)
    return mine is None or (mine != "" and booked.meeting.organized_by.email.lower() == mine)


def sees_room(caller: Caller, room: BookedRoom, booked: Booked | None, tree: Tree) -> bool:
    """Provisioners see all; administrators and planners those of their organisation and those below."""
    if caller.has(*PROVISIONS):
        return True
    if caller.has(CallerRole.ADMIN, CallerRole.PLANNER):
        return bool(caller.organisation) and tree.is_at_or_below(room.organisation, caller.organisation)
    return booked is not None and sees_meeting(caller, booked)


def visible_organisations(caller: Caller, tree: Tree) -> frozenset[str] | None:
    """Whose rooms the caller may list; None: all."""
    if caller.has(*PROVISIONS):
        return None
    below = tree.descendants(caller.organisation) if own_email(caller) is None else ()
    return frozenset({caller.organisation, *(one.code for one in below)})


def organiser(caller: Caller, email: str) -> str:
    """Whom the meeting is organised by. Raises: NotAllowed when the caller may not book for this person."""
    if not email or email.lower() == caller.email.lower():
        return caller.email
    require(caller, CallerRole.PLANNER, CallerRole.ADMIN, CallerRole.PROVISIONER_USER)
    return email
