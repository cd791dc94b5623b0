/** The own microphone and camera as two buttons with their words beside them: before the call, and while one waits. */

import { html, type TemplateResult } from 'lit';
import type { CallCommands, CallState } from '../call-types.js';
import '../elements/control/control.js';
import type { Words } from '../text/words.js';

export function renderOwnSwitches(call: CallState, commands: CallCommands, words: Words): TemplateResult {
  const { microphone, camera } = call.local;
  return html`<vdx-control
      beside
      .look=${'state'}
      .label=${words.call.microphone}
      .icon=${'microphone'}
      .iconOff=${'microphoneOff'}
      .pressed=${microphone.on}
      .busy=${microphone.busy}
      @click=${() => void commands.setMicrophone(!microphone.on)}
    ></vdx-control>
    <vdx-control
      beside
      .look=${'state'}
      .label=${words.call.camera}
      .icon=${'camera'}
      .iconOff=${'cameraOff'}
      .pressed=${camera.on}
      .busy=${camera.busy}
      @click=${() => void commands.setCamera(!camera.on)}
    ></vdx-control>`;
}
