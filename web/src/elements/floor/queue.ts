/** For hosts: who has the floor and who waits for it. A section of the people's panel, above the people. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { ClientMessage, FloorKind, FloorPlace, FloorState, Join } from '../../protocol/messages.gen.js';
import { buttons, reset } from '../../styles/shared.js';
import { clockText, floorWords } from '../../text/floor.js';
import { hostWords } from '../../text/host.js';
import { floorQueueWords, type FloorQueueWords } from '../../text/floor-queue.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import '../undo/undo.js';
import { queueStyles } from './queue.styles.js';

const EXTENSION_S = 60;
const TICK_MS = 1000;

@customElement('vdx-floor-queue')
export class FloorQueue extends LitElement {
  static override styles = [reset, buttons, queueStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  private ticking: ReturnType<typeof setInterval> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
    this.ticking = undefined;
  }

  /** While a turn has an end, its time is drawn anew each second. */
  protected override updated(): void {
    const { floor } = this.call.documents;
    const runs = [...(floor?.speech.holders ?? []), ...(floor?.screen.holders ?? [])].some((one) => one.endsAt !== null);
    if (runs) this.ticking ??= setInterval(() => { this.requestUpdate(); }, TICK_MS);
    else {
      clearInterval(this.ticking);
      this.ticking = undefined;
    }
  }

  override render(): TemplateResult {
    const words = floorQueueWords(this.language);
    const told = this.call.documents.floor;
    const screen = told?.screen;
    return html`
      ${told === undefined ? nothing : this.renderFloor('speech', told.speech, words.title, words)}
      ${screen === undefined || (screen.policy === 'free' && screen.holders.length === 0)
        ? nothing
        : this.renderFloor('screen', screen, words.screenTitle, words)}
    `;
  }

  private renderFloor(floor: FloorKind, told: FloorState, title: string, words: FloorQueueWords): TemplateResult {
    const rest = told.waiting - told.queue.length;
    return html`<section data-floor=${floor}>
      <h3>${told.waiting === 0 ? title : `${title}: ${words.queue(told.waiting)}`}</h3>
      ${told.policy !== 'free' && told.holders.length === 0 && told.waiting === 0
        ? html`<p class="soft">${words.nobody}</p>`
        : nothing}
      <ul>
        ${repeat(told.holders, (one) => one.request, (one) => this.renderHolder(floor, one, words))}
      </ul>
      ${this.renderNext(floor, told)}
      <ol>
        ${repeat(told.queue, (one) => one.request, (one, index) => this.renderWaiter(floor, one, index + 1, told.waiting, words))}
      </ol>
      ${rest > 0 ? html`<p class="soft">${words.more(rest)}</p>` : nothing}
      ${told.waiting > 1
        ? html`<vdx-undo
            data-do="clear"
            .label=${words.clear}
            .pending=${(seconds: number) => hostWords(this.language).undo.cleared(seconds)}
            .act=${() => { this.send({ type: 'clearFloor', floor }); }}
            .language=${this.language}
          ></vdx-undo>`
        : nothing}
    </section>`;
  }

  /** The one button of a host who leads: the first in the queue, in place of who has spoken. */
  private renderNext(floor: FloorKind, told: FloorState): TemplateResult | typeof nothing {
    const [first] = told.queue;
    if (first === undefined || first.request === null || told.policy === 'free' || told.policy === 'hands') return nothing;
    const { request } = first;
    return html`<button
      class="button next"
      type="button"
      data-do="next"
      @click=${() => { this.send({ type: 'grantFloor', floor, request, preempts: true }); }}
    >
      ${icon('hand')}<span>${hostWords(this.language).floor.next(this.nameOf(first))}</span>
    </button>`;
  }

  private renderHolder(floor: FloorKind, one: FloorPlace, words: FloorQueueWords): TemplateResult {
    const name = this.nameOf(one);
    const own = floorWords(this.language);
    const request = one.request ?? 0;
    return html`<li class="holder" data-request=${request}>
      <p class="name">${icon('microphone')}<span>${name} <span class="soft">${own.hasFloor}${one.signs ? `, ${own.signs}` : ''}${one.endsAt === null
            ? nothing
            : html` <span class="time">· ${own.left(clockText(one.endsAt - Date.now() / 1000))}</span>`}</span></span></p>
      <div class="row">
        <button
          class="button"
          type="button"
          data-do="revoke"
          aria-label=${words.revokeFrom(name)}
          @click=${() => { this.send({ type: 'revokeFloor', floor, request }); }}
        >
          ${words.revoke}
        </button>
        ${one.endsAt === null
          ? nothing
          : html`<button
              class="button"
              type="button"
              data-do="extend"
              aria-label=${words.extendFor(name)}
              @click=${() => { this.send({ type: 'extendTurn', floor, request, seconds: EXTENSION_S }); }}
            >
              ${words.extend}
            </button>`}
      </div>
    </li>`;
  }

  private renderWaiter(floor: FloorKind, one: FloorPlace, position: number, count: number, words: FloorQueueWords): TemplateResult {
    const name = this.nameOf(one);
    const request = one.request ?? 0;
    return html`<li data-request=${request}>
      <p class="name">${icon('hand')}<span>${position}. ${name}${one.signs ? html` <span class="soft">${floorWords(this.language).signs}</span>` : nothing}</span></p>
      <div class="row">
        <button
          class="button grant"
          type="button"
          data-do="grant"
          aria-label=${words.grantTo(name)}
          @click=${() => { this.send({ type: 'grantFloor', floor, request, preempts: true }); }}
        >
          ${words.grant}
        </button>
        <button
          class="button"
          type="button"
          data-do="deny"
          aria-label=${words.denyTo(name)}
          @click=${() => { this.send({ type: 'denyFloor', floor, request }); }}
        >
          ${words.deny}
        </button>
        ${this.renderMove(floor, request, position - 1, position > 1, words.up(name), 'up')}
        ${this.renderMove(floor, request, position + 1, position < count, words.down(name), 'down')}
      </div>
    </li>`;
  }

  private renderMove(floor: FloorKind, request: number, position: number, isPossible: boolean, label: string, way: string): TemplateResult {
    return html`<button
      class="button move ${way}"
      type="button"
      data-do=${way}
      aria-label=${label}
      ?disabled=${!isPossible}
      @click=${() => { this.send({ type: 'moveFloor', floor, request, position }); }}
    >
      ${icon('chevron')}
    </button>`;
  }

  private nameOf(one: FloorPlace): string {
    return this.call.participants.find((person) => person.id === one.participantId)?.name ?? '';
  }

  private send(command: Exclude<ClientMessage, Join>): void {
    void this.commands.ask('floor' in command ? { ...command, commandId: crypto.randomUUID() } : command);
  }
}
