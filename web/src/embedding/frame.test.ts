import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Call, CallState } from '../call-types.js';
import { inCall, IDLE } from '../pages/fixtures.js';
import { FrameDesk, MAX_PENDING, type FrameWorld } from './frame.js';

const PORTAL = 'https://portal.example.dk';

interface Sent {
  readonly letter: Readonly<Record<string, unknown>>;
  readonly target: string;
}

class Frame {
  readonly sent: Sent[] = [];
  readonly complaints: string[] = [];
  readonly asked: string[] = [];
  readonly parent = {
    postMessage: (letter: never, target: never) => this.sent.push({ letter, target }),
  } as unknown as Window;
  verdict: boolean | null = true;
  readonly world: FrameWorld = {
    parent: this.parent,
    origin: 'https://hub.example.dk',
    policy: null,
    mayCommand: (origin) => {
      this.asked.push(origin);
      return Promise.resolve(this.verdict);
    },
    complain: (text) => this.complaints.push(text),
  };
  #state: CallState = IDLE;
  #listeners: (() => void)[] = [];
  readonly setMicrophone = vi.fn(() => Promise.resolve());
  readonly ask = vi.fn(() => Promise.resolve({ type: 'error', code: 'hosts_only', text: 'no', retryAfter: null }));
  readonly call = {
    getState: () => this.#state,
    subscribe: (listener: () => void) => this.#listeners.push(listener),
    setMicrophone: this.setMicrophone,
    ask: this.ask,
    join: () => Promise.resolve(),
  } as unknown as Call;
  readonly desk = new FrameDesk(this.world);

  become(state: CallState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  async say(name: string, args?: unknown, { origin = PORTAL, source = this.parent as unknown } = {}): Promise<void> {
    await this.desk.receive({ source: source as Window, origin, data: { vdx: 1, id: 'c1', type: 'command', name, args } });
  }

  get answers(): readonly unknown[] {
    return this.sent.filter(({ letter }) => letter['type'] === 'answer').map(({ letter }) => letter);
  }

  get events(): readonly unknown[] {
    return this.sent.filter(({ letter }) => letter['type'] === 'event').map(({ letter }) => letter['name']);
  }
}

let frame: Frame;
beforeEach(() => {
  frame = new Frame();
});

describe('FrameDesk', () => {
  it('answers the page around it, and nobody else, at its very origin', async () => {
    frame.desk.attach({ call: frame.call });
    await frame.say('getState');
    expect(frame.answers).toMatchObject([{ vdx: 1, id: 'c1', type: 'answer', name: 'getState', ok: true, value: { phase: 'idle' } }]);
    expect(frame.sent.every(({ target }) => target === PORTAL)).toBe(true);
  });

  it('passes over every other window, whatever its origin', async () => {
    frame.desk.attach({ call: frame.call });
    const postMessage = vi.fn();
    await frame.say('setMicrophone', { on: false }, { source: { postMessage } });
    await frame.say('setMicrophone', { on: false }, { source: { postMessage }, origin: 'https://hub.example.dk' });
    expect(frame.setMicrophone).not.toHaveBeenCalled();
    expect(postMessage).not.toHaveBeenCalled();
    expect([frame.sent, frame.asked]).toEqual([[], []]);
  });

  it('tells a page that may not command so, and nothing of the call', async () => {
    frame.verdict = false;
    frame.desk.attach({ call: frame.call });
    await frame.say('setMicrophone', { on: false });
    frame.become(inCall(2));
    expect(frame.answers).toMatchObject([{ ok: false, code: 'origin_not_allowed' }]);
    expect([frame.events, frame.setMicrophone.mock.calls]).toEqual([[], []]);
    expect(frame.complaints.join()).toContain(PORTAL);
  });

  it('asks the server again when no answer came, and once when one did', async () => {
    frame.desk.attach({ call: frame.call });
    frame.verdict = null;
    await frame.say('getState');
    expect(frame.answers).toMatchObject([{ ok: false, code: 'unreachable' }]);
    frame.verdict = true;
    await frame.say('getState');
    await frame.say('getState');
    expect(frame.asked).toEqual([PORTAL, PORTAL]);
  });

  it('says nothing to a page without an origin, which could not be told apart', async () => {
    await frame.say('getCapabilities', undefined, { origin: 'null' });
    expect([frame.sent, frame.asked]).toEqual([[], []]);
  });

  it('asks nobody about a page of its own origin', async () => {
    await frame.say('getCapabilities', undefined, { origin: 'https://hub.example.dk' });
    expect(frame.asked).toEqual([]);
    expect(frame.answers).toMatchObject([{ ok: true, value: { version: 1 } }]);
  });

  it('tells nothing before it was spoken to, then what is, then what changes', async () => {
    frame.desk.attach({ call: frame.call });
    frame.become(inCall(1));
    expect(frame.events).toEqual([]);
    await frame.say('getCapabilities');
    expect(frame.events).toEqual(expect.arrayContaining(['phaseChanged', 'joined', 'participantJoined']));
    frame.sent.length = 0;
    frame.become({ ...inCall(1), phase: 'ended', ended: { code: 'left', canRejoin: true }, participants: [], self: null });
    expect(frame.events).toEqual(expect.arrayContaining(['participantLeft', 'left', 'readyToClose']));
  });

  it.each([
    ['fly', undefined, 'unknown_command'],
    ['__proto__', undefined, 'unknown_command'],
    ['setMicrophone', { on: 'yes' }, 'bad_arguments'],
    ['setMicrophone', undefined, 'bad_arguments'],
    ['end', undefined, 'not_now'],
  ])('refuses %s with %j by a code', async (name, args, code) => {
    frame.desk.attach({ call: frame.call });
    await frame.say(name, args);
    expect(frame.answers).toMatchObject([{ ok: false, code }]);
  });

  it('hands on what the server refuses', async () => {
    frame.desk.attach({ call: frame.call });
    frame.become(inCall(1));
    await frame.say('muteEveryone');
    expect(frame.answers).toMatchObject([{ ok: false, code: 'hosts_only' }]);
    expect(frame.ask).toHaveBeenCalledWith({ type: 'muteGuests' });
  });

  it('says that it is too early before there is a call', async () => {
    await frame.say('join');
    expect(frame.answers).toMatchObject([{ ok: false, code: 'not_now' }]);
  });

  it('takes only so many commands at a time', async () => {
    frame.desk.attach({ call: frame.call });
    await Promise.all(Array.from({ length: MAX_PENDING + 1 }, () => frame.say('getState')));
    expect(frame.answers.filter((answer) => (answer as { code?: string }).code === 'too_many')).toHaveLength(1);
    await frame.say('getState');
    expect(frame.answers.at(-1)).toMatchObject({ ok: true });
  });

  it('complains of an allow that lacks something, and tells the page', async () => {
    const policy = { allowsFeature: (name: string) => name !== 'camera' };
    const desk = new FrameDesk({ ...frame.world, policy });
    expect(frame.complaints.join()).toMatch(/may not use camera\..*allow="camera; microphone/);
    await desk.receive({ source: frame.parent, origin: PORTAL, data: { vdx: 1, id: 'c1', type: 'command', name: 'getCapabilities' } });
    expect(frame.sent[0]).toMatchObject({ letter: { name: 'allowMissing', detail: { features: ['camera'] } }, target: PORTAL });
  });
});
