// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState } from '../call-types.js';
import type { Control } from '../elements/control/control.js';
import type { TileElement } from '../elements/tile/tile.js';
import { present } from '../testing/builders.js';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { da } from '../text/da.js';
import { CallPage } from './call.js';
import { NO_PICTURES, STORIES } from './fixtures.js';

afterEach(() => {
  unmountAll();
  vi.unstubAllGlobals();
});

/** A call in a room that has names on the pictures, has not, or is told by a server that does not know of it. */
function story(name: string, showsNames: boolean | undefined): CallState {
  const state = present(STORIES[name])(NO_PICTURES);
  const told = present(present(STORIES['layout-nine'])(NO_PICTURES).documents.roomChanged);
  const roomChanged = { ...told, room: { ...told.room, showsNames: showsNames as boolean } };
  return { ...state, documents: { ...state.documents, roomChanged } };
}

/** The names that are drawn on the tiles of the stage and of the own picture. */
async function drawnNames(call: CallState): Promise<string[]> {
  const page = await mount(new CallPage(), { call, commands: {} as CallCommands, words: da });
  const holders = [...page.renderRoot.querySelectorAll<HTMLElement>('vdx-stage, vdx-self-view')];
  const tiles = holders.flatMap((one) => [...present(one.shadowRoot).querySelectorAll<TileElement>('vdx-tile')]);
  expect(tiles).toHaveLength(call.tiles.length);
  for (const tile of tiles) expect(textOf(part(tile, '.caption'))).not.toBe('');
  return tiles.flatMap((tile) => [...tile.renderRoot.querySelectorAll('.text')].map((one) => one.textContent));
}

describe('vdx-call', () => {
  it.each(['layout-nine', 'alone'])('draws names on the pictures of %s as the room says', async (name) => {
    const count = present(STORIES[name])(NO_PICTURES).tiles.length;
    expect(count).toBeGreaterThan(0);
    expect(await drawnNames(story(name, true))).toHaveLength(count);
    expect(await drawnNames(story(name, undefined))).toHaveLength(count);
    expect(await drawnNames(story(name, false))).toEqual([]);
  });

  it.each(Object.keys(STORIES).filter((name) => present(STORIES[name])(NO_PICTURES).self?.role === 'guest'))(
    'gives a guest at most five buttons: %s',
    async (name) => {
      const page = await mount(new CallPage(), { call: present(STORIES[name])(NO_PICTURES), commands: {} as CallCommands, words: da });
      const labels = [...page.renderRoot.querySelectorAll<Control>('.buttons vdx-control')].map((control) => control.label);
      expect(labels.length).toBeLessThanOrEqual(5);
      expect([labels.slice(0, 2), labels.slice(-2)]).toEqual([['Mikrofon', 'Kamera'], ['Mere', 'Forlad']]);
    },
  );

  it('puts hand and help behind one button, and closes what it opened when one was pressed', async () => {
    const asked: string[] = [];
    const commands = { ask: (command: { type: string }) => Promise.resolve(asked.push(command.type)) } as unknown as CallCommands;
    const page = await mount(new CallPage(), { call: present(STORIES['training-hand'])(NO_PICTURES), commands, words: da });
    page.togglePanel('ask');
    await page.updateComplete;
    const texts = [...page.renderRoot.querySelectorAll('.asks button')].map(textOf);
    expect(texts).toEqual(['Ræk hånden', 'Jeg har brug for hjælp']);
    part(page, '.asks #help').click();
    await page.updateComplete;
    expect(asked).toEqual(['withdrawHelp']);
    expect(page.panel).toBeNull();
  });

  it('opens the chat for who came to listen and write', async () => {
    const call = present(STORIES['call-1'])(NO_PICTURES);
    const listening = { ...call, local: { ...call.local, way: 'listen' as const } };
    for (const [state, panel] of [[call, null], [listening, 'chat']] as const) {
      vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined }));
      const page = await mount(new CallPage(), { call: { ...state, phase: 'connecting' }, commands: {} as CallCommands, words: da });
      expect(page.panel).toBeNull();
      page.call = state;
      await page.updateComplete;
      expect(page.panel).toBe(panel);
    }
  });
});
