/** Why there is no picture or no sound, what to do, and where this browser keeps what was refused. All of it is fetched when it is needed. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DeviceErrorCode } from '../../call-types.js';
import type { Words } from '../../text/words.js';
import { fetchPart } from '../fetch-part.js';
import { RetryEvent } from './retry.js';

@customElement('vdx-device-problem')
export class DeviceProblem extends LitElement {
  @property({ attribute: false }) error: DeviceErrorCode = 'unknown';
  @property({ attribute: false }) which: 'both' | 'camera' | 'microphone' = 'both';
  @property({ attribute: false }) words!: Words;
  @state() private isThere = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void fetchPart(this, () => import('./problem-card.js')).then((isThere) => (this.isThere = isThere));
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.isThere) return nothing;
    return html`<vdx-problem-card
      .error=${this.error}
      .which=${this.which}
      .language=${this.words.language}
      @retry=${() => this.dispatchEvent(new RetryEvent())}
    ></vdx-problem-card>`;
  }
}
