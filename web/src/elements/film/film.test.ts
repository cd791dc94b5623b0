// @vitest-environment happy-dom
import { describe, expect, it, vi } from 'vitest';
import type { CallCommands } from '../../call-types.js';
import { NO_PICTURES, STORIES } from '../../pages/fixtures.js';
import { decodeClips, type Clip } from '../../protocol/clips.js';
import type { FilmChanged } from '../../protocol/messages.gen.js';
import { present } from '../../testing/builders.js';
import { mount } from '../../testing/mount.js';
import { Film } from './film.js';
import { clockText, positionOf } from './position.js';

const FILM: FilmChanged = {
  type: 'filmChanged', status: 'paused', clip: 'Knæ.mp4', positionS: 12, at: 0, durationS: 90, isLooping: false, code: null, text: null,
};
const CLIPS: readonly Clip[] = [
  { clip: 'Knæ.mp4', title: 'Knæ', durationS: 90, code: null },
  { clip: 'x.mp4', title: 'x', durationS: null, code: 'film_unreadable' },
];

async function shown(film: FilmChanged | undefined, clips: readonly Clip[] | null = CLIPS) {
  const call = present(STORIES['layout-nine'])(NO_PICTURES);
  const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
  const commands = { ask, hub: { clips: () => Promise.resolve(clips) } } as unknown as CallCommands;
  const documents = film === undefined ? call.documents : { ...call.documents, filmChanged: film };
  const element = await mount(new Film(), { call: { ...call, documents }, commands });
  const find = (selector: string): HTMLElement => present(element.renderRoot.querySelector<HTMLElement>(selector));
  return { element, ask, find, text: () => element.renderRoot.textContent };
}

describe('vdx-film', () => {
  it('lists the films, loads the chosen one, and says why another cannot be shown', async () => {
    const { element, ask, find, text } = await shown(undefined);
    find('#show-films').click();
    await vi.waitFor(() => { expect(element.renderRoot.querySelector('[data-clip]')).not.toBeNull(); });
    find('[data-clip="Knæ.mp4"]').click();
    expect(ask).toHaveBeenCalledWith({ type: 'film', action: 'load', clip: 'Knæ.mp4' });
    expect(text()).toContain('beskadiget');
    expect(element.renderRoot.querySelectorAll('[data-clip]')).toHaveLength(1);
  });

  it('says that the list could not be fetched', async () => {
    const { find, text } = await shown(undefined, null);
    find('#show-films').click();
    await vi.waitFor(() => { expect(text()).toContain('kunne ikke hentes'); });
  });

  it('asks for play, pause, place, loop and stop', async () => {
    const standing = await shown(FILM);
    standing.find('#play-film').click();
    const playing = await shown({ ...FILM, status: 'playing' });
    playing.find('#play-film').click();
    const slider = playing.find('#position') as HTMLInputElement;
    slider.value = '30';
    slider.dispatchEvent(new Event('change'));
    const box = playing.find('#loop-film') as HTMLInputElement;
    box.checked = true;
    box.dispatchEvent(new Event('change'));
    playing.find('#stop-film').click();
    expect(standing.ask.mock.calls).toEqual([[{ type: 'film', action: 'play' }]]);
    expect(playing.ask.mock.calls).toEqual([
      [{ type: 'film', action: 'pause' }],
      [{ type: 'film', action: 'seek', positionS: 30 }],
      [{ type: 'film', action: 'loop', isOn: true }],
      [{ type: 'film', action: 'stop' }],
    ]);
  });

  it('says what failed in words of the page', async () => {
    const { text } = await shown({ ...FILM, status: 'failed', code: 'film_too_large', text: 'large.mp4: …' });
    expect(text()).toContain('for stor');
    const other = await shown({ ...FILM, status: 'failed', code: 'film_stuck' });
    expect(other.text()).toContain('Vælg den igen');
  });
});

describe('positionOf', () => {
  it('goes on while the film plays, to its end, and stands otherwise', () => {
    expect(positionOf(FILM, 0, 5000)).toBe(12);
    expect(positionOf({ ...FILM, status: 'playing' }, 0, 5000)).toBe(17);
    expect(positionOf({ ...FILM, status: 'playing' }, 0, 500_000)).toBe(90);
  });

  it('is written as people read it', () => {
    expect([0, 5.9, 65, 3600].map(clockText)).toEqual(['0:00', '0:05', '1:05', '60:00']);
  });
});

describe('decodeClips', () => {
  it('takes what is a clip and nothing else', () => {
    expect(decodeClips({ clips: [...CLIPS, null, 3, { clip: 1 }] })).toEqual(CLIPS);
    expect(decodeClips({})).toBeNull();
    expect(decodeClips(null)).toBeNull();
  });
});
