"""The wire form, pinned: one example of every message in `golden/`. A change there is a change of protocol.

Regenerate with `VDX_WRITE_GOLDEN=1`, bump `PROTOCOL_VERSION`, and edit docs/protocol.md.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from scripts import generate_protocol
from vdxmedia.conference.choices import ChatPolicy, FloorPolicy, GuestVisibility
from vdxmedia.conference.consent import Consent
from vdxmedia.conference.kinds import (
    Addressee,
    Connection,
    EndReason,
    FilmAction,
    FilmStatus,
    LeaveReason,
    Quality,
    Reaction,
    Role,
    SlotKind,
    SourceKind,
)
from vdxmedia.conference.settings import RoomSettings
from vdxmedia.conference.waiting import WaitReason
from vdxmedia.ids import RoomId
from vdxmedia.signalling import messages as m
from vdxmedia.signalling.areas import floor as f
from vdxmedia.signalling.areas import lobby, people
from vdxmedia.signalling.areas.room import room_of
from vdxmedia.signalling.areas.training import Question, Whereabouts

GOLDEN = Path(__file__).parent / "golden"

_SOURCES = [
    m.SourceState(kind=SourceKind.MICROPHONE, id=4_000_000_001, active=True),
    m.SourceState(kind=SourceKind.CAMERA, id=2, active=False),
]
_ANNA = m.Participant(
    id="p2345abcdefg",
    name="Anna Æble",
    role=Role.HOST,
    organisation="Testkommune",
    function="læge",
    connection=Connection.CONNECTED,
    sources=_SOURCES,
)
_ROOM = room_of(
    RoomId("r2345abcdefg"),
    RoomSettings(
        subject="Samtale", organisation="Testkommune", help_line="70 12 34 56", closes_at=1_800_000_000.0, turn_s=120
    ),
)
_BINDINGS = [
    m.Binding(
        kind=SlotKind.SPEAKER,
        index=0,
        participant_id="p2345abcdefg",
        source=4_000_000_001,
        source_kind=SourceKind.MICROPHONE,
    ),
    m.Binding(kind=SlotKind.PROGRAMME, index=0, participant_id=None, source=0, source_kind=None),
    m.Binding(kind=SlotKind.VIDEO, index=0, participant_id="p2345abcdefg", source=0, source_kind=None),
]
_MEDIA = m.MediaSetup(
    ice_servers=[m.IceServer(urls=["turn:turn.example.dk:3478"], username="u", credential="c")],
    codec="VP8",
    camera=[m.Encoding(rid="q", scale_resolution_down_by=4.0, max_bitrate=150_000, max_framerate=20)],
    camera_lines=720,
    screen=[],
    slots=m.SlotCounts(speaker=3, programme=1, video=9),
)
_LINE = m.TypedLine(participant_id="p2345abcdefg", to=Addressee.ALL, text="Jeg kan hø")
EXAMPLES: list[m.Wire] = [
    m.Hello(protocol=1, token="header.claims.signature", room="room12345678"),
    m.Join(
        name="Anna",
        video_slots=9,
        resume=m.Resume(session="secret", sequence=17),
        knows_who_sees=GuestVisibility.ALL,
        accepts_terms="0123456789abcdef",
        expects_weak=True,
    ),
    m.Offer(sdp="v=0\r\n", sources={"0": SourceKind.MICROPHONE, "1": SourceKind.CAMERA}),
    m.SetSource(source=SourceKind.SCREEN_AUDIO, active=True),
    m.SetTiles(tiles=[m.TileSize(slot=0, width=640, height=360)]),
    m.RenewToken(),
    m.Leave(),
    m.ChangeRoom(chat=ChatPolicy.HOSTS, shows_names=False),
    m.ChooseLayout(layout="speaker"),
    m.PinPeople(participants=["p2345abcdefg"]),
    m.WriteChat(to=Addressee.ONE, participant_id="p2345abcdefg", text="Kan du høre mig?\nJeg kan se dig."),
    m.TypeText(to=Addressee.ALL, keep=12, text="for alle"),
    m.TypeCaption(keep=0, text="Velkommen til mødet.", finished=True),
    m.LetWriteCaptions(participant_id="p2345abcdefg", allowed=True),
    m.React(reaction=Reaction.APPLAUSE),
    m.Announce(text="Vi begynder kl. 10.30."),
    m.TakeAnnouncementAway(number=2),
    m.Spotlight(participant_id="p2345abcdefg"),
    m.AnswerConsent(question=Question.SPOTLIGHT, agrees=True),
    m.StartAside(participant_id="p2345abcdefg", keeps_picture=False),
    m.EndAside(),
    m.FormGroups(groups=[["p2345abcdefg"]], seconds=300),
    m.EndGroups(),
    m.VisitGroup(group=2),
    m.MoveToGroup(participant_id="p2345abcdefg", group=1),
    m.AskForHelp(),
    m.WithdrawHelp(),
    m.AnswerHelp(participant_id="p2345abcdefg"),
    m.Recognise(participant_id="p2345abcdefg", recognised=True),
    m.ControlFilm(action=FilmAction.LOAD, clip="Knæbøj_1.mp4"),
    m.Transfer(participant_id="p2345abcdefg", token="header.claims.signature"),
    m.Admit(waiting_id="p2345abcdefg"),
    m.AdmitAll(),
    m.RefuseWaiting(waiting_id="p2345abcdefg", reason="Det er en anden dag", barred=True),
    m.SayToWaiting(text="Vi er lidt forsinkede"),
    m.LockRoom(locked=True),
    m.SetRole(participant_id="p2345abcdefg", role=Role.HOST),
    m.CloseSource(participant_id="p2345abcdefg", source=SourceKind.MICROPHONE),
    m.MuteGuests(),
    m.AskToOpen(participant_id="p2345abcdefg", source=SourceKind.CAMERA),
    m.AnswerAsked(source=SourceKind.CAMERA, accepted=True),
    m.RemovePerson(participant_id="p2345abcdefg", barred=True),
    m.EndForAll(),
    m.KeepOpen(),
    m.ExtendClosing(by=900.0),
    m.Waiting(
        participant_id="p2345abcdefg",
        session="secret",
        reason=WaitReason.ADMISSION,
        since=1_800_000_000.0,
        notice="Vi er lidt forsinkede",
        token="fresh",
        token_expires_at=1_800_000_000.5,
    ),
    m.Admitted(),
    m.Refused(reason="Det er en anden dag"),
    m.Transferred(room="r2345abcdefg", token="fresh"),
    m.Lobby(
        locked=True,
        may_admit=True,
        notice="",
        waiting=[
            lobby.WaitingPerson(
                id="p2345abcdefg", name="Anna", organisation="", function="tolk", since=1_800_000_000.0, away=False
            )
        ],
    ),
    m.OwnSources(
        may_unmute=False,
        closed=[people.ClosedSource(source=SourceKind.MICROPHONE, count=2)],
        asked=[SourceKind.CAMERA],
    ),
    m.Asked(asked=[people.AskedPerson(participant_id="p2345abcdefg", source=SourceKind.CAMERA)]),
    m.Ending(cause=people.EndCause.CLOSING_TIME, ends_at=1_800_000_000.0, warning=120),
    f.RequestFloor(signs=True, command_id="7c1f"),
    f.ReleaseFloor(floor=f.FloorKind.SCREEN),
    f.GrantFloor(request=3, preempts=True, command_id="7c20"),
    f.DenyFloor(request=3),
    f.RevokeFloor(request=3),
    f.MoveFloor(request=3, position=1),
    f.ClearFloor(),
    f.ExtendTurn(request=3, seconds=60),
    m.Joined(
        participant_id="p2345abcdefg",
        session="secret",
        sequence=17,
        room=_ROOM,
        participants=[_ANNA],
        documents=[m.RoomChanged(room=_ROOM)],
        bindings=_BINDINGS,
        media=_MEDIA,
        media_alive=False,
        token="fresh",
        token_expires_at=1_800_000_000.5,
    ),
    m.Resumed(
        participant_id="p2345abcdefg",
        sequence=18,
        missed=[m.ParticipantLeft(sequence=18, participant_id="q", reason=LeaveReason.LOST)],
        documents=[],
        bindings=_BINDINGS,
        media_alive=True,
        ice_servers=[],
        token="fresh",
        token_expires_at=1_800_000_000.5,
    ),
    m.AnswerMedia(sdp="v=0\r\n", slots=[m.AnswerSlot(mid="4", kind=SlotKind.SPEAKER, index=0)]),
    m.Done(),
    m.Renewed(token="fresh", token_expires_at=1_800_000_000.5),
    m.Failure(code="rate_limited", text="too many messages", retry_after=0.5),
    m.ParticipantJoined(sequence=18, participant=_ANNA),
    m.ParticipantChanged(sequence=19, participant=_ANNA),
    m.ParticipantLeft(sequence=20, participant_id="p2345abcdefg", reason=LeaveReason.LEFT),
    m.RoomChanged(room=_ROOM),
    m.LayoutChanged(layout="grid", may_choose=True, pins=["p2345abcdefg"]),
    m.OpenLines(lines=[_LINE]),
    m.Captions(writers=["p2345abcdefg"], lines=[_LINE]),
    m.Announcements(announcements=[m.Announcement(number=1, text="Vi begynder kl. 10.30.")]),
    m.FilmChanged(
        status=FilmStatus.FAILED,
        clip="Knæbøj_1.mp4",
        position_s=12.5,
        at=1_795_000_000.25,
        duration_s=95.04,
        is_looping=True,
        code="film_damaged",
        text="the file ends after 12 of 95 s; copy it anew",
    ),
    m.Chat(participant_id="p2345abcdefg", name="Anna Æble", to=Addressee.ALL, other_id=None, text="Goddag"),
    m.Caption(participant_id="p2345abcdefg", text="Velkommen til mødet."),
    m.Reactions(reactions=[m.ShownReaction(participant_id="p2345abcdefg", reaction=Reaction.HEART)]),
    m.Stage(participant_id="p2345abcdefg"),
    m.OwnGroup(place=Whereabouts.GROUP, consent=Consent.AGREED, participant_id=None, ends_at=1_800_000_300.0),
    m.Groups(
        groups=[
            m.Group(group=0, aside=False, people=[m.GroupMember(participant_id="p2345abcdefg", consent=Consent.AGREED)])
        ],
        ends_at=None,
    ),
    m.AwayHosts(hosts=["p2345abcdefg"]),
    m.OwnHelp(asked=True, answered_by=None),
    m.HelpCalls(calls=[m.HelpCall(participant_id="p2345abcdefg", since=1_800_000_000.0)]),
    m.PeopleNotes(
        people=[
            m.PersonNote(
                participant_id="p2345abcdefg",
                phone="12 34 56 78",
                address="Vej 1, 1. tv.",
                relative="Bo, 87 65 43 21",
                recognised=True,
            )
        ]
    ),
    m.Consents(visibility=Consent.ASKED, spotlight=Consent.NONE),
    m.ConsentList(
        people=[m.OpenConsent(participant_id="p2345abcdefg", visibility=Consent.DECLINED, spotlight=Consent.NONE)]
    ),
    f.Floor(
        speech=f.FloorState(
            policy=FloorPolicy.MODERATED,
            holders=[
                f.FloorPlace(participant_id="p2345abcdefg", signs=True, since=1.8e9, ends_at=1.8e9 + 120, request=3)
            ],
            queue=[f.FloorPlace(participant_id="q2345abcdefg", signs=False, since=1.8e9, ends_at=None, request=4)],
            waiting=1,
        ),
        screen=f.FloorState(policy=FloorPolicy.FREE, holders=[], queue=[], waiting=0),
    ),
    f.OwnFloor(
        speech=f.OwnPlace(
            may_send=False,
            status=f.RequestStatus.REVOKED,
            reason=f.FloorReason.TIME_UP,
            position=None,
            ends_at=None,
            is_ending=False,
            signs=False,
        ),
        screen=f.OwnPlace(
            may_send=True, status=None, reason=None, position=None, ends_at=None, is_ending=False, signs=False
        ),
        closed_microphone=1,
    ),
    m.DocumentWithdrawn(document="lobby"),
    m.Bindings(bindings=_BINDINGS),
    m.Speakers(speakers=[m.Speaker(participant_id="p2345abcdefg", level=0.75)]),
    m.ConnectionQuality(participants=[m.QualityEntry(participant_id="p2345abcdefg", quality=Quality.WEAK)]),
    m.Bandwidth(
        paused=[2, 4],
        paused_by_server=[4],
        send_layers=[m.SendLayers(source=SourceKind.CAMERA, layers=[0, 1])],
        camera_off=True,
    ),
    m.CannotDecode(index=2, participant_id="p2345abcdefg"),
    m.MediaLost(reason="consent"),
    m.TokenRenewed(token="fresh", token_expires_at=1_800_000_000.5),
    m.Ended(reason=EndReason.TOO_SLOW, can_rejoin=True),
    m.Stopping(reconnect_after=5.0),
]


def test_every_message_has_an_example() -> None:
    unions = (m.ClientMessage, m.Answer, m.ServerEvent)
    members = {member for union in unions for member in get_args(union)} | {m.Hello}
    assert {type(example) for example in EXAMPLES} == members
    assert {path.stem for path in GOLDEN.glob("*.json")} == {type(example).__name__ for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_wire_form_is_as_pinned(example: m.Wire) -> None:
    path = GOLDEN / f"{type(example).__name__}.json"
    text = json.dumps(json.loads(msgspec.json.encode(example)), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("VDX_WRITE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
    assert msgspec.json.decode(path.read_bytes(), type=type(example)) == example


def test_generated_files_agree_with_the_schema() -> None:
    assert generate_protocol.main(["--check"]) == 0
