"""What is asked and told about who sees whom: the spotlight, a person's consent, and what hosts know of it."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from vdxmedia.conference.commands import Asked, Right
from vdxmedia.conference.consent import Consent
from vdxmedia.conference.documents import Document
from vdxmedia.ids import ParticipantId


class Spotlight(Asked, frozen=True):
    """Show one to everybody; None: nobody. A guest whom guests do not see is asked first."""

    right: ClassVar[Right] = Right.HOST
    target: ParticipantId | None


class AnswerVisibility(Asked, frozen=True):
    """Yes or no to being seen and heard by the other guests; may be changed as often as he likes."""

    agrees: bool


class AnswerSpotlight(Asked, frozen=True):
    """Yes or no to the spotlight; a no while he stands in it ends it at once."""

    agrees: bool


class ConsentDocument(Document, frozen=True):
    """What one is asked himself, and how he answered."""

    visibility: Consent
    """To be seen and heard by the other guests, and to be known to them."""
    spotlight: Consent
    """`agreed`: he is shown to everybody now."""


class OpenConsent(msgspec.Struct, frozen=True):
    participant: ParticipantId
    visibility: Consent
    spotlight: Consent


class ConsentListDocument(Document, frozen=True):
    """For hosts: who has not said yes to what."""

    people: tuple[OpenConsent, ...]
