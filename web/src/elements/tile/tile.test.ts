// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Tile } from '../../call-types.js';
import { tileOf } from '../../pages/fixtures.js';
import { mount, part, textOf, unmountAll } from '../../testing/mount.js';
import { da } from '../../text/da.js';
import { Voice } from '../../voices.js';
import { isSpeaking, TileElement } from './tile.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  unmountAll();
  vi.useRealTimers();
});

function shown(change: Partial<Tile>, mirrored = false, showsName = true): Promise<TileElement> {
  return mount(new TileElement(), { tile: tileOf('Bodil Jensen', change), words: da, mirrored, showsName });
}

describe('vdx-tile', () => {
  it('shows initials and no picture until the picture is proven', async () => {
    const element = await shown({ showing: false });
    expect(element.hasAttribute('showing')).toBe(false);
    expect(textOf(part(element, '.blank'))).toBe('BJ');
    element.tile = tileOf('Bodil Jensen', { showing: true });
    await element.updateComplete;
    expect(element.hasAttribute('showing')).toBe(true);
  });

  it('never plays sound and never leaves the page', async () => {
    const video = part<HTMLVideoElement>(await shown({}), 'video');
    expect(video.muted).toBe(true);
    expect(video.hasAttribute('playsinline')).toBe(true);
    expect(video.hasAttribute('autoplay')).toBe(true);
  });

  it('says why a picture rests', async () => {
    const element = await shown({ showing: false, paused: true });
    expect(textOf(part(element, '.cannot'))).toBe(da.call.paused);
    element.tile = tileOf('Bodil Jensen', { showing: false, paused: true, pausedByServer: true });
    await element.updateComplete;
    expect(textOf(part(element, '.cannot'))).toBe(da.call.pausedByServer);
    element.tile = tileOf('Bodil Jensen', { showing: false, paused: true, pausedByDevice: true });
    await element.updateComplete;
    expect(textOf(part(element, '.cannot'))).toBe(da.call.pausedByDevice);
  });

  it('says in words what the icons say', async () => {
    const element = await shown({ microphoneOn: false, sourceOn: false, quality: 'weak' });
    expect(textOf(part(element, '.name'))).toBe('Bodil Jensen , mikrofonen er slukket, kameraet er slukket');
    expect(textOf(part(element, '.trouble'))).toBe('Dårlig forbindelse');
  });

  it('says what others are, and not what we are', async () => {
    const about = { function: 'tolk', organisation: 'Tolkene A/S' };
    expect(textOf(part(await shown(about), '.text'))).toBe('Bodil Jensen, Tolk, Tolkene A/S');
    expect(textOf(part(await shown({ ...about, isSelf: true }), '.text'))).toBe('Dig');
  });

  it('names a screen after its owner, and the own picture "Dig"', async () => {
    expect(textOf(part(await shown({ kind: 'screen' }), '.text'))).toBe('Skærm fra Bodil Jensen');
    expect(textOf(part(await shown({ isSelf: true }, true), '.text'))).toBe('Dig');
  });

  /** What is drawn of the caption: all but what is there for screen readers alone. */
  function drawn(element: TileElement): string {
    const caption = part(element, '.caption').cloneNode(true) as HTMLElement;
    for (const hidden of caption.querySelectorAll('.visually-hidden')) hidden.remove();
    return textOf(caption);
  }

  it.each([{}, { kind: 'screen' as const }, { microphoneOn: false }, { voice: new Voice(0.4) }, { function: 'tolk' }])(
    'draws no name of %o in a room without them, and reads it aloud all the same',
    async (change) => {
      const named = await shown(change);
      expect(drawn(named)).toContain('Bodil Jensen');
      const element = await shown(change, false, false);
      expect(drawn(element)).toBe('');
      expect(element.renderRoot.querySelector('[title]')).toBeNull();
      expect(textOf(part(element, '.caption'))).toBe(textOf(part(named, '.caption')));
    },
  );

  it('keeps the signs of the microphone and the connection in a room without names', async () => {
    const muted = await shown({ microphoneOn: false, quality: 'weak' }, false, false);
    expect(part(muted, '.name .icon')).toBeTruthy();
    expect(drawn(muted)).toBe('Dårlig forbindelse');
    expect(part(await shown({ voice: new Voice(0.4) }, false, false), '.name vdx-level')).toBeTruthy();
    expect((await shown({ voice: new Voice(0) }, false, false)).renderRoot.querySelector('.name')).toBeNull();
  });

  it('draws the name again when the host says so', async () => {
    const element = await shown({}, false, false);
    element.showsName = true;
    await element.updateComplete;
    expect(drawn(element)).toBe('Bodil Jensen');
  });

  it('keeps the ring through the pauses between words, and drops it at once when muted', async () => {
    const voice = new Voice(0.4);
    const element = await shown({ voice });
    expect(element.hasAttribute('speaking')).toBe(true);
    const say = async (level: number): Promise<void> => {
      voice.set(level);
      vi.advanceTimersByTime(100);
      await element.updateComplete;
    };
    await say(0);
    expect(element.hasAttribute('speaking')).toBe(true);
    vi.advanceTimersByTime(1000);
    await element.updateComplete;
    expect(element.hasAttribute('speaking')).toBe(false);
    await say(0.4);
    expect(element.hasAttribute('speaking')).toBe(true);
    element.tile = tileOf('Bodil Jensen', { voice, microphoneOn: false });
    await element.updateComplete;
    expect(element.hasAttribute('speaking')).toBe(false);
  });

  it('renders nothing for a louder or softer voice', async () => {
    const voice = new Voice(0.4);
    const element = await shown({ voice });
    const render = vi.spyOn(element, 'render');
    voice.set(0.8);
    vi.advanceTimersByTime(100);
    await element.updateComplete;
    expect(render).not.toHaveBeenCalled();
  });

  it.each([
    [{ voice: new Voice(0.5) }, true],
    [{ voice: new Voice(0.01) }, false],
    [{ voice: new Voice(0.5), microphoneOn: false }, false],
    [{ voice: new Voice(0.5), kind: 'screen' as const }, false],
  ])('%o speaks: %s', (change, expected) => {
    expect(isSpeaking(tileOf('Bo', change))).toBe(expected);
  });
});
