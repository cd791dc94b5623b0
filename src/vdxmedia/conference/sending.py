"""What people send and are shown: sources that go on and off, tiles, media connections, and who is heard.

A part of `Conference`, which hands it these commands; seats and what people ask of each other are not its.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from vdxmedia.conference import layout
from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import MediaClosed, MediaEstablished, SetSource, SetTiles, SpeakersHeard
from vdxmedia.conference.desk import Desk
from vdxmedia.conference.kinds import SourceKind
from vdxmedia.conference.participant import Participant
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId, SourceId


class Sending:
    """Owned by its conference; `desks` are asked whether a source may go on."""

    def __init__(self, assembly: Assembly, desks: Sequence[Desk]) -> None:
        self._assembly = assembly
        self._desks = desks

    def handle(
        self, command: SetSource | SetTiles | MediaEstablished | MediaClosed | SpeakersHeard, now_s: float
    ) -> None:
        """Raises: NotFound, NotAllowed, and what a desk's `check_source_on` raises."""
        match command:
            case SetSource():
                self._set_source(command)
            case SetTiles():
                self._set_tiles(command)
            case MediaEstablished():
                self._establish(command)
            case MediaClosed():
                self._close_media(self._assembly.find(command.participant))
            case SpeakersHeard():
                self._hear(command.speakers, now_s)
            case _:
                assert_never(command)

    def _set_source(self, command: SetSource) -> None:
        participant = self._assembly.find(command.participant)
        source = participant.sources.get(command.kind)
        if source is None:
            raise NotAllowed(f"this participant may not publish {command.kind.value}")
        if command.is_active and not source.is_active:
            for desk in self._desks:
                desk.check_source_on(participant, command.kind)
        if command.content_hint is not None:
            participant.give_hint(source, command.content_hint)
        if source.is_active != command.is_active:
            source.is_active = command.is_active
            if source.is_active:
                self._assembly.activations += 1
                source.active_since = self._assembly.activations
            self._assembly.changed(participant)
            if command.kind is not SourceKind.MICROPHONE:
                self._assembly.rearrange()
        self._assembly.say_own(participant)

    def _set_tiles(self, command: SetTiles) -> None:
        participant = self._assembly.find(command.participant)
        for tile in command.tiles:
            if tile.index < participant.slots.video:
                layout.resize(participant, tile.index, tile.width, tile.height)
        self._assembly.say_slots(participant)

    def _establish(self, command: MediaEstablished) -> None:
        participant = self._assembly.find(command.participant)
        participant.has_media = True
        participant.slots.speaker = command.speaker_slots
        participant.slots.programme = command.programme_slots
        participant.slots.video = command.video_slots
        if command.is_new:
            # What the client said of its tiles stays: they are on the same page, and it may have said so before this.
            self._assembly.forget_media(participant)
        self._assembly.say_own(participant)
        self._assembly.arrange_now(participant)
        self._assembly.say_where_shown(participant)

    def _close_media(self, participant: Participant) -> None:
        participant.has_media = False
        self._assembly.forget_media(participant)
        self._assembly.say_where_shown(participant)

    def _hear(self, heard: Sequence[tuple[SourceId, float]], now_s: float) -> None:
        speakers: dict[ParticipantId, float] = {}
        for source, level in heard:
            owner = self._assembly.owners.get(source)
            if owner is not None and owner.active(SourceKind.MICROPHONE) is not None:
                speakers.setdefault(owner.id, level)
        people = self._assembly.people
        self._assembly.say_speakers([(people[one], level) for one, level in speakers.items()])
        if self._assembly.voices.heard([(one, people[one].audience.heard_by) for one in speakers], now_s):
            self._assembly.rearrange()
