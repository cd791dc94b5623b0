/** In the list of people, for hosts: showing one to all, talking alone, looking closer, recognising; and its section. */

import { html, nothing, type TemplateResult } from 'lit';
import type { CallState, ParticipantState } from '../../call-types.js';
import { trainingWords } from '../../text/training.js';
import { smallGroupOf, smallGroups } from './small-groups.js';
import { addAction, addMark, addSection, isHost } from '../people/registry.js';
import './own-visibility.js';

const onStage = (call: CallState): string | null => call.documents.stage?.participantId ?? null;
const groupOf = (person: ParticipantState, call: CallState): { readonly group: number; readonly aside: boolean } | null =>
  call.documents.groups?.groups.find((group) =>
    group.people.some((one) => one.participantId === person.id && one.consent === 'agreed'),
  ) ?? null;
const isRecognised = (person: ParticipantState, call: CallState): boolean =>
  call.documents.peopleNotes?.people.some((one) => one.participantId === person.id && one.recognised) ?? false;
const isPinned = (person: ParticipantState, call: CallState): boolean =>
  call.documents.layoutChanged?.pins.includes(person.id) ?? false;
const talksWithMe = (person: ParticipantState, call: CallState): boolean =>
  call.documents.ownGroup?.place === 'aside' && call.documents.ownGroup.participantId === person.id;

addMark({
  id: 'help',
  order: 5,
  of: (person, call, language) =>
    call.documents.helpCalls?.calls.some((one) => one.participantId === person.id) === true
      ? { icon: 'warning', text: trainingWords(language).host.wantsHelp, isLoud: true, isUrgent: true }
      : null,
});

addMark({
  id: 'spotlight',
  order: 40,
  of: (person, call, language) =>
    onStage(call) === person.id ? { icon: 'show', text: trainingWords(language).host.isInSpotlight } : null,
});

addMark({
  id: 'consent',
  order: 41,
  of: (person, call, language) => {
    const open = call.documents.consentList?.people.find((one) => one.participantId === person.id);
    const words = trainingWords(language).host;
    if (open?.spotlight === 'asked') return { icon: 'info', text: words.spotlightAsked, isLoud: true };
    if (open?.visibility === 'asked') return { icon: 'info', text: words.hasNotAnswered, isLoud: true };
    return open?.visibility === 'declined' || open?.spotlight === 'declined'
      ? { icon: 'hide', text: words.saidNo, isLoud: true }
      : null;
  },
});

addMark({
  id: 'group',
  order: 42,
  of: (person, call, language) => {
    const group = groupOf(person, call);
    const words = trainingWords(language).host;
    return group === null ? null : { icon: 'people', text: group.aside ? words.isAside : words.isInGroup(group.group + 1) };
  },
});

addMark({
  id: 'recognised',
  order: 43,
  of: (person, call, language) =>
    isRecognised(person, call) ? { icon: 'check', text: trainingWords(language).host.recognised } : null,
});

addAction({
  id: 'answer-help',
  order: 5,
  label: (_person, language) => trainingWords(language).takeCare,
  isOffered: (person, call) => call.documents.helpCalls?.calls.some((one) => one.participantId === person.id) ?? false,
  run: (person, { commands }) => void commands.ask({ type: 'answerHelp', participantId: person.id }),
});

addAction({
  id: 'closer',
  order: 38,
  label: (person, language, call) => {
    const words = trainingWords(language).host;
    return isPinned(person, call) ? words.endCloser : words.closer;
  },
  isOffered: (person, call) => isHost(call) && !person.isSelf && call.room?.mode === 'training',
  run: (person, { call, commands }) => {
    const isEnd = isPinned(person, call);
    void commands.ask({ type: 'pinPeople', participants: isEnd ? [] : [person.id] });
    void commands.ask({ type: 'chooseLayout', layout: isEnd ? null : 'speaker' });
  },
});

addAction({
  id: 'spotlight',
  order: 40,
  label: (person, language, call) => {
    const words = trainingWords(language).host;
    return onStage(call) === person.id ? words.endSpotlight : words.spotlight;
  },
  isOffered: (person, call) =>
    isHost(call) && (person.role === 'host' || call.documents.roomChanged?.room.guestVisibility !== 'hosts'),
  run: (person, { call, commands }) =>
    void commands.ask({ type: 'spotlight', participantId: onStage(call) === person.id ? null : person.id }),
});

addAction({
  id: 'aside',
  order: 42,
  label: (person, language, call) => {
    const words = trainingWords(language).host;
    return talksWithMe(person, call) ? words.endAside : words.aside;
  },
  isOffered: (person, call) => isHost(call) && !person.isSelf && (groupOf(person, call) === null || talksWithMe(person, call)),
  run: (person, { call, commands }) =>
    void commands.ask(talksWithMe(person, call) ? { type: 'endAside' } : { type: 'startAside', participantId: person.id }),
});

addAction({
  id: 'move-to-group',
  order: 43,
  label: (_person, language) => trainingWords(language).host.moveToGroup,
  isOffered: (person, call) =>
    isHost(call) && !person.isSelf && !person.isFilm && smallGroups(call).length > 0 && groupOf(person, call)?.aside !== true,
  run: () => undefined,
  form: (person, { call, commands, language }, done) => {
    const words = trainingWords(language);
    const now = smallGroupOf(call, person.id)?.group ?? null;
    const target = (group: number | null, text: string): TemplateResult =>
      html`<button
        class="button"
        type="button"
        data-group=${group ?? 'none'}
        @click=${() => {
          void commands.ask({ type: 'moveToGroup', participantId: person.id, group });
          done();
        }}
      >
        ${text}
      </button>`;
    return html`${smallGroups(call).filter(({ group }) => group !== now).map(({ group }) => target(group, words.host.moveTo(group + 1)))}
    ${now === null ? nothing : target(null, words.back)}`;
  },
});

addAction({
  id: 'recognise',
  order: 44,
  label: (person, language, call) => {
    const words = trainingWords(language).host;
    return isRecognised(person, call) ? words.notRecognise : words.recognise;
  },
  isOffered: (person, call) => isHost(call) && person.role === 'guest',
  run: (person, { call, commands }) =>
    void commands.ask({ type: 'recognise', participantId: person.id, recognised: !isRecognised(person, call) }),
});

addSection({
  id: 'training',
  order: 140,
  isShown: isHost,
  count: (call) => call.documents.helpCalls?.calls.length ?? 0,
  render: ({ call, commands, language }) => {
    // Only hosts load it.
    void import('./group-desk.js');
    return html`<vdx-group-desk .call=${call} .commands=${commands} .language=${language}></vdx-group-desk>`;
  },
});

addSection({
  id: 'own-visibility',
  order: 20,
  isShown: (call) =>
    call.self?.role === 'guest' && ['agreed', 'declined', 'asked'].includes(call.documents.consents?.visibility ?? 'none'),
  render: ({ call, commands, language }) =>
    html`<vdx-own-visibility .call=${call} .commands=${commands} .language=${language}></vdx-own-visibility>`,
});
