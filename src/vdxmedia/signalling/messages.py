"""The wire schema of signalling, version 1: what travels over socket.io, and nothing else.

Client to server: the socket.io event `command` with one object of `ClientMessage`; the acknowledgement carries one
`Answer`. Server to client: the socket.io event `events` with a list of `ServerEvent`; the client acknowledges each
list that asks for it (with nothing), which is the flow control of the outbox. JSON names are camelCase; the
union's tag is `type`. TypeScript, docs/protocol.md's tables and the AsyncAPI document are generated from here.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from vdxmedia.conference.kinds import Connection as Connection
from vdxmedia.conference.kinds import ContentHint as ContentHint
from vdxmedia.conference.kinds import EndReason as EndReason
from vdxmedia.conference.kinds import LeaveReason as LeaveReason
from vdxmedia.conference.kinds import Quality as Quality
from vdxmedia.conference.kinds import Role as Role
from vdxmedia.conference.kinds import SlotKind as SlotKind
from vdxmedia.conference.kinds import SourceKind as SourceKind
from vdxmedia.signalling.areas import film as film_area
from vdxmedia.signalling.areas import floor as floor_area
from vdxmedia.signalling.areas import layouts as layouts_area
from vdxmedia.signalling.areas import lobby as lobby_area
from vdxmedia.signalling.areas import people as people_area
from vdxmedia.signalling.areas import room as room_area
from vdxmedia.signalling.areas import training as training_area
from vdxmedia.signalling.areas import words as words_area
from vdxmedia.signalling.areas.film import ControlFilm as ControlFilm
from vdxmedia.signalling.areas.film import FilmChanged as FilmChanged
from vdxmedia.signalling.areas.layouts import ChooseLayout as ChooseLayout
from vdxmedia.signalling.areas.layouts import LayoutChanged as LayoutChanged
from vdxmedia.signalling.areas.layouts import PinPeople as PinPeople
from vdxmedia.signalling.areas.lobby import Admit as Admit
from vdxmedia.signalling.areas.lobby import AdmitAll as AdmitAll
from vdxmedia.signalling.areas.lobby import Admitted as Admitted
from vdxmedia.signalling.areas.lobby import Lobby as Lobby
from vdxmedia.signalling.areas.lobby import LockRoom as LockRoom
from vdxmedia.signalling.areas.lobby import Refused as Refused
from vdxmedia.signalling.areas.lobby import RefuseWaiting as RefuseWaiting
from vdxmedia.signalling.areas.lobby import SayToWaiting as SayToWaiting
from vdxmedia.signalling.areas.lobby import Waiting as Waiting
from vdxmedia.signalling.areas.media import AnswerMedia as AnswerMedia
from vdxmedia.signalling.areas.media import AnswerSlot as AnswerSlot
from vdxmedia.signalling.areas.media import Bandwidth as Bandwidth
from vdxmedia.signalling.areas.media import Binding as Binding
from vdxmedia.signalling.areas.media import Bindings as Bindings
from vdxmedia.signalling.areas.media import CannotDecode as CannotDecode
from vdxmedia.signalling.areas.media import ConnectionQuality as ConnectionQuality
from vdxmedia.signalling.areas.media import Encoding as Encoding
from vdxmedia.signalling.areas.media import IceServer as IceServer
from vdxmedia.signalling.areas.media import MediaLost as MediaLost
from vdxmedia.signalling.areas.media import MediaSetup as MediaSetup
from vdxmedia.signalling.areas.media import Offer as Offer
from vdxmedia.signalling.areas.media import QualityEntry as QualityEntry
from vdxmedia.signalling.areas.media import SendLayers as SendLayers
from vdxmedia.signalling.areas.media import SetSource as SetSource
from vdxmedia.signalling.areas.media import SetTiles as SetTiles
from vdxmedia.signalling.areas.media import SlotCounts as SlotCounts
from vdxmedia.signalling.areas.media import SourceState as SourceState
from vdxmedia.signalling.areas.media import Speaker as Speaker
from vdxmedia.signalling.areas.media import Speakers as Speakers
from vdxmedia.signalling.areas.media import TileSize as TileSize
from vdxmedia.signalling.areas.people import AnswerAsked as AnswerAsked
from vdxmedia.signalling.areas.people import Asked as Asked
from vdxmedia.signalling.areas.people import AskToOpen as AskToOpen
from vdxmedia.signalling.areas.people import CloseSource as CloseSource
from vdxmedia.signalling.areas.people import EndForAll as EndForAll
from vdxmedia.signalling.areas.people import Ending as Ending
from vdxmedia.signalling.areas.people import ExtendClosing as ExtendClosing
from vdxmedia.signalling.areas.people import KeepOpen as KeepOpen
from vdxmedia.signalling.areas.people import MuteGuests as MuteGuests
from vdxmedia.signalling.areas.people import OwnSources as OwnSources
from vdxmedia.signalling.areas.people import RemovePerson as RemovePerson
from vdxmedia.signalling.areas.people import SetRole as SetRole
from vdxmedia.signalling.areas.room import ChangeRoom as ChangeRoom
from vdxmedia.signalling.areas.room import GuestVisibility as GuestVisibility
from vdxmedia.signalling.areas.room import Room as Room
from vdxmedia.signalling.areas.room import RoomChanged as RoomChanged
from vdxmedia.signalling.areas.training import AnswerConsent as AnswerConsent
from vdxmedia.signalling.areas.training import AnswerHelp as AnswerHelp
from vdxmedia.signalling.areas.training import AskForHelp as AskForHelp
from vdxmedia.signalling.areas.training import AwayHosts as AwayHosts
from vdxmedia.signalling.areas.training import ConsentList as ConsentList
from vdxmedia.signalling.areas.training import Consents as Consents
from vdxmedia.signalling.areas.training import EndAside as EndAside
from vdxmedia.signalling.areas.training import EndGroups as EndGroups
from vdxmedia.signalling.areas.training import FormGroups as FormGroups
from vdxmedia.signalling.areas.training import Group as Group
from vdxmedia.signalling.areas.training import GroupMember as GroupMember
from vdxmedia.signalling.areas.training import Groups as Groups
from vdxmedia.signalling.areas.training import HelpCall as HelpCall
from vdxmedia.signalling.areas.training import HelpCalls as HelpCalls
from vdxmedia.signalling.areas.training import MoveToGroup as MoveToGroup
from vdxmedia.signalling.areas.training import OpenConsent as OpenConsent
from vdxmedia.signalling.areas.training import OwnGroup as OwnGroup
from vdxmedia.signalling.areas.training import OwnHelp as OwnHelp
from vdxmedia.signalling.areas.training import PeopleNotes as PeopleNotes
from vdxmedia.signalling.areas.training import PersonNote as PersonNote
from vdxmedia.signalling.areas.training import Recognise as Recognise
from vdxmedia.signalling.areas.training import Spotlight as Spotlight
from vdxmedia.signalling.areas.training import Stage as Stage
from vdxmedia.signalling.areas.training import StartAside as StartAside
from vdxmedia.signalling.areas.training import VisitGroup as VisitGroup
from vdxmedia.signalling.areas.training import WithdrawHelp as WithdrawHelp
from vdxmedia.signalling.areas.words import Announce as Announce
from vdxmedia.signalling.areas.words import Announcement as Announcement
from vdxmedia.signalling.areas.words import Announcements as Announcements
from vdxmedia.signalling.areas.words import Caption as Caption
from vdxmedia.signalling.areas.words import Captions as Captions
from vdxmedia.signalling.areas.words import Chat as Chat
from vdxmedia.signalling.areas.words import LetWriteCaptions as LetWriteCaptions
from vdxmedia.signalling.areas.words import OpenLines as OpenLines
from vdxmedia.signalling.areas.words import React as React
from vdxmedia.signalling.areas.words import Reactions as Reactions
from vdxmedia.signalling.areas.words import ShownReaction as ShownReaction
from vdxmedia.signalling.areas.words import TakeAnnouncementAway as TakeAnnouncementAway
from vdxmedia.signalling.areas.words import TypeCaption as TypeCaption
from vdxmedia.signalling.areas.words import TypedLine as TypedLine
from vdxmedia.signalling.areas.words import TypeText as TypeText
from vdxmedia.signalling.areas.words import WriteChat as WriteChat
from vdxmedia.signalling.error_codes import COMMON_ERRORS
from vdxmedia.signalling.wire import MAX_NAME_CHARS as MAX_NAME_CHARS
from vdxmedia.signalling.wire import MAX_SDP_CHARS as MAX_SDP_CHARS
from vdxmedia.signalling.wire import MAX_VIDEO_SLOTS as MAX_VIDEO_SLOTS
from vdxmedia.signalling.wire import Function, Id, Name
from vdxmedia.signalling.wire import Wire as Wire

AREAS = (
    room_area,
    layouts_area,
    words_area,
    training_area,
    film_area,
    lobby_area,
    people_area,
    floor_area,
)
"""Modules of messages that are about one concern; each lists its commands, documents and error codes."""

PROTOCOL_VERSION = 1
"""Named by the client in the connect payload; another number is refused with `unsupported_protocol`."""

MAX_MESSAGE_BYTES = 256 * 1024
"""Largest socket.io message; an offer with 25 video slots is about 50 kB (measured in Chromium)."""

ERROR_CODES = COMMON_ERRORS | {code: meaning for area in AREAS for code, meaning in area.ERRORS.items()}
"""Stable codes of `Failure.code`, with their meaning: the table of docs/protocol.md."""

# ── client to server ──────────────────────────────────────────────────────────────────────────────────────────────


class Hello(Wire, frozen=True):
    """The socket.io connect payload (`auth`)."""

    protocol: int
    token: Annotated[str, Meta(max_length=4096)] = ""
    """A join token (JWT), or the renewed one of the running session; empty for who types a PIN."""
    room: Id | None = None
    """The room that the client means to enter, from its link; a token for another one is refused as `token_invalid`."""
    pin: Annotated[str, Meta(max_length=16)] = ""
    """Without a token: the room's host PIN or guest PIN. Without either, `pin_required` tells that there is one."""


