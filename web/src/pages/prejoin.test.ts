// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallCommands, CallState } from '../call-types.js';
import type { NetworkVerdict } from '../network/check.js';
import { decodeLook } from '../look/look.js';
import { stateOf, type Place } from '../prejoin/place.js';
import { mount, part, textOf, unmountAll } from '../testing/mount.js';
import { da } from '../text/da.js';
import { Voice } from '../voices.js';
import { IDLE, previewing } from './fixtures.js';
import { Prejoin } from './prejoin.js';
import { INVITATION } from './story-invitation.js';

let isAllowed = false;
vi.mock('./platform.js', async (original) => ({ ...(await original<object>()), mayPreviewAtOnce: () => Promise.resolve(isAllowed) }));

const BOOKED = { ...INVITATION, name: 'Inger Marie Holm', hostName: 'Bo Ås', hostFunction: 'læge' };
const LOOK = decodeLook({ version: 1, termsVersion: 'v1', termsTitle: 'Vilkår', termsText: 'Vi optager ikke.' });

let verdict: NetworkVerdict | null = null;
let tell: () => void = () => undefined;
const stopNetwork = vi.fn();
const network = {
  get value() {
    return verdict === null ? null : { verdict, ways: { udp: true, tcp: true, tls: null }, roundTripMs: null, lossRatio: null };
  },
  subscribe: (listener: () => void) => ((tell = listener), () => undefined),
  start: () => undefined,
  stop: stopNetwork,
};
const sent = {
  startPreview: vi.fn(() => Promise.resolve()),
  setWay: vi.fn(() => Promise.resolve()),
  join: vi.fn(() => Promise.resolve()),
  acceptTerms: vi.fn(),
  setName: vi.fn(),
};
const commands = { ...sent, hub: { network: () => Promise.resolve(network) } } as unknown as CallCommands;

function guest(change: Partial<CallState> = {}): CallState {
  return { ...IDLE, room: null, invitation: BOOKED, ...change };
}

/** With its later screens. */
async function shown(call: CallState, place: Partial<Place> = {}): Promise<Prejoin> {
  history.replaceState(stateOf(place), '');
  const page = await mount(new Prejoin(), { call, commands, words: da });
  await vi.waitFor(() => { expect(page.renderRoot.querySelector('.moment, h1')).not.toBeNull(); });
  await vi.waitFor(() => { expect(page.who).not.toBeNull(); });
  await page.updateComplete;
  return page;
}

const heading = (page: Prejoin): string => textOf(part(page, 'h1'));

async function press(page: Prejoin, text: string): Promise<void> {
  const found = [...page.renderRoot.querySelectorAll('button')].find((button) => textOf(button) === text);
  if (found === undefined) throw new Error(`no button ${text}`);
  found.click();
  await page.updateComplete;
}

beforeAll(() => import('./prejoin/guest-screens.js').then(() => import('./prejoin/host-screens.js')));
beforeEach(() => {
  [verdict, isAllowed] = [null, false];
  localStorage.clear();
});
afterEach(() => {
  unmountAll();
  vi.clearAllMocks();
});

