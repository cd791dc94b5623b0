/** The page on which people try their equipment: one screen, one button, and the result in plain words. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Inviter } from '../call-types.js';
import '../elements/frame/frame.js';
import { icon, type IconName } from '../elements/icon/icon.js';
import type { Look } from '../look/look.js';
import { buttons, reset } from '../styles/shared.js';
import { PageWords } from '../text/page-words.js';
import { localeOf, showLanguage, type Language } from '../text/languages.js';
import { networkWords, type NetworkWords } from '../text/network.js';
import { momentText } from '../text/times.js';
import type { Words } from '../text/words.js';
import { testPageStyles } from './test-page.styles.js';
import { headlineOf, Trial, type Fate, type TrialEnvironment, type TrialResult, type TrialScreen } from './trial.js';

/** Whom the test is for, as far as the link tells. */
export interface TestOccasion {
  readonly inviter: Inviter | null;
  readonly look: Look | null;
  readonly startsAt: number | null;
  /** '' for none. */
  readonly meetingAddress: string;
}

export const NO_OCCASION: TestOccasion = { inviter: null, look: null, startsAt: null, meetingAddress: '' };

/** Icon and colour of what was found out. */
type Standing = 'fine' | 'poor' | 'bad';
const ICONS: Readonly<Record<Standing, IconName>> = { fine: 'check', poor: 'warning', bad: 'close' };

@customElement('vdx-test')
export class TestPage extends LitElement {
  static override styles = [reset, buttons, testPageStyles];

  @property({ attribute: false }) environment!: TrialEnvironment;
  @property({ attribute: false }) occasion: TestOccasion = NO_OCCASION;
  @property({ attribute: false }) language: Language | null = null;

  private readonly spoken = new PageWords(this, () => this.language);
  @state() private screen: TrialScreen = { at: 'start' };
  @query('h1') private heading!: HTMLElement | null;
  private trial!: Trial;
  private shown: TrialScreen['at'] | null = null;

  private get words(): Words | null {
    return this.spoken.words;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.trial = new Trial(this.environment, () => { this.screen = this.trial.screen; });
    this.screen = this.trial.screen;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.trial.stop();
  }

  /** Of a story: as if it had come so far. */
  show(screen: TrialScreen): void {
    this.screen = screen;
  }

  override render(): TemplateResult | typeof nothing {
    const { words, occasion } = this;
    if (words === null) return nothing;
    return html`<vdx-frame .room=${occasion.inviter} .look=${occasion.look} .words=${words}>
      <div class="step">${this.renderScreen(networkWords(words.language))}</div>
    </vdx-frame>`;
  }

  private renderScreen(said: NetworkWords): TemplateResult {
    const { screen } = this;
    switch (screen.at) {
      case 'start':
        return this.renderStart(said.start);
      case 'running':
        if (screen.isAsking) return this.renderStop({ title: said.asking.title, body: said.asking.lead }, nothing);
        return html`<h1 tabindex="-1">${said.running.title}</h1>
          <p>${said.running.lead}</p>
          ${screen.own === null ? nothing : html`<video class="own" .srcObject=${screen.own} .muted=${true} autoplay playsinline aria-hidden="true"></video>`}
          <progress aria-label=${said.running.title}></progress>`;
      case 'echo':
        return html`<h1 tabindex="-1">${said.echo.title}</h1>
          <p>${said.echo.lead}</p>
          <video .srcObject=${screen.stream} autoplay playsinline aria-label=${said.echo.own}></video>
          <p class="quiet" role="status">${screen.isHeard || !screen.hasMicrophone ? '' : said.echo.quiet}</p>
          <button class="button primary" type="button" @click=${() => this.trial.showResult()}>${said.echo.go}</button>`;
      case 'result':
        return this.renderResult(said, screen.result);
      case 'busy':
      case 'unreachable':
        return this.renderStop(said[screen.at], this.renderAgain(said[screen.at].again, true));
      case 'unsupported':
        return this.renderStop(said.unsupported, nothing);
    }
  }

