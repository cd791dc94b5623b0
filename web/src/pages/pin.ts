/** The room's PIN, for who has an address but no link. One question, one field, one button. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../call-types.js';
import '../elements/frame/frame.js';
import { icon } from '../elements/icon/icon.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { roomWords, type RoomWords } from '../text/rooms.js';
import type { Words } from '../text/words.js';
import { doorStyles } from './door.styles.js';

const SHORTEST = 4;
const LONGEST = 9;
const LOOK_MS = 5000;

@customElement('vdx-pin')
export class PinPage extends LitElement {
  static override styles = [reset, buttons, fields, doorStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @state() private isMissing = false;
  @query('h1') private heading!: HTMLElement;
  @query('input') private field!: HTMLInputElement | null;
  private looking: ReturnType<typeof setInterval> | undefined;

  override focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => { this.requestUpdate(); }, LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  override render(): TemplateResult {
    const words = roomWords(this.words.language).pin;
    const isChecking = this.call.pin?.state === 'checking';
    const problem = this.problem(words);
    return html`<vdx-frame .room=${this.call.room ?? this.call.invitation} .look=${this.call.look} .words=${this.words}>
      <form novalidate @submit=${this.submit}>
        <h1 tabindex="-1">${words.title}</h1>
        <p>${words.lead}</p>
        <div class="field">
          <label for="pin">${words.label}</label>
          <input
            id="pin"
            class="pin"
            type="text"
            inputmode="numeric"
            pattern="[0-9]*"
            autocomplete="one-time-code"
            maxlength=${LONGEST}
            aria-describedby=${problem === '' ? nothing : 'problem'}
            aria-invalid=${problem === '' ? nothing : 'true'}
          />
          <p class="problem" id="problem" role="alert">${problem === '' ? nothing : html`${icon('warning')}<span>${problem}</span>`}</p>
        </div>
        <button class="button primary" type="submit" aria-disabled=${isChecking || this.minutes > 0 ? 'true' : nothing}>
          ${isChecking ? words.checking : words.go}
        </button>
      </form>
    </vdx-frame>`;
  }

  /** How long typing is useless. */
  private get minutes(): number {
    return Math.max(0, Math.ceil(((this.call.pin?.waitsUntil ?? 0) - Date.now()) / 60_000));
  }

  private problem(words: RoomWords['pin']): string {
    if (this.isMissing) return words.missing;
    switch (this.call.pin?.state) {
      case 'wrong':
        return words.wrong;
      case 'unreachable':
        return words.unreachable;
      case 'locked':
        return this.minutes === 0 ? '' : words.locked(this.minutes);
      default:
        return '';
    }
  }

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const pin = (this.field?.value ?? '').replace(/\s/g, '');
    this.isMissing = !/^\d+$/.test(pin) || pin.length < SHORTEST;
    if (this.isMissing) this.field?.focus();
    else if (this.minutes === 0 && this.call.pin?.state !== 'checking') void this.commands.enterPin(pin);
  }
}
