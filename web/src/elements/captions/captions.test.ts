// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NO_WORDS, withWords } from '../../conference/words.js';
import { inCall } from '../../pages/fixtures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { CaptionPreferencesEvent, CaptionSettings } from './caption-settings.js';
import { Captions } from './captions.js';
import { readPreferences, USUAL, writePreferences } from './preferences.js';

afterEach(unmountAll);

const words = withWords(NO_WORDS, { type: 'caption', participantId: 'p-Bo', text: 'Velkommen til mødet.' }, 'self');
const call = {
  ...inCall(2),
  words,
  documents: { captions: { type: 'captions' as const, writers: ['p-Bo'], lines: [{ participantId: 'p-Bo', to: 'all' as const, text: 'Vi beg' }] } },
};

describe('vdx-captions', () => {
  it('shows nothing until switched on, then finished lines and the open one', async () => {
    const element = await mount(new Captions(), { call });
    expect(textOf(element.renderRoot)).toBe('');
    element.preferences = { ...USUAL, isOn: true, size: 2, look: 'yellow' };
    await element.updateComplete;
    const strip = part(element, '.strip');
    expect([...strip.querySelectorAll('p')].map(textOf)).toEqual(['Velkommen til mødet.', 'Vi beg']);
    expect(strip.className).toContain('size-2 yellow');
    expect(strip.getAttribute('aria-label')).toBe('Undertekster');
  });
});

describe('vdx-caption-settings', () => {
  it('offers size, place and colours once captions are on', async () => {
    const element = await mount(new CaptionSettings(), {});
    const chosen = vi.fn<(event: Event) => void>();
    element.addEventListener('captionpreferences', chosen);
    expect(element.renderRoot.querySelectorAll('select')).toHaveLength(0);
    const on = part<HTMLInputElement>(element, '#on');
    on.checked = true;
    on.dispatchEvent(new Event('change'));
    element.preferences = { ...USUAL, isOn: true };
    await element.updateComplete;
    for (const [id, value] of [['size', '1'], ['place', 'above'], ['look', 'light']] as const) {
      const select = part<HTMLSelectElement>(element, `#${id}`);
      select.value = value;
      select.dispatchEvent(new Event('change'));
    }
    const told = chosen.mock.calls.map(([event]) => (event as CaptionPreferencesEvent).preferences);
    expect(told[0]?.isOn).toBe(true);
    expect(told.slice(1).map(({ size, place, look }) => [size, place, look])).toEqual([
      [1, 'below', 'dark'],
      [0, 'above', 'dark'],
      [0, 'below', 'light'],
    ]);
  });
});

describe('caption preferences', () => {
  it('are remembered, and anything strange on the shelf is the usual', () => {
    const kept = new Map<string, string>();
    const shelf = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => { kept.set(key, value); } } as unknown as Storage;
    const wanted = { isOn: true, size: 2, place: 'above', look: 'yellow' } as const;
    writePreferences(shelf, wanted);
    expect(readPreferences(shelf)).toEqual(wanted);
    for (const strange of ['{', 'null', '[]', '{"size":9,"place":1,"look":"x"}']) {
      kept.set('vdx.captions', strange);
      expect(readPreferences(shelf)).toEqual(USUAL);
    }
    expect(readPreferences(null)).toEqual(USUAL);
    writePreferences(null, wanted);
  });
});
