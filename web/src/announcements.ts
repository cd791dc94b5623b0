/** What passed and is worth a toast and a line for the screen reader; and when a loss is long enough to be one. */

import type { Notice, NoticeCode } from './call-types.js';

const MAX_NOTICES = 20;
/** A cut shorter than this is nobody's business. */
const LOSS_TOLD_AFTER_MS = 1000;
const ASSERTIVE = new Set<NoticeCode>(['connectionLost', 'cameraFailed', 'microphoneFailed', 'screenFailed']);

export class Announcements {
  #notices: readonly Notice[] = [];
  #count = 0;

  constructor(private readonly onChange: () => void) {}

  get list(): readonly Notice[] {
    return this.#notices;
  }

  say(code: NoticeCode, about: { readonly participantId: string; readonly name: string } | null = null): void {
    this.#count += 1;
    const notice: Notice = {
      id: this.#count,
      code,
      urgency: ASSERTIVE.has(code) ? 'assertive' : 'polite',
      name: about?.name ?? '',
      participantId: about?.participantId ?? null,
    };
    this.#notices = [...this.#notices, notice].slice(-MAX_NOTICES);
    this.onChange();
  }
}

/** Tells of a loss once it has lasted, and of its end only if it was told of. */
export class LossWatch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTold = false;

  constructor(
    private readonly onLost: () => void,
    private readonly onBack: () => void,
  ) {}

  get isTold(): boolean {
    return this.#isTold;
  }

  update(isLost: boolean): void {
    if (!isLost) {
      const wasTold = this.#isTold;
      this.reset();
      if (wasTold) this.onBack();
    } else if (this.#timer === undefined && !this.#isTold) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#isTold = true;
        this.onLost();
      }, LOSS_TOLD_AFTER_MS);
    }
  }

  /** The call is over: nothing is lost any more, and nothing is back. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isTold = false;
  }
}
