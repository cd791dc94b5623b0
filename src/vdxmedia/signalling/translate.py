"""Between the hub's words and the wire's. Pure; the only place that knows both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never, cast

from vdxmedia.conference import events
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.documents import Document
from vdxmedia.conference.kinds import Quality
from vdxmedia.errors import VdxError
from vdxmedia.hub.client import (
    BandwidthChanged,
    ClientEvent,
    DecodeRefused,
    MediaGone,
    QualityChanged,
    SentToLobby,
    ServerStopping,
)
from vdxmedia.hub.ports import MediaAnswer
from vdxmedia.hub.rounds import RosterNews
from vdxmedia.ids import ParticipantId, RoomId
from vdxmedia.signalling import messages
from vdxmedia.signalling.areas.lobby import waiting_again, waiting_of

NOBODY = 0
"""The wire's source number for an empty slot."""
_COMMANDS = {kind: to_core for area in messages.AREAS for kind, (_, to_core) in area.COMMANDS.items()}
_DOCUMENTS = {kind: to_wire for area in messages.AREAS for kind, (_, to_wire) in area.DOCUMENTS.items()}
_DOCUMENT_NAMES = {
    kind: str(wire.__struct_config__.tag) for area in messages.AREAS for kind, (wire, _) in area.DOCUMENTS.items()
}
_UTTERANCES = {kind: to_wire for area in messages.AREAS for kind, to_wire in getattr(area, "UTTERANCES", {}).items()}
_ANSWERS = {kind: to_wire for area in messages.AREAS for kind, to_wire in area.ANSWERS.items()}


def asked(message: messages.ClientMessage, asking: ParticipantId) -> Asked:
    """For the commands of the areas. Raises: KeyError for others."""
    command: Asked = _COMMANDS[type(message)](message, asking)
    return command


def document(room: RoomId, told: Document) -> messages.Document:
    return cast(messages.Document, _DOCUMENTS[type(told)](room, told))


def documents(room: RoomId, told: Iterable[Document]) -> list[messages.Document]:
    return [document(room, one) for one in told]


def answered(answer: object) -> messages.Answer:
    """What a command of an area answers; None: it was done."""
    return messages.Done() if answer is None else cast(messages.Answer, _ANSWERS[type(answer)](answer))


def event(room: RoomId, told: ClientEvent) -> messages.ServerEvent:
    match told:
        case events.ParticipantJoined():
            return messages.ParticipantJoined(sequence=told.sequence, participant=participant(told.participant))
        case events.ParticipantChanged():
            return messages.ParticipantChanged(sequence=told.sequence, participant=participant(told.participant))
        case events.ParticipantLeft():
            return messages.ParticipantLeft(sequence=told.sequence, participant_id=told.participant, reason=told.reason)
        case events.DocumentChanged():
            return document(room, told.document)
        case events.DocumentWithdrawn():
            return messages.DocumentWithdrawn(document=_DOCUMENT_NAMES[told.kind])
        case events.Uttered():
            return cast(messages.ServerEvent, _UTTERANCES[type(told.utterance)](told.utterance))
        case events.BindingsChanged():
            return messages.Bindings(bindings=bindings(told.bindings))
        case events.SpeakersChanged():
            return messages.Speakers(
                speakers=[messages.Speaker(participant_id=who, level=level) for who, level in told.speakers]
            )
        case QualityChanged():
            return qualities(told.qualities)
        case BandwidthChanged():
            return messages.Bandwidth(
                paused=list(told.paused),
                paused_by_server=list(told.given_up),
                send_layers=[
                    messages.SendLayers(source=kind, layers=list(layers)) for kind, layers in told.layers.items()
                ],
                camera_off=told.advises_camera_off,
            )
        case DecodeRefused():
            return messages.CannotDecode(index=told.index, participant_id=told.participant)
        case MediaGone():
            return messages.MediaLost(reason=told.reason)
        case SentToLobby():
            return waiting_of(told.waiting)
        case events.WaiterTold():
            return waiting_again(told)
        case events.WaiterAdmitted():
            return messages.Admitted()
        case events.WaiterRefused():
            return messages.Refused(reason=told.reason)
        case events.Transferred():
            raise ValueError("only the session can: it makes the token")
        case RosterNews():
            raise ValueError("several: each is translated by itself")
        case ServerStopping():
            return messages.Stopping(reconnect_after=told.reconnect_after_s)
        case _:
            assert_never(told)


def sequenced(room: RoomId, missed: Iterable[events.SequencedEvent]) -> list[messages.SequencedEvent]:
    wire = [event(room, one) for one in missed]
    return [one for one in wire if isinstance(one, messages.SequencedEvent)]


def participant(state: events.ParticipantState) -> messages.Participant:
    return messages.Participant(
        id=state.id,
        name=state.name,
        role=state.role,
        organisation=state.organisation,
        function=state.function,
        connection=state.connection,
        is_film=state.is_film,
        sources=[
            messages.SourceState(kind=source.kind, id=source.id, active=source.is_active) for source in state.sources
        ],
    )


def bindings(bound: Iterable[events.Binding]) -> list[messages.Binding]:
    return [
        messages.Binding(
            kind=one.kind,
            index=one.index,
            participant_id=one.participant,
            source=NOBODY if one.source is None else one.source,
            source_kind=one.source_kind,
        )
        for one in bound
    ]


def qualities(changed: Mapping[ParticipantId, Quality]) -> messages.ConnectionQuality:
    return messages.ConnectionQuality(
        participants=[messages.QualityEntry(participant_id=who, quality=quality) for who, quality in changed.items()]
    )


def answer(media: MediaAnswer) -> messages.AnswerMedia:
    return messages.AnswerMedia(
        sdp=media.sdp,
        slots=[messages.AnswerSlot(mid=slot.mid, kind=slot.kind, index=slot.index) for slot in media.slots],
    )


def failure(error: VdxError) -> messages.Failure:
    """Codes that are not for clients become `internal`."""
    code = error.code if error.code in messages.ERROR_CODES else "internal"
    return messages.Failure(code=code, text=error.text, retry_after=error.retry_after_s)
