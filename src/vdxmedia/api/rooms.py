"""Rooms and tokens over REST: opens a room and hands out the links, mints a participant's token, closes a room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Protocol

import msgspec

from vdxmedia.api.audited import A_WAY_IN, Noted, of_path
from vdxmedia.api.operations import Operation, Query
from vdxmedia.api.resources import (
    MAX_TTL_S,
    NoteRequest,
    RoomCreated,
    RoomPatch,
    RoomRequest,
    RoomResource,
    TokenCreated,
    TokenRequest,
    moment,
    patched,
    settings_of,
)
from vdxmedia.booking.audit import AuditOperation
from vdxmedia.clock import Clock
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.kinds import Role, SourceKind
from vdxmedia.conference.names import one_line
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.errors import BadField, Refused
from vdxmedia.hub.ports import Grant, Tokens
from vdxmedia.ids import RoomId, new_participant_id

ATTENDANCE = Query("attendance", ("keep", "delete"), "Whether who was there is kept until its term is over.")


class RoomBook(Protocol):
    """What the API needs of the hub's registry. All methods on the event loop."""

    async def open(self, settings: RoomSettings) -> RoomId:
        """It outlasts the process when this returns. Raises: Refused `rooms_full`, `server_stopping` or
        `store_unavailable`."""
        ...

    def settings_for(self, grant: Grant) -> RoomSettings:
        """Raises: Refused `room_closed`, NotFound."""
        ...

    def settings_of(self, room: RoomId) -> RoomSettings:
        """Raises: NotFound `room_unknown`."""
        ...

    async def change_settings(self, room: RoomId, settings: RoomSettings) -> None:
        """Tells those who are in it. Raises: NotFound `room_unknown`, BadField, Refused `store_unavailable`: the change
        is in force then, but may not outlast the process."""
        ...

    def participants_in(self, room: RoomId) -> int:
        """0 when the room has no conference or is unknown."""
        ...

    async def close(self, room: RoomId) -> None:
        """Ends the conference for everyone and forgets the room. Raises: NotFound `room_unknown`, Refused
        `store_unavailable`."""
        ...

    async def delete_attendance(self, room: RoomId) -> None:
        """Raises: Refused `store_unavailable`."""
        ...


