/** The page of the ways in: one question, one button, and always the way to a human. What happens is `entry/flow`'s. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../elements/frame/frame.js';
import { icon } from '../elements/icon/icon.js';
import { askLook, type Look } from '../look/look.js';
import { showColours } from '../look/colours.js';
import { organisationOf } from '../organisation-path.js';
import { EntryFlow, type EntryScreen, type Opened } from '../entry/flow.js';
import type { Opening } from '../entry/opening.js';
import { testAddress } from '../network/link.js';
import { askEntrance, type AskEntrance } from '../protocol/entrance.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { entryWords, waitText, type EntryWords } from '../text/entry.js';
import { PageWords } from '../text/page-words.js';
import { phoneLink, phoneWhole } from '../text/names.js';
import { functionWithin } from '../text/people.js';
import { momentText } from '../text/times.js';
import { countdownText, troubleWords } from '../text/trouble.js';
import { showLanguage, type Language } from '../text/languages.js';
import type { Words } from '../text/words.js';
import { doorStyles } from './door.styles.js';
import { entryStyles } from './entry.styles.js';

const TICK_MS = 1000;
/** Nobody leaves a page open for longer; it goes on by itself all the same. */
const LONG_MS = 2 * 3600_000;
const LONGEST_PIN = 9;

export class EnteredEvent extends Event {
  constructor(readonly opened: Opened) {
    super('entered');
  }
}

@customElement('vdx-entry')
export class EntryPage extends LitElement {
  static override styles = [reset, buttons, fields, doorStyles, entryStyles];

  @property({ attribute: false }) opening!: Opening;
  @property({ attribute: false }) ask: AskEntrance = askEntrance;
  /** Of the organisation in the path. */
  @property({ attribute: false }) askLook: () => Promise<Look | null> = () => askLook(organisationOf(location.pathname), null);

  private readonly spoken = new PageWords(this, () => this.opening.language);
  @state() private screen: EntryScreen = { at: 'working' };
  @state() private nowMs = Date.now();
  @state() private look: Look | null = null;
  @query('h1') private heading!: HTMLElement | null;
  @query('input') private field!: HTMLInputElement | null;
  private flow!: EntryFlow;
  private ticking: ReturnType<typeof setInterval> | undefined;
  private shown: EntryScreen['at'] | null = null;
  /** Stays to be mended. */
  private typed = '';

