// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState } from '../../call-types.js';
import { STORIES, type Pictures } from '../../pages/fixtures.js';
import { present } from '../../testing/builders.js';
import { mount, textOf, unmountAll } from '../../testing/mount.js';
import { floorWords } from '../../text/floor.js';
import { FloorElement } from './floor.js';
import { FloorQueue } from './queue.js';
import { FloorRules } from './rules.js';
import { hasQueue } from './standing.js';
import { floorButton, waitingForHosts } from './standing.js';

afterEach(unmountAll);

const noPictures: Pictures = () => null;
const words = floorWords('da');

function story(name: string): CallState {
  const made = STORIES[name];
  if (made === undefined) throw new Error(name);
  return made(noPictures);
}

function commandsOf(): { commands: CallCommands; ask: ReturnType<typeof vi.fn>; setMicrophone: ReturnType<typeof vi.fn> } {
  const ask = vi.fn(() => Promise.resolve({ type: 'done' }));
  const setMicrophone = vi.fn(() => Promise.resolve());
  return { commands: { ask, setMicrophone } as unknown as CallCommands, ask, setMicrophone };
}

async function own(name: string): Promise<{ element: FloorElement; said: string[]; setMicrophone: ReturnType<typeof vi.fn> }> {
  const { commands, setMicrophone } = commandsOf();
  const said: string[] = [];
  const listen = (event: Event): void => { said.push((event as Event & { text: string }).text); };
  document.addEventListener('announce', listen);
  const element = await mount(new FloorElement(), { call: story(name), commands, language: 'da' as const });
  document.removeEventListener('announce', listen);
  return { element, said, setMicrophone };
}

describe('the one button', () => {
  it.each([
    ['floor-hands', 'Ræk hånden', 'requestFloor'],
    ['floor-hand-up', 'Tag hånden ned', 'releaseFloor'],
    ['floor-silenced', 'Bed om ordet', 'requestFloor'],
    ['floor-waiting', 'Fortryd', 'releaseFloor'],
    ['floor-held', 'Jeg er færdig', 'releaseFloor'],
  ])('in %s says %s', (name, label, type) => {
    const button = floorButton(story(name), words);
    expect([button?.label, button?.command.type]).toEqual([label, type]);
  });

  it('is not there where everybody speaks freely', () => {
    expect(floorButton(story('host-floor-free'), words)).toBeNull();
  });

  it('lets an interpreter of sign language ask as one', () => {
    const button = floorButton(story('floor-interpreter'), words);
    expect(`${button?.label ?? ''}${button?.rest ?? ''}`).toBe('Jeg taler på tegnsprog');
    expect(button?.command).toMatchObject({ signs: true });
  });
});

describe('how one stands oneself', () => {
  it.each([
    ['floor-waiting', 'Du er nummer 2 i køen'],
    ['floor-waiting-private', 'Du har bedt om ordet'],
    ['floor-silenced', 'Ordet er styret her. Du høres først, når du får ordet.'],
    ['floor-held', 'Du har ordet'],
    ['floor-turn-ending', 'Din tid er snart gået'],
  ])('in %s is written and read aloud', async (name, text) => {
    const { element, said } = await own(name);
    expect(textOf(element.renderRoot)).toContain(text);
    expect(said).toEqual([text]);
  });

  it('never opens a microphone by itself, but asks', async () => {
    const { element, setMicrophone } = await own('floor-held-closed');
    expect(setMicrophone).not.toHaveBeenCalled();
    element.renderRoot.querySelector('button')?.click();
    expect(setMicrophone).toHaveBeenCalledWith(true);
  });

  it('says why the floor is gone, but not what was so before we came', async () => {
    const { element } = await own('floor-held');
    const held = story('floor-held');
    const ownFloor = held.documents.ownFloor;
    if (ownFloor === undefined) throw new Error('no document');
    const ended = {
      ...held,
      documents: { ...held.documents, ownFloor: { ...ownFloor, speech: { ...ownFloor.speech, status: 'revoked', reason: 'timeUp', maySend: false } } },
    } as const;
    element.call = ended;
    await element.updateComplete;
    await element.updateComplete;
    expect(textOf(element.renderRoot)).toContain('Din tid er gået');
    const { commands } = commandsOf();
    const late = await mount(new FloorElement(), { call: ended, commands, language: 'da' as const });
    expect(textOf(late.renderRoot)).not.toContain('Din tid er gået');
  });
});

