/** Keeps the phone's screen on in a call and in the lobby. The browser drops the lock whenever the page is hidden. */

export class WakeLock {
  #sentinel: WakeLockSentinel | null = null;
  #isWanted = false;

  async hold(): Promise<void> {
    this.#isWanted = true;
    if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
    if (this.#sentinel && !this.#sentinel.released) return;
    try {
      const sentinel = await navigator.wakeLock.request('screen');
      if (this.#isWanted) this.#sentinel = sentinel;
      else await sentinel.release();
    } catch {
      // Battery saver, or a policy: then the screen sleeps as it does.
    }
  }

  /** The page is visible again. */
  async renew(): Promise<void> {
    if (this.#isWanted) await this.hold();
  }

  async release(): Promise<void> {
    this.#isWanted = false;
    const sentinel = this.#sentinel;
    this.#sentinel = null;
    await sentinel?.release().catch(() => undefined);
  }
}
