/**
 * The letters between a page and the call in its frame, by `postMessage`: `{vdx: 1, id, type, name, …}`. A command is
 * answered once, with its id; an event is answered by nobody. Pure; who may write to whom is `frame.ts` and `element.ts`.
 */

/** The envelope's version; letters of another are not ours. */
export const ENVELOPE = 1;
/** Of ids and names. */
const MAX_LABEL = 64;

export interface CommandLetter {
  readonly vdx: typeof ENVELOPE;
  /** The sender's own, to know the answer by. */
  readonly id: string;
  readonly type: 'command';
  readonly name: string;
  readonly args?: unknown;
}

/** What a command came to: a value, or a stable code and a sentence for the developer. */
export type Outcome =
  | { readonly ok: true; readonly value?: unknown }
  | { readonly ok: false; readonly code: string; readonly text: string };

export type AnswerLetter = Outcome & {
  readonly vdx: typeof ENVELOPE;
  readonly id: string;
  readonly type: 'answer';
  readonly name: string;
};

export interface EventLetter {
  readonly vdx: typeof ENVELOPE;
  readonly id: string;
  readonly type: 'event';
  readonly name: string;
  readonly detail: unknown;
}

export type Letter = CommandLetter | AnswerLetter | EventLetter;

export const DONE: Outcome = { ok: true };

export function refused(code: string, text: string): Outcome {
  return { ok: false, code, text };
}

/** Null for all that is no letter of ours: other libraries talk by `postMessage` too. */
export function readLetter(data: unknown): Letter | null {
  if (typeof data !== 'object' || data === null) return null;
  const { vdx, id, type, name } = data as Readonly<Record<string, unknown>>;
  if (vdx !== ENVELOPE || !isLabel(id) || !isLabel(name)) return null;
  if (type !== 'command' && type !== 'answer' && type !== 'event') return null;
  if (type === 'answer' && typeof (data as Readonly<Record<string, unknown>>)['ok'] !== 'boolean') return null;
  return data as Letter;
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_LABEL;
}
