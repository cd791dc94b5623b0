/**
 * The call's side of an embedding: obeys the page around the frame, and tells it what happens. Fetched only where there is
 * one.
 *
 * Whom it obeys: `event.source` must be the parent, and the parent's origin must be ours, or one that the server allows: the
 * same that `frame-ancestors` names to the browser, so that who may show the page may also lead it. All letters go to that
 * one origin, never to `*`; before it has said its first word, nothing is told to anybody.
 */

import type { CallState } from '../call-types.js';
import { missingFeatures, missingText, ALLOW, policyOf, type FeaturePolicy } from './allow.js';
import { COMMAND_NAMES, runCommand, type Target } from './commands.js';
import { ENVELOPE, readLetter, refused, type CommandLetter, type Outcome } from './envelope.js';
import { EVENT_NAMES, eventsBetween, type CallEvent } from './events.js';
import { firstSight } from './first-sight.js';
import { organisationOf } from '../organisation-path.js';

/** Commands that wait for an answer; more than anybody presses. */
export const MAX_PENDING = 64;

/** What the desk needs of the world; tests replace it. */
export interface FrameWorld {
  readonly parent: Pick<Window, 'postMessage'>;
  /** Ours. */
  readonly origin: string;
  readonly policy: FeaturePolicy | null;
  /** Whether the server allows it; null when no answer came. */
  mayCommand(origin: string): Promise<boolean | null>;
  complain(text: string): void;
}

/** A message as it comes: `data` is anything. */
export type Incoming = Pick<MessageEvent, 'source' | 'origin' | 'data'>;

export class FrameDesk {
  #target: Target | null = null;
  /** Of the page around us, once it may command. */
  #embedder: string | null = null;
  #verdict: Promise<boolean | null> | null = null;
  #pending = 0;
  #events = 0;
  #told: CallState | null = null;
  readonly #missing: readonly string[];

  constructor(private readonly world: FrameWorld) {
    this.#missing = missingFeatures(world.policy);
    if (this.#missing.length > 0) world.complain(missingText(this.#missing));
  }

  /** There is a call now. */
  attach(target: Target): void {
    this.#target = target;
    target.call.subscribe(() => this.#tell());
    this.#tell();
  }

  /** Answers each command of the parent's; all else is passed over in silence. */
  async receive({ source, origin, data }: Incoming): Promise<void> {
    if (source !== this.world.parent || origin === 'null') return;
    const letter = readLetter(data);
    if (letter?.type !== 'command') return;
    if (this.#pending >= MAX_PENDING) {
      this.#answer(letter, origin, refused('too_many', `${MAX_PENDING} commands are under way`));
      return;
    }
    this.#pending += 1;
    try {
      this.#answer(letter, origin, await this.#obey(letter, origin));
    } finally {
      this.#pending -= 1;
    }
  }

  async #obey(letter: CommandLetter, origin: string): Promise<Outcome> {
    const may = await this.#mayCommand(origin);
    if (may === null) return refused('unreachable', 'the server did not say whether this origin may command');
    if (!may) return refused('origin_not_allowed', `${origin} is not among those that may embed this call`);
    this.#listen(origin);
    if (letter.name === 'getCapabilities') return { ok: true, value: this.#capabilities };
    if (this.#target === null) return refused('not_now', 'the way in is not open yet');
    return runCommand(this.#target, letter.name, letter.args);
  }

  get #capabilities(): Capabilities {
    return {
      version: ENVELOPE,
      commands: ['getCapabilities', ...COMMAND_NAMES],
      events: EVENT_NAMES,
      missing: this.#missing,
    };
  }

  /** Asked once; again only when no answer came. The parent's origin is the same for the life of this document. */
  async #mayCommand(origin: string): Promise<boolean | null> {
    if (origin === this.world.origin || origin === this.#embedder) return true;
    this.#verdict ??= this.world.mayCommand(origin);
    const may = await this.#verdict;
    if (may === null) this.#verdict = null;
    else if (!may) this.world.complain(`vdx: ${origin} may not lead this call; see docs/embedding.md, "Who may embed".`);
    return may;
  }

  /** From the first word on. */
  #listen(origin: string): void {
    if (this.#embedder !== null) return;
    this.#embedder = origin;
    if (this.#missing.length > 0) {
      this.#say({ name: 'allowMissing', detail: { features: this.#missing, allow: ALLOW } });
    }
    this.#tell();
  }

  #tell(): void {
    if (this.#embedder === null || this.#target === null) return;
    const state = this.#target.call.getState();
    const before = this.#told ?? firstSight(state);
    this.#told = state;
    for (const event of eventsBetween(before, state)) this.#say(event);
  }

  #say({ name, detail }: CallEvent): void {
    if (this.#embedder === null) return;
    this.#events += 1;
    const letter = { vdx: ENVELOPE, id: `e${this.#events}`, type: 'event', name, detail };
    this.world.parent.postMessage(letter, this.#embedder);
  }

  #answer({ id, name }: CommandLetter, origin: string, outcome: Outcome): void {
    this.world.parent.postMessage({ vdx: ENVELOPE, id, type: 'answer', name, ...outcome }, origin);
  }
}

/** What `getCapabilities` gives: an embedder asks instead of guessing by a version. */
export interface Capabilities {
  readonly version: number;
  readonly commands: readonly string[];
  readonly events: readonly string[];
  /** What the frame's `allow` lacks, as far as the browser tells. */
  readonly missing: readonly string[];
}

const TIMEOUT_MS = 8000;

async function askServer(origin: string): Promise<boolean | null> {
  const organisation = organisationOf(location.pathname);
  const asked = new URLSearchParams({ origin, ...(organisation === '' ? {} : { organisation }) });
  try {
    const answer = await fetch(`/api/v1/embedding?${asked.toString()}`, {
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) return answer.status < 500 && answer.status !== 429 ? false : null;
    return ((await answer.json()) as { readonly mayCommand?: unknown }).mayCommand === true;
  } catch {
    return null;
  }
}

/** Serves the page around this one; `early` came before this was fetched. */
export function serveParent(early: readonly MessageEvent[]): FrameDesk {
  const desk = new FrameDesk({
    parent: globalThis.parent,
    origin: location.origin,
    policy: policyOf(document),
    mayCommand: askServer,
    complain: (text) => console.error(text),
  });
  addEventListener('message', (event) => void desk.receive(event));
  for (const event of early) void desk.receive(event);
  return desk;
}
