/** What people write, as sentences to be read aloud: each once, a burst in one. */

import type { CallState } from '../call-types.js';
import { QUIET_MS, type Unread } from '../elements/chat/unread.js';
import type { WrittenText } from '../text/written.js';

export class WordsVoice {
  /** The newest announcement that was said. */
  #announced = 0;
  #hasSaidCaptions = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** With what is known by then. */
  #again: () => void = () => undefined;

  constructor(
    private readonly unread: Unread,
    private readonly say: (text: string) => void,
  ) {}

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Hosts' announcements, that captions can be had, and messages while nobody looks at them. */
  tell(call: CallState, words: WrittenText, seen: { readonly isChatOpen: boolean; readonly hasCaptionsOn: boolean }): void {
    this.#again = () => { this.tell(call, words, seen); };
    for (const { number, text } of call.documents.announcements?.announcements ?? []) {
      if (number > this.#announced) this.say(words.fromHost(text));
      this.#announced = Math.max(this.#announced, number);
    }
    if (!this.#hasSaidCaptions && (call.documents.captions?.writers.length ?? 0) > 0) {
      this.#hasSaidCaptions = true;
      if (!seen.hasCaptionsOn) this.say(words.captionsAvailable);
    }
    if (seen.isChatOpen) return;
    const sentence = this.unread.sentence(call.words.messages, words, Date.now());
    if (sentence === null) return;
    this.say(sentence);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#again(); }, QUIET_MS);
  }
}
