/**
 * Where remote sound comes out. Received audio must hang on an element or the browser throws it away; the elements are
 * made inside the click that joins (iOS lets only such ones play) and then live as long as the call, whatever hangs on
 * them. One element per slot, because an element plays one stream.
 */

import { isPageHidden } from '../frames.js';
import type { Slot } from './peer.js';

/** Three speakers and the programme; more are made when a room has more. */
const USUAL_ELEMENTS = 4;

type SinkElement = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

export class Sound {
  #elements: SinkElement[] = [];
  #host: HTMLElement | null = null;
  #sinkId: string | null = null;
  /** Counts the attempts to play; what an older one answers is no news. */
  #round = 0;

  constructor(private readonly onBlocked: (isBlocked: boolean) => void) {}

  /** Inside a click. */
  unlock(): void {
    this.#ensure(USUAL_ELEMENTS);
  }

  /** Hang the audio slots of a (new) peer on the elements. */
  attach(slots: readonly Slot[]): void {
    const audio = slots.filter((slot) => slot.kind !== 'video');
    this.#ensure(audio.length);
    this.#elements.forEach((element, index) => {
      const stream = audio[index]?.stream ?? null;
      if (element.srcObject !== stream) element.srcObject = stream;
    });
    this.play();
  }

  /** Inside a click when it was refused before. Not awaited: an element without sound yet answers only when it comes. */
  play(): void {
    this.#round += 1;
    const round = this.#round;
    let isBlocked = false;
    for (const element of this.#elements.filter((one) => one.srcObject !== null)) {
      element.play().then(
        () => {
          if (round === this.#round && !isBlocked) this.onBlocked(false);
        },
        (error: unknown) => {
          if (round !== this.#round || !isRefusal(error)) return;
          isBlocked = true;
          this.onBlocked(true);
        },
      );
    }
  }

  /** Null: the system's own choice. */
  async choose(deviceId: string | null): Promise<void> {
    this.#sinkId = deviceId;
    await Promise.all(this.#elements.map((element) => setSink(element, deviceId)));
  }

  stop(): void {
    for (const element of this.#elements) element.srcObject = null;
    this.#host?.remove();
    this.#host = null;
    this.#elements = [];
  }

  /** Nobody here presses pause: a telephone call did, or a headset that went. Hidden pages may not play; `play` follows then. */
  #onPause(element: SinkElement): void {
    if (element.srcObject !== null && !isPageHidden()) this.play();
  }

  #ensure(count: number): void {
    this.#host ??= document.body.appendChild(Object.assign(document.createElement('div'), { hidden: true }));
    while (this.#elements.length < count) {
      const element: SinkElement = document.createElement('audio');
      element.autoplay = true;
      element.setAttribute('playsinline', '');
      element.addEventListener('pause', () => { this.#onPause(element); });
      this.#host.append(element);
      this.#elements.push(element);
      void setSink(element, this.#sinkId);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}

async function setSink(element: SinkElement, deviceId: string | null): Promise<void> {
  if (deviceId === null || typeof element.setSinkId !== 'function') return;
  try {
    await element.setSinkId(deviceId);
  } catch {
    // The device is gone or not permitted: the sound stays where it was.
  }
}
