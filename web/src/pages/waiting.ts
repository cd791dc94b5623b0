/** The lobby, for who waits in it: why, how long, what a host says; and the own picture, so that one is ready. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../call-types.js';
import { fetchPart } from '../elements/fetch-part.js';
import '../elements/frame/frame.js';
import '../elements/tile/tile.js';
import { renderSaid } from '../look/links.js';
import { buttons, reset } from '../styles/shared.js';
import { prejoinWords } from '../text/prejoin.js';
import { roomWords } from '../text/rooms.js';
import { momentText } from '../text/times.js';
import type { Words } from '../text/words.js';
import { lossLine } from './banners.js';
import { doorStyles } from './door.styles.js';
import { renderOwnSwitches } from './own-switches.js';
import { ownTile } from './own-tile.js';

const LOOK_MS = 10_000;

@customElement('vdx-waiting')
export class WaitingPage extends LitElement {
  static override styles = [reset, buttons, doorStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @query('h1') private heading!: HTMLElement;
  @state() private hasStill = false;
  private looking: ReturnType<typeof setInterval> | undefined;

  override focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => { this.requestUpdate(); }, LOOK_MS);
    void fetchPart(this, () => import('../elements/still/still.js')).then((isThere) => { this.hasStill = isThere; });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  /** When it begins, or should have. */
  private renderTime(): TemplateResult | typeof nothing {
    const { language } = this.words;
    const startsAt = this.call.invitation?.startsAt ?? null;
    if (startsAt === null) return nothing;
    const [now, words] = [Date.now(), prejoinWords(language).waiting];
    const moment = momentText(startsAt, now, language);
    return html`<p>${startsAt > now ? words.begins(moment) : words.agreed(moment)}</p>`;
  }

  override render(): TemplateResult | typeof nothing {
    const { call, commands } = this;
    if (call.waiting === null) return nothing;
    const { reason, since, notice } = call.waiting;
    const words = roomWords(this.words.language).waiting;
    const minutes = Math.max(0, Math.floor((Date.now() - since) / 60_000));
    return html`<vdx-frame .room=${call.room ?? call.invitation} .look=${call.look} .words=${this.words}>
      <div class="waiting">
        <h1 tabindex="-1">${words.title[reason]}</h1>
        <p>${words.lead[reason]}</p>
        ${lossLine(call, this.words)}
        ${renderSaid(call.look?.waiting)}
        <div role="status">
          ${notice === '' ? nothing : html`<div class="notice"><p class="label">${words.fromHost}</p><p>${notice}</p></div>`}
        </div>
        <div class="since">
          <p>${words.since(minutes)}</p>
          ${this.renderTime()}
        </div>
        <vdx-tile .tile=${ownTile(call)} .words=${this.words} .mirrored=${call.devices.facing !== 'environment'}></vdx-tile>
        <div class="own">
          ${renderOwnSwitches(call, commands, this.words)}
        </div>
        ${this.hasStill
          ? html`<vdx-still
              .commands=${commands}
              .hasCamera=${call.local.camera.on}
              .stream=${call.local.camera.stream}
              .isLinked=${call.link.signalling === 'connected'}
              .language=${this.words.language}
            ></vdx-still>`
          : nothing}
        <button class="button" type="button" @click=${() => void commands.leave()}>${words.leave}</button>
      </div>
    </vdx-frame>`;
  }
}
