import { describe, expect, it } from 'vitest';
import { Memory, readDevices, readSignLanguage, writeDevices, writeSignLanguage, type Shelf } from './memory.js';

class FakeShelf implements Shelf {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

const forbidden: Shelf = {
  getItem: () => {
    throw new DOMException('no', 'SecurityError');
  },
  setItem: () => {
    throw new DOMException('full', 'QuotaExceededError');
  },
};

describe('Memory', () => {
  it('brings the seat over a reload', () => {
    const shelf = new FakeShelf();
    const before = new Memory('a', shelf);
    before.openWith('link');
    before.update({ session: 's', token: 'renewed', seatedAt: 1000 });
    const after = new Memory('a', shelf);
    after.openWith(null);
    expect(after.value).toMatchObject({ session: 's', token: 'renewed' });
    expect(after.isQuickRejoin(30_000)).toBe(true);
    expect(after.isQuickRejoin(100_000)).toBe(false);
  });

  it('keeps the seat when the same link is opened again, and the fresher token', () => {
    const shelf = new FakeShelf();
    const memory = new Memory('a', shelf);
    memory.openWith('link');
    memory.update({ session: 's', token: 'renewed' });
    memory.openWith('link');
    expect(memory.value).toMatchObject({ session: 's', token: 'renewed' });
  });

  it('gives up the seat for another link', () => {
    const memory = new Memory('a', new FakeShelf());
    memory.openWith('link');
    memory.update({ session: 's', token: 'renewed', name: 'Anna' });
    memory.openWith('other');
    expect(memory.value).toMatchObject({ session: null, token: 'other', name: null });
  });

  it('begins with the devices as the link says, and goes on as the person chose', () => {
    const memory = new Memory('a', new FakeShelf());
    memory.openWith('link', { camera: false });
    expect(memory.value).toMatchObject({ cameraOn: false, microphoneOn: true });
    memory.update({ cameraOn: true });
    memory.openWith('link', { camera: false });
    expect(memory.value.cameraOn).toBe(true);
  });

  it('knows the way back, and the link\'s own token beside the newest', () => {
    const memory = new Memory('a', null);
    memory.openWith('link');
    memory.update({ token: 'renewed', device: 'd' });
    expect(memory.credentials(7)).toEqual({ room: 'a', token: 'renewed', linkToken: 'link', session: 'd', sequence: 0 });
    memory.update({ session: 's' });
    expect(memory.credentials(7)).toMatchObject({ session: 's', sequence: 7 });
  });

  it('separates rooms', () => {
    const shelf = new FakeShelf();
    new Memory('a', shelf).update({ token: 't' });
    expect(new Memory('b', shelf).value.token).toBeNull();
  });

  it.each([null, forbidden])('works without a place to write', (shelf) => {
    const memory = new Memory('a', shelf);
    memory.openWith('link');
    expect(memory.value.token).toBe('link');
    writeDevices(shelf, { camera: 'c' });
    expect(readDevices(shelf)).toEqual({});
  });

  it('keeps that hands speak, until the person says otherwise', () => {
    const shelf = new FakeShelf();
    expect(readSignLanguage(shelf)).toBe(false);
    writeSignLanguage(shelf, true);
    writeDevices(shelf, { camera: 'c' });
    expect(readSignLanguage(shelf)).toBe(true);
    writeSignLanguage(shelf, false);
    expect(readSignLanguage(shelf)).toBe(false);
  });

  it('reads nothing from rubbish', () => {
    const shelf = new FakeShelf();
    shelf.setItem('vdx.room.a', '{"token":');
    expect(new Memory('a', shelf).value.token).toBeNull();
  });
});
