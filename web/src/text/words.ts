/**
 * Every word a person sees or hears from the page. `da` and `en` fill the same form, so a missing sentence is a type
 * error. Written to be read aloud: short main clauses, "du", what happened, what to do.
 */

import type { BannerCode, EndCode, FailureCode } from '../call-types.js';
import type { Language } from './languages.js';

export type { Language } from './languages.js';

/** A screen that stops you: what happened, what to do, what the one button says. */
export interface Message {
  readonly title: string;
  readonly body: string;
}

export type Corner = 'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight';

export interface Words {
  readonly language: Language;
  readonly languages: string;
  /** Of a translation: behind the language's name. */
  readonly notReviewed: string;
  readonly product: string;

  readonly help: {
    readonly ask: string;
    readonly call: (number: string) => string;
    readonly nobody: string;
  };

  readonly title: {
    readonly prejoin: string;
    readonly connecting: string;
    readonly reconnecting: string;
    readonly inCall: (others: number) => string;
  };

  readonly prejoin: {
    readonly heading: string;
    readonly headingWith: (organisation: string) => string;
    /** `moment` as of `momentText`. */
    readonly opens: (moment: string) => string;
    readonly lead: string;
    readonly name: string;
    readonly nameHint: string;
    readonly nameMissing: string;
    readonly ask: string;
    readonly askHint: string;
    readonly asking: string;
    readonly meter: string;
    readonly meterHint: string;
    readonly meterHeard: string;
    readonly choose: string;
  };

  readonly device: {
    readonly camera: string;
    readonly microphone: string;
    readonly speaker: string;
    readonly unnamed: (kind: string, number: number) => string;
    readonly none: string;
    readonly signLanguage: string;
    readonly signLanguageHelp: string;
  };

  readonly call: {
    readonly heading: (subject: string) => string;
    readonly controls: string;
    readonly microphone: string;
    readonly camera: string;
    readonly share: string;
    readonly more: string;
    readonly leave: string;
    readonly microphoneIsOff: string;
    readonly cameraIsOff: string;
    readonly bothAreOff: string;
    readonly alone: string;
    readonly aloneHint: string;
    readonly connecting: string;
    readonly connectingHint: string;
    readonly cancel: string;
    readonly people: string;
    readonly you: string;
    readonly yourScreen: string;
    readonly screenOf: (name: string) => string;
    readonly sharing: string;
    readonly stopSharing: string;
    readonly microphoneOff: string;
    readonly cameraOff: string;
    readonly weak: string;
    readonly speaking: string;
    readonly reconnecting: string;
    readonly cannotDecode: string;
    readonly paused: string;
    /** Nothing is wrong with the person's own connection. */
    readonly pausedByServer: string;
    readonly pausedByDevice: string;
    readonly unmute: string;
    readonly unmuteHint: string;
  };

  readonly self: {
    readonly label: string;
    readonly hide: string;
    readonly show: string;
    readonly move: string;
    readonly turn: string;
    readonly movedTo: Readonly<Record<Corner, string>>;
    readonly hidden: string;
    readonly shown: string;
  };

  readonly panel: {
    readonly title: string;
    readonly close: string;
    readonly ownPicture: string;
    readonly help: string;
  };

  readonly banner: Readonly<Record<BannerCode, string>> & {
    readonly turnOn: string;
    readonly turnCameraOff: string;
  };

  readonly notice: {
    readonly joined: (names: readonly string[]) => string;
    readonly left: (names: readonly string[]) => string;
    readonly lost: (names: readonly string[]) => string;
    readonly removed: (names: readonly string[]) => string;
    readonly screenStarted: (name: string) => string;
    readonly screenStopped: (name: string) => string;
    readonly ownScreenStopped: string;
    readonly microphoneOn: string;
    readonly microphoneOff: string;
    readonly cameraOn: string;
    readonly cameraOff: string;
    readonly cameraFailed: string;
    readonly microphoneFailed: string;
    readonly devicesFailed: string;
    readonly screenFailed: string;
    readonly closedByHost: string;
    readonly mayNotUnmute: string;
    readonly connectionLost: string;
    readonly connectionBack: string;
  };

  readonly ended: Readonly<Record<EndCode, Message>> & {
    readonly again: string;
    readonly here: string;
    readonly close: string;
  };

  readonly failure: Readonly<Record<FailureCode, Message>> & {
    readonly tryAgain: string;
    readonly retryIn: (seconds: number) => string;
  };
}

/** "Bodil", "Bodil og Karl", "Bodil, Karl og 3 andre". */
export function listNames(names: readonly string[], and: string, others: (count: number) => string): string {
  const [first = '', second = ''] = names;
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} ${and} ${second}`;
  return `${first}, ${second} ${and} ${others(names.length - 2)}`;
}
