/** What a call does when something happens to the page: devices, the network and sound come back by themselves. */

import type { Standing } from './call-state.js';
import type { LocalMedia } from './media/local-media.js';
import type { MediaLink } from './media/media-link.js';
import type { Meter } from './media/meter.js';
import type { Sound } from './media/sound.js';
import type { WakeLock } from './media/wake-lock.js';
import type { PageListener } from './page-events.js';
import type { Connection } from './protocol/connection.js';

export interface Watched {
  readonly local: LocalMedia;
  readonly connection: Connection;
  readonly media: MediaLink;
  readonly meter: Meter;
  readonly sound: Sound;
  readonly wakeLock: WakeLock;
  standing(): Pick<Standing, 'phase' | 'isAudioBlocked'>;
}

export class PageWatch implements PageListener {
  constructor(private readonly call: Watched) {}

  onDeviceChange(): void {
    void this.call.local.onDeviceChange();
  }

  onVisible(): void {
    void this.call.local.recover();
    this.call.connection.probe();
    this.call.media.recover();
    // Wanted in the lobby too.
    void this.call.wakeLock.renew();
    if (this.call.standing().phase === 'inCall') this.call.sound.play();
  }

  onOnline(): void {
    this.call.connection.probe();
    this.call.media.onNetworkChange();
  }

  onGesture(): void {
    this.call.meter.resume();
    if (this.call.standing().isAudioBlocked) this.call.sound.play();
  }
}
