import { describe, expect, it } from 'vitest';
import type { Chat } from '../protocol/messages.gen.js';
import { MAX_CAPTIONS, MAX_MESSAGES, NO_WORDS, withWords } from './words.js';

const chat = (text: string, participantId = 'p1'): Chat => ({ type: 'chat', participantId, name: 'Bo', to: 'all', otherId: null, text });

describe('withWords', () => {
  it('numbers what is written and knows what is ours', () => {
    const words = withWords(withWords(NO_WORDS, chat('hej'), 'p1'), chat('goddag', 'p2'), 'p1');
    expect(words.messages.map(({ number, text, isOwn }) => ({ number, text, isOwn }))).toEqual([
      { number: 1, text: 'hej', isOwn: true },
      { number: 2, text: 'goddag', isOwn: false },
    ]);
  });

  it('gives each reaction a number of its own', () => {
    const reactions = [
      { participantId: 'p1', reaction: 'heart' as const },
      { participantId: 'p2', reaction: 'heart' as const },
    ];
    const words = withWords(withWords(NO_WORDS, { type: 'reactions', reactions }, 'p9'), chat('hej'), 'p9');
    expect([...words.reactions.map((one) => one.number), words.messages[0]?.number]).toEqual([1, 2, 3]);
  });

  it('keeps only so much', () => {
    let words = NO_WORDS;
    for (let index = 0; index <= MAX_MESSAGES; index += 1) {
      words = withWords(words, chat(String(index)), 'p1');
      words = withWords(words, { type: 'caption', participantId: 'p1', text: String(index) }, 'p1');
    }
    expect(words.messages.length).toBe(MAX_MESSAGES);
    expect(words.messages[0]?.text).toBe('1');
    expect(words.captions.length).toBe(MAX_CAPTIONS);
  });
});
