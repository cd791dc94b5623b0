"""Examples of the OpenAPI document, by schema; every one is valid, which a test checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEMPLATE = {
    "conferencingSysId": 1,
    "uriPrefix": "7",
    "uriDomain": "rooms.example.dk",
    "hostPinRequired": True,
    "hostPinRangeLow": 1000,
    "hostPinRangeHigh": 9999,
    "guestPinRequired": False,
    "uriNumberRangeLow": 1000,
    "uriNumberRangeHigh": 9999,
    "vMRAvailableBefore": 15,
}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "CreateMeeting": {
        "subject": "Samtale",
        "startTime": "2026-12-01T12:00:00+01:00",
        "endTime": "2026-12-01T12:30:00+01:00",
        "meetingType": "NORMAL",
        "guestMicrophone": "on",
        "externalId": "aftale-4711",
        "labels": ["hjemmepleje"],
        "additionalInformation": [{"key": "enhed", "value": "Nord"}],
    },
    "UpdateMeeting": {
        "subject": "Samtale, flyttet",
        "startTime": "2026-12-01T13:00:00+01:00",
        "endTime": "2026-12-01T13:30:00+01:00",
    },
    "PatchMeeting": {"endTime": "2026-12-01T12:20:00+01:00"},
    "CreateSchedulingInfo": {"organizationId": "example", "schedulingTemplateId": 1},
    "UpdateSchedulingInfo": {"provisionStatus": "PROVISIONED_OK", "provisionVmrId": "4711"},
    "SchedulingTemplateRequest": _TEMPLATE,
}


def in_v1(example: Mapping[str, Any]) -> dict[str, Any]:
    """With times as version 1 writes them."""
    return {
        name: f"{value[:19]} {value[19:].replace(':', '')}" if name.endswith("Time") else value
        for name, value in example.items()
    }
