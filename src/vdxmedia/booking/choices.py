"""The closed sets of the VDX video API; the values are its wire words, the order is its own."""

from __future__ import annotations

from enum import StrEnum


class MeetingType(StrEnum):
    NORMAL = "NORMAL"
    """The room is made a while before the start."""
    POOL = "POOL"
    """A room that is ready is attached at once."""


class ProvisionStatus(StrEnum):
    """Of a meeting's room."""

    AWAITS_PROVISION = "AWAITS_PROVISION"
    STARTING_TO_PROVISION = "STARTING_TO_PROVISION"
    PROVISION_PROBLEMS = "PROVISION_PROBLEMS"
    PROVISIONED_OK = "PROVISIONED_OK"
    STARTING_TO_DEPROVISION = "STARTING_TO_DEPROVISION"
    DEPROVISION_PROBLEMS = "DEPROVISION_PROBLEMS"
    DEPROVISION_OK = "DEPROVISION_OK"


class GuestMicrophone(StrEnum):
    OFF = "off"
    ON = "on"
    MUTED = "muted"


class VmrType(StrEnum):
    CONFERENCE = "conference"
    LECTURE = "lecture"


class ViewType(StrEnum):
    """Named main pictures and small ones; the rooms have layouts of the same names."""

    ONE_MAIN_ZERO_PIPS = "one_main_zero_pips"
    ONE_MAIN_SEVEN_PIPS = "one_main_seven_pips"
    ONE_MAIN_TWENTYONE_PIPS = "one_main_twentyone_pips"
    TWO_MAINS_TWENTYONE_PIPS = "two_mains_twentyone_pips"
    FOUR_MAINS_ZERO_PIPS = "four_mains_zero_pips"
    FIVE_MAINS_SEVEN_PIPS = "five_mains_seven_pips"
    ONE_MAIN_THIRTYTHREE_PIPS = "one_main_thirtythree_pips"
    NINE_MAINS_ZERO_PIPS = "nine_mains_zero_pips"
    SIXTEEN_MAINS_ZERO_PIPS = "sixteen_mains_zero_pips"
    TWENTYFIVE_MAINS_ZERO_PIPS = "twentyfive_mains_zero_pips"


class VmrQuality(StrEnum):
    SD = "sd"
    HD = "hd"
    FULLHD = "fullhd"


class DirectMedia(StrEnum):
    NEVER = "never"
    BEST_EFFORT = "best_effort"


class Provisioning(StrEnum):
    """Who makes the rooms of the meetings of this server."""

    BUILT_IN = "builtIn"
    EXTERNAL = "external"
    """A provisioner reports by `PUT /scheduling-info/{uuid}`."""


class Lobby(StrEnum):
    """What guests wait for. Not of the VDX video API, as `RoomKind`; the rooms have the same words."""

    UNTIL_HOST = "untilHost"
    KNOCK = "knock"
    """Until a host lets each in."""


class RoomKind(StrEnum):
    MEETING = "meeting"
    TRAINING = "training"
