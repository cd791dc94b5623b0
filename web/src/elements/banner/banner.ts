/** What stays while its cause stays: one line across the top of the call, with the one thing to do about it. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { buttons, reset } from '../../styles/shared.js';
import { icon, type IconName } from '../icon/icon.js';
import { bannerStyles } from './banner.styles.js';

/** The banner's button was pressed. */
export class BannerActionEvent extends Event {
  constructor() {
    super('banneraction');
  }
}

@customElement('vdx-banner')
export class Banner extends LitElement {
  static override styles = [reset, buttons, bannerStyles];

  @property({ attribute: false }) icon: IconName = 'info';
  @property({ attribute: false }) text = '';
  /** '' for none. */
  @property({ attribute: false }) action = '';
  /** A telephone link, when the way out is to call. */
  @property({ attribute: false }) phone: { readonly href: string; readonly text: string } | null = null;
  /** Trouble is amber, news is quiet. */
  @property({ type: Boolean, reflect: true }) trouble = false;

  override render(): TemplateResult {
    return html`<div class="banner">
      ${icon(this.icon)}
      <p>${this.text}</p>
      ${this.phone === null ? nothing : html`<a class="act" href=${this.phone.href}>${this.phone.text}</a>`}
      ${this.action === '' ? nothing : html`<button class="act" type="button" @click=${this.act}>${this.action}</button>`}
    </div>`;
  }

  private act(): void {
    this.dispatchEvent(new BannerActionEvent());
  }
}
