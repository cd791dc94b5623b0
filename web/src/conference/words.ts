/**
 * What people have written while we were there, as a pure fold: kept in memory only, and only so much of it. What is
 * being typed is not here but in the documents.
 */

import type { Addressee, Caption, Chat, Reaction, Reactions } from '../protocol/messages.gen.js';

export interface Message {
  /** Counts up from 1 within this page. */
  readonly number: number;
  readonly participantId: string;
  readonly name: string;
  readonly isOwn: boolean;
  readonly to: Addressee;
  /** With `one`: to whom. */
  readonly otherId: string | null;
  readonly text: string;
}

export interface FinishedCaption {
  readonly number: number;
  readonly participantId: string;
  readonly text: string;
}

export interface ShownReaction {
  readonly number: number;
  readonly participantId: string;
  readonly reaction: Reaction;
}

export interface WrittenWords {
  /** Of all three, so that each is told apart. */
  readonly count: number;
  readonly messages: readonly Message[];
  readonly captions: readonly FinishedCaption[];
  readonly reactions: readonly ShownReaction[];
}

export const NO_WORDS: WrittenWords = { count: 0, messages: [], captions: [], reactions: [] };

export const MAX_MESSAGES = 500;
/** More lines than are ever shown at once. */
export const MAX_CAPTIONS = 6;
export const MAX_REACTIONS = 60;

export function withWords(before: WrittenWords, event: Chat | Caption | Reactions, selfId: string): WrittenWords {
  const number = before.count + 1;
  switch (event.type) {
    case 'chat': {
      const { participantId, name, to, otherId, text } = event;
      const message: Message = { number, participantId, name, isOwn: participantId === selfId, to, otherId, text };
      return { ...before, count: number, messages: [...before.messages, message].slice(-MAX_MESSAGES) };
    }
    case 'caption': {
      const { participantId, text } = event;
      return { ...before, count: number, captions: [...before.captions, { number, participantId, text }].slice(-MAX_CAPTIONS) };
    }
    case 'reactions': {
      const shown = event.reactions.map((one, index) => ({ number: number + index, ...one }));
      const count = before.count + shown.length;
      return { ...before, count, reactions: [...before.reactions, ...shown].slice(-MAX_REACTIONS) };
    }
  }
}
