"""Lengths, ranges and characters of what is asked, whoever asks. Field names are those of the VDX video API."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from vdxmedia.booking.refusals import BookingRefused, Why
from vdxmedia.booking.requests import By, Criterion, MeetingChange, NewMeeting
from vdxmedia.booking.room_options import Template
from vdxmedia.errors import BadField

MAX_SUBJECT_CHARS = 100
MAX_DESCRIPTION_CHARS = 500
MAX_PROJECT_CODE_CHARS = 100
MAX_EMAIL_CHARS = 320
"""RFC 5321 §4.5.3.1: 64, the at sign, 255."""
MAX_EXTERNAL_ID_CHARS = 200
MAX_LABELS = 100
MAX_LABEL_CHARS = 200
MAX_PAIRS = 100
"""Of additional information."""
MAX_PAIR_CHARS = 100
MAX_URI_CHARS = 100
MAX_CALL_TYPE_CHARS = 200
MAX_PARTICIPANTS = 1_000_000
MAX_PORTAL_CHARS = 200
MAX_TEMPLATE_NAME_CHARS = 60
MAX_AVAILABLE_BEFORE = 31 * 24 * 60
"""Minutes."""
MAX_STORED_NUMBER = 2**63 - 1
MIN_PIN = 1_000
MAX_PIN = 999_999_999
MAX_TIME = 253_402_300_799
"""The last second of the year 9999."""
MAX_DURATION_S = 366 * 24 * 3600
_URI = re.compile(r"[A-Za-z0-9]+")


def check_new(request: NewMeeting) -> None:
    """Raises: BadField, BookingRefused."""
    _text("subject", request.subject, MAX_SUBJECT_CHARS, least=1)
    _text("description", request.description, MAX_DESCRIPTION_CHARS)
    _text("projectCode", request.project_code, MAX_PROJECT_CODE_CHARS)
    _text("organizedByEmail", request.organized_by_email, MAX_EMAIL_CHARS)
    _text("externalId", request.external_id, MAX_EXTERNAL_ID_CHARS)
    _text("callType", request.call_type, MAX_CALL_TYPE_CHARS)
    _labels(request.labels)
    _pairs(request.additional_information)
    check_times(request.starts_at, request.ends_at)
    if request.max_participants is not None:
        _number("maxParticipants", request.max_participants, 0, MAX_PARTICIPANTS)
    _pins(request.guest_pin, request.host_pin)
    if request.uri_without_domain:
        _text("uriWithoutDomain", request.uri_without_domain, MAX_URI_CHARS)
        if not _URI.fullmatch(request.uri_without_domain):
            raise BookingRefused(Why.URI_CHARACTERS, "the room's address may have A-Z, a-z and 0-9 only")


def check_change(change: MeetingChange) -> None:
    """What can be seen without the meeting. Raises: BadField, BookingRefused."""
    _text("subject", _or_default(change.subject, "x"), MAX_SUBJECT_CHARS, least=1)
    _text("description", _or_default(change.description, ""), MAX_DESCRIPTION_CHARS)
    _text("projectCode", _or_default(change.project_code, ""), MAX_PROJECT_CODE_CHARS)
    _text("organizedByEmail", _or_default(change.organized_by_email, ""), MAX_EMAIL_CHARS)
    _text("callType", _or_default(change.call_type, ""), MAX_CALL_TYPE_CHARS)
    if change.labels is not UNSET:
        _labels(change.labels)
    if change.additional_information is not UNSET:
        _pairs(change.additional_information)
    for name, at in (("startTime", change.starts_at), ("endTime", change.ends_at)):
        if at is not UNSET:
            _time(name, at)
    guest, host = change.guest_pin, change.host_pin
    _pins(None if guest is UNSET else guest, None if host is UNSET else host)


def check_template(template: Template) -> None:
    """Lengths and numbers; ranges that give nothing are refused when somebody books with it. Raises: BadField."""
    for name, text, most in (
        ("name", template.name, MAX_TEMPLATE_NAME_CHARS),
        ("uriPrefix", template.uri_prefix, MAX_URI_CHARS),
        ("uriDomain", template.uri_domain, MAX_URI_CHARS),
        ("ivrTheme", template.ivr_theme, 100),
        ("customPortalGuest", template.custom_portal_guest, MAX_PORTAL_CHARS),
        ("customPortalHost", template.custom_portal_host, MAX_PORTAL_CHARS),
        ("returnUrl", template.return_url, MAX_PORTAL_CHARS),
        ("callType", template.call_type, MAX_CALL_TYPE_CHARS),
    ):
        _text(name, text, most)
    for name, number in (
        ("conferencingSysId", template.conferencing_sys_id),
        ("uriNumberRangeLow", template.uri_number_range_low),
        ("uriNumberRangeHigh", template.uri_number_range_high),
        ("hostPinRangeLow", template.host_pin_range_low or 0),
        ("hostPinRangeHigh", template.host_pin_range_high or 0),
        ("guestPinRangeLow", template.guest_pin_range_low or 0),
        ("guestPinRangeHigh", template.guest_pin_range_high or 0),
    ):
        _number(name, number, 0, MAX_STORED_NUMBER)
    _number("vMRAvailableBefore", template.vmr_available_before, 0, MAX_AVAILABLE_BEFORE)
    _number("maxParticipants", template.max_participants, 0, MAX_PARTICIPANTS)


def check_criterion(criterion: Criterion) -> None:
    """Raises: BookingRefused (`range_incomplete`, `no_search_criterion`)."""
    if (criterion.starts_from is None) is not (criterion.starts_to is None):
        raise BookingRefused(Why.RANGE_HALF, "from and to must come together")
    if criterion.by is By.RANGE and criterion.starts_from is None:
        raise BookingRefused(Why.NO_CRITERION, "a range needs its ends")


def check_times(starts_at: int, ends_at: int) -> None:
    """Raises: BadField."""
    _time("startTime", starts_at)
    _time("endTime", ends_at)
    if ends_at <= starts_at:
        raise BadField("must be after startTime", field="$.endTime")
    if ends_at - starts_at > MAX_DURATION_S:
        raise BadField("at most a year after startTime", field="$.endTime")


def _time(name: str, at: int) -> None:
    if not 0 < at <= MAX_TIME:
        raise BadField("not a time in the years 1970 to 9999", field=f"$.{name}")


def _text(name: str, text: str, most: int, *, least: int = 0) -> None:
    if not least <= len(text) <= most:
        raise BadField(f"{least} to {most} characters", field=f"$.{name}")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadField("characters that are no text", field=f"$.{name}")


def _number(name: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise BadField(f"between {least} and {most}", field=f"$.{name}")


def _labels(labels: Sequence[str]) -> None:
    if len(labels) > MAX_LABELS:
        raise BadField(f"at most {MAX_LABELS}", field="$.labels")
    for label in labels:
        _text("labels", label, MAX_LABEL_CHARS)


def _pairs(pairs: Sequence[tuple[str, str]]) -> None:
    if len(pairs) > MAX_PAIRS:
        raise BadField(f"at most {MAX_PAIRS}", field="$.additionalInformation")
    for key, value in pairs:
        _text("additionalInformation", key, MAX_PAIR_CHARS)
        _text("additionalInformation", value, MAX_PAIR_CHARS)
    if len({key for key, _ in pairs}) < len(pairs):
        raise BookingRefused(Why.KEYS_REPEAT, "a key of additionalInformation comes twice")


def _pins(guest: int | None, host: int | None) -> None:
    for name, pin in (("guestPin", guest), ("hostPin", host)):
        if pin is not None:
            _number(name, pin, MIN_PIN, MAX_PIN)
    if guest is not None and guest == host:
        raise BadField("must differ from hostPin", field="$.guestPin")


def _or_default(value: str | UnsetType, default: str) -> str:
    return default if value is UNSET else value
