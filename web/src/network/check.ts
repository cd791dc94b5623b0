/**
 * The network check before a call: what runs in the background, and what it says. Nothing here stops anybody: without
 * an answer the value stays null, and the call is tried as it would be without a check.
 */

/** `soundOnly`: sound gets through, pictures would take it down. `none`: nothing came through in the time there was. */
export type NetworkVerdict = 'good' | 'weak' | 'soundOnly' | 'none';

/** Whether sound and pictures get through this way; null: not known. */
export interface NetworkWays {
  readonly udp: boolean | null;
  readonly tcp: boolean | null;
  readonly tls: boolean | null;
}

export interface NetworkResult {
  readonly verdict: NetworkVerdict;
  readonly ways: NetworkWays;
  readonly roundTripMs: number | null;
  /** 0 to 1, of the worse direction. */
  readonly lossRatio: number | null;
}

export interface NetworkCheck {
  /** Null until it is known, and when it could not be found out. */
  readonly value: NetworkResult | null;
  subscribe(listener: () => void): () => void;
  /** With the token of the call. At most 8 s; a second call while it runs, or after its answer, does nothing. */
  start(token: string): void;
  stop(): void;
}

/** Null: it could not be found out. Rejects only if it cannot be fetched. */
export type RunCheck = (signal: AbortSignal) => Promise<NetworkResult | null>;

/** All but this shell is fetched when it starts. */
const runLater: RunCheck = async (signal) => (await import('./run.js')).runCheck(signal);

class BackgroundCheck implements NetworkCheck {
  #value: NetworkResult | null = null;
  readonly #listeners = new Set<() => void>();
  #running: AbortController | null = null;

  constructor(private readonly run: RunCheck) {}

  get value(): NetworkResult | null {
    return this.#value;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(_token: string): void {
    if (this.#running !== null || this.#value !== null) return;
    const running = new AbortController();
    this.#running = running;
    const finish = (result: NetworkResult | null): void => {
      if (this.#running !== running) return;
      this.#running = null;
      this.#value = result;
      if (result !== null) this.#listeners.forEach((listener) => listener());
    };
    this.run(running.signal).then(finish, () => finish(null));
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }
}

export function makeNetworkCheck(run: RunCheck = runLater): NetworkCheck {
  return new BackgroundCheck(run);
}
