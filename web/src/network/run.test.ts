import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PeerPlatform } from '../media/peer.js';
import type { AskEcho, EchoReply } from './echo-requests.js';
import { runCheck, type CheckResult } from './run.js';

const ANSWER = ['v=0', 'a=candidate:1 1 udp 1 10.0.0.1 3479 typ host', 'a=candidate:2 1 tcp 1 10.0.0.1 3479 typ host', 'a=setup:passive', ''].join('\r\n');
const TURN = [{ urls: ['turn:t?transport=udp', 'turn:t?transport=tcp', 'turns:t?transport=tcp'], username: 'u', credential: 'c' }];

/** A connection that opens, or does not, by what it is given; 100 packets a second of 1.5 Mbit/s come back on it. */
class FakeConnection extends EventTarget {
  static readonly made: FakeConnection[] = [];
  iceConnectionState = 'new';
  connectionState = 'new';
  remote = '';
  isClosed = false;
  #sinceMs = 0;

  constructor(readonly configuration: RTCConfiguration, private readonly opens: (way: string) => boolean) {
    super();
    FakeConnection.made.push(this);
  }

  get way(): string {
    const [url] = this.configuration.iceServers?.flatMap(({ urls }) => urls) ?? [];
    return url ?? (this.remote.includes(' udp ') ? 'udp' : 'tcp');
  }

  get localDescription(): { sdp: string } {
    return { sdp: 'v=0' };
  }

  addTransceiver(): object {
    return { mid: '0', receiver: { track: {} }, sender: {} };
  }

  createOffer(): Promise<object> {
    return Promise.resolve({});
  }

  setLocalDescription(): Promise<void> {
    return Promise.resolve();
  }

  setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.remote = sdp;
    setTimeout(() => {
      if (!this.opens(this.way)) return;
      [this.iceConnectionState, this.connectionState, this.#sinceMs] = ['connected', 'connected', performance.now()];
      this.dispatchEvent(new Event('iceconnectionstatechange'));
    }, 100);
    return Promise.resolve();
  }

  getStats(): Promise<Map<string, object>> {
    const s = (performance.now() - this.#sinceMs) / 1000;
    return Promise.resolve(new Map<string, object>([
      ['o', { type: 'outbound-rtp', kind: 'video', framesEncoded: 1 + 15 * s, packetsSent: 1 + 100 * s, bytesSent: 190_000 * s }],
      ['i', { type: 'inbound-rtp', kind: 'video', bytesReceived: 190_000 * s, packetsReceived: 100 * s, packetsLost: 0 }],
      ['p', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.03 }],
    ]));
  }

  close(): void {
    this.isClosed = true;
  }
}

let asked: number[] = [];

function check(opens: (way: string) => boolean, { turn = false, answerMs = 50, replies = [] as EchoReply[], signal = new AbortController().signal } = {}): Promise<CheckResult | null> {
  const ask: AskEcho = async (offers) => {
    asked.push(offers.length);
    await new Promise((resolve) => setTimeout(resolve, answerMs));
    return replies.shift() ?? { answers: offers.map(() => ANSWER), iceServers: turn ? TURN : [] };
  };
  const platform: PeerPlatform = {
    createConnection: (configuration) => new FakeConnection(configuration, opens) as unknown as RTCPeerConnection,
    sendCapabilities: () => [],
    receiveCapabilities: () => [],
    createStream: () => new MediaStream(),
  };
  let painted = 0;
  const makeNoise = () => ({ track: {} as MediaStreamTrack, painted: () => (painted += 5), stop: () => undefined });
  return runCheck(signal, { platform, ask, makeNoise });
}

async function settled(promise: Promise<CheckResult | null>): Promise<CheckResult | null> {
  await vi.runAllTimersAsync();
  return promise;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  asked = [];
  FakeConnection.made.length = 0;
});

afterEach(() => {
  vi.useRealTimers();
});

describe('check', () => {
  test('measures over UDP with one question, and ends early on a good way', async () => {
    const result = await settled(check(() => true));
    expect(result).toMatchObject({ verdict: 'good', ways: { udp: true, tcp: true, tls: null }, roundTripMs: 30, lossRatio: 0 });
    expect(asked).toEqual([2]);
    expect(result?.tookMs).toBeLessThan(3000);
    expect(FakeConnection.made.every(({ isClosed }) => isClosed)).toBe(true);
  });

  test('shakes hands only on the connection that carries the picture', async () => {
    await settled(check(() => true, { turn: true }));
    const waits = FakeConnection.made.map(({ remote }) => remote.includes('setup:active'));
    expect(waits).toEqual([false, true, true]);
    expect(FakeConnection.made[2]?.configuration).toMatchObject({ iceTransportPolicy: 'relay', iceServers: [{ urls: ['turns:t?transport=tcp'] }] });
  });

  test('measures over TCP where UDP is closed, within its time', async () => {
    const result = await settled(check((way) => way === 'tcp'));
    expect(result).toMatchObject({ verdict: 'good', ways: { udp: false, tcp: true, tls: null } });
    expect(asked).toEqual([2, 1]);
    expect(result?.tookMs).toBeLessThanOrEqual(8000);
  });

  test('goes by TURN over TLS where nothing else is open', async () => {
    const result = await settled(check((way) => way.startsWith('turns:'), { turn: true }));
    expect(result).toMatchObject({ verdict: 'good', ways: { udp: false, tcp: false, tls: true } });
    expect(asked).toEqual([2, 3, 1]);
    expect(result?.tookMs).toBeLessThanOrEqual(8000);
  });

  test('says none where no way opens, after 8 s at most', async () => {
    const result = await settled(check(() => false, { turn: true }));
    expect(result).toMatchObject({ verdict: 'none', ways: { udp: false, tcp: false, tls: false } });
    expect(result?.tookMs).toBeLessThanOrEqual(8000);
  });

  test('knows nothing when it is refused, unreachable or given up', async () => {
    expect(await settled(check(() => true, { replies: ['refused'] }))).toBeNull();
    expect(await settled(check(() => true, { replies: ['unreachable'] }))).toBeNull();
    const leaving = new AbortController();
    const running = check(() => true, { signal: leaving.signal });
    leaving.abort();
    expect(await settled(running)).toBeNull();
  });

  test('calls a way weak that is open, but on which there was no time to measure', async () => {
    const result = await settled(check((way) => way === 'tcp', { answerMs: 3500 }));
    expect(result).toMatchObject({ verdict: 'weak', ways: { udp: false, tcp: true }, bps: null });
    expect(result?.tookMs).toBeLessThanOrEqual(8000);
  });
});
