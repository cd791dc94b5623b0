/** From what happened to what is said: bursts become one sentence, and only some of it is also shown. */

import type { Notice, NoticeCode } from '../call-types.js';
import type { Words } from './words.js';

export interface Saying {
  readonly text: string;
  readonly urgency: 'polite' | 'assertive';
  /** False where the page shows it already (the state of a button, a banner): then it is only read aloud. */
  readonly isShown: boolean;
}

type Coming = 'participantJoined' | 'participantLeft' | 'participantLost' | 'participantRemoved';

const COMING: Readonly<Record<Coming, (words: Words) => (names: readonly string[]) => string>> = {
  participantJoined: (words) => words.notice.joined,
  participantLeft: (words) => words.notice.left,
  participantLost: (words) => words.notice.lost,
  participantRemoved: (words) => words.notice.removed,
};

function isComing(code: NoticeCode): code is Coming {
  return code in COMING;
}

const ONLY_HEARD: ReadonlySet<NoticeCode> = new Set([
  'microphoneOn',
  'microphoneOff',
  'cameraOn',
  'cameraOff',
  'connectionLost',
]);

function sentence(notice: Notice, words: Words): string {
  const { code, name } = notice;
  if (isComing(code)) return COMING[code](words)([name]);
  const said = words.notice[code];
  return typeof said === 'string' ? said : said(name);
}

/** In the order of happening; those who came (or went) in the same burst share a sentence, and so do own devices. */
export function sayings(notices: readonly Notice[], words: Words): readonly Saying[] {
  const bothFailed = (['cameraFailed', 'microphoneFailed'] as const).every((code) =>
    notices.some((notice) => notice.code === code),
  );
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) {
    const key = keyOf(notice, bothFailed);
    groups.set(key, [...(groups.get(key) ?? []), notice]);
  }
  return [...groups].map(([key, group]) => {
    const last = group[group.length - 1] as Notice;
    const names = [...new Set(group.map((notice) => notice.name))];
    const text = isComing(last.code) ? COMING[last.code](words)(names) : sentence(last, words);
    return {
      text: key === DEVICES ? words.notice.devicesFailed : text,
      urgency: group.some((notice) => notice.urgency === 'assertive') ? 'assertive' : 'polite',
      isShown: !ONLY_HEARD.has(last.code),
    };
  });
}

const DEVICES = 'devices';

function keyOf({ code, name }: Notice, bothFailed: boolean): string {
  if (bothFailed && (code === 'cameraFailed' || code === 'microphoneFailed')) return DEVICES;
  return isComing(code) ? code : `${code}/${name}`;
}