class Resume(Wire, frozen=True):
    session: Annotated[str, Meta(max_length=64)]
    """From `Joined.session`; proves the seat."""
    sequence: Annotated[int, Meta(ge=0)]
    """The last sequence number seen; 0 when the client remembers nothing (a reloaded page): the answer is then always
    `Joined`, never `Resumed`."""


class Join(Wire, frozen=True, tag="join"):
    name: Name | None = None
    """What others see; ignored where the token fixes a name."""
    function: Function | None = None
    """What the person is in this meeting, as `borger`, `tolk` or `læge`; ignored where the token names it."""
    video_slots: Annotated[int, Meta(ge=0, le=MAX_VIDEO_SLOTS)] = 9
    """How many pictures the client can show at once: 4 on a phone, 9 on a desktop, 25 for an instructor."""
    resume: Resume | None = None
    knows_who_sees: GuestVisibility | None = None
    """What the person was told, before joining, about who will see and hear him (`Invitation.guestVisibility`). Who was
    told something else than holds now is private: only hosts know, see and hear him until he agrees. Left out, it is
    `all` in a meeting, and private in group training."""
    accepts_terms: Annotated[str, Meta(max_length=64)] | None = None
    """The version of the organisation's terms (`termsVersion` of `GET /api/v1/branding/own`) that the person has read
    and accepted. Where the organisation demands terms, a guest who names another one, or none, is refused with
    `terms_not_accepted`; who has a seat already, or waits for one, comes back without."""
    expects_weak: bool = False
    """A check before joining (`POST /api/v1/echoes`) found the way too weak for good pictures: the others are told
    (`connectionQuality`), until half a minute of media says otherwise."""


