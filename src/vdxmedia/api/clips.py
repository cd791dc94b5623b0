"""The library's films over REST: for a booking system by API key, for a host in the call by his join token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

import msgspec

from vdxmedia.api.operations import Credential, Operation, Query
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.settings import MAX_ORGANISATION_CHARS, RoomSettings
from vdxmedia.errors import NotAllowed
from vdxmedia.hub.film import Clip
from vdxmedia.hub.ports import Grant
from vdxmedia.ids import RoomId

ORGANISATION = Query(
    "organisation", (), "Whose library, as in its rooms.", max_chars=MAX_ORGANISATION_CHARS, is_required=True
)


class ClipList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """By name. A film with a `code` cannot be played; `text` says what to do."""

    clips: Sequence[Clip]


class ClipBook(Protocol):
    """What the operations need of the hub."""

    async def clips(self, organisation: str) -> Sequence[Clip]: ...


class RoomBook(Protocol):
    def settings_of(self, room: RoomId) -> RoomSettings:
        """Raises: NotFound `room_unknown`."""
        ...


class ClipOperations:
    """The handlers. Holds no state of its own."""

    def __init__(self, book: ClipBook, rooms: RoomBook) -> None:
        self._book = book
        self._rooms = rooms

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="GET",
                path="/api/v1/clips",
                name="listClips",
                summary="List the exercise films of an organisation",
                handler=self._list,
                body=None,
                query=(ORGANISATION,),
                answer=ClipList,
                status=HTTPStatus.OK,
                errors=(),
            ),
            Operation(
                method="GET",
                path="/api/v1/room-clips",
                name="listRoomClips",
                summary="List the exercise films that the host with this join token can load",
                handler=self._list_for_host,
                credential=Credential.JOIN_TOKEN,
                body=None,
                answer=ClipList,
                status=HTTPStatus.OK,
                errors=("room_unknown",),
            ),
        )

    async def _list(self, asked: Mapping[str, str], body: None) -> ClipList:
        return ClipList(clips=await self._book.clips(asked[ORGANISATION.name]))

    async def _list_for_host(self, path: Mapping[str, str], grant: Grant) -> ClipList:
        if grant.role != Role.HOST or grant.is_film:
            raise NotAllowed("only a host sees the library")
        return ClipList(clips=await self._book.clips(self._rooms.settings_of(RoomId(grant.room)).organisation))
