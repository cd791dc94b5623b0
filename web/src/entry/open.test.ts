// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { roomAddress } from './open.js';
import { readOpening } from './opening.js';

const OPENED = { state: 'open', roomId: 'abc', token: 'x.y', name: null, returnUrl: '' } as const;

describe('the address of the room', () => {
  it('skips the screen before the call only where a name is known', () => {
    const plain = readOpening('https://m.example/?url=1&join=1');
    expect(roomAddress(OPENED, plain)).toBe('/r/abc#t=x.y');
    expect(roomAddress({ ...OPENED, name: 'Bo' }, plain)).toBe('/r/abc?join=1#t=x.y');
    expect(roomAddress(OPENED, readOpening('https://m.example/?url=1&join=1&name=Bo&lang=en'))).toBe('/r/abc?join=1&name=Bo&lang=en#t=x.y');
    expect(roomAddress(OPENED, readOpening('https://m.example/m/1?chat=off&camera=off&theme=dark'))).toBe('/r/abc#t=x.y&chat=0&theme=dark');
    expect(roomAddress({ ...OPENED, name: 'Bo' }, readOpening('https://m.example/m/1'))).toBe('/r/abc#t=x.y');
  });

  it('stays below the organisation', () => {
    history.replaceState(null, '', '/o/aarhus/m/1');
    expect(roomAddress(OPENED, readOpening('https://m.example/o/aarhus/m/1'))).toBe('/o/aarhus/r/abc#t=x.y');
    history.replaceState(null, '', '/');
  });
});
