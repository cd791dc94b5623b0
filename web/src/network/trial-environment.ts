/** What the test needs of the browser and of the server. */

import { environmentFailure } from '../failures.js';
import { browserPeerPlatform } from '../media/peer.js';
import { askEcho, type AskEcho, type EchoReply } from './echo-requests.js';
import { turnBy, type IceServer } from './descriptions.js';
import { Line } from './line.js';
import { makeNoise } from './noise.js';
import { runCheck, type CheckResult } from './run.js';
import { tellTest, type BookedLink } from './tell.js';
import type { CameBack, Mirror, TrialEnvironment } from './trial.js';

/** So much later one hears oneself: one has said the word, and knows that it has come back. */
const DELAY_MS = 1000;
const OPENS_MS = 5000;
/** Pictures that came back whole, to believe it. */
const FRAMES = 5;
/** Of what is played (W3C: totalAudioEnergy, full scale squared, seconds): some words, and no hiss of a still room. */
const HEARD_ENERGY = 0.001;
const WEB_SOCKET_MS = 5000;
/** Ten kilobytes took seconds: nothing was measured, but no picture would get through. */
const LATE: CheckResult = { verdict: 'soundOnly', ways: { udp: null, tcp: null, tls: null }, roundTripMs: null, lossRatio: null, bps: null, tookMs: 0 };
const WAYS = ['udp', 'tcp', 'tls'] as const;

/** `booked`: a link of a booking; null for none. */
export function browserTrial(booked: BookedLink | null): TrialEnvironment {
  const asked = new Asked();
  return {
    isSupported: environmentFailure() === null,
    openDevices,
    check: () => check(asked),
    openMirror: (own) => openMirror(own, asked),
    tryWebSocket,
    tell: (result) => (booked === null ? Promise.resolve(false) : tellTest(booked, result)),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    now: () => Date.now(),
  };
}

/** Both with one question; where that is refused, what there is of them. */
async function openDevices(): Promise<MediaStream | null> {
  const wanted = [{ audio: true, video: { width: 1280, height: 720 } }, { audio: true }, { video: true }];
  for (const constraints of wanted) {
    try {
      return await navigator.mediaDevices.getUserMedia(constraints);
    } catch {
      // The next, which has less.
    }
  }
  return null;
}

/** What the check is told on the way: why there is no answer, and the TURN servers, good for a minute. */
class Asked {
  last: EchoReply = 'unreachable';
  servers: readonly IceServer[] = [];

  readonly ask: AskEcho = async (offers) => {
    this.last = await askEcho(offers);
    if (typeof this.last !== 'string') this.servers = this.last.iceServers;
    return this.last;
  };
}

async function check(asked: Asked): ReturnType<TrialEnvironment['check']> {
  const result = await runCheck(new AbortController().signal, { platform: browserPeerPlatform, ask: asked.ask, makeNoise });
  if (result !== null) return result;
  if (asked.last === 'late') return LATE;
  return typeof asked.last === 'string' ? asked.last : 'refused';
}

/** By whatever way ICE finds. */
async function openMirror(own: MediaStream, asked: Asked): Promise<Mirror | null> {
  const [microphone = null, camera = null] = [own.getAudioTracks()[0], own.getVideoTracks()[0]];
  const iceServers = WAYS.flatMap((way) => turnBy(way, asked.servers));
  const line = new Line({ iceServers }, { microphone, camera });
  const echo = await asked.ask([await line.offer()]);
  if (typeof echo !== 'string') {
    await line.take(echo.answers[0] ?? '');
    if (await line.isOpen(OPENS_MS)) {
      return { stream: line.stream(DELAY_MS), look: async () => cameBack((await line.getStats()).values()), close: () => line.close() };
    }
  }
  line.close();
  return null;
}

/** From the rows of getStats(). */
export function cameBack(rows: Iterable<unknown>): CameBack {
  let [frames, energy] = [0, 0];
  for (const row of rows as Iterable<Readonly<Record<string, unknown>>>) {
    if (row['type'] !== 'inbound-rtp') continue;
    if (typeof row['framesDecoded'] === 'number') frames += row['framesDecoded'];
    if (typeof row['totalAudioEnergy'] === 'number') energy += row['totalAudioEnergy'];
  }
  return { picture: frames >= FRAMES, sound: energy >= HEARD_ENERGY };
}

/** Signalling's own way: whether its first words come. */
function tryWebSocket(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const finish = (isThere: boolean): void => {
      clearTimeout(timer);
      socket.close();
      resolve(isThere);
    };
    const timer = setTimeout(() => finish(false), WEB_SOCKET_MS);
    socket.addEventListener('message', () => finish(true));
    socket.addEventListener('error', () => finish(false));
    socket.addEventListener('close', () => finish(false));
  });
}
