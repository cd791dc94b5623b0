"""The story of a meeting in plain English, from its records: who came, who could not and why, how it went and ended.

For an operator at a terminal. People are their role and the beginning of their id; times are UTC. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from vdxmedia.hub.open_record import What
from vdxmedia.hub.ports import CallRecord, CallStep
from vdxmedia.ids import short_id

_SAYS = {
    What.WAITED: "waits to be let in",
    What.ADMITTED: "is let in",
    What.JOINED: "joined",
    What.CAME_BACK: "came back",
    What.CONNECTED: "sound and picture connected",
    What.SILENT: "nothing came for 30 s",
    What.BACK: "packets come again",
}
_BACK = {
    "resumed": ", where he was",
    "snapshot": ", from the beginning (the page was loaded again, or away for long)",
    "afterRestart": ", kept over a restart of the server",
}
_ENDS = {
    "left": "left",
    "lost": "was given up: the page did not come back",
    "removed": "was removed, or replaced by the same person elsewhere",
    "callOver": "was there until the end of the call",
    "serverStopped": "was there when the server stopped",
    "notAdmitted": "was not let in",
    "refused": "was refused",
    "hidden": "left",
}
_REFUSED = {
    "token_expired": "the link was over (token_expired)",
    "token_invalid": "the link was not one of this server's keys, or changed (token_invalid)",
    "token_missing": "came without a link, and the room has no PIN (token_missing)",
    "pin_wrong": "wrong PIN (pin_wrong)",
    "pin_locked": "too many wrong PINs (pin_locked)",
    "room_full": "the room was full (room_full)",
    "room_closed": "the meeting was over (room_closed)",
    "room_not_open": "the meeting was not open yet (room_not_open)",
    "room_unknown": "the room was not there any more (room_unknown)",
    "server_busy": "the server was too busy (server_busy)",
    "server_stopping": "the server was draining or stopping (server_stopping)",
    "rate_limited": "too many came in the same second (rate_limited)",
    "terms_not_accepted": "did not accept the terms (terms_not_accepted)",
}
"""Others are told by their code."""
_MEDIA_LOST = {
    "consent": "no packet for 90 s, or none ever came: a firewall, or the network is gone",
    "dtls": "the encrypted connection failed",
    "fingerprint": "the encrypted connection was not the one that was offered",
    "closed": "the page closed it",
    "fault": "a fault of ours",
}


def story(records: Iterable[CallRecord]) -> Iterator[str]:
    """Line by line. Rooms that begin alike are told one after another."""
    rooms: dict[str, list[CallRecord]] = {}
    for record in records:
        rooms.setdefault(record.room, []).append(record)
    for room, told in rooms.items():
        yield f"Room {short_id(room)} ({room})" if len(rooms) > 1 else f"Room {short_id(room)}"
        yield from _of_room(sorted(told, key=lambda one: one.began_at))


def _of_room(records: Sequence[CallRecord]) -> Iterator[str]:
    refused = [one for one in records if one.end == What.REFUSED]
    seats = [one for one in records if one.end != What.REFUSED]
    failed = sum(_never_heard(one) for one in seats)
    yield (
        f"{len(seats)} came or waited, {len(refused)} refused, {failed} came without sound and picture; "
        f"from {_moment(records[0].began_at)} UTC"
    )
    lines: list[tuple[float, int, str]] = []
    for record in records:
        who = f"{record.role} {short_id(record.participant)}" if record.end != What.REFUSED else record.role or "?"
        for step in record.steps:
            lines.append((step.at, len(lines), f"{_clock(step.at)}  {who:<14} {_says(step, record)}"))
    day = ""
    for at, _, line in sorted(lines):
        if (now := _day(at)) != day:
            day = now
            yield f"— {day}"
        yield line
    if seats:
        yield "How it went:"
    for record in seats:
        yield f"  {record.role} {short_id(record.participant)}: {_summary(record)}"


def _says(step: CallStep, record: CallRecord) -> str:
    match step.what:
        case What.CAME_BACK:
            return _SAYS[What.CAME_BACK] + _BACK.get(step.how, "")
        case What.PATH:
            return f"packets come by {step.how.upper()}"
        case What.CONNECTED:
            took = record.phases.get("dtls")
            return _SAYS[What.CONNECTED] + (f", {took:.1f} s after joining" if took is not None else "")
        case What.MEDIA_LOST:
            return f"sound and picture lost: {_MEDIA_LOST.get(step.how, step.how)}"
        case What.MEDIA_REFUSED:
            return f"sound and picture could not be connected: {step.how}"
        case What.REFUSED:
            return f"could not join: {_REFUSED.get(step.how, step.how)}"
        case What.ENDED:
            return _ENDS.get(step.how, step.how)
    return next((words for what, words in _SAYS.items() if what == step.what), step.what)


def _summary(record: CallRecord) -> str:
    parts = [f"by {record.path.upper()}" if record.path else "no packet ever came"]
    measured = sum(record.quality_s.values())
    if measured:
        shares = [
            f"{100 * seconds / measured:.0f} % {quality}" for quality, seconds in record.quality_s.items() if seconds
        ]
        parts.append("quality " + ", ".join(shares))
        parts.append(f"loss {100 * record.loss_up:.1f} % up, {100 * record.loss_down:.1f} % down")
    if record.round_trip_ms is not None:
        parts.append(f"round trip {record.round_trip_ms} ms")
    if record.longest_gap_s:
        parts.append(f"longest silence {record.longest_gap_s:.0f} s")
    if record.freezes:
        parts.append(f"pictures stood still {record.freezes} times, {record.frozen_s:.0f} s in all")
    if record.pictures_paused:
        parts.append(f"pictures paused {record.pictures_paused} times, the connection was too slow")
    if record.pictures_given_up:
        parts.append(f"pictures paused {record.pictures_given_up} times, the server was too busy")
    if record.ended_at is None:
        parts.append("no end yet")
    return "; ".join(parts)


def _never_heard(record: CallRecord) -> bool:
    """Had a seat, and no packet came."""
    whats = {step.what for step in record.steps}
    return bool(whats & {What.JOINED, What.CAME_BACK}) and What.CONNECTED not in whats


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
