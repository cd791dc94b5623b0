"""What the hub needs of the world, as protocols: implemented in the adapters, wired in `app.py`.

`MediaPlane` is the seam between rooms and packets. Rooms speak of participants, sources and slots; the plane maps
them to peers of the relay. Everything the relay enforces (gates, audience classes, bindings) is denied until a
`MediaChange` allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from vdxmedia.conference.admissions import AdmissionState
from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.kinds import SlotKind as SlotKind
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.media import BindSlot as BindSlot
from vdxmedia.conference.media import Gate as Gate
from vdxmedia.conference.media import MediaChange as MediaChange
from vdxmedia.conference.media import SetGate as SetGate
from vdxmedia.conference.media import SetHears as SetHears
from vdxmedia.conference.media import SetShedding as SetShedding
from vdxmedia.conference.media import SetSourceClasses as SetSourceClasses
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.hub.statistics import ConnectionStatistics
from vdxmedia.ids import ConferenceKey, ParticipantId, RoomId, SourceId

MediaKind = SourceKind
"""W3C's words for our sources."""


class MediaSeat(msgspec.Struct, frozen=True):
    """Whose media connection this is."""

    conference: ConferenceKey
    participant: ParticipantId
    sources: Mapping[MediaKind, SourceId]
    """What the participant may publish; an m-line for any other kind is answered `inactive`."""
    codec: str
    """`VP8`, `H264`, `VP9` or `AV1`."""
    video_slots: int


class MediaOffer(msgspec.Struct, frozen=True):
    sdp: str
    sources: Mapping[str, MediaKind]
    """mid to kind."""


class AnsweredSlot(msgspec.Struct, frozen=True):
    mid: str
    kind: SlotKind
    index: int


class MediaAnswer(msgspec.Struct, frozen=True):
    sdp: str
    slots: Sequence[AnsweredSlot]
    is_new_connection: bool
    """False when the offer renegotiated or ICE-restarted a live connection."""

    def slot_count(self, kind: SlotKind) -> int:
        return max((slot.index + 1 for slot in self.slots if slot.kind is kind), default=0)


# ── what the plane tells a room ───────────────────────────────────────────────────────────────────────────────────


class MediaConnected(msgspec.Struct, frozen=True, tag=True):
    """DTLS is done: packets can flow."""

    participant: ParticipantId


