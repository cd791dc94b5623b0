/** The layout that a link asks for: chosen once, at the first seat; what the person or a host chooses later stays. */

import type { Call, CallState } from '../call-types.js';

export function wishLayout(call: Call, layout: string): void {
  const choose = ({ phase, self }: CallState): void => {
    if (phase !== 'inCall' || self === null) return;
    stop();
    // Where a host chooses for all, the server refuses it, and that is right.
    void call.ask({ type: 'chooseLayout', layout });
  };
  const stop = call.subscribe(choose);
  choose(call.getState());
}
