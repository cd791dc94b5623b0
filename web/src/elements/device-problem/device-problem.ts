/** Why there is no picture or no sound, what to do, and for a refused permission where this browser keeps it. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DeviceErrorCode } from '../../call-types.js';
import { permissionGuide } from '../../pages/platform.js';
import { buttons, reset } from '../../styles/shared.js';
import type { Words } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { deviceProblemStyles } from './device-problem.styles.js';

/** The person wants to try again. */
export class RetryEvent extends Event {
  constructor() {
    super('retry');
  }
}

@customElement('vdx-device-problem')
export class DeviceProblem extends LitElement {
  static override styles = [reset, buttons, deviceProblemStyles];

  @property({ attribute: false }) error: DeviceErrorCode = 'unknown';
  @property({ attribute: false }) which: 'both' | 'camera' | 'microphone' = 'both';
  @property({ attribute: false }) words!: Words;

  override render(): TemplateResult {
    const { words, error, which } = this;
    const { title, body } = words.device.error[error][which];
    const steps = words.device.guide[permissionGuide(navigator.userAgent, navigator.maxTouchPoints)];
    return html`<section>
      <h2>${icon('warning')}<span>${title}</span></h2>
      <p>${body}</p>
      ${error === 'permissionDenied'
        ? html`<ol>
            ${steps.map((step) => html`<li>${step}</li>`)}
          </ol>`
        : nothing}
      ${which === 'both' ? html`<p>${words.prejoin.stillJoin}</p>` : nothing}
      <button class="button" type="button" @click=${this.retry}>${words.prejoin.tryAgain}</button>
    </section>`;
  }

  private retry(): void {
    this.dispatchEvent(new RetryEvent());
  }
}
