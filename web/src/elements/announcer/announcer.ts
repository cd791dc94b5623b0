/**
 * The page's two live regions: polite for what passes, assertive for what you must know. They stand in the document
 * itself from the first moment, since screen readers miss regions that appear together with their text.
 */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';

/** Something to be read aloud; any element may send it. */
export class AnnounceEvent extends Event {
  constructor(
    readonly text: string,
    readonly urgency: 'polite' | 'assertive' = 'polite',
  ) {
    super('announce', { bubbles: true, composed: true });
  }
}

/** Long enough to be read, short enough that nobody finds it later by browsing (guess). */
const CLEAR_MS = 8000;

@customElement('vdx-announcer')
export class Announcer extends LitElement {
  private clearing: ReturnType<typeof setTimeout> | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override render(): TemplateResult {
    return html`<div class="visually-hidden" role="status" aria-live="polite"></div>
      <div class="visually-hidden" role="alert" aria-live="assertive"></div>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.clearing);
  }

  /** Sentences of one moment are joined; the region is emptied later, so the same sentence can be said again. */
  say(text: string, urgency: 'polite' | 'assertive'): void {
    const region = this.querySelector(urgency === 'polite' ? '[role=status]' : '[role=alert]');
    if (region === null) return;
    const line = document.createElement('p');
    line.textContent = text;
    region.append(line);
    clearTimeout(this.clearing);
    this.clearing = setTimeout(() => {
      for (const each of this.querySelectorAll('[aria-live]')) each.replaceChildren();
    }, CLEAR_MS);
  }
}