class RoomOperations:
    """The handlers. Holds no state of its own."""

    def __init__(
        self,
        book: RoomBook,
        tokens: Tokens,
        *,
        clock: Clock,
        public_url: str,
        link_lifetime_s: float,
        maximum: int,
    ) -> None:
        self._book = book
        self._tokens = tokens
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._link_lifetime_s = link_lifetime_s
        self._maximum = maximum

    def table(self) -> tuple[Operation, ...]:
        return (
            Operation(
                method="POST",
                path="/api/v1/rooms",
                name="openRoom",
                summary="Open a room; answers the host's and the guests' link",
                handler=self._open,
                body=RoomRequest,
                answer=RoomCreated,
                status=HTTPStatus.CREATED,
                errors=("rooms_full", "server_stopping", "store_unavailable"),
                audit=Noted(AuditOperation.CREATE, "room", lambda _path, made: str(made.room_id)),
            ),
            Operation(
                method="GET",
                path="/api/v1/rooms/{roomId}",
                name="showRoom",
                summary="Show a room",
                handler=self._show,
                body=None,
                answer=RoomResource,
                status=HTTPStatus.OK,
                errors=("room_unknown",),
            ),
            Operation(
                method="PATCH",
                path="/api/v1/rooms/{roomId}",
                name="changeRoom",
                summary="Change a room, also while a call goes on in it",
                handler=self._change,
                body=RoomPatch,
                answer=RoomResource,
                status=HTTPStatus.OK,
                errors=("room_unknown", "store_unavailable"),
                audit=Noted(AuditOperation.UPDATE, "room", of_path("roomId")),
            ),
            Operation(
                method="DELETE",
                path="/api/v1/rooms/{roomId}",
                name="closeRoom",
                summary="End the call for everyone and close the room",
                handler=self._close,
                body=None,
                answer=None,
                status=HTTPStatus.NO_CONTENT,
                errors=("room_unknown", "store_unavailable"),
                query=(ATTENDANCE,),
                audit=Noted(AuditOperation.DELETE, "room", of_path("roomId")),
            ),
            Operation(
                method="POST",
                path="/api/v1/rooms/{roomId}/tokens",
                name="mintToken",
                summary="Mint a participant's token",
                handler=self._mint,
                body=TokenRequest,
                answer=TokenCreated,
                status=HTTPStatus.CREATED,
                errors=("room_unknown", "room_closed"),
                audit=A_WAY_IN,
            ),
        )

    async def open_room(self, settings: RoomSettings) -> RoomCreated:
        """Opens a room with links for both roles. Raises: BadField, Refused."""
        now = self._clock.unix_s()
        settings.validate()
        self._check_maximum(settings)
        if settings.closes_at is not None and settings.closes_at <= now:
            raise BadField("is in the past", field="$.closesAt")
        if settings.closes_at is not None and settings.closes_at > now + MAX_TTL_S:
            raise BadField("is more than 400 days ahead", field="$.closesAt")
        expires_at = self._links_expire_at(settings, now)
        if expires_at > now + MAX_TTL_S:  # no closing time, and no token would be believed for so long
            raise BadField("is too far ahead: links last at most 400 days", field="$.opensAt")
        room = await self._book.open(settings)
        return RoomCreated(
            **msgspec.structs.asdict(self._resource(room, settings)),
            host_url=self._link(room, self._tokens.issue(_link_grant(room, Role.HOST, settings, expires_at))),
            guest_url=self._link(room, self._tokens.issue(_link_grant(room, Role.GUEST, settings, expires_at))),
            links_expire_at=datetime.fromtimestamp(int(expires_at), UTC),
        )

    def mint(self, room: str, body: TokenRequest) -> TokenCreated:
        """A participant's token. Raises: NotFound, BadField, Refused."""
        settings = self._book.settings_of(RoomId(room))
        now = self._clock.unix_s()
        name = None if body.name is None else one_line(body.name)
        if name == "":
            raise BadField("must not be blank; leave it out to let the person choose", field="$.name")
        if settings.closes_at is not None and settings.closes_at <= now:
            raise Refused("the room is closed", code="room_closed")
        expires_at = self._links_expire_at(settings, now) if body.ttl is None else now + body.ttl
        identity = body.identity or str(new_participant_id())
        token = self._tokens.issue(
            Grant(
                room=room,
                identity=identity,
                role=body.role,
                name=name,
                organisation=one_line(body.organisation),
                function=one_line(body.function),
                can_publish=frozenset(body.can_publish_sources),
                can_subscribe=body.can_subscribe,
                expires_at=expires_at,
                lasts_with_room=body.ttl is None,
                note=_note_of(body.emergency_note),
            )
        )
        return TokenCreated(
            token=token,
            url=self._link(room, token),
            identity=identity,
            expires_at=datetime.fromtimestamp(int(expires_at), UTC),
        )

    async def _open(self, path: Mapping[str, str], body: RoomRequest) -> RoomCreated:
        return await self.open_room(settings_of(body, limit=self._maximum))

    async def _show(self, path: Mapping[str, str], body: None) -> RoomResource:
        room = RoomId(path["roomId"])
        return self._resource(room, self._book.settings_of(room))

    async def change_room(self, room: RoomId, patch: RoomPatch) -> RoomResource:
        """Raises: NotFound, BadField, Refused."""
        settings = patched(self._book.settings_of(room), patch)
        settings.validate()
        self._check_maximum(settings)
        if settings.closes_at is not None and settings.closes_at > self._clock.unix_s() + MAX_TTL_S:
            raise BadField("is more than 400 days ahead", field="$.closesAt")
        await self._book.change_settings(room, settings)
        return self._resource(room, self._book.settings_of(room))

    def _check_maximum(self, settings: RoomSettings) -> None:
        if settings.maximum > self._maximum:
            raise BadField(f"at most {self._maximum} on this server", field="$.maximum")

    async def _change(self, path: Mapping[str, str], body: RoomPatch) -> RoomResource:
        return await self.change_room(RoomId(path["roomId"]), body)

    async def _close(self, path: Mapping[str, str], body: None) -> None:
        room = RoomId(path["roomId"])
        await self._book.close(room)
        if path.get(ATTENDANCE.name) == "delete":
            await self._book.delete_attendance(room)

    async def _mint(self, path: Mapping[str, str], body: TokenRequest) -> TokenCreated:
        return self.mint(path["roomId"], body)

    def _links_expire_at(self, settings: RoomSettings, now: float) -> float:
        return settings.closes_at or max(now, settings.opens_at or now) + self._link_lifetime_s

    def _link(self, room: str, token: str) -> str:
        """The token goes into the fragment: browsers keep it from servers, proxies and referrers."""
        return f"{self._public_url}/r/{room}#t={token}"

    def _resource(self, room: RoomId, settings: RoomSettings) -> RoomResource:
        stored: dict[str, Any] = {name: getattr(settings, name, None) for name in RoomResource.__struct_fields__}
        return RoomResource(
            **stored
            | {
                "room_id": room,
                "has_host_pin": settings.host_pin != "",
                "has_guest_pin": settings.guest_pin != "",
                "opens_at": moment(settings.opens_at),
                "closes_at": moment(settings.closes_at),
                "participants": self._book.participants_in(room),
            }
        )


def _link_grant(room: RoomId, role: Role, settings: RoomSettings, expires_at: float) -> Grant:
    """A shared link: whoever opens it is a new person with all sources; only a host brings the organisation's name."""
    return Grant(
        room=room,
        identity="",
        role=role,
        name=None,
        organisation=settings.organisation if role is Role.HOST else "",
        function="",
        can_publish=frozenset(SourceKind),
        can_subscribe=True,
        expires_at=expires_at,
        lasts_with_room=True,
    )


FILM_TOKEN_S = 60.0
"""A film's process joins within a moment of its start."""


def film_grant(room: RoomId, now_unix_s: float) -> Grant:
    """For a film's player: on the hosts' side, sends screen and its sound, receives nothing."""
    return Grant(
        room=str(room),
        identity=f"film-{new_participant_id()}",
        role=Role.HOST.value,
        name="Film",
        organisation="",
        function="",
        can_publish=frozenset((SourceKind.SCREEN, SourceKind.SCREEN_AUDIO)),
        can_subscribe=False,
        expires_at=now_unix_s + FILM_TOKEN_S,
        is_film=True,
    )


def _note_of(request: NoteRequest | None) -> EmergencyNote | None:
    if request is None:
        return None
    return EmergencyNote(*(one_line(part) for part in (request.phone, request.address, request.relative)))
