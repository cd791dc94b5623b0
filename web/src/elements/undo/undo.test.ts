// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { Undo, UNDO_S } from './undo.js';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  unmountAll();
  vi.useRealTimers();
});

const act = vi.fn();

async function made(): Promise<{ element: Undo; press: () => Promise<void>; pass: (ms: number) => Promise<void> }> {
  act.mockClear();
  const element = await mount(new Undo(), { label: 'Fjern', pending: (seconds: number) => `om ${String(seconds)} s`, act });
  return {
    element,
    press: async () => {
      part(element, 'button').click();
      await element.updateComplete;
    },
    pass: async (ms) => {
      vi.advanceTimersByTime(ms);
      await element.updateComplete;
    },
  };
}

describe('vdx-undo', () => {
  it('does it after some seconds, counted down, and says so once', async () => {
    const { element, press, pass } = await made();
    const said: string[] = [];
    element.addEventListener('announce', (event) => said.push((event as Event & { text: string }).text));
    await press();
    expect(textOf(element.renderRoot)).toContain('om 5 s');
    await pass(2000);
    expect(textOf(element.renderRoot)).toContain('om 3 s');
    expect(act).not.toHaveBeenCalled();
    await pass(UNDO_S * 1000 - 2000);
    expect(act).toHaveBeenCalledTimes(1);
    await pass(10_000);
    expect(act).toHaveBeenCalledTimes(1);
    expect(said).toEqual(['om 5 s. Fortryd']);
    expect(textOf(part(element, 'button'))).toBe('Fjern');
  });

  it('is taken back by the same button, but not by the second press of a double-click', async () => {
    const { element, press, pass } = await made();
    await press();
    await press();
    expect(textOf(part(element, 'button'))).toBe('Fortryd');
    await pass(1000);
    await press();
    expect(textOf(part(element, 'button'))).toBe('Fjern');
    await pass(10_000);
    expect(act).not.toHaveBeenCalled();
  });

  it('is taken back by Escape, which closes nothing else then', async () => {
    const { element, press, pass } = await made();
    const outside = vi.fn();
    element.addEventListener('keydown', outside);
    const escape = (): boolean => part(element, 'button').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
    await press();
    escape();
    await pass(10_000);
    expect(act).not.toHaveBeenCalled();
    expect(outside).not.toHaveBeenCalled();
    escape();
    expect(outside).toHaveBeenCalledTimes(1);
  });

  it('does at once what was asked for when its panel is closed', async () => {
    const { element, press } = await made();
    await press();
    element.remove();
    expect(act).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(act).toHaveBeenCalledTimes(1);
  });
});
