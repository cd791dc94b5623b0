// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
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
      l.level = 0.5;
    });
    const meter = element.renderRoot.querySelector('[role=meter]');
    expect(meter?.getAttribute('aria-valuenow')).toBe('50');
  });
  it('is hidden from screen readers when it has none, and survives a level that is no number', async () => {
    const element = await shown((l) => {
      l.level = Number.NaN;
    });
    expect(element.renderRoot.querySelector('[role=meter]')).toBeNull();
    expect(element.renderRoot.querySelector<HTMLElement>('span')?.style.getPropertyValue('--height')).toBe('0.00');
  });
});
