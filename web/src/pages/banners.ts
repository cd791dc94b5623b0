/** Which banner the call shows now, with its one action. At most one: the first cause, else the own sharing, else a busy server. */

import { html, nothing, type TemplateResult } from 'lit';
import type { BannerCode, CallCommands, CallState } from '../call-types.js';
import type { IconName } from '../elements/icon/icon.js';
import { phoneLink, phoneText, phoneWhole } from '../text/names.js';
import { troubleWords } from '../text/trouble.js';
import type { Words } from '../text/words.js';

/** After this long without a connection the telephone is the better way. */
export const CALL_INSTEAD_MS = 15_000;

export interface BannerContent {
  readonly code: BannerCode | 'sharing' | 'serverBusy';
  readonly icon: IconName;
  readonly text: string;
  readonly action: string;
  readonly phone: { readonly href: string; readonly text: string } | null;
  readonly isTrouble: boolean;
  readonly run: () => void;
}

const ICONS: Readonly<Record<BannerCode, IconName>> = {
  reconnecting: 'weak',
  serverStopping: 'info',
  audioBlocked: 'speaker',
  microphoneInterrupted: 'microphoneOff',
  cameraInterrupted: 'cameraOff',
  cameraAdvisedOff: 'weak',
  ownConnectionWeak: 'weak',
  speakingWhileMuted: 'microphoneOff',
};

/** Amber, because something of yours does not get through. */
const TROUBLE: ReadonlySet<BannerCode> = new Set([
  'reconnecting',
  'microphoneInterrupted',
  'cameraInterrupted',
  'cameraAdvisedOff',
  'speakingWhileMuted',
]);

/** Not said while the server is known to be busy: late answers and lost sound are its doing then, and no better net helps. Said otherwise while it is the device. */
const BLAMES_THE_NET: ReadonlySet<BannerCode> = new Set(['cameraAdvisedOff', 'ownConnectionWeak']);

const NOTHING = (): void => undefined;

/** The same ladder before the call: who waits is told that the way is lost, and that he need not do anything. */
export function lossLine(call: CallState, words: Words): TemplateResult {
  const isLost = call.banners.includes('reconnecting');
  return html`<p class="notice" role="status" ?hidden=${!isLost}>${isLost ? textOf('reconnecting', call, words, Date.now()) : nothing}</p>`;
}

/** Milliseconds without a connection; 0 while there is one. */
export function lostFor(call: CallState, now: number): number {
  return call.link.lostSince === null ? 0 : Math.max(now - call.link.lostSince, 0);
}

export function bannerOf(call: CallState, words: Words, commands: CallCommands, now: number): BannerContent | null {
  // Blocked sound is a matter for the middle of the screen.
  const isServerBusy = call.tiles.some((tile) => tile.pausedByServer);
  const code = call.banners.find((each) => each !== 'audioBlocked' && !(isServerBusy && BLAMES_THE_NET.has(each)));
  if (code !== undefined) {
    const helpLine = helpLineOf(call);
    const isLong = code === 'reconnecting' && helpLine !== '' && isCallingBetter(call, now);
    return {
      code,
      icon: ICONS[code],
      text: textOf(code, call, words, now),
      phone: isLong ? { href: phoneLink(helpLine), text: words.help.call(phoneText(helpLine)) } : null,
      isTrouble: TROUBLE.has(code),
      ...actionOf(code, words, commands),
    };
  }
  if (!call.local.screen.on) return busyServer(call, words);
  return {
    code: 'sharing',
    icon: 'share',
    text: words.call.sharing,
    action: words.call.stopSharing,
    phone: null,
    isTrouble: false,
    run: () => void commands.stopScreenShare(),
  };
}

/** Pictures rest though the own connection is fine: nobody is to go looking for a better net. */
function busyServer(call: CallState, words: Words): BannerContent | null {
  if (!call.tiles.some((tile) => tile.pausedByServer)) return null;
  return { code: 'serverBusy', icon: 'info', text: troubleWords(words.language).serverBusy, action: '', phone: null, isTrouble: false, run: NOTHING };
}

function helpLineOf(call: CallState): string {
  return (call.room ?? call.invitation)?.helpLine ?? '';
}

function isCallingBetter(call: CallState, now: number): boolean {
  return lostFor(call, now) >= CALL_INSTEAD_MS;
}

/**
 * The ladder in plain words: a weak connection, at which pictures rest while the sound goes on; one that is gone and is
 * being made anew; and after a while the telephone.
 */
function textOf(code: BannerCode, call: CallState, words: Words, now: number): string {
  const trouble = troubleWords(words.language);
  const rests = call.tiles.some((tile) => tile.paused && !tile.pausedByServer);
  if (call.isDeviceBusy && BLAMES_THE_NET.has(code)) return trouble[code === 'cameraAdvisedOff' ? 'deviceBusyAdvised' : rests ? 'deviceBusyRests' : 'deviceBusy'];
  if (code === 'ownConnectionWeak' && rests) return trouble.pictureRests;
  if (code !== 'reconnecting' || !isCallingBetter(call, now)) return words.banner[code];
  const helpLine = helpLineOf(call);
  return helpLine === '' ? trouble.callThem : trouble.callUs(phoneWhole(helpLine));
}

function actionOf(code: BannerCode, words: Words, commands: CallCommands): Pick<BannerContent, 'action' | 'run'> {
  switch (code) {
    case 'microphoneInterrupted':
    case 'speakingWhileMuted':
      return { action: words.banner.turnOn, run: () => void commands.setMicrophone(true) };
    case 'cameraInterrupted':
      return { action: words.banner.turnOn, run: () => void commands.setCamera(true) };
    case 'cameraAdvisedOff':
      return { action: words.banner.turnCameraOff, run: () => void commands.setCamera(false) };
    default:
      return { action: '', run: NOTHING };
  }
}
