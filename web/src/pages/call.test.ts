// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import type { CallCommands, CallState } from '../call-types.js';
import type { TileElement } from '../elements/tile/tile.js';
import { present } from '../testing/builders.js';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { da } from '../text/da.js';
import { CallPage } from './call.js';
import { NO_PICTURES, STORIES } from './fixtures.js';

afterEach(unmountAll);

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
});
