"""One seat: who sits there, what they publish, what their slots are. Mutable, owned by the conference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from vdxmedia.conference.emergency import EmergencyNote
from vdxmedia.conference.events import Binding, ParticipantState, SourceState
from vdxmedia.conference.kinds import Connection, ContentHint, Role, SourceKind
from vdxmedia.conference.permissions import ALL_MEDIA, Audience, Media
from vdxmedia.conference.slots import Place
from vdxmedia.ids import ParticipantId, SourceId

SIGN_INTERPRETERS = frozenset(("tegnsprogstolk", "sign language interpreter"))
"""Functions whose picture is somebody's hearing: pinned for everyone who may see it, fluent before sharp."""


@dataclass(slots=True)
class Source:
    id: SourceId
    is_active: bool = False
    content_hint: ContentHint = ContentHint.DETAIL
    active_since: int = 0
    """Counts activations in the conference: which screen is newest."""


@dataclass(slots=True)
class SlotCounts:
    """How many slots of each kind the participant has: asked for at the join, confirmed by the answer."""

    speaker: int = 3
    programme: int = 1
    video: int = 0


@dataclass(slots=True)
class TileState:
    """What the client said about one video slot, and the layer chosen from it."""

    is_hidden: bool = False
    layer: int | None = None
    """None before the client has said anything."""


@dataclass(slots=True)
class Participant:
    id: ParticipantId
    name: str
    role: Role
    organisation: str
    function: str
    sources: Mapping[SourceKind, Source]
    """The kinds granted that the booking has let him send; no other can be published."""
    audience: Audience
    joined: int
    """Position in the order of joining."""
    wanted_video_slots: int
    """Asked for at the last join; what an offer may have at most."""
    slots: SlotCounts
    withheld: Mapping[SourceKind, SourceId] = field(default_factory=dict)
    """The kinds granted that the booking has not let him send yet. Replaced, never changed."""
    says_function_himself: bool = False
    """Shown as any other, but without a right that comes with a function."""
    is_recognised: bool = False
    """A host has ticked that this is the person expected (`help_desk.py`)."""
    is_film: bool = False
    """Not a person: plays an exercise film for the hosts. Counts nowhere, waits for nobody, keeps no room open."""
    granted: Media = ALL_MEDIA
    """What his token lets him receive."""
    receives: Media = ALL_MEDIA
    """Of it, what the booking lets him receive in his role; the room may allow less."""
    pins: tuple[ParticipantId, ...] = ()
    """Whom this one wants to see in any case, first first."""
    is_open: bool = True
    """Has agreed to be seen and heard by guests, or was told before joining."""
    note: EmergencyNote | None = None
    """Told to hosts only."""
    is_waiting: bool = False
    """In the lobby."""
    group: int | None = None
    """The small group, or talk aside, that he is in."""
    is_aside: bool = False
    is_out_of_sight: bool = False
    """A host's, of a talk aside: those who wait for him do not keep his picture."""
    has_floor: bool = True
    """May be heard, as far as the floor goes."""
    has_screen_floor: bool = True
    floored: set[SourceKind] = field(default_factory=set)
    """Kinds whose floor gate was ever closed."""
    admission_keys: tuple[str, ...] = ()
    """Who he is to the lobby, also next time (`admissions.py`)."""
    knocks: bool = False
    """Came in through the lobby because of his link, and comes back that way."""
    connection: Connection = Connection.CONNECTED
    lost_at_s: float = 0.0
    """Since when reconnecting."""
    has_media: bool = False
    places: tuple[Place | None, ...] = ()
    tiles: dict[int, TileState] = field(default_factory=dict)
    main: ParticipantId | None = None
    """Who speaks, for this viewer: that picture comes before others when bandwidth is short."""
    bindings: tuple[Binding, ...] = ()
    """As the participant was last told."""
    shows: frozenset[ParticipantId | None] = frozenset()
    """Who is in `bindings`."""
    hints_given: int = 0
    """To his sources: how often one may have become another."""
    told: ParticipantState = field(init=False)
    """As everyone was last told of this participant."""

    def __post_init__(self) -> None:
        self.told = self.state()

    @property
    def is_chair(self) -> bool:
        """A host who is a person: a film is on the hosts' side, and rules over nothing."""
        return self.role is Role.HOST and not self.is_film

    @property
    def is_sign_interpreter(self) -> bool:
        """Pinned for everybody, so it takes more than saying so: the booking, a host's tick, or being a host."""
        is_vouched_for = not self.says_function_himself or self.is_recognised or self.role is Role.HOST
        return is_vouched_for and self.function.casefold() in SIGN_INTERPRETERS

    @property
    def is_connected(self) -> bool:
        return self.connection is Connection.CONNECTED

    def state(self) -> ParticipantState:
        return ParticipantState(
            id=self.id,
            name=self.name,
            role=self.role,
            organisation=self.organisation,
            function=self.function,
            connection=self.connection,
            is_film=self.is_film,
            sources=tuple(SourceState(kind, source.id, source.is_active) for kind, source in self.sources.items()),
        )

    def classes_of(self, kind: SourceKind) -> int:
        """The relay's, for a source of this kind."""
        return self.audience.classes_of(kind)

    def may_send(self, kind: SourceKind) -> bool:
        """As far as the floors go; who talks in a group needs none to be heard there."""
        match kind:
            case SourceKind.MICROPHONE:
                return self.has_floor or self.group is not None
            case SourceKind.SCREEN | SourceKind.SCREEN_AUDIO:
                return self.has_screen_floor
            case SourceKind.CAMERA:
                return True
            case _:
                assert_never(kind)

    def prefer_motion(self) -> None:
        """Of the camera's picture: fluent before sharp."""
        if (camera := self.sources.get(SourceKind.CAMERA)) is not None:
            self.give_hint(camera, ContentHint.MOTION)

    def give_hint(self, source: Source, hint: ContentHint) -> None:
        """Of one of his sources."""
        source.content_hint = hint
        self.hints_given += 1

    def active(self, kind: SourceKind) -> Source | None:
        source = self.sources.get(kind)
        return source if source is not None and source.is_active else None
