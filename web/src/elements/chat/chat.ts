/**
 * Chat: what was written while we were here, what others are typing now, and our own words. Everything is drawn as
 * text: no markup, and no links, because a link in a meeting is trusted more than its writer may deserve.
 *
 * Speakers are told apart by name and by the colour of their line, and for programs by `data-participant`. Finished
 * messages are a polite log; what is being typed is not read aloud letter by letter.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallCommands, CallState, ParticipantState } from '../../call-types.js';
import type { Message } from '../../conference/words.js';
import type { Reaction, TypedLine } from '../../protocol/messages.gen.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { toneOf } from '../../text/names.js';
import type { Language } from '../../text/words.js';
import { REACTIONS, writtenText, type WrittenText } from '../../text/written.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { icon } from '../icon/icon.js';
import { chatStyles } from './chat.styles.js';
import type { Draft, Target } from './draft.js';
import { isCaptionWriter, keyOf, targetsOf } from './targets.js';

const MAX_MESSAGE = 1000;
const MAX_ANNOUNCEMENT = 300;
const SENT_MS = 1000;

@customElement('vdx-chat')
export class Chat extends LitElement {
  static override styles = [reset, buttons, fields, chatStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) draft!: Draft;
  @property({ attribute: false }) language: Language = 'da';

  @state() private problem = '';
  @state() private sentReaction: Reaction | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render(): TemplateResult {
    const { call } = this;
    const words = writtenText(this.language);
    const { messages } = call.words;
    return html`
      ${messages.length === 0 ? html`<p class="soft">${words.nothingYet} ${words.notKept}</p>` : nothing}
      <div role="log" aria-label=${words.chat}>
        <ol>
          ${repeat(messages, (one) => one.number, (one) => this.renderMessage(one, words))}
        </ol>
      </div>
      ${repeat(this.typed, (line) => line.participantId, (line) => this.renderLine(line, words))}
      ${this.renderReactions(words)} ${this.renderForm(words)}
      ${isCaptionWriter(call) ? this.renderCaptionWriting(words) : nothing}
    `;
  }

  /** Of others, as soon as we know who they are. */
  private get typed(): readonly TypedLine[] {
    return (this.call.documents.openLines?.lines ?? []).filter((line) => this.personOf(line.participantId)?.isSelf === false);
  }

  private personOf(id: string): ParticipantState | undefined {
    return this.call.participants.find((person) => person.id === id);
  }

  private renderMessage(message: Message, words: WrittenText): TemplateResult {
    return html`<li
      class=${message.isOwn ? 'own' : `tone-${String(toneOf(message.name))}`}
      data-participant=${message.participantId}
    >
      <p class="who">${message.isOwn ? words.you : message.name} <span class="soft">${this.scopeOf(message, words)}</span></p>
      <p class="text" dir="auto">${message.text}</p>
    </li>`;
  }

  private scopeOf(message: Message, words: WrittenText): string {
    if (message.to === 'hosts') return words.toHosts;
    if (message.to !== 'one') return '';
    return message.isOwn ? words.toOne(this.personOf(message.otherId ?? '')?.name ?? '') : words.toYou;
  }

  private renderLine(line: TypedLine, words: WrittenText): TemplateResult {
    const name = this.personOf(line.participantId)?.name ?? '';
    return html`<div
      class="line tone-${toneOf(name)}"
      role="group"
      aria-label=${words.typing(name)}
      data-participant=${line.participantId}
    >
      <p class="who">${words.typing(name)} <span class="soft">${line.to === 'one' ? words.toYou : ''}</span></p>
      <p class="text" dir="auto">${line.text}</p>
    </div>`;
  }

  private renderReactions(words: WrittenText): TemplateResult {
    return html`<div class="reactions" role="group" aria-label=${words.react}>
      ${REACTIONS.map(
        (one) => html`<button
          type="button"
          class=${this.sentReaction === one ? 'sent' : ''}
          aria-label=${words.reactions[one]}
          title=${words.reactions[one]}
          @click=${() => void this.react(one)}
        >${icon(one)}</button>`,
      )}
    </div>`;
  }

  private renderForm(words: WrittenText): TemplateResult {
    const { draft } = this;
    const targets = targetsOf(this.call, words);
    if (targets.length === 0) return html`<p class="soft">${words.off}</p>`;
    const chosen = targets.find((one) => draft.target !== null && keyOf(one.target) === keyOf(draft.target)) ?? targets[0];
    return html`<form @submit=${this.onSubmit}>
      <div class="field">
        <label for="to">${words.to}</label>
        <div class="choice">
          <select id="to" @change=${this.onTarget}>
            ${targets.map((one) => {
              const key = keyOf(one.target);
              return html`<option value=${key} ?selected=${one === chosen}>${one.label}</option>`;
            })}
          </select>
          ${icon('chevron')}
        </div>
      </div>
      <div class="field">
        <label for="message">${words.message}</label>
        <textarea
          id="message"
          maxlength=${draft.target === 'stay' ? MAX_ANNOUNCEMENT : MAX_MESSAGE}
          aria-describedby="problem"
          .value=${live(draft.text)}
          @input=${this.onInput}
          @keydown=${this.onKey}
        ></textarea>
      </div>
      ${draft.target === 'stay'
        ? nothing
        : html`<label class="switch">
            <input id="live" type="checkbox" role="switch" .checked=${live(draft.isLive)} @change=${this.onLive} />
            <span>${words.live}<br /><span class="soft">${words.liveHint}</span></span>
          </label>`}
      <p id="problem" class="problem" role="alert">${this.problem}</p>
      <button class="button" type="submit">${words.send}</button>
    </form>`;
  }

  private renderCaptionWriting(words: WrittenText): TemplateResult {
    return html`<form @submit=${this.onCaptionSubmit}>
      <div class="field">
        <label for="caption">${words.writeCaptions}</label>
        <span class="hint" id="caption-hint">${words.writeCaptionsHint}</span>
        <input
          id="caption"
          type="text"
          maxlength="500"
          autocomplete="off"
          aria-describedby="caption-hint"
          .value=${live(this.draft.caption)}
          @input=${this.onCaption}
        />
      </div>
    </form>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    const targets = targetsOf(this.call, writtenText(this.language));
    const { target } = this.draft;
    const isOffered = target !== null && targets.some((one) => keyOf(one.target) === keyOf(target));
    const first = targets[0];
    // Never silently to more people than were chosen: only a first choice is made for him.
    if (!isOffered && first !== undefined && target === null) this.draft.turnTo(first.target);
    if (!isOffered && first !== undefined && target !== null) this.fallBack(first.target);
  }

  /** Whom he wrote to is gone: the line ends, and what was typed waits for him to choose. */
  private fallBack(target: Target): void {
    this.draft.setLive(false);
    this.draft.turnTo(target);
    this.problem = writtenText(this.language).refusals['participant_unknown'] ?? '';
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    const before = changed.get('call') as CallState | undefined;
    if (before?.words.messages !== this.call.words.messages) this.scrollToNewest();
  }

  private scrollToNewest(): void {
    const last = this.renderRoot.querySelector('ol')?.lastElementChild;
    if (last instanceof HTMLElement && typeof last.scrollIntoView === 'function') last.scrollIntoView({ block: 'nearest' });
  }

  private onTarget(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    const chosen = targetsOf(this.call, writtenText(this.language)).find((one) => keyOf(one.target) === value);
    if (chosen) this.draft.turnTo(chosen.target);
    this.problem = '';
    this.requestUpdate();
  }

  private onInput(event: Event): void {
    this.draft.type((event.target as HTMLTextAreaElement).value);
    this.problem = '';
  }

  private onLive(event: Event): void {
    this.draft.setLive((event.target as HTMLInputElement).checked);
    this.requestUpdate();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.send();
  }

  private onSubmit(event: Event): void {
    event.preventDefault();
    void this.send();
  }

  private onCaption(event: Event): void {
    this.draft.typeCaption((event.target as HTMLInputElement).value);
  }

  private onCaptionSubmit(event: Event): void {
    event.preventDefault();
    void this.draft.finishCaption();
    this.requestUpdate();
  }

  private async send(): Promise<void> {
    if (this.draft.text.trim() === '') return;
    const answer = await this.draft.send();
    const words = writtenText(this.language);
    this.problem = answer.type === 'error' ? (words.refusals[answer.code] ?? words.refused) : '';
    this.requestUpdate();
  }

  private async react(reaction: Reaction): Promise<void> {
    const answer = await this.commands.ask({ type: 'react', reaction });
    const words = writtenText(this.language);
    if (answer.type === 'error') {
      this.dispatchEvent(new AnnounceEvent(words.refusals[answer.code] ?? words.refused));
      return;
    }
    this.sentReaction = reaction;
    this.dispatchEvent(new AnnounceEvent(words.reactionSent(words.reactions[reaction])));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.sentReaction = null;
    }, SENT_MS);
  }
}