  private renderStart(said: NetworkWords['start']): TemplateResult {
    const { startsAt } = this.occasion;
    const language = this.words?.language ?? 'da';
    return html`<h1 tabindex="-1">${said.title}</h1>
      <p>${said.lead}</p>
      ${startsAt === null ? nothing : html`<p class="when">${said.forMeeting(momentText(startsAt, Date.now(), language))}</p>`}
      <p class="quiet">${said.privacy}</p>
      ${this.renderAgain(said.go, true)}`;
  }

  private renderResult(said: NetworkWords, result: TrialResult): TemplateResult {
    const { inviter, meetingAddress } = this.occasion;
    const words = said.result;
    const headline = headlineOf(result);
    const { title, body } = words[headline];
    const { verdict } = result.check;
    const way: Standing = verdict === 'good' ? 'fine' : verdict === 'none' ? 'bad' : 'poor';
    const organisation = inviter?.organisation ?? '';
    return html`<span class="badge ${headline === 'devices' ? 'poor' : way}">${icon(ICONS[headline === 'devices' ? 'poor' : way])}</span>
      <h1 tabindex="-1">${title}</h1>
      <p>${body}</p>
      <dl class="found">
        ${renderFound(words.network, words.networkIs[verdict], way)}
        ${renderFate(words.camera, words.cameraIs, result.camera)}
        ${renderFate(words.microphone, words.microphoneIs, result.microphone)}
      </dl>
      ${result.isTold ? html`<p class="told">${icon('check')}<span>${organisation === '' ? words.toldSomebody : words.told(organisation)}</span></p>` : nothing}
      <div class="actions">
        ${meetingAddress === '' ? nothing : html`<a class="button primary" href=${meetingAddress}>${words.toMeeting}</a>`}
        ${this.renderAgain(words.again, meetingAddress === '')}
      </div>
      ${this.renderDetails(said.details, result)}`;
  }

  private renderDetails(said: NetworkWords['details'], { check, webSocket, atMs }: TrialResult): TemplateResult {
    const locale = localeOf(this.words?.language ?? 'da');
    const number = (value: number, digits: number): string => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
    const way = (isOpen: boolean | null): string => (isOpen === null ? said.untried : isOpen ? said.open : said.closed);
    const measured = (value: number | null, text: (value: number) => string): string => (value === null ? said.unknown : text(value));
    const rows: readonly (readonly [string, string])[] = [
      [said.udp, way(check.ways.udp)],
      [said.tcp, way(check.ways.tcp)],
      [said.tls, way(check.ways.tls)],
      [said.webSocket, way(webSocket)],
      [said.roundTrip, measured(check.roundTripMs, (ms) => `${number(ms, 0)} ms`)],
      [said.loss, measured(check.lossRatio, (loss) => `${number(loss * 100, 1)} %`)],
      [said.rate, measured(check.bps, (bps) => `${number(bps / 1_000_000, 1)} Mbit/s`)],
      [said.time, new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(atMs)],
      [said.browser, navigator.userAgent],
    ];
    return html`<details>
      <summary>${said.summary}</summary>
      <dl class="technical">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    </details>`;
  }

  private renderStop({ title, body }: { readonly title: string; readonly body: string }, button: TemplateResult | typeof nothing): TemplateResult {
    return html`<h1 tabindex="-1">${title}</h1>
      <p>${body}</p>
      ${button}`;
  }

  private renderAgain(text: string, isPrimary: boolean): TemplateResult {
    return html`<button class="button ${isPrimary ? 'primary' : ''}" type="button" @click=${() => void this.trial.start()}>${text}</button>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const { words, screen } = this;
    if (words === null) return;
    showLanguage(words.language);
    document.title = `${networkWords(words.language).page} – ${words.product}`;
    if (this.shown !== null && this.shown !== screen.at) this.heading?.focus({ preventScroll: true });
    this.shown = screen.at;
  }

}

function renderFate(name: string, said: Readonly<Record<Fate, string>>, fate: Fate | null): TemplateResult | typeof nothing {
  return fate === null ? nothing : renderFound(name, said[fate], fate === 'works' ? 'fine' : 'poor');
}

function renderFound(name: string, text: string, standing: Standing): TemplateResult {
  return html`<div class=${standing}><dt>${icon(ICONS[standing])}${name}</dt><dd>${text}</dd></div>`;
}
