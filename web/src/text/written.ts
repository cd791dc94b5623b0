/** The words about what people write: chat, captions, reactions, announcements. */

import type { Reaction } from '../protocol/messages.gen.js';
import { spoken } from './spoken.js';

export interface WrittenText {
  readonly chat: string;
  readonly unread: (count: number) => string;
  readonly newFrom: (name: string) => string;
  readonly newFromSeveral: (count: number) => string;
  readonly nothingYet: string;
  readonly notKept: string;
  readonly off: string;
  readonly to: string;
  readonly toAll: string;
  readonly toHosts: string;
  readonly toOne: (name: string) => string;
  readonly toYou: string;
  readonly announcement: string;
  readonly message: string;
  readonly send: string;
  readonly live: string;
  readonly liveHint: string;
  readonly you: string;
  readonly typing: (name: string) => string;
  readonly refusals: Readonly<Record<string, string>>;
  readonly refused: string;
  readonly takeAway: string;
  readonly fromHost: (text: string) => string;
  readonly react: string;
  readonly reacted: (name: string, what: string) => string;
  readonly reactedSeveral: (count: number) => string;
  readonly reactionSent: (what: string) => string;
  readonly reactions: Readonly<Record<Reaction, string>>;
  readonly captions: string;
  readonly captionsAvailable: string;
  readonly captionsOn: string;
  readonly captionsSize: string;
  readonly sizes: readonly [string, string, string];
  readonly captionsPlace: string;
  readonly places: Readonly<Record<'below' | 'above', string>>;
  readonly captionsLook: string;
  readonly looks: Readonly<Record<'dark' | 'light' | 'yellow', string>>;
  readonly writeCaptions: string;
  readonly writeCaptionsHint: string;
  readonly letWrite: string;
  readonly letWriteNoMore: string;
  readonly writesCaptions: string;
}

const da: WrittenText = {
  chat: 'Chat',
  unread: (count) => (count === 1 ? '1 ny besked' : `${String(count)} nye beskeder`),
  newFrom: (name) => `Ny besked fra ${name}`,
  newFromSeveral: (count) => `${String(count)} nye beskeder`,
  nothingYet: 'Her er ikke skrevet noget endnu.',
  notKept: 'Det, I skriver, bliver ikke gemt.',
  off: 'Der er ingen chat i dette møde.',
  to: 'Til',
  toAll: 'Alle',
  toHosts: 'Værten',
  toOne: (name) => `Kun ${name}`,
  toYou: 'kun til dig',
  announcement: 'Opslag, der bliver stående',
  message: 'Din besked',
  send: 'Send',
  live: 'Vis det, mens jeg skriver',
  liveHint: 'De andre ser hvert ord med det samme.',
  you: 'Dig',
  typing: (name) => `${name} skriver`,
  refusals: {
    chat_off: 'Du kan ikke skrive til dem i dette møde.',
    participant_unknown: 'Personen er ikke i mødet mere.',
    participant_away: 'Personen har mistet forbindelsen. Prøv igen om lidt.',
    rate_limited: 'Det gik for hurtigt. Vent lidt, og send igen.',
    announcements_full: 'Der står allerede tre opslag. Fjern et af dem først.',
  },
  refused: 'Beskeden blev ikke sendt. Prøv igen.',
  takeAway: 'Fjern',
  fromHost: (text) => `Fra værten: ${text}`,
  react: 'Reager',
  reacted: (name, what) => `${name}: ${what}`,
  reactedSeveral: (count) => `${String(count)} reaktioner`,
  reactionSent: (what) => `Sendt: ${what}`,
  reactions: { thumbsUp: 'tommel op', applause: 'klapper', heart: 'hjerte', smile: 'smiler', thinking: 'tænker' },
  captions: 'Undertekster',
  captionsAvailable: 'Der bliver skrevet undertekster. Du kan slå dem til under Mere.',
  captionsOn: 'Vis undertekster',
  captionsSize: 'Størrelse',
  sizes: ['Normal', 'Stor', 'Meget stor'],
  captionsPlace: 'Placering',
  places: { below: 'Under billedet', above: 'Over billedet' },
  captionsLook: 'Farver',
  looks: { dark: 'Hvid på sort', light: 'Sort på hvid', yellow: 'Gul på sort' },
  writeCaptions: 'Skriv undertekster',
  writeCaptionsHint: 'Alle ser hvert ord med det samme. Enter afslutter linjen.',
  letWrite: 'Må skrive undertekster',
  letWriteNoMore: 'Stop undertekster',
  writesCaptions: 'skriver undertekster',
};

const en: WrittenText = {
  chat: 'Chat',
  unread: (count) => (count === 1 ? '1 new message' : `${String(count)} new messages`),
  newFrom: (name) => `New message from ${name}`,
  newFromSeveral: (count) => `${String(count)} new messages`,
  nothingYet: 'Nothing has been written yet.',
  notKept: 'What you write here is not kept.',
  off: 'There is no chat in this meeting.',
  to: 'To',
  toAll: 'Everyone',
  toHosts: 'The host',
  toOne: (name) => `Only ${name}`,
  toYou: 'only to you',
  announcement: 'An announcement that stays',
  message: 'Your message',
  send: 'Send',
  live: 'Show it while I type',
  liveHint: 'The others see each word at once.',
  you: 'You',
  typing: (name) => `${name} is typing`,
  refusals: {
    chat_off: 'You cannot write to them in this meeting.',
    participant_unknown: 'This person is no longer in the meeting.',
    participant_away: 'This person has lost the connection. Try again in a moment.',
    rate_limited: 'That was too fast. Wait a little, then send again.',
    announcements_full: 'Three announcements are shown already. Remove one first.',
  },
  refused: 'The message was not sent. Try again.',
  takeAway: 'Remove',
  fromHost: (text) => `From the host: ${text}`,
  react: 'React',
  reacted: (name, what) => `${name}: ${what}`,
  reactedSeveral: (count) => `${String(count)} reactions`,
  reactionSent: (what) => `Sent: ${what}`,
  reactions: { thumbsUp: 'thumbs up', applause: 'applause', heart: 'heart', smile: 'smile', thinking: 'thinking' },
  captions: 'Captions',
  captionsAvailable: 'Captions are being written. You can turn them on under More.',
  captionsOn: 'Show captions',
  captionsSize: 'Size',
  sizes: ['Normal', 'Large', 'Very large'],
  captionsPlace: 'Place',
  places: { below: 'Below the picture', above: 'Above the picture' },
  captionsLook: 'Colours',
  looks: { dark: 'White on black', light: 'Black on white', yellow: 'Yellow on black' },
  writeCaptions: 'Write captions',
  writeCaptionsHint: 'Everyone sees each word at once. Enter ends the line.',
  letWrite: 'Let write captions',
  letWriteNoMore: 'Stop captions',
  writesCaptions: 'writes captions',
};

export const writtenText = spoken('written', { da, en });

export const REACTIONS: readonly Reaction[] = ['thumbsUp', 'applause', 'heart', 'smile', 'thinking'];
