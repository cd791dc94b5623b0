/**
 * An organisation's logo, on the ground it was made for whatever the page's is. What is within the element stands there
 * where there is no logo, or none that can be shown.
 */

import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Look } from '../../look/look.js';

@customElement('vdx-logo')
export class Logo extends LitElement {
  static override styles = css`
    :host {
      display: inline-flex;
      flex: none;
      max-width: 100%;
    }

    img {
      display: block;
      box-sizing: border-box;
      max-width: min(11rem, 100%);
      height: var(--logo-height, 2.75rem);
      padding: var(--space-4) var(--space-8);
      border-radius: var(--radius);
      background: var(--plate);
      object-fit: contain;
    }
  `;

  @property({ attribute: false }) look: Look | null = null;
  /** The one that could not be shown. */
  @state() private broken = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.toggleAttribute('shown', (this.look?.logo ?? '') !== '' && this.look?.logo !== this.broken);
    if (changed.has('look')) this.style.setProperty('--plate', this.look?.background || '#ffffff');
  }

  override render(): TemplateResult {
    const { logo = '', logoText = '' } = this.look ?? {};
    if (logo === '' || logo === this.broken) return html`<slot></slot>`;
    return html`<img src=${logo} alt=${logoText} @error=${() => { this.fail(logo); }} />`;
  }

  private fail(logo: string): void {
    this.broken = logo;
    this.dispatchEvent(new Event('logofailed'));
  }
}
