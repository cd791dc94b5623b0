"""The VDX video API in short, written from the facts: operations, fields, limits, closed sets and codes.

A field is `name*=kind`: `*` where it must be there; a number is the longest text, `a..b` a text of that length, `[x]` a
list of x, a name another schema. Version 2 documents 500 too and answers a DELETE with 204.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vdxmedia.booking.refusals import Why

ROLES: Mapping[str, tuple[str, ...]] = {
    "any": (
        "meeting-admin",
        "meeting-user",
        "meeting-planner",
        "meeting-provisioner",
        "meeting-provisioner-user",
    ),
    "book": ("meeting-admin", "meeting-user", "meeting-planner", "meeting-provisioner-user"),
    "admin": ("meeting-admin",),
    "provision": ("meeting-provisioner-user",),
}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    roles: str
    errors: str
    """Statuses that version 1 documents beside 200."""
    body: str = ""
    asked: str = ""
    """Parameters of the query; `*` where they must be there."""

    def statuses(self, number: int) -> set[int]:
        success = 204 if number == 2 and self.method == "DELETE" else 200
        return {success, *(int(status) for status in self.errors.split()), *([500] if number == 2 else [])}

    def query(self) -> set[tuple[str, bool]]:
        return {(name.rstrip("*"), name.endswith("*")) for name in self.asked.split()}


_READ, _CHANGE = "400 401 403 404", "400 401 403 404 406"
_SEARCH = "from-start-time to-start-time short-id subject organizedBy search label uriWithDomain"
_PROPERTIES = (
    "vmrType hostView guestView vmrQuality enableOverlayText guestsCanPresent forcePresenterIntoMain forceEncryption "
    "muteAllGuests"
)
OPERATIONS = (
    Operation("GET", "/info", "any", ""),
    Operation("GET", "/meetings", "any", "400 401 403", asked=_SEARCH),
    Operation("POST", "/meetings", "book", "400 401 403 406", "create-meeting"),
    Operation("GET", "/meetings/findByUriWithDomain", "any", "400 401 403", asked="uri*"),
    Operation("GET", "/meetings/findByUriWithoutDomain", "any", "400 401 403", asked="uri*"),
    Operation("GET", "/meetings/{uuid}", "any", _READ),
    Operation("PUT", "/meetings/{uuid}", "book", _CHANGE, "update-meeting"),
    Operation("PATCH", "/meetings/{uuid}", "book", _CHANGE, "patch-meeting"),
    Operation("DELETE", "/meetings/{uuid}", "book", _CHANGE),
    Operation("GET", "/scheduling-info", "any", "400 401 403", asked="from-start-time* to-end-time* provision-status"),
    Operation("POST", "/scheduling-info", "provision", "400 401 403 406", "create-scheduling-info"),
    Operation("PUT", "/scheduling-info/{uuid}", "provision", _CHANGE, "update-scheduling-info"),
    Operation("GET", "/scheduling-info/{uuid}", "any", _READ),
    Operation("GET", "/scheduling-templates", "any", "400 401 403"),
    Operation("POST", "/scheduling-templates", "admin", "400 401 403", "schedulingTemplateRequest"),
    Operation("GET", "/scheduling-templates/{id}", "any", _READ),
    Operation("PUT", "/scheduling-templates/{id}", "admin", _READ, "schedulingTemplateRequest"),
    Operation("DELETE", "/scheduling-templates/{id}", "admin", _READ),
    Operation("GET", "/scheduling-info-provision", "provision", "401 403"),
    Operation("GET", "/scheduling-info-deprovision", "provision", "401 403"),
    Operation("GET", "/scheduling-info-reserve", "admin", "401 403 404", asked=_PROPERTIES),
    Operation("GET", "/scheduling-info-reserve/{uuid}", "admin", "401 403 404"),
    Operation("GET", "/pool", "any", "400 401 403"),
)

_OPTIONS = """vmrType=vmrType hostView=viewType guestView=viewType vmrQuality=vmrQuality enableOverlayText=flag
    guestsCanPresent=flag forcePresenterIntoMain=flag forceEncryption=flag muteAllGuests=flag """
_TEMPLATE = (
    _OPTIONS
    + """conferencingSysId*=int uriPrefix*=100 uriDomain*=100 hostPinRequired*=flag hostPinRangeLow=int
    hostPinRangeHigh=int guestPinRequired*=flag guestPinRangeLow=int guestPinRangeHigh=int uriNumberRangeLow*=int
    uriNumberRangeHigh*=int isDefaultTemplate=flag customPortalGuest=200 customPortalHost=200 returnUrl=200
    callType=text """
)
_TOLD = "createdBy=meetingUser updatedBy=meetingUser createdTime=time updatedTime=time "
FIELDS: Mapping[str, str] = {
    "meetingUser": "organisationId=30 email=45",
    "additionalInformationType": "key*=100 value*=100",
    "meeting": """subject*=100 uuid*=uuid createdBy*=meetingUser updatedBy=meetingUser organizedBy*=meetingUser
        startTime*=time endTime*=time description=500 projectCode=100 createdTime=time updatedTime=time
        shortId*=12..12 shortLink=text shortlink=text externalId=200 guestMicrophone=guestMicrophone
        guestPinRequired=flag labels=[text] _links*=links additionalInformation=[additionalInformationType]""",
    "create-meeting": _OPTIONS
    + """subject*=100 startTime*=time endTime*=time description=500 projectCode=100 organizedByEmail=text
        maxParticipants=int endMeetingOnEndTime=flag schedulingTemplateId=int meetingType=meetingType uuid=uuid
        externalId=200 guestMicrophone=guestMicrophone guestPinRequired=flag schedulingInfoReservationId=uuid
        labels=[text] uriWithoutDomain=100 guestPin=pin hostPin=pin
        additionalInformation=[additionalInformationType] callType=text""",
    "update-meeting": """subject*=100 startTime*=time endTime*=time description=500 projectCode=100
        organizedByEmail=text labels=[text] additionalInformation=[additionalInformationType]""",
    "patch-meeting": """subject=100 startTime=time endTime=time description=500 projectCode=100 organizedByEmail=text
        labels=[text] guestMicrophone=guestMicrophone guestPinRequired=flag guestPin=pin hostPin=pin
        additionalInformation=[additionalInformationType] callType=text""",
    "scheduling-info": _OPTIONS
    + _TOLD
    + """uuid*=uuid hostPin=int guestPin=int vmrAvailableBefore*=int maxParticipants*=int endMeetingOnEndTime*=flag
        uriWithDomain*=text uriWithoutDomain*=100 provisionStatus*=provisionStatus provisionStatusDescription=200
        portalLink=text ivrTheme=100 provisionTimestamp=time provisionVmrId=50 reservationId=uuid
        customPortalGuest=text customPortalHost=text returnUrl=200 callType=text meetingDetails=meeting _links=links
        directMedia=directMedia shortLink=text shortlink=text""",
    "create-scheduling-info": "organizationId*=250 schedulingTemplateId*=int",
    "update-scheduling-info": "provisionStatus*=provisionStatus provisionStatusDescription=200 provisionVmrId=50",
    "scheduling-template": _TEMPLATE
    + _TOLD
    + """id*=int organisationId*=30 vMRAvailableBefore*=int maxParticipants*=int endMeetingOnEndTime*=flag
        ivrTheme*=100 isPoolTemplate*=flag directMedia*=directMedia _links=links""",
    "schedulingTemplateRequest": _TEMPLATE
    + """vMRAvailableBefore=int maxParticipants=int endMeetingOnEndTime=flag ivrTheme=100 isPoolTemplate=flag
        directMedia=directMedia""",
    "pool-info": """organisationId*=30 desiredPoolSize=int availablePoolSize=int
        schedulingTemplate=scheduling-template schedulingInfoList=[scheduling-info]""",
    "infoType": "key*=100 value*=object",
}
ANSWERS = frozenset({"meetingUser", "meeting", "scheduling-info", "scheduling-template", "pool-info", "infoType"})
"""What is only answered: longest texts are the store's there, and the facts' are shorter."""
CHOICES: Mapping[str, str] = {
    "guestMicrophone": "muted off on",
    "meetingType": "NORMAL POOL",
    "provisionStatus": """AWAITS_PROVISION STARTING_TO_PROVISION PROVISION_PROBLEMS PROVISIONED_OK
        STARTING_TO_DEPROVISION DEPROVISION_PROBLEMS DEPROVISION_OK""",
    "vmrType": "conference lecture",
    "viewType": """one_main_zero_pips one_main_seven_pips one_main_twentyone_pips two_mains_twentyone_pips
        four_mains_zero_pips five_mains_seven_pips one_main_thirtythree_pips nine_mains_zero_pips
        sixteen_mains_zero_pips twentyfive_mains_zero_pips""",
    "vmrQuality": "sd hd fullhd",
    "directMedia": "never best_effort",
}
SCHEMA_NAMES: Mapping[str, str] = {
    "meetingUser": "MeetingUser",
    "additionalInformationType": "AdditionalInformation",
    "meeting": "Meeting",
    "create-meeting": "CreateMeeting",
    "update-meeting": "UpdateMeeting",
    "patch-meeting": "PatchMeeting",
    "scheduling-info": "SchedulingInfo",
    "create-scheduling-info": "CreateSchedulingInfo",
    "update-scheduling-info": "UpdateSchedulingInfo",
    "scheduling-template": "SchedulingTemplate",
    "schedulingTemplateRequest": "SchedulingTemplateRequest",
    "pool-info": "PoolInfo",
    "infoType": "InfoType",
    "links": "Links",
    **{name: name[0].upper() + name[1:] for name in CHOICES},
}
V1_406: Mapping[Why, int] = {
    Why.NOT_EDITABLE: 10,
    Why.NOT_DELETABLE: 11,
    Why.URI_SETUP_INVALID: 20,
    Why.NO_FREE_URI: 21,
    Why.GUEST_PIN_RANGE_INVALID: 30,
    Why.HOST_PIN_RANGE_INVALID: 31,
    Why.SECOND_POOL_TEMPLATE: 32,
}
_IN_ORDER: tuple[Why, ...] = (
    *V1_406,
    Why.AD_HOC_NOT_ALLOWED,
    Why.NO_FREE_POOL_ROOM,
    Why.EXTERNAL_ID_TAKEN,
    Why.ORGANISATION_UNKNOWN,
    Why.NO_POOL,
    Why.SHORT_ID_FAILED,
    Why.YEAR_TOO_LONG,
    Why.TEMPLATE_UNKNOWN,
    Why.TEMPLATE_OF_ANOTHER,
    Why.RANGE_HALF,
    Why.RESERVATION_UNKNOWN,
    Why.NULL_NOT_ALLOWED,
    Why.CUSTOM_URI_NOT_ALLOWED,
    Why.URI_TAKEN,
    Why.URI_CHARACTERS,
    Why.RESERVATION_WITH_PIN,
    Why.KEYS_REPEAT,
    Why.NO_CRITERION,
)
"""As version 2 numbers them, from 12."""
# The last has no number in version 1.
V1_400: Mapping[Why, int] = dict(
    zip(
        _IN_ORDER[7:-1],
        (10, 11, 12, 13, 14, 20, 30, 40, 41, 50, 60, 70, 80, 90, 100, 110, 120),
        strict=True,
    )
)
V2_CODES: Mapping[Why, tuple[int, str]] = {
    why: (406 if number <= 18 else 400, str(number)) for number, why in enumerate(_IN_ORDER, start=12)
}


def fields(name: str) -> dict[str, tuple[bool, str]]:
    """By name: whether it must be there, and its kind."""
    found = {}
    for one in FIELDS[name].split():
        field, kind = one.split("=")
        found[field.rstrip("*")] = (field.endswith("*"), kind)
    return found


def check_kind(
    field: str, kind: str, schema: Mapping[str, Any], schemas: Mapping[str, Any], *, is_answer: bool
) -> None:
    """That a field's schema is of the kind, with the kind's limits."""
    schema = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    if "$ref" in schema:
        assert schema["$ref"].endswith("/" + SCHEMA_NAMES.get(kind, "")), field
    elif kind.startswith("["):
        assert schema["type"] == "array", field
        check_kind(field, kind.strip("[]"), schema["items"], schemas, is_answer=is_answer)
    elif length := re.fullmatch(r"(?:(\d+)\.\.)?(\d+)", kind):
        assert schema["type"] == "string", field
        assert is_answer or schema["maxLength"] == int(length[2]), field
        assert not length[1] or schema["minLength"] == int(length[1]), field
    else:
        known: dict[str, tuple[str, dict[str, Any]]] = {
            "text": ("string", {}),
            "uuid": ("string", {"format": "uuid"}),
            "time": ("string", {"format": "date-time"}),
            "flag": ("boolean", {}),
            "int": ("integer", {}),
            "pin": ("integer", {"minimum": 1000, "maximum": 999_999_999}),
            "object": ("object", {}),
        }
        of_type, limits = known[kind]
        assert schema["type"] == of_type, field
        assert {name: schema.get(name) for name in limits} == limits, field
