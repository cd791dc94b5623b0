/**
 * The way from a link to a call, as steps of which each has one question. Pure: which steps there are for whom, what comes
 * after what, and where a page that was loaded again goes on. What a step looks like is `pages/prejoin`.
 *
 *     welcome      whose meeting, with whom, when                  guests
 *     terms        what the organisation wants accepted            guests, while it is not
 *     camera       "Kan du se dig selv?"                           guests who have not tried it lately
 *     microphone   "Sig hej"                                       the same
 *     speaker      "Kan du høre musikken?"                         the same
 *     ready        name, way of being there, one big button        guests
 *     host         all of it on one screen                         hosts
 */

export const STEPS = ['welcome', 'terms', 'camera', 'microphone', 'speaker', 'ready', 'host'] as const;
export type Step = (typeof STEPS)[number];

/** What is tried, one thing per screen. */
export const PARTS = ['camera', 'microphone', 'speaker'] as const;
export type Part = (typeof PARTS)[number];

export interface Situation {
  /** Guest while the link is not known. */
  readonly role: 'host' | 'guest';
  readonly areTermsDue: boolean;
  /** The link asks for the shortest way (`join=1`), yet something is left to ask. */
  readonly isShort: boolean;
  /** The person does not want to try anything. */
  readonly skipsCheck: boolean;
  /** What was tried on this device lately, with success. */
  readonly tried: ReadonlySet<Part>;
  /** The browser gives camera and microphone without a question. As it was when the page came. */
  readonly hasPermission: boolean;
}

/** In their order; the last one joins. */
export function stepsFor(situation: Situation): readonly Step[] {
  const terms: readonly Step[] = situation.areTermsDue ? ['terms'] : [];
  if (situation.role === 'host') return [...terms, 'host'];
  if (situation.isShort) return [...terms, 'ready'];
  return ['welcome', ...terms, ...partsToTry(situation), 'ready'];
}

/** Where the browser will ask, it asks at the camera: there it is explained. */
function partsToTry({ skipsCheck, tried, hasPermission }: Situation): readonly Part[] {
  if (skipsCheck) return [];
  return PARTS.filter((part) => !tried.has(part) || (part === 'camera' && !hasPermission));
}

/** `missing`: parts that cannot be had today, and need no screen of their own any more. */
export function stepAfter(steps: readonly Step[], step: Step, missing: ReadonlySet<Step> = new Set()): Step {
  const later = STEPS.slice(STEPS.indexOf(step) + 1);
  return later.find((one) => steps.includes(one) && !missing.has(one)) ?? last(steps);
}

/** Null: this is the first one. */
export function stepBefore(steps: readonly Step[], step: Step): Step | null {
  const earlier = STEPS.slice(0, STEPS.indexOf(step));
  return earlier.findLast((one) => steps.includes(one)) ?? null;
}

/**
 * Where a page goes on that remembers `step`, or that stands at a step which has gone meanwhile. Nobody gets past the
 * terms, and what needs devices begins where they are asked for. `hasDevices`: they were asked for, or may be had.
 */
export function landing(steps: readonly Step[], step: Step | null, hasDevices: boolean): Step {
  const first = steps[0] ?? 'ready';
  if (step === null) return first;
  const found = steps.includes(step) ? step : steps.includes('host') ? last(steps) : stepAfter(steps, step);
  if (steps.includes('terms') && STEPS.indexOf(found) > STEPS.indexOf('terms')) return 'terms';
  const needsDevices = found === 'microphone' || found === 'speaker';
  return needsDevices && !hasDevices && steps.includes('camera') ? 'camera' : found;
}

/** "1 af 3"; null where there is nothing to count. */
export function progressOf(steps: readonly Step[], step: Step): { readonly number: number; readonly of: number } | null {
  const parts = PARTS.filter((part) => steps.includes(part));
  const index = parts.findIndex((part) => part === step);
  return index < 0 || parts.length < 2 ? null : { number: index + 1, of: parts.length };
}

function last(steps: readonly Step[]): Step {
  return steps[steps.length - 1] ?? 'ready';
}
