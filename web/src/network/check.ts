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
