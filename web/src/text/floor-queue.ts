/** The words of the hosts' side of floor control. */

import type { FloorPolicy } from '../protocol/messages.gen.js';
import { spoken } from './spoken.js';

export interface FloorQueueWords {
  readonly title: string;
  readonly screenTitle: string;
  readonly policy: string;
  readonly policies: Readonly<Record<FloorPolicy, string>>;
  readonly explained: Readonly<Record<FloorPolicy, string>>;
  readonly queueIsPrivate: string;
  readonly turn: string;
  readonly noLimit: string;
  readonly minutes: (count: number) => string;
  readonly places: string;
  readonly exempt: string;
  readonly showsSpeaker: string;
  readonly screenPolicy: string;
  readonly screenPolicies: Readonly<Record<FloorPolicy, string>>;
  readonly nobody: string;
  readonly queue: (count: number) => string;
  readonly more: (count: number) => string;
  readonly grant: string;
  readonly grantTo: (name: string) => string;
  readonly deny: string;
  readonly denyTo: (name: string) => string;
  readonly up: (name: string) => string;
  readonly down: (name: string) => string;
  readonly revoke: string;
  readonly revokeFrom: (name: string) => string;
  readonly extend: string;
  readonly extendFor: (name: string) => string;
  readonly clear: string;
}

const da: FloorQueueWords = {
  title: 'Ordet',
  screenTitle: 'Skærmdeling',
  policy: 'Sådan får man ordet',
  policies: { free: 'Alle taler frit', hands: 'Håndsoprækning', queue: 'Kø', moderated: 'Ordstyrer' },
  explained: {
    free: 'Alle kan høres hele tiden.',
    hands: 'Hænderne står i rækkefølge. Alle kan høres.',
    queue: 'Ordet går videre af sig selv. Kun den, der har ordet, høres.',
    moderated: 'I giver ordet. Kun den, der har ordet, høres.',
  },
  queueIsPrivate: 'Borgere, der ikke ser hinanden, får ordet af jer.',
  turn: 'Taletid',
  noLimit: 'Ingen grænse',
  minutes: (count) => (count === 1 ? '1 minut' : `${String(count)} minutter`),
  places: 'Har ordet samtidig',
  exempt: 'Værter høres uden at bede om ordet',
  showsSpeaker: 'Vis den, der har ordet, stort',
  screenPolicy: 'Hvem må dele skærm?',
  screenPolicies: { free: 'Alle', hands: 'Alle, efter håndsoprækning', queue: 'Én ad gangen, den næste i køen', moderated: 'Den, I giver lov' },
  nobody: 'Ingen har bedt om ordet.',
  queue: (count) => `${String(count)} venter`,
  more: (count) => `og ${String(count)} mere`,
  grant: 'Giv ordet',
  grantTo: (name) => `Giv ordet til ${name}`,
  deny: 'Afvis',
  denyTo: (name) => `Afvis ${name}`,
  up: (name) => `Flyt ${name} op`,
  down: (name) => `Flyt ${name} ned`,
  revoke: 'Tag ordet',
  revokeFrom: (name) => `Tag ordet fra ${name}`,
  extend: '+ 1 minut',
  extendFor: (name) => `+ 1 minut til ${name}`,
  clear: 'Ryd køen',
};

const en: FloorQueueWords = {
  title: 'Speaking',
  screenTitle: 'Screen sharing',
  policy: 'How people get to speak',
  policies: { free: 'Everyone speaks freely', hands: 'Raised hands', queue: 'Queue', moderated: 'A chair' },
  explained: {
    free: 'Everyone is heard all the time.',
    hands: 'Hands are in order. Everyone is heard.',
    queue: 'The floor moves on by itself. Only who has it is heard.',
    moderated: 'You give the floor. Only who has it is heard.',
  },
  queueIsPrivate: 'Citizens who do not see each other are given the floor by you.',
  turn: 'Time to speak',
  noLimit: 'No limit',
  minutes: (count) => (count === 1 ? '1 minute' : `${String(count)} minutes`),
  places: 'Have the floor at the same time',
  exempt: 'Hosts are heard without asking',
  showsSpeaker: 'Show whoever has the floor large',
  screenPolicy: 'Who may share a screen?',
  screenPolicies: { free: 'Everyone', hands: 'Everyone, by raised hand', queue: 'One at a time, next in the queue', moderated: 'Whom you allow' },
  nobody: 'Nobody has asked to speak.',
  queue: (count) => `${String(count)} waiting`,
  more: (count) => `and ${String(count)} more`,
  grant: 'Give the floor',
  grantTo: (name) => `Give the floor to ${name}`,
  deny: 'Deny',
  denyTo: (name) => `Deny ${name}`,
  up: (name) => `Move ${name} up`,
  down: (name) => `Move ${name} down`,
  revoke: 'Take the floor',
  revokeFrom: (name) => `Take the floor from ${name}`,
  extend: '+ 1 minute',
  extendFor: (name) => `+ 1 minute for ${name}`,
  clear: 'Clear the queue',
};

export const floorQueueWords = spoken('floorQueue', { da, en });
