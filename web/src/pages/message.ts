/** The screens that stop you: the call is over, or it never began. What happened, what to do, one button, a human. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../call-types.js';
import '../elements/frame/frame.js';
import { icon } from '../elements/icon/icon.js';
import { renderSaid } from '../look/links.js';
import { buttons, reset } from '../styles/shared.js';
import { phoneLink, phoneText } from '../text/names.js';
import type { Message, Words } from '../text/words.js';
import { messageStyles } from './message.styles.js';

interface Content {
  readonly message: Message;
  /** '' when no button would help. */
  readonly button: string;
}

/** Words and button for the state; null when it is neither ended nor failed. */
export function messageOf(call: CallState, words: Words): Content | null {
  if (call.phase === 'ended' && call.ended !== null) {
    const { code, canRejoin } = call.ended;
    const button = code === 'replaced' ? words.ended.here : words.ended.again;
    return { message: words.ended[code], button: canRejoin ? button : '' };
  }
  if (call.phase === 'failed' && call.failure !== null) {
    const { code, retryable } = call.failure;
    return { message: words.failure[code], button: retryable ? words.failure.tryAgain : '' };
  }
  return null;
}

/** As it should be, and not cut off: then an organisation says goodbye. */
function isOver({ ended }: CallState): boolean {
  return ended?.code === 'left' || ended?.code === 'ended';
}

@customElement('vdx-message')
export class MessagePage extends LitElement {
  static override styles = [reset, buttons, messageStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  /** Seconds until another try makes sense; 0 when it does now. */
  @state() private wait = 0;
  @query('h1') private heading!: HTMLElement;
  private ticking: ReturnType<typeof setInterval> | undefined;

  override focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.wait = Math.ceil((this.call.failure?.retryAfterMs ?? 0) / 1000);
    if (this.wait === 0) return;
    this.ticking = setInterval(() => {
      this.wait -= 1;
      if (this.wait <= 0) clearInterval(this.ticking);
    }, 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
  }

  override render(): TemplateResult | typeof nothing {
    const content = messageOf(this.call, this.words);
    if (content === null) return nothing;
    const { message, button } = content;
    const note = this.call.ended?.note ?? '';
    return html`<vdx-frame .room=${this.call.room ?? this.call.invitation} .look=${this.call.look} .words=${this.words}>
      <div class="message">
        <h1 tabindex="-1">${message.title}</h1>
        ${note === '' ? nothing : html`<p class="note">${note}</p>`}
        <p>${message.body}</p>
        ${renderSaid(isOver(this.call) ? this.call.look?.ended : '')}
        ${button === ''
          ? this.renderPhone()
          : html`<button
              class="button primary"
              type="button"
              aria-disabled=${this.wait > 0 ? 'true' : nothing}
              aria-describedby=${this.wait > 0 ? 'wait' : nothing}
              @click=${this.again}
            >
              ${button}
            </button>`}
        ${this.wait > 0 ? html`<p class="wait" id="wait">${this.words.failure.retryIn(this.wait)}</p>` : nothing}
      </div>
    </vdx-frame>`;
  }

  /** Where no button of ours helps, a human does. */
  private renderPhone(): TemplateResult | typeof nothing {
    const helpLine = (this.call.room ?? this.call.invitation)?.helpLine ?? '';
    if (helpLine === '' || this.call.ended?.code === 'ended') return nothing;
    return html`<a class="button primary" href=${phoneLink(helpLine)}>
      ${icon('phone')}<span>${this.words.help.call(phoneText(helpLine))}</span>
    </a>`;
  }

  private again(): void {
    if (this.wait <= 0) void this.commands.joinAgain();
  }
}
