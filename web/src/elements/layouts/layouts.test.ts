// @vitest-environment happy-dom
import type { CallCommands } from '../../call-types.js';
import { describe, expect, it, vi } from 'vitest';
import { STORIES, NO_PICTURES } from '../../pages/fixtures.js';
import { mount } from '../../testing/mount.js';
import { present } from '../../testing/builders.js';
import { Layouts } from './layouts.js';
import { drawnLayout } from './picture.js';
import { layoutWords } from '../../text/layouts.js';
import { LAYOUTS } from '../../conference/layouts.gen.js';
import { situationOf } from './situation.js';
import { PLAIN } from '../../conference/arrange.js';

const NOTHING = {} as CallCommands;
const call = (story: string) => present(STORIES[story])(NO_PICTURES);

describe('vdx-layouts', () => {
  it('asks for what is chosen, for oneself and for all guests', async () => {
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const element = await mount(new Layouts(), { call: call('layout-nine'), commands: { ...NOTHING, ask } });
    const choose = (id: string, value: string): void => {
      present(element.renderRoot.querySelector<HTMLInputElement>(`input[name=${id}][value=${value}]`)).click();
    };
    choose('own', 'speaker');
    choose('guests', 'lecture');
    expect(ask.mock.calls).toEqual([
      [{ type: 'chooseLayout', layout: 'speaker' }],
      [{ type: 'changeRoom', guestLayout: 'lecture' }],
    ]);
  });

  it('lets a host take the names off the pictures, and shows how it is', async () => {
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const state = call('layout-nine');
    const told = present(state.documents.roomChanged);
    const element = await mount(new Layouts(), { call: state, commands: { ...NOTHING, ask } });
    const box = present(element.renderRoot.querySelector<HTMLInputElement>('#shows-names'));
    expect(box.checked).toBe(true);
    box.click();
    expect(ask.mock.calls).toEqual([[{ type: 'changeRoom', showsNames: false }]]);
    const roomChanged = { ...told, room: { ...told.room, showsNames: false } };
    element.call = { ...state, documents: { ...state.documents, roomChanged } };
    await element.updateComplete;
    expect(box.checked).toBe(false);
  });

  it('asks whether each may choose', async () => {
    const ask = vi.fn(() => Promise.resolve({ type: 'done' as const }));
    const element = await mount(new Layouts(), { call: call('layout-nine'), commands: { ...NOTHING, ask } });
    present(element.renderRoot.querySelector<HTMLInputElement>('#each-chooses')).click();
    expect(ask.mock.calls).toEqual([[{ type: 'changeRoom', layoutChoice: 'hosts' }]]);
  });

  it('offers guests no choice for others', async () => {
    const element = await mount(new Layouts(), { call: call('layout-pips') });
    expect(element.renderRoot.querySelector('#guests')).toBeNull();
    expect(element.renderRoot.querySelectorAll('input[name=own]').length).toBeGreaterThan(10);
    expect(element.renderRoot.querySelector('#shows-names')).toBeNull();
  });

  it.each(Object.entries(LAYOUTS))('draws %s inside its picture, with its large places', (_name, layout) => {
    const { mains, pips } = drawnLayout(layout);
    if (layout.mains > 0) expect(mains).toHaveLength(layout.mains);
    expect(pips.length > 0).toBe(layout.pips !== 0);
    for (const { left, top, width, height } of [...mains, ...pips]) {
      expect(Math.min(left, top, width - 1, height - 1)).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(64.01);
      expect(top + height).toBeLessThanOrEqual(36.01);
    }
  });

  it('has a word for each layout in both languages', () => {
    for (const language of ['da', 'en'] as const) {
      expect(Object.keys(layoutWords(language).names).sort()).toEqual(Object.keys(LAYOUTS).sort());
    }
  });
});

describe('situationOf', () => {
  it('is the same object while nothing of it changes', () => {
    const state = call('layout-pips');
    const first = situationOf(state, PLAIN);
    expect(first.layout).toBe('one_main_twentyone_pips');
    expect(situationOf({ ...state }, first)).toBe(first);
    expect(situationOf({ ...state, dominantSpeaker: null }, first)).not.toBe(first);
  });

  it('has as the main one who stands in the spotlight, then who shares a screen where the room says so, then who speaks', () => {
    const before = call('layout-pips');
    const told = present(before.documents.roomChanged);
    const [camera] = before.tiles.filter((tile) => tile.participantId !== before.self?.id);
    const presenter = before.participants.filter((person) => !person.isSelf).at(-1);
    const screen = { ...present(camera), kind: 'screen' as const, participantId: present(presenter).id };
    const state = { ...before, tiles: [...before.tiles, screen], dominantSpeaker: 'speaks' };
    const presenting = { ...state, documents: { ...state.documents, roomChanged: { ...told, room: { ...told.room, presenterIsMain: true } } } };
    expect(situationOf(state, PLAIN).main).toBe('speaks');
    expect(situationOf(presenting, PLAIN).main).toBe(screen.participantId);
    const spotlight = (participantId: string) => ({ ...presenting, documents: { ...presenting.documents, stage: { type: 'stage' as const, participantId } } });
    expect(situationOf(spotlight('lit'), PLAIN).main).toBe('lit');
    expect(situationOf(spotlight(present(before.self).id), PLAIN).main).toBe(screen.participantId);
  });
});
