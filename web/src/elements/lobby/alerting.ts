/**
 * A host, and who has the staff page open, is told that somebody waits: read aloud, by a knock, and by the browser's own message when he looks elsewhere
 * (only where he asked for it with a click). The message has a count and no name: screens lie on tables.
 */

import type { CallState } from '../../call-types.js';
import { shelfOf, type Shelf } from '../../memory.js';
import { hostWords } from '../../text/host.js';
import { roomWords } from '../../text/rooms.js';
import type { Language } from '../../text/words.js';
import { knock } from './knock.js';

const KEY = 'vdx.waiting';
const TAG = 'vdx-waiting';

export interface AlertChoice {
  readonly sound: boolean;
  readonly notification: boolean;
}

const AT_FIRST: AlertChoice = { sound: true, notification: false };

export function readAlerts(shelf: Shelf | null = shelfOf('localStorage')): AlertChoice {
  try {
    const kept = JSON.parse(shelf?.getItem(KEY) ?? '{}') as Partial<Record<keyof AlertChoice, unknown>> | null;
    const chosen = (name: keyof AlertChoice): boolean => (typeof kept?.[name] === 'boolean' ? kept[name] : AT_FIRST[name]);
    return { sound: chosen('sound'), notification: chosen('notification') };
  } catch {
    return AT_FIRST;
  }
}

export function writeAlerts(choice: AlertChoice, shelf: Shelf | null = shelfOf('localStorage')): void {
  try {
    shelf?.setItem(KEY, JSON.stringify(choice));
  } catch {
    // It holds until the page goes.
  }
}

/** Phones' browsers have the word but refuse it to pages; in a frame of another site nobody can be asked. */
export function canNotify(): boolean {
  return typeof Notification === 'function' && !/Android|iPhone|iPad/i.test(navigator.userAgent) && window.self === window.top;
}

export class WaitAlerts {
  #known: ReadonlySet<string> | null = null;
  #notification: Notification | null = null;

  constructor(
    private readonly say: (text: string) => void,
    private readonly sound: () => Promise<void> = knock,
  ) {}

  stop(): void {
    this.#notification?.close();
    this.#notification = null;
  }

  /** Who waited when we came is told too, but by the list alone. */
  update(call: CallState, language: Language): void {
    const waiting = call.documents.lobby?.waiting ?? [];
    const known = this.#known;
    this.#known = new Set(waiting.map((one) => one.id));
    if (waiting.length === 0) this.stop();
    if (known === null) return;
    const fresh = waiting.filter((one) => !known.has(one.id));
    if (fresh.length === 0) return;
    for (const one of fresh) this.say(roomWords(language).lobby.came(one.name));
    this.tell(hostWords(language).alerts.waiting(waiting.length));
  }

  /** As the person has chosen it. `text` names nobody. */
  tell(text: string): void {
    const choice = readAlerts();
    if (choice.sound) void this.sound();
    if (choice.notification) this.#notify(text);
  }

  #notify(text: string): void {
    if (!canNotify() || Notification.permission !== 'granted' || document.hasFocus()) return;
    try {
      this.#notification = new Notification(text, { tag: TAG });
      this.#notification.onclick = () => {
        window.focus();
        this.stop();
      };
    } catch {
      // A browser that lets only service workers do it.
    }
  }
}
