// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SlotKind } from '../protocol/messages.gen.js';
import type { Slot } from './peer.js';
import { Sound } from './sound.js';

/** What each element answers to `play`, by its order in the document. */
let answers: (() => Promise<void>)[] = [];

const slot = (kind: SlotKind, index: number): Slot => ({ kind, index, stream: {} as MediaStream, receiver: {} as RTCRtpReceiver });
const SLOTS = [slot('speaker', 0), slot('speaker', 1), slot('speaker', 2), slot('programme', 0), slot('video', 0)];
const elements = (): HTMLAudioElement[] => [...document.querySelectorAll('audio')];
const plays = (): Promise<void> => Promise.resolve();
const refuses = (): Promise<void> => Promise.reject(new DOMException('', 'NotAllowedError'));
const waits = (): Promise<void> => new Promise(() => undefined);
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  answers = [plays, plays, plays, plays];
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', { value: null, writable: true, configurable: true });
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (this: HTMLMediaElement) {
    return answers[elements().indexOf(this as HTMLAudioElement)]?.() ?? plays();
  });
});
afterEach(() => {
  document.body.replaceChildren();
});

describe('Sound', () => {
  it('makes its elements inside the click and hangs each audio slot on one', () => {
    const sound = new Sound(() => undefined);
    sound.unlock();
    const made = elements();
    expect(made).toHaveLength(4);
    expect(made.every((element) => element.autoplay && element.hasAttribute('playsinline'))).toBe(true);
    sound.attach(SLOTS);
    expect(elements()).toEqual(made);
    expect(made.map((element) => element.srcObject)).toEqual(SLOTS.slice(0, 4).map((one) => one.stream));
  });

  it('goes on by itself where a telephone call has paused it', () => {
    const sound = new Sound(() => undefined);
    sound.attach(SLOTS);
    const play = vi.mocked(HTMLMediaElement.prototype.play);
    play.mockClear();
    elements()[0]?.dispatchEvent(new Event('pause'));
    expect(play).toHaveBeenCalled();
    const [first] = elements();
    sound.stop();
    play.mockClear();
    first?.dispatchEvent(new Event('pause'));
    expect(play).not.toHaveBeenCalled();
  });

  it('keeps its elements for a new connection', () => {
    const sound = new Sound(() => undefined);
    sound.attach(SLOTS);
    const made = elements();
    const others = SLOTS.map((one) => ({ ...one, stream: {} as MediaStream }));
    sound.attach(others);
    expect(elements()).toEqual(made);
    expect(made[0]?.srcObject).toBe(others[0]?.stream);
  });

  it('tells that the browser refuses, even while other elements still wait for sound', async () => {
    const told: boolean[] = [];
    const sound = new Sound((isBlocked) => told.push(isBlocked));
    answers = [waits, refuses, waits, plays];
    sound.attach(SLOTS);
    await settle();
    expect(told.at(-1)).toBe(true);
    answers = [plays, plays, waits, waits];
    sound.play();
    await settle();
    expect(told.at(-1)).toBe(false);
  });

  it('takes nothing else for a refusal', async () => {
    const told: boolean[] = [];
    const sound = new Sound((isBlocked) => told.push(isBlocked));
    answers = Array<() => Promise<void>>(4).fill(() => Promise.reject(new DOMException('', 'AbortError')));
    sound.attach(SLOTS);
    await settle();
    expect(told).toEqual([]);
  });

  it('leaves nothing behind', () => {
    const sound = new Sound(() => undefined);
    sound.attach(SLOTS);
    sound.stop();
    expect(document.body.childElementCount).toBe(0);
  });
});
