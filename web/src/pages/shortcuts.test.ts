// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState } from '../call-types.js';
import { present } from '../testing/builders.js';
import { da } from '../text/da.js';
import { techniqueWords } from '../text/technique.js';
import type { CallView } from './call-view.js';
import { NO_PICTURES, STORIES } from './fixtures.js';
import { press, SHORTCUTS, writeShortcuts } from './shortcuts.js';

afterEach(() => { localStorage.clear(); });

const story = (name: string): CallState => present(STORIES[name])(NO_PICTURES);

function page(call: CallState): { view: CallView; ask: ReturnType<typeof vi.fn>; done: string[] } {
  const done: string[] = [];
  const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
  const note = (name: string) => (value?: unknown): Promise<void> => {
    done.push(value === undefined ? name : `${name} ${String(value)}`);
    return Promise.resolve();
  };
  const commands = { ask, setMicrophone: note('microphone'), setCamera: note('camera'), startScreenShare: note('share'), stopScreenShare: note('unshare') };
  return { view: { call, commands: commands as unknown as CallCommands, words: da, togglePanel: note('panel') } as unknown as CallView, ask, done };
}

function key(name: string, change: KeyboardEventInit = {}, target: HTMLElement = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true, ...change });
  if (!target.isConnected) document.body.append(target);
  target.dispatchEvent(event);
  vi.spyOn(event, 'composedPath').mockReturnValue([target, document.body]);
  return event;
}

const silent = (): void => undefined;

describe('keys of the call', () => {
  it('do what the buttons do', () => {
    const { view, done } = page(story('call-2'));
    for (const name of ['m', 'K', 's', 'd', 'c', 'o', '?']) expect(press(key(name), view, silent), name).toBe(true);
    expect(done).toEqual(['microphone false', 'camera false', 'share', 'panel people', 'panel chat', 'panel more', 'panel shortcuts']);
  });

  it('do nothing while somebody types, holds a modifier or a key, or composes', () => {
    const { view, done } = page(story('call-2'));
    const typing = ['input', 'textarea', 'select'].map((name) => document.createElement(name));
    for (const field of typing) expect(press(key('m', {}, field), view, silent)).toBe(false);
    for (const change of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }, { isComposing: true }]) {
      expect(press(key('m', change), view, silent)).toBe(false);
    }
    expect(done).toEqual([]);
    const box = document.createElement('input');
    box.type = 'checkbox';
    expect(press(key('m', {}, box), view, silent)).toBe(true);
  });

  it('do nothing when they are switched off, or outside of a call', () => {
    writeShortcuts(false);
    expect(press(key('m'), page(story('call-2')).view, silent)).toBe(false);
    writeShortcuts(true);
    expect(press(key('m'), page(story('connecting')).view, silent)).toBe(false);
  });

  it('do nothing where whoever embeds the page does not want them, nor open what he does not show', () => {
    const call = story('call-2');
    const off = page({ ...call, shows: { ...call.shows, shortcuts: false } });
    expect(press(key('m'), off.view, silent)).toBe(false);
    const small = page({ ...call, shows: { ...call.shows, people: false, chat: false, share: false } });
    for (const name of ['d', 'c', 's']) expect(press(key(name), small.view, silent)).toBe(false);
    expect([...off.done, ...small.done]).toEqual([]);
  });

  it('let a host let in who has waited longest, and give the floor to the next', () => {
    const lobby = page(story('host-lobby'));
    press(key('l'), lobby.view, silent);
    expect(lobby.ask).toHaveBeenCalledWith({ type: 'admit', waitingId: 'w-Bodil Jensen' });
    expect(press(key('n'), lobby.view, silent)).toBe(false);
    const floor = page(story('host-floor-moderated'));
    press(key('n'), floor.view, silent);
    expect(floor.ask).toHaveBeenCalledWith(expect.objectContaining({ type: 'grantFloor', request: 3, preempts: true }));
    const say = vi.fn();
    press(key('l'), page(story('host-locked')).view, say);
    expect(say).toHaveBeenCalledWith('Ingen venter');
    expect(press(key('l'), page(story('call-2')).view, say)).toBe(false);
  });

  it('have a word each, and no key twice', () => {
    expect(new Set(SHORTCUTS.map((one) => one.key)).size).toBe(SHORTCUTS.length);
    for (const { label } of SHORTCUTS) expect(techniqueWords('en').shortcuts[label]).not.toBe('');
  });
});
