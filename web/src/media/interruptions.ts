/**
 * A device that something else takes for a while: a telephone call, an alarm, another app. The browser says `mute` and
 * `unmute`; after a telephone call some telephones give a track back that says it lives and is silent (WebKit), so what was
 * away for long is to be had anew.
 */

/** A shorter silence of a device is a hiccup and no telephone call. */
const INTERRUPTION_MS = 1000;

export interface Interrupted {
  onTaken(): void;
  /** `isStale`: the track is not to be trusted. */
  onBack(isStale: boolean): void;
}

export function watchInterruptions(track: MediaStreamTrack, listener: Interrupted): void {
  let takenAtMs = 0;
  track.addEventListener('mute', () => {
    takenAtMs = Date.now();
    listener.onTaken();
  });
  track.addEventListener('unmute', () => {
    listener.onBack(takenAtMs !== 0 && Date.now() - takenAtMs >= INTERRUPTION_MS);
  });
}
