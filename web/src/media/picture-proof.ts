/**
 * Whose picture is it: a video slot's frames change owner without a word, and the message that says so may be earlier
 * or later than the frames. The server writes the source's id as the only CSRC (RFC 3550 §5.1) of every packet, the
 * browser tells it by `getContributingSources()`; a picture is shown under a name only while both agree.
 *
 * Looked at often while something is awaited or while no message can come (signalling is cut, media goes on), and now and
 * then otherwise: the question waits for the browser's media thread, 50 µs each on a calm machine. Entries stay for 10 s
 * after the last packet, so the newest one counts. Measured: Chromium 156 and Firefox 153 tell CSRCs of video.
 */

const ALERT_POLL_MS = 30;
const STEADY_POLL_MS = 500;
/** A picture that has not come after this long (a covered camera, a lost way) is awaited with more patience. */
const AWAITING_MS = 3000;
const LATE_POLL_MS = 150;

export type ContributingSource = Pick<RTCRtpContributingSource, 'source' | 'timestamp'>;

/** The source of the newest frame, or null before the first. */
export function newestSource(sources: readonly ContributingSource[]): number | null {
  let newest: ContributingSource | null = null;
  for (const source of sources) if (newest === null || source.timestamp > newest.timestamp) newest = source;
  return newest?.source ?? null;
}

export class PictureProof {
  #bound: ReadonlyMap<number, number> = new Map();
  #proven: ReadonlySet<number> = new Set();
  #isAlert = false;
  /** ms; those whose picture is proven are asked less often than those that are awaited. */
  #nextFullLook = 0;
  #awaitingUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly sourcesOf: (slot: number) => readonly ContributingSource[],
    /** The slots whose frames are those of the bound source; called at each change. */
    private readonly onProven: (slots: ReadonlySet<number>) => void,
  ) {}

  /** Slot to source id. What is not bound any more, or to another, is unproven at once. */
  expect(bound: ReadonlyMap<number, number>): void {
    this.#bound = bound;
    this.#nextFullLook = 0;
    this.#awaitingUntil = Date.now() + AWAITING_MS;
    clearTimeout(this.#timer);
    this.#look();
  }

  /** No message can announce a change now: frames alone tell. */
  setAlert(isAlert: boolean): void {
    this.#isAlert = isAlert;
    this.expect(this.#bound);
  }

  isProven(slot: number): boolean {
    return this.#proven.has(slot);
  }

  stop(): void {
    this.expect(new Map());
  }

  #look(): void {
    const proven = new Set<number>();
    const now = Date.now();
    const isFullLook = this.#isAlert || now >= this.#nextFullLook;
    if (isFullLook) this.#nextFullLook = now + STEADY_POLL_MS;
    for (const [slot, source] of this.#bound) {
      const isKnown = !isFullLook && this.#proven.has(slot);
      if (isKnown || newestSource(this.sourcesOf(slot)) === source) proven.add(slot);
    }
    if (proven.size !== this.#proven.size || [...proven].some((slot) => !this.#proven.has(slot))) {
      this.#proven = proven;
      this.onProven(proven);
    }
    if (this.#bound.size === 0) return;
    const isAwaiting = proven.size < this.#bound.size && now < this.#awaitingUntil;
    const delayMs = this.#isAlert || isAwaiting ? ALERT_POLL_MS : proven.size < this.#bound.size ? LATE_POLL_MS : STEADY_POLL_MS;
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }
}
