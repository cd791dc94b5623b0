/**
 * One question after the call, and only after a poor answer a second: what was wrong. Skipping is as large as answering. An
 * answer that was given counts, also when the page is closed before the second question.
 */

import { html, LitElement, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands } from '../../call-types.js';
import { TROUBLES, type Trouble } from '../../protocol/call-rating.js';
import { buttons, reset } from '../../styles/shared.js';
import { ratingWords, type RatingWords } from '../../text/rating.js';
import type { Language } from '../../text/languages.js';
import { icon } from '../icon/icon.js';
import { ratingStyles } from './rating.styles.js';

/** Up to this score something was wrong. */
const POOR = 3;
/** From 1 to 5; the words beside them say it. */
const MOUTHS = ['M8 17a4.5 4.5 0 0 1 8 0', 'M8.5 16.5a5 5 0 0 1 7 0', 'M8.5 15.5h7', 'M8.5 14.5a5 5 0 0 0 7 0', 'M7.5 13.5a4.7 4.7 0 0 0 9 0Z'];

function face(score: number): SVGTemplateResult {
  return svg`<svg class="face" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <circle cx="12" cy="12" r="9.5"/><path d="M9 9.5v.01M15 9.5v.01" stroke-width="2.2"/><path d=${MOUTHS[score - 1] ?? ''}/></svg>`;
}

@customElement('vdx-rating')
export class Rating extends LitElement {
  static override styles = [reset, buttons, ratingStyles];

  @property({ attribute: false }) commands!: Pick<CallCommands, 'hub'>;
  @property({ attribute: false }) language: Language = 'da';

  @state() private at: 'score' | 'why' | 'thanks' | 'skipped' = 'score';
  @state() private troubles: readonly Trouble[] = [];
  @query('h2') private heading!: HTMLElement | null;
  private score = 0;
  private isSent = false;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pagehide', this.send);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pagehide', this.send);
    this.send();
  }

  override render(): TemplateResult | typeof nothing {
    const words = ratingWords(this.language);
    switch (this.at) {
      case 'score':
        return this.renderScores(words);
      case 'why':
        return this.renderWhy(words);
      case 'thanks':
        return html`<p class="thanks" role="status">${icon('check')}<span>${words.thanks}</span></p>`;
      case 'skipped':
        return nothing;
    }
  }

  private renderScores(words: RatingWords): TemplateResult {
    return html`<section aria-labelledby="question">
      <h2 id="question">${words.question}</h2>
      <ul class="scores">
        ${words.scores
          .map((text, index) => html`<li><button class="choice" type="button" @click=${() => { this.answer(index + 1); }}>${face(index + 1)}<span>${text}</span></button></li>`)
          .reverse()}
        <li><button class="choice" type="button" @click=${this.skip}><span>${words.skip}</span></button></li>
      </ul>
      <p class="soft">${words.nobodys}</p>
    </section>`;
  }

  private renderWhy(words: RatingWords): TemplateResult {
    return html`<section aria-labelledby="question">
      <h2 id="question" tabindex="-1">${words.why}</h2>
      <div class="troubles" role="group" aria-labelledby="question">
        ${TROUBLES.map((each) => {
          const isChosen = this.troubles.includes(each);
          return html`<button class="choice" type="button" aria-pressed=${String(isChosen)} @click=${() => { this.toggle(each); }}>
            ${isChosen ? icon('check') : nothing}<span>${words.troubles[each]}</span>
          </button>`;
        })}
      </div>
      <div class="two">
        <button class="button" type="button" @click=${this.finish}>${words.send}</button>
        <button class="button" type="button" @click=${() => { this.troubles = []; this.finish(); }}>${words.skip}</button>
      </div>
    </section>`;
  }

  private answer(score: number): void {
    this.score = score;
    if (score > POOR) this.finish();
    else {
      this.at = 'why';
      void this.updateComplete.then(() => { this.heading?.focus(); });
    }
  }

  private toggle(trouble: Trouble): void {
    const { troubles } = this;
    this.troubles = troubles.includes(trouble) ? troubles.filter((one) => one !== trouble) : [...troubles, trouble];
  }

  private readonly skip = (): void => {
    this.at = 'skipped';
  };

  private readonly finish = (): void => {
    this.at = 'thanks';
    this.send();
  };

  /** Once, and only what was answered. That it did not arrive is nobody's trouble. */
  private readonly send = (): void => {
    if (this.score === 0 || this.isSent) return;
    this.isSent = true;
    void this.commands.hub.rateCall(this.score, TROUBLES.filter((each) => this.troubles.includes(each)));
  };
}
