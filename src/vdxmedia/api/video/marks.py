"""What each field of the VDX video API does here: obeyed, or stored and returned unchanged. Told in the OpenAPI
document and in the supplier guide."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Mark(StrEnum):
    OBEYED = "obeyed"
    STORED = "stored"
    TOLD = "told"
    """Made by the server; only in answers."""


_OBEYED, _STORED, _TOLD = Mark.OBEYED, Mark.STORED, Mark.TOLD

MARKS: Mapping[str, tuple[Mark, str]] = {
    "subject": (_STORED, "At most 100 characters. Never in a page title, link preview, log or SMS by default."),
    "startTime": (_OBEYED, "The room is there from `vmrAvailableBefore` minutes earlier."),
    "endTime": (_OBEYED, "A time of now or before, in a PATCH, ends the meeting."),
    "description": (_STORED, "At most 500 characters; searched by `search`."),
    "projectCode": (_STORED, "At most 100 characters."),
    "organizedByEmail": (_OBEYED, "Whose meeting it is; who calls, if it is not said."),
    "maxParticipants": (_OBEYED, "0: no limit but the server's; the template's, if it is not said."),
    "endMeetingOnEndTime": (
        _OBEYED,
        "The room is taken down at `endTime`, else when it is empty; as the template says.",
    ),
    "schedulingTemplateId": (_OBEYED, "The template; the organisation's default, else of those above it."),
    "meetingType": (_OBEYED, "POOL: a room that is ready is attached at once. NORMAL: it is made before the start."),
    "uuid": (_OBEYED, "The caller may choose it; random, if it is not said."),
    "externalId": (_OBEYED, "The caller's own id, unique in the organisation."),
    "guestMicrophone": (_OBEYED, "Guests' microphones as they come in: on, muted, or off until the host gives leave."),
    "guestPinRequired": (_OBEYED, "A PIN is made for guests, also where the template asks for none."),
    "schedulingInfoReservationId": (_OBEYED, "A room that was reserved; not together with PINs of one's own."),
    "labels": (_OBEYED, "Found by `label`."),
    "vmrType": (_OBEYED, "lecture: guests see the hosts and come in muted."),
    "hostView": (_OBEYED, "The layout that hosts begin with."),
    "guestView": (_OBEYED, "The layout that guests begin with."),
    "vmrQuality": (
        _OBEYED,
        "Of cameras: `sd` 360 lines at most, `hd` 720, `fullhd` 1080; as each one's connection bears.",
    ),
    "enableOverlayText": (_OBEYED, "Names are on the pictures; a host may change it during the call."),
    "guestsCanPresent": (_OBEYED, "Guests may share their screen."),
    "forcePresenterIntoMain": (_OBEYED, "Who shares a screen is the main one beside it, whoever speaks."),
    "forceEncryption": (_OBEYED, "Media is encrypted (DTLS-SRTP) in every room: `false` changes nothing."),
    "muteAllGuests": (_OBEYED, "Guests come in muted and cannot unmute by themselves."),
    "uriWithoutDomain": (
        _OBEYED,
        "An address of one's own, A-Z a-z 0-9, where the organisation may. Null when free again.",
    ),
    "guestPin": (_OBEYED, "1000 to 999999999; drawn from the template's range, if it asks for one."),
    "hostPin": (_OBEYED, "1000 to 999999999; drawn from the template's range, if it asks for one."),
    "additionalInformation": (_STORED, "Keys and values of the caller's own; no key twice."),
    "key": (_STORED, "At most 100 characters."),
    "value": (_STORED, "At most 100 characters."),
    "callType": (_OBEYED, "What people send and receive, as AudioSendRecvVideoSendRecvPresentationSendRecv."),
    "organizationId": (_OBEYED, "The organisation's code; written with a z here alone."),
    "provisionStatus": (_OBEYED, "Of the room. Who asks polls until PROVISIONED_OK."),
    "provisionStatusDescription": (_STORED, "At most 200 characters."),
    "provisionVmrId": (_STORED, "The room's id at who made it; here the live room's, if this server did."),
    "provisionTimestamp": (_TOLD, "When the status last changed."),
    "conferencingSysId": (_STORED, "There is one conference system here."),
    "uriPrefix": (_OBEYED, "What addresses begin with."),
    "uriDomain": (_OBEYED, "What is behind the @ of addresses."),
    "hostPinRequired": (_OBEYED, "A PIN is drawn for hosts."),
    "hostPinRangeLow": (_OBEYED, "The smallest PIN."),
    "hostPinRangeHigh": (_OBEYED, "The largest PIN."),
    "guestPinRangeLow": (_OBEYED, "The smallest PIN."),
    "guestPinRangeHigh": (_OBEYED, "The largest PIN."),
    "vMRAvailableBefore": (_OBEYED, "Minutes before `startTime` that the room is there."),
    "vmrAvailableBefore": (_OBEYED, "Minutes before `startTime` that the room is there; the template's."),
    "uriNumberRangeLow": (_OBEYED, "The smallest number of an address."),
    "uriNumberRangeHigh": (_OBEYED, "The largest number of an address."),
    "ivrTheme": (_STORED, "There are no telephone menus here."),
    "isDefaultTemplate": (_OBEYED, "Used where no template is named, also by organisations below."),
    "isPoolTemplate": (_OBEYED, "Pool rooms are made by it; one per organisation."),
    "customPortalGuest": (
        _OBEYED,
        "A guest's link to a portal of one's own; placeholders are filled in for each room.",
    ),
    "customPortalHost": (_OBEYED, "A host's link to a portal of one's own; placeholders are filled in for each room."),
    "returnUrl": (_OBEYED, "Where people are led after the call, if its origin is allowed for the organisation."),
    "directMedia": (_STORED, "Media always goes through the server."),
    "createdBy": (_TOLD, "Who made it."),
    "updatedBy": (_TOLD, "Who changed it last."),
    "organizedBy": (_TOLD, "Whose meeting it is."),
    "createdTime": (_TOLD, "When it was made."),
    "updatedTime": (_TOLD, "When it was changed last."),
    "organisationId": (_TOLD, "An organisation's code; empty in a template: shared by all."),
    "email": (_TOLD, "Of the person."),
    "shortId": (_TOLD, "12 characters of the short link."),
    "shortLink": (_TOLD, "Leads to the room's lobby."),
    "shortlink": (_TOLD, "The same as `shortLink`: both spellings are in use."),
    "portalLink": (_TOLD, "Leads into the room with its PIN."),
    "uriWithDomain": (_TOLD, "The room's whole address; empty when the room has been taken down."),
    "reservationId": (_TOLD, "While the room is reserved."),
    "meetingDetails": (_TOLD, "The room's meeting; not there for a room of the pool."),
    "_links": (_TOLD, "Where it is read again (`self`), and a meeting's room (`scheduling-info`)."),
    "id": (_TOLD, "The template's number."),
    "desiredPoolSize": (_TOLD, "Rooms that are to be ready."),
    "availablePoolSize": (_TOLD, "Rooms that are ready and free."),
    "schedulingTemplate": (_TOLD, "By which pool rooms are made."),
    "schedulingInfoList": (_TOLD, "The rooms that are ready and free. Without PINs for the role meeting-user."),
    "info": (_TOLD, "Facts about the service."),
}
"""By the field's name on the wire; it means the same wherever it is."""