describe('the queue of hosts', () => {
  async function queue(name: string): Promise<{ element: FloorQueue; ask: ReturnType<typeof vi.fn> }> {
    const { commands, ask } = commandsOf();
    return { element: await mount(new FloorQueue(), { call: story(name), commands, language: 'da' as const }), ask };
  }

  async function rules(name: string): Promise<{ element: FloorRules; ask: ReturnType<typeof vi.fn> }> {
    const { commands, ask } = commandsOf();
    return { element: await mount(new FloorRules(), { call: story(name), commands, language: 'da' as const }), ask };
  }

  it.each([
    ['grant', { type: 'grantFloor', preempts: true }],
    ['deny', { type: 'denyFloor' }],
    ['down', { type: 'moveFloor', position: 2 }],
    ['revoke', { type: 'revokeFloor' }],
    ['extend', { type: 'extendTurn', seconds: 60 }],
    ['next', { type: 'grantFloor', preempts: true }],
  ])('%s is sent with an id of its own', async (what, command) => {
    const { element, ask } = await queue('host-floor-moderated');
    element.renderRoot.querySelector<HTMLElement>(`[data-do=${what}]`)?.click();
    expect(ask).toHaveBeenCalledWith(expect.objectContaining({ ...command, floor: 'speech', commandId: expect.any(String) as string }));
  });

  it('is cleared after some seconds, in which that can be taken back', async () => {
    const { element, ask } = await queue('host-floor-moderated');
    vi.useFakeTimers();
    const clear = present(element.renderRoot.querySelector<HTMLElement>('[data-do=clear]'));
    present(clear.shadowRoot?.querySelector('button')).click();
    vi.advanceTimersByTime(4900);
    expect(ask).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(ask).toHaveBeenCalledWith(expect.objectContaining({ type: 'clearFloor', floor: 'speech' }));
    vi.useRealTimers();
  });

  it('gives the first of the queue the floor by one button', async () => {
    const { element } = await queue('host-floor-moderated');
    expect(textOf(present(element.renderRoot.querySelector('[data-do=next]')))).toBe('Næste: Karl-Emil von Hohenberg-Christoffersen, overlæge, dr.med.');
    expect(textOf(element.renderRoot)).toMatch(/har ordet · 1:3\d tilbage/);
  });

  it('is there while somebody wants something or something is led', () => {
    expect(['host-floor-moderated', 'host-floor-queue', 'host-floor-free'].map((name) => hasQueue(story(name)))).toEqual([true, true, false]);
  });

  it('says and counts who waits for a host in a queue of people who do not see each other', async () => {
    const call = story('host-floor-queue');
    const { roomChanged } = call.documents;
    if (roomChanged === undefined) throw new Error('no room');
    const guests = { ...call, participants: call.participants.map((one) => ({ ...one, role: 'guest' as const })) };
    const hidden = { ...guests, documents: { ...call.documents, roomChanged: { ...roomChanged, room: { ...roomChanged.room, guestVisibility: 'hosts' as const } } } };
    expect([call, guests, hidden].map(waitingForHosts)).toEqual([0, 0, 1]);
    const asked = { type: 'consentList', people: [{ participantId: guests.participants[2]?.id ?? '', visibility: 'asked', spotlight: 'none' }] } as const;
    expect(waitingForHosts({ ...guests, documents: { ...call.documents, consentList: asked } })).toBe(1);
    const { element } = await rules('host-floor-queue');
    expect(textOf(element.renderRoot)).not.toContain('Borgere, der ikke ser hinanden');
    element.call = hidden;
    await element.updateComplete;
    expect(textOf(element.renderRoot)).toContain('Borgere, der ikke ser hinanden, får ordet af jer.');
  });

  it('names everybody in what its buttons say', async () => {
    const { element } = await queue('host-floor-moderated');
    const labels = [...element.renderRoot.querySelectorAll('[data-do=grant]')].map((button) => button.getAttribute('aria-label'));
    expect(labels[1]).toBe('Giv ordet til Fatima Al-Sayed');
  });

  it('lets hosts choose who shares a screen, and whether who speaks is shown large', async () => {
    const { element, ask } = await rules('host-floor-moderated');
    const screens = present(element.renderRoot.querySelector<HTMLSelectElement>('#screen-policy'));
    expect([...screens.options].map((option) => option.value)).toEqual(['free', 'queue', 'moderated']);
    screens.selectedIndex = 2;
    screens.dispatchEvent(new Event('change'));
    expect(ask).toHaveBeenLastCalledWith({ type: 'changeRoom', screenPolicy: 'moderated' });
    const large = present(element.renderRoot.querySelector<HTMLInputElement>('#shows-speaker'));
    expect(large.checked).toBe(true);
    large.checked = false;
    large.dispatchEvent(new Event('change'));
    expect(ask).toHaveBeenLastCalledWith({ type: 'changeRoom', showsSpeaker: false });
  });

  it('does not speak of who is shown large where everybody speaks freely', async () => {
    const { element } = await rules('host-floor-free');
    expect(element.renderRoot.querySelector('#shows-speaker')).toBeNull();
  });

  it('changes how people get the floor', async () => {
    const { element, ask } = await rules('host-floor-free');
    const select = element.renderRoot.querySelector<HTMLSelectElement>('#policy');
    if (select === null) throw new Error('no chooser');
    select.selectedIndex = 3;
    select.dispatchEvent(new Event('change'));
    expect(ask).toHaveBeenCalledWith({ type: 'changeRoom', floorPolicy: 'moderated' });
  });
});
