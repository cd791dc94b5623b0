/**
 * Keys of the call. One letter each, so they do nothing while somebody types or holds a modifier, and can be switched off
 * (WCAG 2.1.4): who speaks to the computer would press them by a word. `?` shows them all.
 */

import type { CallState } from '../call-types.js';
import { floorButton } from '../elements/floor/standing.js';
import { shelfOf, type Shelf } from '../memory.js';
import { floorWords } from '../text/floor.js';
import { techniqueWords, type TechniqueWords } from '../text/technique.js';
import type { CallView } from './call-view.js';

export interface Shortcut {
  /** As `KeyboardEvent.key`, in lower case. */
  readonly key: string;
  readonly label: keyof TechniqueWords['shortcuts'];
  isOffered?(call: CallState): boolean;
  run(view: CallView, say: (text: string) => void): void;
}

const isHost = (call: CallState): boolean => call.self?.role === 'host';
/** The floor's queue, where a host gives it. */
const waitsForFloor = (call: CallState): boolean => {
  const policy = call.documents.floor?.speech.policy ?? 'free';
  return policy === 'queue' || policy === 'moderated';
};

export const SHORTCUTS: readonly Shortcut[] = [
  { key: 'm', label: 'microphone', run: ({ call, commands }) => void commands.setMicrophone(!call.local.microphone.on) },
  { key: 'k', label: 'camera', run: ({ call, commands }) => void commands.setCamera(!call.local.camera.on) },
  {
    key: 'h',
    label: 'hand',
    isOffered: (call) => floorButton(call, floorWords('da')) !== null,
    run: ({ call, commands }) => {
      const floor = floorButton(call, floorWords('da'));
      if (floor !== null) void commands.ask(floor.command);
    },
  },
  {
    key: 's',
    label: 'share',
    isOffered: (call) => call.local.screen.supported && call.shows.share,
    run: ({ call, commands }) => void (call.local.screen.on ? commands.stopScreenShare() : commands.startScreenShare()),
  },
  { key: 'd', label: 'people', isOffered: (call) => call.shows.people, run: (view) => { view.togglePanel('people'); } },
  { key: 'c', label: 'chat', isOffered: (call) => call.shows.chat, run: (view) => { view.togglePanel('chat'); } },
  {
    key: 'l',
    label: 'admit',
    isOffered: isHost,
    run: ({ call, commands, words }, say) => {
      const first = call.documents.lobby?.waiting.find((one) => !one.away);
      if (first === undefined) say(techniqueWords(words.language).shortcuts.nobodyWaits);
      else void commands.ask({ type: 'admit', waitingId: first.id });
    },
  },
  {
    key: 'n',
    label: 'next',
    isOffered: (call) => isHost(call) && waitsForFloor(call),
    run: ({ call, commands, words }, say) => {
      const request = call.documents.floor?.speech.queue[0]?.request ?? null;
      if (request === null) say(techniqueWords(words.language).shortcuts.nobodyWaits);
      else void commands.ask({ type: 'grantFloor', floor: 'speech', request, preempts: true, commandId: crypto.randomUUID() });
    },
  },
  { key: 'o', label: 'more', run: (view) => { view.togglePanel('more'); } },
  { key: '?', label: 'list', run: (view) => { view.togglePanel('shortcuts'); } },
];

const KEY = 'vdx.shortcuts';

export function usesShortcuts(shelf: Shelf | null = shelfOf('localStorage')): boolean {
  try {
    return shelf?.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export function writeShortcuts(isOn: boolean, shelf: Shelf | null = shelfOf('localStorage')): void {
  try {
    shelf?.setItem(KEY, isOn ? 'on' : 'off');
  } catch {
    // They stay on.
  }
}

/** Where letters mean themselves: a field, a list to choose from, a slider, or what another part of the page reads. */
export function isTyping(path: readonly EventTarget[]): boolean {
  return path.some(
    (target) =>
      target instanceof HTMLElement &&
      (target.isContentEditable || (target.matches('input, textarea, select') && !target.matches('[type=checkbox], [type=button]'))),
  );
}

/** Whether the key was one of ours, and is done. */
export function press(event: KeyboardEvent, view: CallView, say: (text: string) => void): boolean {
  if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (view.call.phase !== 'inCall' || !view.call.shows.shortcuts || !usesShortcuts() || isTyping(event.composedPath())) return false;
  const key = event.key.toLowerCase();
  const shortcut = SHORTCUTS.find((one) => one.key === key && (one.isOffered?.(view.call) ?? true));
  if (shortcut === undefined) return false;
  event.preventDefault();
  shortcut.run(view, say);
  return true;
}
