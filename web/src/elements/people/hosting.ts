/** What a host can do about a person, and about all of them. */

import { html, nothing, type TemplateResult } from 'lit';
import type { ParticipantState, CallState } from '../../call-types.js';
import type { LobbyPolicy, SourceKind } from '../../protocol/messages.gen.js';
import { hostWords } from '../../text/host.js';
import { roomWords } from '../../text/rooms.js';
import type { Language } from '../../text/words.js';
import { transferWords } from '../../text/transfer.js';
import { select } from '../select/select.js';
import './mute-guests.js';
import { addAction, addMark, addSection, isHost, type PeopleContext } from './registry.js';

const EXTEND_S = 15 * 60;
const LOBBIES: readonly LobbyPolicy[] = ['off', 'untilHost', 'knock'];

const isOther = (person: ParticipantState, call: CallState): boolean => isHost(call) && !person.isSelf && !person.isFilm;
const word = (language: Language): ReturnType<typeof roomWords>['action'] => roomWords(language).action;

function isAsked(person: ParticipantState, call: CallState, source: SourceKind): boolean {
  return call.documents.asked?.asked.some((one) => one.participantId === person.id && one.source === source) ?? false;
}

addMark({
  id: 'asked',
  order: 20,
  of: (person, call, language) =>
    isHost(call) && (isAsked(person, call, 'microphone') || isAsked(person, call, 'camera'))
      ? { icon: 'info', text: word(language).asked }
      : null,
});

function addClosing(id: string, order: number, source: SourceKind, label: 'mute' | 'closeCamera' | 'stopScreen', isOn: (person: ParticipantState) => boolean): void {
  addAction({
    id,
    order,
    label: (_person, language) => word(language)[label],
    isOffered: (person, call) => isOther(person, call) && isOn(person),
    run: (person, { commands }) => void commands.ask({ type: 'closeSource', participantId: person.id, source }),
  });
}

addClosing('mute', 100, 'microphone', 'mute', (person) => person.microphoneOn);
addClosing('close-camera', 110, 'camera', 'closeCamera', (person) => person.cameraOn);
addClosing('stop-screen', 120, 'screen', 'stopScreen', (person) => person.screenOn);

function addAsking(id: string, order: number, source: 'microphone' | 'camera', isOn: (person: ParticipantState) => boolean): void {
  addAction({
    id,
    order,
    label: (_person, language) => word(language)[source === 'camera' ? 'askCamera' : 'askMicrophone'],
    isOffered: (person, call) =>
      isOther(person, call) && person.connection === 'connected' && !isOn(person) && !isAsked(person, call, source),
    run: (person, { commands }) => void commands.ask({ type: 'askToOpen', participantId: person.id, source }),
  });
}

addAsking('ask-microphone', 130, 'microphone', (person) => person.microphoneOn);
addAsking('ask-camera', 140, 'camera', (person) => person.cameraOn);

addAction({
  id: 'make-host',
  order: 200,
  label: (_person, language) => word(language).makeHost,
  isOffered: (person, call) => isOther(person, call) && person.role === 'guest' && person.connection === 'connected',
  run: (person, { commands }) => void commands.ask({ type: 'setRole', participantId: person.id, role: 'host' }),
});

addAction({
  id: 'make-guest',
  order: 210,
  label: (_person, language) => word(language).makeGuest,
  isOffered: (person, call) =>
    isHost(call) && person.role === 'host' && !person.isFilm && call.participants.some((one) => one !== person && one.role === 'host' && !one.isFilm),
  run: (person, { commands }) => void commands.ask({ type: 'setRole', participantId: person.id, role: 'guest' }),
});

addAction({
  id: 'transfer',
  order: 300,
  label: (_person, language) => transferWords(language).action,
  isOffered: (person, call) => isOther(person, call) && person.connection === 'connected',
  run: () => undefined,
  form: (person, { commands, language }, done) => {
    void import('../transfer/transfer.js');
    return html`<vdx-transfer .person=${person} .commands=${commands} .language=${language} @done=${done}></vdx-transfer>`;
  },
});

for (const barred of [false, true]) {
  addAction({
    id: barred ? 'bar' : 'remove',
    order: barred ? 910 : 900,
    isDangerous: true,
    label: (_person, language) => word(language)[barred ? 'bar' : 'remove'],
    isOffered: isOther,
    undoable: (person, language, seconds) => hostWords(language).undo.removed(person.name, seconds),
    run: (person, { commands }) => void commands.ask({ type: 'removePerson', participantId: person.id, barred }),
  });
}

addSection({ id: 'hosting', order: 200, isShown: isHost, render: renderHosting });

function renderHosting({ call, commands, language }: PeopleContext): TemplateResult | typeof nothing {
  const words = roomWords(language).host;
  const room = call.documents.roomChanged?.room;
  if (room === undefined) return nothing;
  return html`<h3>${words.title}</h3>
    <div class="actions">
      ${select({
        id: 'lobby-policy',
        label: words.lobby,
        values: LOBBIES,
        chosen: room.lobby,
        text: (policy) => words.lobbyChoice[policy],
        choose: (lobby) => void commands.ask({ type: 'changeRoom', lobby }),
      })}
      <vdx-mute-guests .call=${call} .commands=${commands} .language=${language}></vdx-mute-guests>
      <button
        class="button"
        type="button"
        data-action="may-unmute"
        @click=${() => void commands.ask({ type: 'changeRoom', guestsMayUnmute: !room.guestsMayUnmute })}
      >
        ${room.guestsMayUnmute ? words.mayNotUnmute : words.mayUnmute}
      </button>
      ${room.closesAt === null
        ? nothing
        : html`<button class="button" type="button" data-action="extend" @click=${() => void commands.ask({ type: 'extendClosing', by: EXTEND_S })}>
            ${words.extend}
          </button>`}
      <button class="button danger" type="button" data-action="end" @click=${() => void commands.ask({ type: 'endForAll' })}>
        ${words.end}
      </button>
    </div>`;
}
