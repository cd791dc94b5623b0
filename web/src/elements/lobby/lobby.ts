/** For hosts: who waits, who came first first, and letting in. Stands at the top of the list of people. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { ClientMessage, Lobby, WaitingPerson } from '../../protocol/messages.gen.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { initials, toneOf } from '../../text/names.js';
import { functionText } from '../../text/people.js';
import { roomWords, type RoomWords } from '../../text/rooms.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import './alerts.js';
import { lobbyStyles } from './lobby.styles.js';

const MAX_LINE = 200;
/** Minutes are shown, so a look now and then is enough. */
const LOOK_MS = 15_000;
/** While somebody waits and the list is looked at. */
const PICTURES_MS = 4000;

export function minutesSince(unixS: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs / 1000 - unixS) / 60));
}

@customElement('vdx-lobby')
export class LobbyElement extends LitElement {
  static override styles = [reset, buttons, fields, lobbyStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  /** Who is about to be refused. */
  @state() private refusing: string | null = null;
  @state() private isFull = false;
  /** Of those who show one. */
  @state() private pictures: ReadonlyMap<string, string> = new Map();
  private looking: ReturnType<typeof setInterval> | undefined;
  private asking: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => { this.requestUpdate(); }, LOOK_MS);
    this.asking = setInterval(() => void this.look(), PICTURES_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
    clearInterval(this.asking);
  }

  protected override firstUpdated(): void {
    void this.look();
  }

  private async look(): Promise<void> {
    const isEmpty = (this.call.documents.lobby?.waiting.length ?? 0) === 0;
    if (isEmpty || document.hidden) return;
    this.pictures = (await this.commands.hub.waitingPictures()) ?? this.pictures;
  }

  override render(): TemplateResult | typeof nothing {
    const { lobby } = this.call.documents;
    if (lobby === undefined) return nothing;
    const words = roomWords(this.language).lobby;
    return html`<section aria-labelledby="title">
      <h3 id="title">${words.title}</h3>
      ${lobby.locked ? html`<p class="locked">${icon('lock')}<span>${words.isLocked}</span></p>` : nothing}
      ${lobby.waiting.length === 0 ? html`<p class="soft">${words.nobody}</p>` : this.renderWaiting(lobby, words)}
      ${this.isFull ? html`<p class="problem" role="alert">${icon('warning')}<span>${words.full}</span></p>` : nothing}
      ${lobby.mayAdmit
        ? html`<button class="button" type="button" data-action="lock" @click=${() => { this.ask({ type: 'lockRoom', locked: !lobby.locked }); }}>
            ${icon('lock')}<span>${lobby.locked ? words.unlock : words.lock}</span>
          </button>`
        : html`<p class="soft">${words.notYours}</p>`}
      <vdx-lobby-alerts .language=${this.language}></vdx-lobby-alerts>
    </section>`;
  }

  private renderWaiting(lobby: Lobby, words: RoomWords['lobby']): TemplateResult {
    const { waiting, mayAdmit } = lobby;
    return html`<ol>
        ${repeat(waiting, (one) => one.id, (one) => this.renderOne(one, mayAdmit, words))}
      </ol>
      ${mayAdmit && waiting.length > 1
        ? html`<button class="button" type="button" data-action="all" @click=${() => { this.ask({ type: 'admitAll' }); }}>
            ${words.admitAll(waiting.length)}
          </button>`
        : nothing}
      <form class="say" @submit=${this.say}>
        <label for="say">${words.say}</label>
        <div class="row">
          <input id="say" type="text" maxlength=${MAX_LINE} .value=${lobby.notice} autocomplete="off" />
          <button class="button" type="submit">${words.sayNow}</button>
        </div>
      </form>`;
  }

  private renderOne(one: WaitingPerson, mayAdmit: boolean, words: RoomWords['lobby']): TemplateResult {
    const what = [functionText(one.function, this.language), one.organisation].filter((part) => part !== '').join(', ');
    const time = one.away ? words.away : words.waited(minutesSince(one.since, Date.now()));
    const picture = this.pictures.get(one.id);
    return html`<li data-waiting=${one.id}>
      <div class="waiter">
        ${picture === undefined
          ? html`<span class="face tone-${toneOf(one.name)}" aria-hidden="true">${initials(one.name)}</span>`
          : html`<img class="still" src=${picture} alt="" width="96" height="96" />`}
        <div class="who">
          <p class="name">${one.name}</p>
          <p class="soft">${what === '' ? time : `${what} · ${time}`}</p>
        </div>
      </div>
      ${!mayAdmit
        ? nothing
        : this.refusing === one.id
          ? this.renderRefusing(one, words)
          : html`<div class="row">
              <button
                class="button admit"
                type="button"
                aria-label=${words.admitNamed(one.name)}
                @click=${() => { this.ask({ type: 'admit', waitingId: one.id }); }}
              >
                ${words.admit}
              </button>
              <button class="button" type="button" aria-label=${words.refuseNamed(one.name)} @click=${() => { this.refusing = one.id; }}>
                ${words.refuse}
              </button>
            </div>`}
    </li>`;
  }

  private renderRefusing(one: WaitingPerson, words: RoomWords['lobby']): TemplateResult {
    return html`<form class="refusing" @submit=${(event: SubmitEvent) => { this.refuse(event, one.id); }}>
      <label for="reason">${words.reason}</label>
      <input id="reason" type="text" maxlength=${MAX_LINE} autocomplete="off" />
      <label class="check"><input id="bar" type="checkbox" /><span>${words.bar}</span></label>
      <div class="row">
        <button class="button" type="submit">${words.refuseNow}</button>
        <button class="button" type="button" @click=${() => { this.refusing = null; }}>${words.cancel}</button>
      </div>
    </form>`;
  }

  private say(event: SubmitEvent): void {
    event.preventDefault();
    this.ask({ type: 'sayToWaiting', text: this.field('say').value });
  }

  private refuse(event: SubmitEvent, waitingId: string): void {
    event.preventDefault();
    this.ask({ type: 'refuseWaiting', waitingId, reason: this.field('reason').value, barred: this.field('bar').checked });
    this.refusing = null;
  }

  private field(id: string): HTMLInputElement {
    return this.renderRoot.querySelector<HTMLInputElement>(`#${id}`) as HTMLInputElement;
  }

  private ask(command: Exclude<ClientMessage, { type: 'join' }>): void {
    void this.commands.ask(command).then((answer) => {
      this.isFull = answer.type === 'error' && answer.code === 'room_full';
    });
  }
}
