import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SETUP } from '../testing/builders.js';
import { FakePlatform, FakeTrack } from '../testing/fake-peer.js';
import { failure } from '../protocol/decode.js';
import type { AnswerMedia, Failure } from '../protocol/messages.gen.js';
import { MediaLink, type MediaState } from './media-link.js';
import type { LocalTracks } from './peer.js';

class Bench {
  readonly platform = new FakePlatform();
  readonly states: MediaState[] = [];
  readonly refusals: Failure[] = [];
  offers = 0;
  answer: () => AnswerMedia | Failure = () => this.platform.newest.answer(SETUP.slots);
  tracks: LocalTracks = { microphone: null, camera: null, screen: null, screenAudio: null };

  readiness: () => Promise<void> = () => Promise.resolve();
  /** Between an offer and its answer. */
  delay: () => Promise<void> = () => Promise.resolve();

  readonly link = new MediaLink(
    async () => {
      this.offers += 1;
      await this.delay();
      return this.answer();
    },
    () => this.tracks,
    {
      onMedia: (state) => {
        if (this.states.at(-1) !== state) this.states.push(state);
      },
      onRefused: (refusal) => this.refusals.push(refusal),
    },
    this.platform,
    () => this.readiness(),
  );

  async begin(): Promise<void> {
    this.link.onSignalling(SETUP, false);
    await vi.advanceTimersByTimeAsync(0);
  }

