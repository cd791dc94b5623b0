/**
 * Is our own connection weak, or has the device too much to do, and does anything come at all? Judged from two looks at
 * getStats(), 2 s apart, and only believed when it lasts: one bad look is a hiccup. Loss beyond 5 % is heard in Opus even
 * with its error correction; 500 ms there and back makes people talk over each other.
 */

const INTERVAL_MS = 2000;
const WEAK_LOSS = 0.05;
const WEAK_ROUND_TRIP_S = 0.5;
/** Fewer packets than this in two seconds say nothing about loss. */
const MIN_PACKETS = 20;
const BAD_AFTER = 2;
const GOOD_AFTER = 3;
/** A look that comes so much later than it should: the page itself was not let to. Then its round trips measure the device as well. */
const LATE_MS = 600;
/** Pictures come up to 30 times a second. */
const SLOW_DECODE_S = 1 / 30;
/** Fewer pictures than this say nothing about decoding. */
const MIN_PICTURES = 10;

export interface Look {
  readonly received: number;
  readonly lost: number;
  /** What the other end reports of our packets: the worst stream's fraction, 0 … 1. */
  readonly uplinkLoss: number;
  readonly roundTripS: number | null;
  /** Grows whenever anything has come, reports and answers to checks included; a call is never silent for long. */
  readonly came: number;
  /** The browser sends smaller or fewer pictures than it might, for want of processor. */
  readonly isHeldBack: boolean;
  readonly decoded: number;
  readonly decodeS: number;
}

type Row = Readonly<Record<string, unknown>>;

const numeric = (row: Row, name: string): number => (typeof row[name] === 'number' ? row[name] : 0);

/** Only audio counts for loss: video is dropped on purpose when the way is narrow. */
export function lookAt(rows: Iterable<Row>): Look {
  let received = 0;
  let lost = 0;
  let uplinkLoss = 0;
  let roundTripS: number | null = null;
  let came = 0;
  let isHeldBack = false;
  let decoded = 0;
  let decodeS = 0;
  for (const row of rows) {
    if (row['type'] === 'inbound-rtp' && row['kind'] === 'audio') {
      received += numeric(row, 'packetsReceived');
      lost += numeric(row, 'packetsLost');
    } else if (row['type'] === 'inbound-rtp' && row['kind'] === 'video') {
      decoded += numeric(row, 'framesDecoded');
      decodeS += numeric(row, 'totalDecodeTime');
    } else if (row['type'] === 'outbound-rtp' && row['kind'] === 'video') {
      isHeldBack ||= row['active'] !== false && row['qualityLimitationReason'] === 'cpu';
    } else if (row['type'] === 'remote-inbound-rtp' && row['kind'] === 'audio') {
      uplinkLoss = Math.max(uplinkLoss, numeric(row, 'fractionLost'));
    } else if (row['type'] === 'candidate-pair') {
      // Of all: one that is not answered any more is no longer "succeeded".
      came += numeric(row, 'bytesReceived') + numeric(row, 'responsesReceived');
      const isInUse = row['nominated'] === true && row['state'] === 'succeeded';
      if (isInUse && typeof row['currentRoundTripTime'] === 'number') roundTripS = row['currentRoundTripTime'];
    }
  }
  return { received, lost, uplinkLoss, roundTripS, came, isHeldBack, decoded, decodeS };
}

export function isWeak(before: Look, now: Look): boolean {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const downlinkLoss = received + lost >= MIN_PACKETS ? lost / (received + lost) : 0;
  return downlinkLoss > WEAK_LOSS || now.uplinkLoss > WEAK_LOSS || (now.roundTripS ?? 0) > WEAK_ROUND_TRIP_S;
}

/** Whether the device is behind, and not the way: figures of a bad way count for more than those of a busy processor, unless the page itself was late. */
export function isBusy(before: Look, now: Look, lateMs: number): boolean {
  if (lateMs > LATE_MS) return true;
  const decoded = now.decoded - before.decoded;
  const isSlow = decoded >= MIN_PICTURES && (now.decodeS - before.decodeS) / decoded > SLOW_DECODE_S;
  return (isSlow || now.isHeldBack) && !isWeak(before, now);
}

/** Whether nothing came between two looks, of a way that has carried something. */
export function isSilent(before: Look, now: Look): boolean {
  return now.came > 0 && now.came === before.came;
}

/** Two bad looks in a row to believe it, three good ones to be good again. */
export class Judge {
  #isBad = false;
  #contrary = 0;

  next(looksBad: boolean): boolean {
    this.#contrary = looksBad === this.#isBad ? 0 : this.#contrary + 1;
    if (this.#contrary >= (this.#isBad ? GOOD_AFTER : BAD_AFTER)) {
      this.#isBad = looksBad;
      this.#contrary = 0;
    }
    return this.#isBad;
  }
}

export class StatsWatch {
  #timer: ReturnType<typeof setInterval> | undefined;
  #before: Look | null = null;
  #looked = 0;
  #weak = new Judge();
  #busy = new Judge();
  #isSilent = false;

  constructor(
    private readonly getStats: () => Promise<RTCStatsReport> | null,
    private readonly onQuality: (quality: { readonly isWeak: boolean; readonly isDeviceBusy: boolean }) => void,
    /** Once when nothing comes any more. */
    private readonly onSilence: () => void,
  ) {}

  /** Nothing came between the last two looks. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#before = null;
    this.#weak = new Judge();
    this.#busy = new Judge();
    this.#isSilent = false;
  }

  async #look(): Promise<void> {
    const report = await this.getStats()?.catch(() => null);
    if (!report || this.#timer === undefined) return;
    const now = lookAt((report as unknown as ReadonlyMap<string, Row>).values());
    const looked = performance.now();
    const lateMs = looked - this.#looked - INTERVAL_MS;
    this.#looked = looked;
    // A new peer counts from zero again.
    if (this.#before !== null && now.received >= this.#before.received) {
      const [isNowWeak, isNowBusy] = [isWeak(this.#before, now), isBusy(this.#before, now, lateMs)];
      this.onQuality({ isWeak: this.#weak.next(isNowWeak), isDeviceBusy: this.#busy.next(isNowBusy) });
    }
    const wasSilent = this.#isSilent;
    this.#isSilent = this.#before !== null && isSilent(this.#before, now);
    this.#before = now;
    if (this.#isSilent && !wasSilent) this.onSilence();
  }
}