class RenewToken(Wire, frozen=True, tag="renewToken"):
    """Ask for a fresh token now; the server also sends `TokenRenewed` by itself in time."""


class Transfer(Wire, frozen=True, tag="transfer"):
    """A host sends somebody to another room, of which he is a host too."""

    participant_id: Id
    token: Annotated[str, Meta(max_length=4096)]
    """The host's own, for the other room."""


class Leave(Wire, frozen=True, tag="leave"):
    """Give up the seat. The socket may be closed after the acknowledgement."""


ClientMessage = (
    Join
    | Offer
    | SetSource
    | SetTiles
    | RenewToken
    | Leave
    | ChangeRoom
    | ChooseLayout
    | PinPeople
    | WriteChat
    | TypeText
    | TypeCaption
    | LetWriteCaptions
    | React
    | Announce
    | TakeAnnouncementAway
    | Spotlight
    | AnswerConsent
    | StartAside
    | EndAside
    | FormGroups
    | EndGroups
    | VisitGroup
    | MoveToGroup
    | AskForHelp
    | WithdrawHelp
    | AnswerHelp
    | Recognise
    | ControlFilm
    | Admit
    | AdmitAll
    | RefuseWaiting
    | SayToWaiting
    | LockRoom
    | SetRole
    | CloseSource
    | MuteGuests
    | AskToOpen
    | AnswerAsked
    | RemovePerson
    | EndForAll
    | KeepOpen
    | ExtendClosing
    | Transfer
    | floor_area.Command
)

# ── answers (acknowledgements) ────────────────────────────────────────────────────────────────────────────────────


