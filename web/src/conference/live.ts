/**
 * The conference while we are in it: what the server says is folded into the state, levels go straight to the voices
 * (they come ten times a second, and nothing else depends on them), and who has the word is decided.
 */

import type { Joined, Resumed, ServerEvent, SourceState } from '../protocol/messages.gen.js';
import { Voices } from '../voices.js';
import { NOBODY, nextDominance, withoutParticipant, type Dominance } from './dominant.js';
import {
  boundVideoSources,
  fromJoined,
  fromResumed,
  happeningsOf,
  participantOf,
  reduce,
  type ConferenceState,
  type Happening,
} from './state.js';

export interface LiveListener {
  onChange(): void;
  /** Participants or bindings are others than before. */
  onSettled(): void;
  onHappening(happening: Happening): void;
}

export class LiveConference {
  #state: ConferenceState | null = null;
  #dominance: Dominance = NOBODY;
  readonly voices = new Voices();

  constructor(private readonly listener: LiveListener) {}

  get state(): ConferenceState | null {
    return this.#state;
  }

  /** 0 before the first snapshot. */
  get sequence(): number {
    return this.#state?.sequence ?? 0;
  }

  get dominantSpeaker(): string | null {
    return this.#dominance.current;
  }

  /** What the server thinks of ours. */
  get ownSources(): readonly SourceState[] {
    return (this.#state && participantOf(this.#state, this.#state.selfId)?.sources) ?? [];
  }

  /** Slot to source id. */
  get videoSources(): ReadonlyMap<number, number> {
    return this.#state ? boundVideoSources(this.#state) : new Map();
  }

  onJoined(joined: Joined): void {
    this.#take(fromJoined(joined, this.#state));
  }

  /** False when there is nothing that missed events could be applied to. */
  onResumed(resumed: Resumed): boolean {
    if (!this.#state) return false;
    for (const event of resumed.missed) this.#apply(event);
    this.#take(fromResumed(this.#state, resumed));
    return true;
  }

  onEvent(event: ServerEvent): void {
    this.#apply(event);
    if (event.type === 'speakers') this.beat(Date.now());
  }

  /** To be called now and then: a steady speaker gets his turn also while nothing is said of speakers. */
  beat(nowMs: number): void {
    if (!this.#state) return;
    const { speakers, selfId } = this.#state;
    const before = this.dominantSpeaker;
    this.#dominance = nextDominance(this.#dominance, speakers, selfId, nowMs);
    if (this.dominantSpeaker !== before) this.listener.onChange();
  }

  clear(): void {
    this.#state = null;
    this.#dominance = NOBODY;
    this.voices.keep(new Set());
  }

  #apply(event: ServerEvent): void {
    if (!this.#state) return;
    for (const happening of happeningsOf(this.#state, event)) this.listener.onHappening(happening);
    this.#take(reduce(this.#state, event));
  }

  #take(state: ConferenceState): void {
    const before = this.#state;
    this.#state = state;
    if (state.speakers !== before?.speakers) this.voices.hear(state.speakers);
    if (before && isOnlyVoices(before, state)) return;
    if (state.participants !== before?.participants || state.bindings !== before.bindings) {
      const present = new Set(state.participants.map(({ id }) => id));
      this.#dominance = withoutParticipant(this.#dominance, present);
      this.voices.keep(present);
      this.listener.onSettled();
    }
    this.listener.onChange();
  }
}

/** Nothing that is rendered differs. */
function isOnlyVoices(before: ConferenceState, now: ConferenceState): boolean {
  const { speakers: _before, ...shownBefore } = before;
  const { speakers: _now, ...shownNow } = now;
  return (Object.keys(shownNow) as (keyof typeof shownNow)[]).every((key) => shownNow[key] === shownBefore[key]);
}