class MediaLost(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    reason: str
    """`consent` (30 s + 60 s without a check), `dtls`, `fingerprint`, `closed`, `fault`."""


class SpeakersChanged(msgspec.Struct, frozen=True, tag=True):
    speakers: Sequence[tuple[SourceId, float]]
    """Loudest first, level 0..1; at most 10 a second."""


class SlotCannotDecode(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    index: int
    source: SourceId


class MediaQuality(msgspec.Struct, frozen=True, tag=True):
    """Per participant with media: about once a second while something is going on, seldom while all is calm."""

    participant: ParticipantId
    uplink_loss: float
    """0..1"""
    downlink_loss: float
    rtt_s: float | None
    is_silent: bool
    """Nothing authentic came for longer than a client that only listens may be silent."""
    uplink_bps: int | None = None
    """What came from the participant; None when nothing did."""
    period_s: float = 1.0
    """What losses and rates are of."""
    silent_s: float = 0.0
    """Since the last authentic packet or valid check."""
    freezes: int = 0
    """Pictures that stood still for the participant since the connection began: nothing of them was sent for a second
    although they were there."""
    frozen_s: float = 0.0
    """How long, all of them together."""


class SlotPaused(msgspec.Struct, frozen=True, tag=True):
    """A video slot's picture does not fit on the way to the participant at its lowest, or the server has given it up;
    or it comes again."""

    participant: ParticipantId
    index: int
    is_paused: bool
    is_given_up: bool = False
    """By the server, which has too much to do: the participant's own connection would carry it."""


class LayersWanted(msgspec.Struct, frozen=True, tag=True):
    """Which layers of a source anybody takes: the publisher may stop the others."""

    participant: ParticipantId
    kind: SourceKind
    layers: tuple[int, ...]
    """Lowest first."""


class Transport(StrEnum):
    """How packets reach the server."""

    UDP = "udp"
    TCP = "tcp"
    TURN = "turn"
    """Through the TURN server, however the client reaches that."""


class Step(StrEnum):
    """Of a media connection, in the order of a good one."""

    BOUND = "bound"
    """Its first valid check, or another address was nominated (RFC 8445 §8.1.1)."""
    FLOWS = "flows"
    """The first authentic packet of a source."""
    SILENT = "silent"
    """30 s without a check: nothing is sent (RFC 7675)."""
    BACK = "back"
    """From silence."""


class MediaStep(msgspec.Struct, frozen=True, tag=True):
    """Where a connection stands, for records and figures; no room decides anything by it."""

    participant: ParticipantId
    step: Step
    transport: Transport | None = None
    """Of `BOUND`."""


MediaEvent = (
    MediaConnected
    | MediaLost
    | MediaStep
    | SpeakersChanged
    | SlotCannotDecode
    | MediaQuality
    | SlotPaused
    | LayersWanted
)


class MediaPlane(Protocol):
    """Implemented by `sfu.plane`. All methods are called on the event loop's thread."""

    def open_conference(self, conference: ConferenceKey, listener: Callable[[MediaEvent], None]) -> None:
        """The listener is called on the loop and must not block; the room task puts the event into its mailbox."""
        ...

    def close_conference(self, conference: ConferenceKey) -> None:
        """Closes every connection in it. Twice is fine."""
        ...

    async def connect(self, seat: MediaSeat, offer: MediaOffer) -> MediaAnswer:
        """Answers an offer: a new connection (an old one of the same participant is closed atomically), a re-offer
        with more slots, or an ICE restart. The room then applies its full state for the participant.

        Raises: BadSdp (nothing changed), Refused `media_busy`.
        """
        ...

    def apply(self, conference: ConferenceKey, changes: Iterable[MediaChange]) -> None:
        """Unknown participants and sources are ignored: they have just left."""
        ...

    async def fence(self) -> None:
        """Returns when the relay has applied every change before this call: no later packet breaks them."""
        ...

    async def statistics(self, conference: ConferenceKey) -> Sequence[ConnectionStatistics]:
        """How every media connection is doing; empty for a conference that is not there."""
        ...

    def disconnect(self, conference: ConferenceKey, participant: ParticipantId, *, is_gone: bool) -> None:
        """Closes the participant's connection, if any. `is_gone`: for good, so that what is enforced for the
        participant's sources is forgotten too."""
        ...


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Grant(msgspec.Struct, frozen=True):
    """What a verified join token allows. What is not granted is denied."""

    room: str
    identity: str
    """Token's `sub`: the same identity joining again replaces the earlier connection; empty means a new person."""
    role: str
    """`host` or `guest`."""
    name: str | None
    organisation: str
    function: str
    can_publish: frozenset[MediaKind]
    can_subscribe: bool
    expires_at: float
    """Unix seconds."""
    is_film: bool = False
    """Of a film's player, not a person's. Only this server gives such tokens, to its own processes."""
    lasts_with_room: bool = False
    """A link that was given out for as long as the room is open: where that is longer by now, beyond `expires_at`."""
    note: EmergencyNote | None = None
    """Whom to send help to; for the hosts of the conference, and nobody else."""
    knocks: bool = False
    """A guest who came by what can be guessed: waits to be let in, and for a host, whatever the room's lobby says."""
    participant: str = ""
    """Of a token that was made in a call: whose. It gives no right to the seat, and a link's has none."""


class Tokens(Protocol):
    """Implemented by `api.tokens` (JWT, ES256 or EdDSA)."""

    def verify(self, token: str, now_unix_s: float) -> Grant:
        """Raises: NotAllowed with `token_invalid` or `token_expired`."""
        ...

    def made_for(self, token: str) -> tuple[RoomId, str] | None:
        """The room and the role of a token that is signed with one of our keys, be it over; None: of no such one."""
        ...

    def issue(self, grant: Grant) -> str:
        """Signs a token that says exactly this grant."""
        ...


# ── the store ─────────────────────────────────────────────────────────────────────────────────────────────────────


class StoredRoom(msgspec.Struct, frozen=True):
    room: RoomId
    settings: RoomSettings
    created_at: float
    """Unix seconds, as all times of the store."""
    idle_since: float
    admissions: AdmissionState = AdmissionState()
    """Who has been let in and who is kept out, as digests: for as long as the booking."""


class StoredConference(msgspec.Struct, frozen=True):
    """What a conference was when the server last wrote it down. It may hold secrets of seats: never logged."""

    room: RoomId
    state: bytes
    """Made and understood by the room alone."""
    written_at: float


class Attendance(msgspec.Struct, frozen=True):
    """One stay of a person in a room. No address, number or identity: the name is what the others saw."""

    room: RoomId
    participant: ParticipantId
    name: str
    role: str
    organisation: str
    first_seen: float
    last_seen: float
    is_recognised: bool
    """A host has ticked that this is the person expected."""


class SaveRoom(msgspec.Struct, frozen=True, tag=True):
    room: StoredRoom


class DeleteRoom(msgspec.Struct, frozen=True, tag=True):
    """Its conference's state goes with it; its attendance stays until its term is over."""

    room: RoomId


class SaveConference(msgspec.Struct, frozen=True, tag=True):
    conference: StoredConference


class DeleteConference(msgspec.Struct, frozen=True, tag=True):
    room: RoomId


class SaveAttendance(msgspec.Struct, frozen=True, tag=True):
    """A stay that is stored already keeps its beginning and its tick."""

    attendance: Attendance


class Recognise(msgspec.Struct, frozen=True, tag=True):
    """Sets the tick of a stay that is stored; nothing when it is not."""

    room: RoomId
    participant: ParticipantId
    is_recognised: bool


class DeleteAttendance(msgspec.Struct, frozen=True, tag=True):
    """All of a room."""

    room: RoomId


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A conference as the history knows it. Which meeting and organisation it is of, the store sees by its room."""

    id: str
    """A UUID."""
    room: RoomId
    starts_at: float
    """When the first person came."""
    seen_at: float
    """When it ended, or was last known to run."""
    is_over: bool


class CallStay(msgspec.Struct, frozen=True, kw_only=True):
    """A person's stay in a call."""

    call: str
    participant: ParticipantId
    role: str
    name: str | None
    """None: the room keeps no attendance."""
    starts_at: float
    ends_at: float | None
    """None: is there."""


class OpenCall(msgspec.Struct, frozen=True):
    """A call that was running when the last server ended."""

    call: Call
    stays: tuple[CallStay, ...]
    """Of those who were there."""


class SaveCall(msgspec.Struct, frozen=True, tag=True):
    call: Call


class SaveCallStay(msgspec.Struct, frozen=True, tag=True):
    stay: CallStay


class CallStep(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Of a record: words of closed lists, and when."""

    at: float
    what: str
    how: str


class CallRecord(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How one participant's call went: ids, roles, figures. No name, number or address has a place in it."""

    id: str
    room: RoomId
    participant: ParticipantId
    role: str
    began_at: float
    ended_at: float | None
    """None: is there, or the server ended without a word."""
    end: str
    path: str
    """A `Transport`, the last one; empty: no packet ever came."""
    phases: Mapping[str, float]
    """Seconds from the join to the end of each phase: `signal`, `ice`, `dtls`, `first_media`."""
    loss_up: float
    """0..1, over the whole call."""
    loss_down: float
    round_trip_ms: int | None
    longest_gap_s: float
    """The longest silence of more than 7 s; 0: none."""
    pictures_paused: int
    """How often a picture did not fit on the way to the participant."""
    pictures_given_up: int = 0
    """How often the server gave one up because it had too much to do."""
    freezes: int = 0
    """How often a picture stood still for the participant."""
    frozen_s: float = 0.0
    """How long, all pictures together."""
    quality_s: Mapping[str, int]
    """Seconds that it was good, weak, lost."""
    steps: tuple[CallStep, ...]

    @property
    def lasted_s(self) -> float:
        return 0.0 if self.ended_at is None else max(0.0, self.ended_at - self.began_at)


class SaveCallRecord(msgspec.Struct, frozen=True, tag=True):
    record: CallRecord


StoreChange = (
    SaveRoom
    | DeleteRoom
    | SaveConference
    | DeleteConference
    | SaveAttendance
    | Recognise
    | DeleteAttendance
    | SaveCall
    | SaveCallStay
    | SaveCallRecord
)
MAX_ATTENDANCE = 10_000
"""Stays told of one room."""


class Store(Protocol):
    """What outlives the process; implemented by `store`.

    Every method raises Refused `store_unavailable` when the store does not do it in time, `write` also BadInput
    `store_rejected` for a value that it never takes. After either, nothing has been changed, or (rarely: the answer
    got lost) all that was asked; asking again is right.
    """

    async def rooms(self, most: int) -> Sequence[StoredRoom]:
        """Those used last, at most so many. What cannot be read is left out and logged."""
        ...

    async def conferences(self) -> Sequence[StoredConference]:
        """Of rooms that are stored; at most one each."""
        ...

    async def attendance(self, room: RoomId) -> Sequence[Attendance]:
        """By first seen; at most `MAX_ATTENDANCE`, the latest."""
        ...

    async def open_calls(self) -> Sequence[OpenCall]:
        """Those that are not over."""
        ...

    async def write(self, changes: Sequence[StoreChange]) -> None:
        """All in their order in one transaction. Saving what is there replaces it."""
        ...

    async def delete_attendance_before(self, last_seen: float, most: int) -> int:
        """At most so many rows of people who were last seen before; gives how many, so that the caller goes on."""
        ...
