// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Voice } from '../../voices.js';
import { barHeight, Level } from './level.js';

afterEach(() => {
  document.body.replaceChildren();
});

async function shown(set: (level: Level) => void): Promise<Level> {
  const element = new Level();
  set(element);
  document.body.append(element);
  await element.updateComplete;
  return element;
}

describe('barHeight', () => {
  it('fills a long row from the left', () => {
    const heights = Array.from({ length: 12 }, (_, i) => barHeight(0.25, i, 12));
    expect(heights).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });
  it('moves the middle of three bars most', () => {
    expect(barHeight(0.3, 1, 3)).toBeGreaterThan(barHeight(0.3, 0, 3));
    expect(barHeight(0.3, 0, 3)).toBe(barHeight(0.3, 2, 3));
  });
});

describe('vdx-level', () => {
  it('is a meter when it has a label', async () => {
    const element = await shown((l) => {
      l.label = 'Lyd';
      l.voice = new Voice(0.5);
    });
    const meter = element.renderRoot.querySelector('[role=meter]');
    expect(meter?.getAttribute('aria-valuenow')).toBe('50');
  });
  it('follows its voice without rendering, until it leaves the page', async () => {
    const voice = new Voice();
    const element = await shown((l) => {
      l.voice = voice;
    });
    const render = vi.spyOn(element, 'render');
    const height = (): string | undefined =>
      element.renderRoot.querySelector<HTMLElement>('span')?.style.getPropertyValue('--height');
    voice.set(1);
    await vi.waitFor(() => {
      expect(height()).toBe('0.66');
    });
    expect(render).not.toHaveBeenCalled();
    element.remove();
    const undone = new Promise<void>((resolve) => {
      voice.subscribe(resolve);
    });
    voice.set(0);
    await undone;
    expect(height()).toBe('0.66');
  });
  it('is hidden from screen readers when it has no label, and silent without a voice', async () => {
    const element = await shown(() => undefined);
    expect(element.renderRoot.querySelector('[role=meter]')).toBeNull();
    expect(element.renderRoot.querySelector<HTMLElement>('span')?.style.getPropertyValue('--height')).toBe('0.00');
  });
});
