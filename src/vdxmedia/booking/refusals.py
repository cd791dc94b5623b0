"""Why a booking is refused: one name per reason. The VDX API's two versions number them each in their own way."""

from __future__ import annotations

from enum import StrEnum

from vdxmedia.errors import VdxError


class Why(StrEnum):
    """The values are codes of our own API."""

    NOT_EDITABLE = "meeting_not_editable"
    """An update needs AWAITS_PROVISION or PROVISIONED_OK."""
    NOT_DELETABLE = "meeting_not_deletable"
    """A delete needs AWAITS_PROVISION."""
    URI_SETUP_INVALID = "template_uri_invalid"
    NO_FREE_URI = "no_free_uri"
    GUEST_PIN_RANGE_INVALID = "guest_pin_range_invalid"
    HOST_PIN_RANGE_INVALID = "host_pin_range_invalid"
    SECOND_POOL_TEMPLATE = "second_pool_template"
    AD_HOC_NOT_ALLOWED = "ad_hoc_not_allowed"
    NO_FREE_POOL_ROOM = "no_free_pool_room"
    EXTERNAL_ID_TAKEN = "external_id_taken"
    ORGANISATION_UNKNOWN = "organisation_unknown"
    NO_POOL = "organisation_has_no_pool"
    SHORT_ID_FAILED = "short_id_failed"
    YEAR_TOO_LONG = "year_too_long"
    TEMPLATE_UNKNOWN = "template_unknown"
    TEMPLATE_OF_ANOTHER = "template_of_another_organisation"
    RANGE_HALF = "range_incomplete"
    """From and to must come together."""
    RESERVATION_UNKNOWN = "reservation_unknown"
    NULL_NOT_ALLOWED = "null_not_allowed"
    CUSTOM_URI_NOT_ALLOWED = "custom_uri_not_allowed"
    URI_TAKEN = "uri_taken"
    URI_CHARACTERS = "uri_characters"
    RESERVATION_WITH_PIN = "reservation_with_pin"
    KEYS_REPEAT = "additional_information_keys_repeat"
    NO_CRITERION = "no_search_criterion"
    UUID_TAKEN = "uuid_taken"


class BookingRefused(VdxError):
    """Each API says it in its own words and status."""

    def __init__(self, why: Why, text: str) -> None:
        super().__init__(text, code=why.value)
        self.why = why
