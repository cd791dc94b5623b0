/**
 * What the page asks over REST with the token of the call, all in one place: an element gets it as `commands.hub`. None of
 * them ever rejects; each says itself what it answers when nothing came.
 */

import { askClips, type Clip } from './clips.js';
import { askRoomMessages, type RoomMessages } from './room-messages.js';

export interface HubRequests {
  /** The exercise films that we may load as a host; null when no answer comes. */
  clips(): Promise<readonly Clip[] | null>;
  /** Calls somebody to the meeting, as a host: answers that one message. */
  sendSms(to: string): Promise<RoomMessages>;
  /** What was sent for this meeting, as a host. */
  sentSms(): Promise<RoomMessages>;
}

/** `token` gives the newest. */
export function hubRequests(token: () => string): HubRequests {
  return {
    clips: () => askClips(token()),
    sendSms: (to) => askRoomMessages(token(), to),
    sentSms: () => askRoomMessages(token(), null),
  };
}
