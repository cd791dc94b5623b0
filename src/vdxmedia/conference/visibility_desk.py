"""Who sees whom among guests, as it changes during the call, and who is in the spotlight.

Two rules: what makes a person visible to more people waits for his own yes; what makes him visible to fewer applies at
once. So a room that becomes `all` stays private for each guest until he has agreed, and a yes lasts until the room is
narrowed or he takes it back. A guest whom the others do not see is asked before the spotlight, each time; under
`hosts` there is none for guests.

    room      guest           spotlight on him
    all       agreed, told    at once (he is seen anyway)
    all       not agreed      asked
    spotlight any             asked
    hosts     any             refused: `guests_are_private`

Left out: groups and talks aside (`groups_desk.py`), and the lobby.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from vdxmedia.conference.assembly import Assembly
from vdxmedia.conference.commands import Asked
from vdxmedia.conference.consent import Consent, Consents
from vdxmedia.conference.desk import Desk, Handler
from vdxmedia.conference.documents import Document, Sheet, StageDocument
from vdxmedia.conference.kinds import Role
from vdxmedia.conference.participant import Participant
from vdxmedia.conference.settings import GuestVisibility, RoomSettings
from vdxmedia.conference.visibility import (
    AnswerSpotlight,
    AnswerVisibility,
    ConsentDocument,
    ConsentListDocument,
    OpenConsent,
    Spotlight,
)
from vdxmedia.errors import NotAllowed
from vdxmedia.ids import ParticipantId


class VisibilityState(msgspec.Struct, frozen=True):
    """What survives a restart: who had agreed comes back as he was, nobody as more."""

    agreed: tuple[ParticipantId, ...] = ()
    declined: tuple[ParticipantId, ...] = ()
    stage: ParticipantId | None = None


class VisibilityDesk(Desk):
    name = "visibility"

    def __init__(self, assembly: Assembly) -> None:
        super().__init__(assembly)
        self._seen = Consents()
        self._spotlight = Consents()
        self._restored = VisibilityState()

    def handlers(self) -> Mapping[type[Asked], Handler]:
        return {
            Spotlight: self._put_on_stage,
            AnswerVisibility: self._answer_visibility,
            AnswerSpotlight: self._answer_spotlight,
        }

    def opened(self, now_s: float) -> None:
        self._put_stage()
        self._put_own()
        self._put_list()

    # ── coming and going ──────────────────────────────────────────────────────────────────────────────────────────

    def joined(self, participant: Participant, now_s: float) -> None:
        was = self._restored
        if participant.is_open:
            self._seen.give(participant.id)
        elif participant.role is Role.GUEST and self._is_all:
            self._seen.ask(participant.id)
            if participant.id in was.declined:
                self._seen.answer(participant.id, agrees=False)
            elif participant.id in was.agreed:
                self._answer(participant, agrees=True)
            self._put_own()
            self._put_list()
        if participant.id == was.stage and participant.role is Role.HOST:
            self._set_stage(participant)
        elif self.assembly.stage is not None:
            self._put_stage()

    def away(self, participant: Participant, now_s: float) -> None:
        self._drop_spotlight(participant.id)

    def left(self, participant: Participant, now_s: float) -> None:
        is_told = self._seen.of(participant.id) is not Consent.AGREED
        self._seen.void(participant.id)
        if self.assembly.stage == participant.id or self._spotlight.of(participant.id) is not Consent.NONE:
            self._drop_spotlight(participant.id)
        elif is_told:
            self._put_own()
            self._put_list()

    def role_changed(self, participant: Participant, now_s: float) -> None:
        if participant.role is Role.HOST:
            if self._seen.of(participant.id) is not Consent.AGREED:
                self._seen.void(participant.id)
        else:
            if self._is_all and not participant.is_open:
                self._seen.ask(participant.id)
            if self.assembly.stage == participant.id and not self._is_seen_by_all(participant):
                self._drop_spotlight(participant.id)
        self.assembly.permit(participant)
        self._put_stage()
        self._put_own()
        self._put_list()

    def settings_changed(self, before: RoomSettings, now_s: float) -> None:
        if before.guest_visibility is self.assembly.settings.guest_visibility:
            return
        if self._is_all:
            for guest in self.assembly.guests():
                self._seen.ask(guest.id)
        else:
            self._narrow()
        for participant in self.assembly.people.values():
            self.assembly.permit(participant)
        self._put_stage()
        self._put_own()
        self._put_list()

    def _narrow(self) -> None:
        """Whoever agreed, agreed to what was; for what comes he will be asked again."""
        self._seen.void_all()
        for participant in self.assembly.people.values():
            participant.is_open = False
        for guest in self.assembly.guests():
            if self.assembly.stage == guest.id:
                self._set_stage(None)
            self._spotlight.void(guest.id)

    # ── what people ask for ───────────────────────────────────────────────────────────────────────────────────────

    def _put_on_stage(self, command: Spotlight, now_s: float) -> None:
        """Raises: NotFound, NotAllowed `guests_are_private`, `not_in_the_room`."""
        target = None if command.target is None else self.assembly.find_known(command.participant, command.target)
        if target is not None:
            if target.is_waiting or target.group is not None:
                raise NotAllowed("this person is not in the large room", code="not_in_the_room")
            is_guest = target.role is Role.GUEST
            if is_guest and self.assembly.settings.guest_visibility is GuestVisibility.HOSTS:
                raise NotAllowed("guests are seen by hosts only in this room", code="guests_are_private")
            if self.assembly.stage == target.id:
                return
        for one, _ in list(self._spotlight.open()):
            self._spotlight.void(one)
        if target is None or self._is_seen_by_all(target):
            self._set_stage(target)
        else:
            self._spotlight.ask(target.id)
        self._put_own()
        self._put_list()

    def _answer_visibility(self, command: AnswerVisibility, now_s: float) -> None:
        """Raises: NotAllowed `nothing_asked`."""
        self._answer(self.assembly.find(command.participant), agrees=command.agrees)
        self._put_stage()
        self._put_own()
        self._put_list()

    def _answer(self, participant: Participant, *, agrees: bool) -> None:
        self._seen.answer(participant.id, agrees=agrees)
        participant.is_open = agrees
        if not agrees and self.assembly.stage == participant.id and participant.role is Role.GUEST:
            # He was put there because everybody saw him; that is what he takes back.
            self._set_stage(None)
        if not agrees:
            self.assembly.withdraw(participant)
        self.assembly.permit(participant)

    def _answer_spotlight(self, command: AnswerSpotlight, now_s: float) -> None:
        """Raises: NotAllowed `nothing_asked`."""
        participant = self.assembly.find(command.participant)
        self._spotlight.answer(participant.id, agrees=command.agrees)
        if command.agrees:
            self._set_stage(participant)
        elif self.assembly.stage == participant.id:
            self._set_stage(None)
            self._spotlight.void(participant.id)
        self._put_own()
        self._put_list()

    # ── what follows ──────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _is_all(self) -> bool:
        return self.assembly.settings.guest_visibility is GuestVisibility.ALL

    def _is_seen_by_all(self, participant: Participant) -> bool:
        return participant.role is Role.HOST or (self._is_all and participant.is_open)

    def _drop_spotlight(self, participant: ParticipantId) -> None:
        self._spotlight.void(participant)
        if self.assembly.stage == participant:
            self._set_stage(None)
        self._put_own()
        self._put_list()

    def _set_stage(self, participant: Participant | None) -> None:
        before = self.assembly.stage
        self.assembly.stage = None if participant is None else participant.id
        if participant is not None:
            self._spotlight.give(participant.id)
        if before is not None and before != self.assembly.stage:
            self._spotlight.void(before)
            if before in self.assembly.people:
                self.assembly.permit(self.assembly.find(before))
        if participant is not None:
            self.assembly.permit(participant)
        self.assembly.rearrange()
        self._put_stage()

    def _put_stage(self) -> None:
        """To those who may know of the one who stands there."""
        nobody = StageDocument(None)
        stage = self.assembly.stage
        if stage is None:
            self.assembly.put(Sheet.same(nobody))
            return
        own: dict[ParticipantId, Document | None] = {
            one.id: nobody for one in self.assembly.people.values() if not self.assembly.may_know(one.id, stage)
        }
        document = StageDocument(stage)
        self.assembly.put(Sheet(StageDocument, document, document, own))

    def _put_own(self) -> None:
        usual = ConsentDocument(Consent.AGREED if self._is_all else Consent.NONE, Consent.NONE)
        own: dict[ParticipantId, Document | None] = {}
        for guest in self.assembly.guests():
            document = ConsentDocument(self._seen.of(guest.id), self._spotlight.of(guest.id))
            if document != usual:
                own[guest.id] = document
        for host in self.assembly.hosts():
            if self._spotlight.of(host.id) is not Consent.NONE:
                own[host.id] = ConsentDocument(Consent.AGREED, self._spotlight.of(host.id))
        host_usual = ConsentDocument(Consent.AGREED, Consent.NONE)
        self.assembly.put(Sheet(ConsentDocument, host_usual, usual, own))

    def _put_list(self) -> None:
        names = dict.fromkeys([one for one, _ in self._seen.open()] + [one for one, _ in self._spotlight.open()])
        people = tuple(OpenConsent(one, self._seen.of(one), self._spotlight.of(one)) for one in names)
        self.assembly.put(Sheet(ConsentListDocument, ConsentListDocument(people), None))

    # ── surviving ─────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self, now_s: float) -> Any:
        seen = self._seen  # hundreds have agreed: they are listed once, and not copied
        return msgspec.structs.asdict(
            VisibilityState(tuple(seen.agreed()), tuple(seen.declined()), self.assembly.stage)
        )

    def restore(self, state: Any, now_s: float) -> None:
        self._restored = msgspec.convert(state, VisibilityState)
