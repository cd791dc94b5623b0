/**
 * A round button of the call with its word: under the icon on phones, beside it on desktops. A toggle keeps its word
 * and says its state with `aria-pressed`; what is off is drawn light, with a struck icon.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { reset } from '../../styles/shared.js';
import { icon, type IconName } from '../icon/icon.js';
import { controlStyles } from './control.styles.js';

@customElement('vdx-control')
export class Control extends LitElement {
  static override styles = [reset, controlStyles];
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  @property({ attribute: false }) label = '';
  /** Part of the word that is only heard where the place is narrow. */
  @property({ attribute: false }) labelRest = '';
  @property({ attribute: false }) icon: IconName = 'more';
  @property({ attribute: false }) iconOff: IconName | null = null;
  /** Null: no toggle. */
  @property({ attribute: false }) pressed: boolean | null = null;
  /** Null: it opens nothing. */
  @property({ attribute: false }) expanded: boolean | null = null;
  @property({ attribute: false }) busy = false;
  /** How many wait behind it; 0: none. Said in `labelRest`. */
  @property({ attribute: false }) badge = 0;
  /** `state`: light when off (microphone, camera); `action`: marked when on; `leave`: red. */
  @property({ attribute: false }) look: 'state' | 'action' | 'leave' = 'action';

  override render(): TemplateResult {
    const { look, pressed, expanded } = this;
    const isMarked = look === 'state' ? pressed === false : (pressed ?? expanded ?? false);
    const name = pressed === false && this.iconOff !== null ? this.iconOff : this.icon;
    return html`<button
      type="button"
      class="${look}${isMarked ? ' marked' : ''}${this.busy ? ' busy' : ''}"
      aria-label=${this.labelRest === '' ? nothing : this.label + this.labelRest}
      aria-pressed=${pressed === null ? nothing : String(pressed)}
      aria-expanded=${expanded === null ? nothing : String(expanded)}
      aria-disabled=${this.busy ? 'true' : nothing}
    >
      <span class="disc"
        >${icon(name)}${this.badge > 0 ? html`<span class="badge" aria-hidden="true" data-count=${this.badge}></span>` : nothing}</span
      >
      <span class="label">${this.label}<span class="rest">${this.labelRest}</span></span>
    </button>`;
  }
}
