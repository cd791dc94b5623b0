/** The own microphone and camera as two buttons: before the call and while one waits with their words beside them, and in the call's bar. */

import { html, type TemplateResult } from 'lit';
import type { CallCommands, CallState } from '../call-types.js';
import '../elements/control/control.js';
import type { Words } from '../text/words.js';

/** `rest`: what is said of the microphone beside its word. */
export function renderOwnSwitches(call: CallState, commands: CallCommands, words: Words, isBeside = true, rest = ''): TemplateResult {
  const { microphone, camera } = call.local;
  return html`<vdx-control
      ?beside=${isBeside}
      .look=${'state'}
      .label=${words.call.microphone}
      .labelRest=${rest}
      .icon=${'microphone'}
      .iconOff=${'microphoneOff'}
      .pressed=${microphone.on}
      .busy=${microphone.busy}
      @click=${() => void commands.setMicrophone(!microphone.on)}
    ></vdx-control>
    <vdx-control
      ?beside=${isBeside}
      .look=${'state'}
      .label=${words.call.camera}
      .icon=${'camera'}
      .iconOff=${'cameraOff'}
      .pressed=${camera.on}
      .busy=${camera.busy}
      @click=${() => void commands.setCamera(!camera.on)}
    ></vdx-control>`;
}
