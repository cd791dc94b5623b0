/**
 * The operator's live page: the server as it is now, asked for every two seconds, with the last two minutes as lines.
 * Figures that change are not said aloud; what is wrong is. Left out: anything that names a person or a whole room id.
 */

import { html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../elements/icon/icon.js';
import '../elements/language/language.js';
import type { LanguageEvent } from '../elements/language/language.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { chooseLanguage, loadWords, storedLanguage, storeLanguage } from '../text/language.js';
import { languageOf, localeOf, showLanguage, type Language } from '../text/languages.js';
import { operatorWords, type OperatorWords } from '../text/staff-operator.js';
import type { Words } from '../text/words.js';
import { ageText, linePoints, NO_TRENDS, type Now, type Rates, ratesOf, sum, type Trend, withTrend } from './now.js';
import { operatorStyles } from './operator.styles.js';
import type { OperatorRequests } from './requests.js';

export const ASK_MS = 2000;
export const HIDDEN_ASK_MS = 20_000;
const MINUTES = [0, 5, 15, 30, 60, 240] as const;
const USUAL_MINUTES = 15;
const MAX_SHOWN = 15;
const LINE = { width: 120, height: 24 } as const;
const REFUSED = new Set(['key_missing', 'key_invalid', 'token_invalid', 'not_permitted']);

@customElement('vdx-operator')
export class Operator extends LitElement {
  static override styles = [reset, buttons, fields, operatorStyles];

  @property({ attribute: false }) requests!: OperatorRequests;
  /** Instead of what was chosen, for stories. */
  @property({ attribute: false }) asked: Language | null = null;

  @state() private common: Words | null = null;
  @state() private key = '';
  @state() private now: Now | null = null;
  @state() private rates: Rates | null = null;
  @state() private trends = NO_TRENDS;
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
    const asked = this.asked ?? languageOf(new URLSearchParams(location.search).get('lang'));
    void this.speak(chooseLanguage(asked, storedLanguage(), navigator.languages));
    document.addEventListener('visibilitychange', this.onVisible);
    this.addEventListener('language', this.onLanguage);
    const known = this.requests.key();
    if (known === '') void this.findDevelopmentKey();
    else this.use(known);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.onVisible);
    this.removeEventListener('language', this.onLanguage);
    this.rest();
  }

  private get language(): Language {
    return this.common?.language ?? 'da';
  }

  private get words(): OperatorWords {
    return operatorWords(this.language);
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.common === null) return;
    showLanguage(this.language);
    document.title = this.words.title;
  }

  override render(): TemplateResult | typeof nothing {
    const { words, now, common } = this;
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
      </main>`;
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
    return html`${this.renderState(now)} ${this.renderTiles(now)}
      <div class="pair">${this.renderQuality(now)} ${this.renderWorkers(now)}</div>
      <div class="pair">${this.renderRooms(now)} <div class="stack">${this.renderProblems(now)} ${this.renderBounds(now)}</div></div>
      ${this.renderStory()}`;
  }

  private renderState(now: Now): TemplateResult {
    const { state: words, drain } = this.words;
    const { isDraining, deadline, canUndo } = now.drain;
    const said = !isDraining ? words.serving : canUndo && deadline !== null ? words.draining(this.clock(deadline)) : words.ending;
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

  private renderTiles(now: Now): TemplateResult {
    const { now: words } = this.words;
    const { rates } = this;
    const count = (value: number | null): string => (value === null ? '–' : this.number(value, value < 10 && value !== Math.floor(value) ? 1 : 0));
    const share = (value: number | null): string => (value === null ? '–' : new Intl.NumberFormat(localeOf(this.language), { style: 'percent' }).format(value));
    const ms = (value: number): string => `${this.number(value, value < 10 ? 1 : 0)} ms`;
    const relay = rates === null ? null : sum(rates.workers);
    return html`<section aria-labelledby="now">
      <h2 id="now">${words.title}</h2>
      <dl class="tiles">
        ${this.renderTile('people', words.people, count(now.hosts + now.guests), words.peopleMore(now.hosts, now.guests))}
        ${this.renderTile('calls', words.calls, count(now.calls), words.callsMore(now.roomsOpen))}
        ${this.renderTile('waiting', words.waiting, count(now.waiting), words.waitingMore)}
        ${this.renderTile('lag', words.lag, ms(now.loopLagMs), words.lagMore(ms(now.worstLoopLagMs)))}
        ${this.renderTile('packetsIn', words.packetsIn, count(rates === null ? null : Math.round(rates.packetsIn)), `${words.perSecond}, ${words.rate(count(rates?.mbpsIn ?? null))}`)}
        ${this.renderTile('packetsOut', words.packetsOut, count(rates === null ? null : Math.round(rates.packetsOut)), `${words.perSecond}, ${words.rate(count(rates?.mbpsOut ?? null))}`)}
        ${this.renderTile('signalling', words.signalling, share(rates?.signalling ?? null), words.ofCore)}
        ${this.renderTile('relay', words.relay, share(relay), `${words.ofCore}; ${words.rejected(count(rates?.rejected ?? null))}`)}
      </dl>
    </section>`;
  }

  private renderTile(trend: Trend, name: string, figure: string, more: string): TemplateResult {
    const points = linePoints(this.trends[trend], LINE.width, LINE.height);
    return html`<div class="tile">
      <dt>${name}</dt>
      <dd class="figure">${figure}</dd>
      <dd class="soft">${more}</dd>
      <dd class="line">
        <svg class="trend" viewBox=${`0 0 ${String(LINE.width)} ${String(LINE.height)}`} preserveAspectRatio="none" role="img" aria-label="${name}, ${this.words.now.trend}">
          ${points === '' ? nothing : svg`<polyline points=${points} fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke" stroke-linejoin="round" />`}
        </svg>
      </dd>
    </div>`;
  }

  private renderQuality(now: Now): TemplateResult {
    const { quality: words } = this.words;
    const { qualities, byTransport } = now;
    const kinds = ['good', 'weak', 'lost'] as const;
    const all = sum(kinds.map((kind) => qualities[kind]));
    let left = 0;
    const bars = kinds.map((kind) => {
      const width = all === 0 ? 0 : (100 * qualities[kind]) / all;
      const bar = svg`<rect class=${kind} x=${left.toFixed(2)} y="0" width=${width.toFixed(2)} height="10" />`;
      left += width;
      return bar;
    });
    return html`<section aria-labelledby="quality">
      <h2 id="quality">${words.title}</h2>
      ${all === 0
        ? html`<p class="soft">${words.none}</p>`
        : html`<svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
            <ul class="legend">${kinds.map((kind) => html`<li><i class=${kind}></i><span>${words[kind]}: ${this.number(qualities[kind])}</span></li>`)}</ul>`}
      <p class="soft">${words.ways(byTransport)}</p>
    </section>`;
  }

  private renderWorkers(now: Now): TemplateResult {
    const { workers: words } = this.words;
    const percent = new Intl.NumberFormat(localeOf(this.language), { style: 'percent' });
    return html`<section aria-labelledby="workers">
      <h2 id="workers">${words.title}</h2>
      <table aria-labelledby="workers">
        <thead><tr><th scope="col">${words.worker}</th><th scope="col">${words.load}</th><th scope="col">${words.peers}</th></tr></thead>
        <tbody>
          ${now.workers.map((worker, index) => {
            const load = this.rates?.workers[index];
            return html`<tr><th scope="row">${index + 1}</th><td>${load === undefined ? '–' : percent.format(load)}</td><td>${this.number(worker.peers)}</td></tr>`;
          })}
        </tbody>
      </table>
    </section>`;
  }

  private renderRooms(now: Now): TemplateResult {
    const { rooms: words } = this.words;
    const shown = now.rooms.slice(0, MAX_SHOWN);
    return html`<section aria-labelledby="rooms">
      <h2 id="rooms">${words.title}</h2>
      ${shown.length === 0
        ? html`<p class="soft">${words.none}</p>`
        : html`<table aria-labelledby="rooms">
            <thead>
              <tr>
                <th scope="col">${words.room}</th><th scope="col">${words.people}</th><th scope="col">${words.waiting}</th>
                <th scope="col">${words.weak}</th><th scope="col" class="least">${words.sources}</th><th scope="col">${words.age}</th>
              </tr>
            </thead>
            <tbody>
              ${shown.map(
                (room) => html`<tr>
                  <th scope="row">${room.room}</th><td>${room.hosts} + ${room.guests}</td><td>${room.waiting}</td>
                  <td class=${room.weak > 0 ? 'trouble' : ''}>${room.weak}</td><td class="least">${room.sources}</td><td class="age">${ageText(room.ageS)}</td>
                </tr>`,
              )}
            </tbody>
          </table>`}
      <p class="soft">${words.hint}</p>
      ${now.calls > shown.length ? html`<p class="soft">${words.more(now.calls - shown.length)}</p>` : nothing}
    </section>`;
  }

  private renderProblems(now: Now): TemplateResult {
    const { problems: words } = this.words;
    return html`<section aria-labelledby="problems">
      <h2 id="problems">${words.title}</h2>
      ${now.problems.length === 0
        ? html`<p class="soft">${words.none}</p>`
        : html`<ul class="events">
            ${now.problems.slice(0, MAX_SHOWN).map(
              (one) => html`<li>
                <span>${this.clock(one.at)}</span><span>${words.what[one.what] ?? one.what}<span class="soft">, ${one.how}</span></span><span class="room soft">${one.room}</span>
              </li>`,
            )}
          </ul>`}
    </section>`;
  }

  private renderBounds(now: Now): TemplateResult {
    const { bounds: words } = this.words;
    const recent = this.rates?.bounds ?? {};
    return html`<section aria-labelledby="bounds">
      <h2 id="bounds">${words.title}</h2>
      <p class="soft">${now.bounds.length === 0 ? words.none : words.lead}</p>
      ${now.bounds.length === 0
        ? nothing
        : html`<table aria-labelledby="bounds">
            <thead><tr><th scope="col">${words.name}</th><th scope="col">${words.total}</th><th scope="col">${words.recent}</th></tr></thead>
            <tbody>
              ${now.bounds.map(({ name, total }) => {
                const more = recent[name] ?? 0;
                return html`<tr><th scope="row">${name}</th><td>${this.number(total)}</td><td class=${more > 0 ? 'trouble' : ''}>${more > 0 ? `+${this.number(more)}` : '0'}</td></tr>`;
              })}
            </tbody>
          </table>`}
    </section>`;
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

  private async ask(): Promise<void> {
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

  private readonly onLanguage = (event: Event): void => {
    const { language } = event as LanguageEvent;
    storeLanguage(language);
    void this.speak(language);
  };

  private async speak(language: Language): Promise<void> {
    try {
      this.common = await loadWords(language);
    } catch {
      this.common ??= await loadWords('da');
    }
  }

  private value(selector: string): string {
    const field = this.renderRoot.querySelector(selector);
    return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value.trim() : '';
  }

  private number(value: number, digits = 0): string {
    return new Intl.NumberFormat(localeOf(this.language), { maximumFractionDigits: digits }).format(value);
  }

  private clock(unixS: number): string {
    return new Intl.DateTimeFormat(localeOf(this.language), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(unixS * 1000);
  }
}