  private get words(): Words | null {
    return this.spoken.words;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.flow = new EntryFlow(this.opening, this.ask, {
      onChange: () => {
        this.screen = this.flow.screen;
        this.nowMs = Date.now();
      },
      onEntered: (opened) => this.dispatchEvent(new EnteredEvent(opened)),
    });
    this.ticking = setInterval(() => {
      if (this.screen.at === 'wait' || this.screen.at === 'early') this.nowMs = Date.now();
    }, TICK_MS);
    this.flow.begin();
    void this.askLook().then((look) => {
      // Stays for the call, which begins in the same document and brings its own.
      if (this.isConnected) void showColours(look);
      this.look = look;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
    this.flow.stop();
  }

  override render(): TemplateResult | typeof nothing {
    const { words } = this;
    if (words === null) return nothing;
    const said = entryWords(words.language);
    // Who invites is told with the right link only; whose page it is, is told by the path.
    const { name = '', helpLine = '' } = this.look ?? {};
    const inviting = this.flow.inviting.organisation === '' ? { organisation: name, helpLine } : this.flow.inviting;
    return html`<vdx-frame .room=${inviting} .look=${this.look} .words=${words}>${this.renderScreen(said, words.language)}</vdx-frame>`;
  }

  private renderScreen(said: EntryWords, language: Language): TemplateResult {
    const { screen } = this;
    switch (screen.at) {
      case 'ask':
        return this.renderAsk(said.ask, screen.problem);
      case 'pin':
        return this.renderPin(said.pin, screen.problem, screen.triesLeft, this.renderBeginning(said, language));
      case 'working':
        return html`<div class="waiting"><h1 tabindex="-1" class="quiet">${said.working}</h1></div>`;
      case 'early': {
        const [begins, opens] = [screen.startsAt, screen.opensAt].map((ms) => momentText(ms, Date.now(), language));
        return html`<div class="waiting">
          <h1 tabindex="-1">${said.early.title}</h1>
          <p class="when">${said.early.begins(begins ?? '')}</p>
          ${screen.host === undefined ? nothing : html`<p>${said.early.with([screen.host.name, functionWithin(screen.host.function, language)].filter((text) => text !== '').join(', '))}</p>`}
          <p>${said.early.opens(opens ?? '')}</p>
          ${this.renderCountdown(screen.opensAt, language)}
          <p class="notice" role="status">${screen.opensAt - Date.now() > LONG_MS ? said.early.later : said.early.stay}</p>
          <a class="link" href=${testAddress(location.pathname, this.opening.way)}>${said.early.try}</a>
        </div>`;
      }
      case 'closed':
        return this.renderStop(said.closed.title, said.closed.body, this.renderCallButton());
      case 'unknown':
        return this.renderStop(said.unknown.title, said.unknown.body, this.renderButton(said.unknown.type, () => this.flow.startOver()));
      case 'unreachable':
        return this.renderStop(said.unreachable.title, said.unreachable.body, this.renderButton(said.unreachable.again, () => this.flow.again()));
      case 'wait': {
        const seconds = Math.max(0, Math.ceil((screen.until - this.nowMs) / 1000));
        const button = this.renderButton(said.wait.again, () => { if (seconds === 0) this.flow.again(); }, seconds > 0);
        return this.renderStop(said.wait.title, seconds === 0 ? '' : said.wait.body(waitText(seconds, said)), button);
      }
    }
  }

  /** For the eye: read aloud each second it would be a torment. */
  private renderCountdown(opensAt: number, language: Language): TemplateResult | typeof nothing {
    const left = opensAt - this.nowMs;
    if (left > LONG_MS) return nothing;
    const words = troubleWords(language);
    return html`<p role="timer">${left > 0 ? words.doorOpensIn(countdownText(left, language)) : words.opensNow}</p>`;
  }

  private renderAsk(said: EntryWords['ask'], problem: '' | 'empty' | 'unknown'): TemplateResult {
    return html`<form novalidate @submit=${this.submitAddress}>
      <h1 tabindex="-1">${said.title}</h1>
      <p>${said.lead}</p>
      <div class="field">
        <label for="address">${said.label}</label>
        <p class="hint" id="hint">${said.hint}</p>
        <input
          id="address"
          class="address"
          type="text"
          inputmode="email"
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck="false"
          maxlength="300"
          .value=${this.typed}
          aria-describedby=${problem === '' ? 'hint' : 'hint problem'}
          aria-invalid=${problem === '' ? nothing : 'true'}
        />
        ${this.renderProblem(problem === '' ? '' : said[problem])}
      </div>
      <button class="button primary" type="submit">${said.go}</button>
    </form>`;
  }

  /** What the link says, while it is to come: the server tells no time before the right PIN. */
  private renderBeginning(said: EntryWords, language: Language): TemplateResult | typeof nothing {
    const { startsAt } = this.opening;
    if (startsAt === null || startsAt <= Date.now()) return nothing;
    return html`<p class="when">${said.early.begins(momentText(startsAt, Date.now(), language))}</p>`;
  }

  private renderPin(
    said: EntryWords['pin'],
    problem: '' | 'missing' | 'wrong',
    triesLeft: number | null,
    beginning: TemplateResult | typeof nothing,
  ): TemplateResult {
    const text = problem === '' ? '' : problem === 'missing' ? said.missing : said.wrong(triesLeft);
    return html`<form novalidate @submit=${this.submitPin}>
      <h1 tabindex="-1">${said.title}</h1>
      ${beginning}
      <p>${said.lead}</p>
      <div class="field">
        <label for="pin">${said.label}</label>
        <input
          id="pin"
          class="pin"
          type="text"
          inputmode="numeric"
          pattern="[0-9]*"
          autocomplete="one-time-code"
          maxlength=${LONGEST_PIN}
          aria-describedby=${text === '' ? nothing : 'problem'}
          aria-invalid=${text === '' ? nothing : 'true'}
        />
        ${this.renderProblem(text)}
      </div>
      <button class="button primary" type="submit">${said.go}</button>
      <button class="link" type="button" @click=${() => this.flow.startOver()}>${said.other}</button>
    </form>`;
  }

  private renderProblem(text: string): TemplateResult {
    return html`<p class="problem" id="problem" role="alert">${text === '' ? nothing : html`${icon('warning')}<span>${text}</span>`}</p>`;
  }

  private renderStop(title: string, body: string, button: TemplateResult | typeof nothing): TemplateResult {
    return html`<div class="waiting">
      <h1 tabindex="-1">${title}</h1>
      <p>${body}</p>
      ${button}
    </div>`;
  }

  /** Where only a human helps. */
  private renderCallButton(): TemplateResult | typeof nothing {
    const helpLine = this.flow.inviting.helpLine || (this.look?.helpLine ?? '');
    if (helpLine === '' || this.words === null) return nothing;
    return html`<a class="button primary" href=${phoneLink(helpLine)}>${icon('phone')}<span>${this.words.help.call(phoneWhole(helpLine))}</span></a>`;
  }

  private renderButton(text: string, run: () => void, isDisabled = false): TemplateResult {
    return html`<button class="button primary" type="button" aria-disabled=${isDisabled ? 'true' : nothing} @click=${run}>${text}</button>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const { words, screen } = this;
    if (words === null) return;
    showLanguage(words.language);
    const heading = this.heading?.textContent ?? '';
    // Never whose meeting it is, nor what it is about: titles are kept in histories.
    document.title = heading === '' ? words.product : `${heading} – ${words.product}`;
    const hasProblem = (screen.at === 'ask' || screen.at === 'pin') && screen.problem !== '';
    if (hasProblem) this.field?.focus();
    else if (this.shown !== null && this.shown !== screen.at) this.heading?.focus({ preventScroll: true });
    if (screen.at === 'pin' && screen.problem === 'wrong' && this.field !== null && this.shown !== 'pin') this.field.value = '';
    this.shown = screen.at;
  }

  private readonly submitAddress = (event: SubmitEvent): void => {
    event.preventDefault();
    this.typed = this.field?.value ?? '';
    this.flow.type(this.typed);
  };

  private readonly submitPin = (event: SubmitEvent): void => {
    event.preventDefault();
    this.flow.typePin(this.field?.value ?? '');
  };

}
