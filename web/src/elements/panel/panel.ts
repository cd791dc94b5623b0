/** A panel beside the room on wide windows and a sheet under it on phones. It takes the focus, and Escape closes it. */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { play } from '../../styles/motion.js';
import { reset } from '../../styles/shared.js';
import { icon } from '../icon/icon.js';
import { panelStyles } from './panel.styles.js';

/** The panel is to be closed; who opened it takes the focus back. */
export class ClosePanelEvent extends Event {
  constructor() {
    super('closepanel');
  }
}

@customElement('vdx-panel')
export class Panel extends LitElement {
  static override styles = [reset, panelStyles];

  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) closeLabel = '';

  override render(): TemplateResult {
    return html`<section role="dialog" aria-labelledby="heading" @keydown=${this.onKey}>
      <header>
        <h2 id="heading" tabindex="-1">${this.heading}</h2>
        <button type="button" @click=${this.close}>${icon('close')}<span>${this.closeLabel}</span></button>
      </header>
      <div class="content"><slot></slot></div>
    </section>`;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#heading')?.focus({ preventScroll: true });
    play(this, { opacity: '0', translate: '0 12px' });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  }

  private close(): void {
    this.dispatchEvent(new ClosePanelEvent());
  }
}
