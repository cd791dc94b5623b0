/** A camera or microphone that cannot be had, told whole: what, why, the steps with pictures, one button. Fetched by who needs it. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DeviceErrorCode } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { deviceProblemWords, type DeviceProblemWords, type Situation } from '../../text/device-problem.js';
import type { Language } from '../../text/languages.js';
import '../copy-link/copy-link.js';
import { browser } from './browser.js';
import { icon } from '../icon/icon.js';
import { problemCardStyles } from './problem-card.styles.js';
import { RetryEvent } from './retry.js';
import { guideOf, isComputer, situationOf, type Surroundings } from './situation.js';
import { steps } from './steps.js';

@customElement('vdx-problem-card')
export class ProblemCard extends LitElement {
  static override styles = [reset, buttons, problemCardStyles];

  @property({ attribute: false }) error: DeviceErrorCode = 'unknown';
  @property({ attribute: false }) which: 'both' | 'camera' | 'microphone' = 'both';
  @property({ attribute: false }) language: Language = 'da';
  /** The browser's answer is still open. */
  @state() private asksAgain = false;
  private permissions: readonly PermissionStatus[] = [];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopWatching();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('error') || changed.has('which')) void this.watch();
  }

  override render(): TemplateResult {
    const words = deviceProblemWords(this.language);
    const around = this.surroundings();
    const situation = situationOf(this.error, around);
    const guide = guideOf(situation, around);
    return html`<section>
      <h2>${icon('warning')}<span>${words.title[situation][this.which]}</span></h2>
      <p>${words.body[situation]}</p>
      ${guide === null ? nothing : html`<h3 class="visually-hidden">${words.stepsTitle}</h3>${steps(words.steps[guide], guide)}`}
      ${guide !== null && situation !== 'unanswered' && isComputer(around) ? html`<p class="soft">${words.managed}</p>` : nothing}
      ${this.renderButton(situation, words)}
      <p class="soft">${words.without[this.which]}</p>
    </section>`;
  }

  private renderButton(situation: Situation, words: DeviceProblemWords): TemplateResult {
    if (situation === 'inApp') return html`<vdx-copy-link .language=${this.language}></vdx-copy-link>`;
    if (situation === 'frame') {
      return html`<a class="button" href=${location.href} target="_blank" rel="noopener">${words.openAlone}</a>`;
    }
    // Safari on iPhone and iPad keeps a "no" for as long as the page lives, and asks again when it is opened anew.
    const reloads = situation === 'denied' && guideOf(situation, this.surroundings()) === 'iosSafari';
    return html`<button class="button" type="button" @click=${() => { if (reloads) location.reload(); else this.retry(); }}>
      ${reloads ? words.reload : words.tryAgain}
    </button>`;
  }

  private surroundings(): Surroundings {
    return { ...browser(), asksAgain: this.asksAgain };
  }

  private retry(): void {
    this.dispatchEvent(new RetryEvent());
  }

  /** Who comes back from the settings need press nothing: browsers tell when a permission is another. */
  private async watch(): Promise<void> {
    this.stopWatching();
    const names = this.which === 'both' ? (['camera', 'microphone'] as const) : [this.which];
    try {
      this.permissions = await browser().permissions(names);
    } catch {
      return;
    }
    for (const permission of this.permissions) permission.addEventListener('change', this.onPermission);
    this.asksAgain = this.permissions.every(({ state: answer }) => answer === 'prompt');
  }

  private stopWatching(): void {
    for (const permission of this.permissions) permission.removeEventListener('change', this.onPermission);
    this.permissions = [];
  }

  private readonly onPermission = (): void => {
    if (!this.isConnected) return;
    this.asksAgain = this.permissions.every(({ state: answer }) => answer === 'prompt');
    if (this.permissions.every(({ state: answer }) => answer === 'granted')) this.retry();
  };
}
