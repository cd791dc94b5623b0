/** Answers of the server's REST in the stories: one of each that a host may see. */

import type { HubRequests } from '../protocol/hub-requests.js';
import type { MessageState, RoomMessage } from '../protocol/room-messages.js';

const message = (number: number, state: MessageState): RoomMessage => ({
  reference: `sms-${String(number)}`, to: `+45 •• •• •• ${String(number * 11).slice(-2)}`, state,
});
/** One of each that a host may see. */
const SENT_SMS: readonly RoomMessage[] = (['waiting', 'sent', 'delivered', 'failed', 'uncertain', 'givenUp'] as const).map((state, index) =>
  message(index + 1, state),
);

/** `note` writes down what was asked. */
export function storyHub(note: (name: string) => Promise<void>): HubRequests {
  return {
    clips: () => note('clips').then(() => [{ clip: 'Knæ.mp4', title: 'Knæ', durationS: 90, code: null }]),
    // The number is not noted: nothing may keep it.
    sendSms: (to) => note('sendSms').then(() => (to.length < 8 ? { code: 'validation_failed' } : { messages: [message(9, 'waiting')] })),
    sentSms: () => note('sentSms').then(() => ({ messages: SENT_SMS })),
  };
}
