import { describe, expect, it } from 'vitest';
import { readLetter } from './envelope.js';

const COMMAND = { vdx: 1, id: 'c1', type: 'command', name: 'setMicrophone', args: { on: false } };

describe('readLetter', () => {
  it('knows commands, answers and events', () => {
    expect(readLetter(COMMAND)).toBe(COMMAND);
    expect(readLetter({ vdx: 1, id: 'c1', type: 'answer', name: 'join', ok: true })).not.toBeNull();
    expect(readLetter({ vdx: 1, id: 'e1', type: 'event', name: 'joined', detail: {} })).not.toBeNull();
  });

  it.each([
    null,
    undefined,
    'command',
    7,
    [],
    {},
    { ...COMMAND, vdx: 2 },
    { ...COMMAND, vdx: '1' },
    { ...COMMAND, id: 7 },
    { ...COMMAND, id: '' },
    { ...COMMAND, id: 'x'.repeat(65) },
    { ...COMMAND, name: 'x'.repeat(65) },
    { ...COMMAND, type: 'order' },
    { vdx: 1, id: 'c1', type: 'answer', name: 'join', ok: 'yes' },
  ])('passes over %j', (data) => {
    expect(readLetter(data)).toBeNull();
  });
});
