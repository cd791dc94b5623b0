/**
 * A row of bars that rise with a voice: three beside a name, twelve for trying the microphone. A new level sets the
 * style of the bars that move and renders nothing.
 */

import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Voice } from '../../voices.js';
import { levelStyles } from './level.styles.js';

@customElement('vdx-level')
export class Level extends LitElement {
  static override styles = levelStyles;

  /** Null is silent. */
  @property({ attribute: false }) voice: Voice | null = null;
  @property({ attribute: false }) bars = 3;
  /** With a label it is a meter for everybody; without one it only decorates a text. */
  @property({ attribute: false }) label = '';

  private unsubscribe: (() => void) | undefined;
  private meter: Element | null = null;
  private spans: readonly HTMLElement[] = [];
  /** As last written, to write only what moves. */
  private heights: string[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  override render(): TemplateResult {
    const bars = Array.from({ length: this.bars }, () => html`<span></span>`);
    if (this.label === '') return html`<div class="bars" aria-hidden="true">${bars}</div>`;
    return html`<div class="bars" role="meter" aria-label=${this.label} aria-valuemin="0" aria-valuemax="100">
      ${bars}
    </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('voice')) this.listen();
    this.meter = this.renderRoot.querySelector('[role=meter]');
    this.spans = [...this.renderRoot.querySelectorAll<HTMLElement>('.bars > span')];
    this.heights = [];
    this.draw();
  }

  private listen(): void {
    this.unsubscribe?.();
    this.unsubscribe = this.voice?.subscribe(() => {
      this.draw();
    });
  }

  /** Heights go through the CSSOM: a style attribute would be refused by the page's content policy. */
  private draw(): void {
    const level = this.voice?.level ?? 0;
    this.meter?.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    this.spans.forEach((bar, index) => {
      const height = barHeight(level, index, this.bars).toFixed(2);
      if (this.heights[index] === height) return;
      this.heights[index] = height;
      bar.style.setProperty('--height', height);
    });
  }
}

/** 0 … 1. Few bars all move, the middle one most; many bars fill from the left like a thermometer. */
export function barHeight(level: number, index: number, bars: number): number {
  if (bars > 5) return Math.min(Math.max(Math.sqrt(level) * bars - index, 0), 1);
  const middle = (bars - 1) / 2;
  const weight = middle === 0 ? 1 : 1 - (0.45 * Math.abs(index - middle)) / middle;
  return Math.min(Math.sqrt(level) * 1.2 * weight, 1);
}
