/** What the screens before the call know of their page, and what they may do with it. The page itself is one. */

import type { LitElement, TemplateResult } from 'lit';
import type { CallCommands, CallState, JoiningWay } from '../../call-types.js';
import type { NetworkVerdict } from '../../network/check.js';
import type { Place } from '../../prejoin/place.js';
import type { MelodyPlayer } from '../../prejoin/player.js';
import type { Part, Situation, Step } from '../../prejoin/steps.js';
import type { Words } from '../../text/words.js';
import type { WhoFields } from './who.js';

export interface PrejoinView {
  readonly call: CallState;
  readonly commands: CallCommands;
  readonly words: Words;
  readonly place: Place;
  readonly situation: Situation;
  readonly steps: readonly Step[];
  readonly step: Step;
  /** The microphone was heard once; the sentence then stays. */
  readonly wasHeard: boolean;
  readonly isQuiet: boolean;
  /** Where something is played. */
  readonly player: MelodyPlayer | null;
  /** Where somebody joins. */
  readonly who: WhoFields | null;
  /** Of the way through the network; null: not known. */
  readonly verdict: NetworkVerdict | null;
  chooseWay(way: JoiningWay): void;
  /** The step after; `missing` as of `stepAfter`. */
  goOn(missing?: ReadonlySet<Step>): void;
  goBack(): void;
  /** Straight to the last screen. */
  skipCheck(): void;
  /** All of it, from the camera. */
  tryAll(): void;
  /** Advice instead of the question, and back. */
  setHelps(helps: boolean): void;
  /** It works: not to be tried again for a day. */
  markTried(part: Part): void;
  /** Joins, when nothing is left to ask. */
  enter(event: Event): void;
}

export type Screen = (view: PrejoinView) => TemplateResult;

/** What comes after the first screens, in a file of its own. */
export interface Later {
  readonly screens: Readonly<Partial<Record<Step, Screen>>>;
  makePlayer(onChange: () => void): MelodyPlayer | null;
  makeWho(page: LitElement & PrejoinView): WhoFields;
}
