/** For who talks to a help desk: the connection and the devices in figures, and a code under which the desk sees them. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { localeOf } from '../../text/languages.js';
import { techniqueWords, type TechniqueWords } from '../../text/technique.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { BROWSER_NAMES, platformOf, SYSTEM_NAMES } from './browser.js';
import { diagnosisOf } from './diagnosis.js';
import { readFacts, type Count, type Facts } from './facts.js';
import { techniqueStyles } from './technique.styles.js';

const LOOK_MS = 2000;

@customElement('vdx-technique')
export class Technique extends LitElement {
  static override styles = [reset, buttons, techniqueStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';
  /** Milliseconds since the epoch: when the call began for us. */
  @property({ attribute: false }) since = Date.now();

  @state() private facts: Facts = readFacts([], 0, null).facts;
  @state() private standing: 'idle' | 'sending' | 'failed' | 'tooFast' = 'idle';
  @state() private code = '';
  private count: Count | null = null;
  private looking: ReturnType<typeof setInterval> | undefined;
  private readonly platform = platformOf(navigator.userAgent, navigator.maxTouchPoints);

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => void this.look(), LOOK_MS);
  }

  /** Not before: where this part of the page came late, its properties are set later than it is connected. */
  protected override firstUpdated(): void {
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  override render(): TemplateResult {
    const words = techniqueWords(this.language);
    return html`<p class="soft">${words.lead}</p>
      <button class="button primary" type="button" id="send" aria-disabled=${String(this.standing === 'sending')} @click=${this.send}>
        ${this.standing === 'sending' ? words.sending : words.send}
      </button>
      <div role="status">
        ${this.code === ''
          ? nothing
          : html`<p class="code"><span>${words.code(this.code)}</span></p><p class="soft">${words.codeHint}</p>`}
      </div>
      <div role="alert">
        ${this.standing === 'failed' || this.standing === 'tooFast'
          ? html`<p class="problem">${icon('warning')}<span>${this.standing === 'failed' ? words.notSent : words.tooFast}</span></p>`
          : nothing}
      </div>
      ${this.renderFacts(words.facts)}`;
  }

  private renderFacts(words: TechniqueWords['facts']): TemplateResult {
    const { facts, platform, call } = this;
    const row = (term: string, text: string): TemplateResult => html`<dt>${term}</dt><dd>${text}</dd>`;
    const known = <T>(value: T | null, text: (value: T) => string): string => (value === null ? words.unknown : text(value));
    const decimal = new Intl.NumberFormat(localeOf(this.language), { maximumFractionDigits: 1 });
    const loss = (value: number | null): string => known(value, (one) => words.percent(decimal.format(one * 100)));
    const rate = (value: number | null): string => known(value, words.kilobits);
    const { sentWidth: width, sentHeight: height, sentFps: frames, limitedBy } = facts;
    const codecs = [facts.audioCodec, facts.videoCodec].filter((codec) => codec !== 'none' && codec !== 'other').join(', ');
    const { cameras, microphones, speakers } = call.devices;
    return html`<dl>
      ${row(words.way, words.ways[facts.way])}
      ${row(words.roundTrip, known(facts.roundTripMs, words.milliseconds))}
      ${row(words.loss, words.lossOf(loss(facts.lossDown), loss(facts.lossUp)))}
      ${row(words.rates, words.ratesOf(rate(facts.receiveKbps), rate(facts.sendKbps)))}
      ${row(words.picture, width === null || height === null ? words.noPicture : words.pictureOf(width, height, frames ?? 0))}
      ${limitedBy === 'none' ? nothing : row('', words.limited[limitedBy])}
      ${row(words.codecs, codecs === '' ? words.unknown : codecs)}
      ${row(
        words.browser,
        platform.browser === 'other' ? words.unknown : words.browserOf(BROWSER_NAMES[platform.browser], platform.version, SYSTEM_NAMES[platform.system]),
      )}
      ${row(words.devices, words.devicesOf(cameras.length, microphones.length, speakers.length))}
    </dl>`;
  }

  private async look(): Promise<void> {
    const report = await this.commands.getStats();
    const rows = report === null ? [] : (report as unknown as ReadonlyMap<string, Readonly<Record<string, unknown>>>).values();
    const { facts, count } = readFacts(rows, Date.now(), this.count);
    this.facts = facts;
    this.count = report === null ? null : count;
  }

  private readonly send = async (): Promise<void> => {
    if (this.standing === 'sending') return;
    this.standing = 'sending';
    await this.look();
    const hub = await this.commands.hub.host().catch(() => null);
    const answer = await hub?.sendDiagnosis(diagnosisOf(this.facts, this.platform, this.call, Date.now() - this.since));
    if (answer !== undefined && 'told' in answer) {
      this.code = answer.told.code;
      this.standing = 'idle';
    } else {
      this.standing = answer?.code === 'rate_limited' ? 'tooFast' : 'failed';
    }
  };
}
