/**
 * A host calls somebody to the meeting by SMS and sees what became of it. Nothing is asked of the server before he opens
 * it. The number is in the field until it was sent, and nowhere else: no autocomplete, nothing that a browser restores.
 * Links and QR codes are beside it (`links.ts`).
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallCommands } from '../../call-types.js';
import type { RoomMessage, RoomMessages } from '../../protocol/room-messages.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { inviteWords, type InviteProblem, type InviteWords } from '../../text/invite.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { askAgainMs, digitsOf, isLasting, isLost, newsOf, problemOf } from './fate.js';
import { inviteStyles } from './invite.styles.js';

/** As the server takes them. */
const MAX_NUMBER_CHARS = 32;
const MAX_SHOWN = 10;

@customElement('vdx-invite')
export class Invite extends LitElement {
  static override styles = [reset, buttons, fields, inviteStyles];

  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  @state() private isOpen = false;
  @state() private isSending = false;
  @state() private problem: InviteProblem | null = null;
  /** The newest first; null: not told yet. */
  @state() private messages: readonly RoomMessage[] | null = null;
  /** The last time it was asked, no list came. */
  @state() private isUnseen = false;
  @state() private news = '';
  @query('#number') private field!: HTMLInputElement | null;
  @query('#invite') private button!: HTMLElement;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Only the answer to the last question counts. */
  private question = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.isOpen) void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.rest();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('isOpen') && this.isOpen) this.field?.focus();
  }

  override render(): TemplateResult {
    const words = inviteWords(this.language);
    return html`
      <h3>${words.title}</h3>
      <button class="button" type="button" id="invite" data-action="invite" aria-expanded=${String(this.isOpen)} @click=${this.toggle}>
        ${icon('phone')}<span>${words.open}</span>
      </button>
      <p class="visually-hidden" role="status" id="news">${this.news}</p>
      ${this.isOpen ? html`<div class="opened">${this.renderForm(words)}${this.renderSent(words)}</div>` : nothing}
    `;
  }

  private renderForm(words: InviteWords): TemplateResult {
    const { problem } = this;
    const said = html`<div role="alert">
      ${problem === null ? nothing : html`<p class="problem" id="problem">${icon('warning')}<span>${words.problem[problem]}</span></p>`}
    </div>`;
    if (problem !== null && isLasting(problem)) return said;
    const isNumberWrong = problem === 'number' || problem === 'missing';
    return html`<form autocomplete="off" novalidate @submit=${this.send}>
      <div class="field">
        <label for="number">${words.number}</label>
        <span class="hint" id="hint">${words.hint}</span>
        <input
          id="number"
          type="tel"
          inputmode="tel"
          autocomplete="off"
          maxlength=${MAX_NUMBER_CHARS}
          ?readonly=${this.isSending}
          aria-describedby=${problem === null ? 'hint' : 'problem hint'}
          aria-invalid=${isNumberWrong ? 'true' : nothing}
        />
        ${said}
      </div>
      <button class="button primary" type="submit" id="send" aria-disabled=${String(this.isSending)}>
        ${this.isSending ? words.sending : words.send}
      </button>
    </form>`;
  }

  private renderSent(words: InviteWords): TemplateResult {
    const messages = this.messages?.slice(0, MAX_SHOWN) ?? [];
    return html`
      ${this.isUnseen ? html`<p class="soft" id="unseen">${words.unseen}</p>` : nothing}
      ${messages.length === 0
        ? nothing
        : html`<h4 id="sent">${words.sent}</h4>
            <ul aria-labelledby="sent">
              ${repeat(messages, (one) => one.reference, (one) => this.renderMessage(one, words))}
            </ul>`}
    `;
  }

  private renderMessage(message: RoomMessage, words: InviteWords): TemplateResult {
    const tone = message.state === 'delivered' ? 'good' : isLost(message) ? 'lost' : '';
    return html`<li data-state=${message.state}>
      <span class="to" aria-hidden="true">${message.to}</span>
      <span class="visually-hidden">${words.ending(digitsOf(message))}:</span>
      <span class="fate ${tone}">
        ${tone === '' ? nothing : icon(tone === 'good' ? 'check' : 'warning')}<span>${words.state[message.state]}</span>
      </span>
    </li>`;
  }

  private readonly toggle = (): void => {
    this.isOpen = !this.isOpen;
    this.problem = null;
    this.news = '';
    this.rest();
    if (this.isOpen) void this.look();
  };

  private readonly send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { field } = this;
    if (field === null || this.isSending) return;
    const to = field.value.trim();
    if (to === '') {
      this.problem = 'missing';
      field.focus();
      return;
    }
    this.isSending = true;
    this.problem = null;
    this.rest();
    const answer = await this.commands.hub.sendSms(to);
    this.isSending = false;
    if ('messages' in answer) {
      field.value = '';
      this.tell([...answer.messages, ...(this.messages ?? [])], this.messages ?? []);
    } else if (!this.stop(answer.code)) {
      this.problem = problemOf(answer.code);
      field.focus();
    }
    // Also after a problem: where no answer was heard, the list tells.
    if (this.isConnected && this.isOpen) await this.look();
  };

  private async look(): Promise<void> {
    const question = ++this.question;
    const answer: RoomMessages = await this.commands.hub.sentSms();
    if (question !== this.question) return;
    this.isUnseen = !('messages' in answer);
    if ('messages' in answer) {
      this.tell(answer.messages, this.messages);
    } else if (this.stop(answer.code)) {
      this.isUnseen = false;
      return;
    }
    const again = askAgainMs(this.isUnseen ? null : this.messages);
    if (again !== null) this.timer = setTimeout(() => { void this.look(); }, again);
  }

  /** Where no number can help, the form goes, and who was in it is left at the button. */
  private stop(code: string): boolean {
    const problem = problemOf(code);
    if (!isLasting(problem)) return false;
    const wasInside = this.shadowRoot?.activeElement?.closest('form') != null;
    this.problem = problem;
    if (wasInside) this.button.focus();
    return true;
  }

  private tell(messages: readonly RoomMessage[], before: readonly RoomMessage[] | null): void {
    const news = newsOf(before, messages, inviteWords(this.language));
    if (news !== '') this.news = news;
    this.messages = messages;
  }

  /** No question is waited for, and none is to come. */
  private rest(): void {
    this.question += 1;
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
