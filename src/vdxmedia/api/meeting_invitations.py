"""The links of a meeting over our own REST: list, add a personal one, revoke. The rules are `hub.invitations`'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from vdxmedia.api.audited import BY_DESK
from vdxmedia.api.meeting_resources import InvitationList, InvitationRequest, InvitationResource, LastTest
from vdxmedia.api.meetings import PATH, MeetingOperations
from vdxmedia.api.operations import Called, Credential, Operation
from vdxmedia.booking.connection_tests import ConnectionTest
from vdxmedia.hub.invitations import Invitations, Link, NewInvitation


class MeetingInvitationOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, meetings: MeetingOperations, invitations: Invitations, *, public_url: str) -> None:
        self._meetings = meetings
        self._invitations = invitations
        self._public_url = public_url.rstrip("/")

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path=f"{PATH}/{{uuid}}/invitations",
                name="listInvitations",
                summary="List a meeting's links",
                handler=self._list,
                body=None,
                answer=InvitationList,
                status=HTTPStatus.OK,
                errors=("meeting_unknown",),
                credential=Credential.CALLER,
                tag="Meetings",
            ),
            Operation(
                method="POST",
                path=f"{PATH}/{{uuid}}/invitations",
                name="addInvitation",
                summary="Make a personal link",
                handler=self._add,
                body=InvitationRequest,
                answer=InvitationResource,
                status=HTTPStatus.CREATED,
                errors=("meeting_unknown", "too_many_invitations"),
                credential=Credential.CALLER,
                audit=BY_DESK,
                tag="Meetings",
            ),
            Operation(
                method="DELETE",
                path=f"{PATH}/{{uuid}}/invitations/{{invitation}}",
                name="revokeInvitation",
                summary="Revoke a link; a shared one (`host`, `guest`) is followed by a new one",
                handler=self._revoke,
                body=None,
                answer=None,
                status=HTTPStatus.NO_CONTENT,
                errors=("meeting_unknown", "invitation_unknown"),
                credential=Credential.CALLER,
                audit=BY_DESK,
                tag="Meetings",
            ),
        )

    async def _list(self, path: Mapping[str, str], called: Called) -> InvitationList:
        caller, booked = await self._meetings.found(path["uuid"], called)
        links = await self._invitations.list(caller, booked.meeting.uuid)
        return InvitationList(invitations=[self._resource(link) for link in links])

    async def _add(self, path: Mapping[str, str], called: Called) -> InvitationResource:
        caller, booked = await self._meetings.found(path["uuid"], called)
        asked = NewInvitation(**msgspec.structs.asdict(called.body))
        return self._resource(await self._invitations.add(caller, booked.meeting.uuid, asked))

    async def _revoke(self, path: Mapping[str, str], called: Called) -> None:
        caller, booked = await self._meetings.found(path["uuid"], called)
        await self._invitations.revoke(caller, booked.meeting.uuid, path["invitation"])

    def _resource(self, link: Link) -> InvitationResource:
        one = link.invitation
        return InvitationResource(
            id=one.id,
            role=one.role,
            name=one.name,
            function=one.function,
            organisation=one.organisation,
            url=self._public_url + link.path,
            created_time=datetime.fromtimestamp(one.created_at, UTC),
            last_test=None if link.last_test is None else _shown(link.last_test),
        )


def _shown(test: ConnectionTest) -> LastTest:
    return LastTest(
        tested_time=datetime.fromtimestamp(test.tested_at, UTC),
        verdict=test.verdict,
        picture=test.picture,
        sound=test.sound,
        device=test.device,
    )
