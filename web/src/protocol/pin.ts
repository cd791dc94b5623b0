/** A token for who has no link, but knows the room's PIN. One connection per try; nothing of it is kept. */

import { failure } from './decode.js';
import { PROTOCOL_VERSION, type Failure } from './messages.gen.js';
import type { Wire, WireListener } from './wire.js';

const TIMEOUT_MS = 8000;

export type PinAnswer = { readonly token: string } | { readonly refusal: Failure };

/** With an empty PIN the server only says whether the room has one (`pin_required`). Never rejects. */
export function enterByPin(makeWire: (listener: WireListener) => Wire, room: string, pin: string): Promise<PinAnswer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish({ refusal: failure('unreachable', 'no answer') }), TIMEOUT_MS);
    const wire = makeWire({
      onOpen: () => {
        wire.request({ type: 'renewToken' }, TIMEOUT_MS, (answer) => {
          if (answer?.type === 'renewed') finish({ token: answer.token });
          else finish({ refusal: answer?.type === 'error' ? answer : failure('unreachable', 'no answer') });
        });
      },
      onRefused: (refusal) => finish({ refusal }),
      onLost: () => finish({ refusal: failure('unreachable', 'no way to the server') }),
      onEvents: () => undefined,
    });
    const finish = (answer: PinAnswer): void => {
      clearTimeout(timer);
      wire.close();
      resolve(answer);
    };
    wire.open({ protocol: PROTOCOL_VERSION, token: '', room, pin });
  });
}
