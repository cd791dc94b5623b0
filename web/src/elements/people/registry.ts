/**
 * What the list of people offers, added by each concern in a file of its own (see `concerns.ts`): marks beside a name,
 * actions on a person, and sections for the panel. The panel itself knows none of them.
 *
 *     // elements/floor/people.ts, and one line in elements/people/concerns.ts
 *     addMark({ id: 'hand', order: 10, of: (person, state) => handOf(state, person.id) ? { icon: 'hand', text: … } : null });
 *     addAction({
 *       id: 'give-floor',
 *       order: 20,
 *       label: (person, language) => floorWords(language).give,
 *       isOffered: (person, state) => isHost(state) && handOf(state, person.id) !== null,
 *       run: (person, { commands }) => void commands.ask({ type: 'grantFloor', participantId: person.id }),
 *     });
 *     addSection({ id: 'queue', order: 10, isShown: isHost, render: ({ call, commands }) => html`<vdx-queue …></vdx-queue>` });
 *
 * A section with a `count` above 0 is announced on the bar's button, so that who waits is always one glance away.
 */

import type { nothing, TemplateResult } from 'lit';
import type { CallCommands, CallState, ParticipantState } from '../../call-types.js';
import type { Language } from '../../text/words.js';
import type { IconName } from '../icon/icon.js';

export interface PeopleContext {
  readonly call: CallState;
  readonly commands: CallCommands;
  readonly language: Language;
}

export interface Mark {
  readonly icon: IconName;
  /** Read aloud, and shown beside the icon where `isLoud`. */
  readonly text: string;
  readonly isLoud?: boolean;
  /** Who calls stands first in the list. */
  readonly isUrgent?: boolean;
}

export interface PersonMark {
  readonly id: string;
  /** Lower comes first. */
  readonly order: number;
  of(person: ParticipantState, call: CallState, language: Language): Mark | null;
}

export interface PersonAction {
  readonly id: string;
  readonly order: number;
  /** What is taken away or ends something: drawn in red, and last. */
  readonly isDangerous?: boolean;
  label(person: ParticipantState, language: Language, call: CallState): string;
  isOffered(person: ParticipantState, call: CallState): boolean;
  run(person: ParticipantState, context: PeopleContext): void;
  /** Done after some seconds only, while this is said and it can be taken back: where a slip hurts. */
  undoable?(person: ParticipantState, language: Language, seconds: number): string;
  /** Instead of being done at once: what is asked first. `done` closes it. */
  form?(person: ParticipantState, context: PeopleContext, done: () => void): TemplateResult;
}

export interface PeopleSection {
  readonly id: string;
  /** Below 100: above the list; from 100 on: below it. */
  readonly order: number;
  isShown(call: CallState): boolean;
  /** How many wait here for an answer. */
  count?(call: CallState): number;
  render(context: PeopleContext): TemplateResult | typeof nothing;
}

const marks: PersonMark[] = [];
const actions: PersonAction[] = [];
const sections: PeopleSection[] = [];

function add<T extends { readonly id: string; readonly order: number }>(list: T[], one: T): void {
  if (list.some((each) => each.id === one.id)) throw new Error(`${one.id} is there already`);
  list.push(one);
  list.sort((a, b) => a.order - b.order);
}

export function addMark(mark: PersonMark): void {
  add(marks, mark);
}

export function addAction(action: PersonAction): void {
  add(actions, action);
}

export function addSection(section: PeopleSection): void {
  add(sections, section);
}

export function marksOf(person: ParticipantState, call: CallState, language: Language): readonly Mark[] {
  return marks.map((mark) => mark.of(person, call, language)).filter((mark): mark is Mark => mark !== null);
}

export function actionsFor(person: ParticipantState, call: CallState): readonly PersonAction[] {
  const offered = actions.filter((action) => action.isOffered(person, call));
  return [...offered.filter((one) => one.isDangerous !== true), ...offered.filter((one) => one.isDangerous === true)];
}

export function sectionsFor(call: CallState): readonly PeopleSection[] {
  return sections.filter((section) => section.isShown(call));
}

/** How many people wait for an answer of ours. */
export function waitingCount(call: CallState): number {
  return sectionsFor(call).reduce((sum, section) => sum + (section.count?.(call) ?? 0), 0);
}

export function isHost(call: CallState): boolean {
  return call.self?.role === 'host';
}
