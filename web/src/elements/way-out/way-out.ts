/** From an app's window or an old browser to one where the call can be held: steps, and the link to carry along. */

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { FailureCode } from '../../call-types.js';
import { reset } from '../../styles/shared.js';
import { deviceProblemWords } from '../../text/device-problem.js';
import type { Language } from '../../text/languages.js';
import '../copy-link/copy-link.js';
import { browser } from '../device-problem/browser.js';
import { guideOf } from '../device-problem/situation.js';
import { steps } from '../device-problem/steps.js';
import { stepsStyles } from '../device-problem/steps.styles.js';

@customElement('vdx-way-out')
export class WayOut extends LitElement {
  static override styles = [
    reset,
    stepsStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-24);
        width: 100%;
      }
    `,
  ];

  @property({ attribute: false }) code: FailureCode = 'inAppBrowser';
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult {
    const guide = this.code === 'inAppBrowser' ? guideOf('inApp', browser()) : null;
    return html`${guide === null ? nothing : steps(deviceProblemWords(this.language).steps[guide], guide)}
      <vdx-copy-link primary .language=${this.language}></vdx-copy-link>`;
  }
}
