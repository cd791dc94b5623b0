/** A row of bars that rise with a sound level: three beside a name, twelve for trying the microphone. */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { levelStyles } from './level.styles.js';

@customElement('vdx-level')
export class Level extends LitElement {
  static override styles = levelStyles;

  /** 0 … 1. */
  @property({ attribute: false }) level = 0;
  @property({ attribute: false }) bars = 3;
  /** With a label it is a meter for everybody; without one it only decorates a text. */
  @property({ attribute: false }) label = '';

  override render(): TemplateResult {
    const bars = Array.from({ length: this.bars }, () => html`<span></span>`);
    if (this.label === '') return html`<div class="bars" aria-hidden="true">${bars}</div>`;
    const now = String(Math.round(clamped(this.level) * 100));
    return html`<div
      class="bars"
      role="meter"
      aria-label=${this.label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${now}
    >
      ${bars}
    </div>`;
  }

  /** Heights go through the CSSOM: a style attribute would be refused by the page's content policy. */
  protected override updated(): void {
    const bars = this.renderRoot.querySelectorAll<HTMLElement>('.bars > span');
    bars.forEach((bar, index) => {
      bar.style.setProperty('--height', barHeight(clamped(this.level), index, this.bars).toFixed(2));
    });
  }
}

function clamped(level: number): number {
  return Number.isFinite(level) ? Math.min(Math.max(level, 0), 1) : 0;
}

/** 0 … 1. Few bars all move, the middle one most; many bars fill from the left like a thermometer. */
export function barHeight(level: number, index: number, bars: number): number {
  if (bars > 5) return Math.min(Math.max(Math.sqrt(level) * bars - index, 0), 1);
  const middle = (bars - 1) / 2;
  const weight = middle === 0 ? 1 : 1 - (0.45 * Math.abs(index - middle)) / middle;
  return Math.min(Math.sqrt(level) * 1.2 * weight, 1);
}