describe('a guest', () => {
  it('is told who, and turns nothing on before he has gone on', async () => {
    const page = await shown(guest());
    expect(heading(page)).toBe('Videomøde med Aarhus Kommune');
    expect(textOf(part(page, '.facts'))).toBe('Du skal tale med Bo ÅsLæge');
    expect(sent.startPreview).not.toHaveBeenCalled();
    await press(page, 'Kom i gang');
    expect(heading(page)).toBe('Tænd kamera og mikrofon');
    expect(sent.startPreview).not.toHaveBeenCalled();
    await press(page, 'Tænd kamera og mikrofon');
    expect(sent.startPreview).toHaveBeenCalledOnce();
  });

  it('sees himself at once where the browser asks nobody, but not while he reads', async () => {
    isAllowed = true;
    const page = await shown(guest());
    await vi.waitFor(() => { expect(page.situation.hasPermission).toBe(true); });
    expect(sent.startPreview).not.toHaveBeenCalled();
    await press(page, 'Kom i gang');
    await vi.waitFor(() => { expect(sent.startPreview).toHaveBeenCalledOnce(); });
  });

  it('sees the subject only where it is told', async () => {
    expect(textOf(await shown(guest()))).not.toContain('Det handler om');
    unmountAll();
    const page = await shown(guest({ invitation: { ...BOOKED, subject: 'Hjemmebesøg' } }));
    expect(textOf(part(page, '.facts'))).toContain('Det handler om Hjemmebesøg');
  });

  it('goes on without what was refused, and is asked no more for it', async () => {
    const { local } = previewing();
    const refused = {
      ...local,
      camera: { ...local.camera, on: false, error: 'permissionDenied' as const },
      microphone: { ...local.microphone, on: false, error: 'permissionDenied' as const },
    };
    const page = await shown(guest({ phase: 'previewing', local: refused }), { step: 'camera' });
    await press(page, 'Gå videre uden kamera og mikrofon');
    expect(sent.setWay).toHaveBeenCalledWith('listen');
    expect(heading(page)).toBe('Nu prøver vi lyden');
  });

  it.each([
    ['a guest', guest(), 'microphone', '.heard', 'Vi kan ikke høre dig endnu. Tal lidt højere, eller tryk på »Der sker ikke noget«.'],
    ['a host', guest({ invitation: { ...BOOKED, role: 'host' } }), 'host', '.meter .hint', 'Vi kan ikke høre din mikrofon endnu. Tal lidt højere, eller vælg en anden.'],
  ] as const)('tells %s of a microphone that gives nothing, until it does', async (_who, call, step, place, text) => {
    isAllowed = true;
    const voice = new Voice(0);
    const running = previewing(() => null, { room: null, invitation: call.invitation });
    const withMicrophone = (on: boolean): CallState => ({ ...running, local: { ...running.local, microphone: { ...running.local.microphone, voice, on } } });
    const page = await shown(withMicrophone(false), { step: 'camera' });
    if (step === 'microphone') await press(page, 'Ja');
    vi.useFakeTimers();
    page.call = withMicrophone(true);
    await page.updateComplete;
    vi.advanceTimersByTime(5900);
    await page.updateComplete;
    expect(textOf(part(page, place))).not.toContain('endnu');
    vi.advanceTimersByTime(200);
    await page.updateComplete;
    expect(textOf(part(page, place)).trim()).toBe(text);
    vi.useRealTimers();
    voice.set(0.4);
    await vi.waitFor(() => { expect(textOf(part(page, place))).toContain('Vi kan høre dig.'); });
    isAllowed = false;
  });

  it('says what works, and is not asked for it again on the same day', async () => {
    const voice = new Voice(0.4);
    const running = previewing(() => null, { room: null, invitation: BOOKED });
    const call = { ...running, local: { ...running.local, microphone: { ...running.local.microphone, voice } } };
    const page = await shown(call, { step: 'camera' });
    await press(page, 'Ja');
    expect(textOf(part(page, '.heard'))).toBe('Vi kan høre dig.');
    await press(page, 'Gå videre');
    expect(Object.keys(JSON.parse(localStorage.getItem('vdx.tried') ?? '{}') as object)).toEqual(['camera', 'microphone']);
    unmountAll();
    const again = await shown(call);
    // The browser would ask again, and that is explained at the camera.
    expect(again.steps).toEqual(['welcome', 'camera', 'speaker', 'ready']);
    unmountAll();
    isAllowed = true;
    const allowed = await shown(call);
    await vi.waitFor(() => { expect(allowed.steps).toEqual(['welcome', 'speaker', 'ready']); });
  });

  it('gets past the terms by accepting them only', async () => {
    const page = await shown(guest({ look: LOOK }), { step: 'ready' });
    expect(heading(page)).toBe('Vilkår');
    await press(page, 'Jeg siger ja');
    expect(sent.acceptTerms).toHaveBeenCalledOnce();
    page.call = guest({ look: LOOK, acceptedTerms: 'v1' });
    await page.updateComplete;
    expect(heading(page)).toBe('Tænd kamera og mikrofon');
  });

  it('may say no, is told what happens then and whom to call, and may come back', async () => {
    const page = await shown(guest({ look: LOOK }), { step: 'terms' });
    await press(page, 'Nej tak');
    expect(heading(page)).toBe('Du har sagt nej tak');
    expect(part<HTMLAnchorElement>(page, '.actions a').getAttribute('href')).toMatch(/^tel:/);
    expect([sent.acceptTerms.mock.calls, sent.startPreview.mock.calls, sent.join.mock.calls]).toEqual([[], [], []]);
    await press(page, 'Læs det igen');
    expect(heading(page)).toBe('Vilkår');
  });

  it('reads and accepts, and then joins, when his link asks for the shortest way', async () => {
    const page = await shown(guest({ look: LOOK }), { isShort: true });
    await press(page, 'Jeg siger ja');
    page.call = guest({ look: LOOK, acceptedTerms: 'v1' });
    await page.updateComplete;
    expect(heading(page)).toBe('Klar til at gå ind');
    unmountAll();
    const host = await shown(guest({ look: LOOK, invitation: { ...BOOKED, role: 'host' } }));
    expect(host.steps).toEqual(['host']);
  });

  it('types a name only where the link fixes none, and is led to it', async () => {
    const named = await shown(guest(), { step: 'ready' });
    expect(named.renderRoot.querySelector('#name')).toBeNull();
    part(named, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    expect(sent.join).toHaveBeenCalledOnce();
    unmountAll();
    const page = await shown(guest({ invitation: { ...BOOKED, name: null } }), { isShort: true });
    expect(heading(page)).toBe('Klar til at gå ind');
    part(page, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    await page.updateComplete;
    expect(sent.join).toHaveBeenCalledOnce();
    expect(textOf(part(page, '#name-problem'))).toBe('Skriv dit navn, så de andre kan se, hvem du er.');
  });
});

describe('the network', () => {
  const line = (page: Prejoin): string => textOf(part(page, '.network'));

  it('chooses sound only, says so, and stops nobody', async () => {
    const page = await shown(previewing(() => null, { room: null, invitation: BOOKED }), { step: 'ready' });
    expect(line(page)).toBe('');
    verdict = 'soundOnly';
    tell();
    expect(sent.setWay).toHaveBeenCalledWith('sound');
    page.call = { ...page.call, local: { ...page.call.local, way: 'sound' } };
    await page.updateComplete;
    expect(line(page)).toContain('lyd alene');
    part(page, 'form').dispatchEvent(new Event('submit', { cancelable: true }));
    expect(sent.join).toHaveBeenCalledOnce();
  });

  it('does not choose for who has chosen', async () => {
    const page = await shown(previewing(() => null, { room: null, invitation: BOOKED }), { step: 'ready' });
    page.chooseWay('picture');
    verdict = 'soundOnly';
    tell();
    await page.updateComplete;
    expect(sent.setWay.mock.calls).toEqual([['picture']]);
    expect(line(page)).toBe('Din forbindelse er svag. Billedet kan blive uklart.');
  });

  it('is not tried for who only reads, and is left when he goes in', async () => {
    const start = vi.spyOn(network, 'start');
    await shown(guest());
    expect(start).not.toHaveBeenCalled();
    unmountAll();
    await shown(guest(), { step: 'camera' });
    await vi.waitFor(() => { expect(start).toHaveBeenCalledOnce(); });
    unmountAll();
    expect(stopNetwork).toHaveBeenCalled();
  });
});

describe('a host', () => {
  it('has one screen, also when it turns out late that he is one', async () => {
    const page = await shown({ ...IDLE, room: null });
    expect(heading(page)).toBe('Videomøde');
    page.call = { ...IDLE, room: null, invitation: { ...INVITATION, role: 'host' } };
    await vi.waitFor(() => { expect(page.renderRoot.querySelector('form.desk')).not.toBeNull(); });
    expect(page.steps).toEqual(['host']);
    expect(page.renderRoot.querySelector('.top')).toBeNull();
  });
});
