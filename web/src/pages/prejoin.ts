/** Before the call: see yourself, be heard, say who you are; then one button. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState, DeviceErrorCode, Tile } from '../call-types.js';
import '../elements/control/control.js';
import '../elements/device-problem/device-problem.js';
import '../elements/devices/devices.js';
import '../elements/frame/frame.js';
import { icon } from '../elements/icon/icon.js';
import '../elements/level/level.js';
import '../elements/tile/tile.js';
import { renderSaid } from '../look/links.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { FUNCTIONS, functionText } from '../text/people.js';
import { roomWords } from '../text/rooms.js';
import { momentText } from '../text/times.js';
import { trainingWords } from '../text/training.js';
import type { Words } from '../text/words.js';
import { ownStateText, ownTile } from './own-tile.js';
import { prejoinStyles } from './prejoin.styles.js';

/** A level above this is a voice and not the room (guess). */
const HEARD_LEVEL = 0.12;
/** What the wire takes for a name. */
const MAX_NAME = 80;
const MAX_FUNCTION = 60;
const OTHER = 'other';

@customElement('vdx-prejoin')
export class Prejoin extends LitElement {
  static override styles = [reset, buttons, fields, prejoinStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @state() private isNameMissing = false;
  @state() private isOtherFunction = false;
  /** The microphone was heard once; the sentence then stays. */
  @state() private wasHeard = false;
  @query('#name') private nameField!: HTMLInputElement;
  @query('h1') private headline!: HTMLElement;
  private unsubscribe: (() => void) | undefined;

  override focus(): void {
    this.headline.focus({ preventScroll: true });
  }

  /** Once only: a value set while somebody types would eat the space between two names. */
  protected override firstUpdated(): void {
    this.nameField.value = this.call.name;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('call')) this.listen();
  }

  /** The link's own name comes a moment after the page, and is not typed over. */
  protected override updated(): void {
    const fixed = this.call.invitation?.name ?? null;
    if (fixed !== null && this.nameField.value !== fixed) this.nameField.value = fixed;
  }

  private listen(): void {
    this.unsubscribe?.();
    // Before the first rendering there is no call.
    const voice = (this.call as CallState | undefined)?.local.microphone.voice;
    if (voice === undefined || this.wasHeard) return;
    const hear = (): void => {
      if (this.call.local.microphone.on && voice.level > HEARD_LEVEL) this.wasHeard = true;
    };
    this.unsubscribe = voice.subscribe(hear);
    hear();
  }

  override render(): TemplateResult {
    const { call, words } = this;
    const { invitation } = call;
    const isNameFixed = (invitation?.name ?? null) !== null;
    return html`<vdx-frame .room=${call.room ?? invitation} .look=${call.look} .words=${words}>
      <form novalidate @submit=${this.submit}>
        <div class="intro">
          <h1 tabindex="-1">${this.heading()}</h1>
          <p>${this.lead()}</p>
          ${renderSaid(call.look?.welcome)}
        </div>
        <div class="self">${this.renderSelf()}</div>
        <div class="who">
          <div class="field">
            <label for="name">${words.prejoin.name}</label>
            <span class="hint" id="name-hint">${isNameFixed ? words.prejoin.nameFixed : words.prejoin.nameHint}</span>
            <input
              id="name"
              type="text"
              name="name"
              autocomplete="name"
              maxlength=${MAX_NAME}
              required
              ?readonly=${isNameFixed}
              aria-describedby=${this.isNameMissing ? 'name-problem' : 'name-hint'}
              aria-invalid=${this.isNameMissing ? 'true' : nothing}
              @input=${this.rename}
            />
            ${this.isNameMissing
              ? html`<p class="problem" id="name-problem">${icon('warning')}<span>${words.prejoin.nameMissing}</span></p>`
              : nothing}
          </div>
          ${isNameFixed ? nothing : this.renderFunction()}
          ${this.hasDevices() ? this.renderChoice() : nothing}
          ${this.renderWhoSees()}
          <div class="go">
            <button class="button primary" type="submit" aria-describedby="who-sees">${words.prejoin.join}</button>
          </div>
        </div>
      </form>
    </vdx-frame>`;
  }

  private heading(): string {
    const { call, words } = this;
    const subject = call.room?.subject ?? '';
    if (subject !== '') return subject;
    const organisation = (call.room ?? call.invitation)?.organisation ?? '';
    return organisation === '' ? words.prejoin.heading : words.prejoin.headingWith(organisation);
  }

  private lead(): string {
    const { call, words } = this;
    const opensAt = call.invitation?.opensAt ?? null;
    if (call.invitation?.state !== 'notYet' || opensAt === null) return words.prejoin.lead;
    return words.prejoin.opens(momentText(opensAt, Date.now(), words.language));
  }

  /** A host is seen by all, and knows. */
  private renderWhoSees(): TemplateResult | typeof nothing {
    const { invitation } = this.call;
    if (invitation?.role !== 'guest' || invitation.guestVisibility === null) return nothing;
    return html`<p id="who-sees" class="who-sees">${trainingWords(this.words.language).whoSees[invitation.guestVisibility]}</p>`;
  }

