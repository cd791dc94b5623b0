/**
 * A picture that a telephone call has stopped goes on by itself: nobody here presses pause. A page that nobody sees may
 * not play, and plays again when it is seen.
 */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { isPageHidden } from '../../frames.js';

export class KeepPlaying implements ReactiveController {
  constructor(
    host: ReactiveControllerHost,
    private readonly video: () => HTMLVideoElement | null,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.onVisible);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  /** The picture stopped. */
  readonly onPause = (): void => {
    const video = this.video();
    if (video?.isConnected === true && video.srcObject !== null && !isPageHidden()) void video.play().catch(() => undefined);
  };

  private readonly onVisible = (): void => {
    if (this.video()?.paused === true) this.onPause();
  };
}
