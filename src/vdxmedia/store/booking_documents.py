"""Organisations, templates, meetings and their rooms as rows: a JSON document, and copies of what is searched by.

PINs and the webhook's key are sealed in the document. A field with a default needs no new version, as in `documents`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from vdxmedia.booking.meetings import Booked, BookedRoom, Meeting
from vdxmedia.booking.organisations import Organisation
from vdxmedia.booking.room_options import Template
from vdxmedia.errors import BadInput
from vdxmedia.sealing import Sealer

_MEETINGS = msgspec.json.Decoder(Meeting)
_ROOMS = msgspec.json.Decoder(BookedRoom)
_TEMPLATES = msgspec.json.Decoder(Template)
_ORGANISATIONS = msgspec.json.Decoder(Organisation)


def searched(text: str) -> str:
    """As texts are compared: without case."""
    return text.casefold()


def meeting_columns(meeting: Meeting, uri: str) -> dict[str, Any]:
    """`uri`: its room's, without domain, for the search."""
    email = meeting.organized_by.email
    searchable = (meeting.subject, meeting.description, email, uri, *meeting.labels)
    return {
        "uuid": str(meeting.uuid),
        "organisation": meeting.organisation,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "short_id": meeting.short_id,
        "external_id": meeting.external_id or None,
        "subject": meeting.subject,
        "organized_by": email.lower(),
        "revision": meeting.revision,
        "search_text": searched("\n".join(searchable)),
        "document": msgspec.json.encode(meeting).decode(),
    }


def room_columns(room: BookedRoom, sealer: Sealer) -> dict[str, Any]:
    sealed = msgspec.structs.replace(
        room,
        host_pin=sealer.seal(room.host_pin, _pin(room.uuid)) if room.host_pin else "",
        guest_pin=sealer.seal(room.guest_pin, _pin(room.uuid)) if room.guest_pin else "",
    )
    return {
        "uuid": str(room.uuid),
        "organisation": room.organisation,
        "status": room.status.value,
        "is_pool": room.is_pool,
        "has_meeting": room.has_meeting,
        "reserved_by": room.reserved_by or None,
        "uri": room.uri_with_domain.lower() or None,
        "uri_without_domain": room.uri_without_domain.lower() or None,
        "room_id": room.room_id,
        "starts_at": room.starts_at,
        "ends_at": room.ends_at,
        "status_at": room.status_at,
        "document": msgspec.json.encode(sealed).decode(),
    }


def organisation_columns(organisation: Organisation, sealer: Sealer) -> dict[str, Any]:
    """Without `group_id`."""
    key = organisation.device_webhook_endpoint_key
    sealed = msgspec.structs.replace(
        organisation, device_webhook_endpoint_key=sealer.seal(key, _webhook(organisation.code)) if key else ""
    )
    return {
        "code": organisation.code,
        "parent": organisation.parent,
        "history_api_key_hash": organisation.history_api_key_hash or None,
        "document": msgspec.json.encode(sealed).decode(),
    }


def template_columns(template: Template) -> dict[str, Any]:
    """Without `template_id`."""
    return {
        "organisation": template.organisation,
        "is_deleted": template.is_deleted,
        "document": msgspec.json.encode(template).decode(),
    }


def meeting_of(document: str) -> Meeting:
    """Raises: BadInput `store_unreadable`, as all here."""
    try:
        return _MEETINGS.decode(document)
    except msgspec.MsgspecError as error:
        raise _unreadable("meeting", error) from None


def room_of(document: str, sealer: Sealer) -> BookedRoom:
    """Raises: also Refused `sealed_unreadable`."""
    try:
        room = _ROOMS.decode(document)
    except msgspec.MsgspecError as error:
        raise _unreadable("room", error) from None
    if not room.host_pin and not room.guest_pin:
        return room
    return msgspec.structs.replace(
        room,
        host_pin=sealer.open(room.host_pin, _pin(room.uuid)) if room.host_pin else "",
        guest_pin=sealer.open(room.guest_pin, _pin(room.uuid)) if room.guest_pin else "",
    )


def booked_of(row: Row[Any], sealer: Sealer) -> Booked:
    """Of a row with `meeting_document` and `room_document`."""
    return Booked(meeting_of(row.meeting_document), room_of(row.room_document, sealer))


def organisation_of(row: Row[Any], sealer: Sealer) -> Organisation:
    try:
        stored = _ORGANISATIONS.decode(row.document)
    except msgspec.MsgspecError as error:
        raise _unreadable("organisation", error) from None
    key = stored.device_webhook_endpoint_key
    return msgspec.structs.replace(
        stored,
        group_id=row.group_id,
        device_webhook_endpoint_key=sealer.open(key, _webhook(stored.code)) if key else "",
    )


def template_of(row: Row[Any]) -> Template:
    try:
        return msgspec.structs.replace(_TEMPLATES.decode(row.document), id=row.template_id)
    except msgspec.MsgspecError as error:
        raise _unreadable("template", error) from None


def _pin(uuid: UUID) -> str:
    return f"pin {uuid}"


def _webhook(code: str) -> str:
    return f"webhook {code}"


def _unreadable(what: str, error: msgspec.MsgspecError) -> BadInput:
    """Its text quotes nothing."""
    return BadInput(f"{what}: {type(error).__name__}", code="store_unreadable")
