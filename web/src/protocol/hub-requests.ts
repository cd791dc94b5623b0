/**
 * What the page asks over REST with the token of the call, all in one place: an element gets it as `commands.hub`. None of
 * them ever rejects; each says itself what it answers when nothing came.
 */

import type { NetworkCheck } from '../network/check.js';
import type { Trouble } from './call-rating.js';
import type { Clip } from './clips.js';
import type { HostRequests } from './host-requests.js';
import type { RoomMessages } from './room-messages.js';

export interface HubRequests {
  /** The exercise films that we may load as a host; null when no answer comes. */
  clips(): Promise<readonly Clip[] | null>;
  /** Calls somebody to the meeting, as a host: answers that one message. */
  sendSms(to: string): Promise<RoomMessages>;
  /** What was sent for this meeting, as a host. */
  sentSms(): Promise<RoomMessages>;
  /** What hosts ask; rejects when this part of the page cannot be fetched. */
  host(): Promise<HostRequests>;
  /** A check of the way through the network, not begun; rejects when it cannot be fetched. */
  network(): Promise<NetworkCheck>;
  /** Whether the check made last has found the way weak, or for sound only. */
  expectsWeak(): boolean;
  /** How the call was, 1 (bad) to 5 (good): whether it was taken. Once, after the call. */
  rateCall(score: number, troubles: readonly Trouble[]): Promise<boolean>;
  /** Shows the hosts a small picture of oneself while one waits; null: none any more. Whether it was taken. */
  showPicture(jpeg: Blob | null): Promise<boolean>;
  /** As a host: the pictures of those who wait, as addresses for images; null when no answer comes. */
  waitingPictures(): Promise<ReadonlyMap<string, string> | null>;
}

/** `token` gives the newest. */
export function hubRequests(token: () => string): HubRequests {
  let check: NetworkCheck | null = null;
  return {
    clips: () => import('./clips.js').then(({ askClips }) => askClips(token()), () => null),
    sendSms: (to) => messages(token, to),
    sentSms: () => messages(token, null),
    host: () => import('./host-requests.js').then(({ hostRequests }) => hostRequests(token)),
    network: () => import('../network/check.js').then(({ makeNetworkCheck }) => (check = makeNetworkCheck())),
    expectsWeak: () => ['weak', 'soundOnly'].includes(check?.value?.verdict ?? ''),
    rateCall: (score, troubles) =>
      import('./call-rating.js').then(({ sendCallRating }) => sendCallRating(token(), score, troubles), () => false),
    showPicture: (jpeg) => import('./waiting-pictures.js').then((part) => part.showPicture(token(), jpeg), () => false),
    waitingPictures: () => import('./waiting-pictures.js').then(({ askPictures }) => askPictures(token()), () => null),
  };
}

/** Only hosts need it: it is fetched when they do. */
function messages(token: () => string, to: string | null): Promise<RoomMessages> {
  return import('./room-messages.js').then(({ askRoomMessages }) => askRoomMessages(token(), to), () => ({ code: 'unreachable' }));
}
