/**
 * Sending somebody to another room. The host shows that he is host there by his own link to it, which goes to the server
 * and nowhere else; the person gets a guest's token of his own.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, ParticipantState } from '../../call-types.js';
import { parseLink } from '../../link.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { transferWords } from '../../text/transfer.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { transferStyles } from './transfer.styles.js';

/** It was sent, or given up. */
export class DoneEvent extends Event {
  constructor() {
    super('done');
  }
}

@customElement('vdx-transfer')
export class Transfer extends LitElement {
  static override styles = [reset, buttons, fields, transferStyles];

  @property({ attribute: false }) person!: ParticipantState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';
  @state() private problem: 'link' | 'refused' | null = null;
  @query('#link') private field!: HTMLInputElement;

  override focus(): void {
    this.field.focus();
  }

  protected override firstUpdated(): void {
    this.focus();
  }

  override render(): TemplateResult {
    const words = transferWords(this.language);
    return html`<form @submit=${this.send}>
      <div class="field">
        <label for="link">${words.link}</label>
        <span class="hint" id="hint">${words.hint(this.person.name)}</span>
        <input
          id="link"
          type="text"
          inputmode="url"
          autocomplete="off"
          spellcheck="false"
          aria-describedby=${this.problem === null ? 'hint' : 'problem'}
          aria-invalid=${this.problem === null ? nothing : 'true'}
        />
        <div role="alert">
          ${this.problem === null ? nothing : html`<p class="problem" id="problem">${icon('warning')}<span>${words.problem[this.problem]}</span></p>`}
        </div>
      </div>
      <div class="row">
        <button class="button" type="submit">${words.send}</button>
        <button class="button" type="button" @click=${() => this.dispatchEvent(new DoneEvent())}>${words.cancel}</button>
      </div>
    </form>`;
  }

  private readonly send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = tokenOf(this.field.value);
    if (token === null) {
      this.problem = 'link';
      this.focus();
      return;
    }
    const answer = await this.commands.ask({ type: 'transfer', participantId: this.person.id, token });
    if (answer.type === 'done') {
      this.dispatchEvent(new DoneEvent());
      return;
    }
    this.problem = 'refused';
    this.focus();
  };
}

/** Null: not a link to a room. */
export function tokenOf(text: string): string | null {
  try {
    return parseLink(text.trim()).token;
  } catch {
    return null;
  }
}
