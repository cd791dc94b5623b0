"""Every error that leaves a module of ours, as one tree.

    VdxError                      code, text, retry_after_s
    ├── BadInput                  the caller sent something that cannot be taken (4xx)
    │   ├── BadMessage            bad_message · unknown_message · message_too_large · out_of_order ·
    │   │                         unsupported_protocol
    │   ├── BadSdp                sdp_invalid · sdp_unsupported
    │   ├── BadField              validation_failed · password_short · password_guessable (with the field's path)
    │   └── (store's own)         store_unreadable · store_rejected (logged, never told)
    ├── NotAllowed                token_missing · token_invalid · token_expired · key_missing · key_invalid ·
    │                             session_ended · cross_site · sign_in_failed · sign_in_refused ·
    │                             password_wrong · not_permitted ·
    │                             (of desks) hosts_only · nothing_asked · guests_are_private · …
    ├── NotFound                  room_unknown · participant_unknown · not_found
    ├── Refused                   room_full · room_not_open · room_closed · rooms_full · rate_limited ·
    │                             server_stopping · media_busy · echoes_full · store_unavailable ·
    │                             issuer_unavailable
    ├── Misconfigured             configuration_invalid · key_unusable (the server does not start)
    └── InvalidTransition         a state machine was given an input its table does not have (a bug of ours)

`code` is stable: clients may rely on it. `text` is for people who debug, in English; clients show their own words.
"""

from __future__ import annotations


class VdxError(Exception):
    """The root of the tree."""

    default_code = "internal"

    def __init__(self, text: str, *, code: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.code = code or self.default_code
        """Stable, snake_case; listed in docs/protocol.md."""
        self.text = text
        """What happened and what to do, without personal data."""
        self.retry_after_s = retry_after_s
        """Seconds after which the same call may succeed; None when repeating it is useless."""


class BadInput(VdxError):
    default_code = "validation_failed"


class BadMessage(BadInput):
    default_code = "bad_message"


class BadSdp(BadInput):
    default_code = "sdp_invalid"


class BadField(BadInput):
    default_code = "validation_failed"

    def __init__(self, text: str, *, field: str, code: str | None = None) -> None:
        super().__init__(text, code=code)
        self.field = field
        """Path of the field in the caller's JSON, as `$.startTime`."""


class NotAllowed(VdxError):
    default_code = "not_permitted"


class NotFound(VdxError):
    default_code = "not_found"


class Refused(VdxError):
    default_code = "refused"


class Misconfigured(VdxError):
    default_code = "configuration_invalid"


class InvalidTransition(VdxError):
    default_code = "invalid_transition"
