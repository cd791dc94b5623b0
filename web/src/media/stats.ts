/**
 * Is our own connection weak, and does anything come at all? Judged from two looks at getStats(), 2 s apart, and only believed when it lasts: one bad
 * look is a hiccup. Loss beyond 5 % is heard in Opus even with its error correction; 500 ms there and back makes people
 * talk over each other.
 */

const INTERVAL_MS = 2000;
const WEAK_LOSS = 0.05;
const WEAK_ROUND_TRIP_S = 0.5;
/** Fewer packets than this in two seconds say nothing about loss. */
const MIN_PACKETS = 20;
const WEAK_AFTER = 2;
const GOOD_AFTER = 3;

export interface Look {
  readonly received: number;
  readonly lost: number;
  /** What the other end reports of our packets: the worst stream's fraction, 0 … 1. */
  readonly uplinkLoss: number;
  readonly roundTripS: number | null;
  /** Grows whenever anything has come, reports and answers to checks included; a call is never silent for long. */
  readonly came: number;
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
  for (const row of rows) {
    if (row['type'] === 'inbound-rtp' && row['kind'] === 'audio') {
      received += numeric(row, 'packetsReceived');
      lost += numeric(row, 'packetsLost');
    } else if (row['type'] === 'remote-inbound-rtp' && row['kind'] === 'audio') {
      uplinkLoss = Math.max(uplinkLoss, numeric(row, 'fractionLost'));
    } else if (row['type'] === 'candidate-pair') {
      // Of all: one that is not answered any more is no longer "succeeded".
      came += numeric(row, 'bytesReceived') + numeric(row, 'responsesReceived');
      const isInUse = row['nominated'] === true && row['state'] === 'succeeded';
      if (isInUse && typeof row['currentRoundTripTime'] === 'number') roundTripS = row['currentRoundTripTime'];
    }
  }
  return { received, lost, uplinkLoss, roundTripS, came };
}

export function isWeak(before: Look, now: Look): boolean {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const downlinkLoss = received + lost >= MIN_PACKETS ? lost / (received + lost) : 0;
  return downlinkLoss > WEAK_LOSS || now.uplinkLoss > WEAK_LOSS || (now.roundTripS ?? 0) > WEAK_ROUND_TRIP_S;
}

/** Whether nothing came between two looks, of a way that has carried something. */
export function isSilent(before: Look, now: Look): boolean {
  return now.came > 0 && now.came === before.came;
}

/** Two weak looks in a row to become weak, three good ones to be good again. */
export class Judge {
  #isWeak = false;
  #contrary = 0;

  next(looksWeak: boolean): boolean {
    this.#contrary = looksWeak === this.#isWeak ? 0 : this.#contrary + 1;
    if (this.#contrary >= (this.#isWeak ? GOOD_AFTER : WEAK_AFTER)) {
      this.#isWeak = looksWeak;
      this.#contrary = 0;
    }
    return this.#isWeak;
  }
}

export class StatsWatch {
  #timer: ReturnType<typeof setInterval> | undefined;
  #before: Look | null = null;
  #judge = new Judge();
  #isSilent = false;

  constructor(
    private readonly getStats: () => Promise<RTCStatsReport> | null,
    private readonly onQuality: (isWeak: boolean) => void,
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
    this.#judge = new Judge();
    this.#isSilent = false;
  }

  async #look(): Promise<void> {
    const report = await this.getStats()?.catch(() => null);
    if (!report || this.#timer === undefined) return;
    const now = lookAt((report as unknown as ReadonlyMap<string, Row>).values());
    // A new peer counts from zero again.
    if (this.#before !== null && now.received >= this.#before.received) {
      this.onQuality(this.#judge.next(isWeak(this.#before, now)));
    }
    const wasSilent = this.#isSilent;
    this.#isSilent = this.#before !== null && isSilent(this.#before, now);
    this.#before = now;
    if (this.#isSilent && !wasSilent) this.onSilence();
  }
}