  private hasDevices(): boolean {
    const { camera, microphone } = this.call.local;
    return camera.stream !== null || microphone.on || camera.on;
  }

  /** One place for the picture and for why there is none. */
  private renderSelf(): TemplateResult {
    const { call, words } = this;
    const { camera, microphone } = call.local;
    const isAsking = camera.busy || microphone.busy;
    if (camera.error !== null && microphone.error !== null) return this.renderProblem(camera.error, 'both');
    if (!this.hasDevices() && (call.phase === 'idle' || isAsking)) return this.renderAsking(isAsking);
    return html`
      <vdx-tile .tile=${this.asOthersSee()} .words=${words} .mirrored=${true}></vdx-tile>
      <div class="own">
        <vdx-control
          beside
          .look=${'state'}
          .label=${words.call.microphone}
          .icon=${'microphone'}
          .iconOff=${'microphoneOff'}
          .pressed=${microphone.on}
          .busy=${microphone.busy}
          @click=${() => void this.commands.setMicrophone(!microphone.on)}
        ></vdx-control>
        <vdx-control
          beside
          .look=${'state'}
          .label=${words.call.camera}
          .icon=${'camera'}
          .iconOff=${'cameraOff'}
          .pressed=${camera.on}
          .busy=${camera.busy}
          @click=${() => void this.commands.setCamera(!camera.on)}
        ></vdx-control>
        ${this.renderMeter()}
      </div>
      ${camera.error !== null ? this.renderProblem(camera.error, 'camera') : nothing}
      ${microphone.error !== null ? this.renderProblem(microphone.error, 'microphone') : nothing}
    `;
  }

  /** With the name that is being typed, as soon as there is one. */
  private asOthersSee(): Tile {
    return { ...ownTile(this.call), name: this.call.name, isSelf: this.call.name === '' };
  }

  private renderMeter(): TemplateResult {
    const { words } = this;
    const { microphone } = this.call.local;
    const heard = this.wasHeard ? words.prejoin.meterHeard : words.prejoin.meterHint;
    const off = ownStateText(this.call, words);
    const text = [microphone.on ? heard : '', off === '' ? '' : `${off}.`].join(' ');
    return html`<div class="meter">
      <vdx-level
        wide
        .bars=${12}
        .label=${words.prejoin.meter}
        .voice=${microphone.on ? microphone.voice : null}
      ></vdx-level>
      <p class="hint" aria-live="polite">${text}</p>
    </div>`;
  }

  private renderAsking(isAsking: boolean): TemplateResult {
    const { words } = this;
    return html`<div class="ask">
      <span class="drawing">${icon('camera')}</span>
      <p>${isAsking ? words.prejoin.asking : words.prejoin.askHint}</p>
      <button
        class="button"
        type="button"
        aria-disabled=${isAsking ? 'true' : nothing}
        @click=${() => void this.commands.startPreview()}
      >
        ${words.prejoin.ask}
      </button>
    </div>`;
  }

  private renderProblem(error: DeviceErrorCode, which: 'both' | 'camera' | 'microphone'): TemplateResult {
    return html`<vdx-device-problem
      .error=${error}
      .which=${which}
      .words=${this.words}
      @retry=${() => void this.commands.startPreview()}
    ></vdx-device-problem>`;
  }

  private renderChoice(): TemplateResult {
    return html`<details>
      <summary>${icon('chevron')}<span>${this.words.prejoin.choose}</span></summary>
      <vdx-devices .devices=${this.call.devices} .commands=${this.commands} .words=${this.words}></vdx-devices>
    </details>`;
  }

  /** A personal link knows it; who has another says it, or not. */
  private renderFunction(): TemplateResult {
    const { language } = this.words;
    const words = roomWords(language).prejoin;
    return html`<div class="field">
        <label for="function">${words.functionLabel}</label>
        <span class="hint" id="function-hint">${words.functionHint}</span>
        <span class="choice">
          <select id="function" aria-describedby="function-hint" @change=${this.chooseFunction}>
            <option value="">${words.none}</option>
            ${FUNCTIONS.map((value) => html`<option value=${value}>${functionText(value, language)}</option>`)}
            <option value=${OTHER}>${words.other}</option>
          </select>
          ${icon('chevron')}
        </span>
      </div>
      ${this.isOtherFunction
        ? html`<div class="field">
            <label for="other-function">${words.otherLabel}</label>
            <input
              id="other-function"
              type="text"
              maxlength=${MAX_FUNCTION}
              autocomplete="organization-title"
              @input=${(event: Event) => { this.commands.setFunction((event.target as HTMLInputElement).value); }}
            />
          </div>`
        : nothing}`;
  }

  private chooseFunction(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.isOtherFunction = value === OTHER;
    this.commands.setFunction(this.isOtherFunction ? '' : value);
  }

  private rename(): void {
    this.commands.setName(this.nameField.value);
    if (this.nameField.value.trim() !== '') this.isNameMissing = false;
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const name = this.nameField.value.trim();
    this.isNameMissing = name === '';
    if (this.isNameMissing) {
      this.nameField.focus();
      return;
    }
    this.commands.setName(name);
    void this.commands.join();
  }
}
