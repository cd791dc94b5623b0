"""Codes of `Failure` that belong to no single concern; the others stand with their area."""

from __future__ import annotations

COMMON_ERRORS = {
    "bad_message": "The message is not what the schema says; the text names the field. A fault of the client.",
    "unknown_message": "No command has this `type`. A fault of the client, or a newer one: check the version.",
    "message_too_large": "Longer than a limit allows. Above `MAX_MESSAGE_BYTES` the socket is closed without a word.",
    "out_of_order": "The command does not fit now: any before `join`, or a second `join` on one connection.",
    "unsupported_protocol": "The server speaks another version: load the client anew.",
    "sdp_invalid": "The offer cannot be parsed, or it breaks a rule of the offer. Nothing changed.",
    "sdp_unsupported": "The offer is well-formed but has no codec, profile or m-line that the server can take.",
    "validation_failed": "A field's value is not allowed.",
    "token_missing": "There is no token in the connect payload, and the room has no PIN.",
    "pin_required": "There is no token in the connect payload, but the room has a PIN: ask the person for it.",
    "pin_wrong": "The PIN is not one of the room's.",
    "pin_locked": "Too many wrong PINs, from here or for this room. Wait `retryAfter` seconds; links still work.",
    "token_invalid": "The token is forged, garbled, of another server, or for another room. Get a new link.",
    "token_expired": "The token's time is over. Get a new link.",
    "not_permitted": "The token does not grant this.",
    "terms_not_accepted": "A guest must accept the organisation's terms before he joins: show them, join with "
    "`acceptsTerms`.",
    "room_unknown": "There is no such room (any more).",
    "participant_unknown": "There is no such participant (any more).",
    "not_found": "There is no such thing.",
    "room_full": "The room has its maximum of participants. Try later.",
    "room_not_open": "The room opens later; `retryAfter` tells when.",
    "room_closed": "The room's time is over.",
    "rate_limited": "Too many messages or joins. Wait `retryAfter` seconds.",
    "server_stopping": "The server goes down, or takes nobody new. Reconnect after `retryAfter` seconds.",
    "server_busy": "The server is at a limit, or too busy for anybody new. Reconnect after `retryAfter` seconds.",
    "media_busy": "Too many media connections at once, or no room on the workers. Offer again after `retryAfter`.",
    "internal": "A fault of the server; it is in its log. Trying once more is fine.",
}