  async connect(): Promise<void> {
    this.link.onSignalling(SETUP, false);
    await vi.advanceTimersByTimeAsync(0);
    this.platform.newest.become('connected');
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('media', () => {
  it('connects once there is a seat', async () => {
    const bench = new Bench();
    await bench.connect();
    expect(bench.states).toEqual(['connecting', 'connected']);
    expect(bench.offers).toBe(1);
  });

  it('is left alone when signalling was cut and the server still has it', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.link.onSignallingLost();
    await vi.advanceTimersByTimeAsync(10_000);
    bench.link.onSignalling(null, true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.offers).toBe(1);
    expect(bench.platform.connections).toHaveLength(1);
    expect(bench.states).toEqual(['connecting', 'connected']);
  });

  it('is made anew, with the same tracks, when the server has lost it', async () => {
    const bench = new Bench();
    const camera = new FakeTrack('video').asTrack();
    bench.tracks = { ...bench.tracks, camera };
    await bench.connect();
    bench.link.onServerLost();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.platform.connections.map((pc) => pc.connectionState)).toEqual(['closed', 'new']);
    expect(bench.platform.newest.transceivers[1]?.sentTrack).toBe(camera);
    bench.platform.newest.become('connected');
    expect(bench.states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('after a hiccup of two seconds goes on without a restart', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.platform.newest.become('disconnected');
    await vi.advanceTimersByTimeAsync(2000);
    bench.platform.newest.become('connected');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(bench.offers).toBe(1);
    expect(bench.states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('restarts ICE after three seconds, and is replaced when that does not help', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.platform.newest.become('disconnected');
    await vi.advanceTimersByTimeAsync(3000);
    expect(bench.platform.newest.offers).toEqual([{ iceRestart: false }, { iceRestart: true }]);
    expect(bench.platform.connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(8000);
    expect(bench.platform.connections).toHaveLength(2);
  });

  it('restarts at once when it failed', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.platform.newest.become('failed');
    await vi.advanceTimersByTimeAsync(1);
    expect(bench.platform.newest.offers).toHaveLength(2);
    bench.platform.newest.become('connected');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(bench.platform.connections).toHaveLength(1);
  });

  it.each(['connected', 'disconnected', 'failed'] as const)('restarts at once on another network: %s', async (state) => {
    const bench = new Bench();
    await bench.connect();
    bench.platform.newest.become(state);
    bench.link.onNetworkChange();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.platform.newest.offers).toEqual([{ iceRestart: false }, { iceRestart: true }]);
    bench.platform.newest.become('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.platform.connections).toHaveLength(1);
    expect(bench.offers).toBe(2);
  });

  it('restarts when the page is back and it was cut, and else is left alone', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.link.recover();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.offers).toBe(1);
    bench.platform.newest.become('disconnected');
    bench.link.recover();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.platform.newest.offers).toEqual([{ iceRestart: false }, { iceRestart: true }]);
  });

  it('restarts once more, and not at once, when the network changes during a restart', async () => {
    const bench = new Bench();
    await bench.connect();
    for (let change = 0; change < 5; change += 1) bench.link.onNetworkChange();
    expect(bench.offers).toBe(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.platform.newest.offers.slice(1)).toEqual([{ iceRestart: true }, { iceRestart: true }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.offers).toBe(3);
    expect(bench.platform.connections).toHaveLength(1);
  });

  it('that does not come up on the other network is restarted again, then replaced', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.link.onNetworkChange();
    await vi.advanceTimersByTimeAsync(0);
    bench.platform.newest.become('disconnected');
    await vi.advanceTimersByTimeAsync(3000);
    expect(bench.platform.newest.offers).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(8000);
    expect(bench.platform.connections).toHaveLength(2);
  });

  it('waits for signalling with its repair', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.link.onSignallingLost();
    bench.platform.newest.become('disconnected');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.offers).toBe(1);
    bench.link.onSignalling(null, true);
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.platform.newest.offers.at(-1)).toEqual({ iceRestart: true });
  });

  it.each(['connected', 'disconnected'] as const)(
    'restarts once when both ways were dead, though the browser calls it %s by then',
    async (state) => {
      const bench = new Bench();
      await bench.connect();
      bench.link.onSignallingLost();
      bench.platform.newest.become(state);
      bench.link.onSignalling(null, true, true);
      await vi.advanceTimersByTimeAsync(0);
      bench.platform.newest.become('connected');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(bench.platform.newest.offers).toEqual([{ iceRestart: false }, { iceRestart: true }]);
    },
  );

  it('restarts once more when signalling is there again before the offer on the old way is given up', async () => {
    const bench = new Bench();
    await bench.connect();
    const answers: (() => void)[] = [];
    bench.delay = () => new Promise((resolve) => answers.push(resolve));
    bench.link.onNetworkChange();
    await vi.advanceTimersByTimeAsync(0);
    bench.answer = () => failure('unreachable', 'nobody there');
    bench.platform.newest.become('disconnected');
    bench.link.onSignallingLost();
    bench.link.onSignalling(null, true);
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    bench.answer = () => bench.platform.newest.answer(SETUP.slots);
    answers[1]?.();
    await vi.advanceTimersByTimeAsync(0);
    bench.platform.newest.become('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(answers).toHaveLength(2);
    expect(bench.platform.connections).toHaveLength(1);
  });

  it('is replaced, once, when the server gives it up while a restart is under way, whatever comes of that', async () => {
    for (const late of ['answer', 'refusal'] as const) {
      const bench = new Bench();
      await bench.connect();
      const answers: (() => void)[] = [];
      bench.delay = () => new Promise((resolve) => answers.push(resolve));
      bench.link.onNetworkChange();
      await vi.advanceTimersByTimeAsync(0);
      bench.link.onServerLost();
      bench.link.onNetworkChange();
      await vi.advanceTimersByTimeAsync(0);
      expect(bench.platform.connections).toHaveLength(2);
      const [old, made] = bench.platform.connections;
      bench.answer = () => (late === 'answer' ? (old?.answer(SETUP.slots) ?? failure('unreachable', '')) : failure('unreachable', ''));
      answers[0]?.();
      await vi.advanceTimersByTimeAsync(0);
      bench.answer = () => bench.platform.newest.answer(SETUP.slots);
      answers[1]?.();
      await vi.advanceTimersByTimeAsync(0);
      made?.become('connected');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(bench.platform.connections).toHaveLength(2);
      expect(bench.states.at(-1)).toBe('connected');
    }
  });

  it('goes on, on the same connection, when two restarts in a row are asked for by both its own cut and the network', async () => {
    const bench = new Bench();
    await bench.connect();
    const answers: (() => void)[] = [];
    bench.delay = () => new Promise((resolve) => answers.push(resolve));
    bench.platform.newest.become('failed');
    bench.link.onNetworkChange();
    bench.link.recover();
    await vi.advanceTimersByTimeAsync(0);
    bench.link.onSignalling(null, true, true);
    for (let given = 0; given < 4; given += 1) {
      answers[given]?.();
      await vi.advanceTimersByTimeAsync(0);
    }
    bench.platform.newest.become('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(answers).toHaveLength(2);
    expect(bench.platform.connections).toHaveLength(1);
    expect(bench.states.at(-1)).toBe('connected');
  });

  it('that never comes up is made again, ever more slowly', async () => {
    const bench = new Bench();
    bench.link.onSignalling(SETUP, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.platform.connections.length).toBeGreaterThan(3);
    expect(bench.platform.connections.length).toBeLessThan(8);
    expect(bench.platform.connections.slice(0, -1).every((pc) => pc.connectionState === 'closed')).toBe(true);
  });

  it('tries again when the server is busy, after the time it named', async () => {
    const bench = new Bench();
    bench.answer = () => failure('media_busy', '', 2);
    bench.link.onSignalling(SETUP, false);
    await vi.advanceTimersByTimeAsync(1900);
    expect(bench.offers).toBe(1);
    bench.answer = () => bench.platform.newest.answer(SETUP.slots);
    await vi.advanceTimersByTimeAsync(200);
    expect(bench.offers).toBe(2);
    expect(bench.refusals).toEqual([]);
  });

  it('is given up after three refused offers', async () => {
    const bench = new Bench();
    bench.answer = () => failure('sdp_unsupported', '');
    bench.link.onSignalling(SETUP, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.offers).toBe(3);
    expect(bench.refusals.map((one) => one.code)).toEqual(['sdp_unsupported']);
  });

  it('waits for the devices with the first connection only', async () => {
    const bench = new Bench();
    let arrive: () => void = () => undefined;
    bench.readiness = () => new Promise((resolve) => (arrive = resolve));
    await bench.begin();
    expect(bench.states).toEqual(['connecting']);
    expect(bench.offers).toBe(0);
    arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.offers).toBe(1);
    bench.readiness = () => new Promise(() => undefined);
    bench.link.onServerLost();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.offers).toBe(2);
  });

  it('ended while it waited is not begun', async () => {
    const bench = new Bench();
    let arrive: () => void = () => undefined;
    bench.readiness = () => new Promise((resolve) => (arrive = resolve));
    await bench.begin();
    bench.link.stop();
    arrive();
    await vi.advanceTimersByTimeAsync(1000);
    expect(bench.platform.connections).toEqual([]);
  });

  it('cut while it waited begins with the next seat', async () => {
    const bench = new Bench();
    let arrive: () => void = () => undefined;
    bench.readiness = () => new Promise((resolve) => (arrive = resolve));
    await bench.begin();
    bench.link.onSignallingLost();
    arrive();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.offers).toBe(0);
    bench.readiness = () => Promise.resolve();
    await bench.begin();
    expect(bench.offers).toBe(1);
  });

  it('does nothing more after the end', async () => {
    const bench = new Bench();
    await bench.connect();
    bench.platform.newest.become('disconnected');
    bench.link.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.offers).toBe(1);
    expect(bench.platform.newest.connectionState).toBe('closed');
    expect(bench.states.at(-1)).toBe('none');
  });
});
