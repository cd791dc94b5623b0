/**
 * The operator's live page: the server as it is now, asked for every two seconds, with the last two minutes as lines.
 * Figures that change are not said aloud; what is wrong is. Left out: anything that names a person or a whole room id.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../elements/icon/icon.js';
import '../elements/language/language.js';
import { renderLinks } from '../look/links.js';
import { desk } from '../styles/desk.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { showLanguage, type Language } from '../text/languages.js';
import { PageWords } from '../text/page-words.js';
import { operatorWords, type OperatorWords } from '../text/staff-operator.js';
import { renderQuality, renderTiles, renderWorkers } from './figures.js';
import { ageText, NO_TRENDS, type Now, type Rates, ratesOf, withTrend } from './now.js';
import { operatorStyles } from './operator.styles.js';
import type { OperatorRequests } from './requests.js';
import { renderBounds, renderProblems, renderRooms } from './tables.js';
import { clockText, type Page } from './written.js';

export const ASK_MS = 2000;
export const HIDDEN_ASK_MS = 20_000;
const MINUTES = [0, 5, 15, 30, 60, 240] as const;
const USUAL_MINUTES = 15;
const REFUSED = new Set(['key_missing', 'key_invalid', 'token_invalid', 'not_permitted']);

@customElement('vdx-operator')
export class Operator extends LitElement implements Page {
  static override styles = [reset, buttons, fields, desk, operatorStyles];

  @property({ attribute: false }) requests!: OperatorRequests;
  /** Instead of what was chosen, for stories. */
  @property({ attribute: false }) asked: Language | null = null;

  private readonly spoken = new PageWords(this, () => this.asked);
  @state() private key = '';
  @state() private now: Now | null = null;
  @state() rates: Rates | null = null;
  @state() trends = NO_TRENDS;
  @state() private isWrongKey = false;
  @state() private isLost = false;
  @state() private developmentKey = '';
  @state() private isAskingSure = false;
  @state() private hasDrainFailed = false;
  @state() private story: readonly string[] = [];
  @state() private storyProblem = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.onVisible);
    const known = this.requests.key();
    if (known === '') void this.findDevelopmentKey();
    else this.use(known);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.onVisible);
    this.rest();
  }

  get language(): Language {
    return this.spoken.language;
  }

  get words(): OperatorWords {
    return operatorWords(this.language);
  }

  protected override updated(): void {
    if (this.spoken.words === null) return;
    showLanguage(this.language);
    document.title = this.words.title;
  }

  override render(): TemplateResult | typeof nothing {
    const { words, now } = this;
    const common = this.spoken.words;
    if (common === null) return nothing;
    return html`<header>
        <button class="skip link" type="button" @click=${this.skip}>${words.skip}</button>
        <h1 tabindex="-1">${words.title}</h1>
        <p class="soft">${now === null ? nothing : words.version(now.version, ageText(now.uptimeS))}</p>
        ${this.key === '' ? nothing : html`<button class="link" type="button" id="forget" @click=${this.forget}>${words.key.forget}</button>`}
        <vdx-language .words=${common}></vdx-language>
      </header>
      <main id="main" tabindex="-1">
        <div role="alert">${this.isLost ? html`<p class="note">${icon('warning')}<span>${words.lost}</span></p>` : nothing}</div>
        ${now === null ? this.renderKey() : this.renderNow(now)}
      </main>
      <footer>${renderLinks(null, this.language)}</footer>`;
  }

  private renderKey(): TemplateResult {
    const { key } = this.words;
    return html`<section class="key" aria-labelledby="whose">
      <h2 id="whose">${key.title}</h2>
      <p>${key.lead}</p>
      ${this.developmentKey === '' ? nothing : html`<div class="row"><button class="button primary" type="button" id="development" @click=${this.enterAsDeveloper}>${key.development}</button></div>`}
      <form class="row" @submit=${this.enter}>
        <div class="field">
          <label for="key">${key.label}</label>
          <input id="key" name="key" type="password" autocomplete="off" required maxlength="200" aria-invalid=${this.isWrongKey ? 'true' : nothing} aria-describedby="wrong" />
        </div>
        <button class="button" type="submit">${key.go}</button>
      </form>
      <p class="problem" id="wrong" role="alert">${this.isWrongKey ? key.wrong : nothing}</p>
    </section>`;
  }

  private renderNow(now: Now): TemplateResult {
    return html`${this.renderState(now)} ${renderTiles(this, now)}
      <div class="pair">${renderQuality(this, now)} ${renderWorkers(this, now)}</div>
      <div class="pair">${renderRooms(this, now)} <div class="stack">${renderProblems(this, now)} ${renderBounds(this, now)}</div></div>
      ${this.renderStory()}`;
  }

  private renderState(now: Now): TemplateResult {
    const { state: words, drain } = this.words;
    const { isDraining, deadline, canUndo } = now.drain;
    const said = !isDraining ? words.serving : canUndo && deadline !== null ? words.draining(clockText(this.language, deadline)) : words.ending;
    return html`<section aria-labelledby="state">
      <h2 id="state">${words.title}</h2>
      <p class="state ${isDraining ? 'caution' : ''}" role="status">${icon(isDraining ? 'warning' : 'check')}<span>${said}</span></p>
      ${now.degraded.length === 0 ? nothing : html`<p class="note">${icon('warning')}<span>${words.degraded(now.degraded.join(', '))}</span></p>`}
      ${isDraining ? nothing : html`<p class="soft">${drain.lead}</p>`}
      ${isDraining
        ? canUndo
          ? html`<div class="row"><button class="button" type="button" id="undo" @click=${() => void this.drain(null)}>${drain.undo}</button></div>`
          : nothing
        : this.renderDrain()}
      <p class="problem" role="alert">${this.hasDrainFailed ? drain.failed : nothing}</p>
    </section>`;
  }

  private renderDrain(): TemplateResult {
    const { drain } = this.words;
    const named = (minutes: number): string => (minutes >= 60 ? drain.hours(minutes / 60) : drain.minutes(minutes));
    if (this.isAskingSure) {
      return html`<p id="sure" tabindex="-1">${drain.sure}</p>
        <div class="row">
          <button class="button primary" type="button" id="yes" @click=${this.beginDrain}>${drain.yes}</button>
          <button class="button" type="button" @click=${this.doNotDrain}>${drain.no}</button>
        </div>`;
    }
    return html`<div class="row">
      <div class="field">
        <label for="deadline">${drain.deadline}</label>
        <div class="choice"><select id="deadline" @change=${this.chooseDeadline}>
          ${MINUTES.map((minutes) => html`<option value=${minutes} ?selected=${minutes === this.deadlineMinutes}>${named(minutes)}</option>`)}
        </select>${icon('chevron')}</div>
      </div>
      <button class="button" type="button" id="drain" @click=${this.askSure}>${drain.begin}</button>
    </div>`;
  }

  private renderStory(): TemplateResult {
    const { story: words } = this.words;
    return html`<section aria-labelledby="story">
      <h2 id="story">${words.title}</h2>
      <p class="soft">${words.lead}</p>
      <form class="row" @submit=${this.tell}>
        <div class="field"><label for="short">${words.label}</label><input id="short" name="short" autocomplete="off" autocapitalize="off" spellcheck="false" required maxlength="24" /></div>
        <button class="button" type="submit">${words.go}</button>
      </form>
      <p class="problem" role="alert">${this.storyProblem}</p>
      ${this.story.length === 0 ? nothing : html`<pre lang="en" tabindex="0" aria-labelledby="story">${this.story.join('\n')}</pre>`}
    </section>`;
  }

  // ── what is done ───────────────────────────────────────────────────────────────────────────────────────────────────

  private deadlineMinutes: number = USUAL_MINUTES;

  private use(key: string): void {
    this.key = key;
    this.isWrongKey = false;
    void this.ask();
  }

  /** Also before its time, for who has done something. */
  async ask(): Promise<void> {
    clearTimeout(this.timer);
    const round = ++this.round;
    const answer = await this.requests.now(this.key);
    if (round !== this.round || !this.isConnected || this.key === '') return;
    if ('value' in answer) {
      this.requests.remember(this.key);
      this.isLost = false;
      this.take(answer.value);
    } else if (REFUSED.has(answer.code)) {
      this.forget();
      this.isWrongKey = true;
      return;
    } else {
      this.isLost = true;
    }
    this.timer = setTimeout(() => void this.ask(), document.hidden ? HIDDEN_ASK_MS : ASK_MS);
  }

  private take(now: Now): void {
    this.rates = this.now === null ? null : ratesOf(this.now, now);
    this.trends = withTrend(this.trends, now, this.rates);
    this.now = now;
  }

  private rest(): void {
    this.round++;
    clearTimeout(this.timer);
  }

  private async drain(deadlineS: number | null): Promise<void> {
    const answer = await this.requests.drain(this.key, deadlineS);
    this.hasDrainFailed = 'code' in answer;
    this.isAskingSure = false;
    await this.ask();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#undo, #drain')?.focus();
  }

  private async findDevelopmentKey(): Promise<void> {
    this.developmentKey = await this.requests.developmentKey();
  }

  private readonly enter = (event: Event): void => {
    event.preventDefault();
    const key = this.value('#key');
    if (key !== '') this.use(key);
  };

  private readonly enterAsDeveloper = (): void => {
    this.use(this.developmentKey);
  };

  private readonly forget = (): void => {
    this.rest();
    this.requests.remember('');
    this.key = '';
    this.now = this.rates = null;
    this.trends = NO_TRENDS;
    this.story = [];
    this.isLost = false;
    if (this.developmentKey === '') void this.findDevelopmentKey();
  };

  private readonly chooseDeadline = (): void => {
    this.deadlineMinutes = Number(this.value('#deadline'));
  };

  private readonly askSure = async (): Promise<void> => {
    this.isAskingSure = true;
    this.hasDrainFailed = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#sure')?.focus();
  };

  private readonly doNotDrain = async (): Promise<void> => {
    this.isAskingSure = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#drain')?.focus();
  };

  private readonly beginDrain = (): void => {
    void this.drain(this.deadlineMinutes * 60);
  };

  private readonly tell = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { story: words } = this.words;
    const answer = await this.requests.story(this.key, this.value('#short').replaceAll(/[\s-]/g, ''));
    this.story = 'value' in answer ? answer.value.lines : [];
    this.storyProblem = 'value' in answer ? '' : answer.code === 'validation_failed' ? words.wrong : answer.code === 'room_unknown' ? words.unknown : this.words.drain.failed;
  };

  private readonly skip = (): void => {
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  };

  private readonly onVisible = (): void => {
    if (!document.hidden && this.key !== '') void this.ask();
  };

  private value(selector: string): string {
    const field = this.renderRoot.querySelector(selector);
    return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value.trim() : '';
  }
}
