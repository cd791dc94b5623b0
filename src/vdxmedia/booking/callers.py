"""Who calls the booking APIs: an organisation's system or person, with roles. Made by the API from verified claims."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class CallerRole(StrEnum):
    """The roles of the VDX video API."""

    ADMIN = "meeting-admin"
    USER = "meeting-user"
    PLANNER = "meeting-planner"
    PROVISIONER = "meeting-provisioner"
    PROVISIONER_USER = "meeting-provisioner-user"


BOOKS = frozenset({CallerRole.ADMIN, CallerRole.USER, CallerRole.PLANNER, CallerRole.PROVISIONER_USER})
"""Who may make, change and cancel meetings."""
PROVISIONS = frozenset({CallerRole.PROVISIONER, CallerRole.PROVISIONER_USER})
"""Who sees the rooms of all organisations."""
SEES_ORGANISATION = frozenset({CallerRole.ADMIN, CallerRole.PLANNER, *PROVISIONS})
"""Who sees all meetings of the organisation; others see those that they organise."""


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    organisation: str
    """Its code; empty: a provisioner that belongs to none."""
    email: str = ""
    """Of the person; empty: the system itself. Compared without regard to case."""
    roles: frozenset[CallerRole] = frozenset()
    client: str = ""
    """The system that calls, by its client id, for limits and the audit log; never shown to others."""
    auto_organisation: str = ""
    """A parent organisation under which an unknown `organisation` is made by itself; empty: it must be known."""
    address: str = ""
    """Where the request came from, shortened as limits count it, for the audit log."""
    is_server_key: bool = False
    """A key of this server, which acts for each organisation; no token says so, whatever its roles."""

    def has(self, *roles: CallerRole) -> bool:
        return not self.roles.isdisjoint(roles)


class HostInCall(msgspec.Struct, frozen=True):
    """Who acts for the meeting's organisation because he is a host in its room; nobody knows his e-mail."""

    participant: str = ""
    """His id in the call; empty: he asks with a link's token, from before it."""
    address: str = ""

    def caller(self, organisation: str) -> Caller:
        return Caller(
            organisation=organisation,
            client=f"host {self.participant}".rstrip(),
            roles=frozenset({CallerRole.PLANNER}),
            address=self.address,
        )