class Participant(Wire, frozen=True):
    id: Id
    name: str
    role: Role
    organisation: str
    function: str
    connection: Connection
    sources: list[SourceState]
    is_film: bool = False
    """Not a person, but an exercise film that a host plays; count it nowhere."""


class Joined(Wire, frozen=True, tag="joined"):
    """The answer to `join`: a snapshot of the room and all that is needed for the offer."""

    participant_id: Id
    session: str
    sequence: int
    """The snapshot contains every event up to this number."""
    room: Room
    participants: list[Participant]
    documents: list[Document]
    bindings: list[Binding]
    media: MediaSetup
    media_alive: bool
    """True after a reconnect when the server still has the media connection: keep it, do not offer again."""
    token: str
    """A fresh token for the next connect; the link's own may expire meanwhile."""
    token_expires_at: float


class Resumed(Wire, frozen=True, tag="resumed"):
    """The answer to `join` with `resume` when the missed events are still there."""

    participant_id: Id
    sequence: int
    missed: list[SequencedEvent]
    documents: list[Document]
    bindings: list[Binding]
    media_alive: bool
    ice_servers: list[IceServer]
    """With fresh credentials, for an ICE restart or a new media connection."""
    token: str
    token_expires_at: float


class Done(Wire, frozen=True, tag="done"):
    """The command was carried out."""


class Renewed(Wire, frozen=True, tag="renewed"):
    token: str
    token_expires_at: float


class Failure(Wire, frozen=True, tag="error"):
    """The command was refused and changed nothing. Also the payload of a refused connect."""

    code: str
    text: str
    retry_after: float | None = None
    """Seconds."""


Answer = Joined | Resumed | Waiting | AnswerMedia | Done | Renewed | Failure

# ── server to client ──────────────────────────────────────────────────────────────────────────────────────────────


class ParticipantJoined(Wire, frozen=True, tag="participantJoined"):
    sequence: int
    participant: Participant


class ParticipantChanged(Wire, frozen=True, tag="participantChanged"):
    """The participant's whole new state (sources on or off, reconnecting, …)."""

    sequence: int
    participant: Participant


class ParticipantLeft(Wire, frozen=True, tag="participantLeft"):
    sequence: int
    participant_id: Id
    reason: LeaveReason


SequencedEvent = ParticipantJoined | ParticipantChanged | ParticipantLeft

Document = (
    RoomChanged
    | LayoutChanged
    | OpenLines
    | Captions
    | Announcements
    | Stage
    | Consents
    | ConsentList
    | FilmChanged
    | Lobby
    | OwnSources
    | Asked
    | Ending
    | OwnGroup
    | Groups
    | AwayHosts
    | OwnHelp
    | HelpCalls
    | PeopleNotes
    | floor_area.Told
)
"""States that are told whole, at the join and after each change; only the latest of a type counts."""


class DocumentWithdrawn(Wire, frozen=True, tag="documentWithdrawn"):
    """There is no document of this type for this client any more: what the last one told is to be forgotten."""

    document: str
    """Its `type`."""


class TokenRenewed(Wire, frozen=True, tag="tokenRenewed"):
    token: str
    token_expires_at: float


class Transferred(Wire, frozen=True, tag="transferred"):
    """Before `ended`: a host has sent this client to another room."""

    room: Id
    token: str
    """For that room, as a guest."""


class Ended(Wire, frozen=True, tag="ended"):
    """The last event of a connection."""

    reason: EndReason
    can_rejoin: bool


class Stopping(Wire, frozen=True, tag="stopping"):
    """The server goes down soon; reconnect with the session after `reconnect_after` seconds."""

    reconnect_after: float


ServerEvent = (
    ParticipantJoined
    | ParticipantChanged
    | ParticipantLeft
    | RoomChanged
    | LayoutChanged
    | OpenLines
    | Captions
    | Announcements
    | FilmChanged
    | Chat
    | Caption
    | Reactions
    | Stage
    | Consents
    | ConsentList
    | Lobby
    | OwnSources
    | Asked
    | Ending
    | Waiting
    | Admitted
    | Refused
    | Transferred
    | OwnGroup
    | Groups
    | AwayHosts
    | OwnHelp
    | HelpCalls
    | PeopleNotes
    | floor_area.Told
    | DocumentWithdrawn
    | Bindings
    | Speakers
    | ConnectionQuality
    | Bandwidth
    | CannotDecode
    | MediaLost
    | TokenRenewed
    | Ended
    | Stopping
)
