/**
 * One picture place: the video when it is proven to be this person's, initials on the person's own colour otherwise,
 * and at the lower left the name with what is to be known about it. A room without names on the pictures leaves the signs
 * of the microphone and the connection; the name is read aloud all the same.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Tile } from '../../call-types.js';
import type { Size } from '../../conference/layout.js';
import type { Voice } from '../../voices.js';
import { initials, toneOf } from '../../text/names.js';
import { functionText } from '../../text/people.js';
import type { Words } from '../../text/words.js';
import { reset } from '../../styles/shared.js';
import { icon } from '../icon/icon.js';
import '../level/level.js';
import { KeepPlaying } from './keep-playing.js';
import { tileStyles } from './tile.styles.js';

/** Below this, a level is breath and chairs (guess; the relay's ranking has its own hysteresis). */
const SPEAKING_LEVEL = 0.06;
/** The ring outlives the pauses between words (guess). */
const SPEAKING_HOLD_MS = 600;
/** A picture that would lose more than this of its height is shown whole instead of cropped. */
const MIN_VISIBLE_PART = 0.6;

@customElement('vdx-tile')
export class TileElement extends LitElement {
  static override styles = [reset, tileStyles];

  @property({ attribute: false }) tile!: Tile;
  @property({ attribute: false }) words!: Words;
  /** The own picture is a mirror, and its name is "Dig". */
  @property({ attribute: false }) mirrored = false;
  @property({ attribute: false }) showsName = true;

  @state() private speaking = false;
  @query('video') private video!: HTMLVideoElement | null;
  private readonly playing = new KeepPlaying(this, () => this.video);
  private silence: ReturnType<typeof setTimeout> | undefined;
  private voice: Voice | null = null;
  private unsubscribe: (() => void) | undefined;
  /** As the observer told it: asking the element would lay out the page. */
  private size: Size = { width: 0, height: 0 };
  private readonly observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return;
    this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
    this.fit();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    this.unsubscribe?.();
    this.voice = null;
    this.stopWaiting();
  }

  protected override willUpdate(): void {
    this.listen();
    this.hear();
  }

  private listen(): void {
    // Before the first rendering there is no tile.
    const voice = (this.tile as Tile | undefined)?.voice ?? null;
    if (voice === this.voice) return;
    this.unsubscribe?.();
    this.voice = voice;
    this.unsubscribe = voice?.subscribe(() => {
      this.hear();
    });
  }

  /** The level itself is drawn by the meter; here counts only whether it is speech, which seldom changes. */
  private hear(): void {
    if (isSpeaking(this.tile)) {
      this.stopWaiting();
      this.speaking = true;
    } else if (!this.tile.microphoneOn) {
      this.stopWaiting();
      this.speaking = false;
    } else if (this.speaking) {
      this.silence ??= setTimeout(() => {
        this.silence = undefined;
        this.speaking = false;
      }, SPEAKING_HOLD_MS);
    }
  }

  private stopWaiting(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
  }

  override render(): TemplateResult {
    const { tile, words } = this;
    return html`
      <video
        autoplay
        playsinline
        .muted=${true}
        aria-hidden="true"
        tabindex="-1"
        class=${this.mirrored ? 'mirrored' : ''}
        @pause=${this.playing.onPause}
        @resize=${this.fit}
        @loadedmetadata=${this.fit}
      ></video>
      <div class="blank" aria-hidden="true">
        <span>${initials(tile.name)}</span>
      </div>
      <div class="ring"></div>
      <div class="caption">
        ${this.renderTrouble()}
        ${this.renderName()}
      </div>
      ${tile.paused ? html`<p class="cannot">${words.call[tile.pausedByServer ? 'pausedByServer' : tile.pausedByDevice ? 'pausedByDevice' : 'paused']}</p>` : nothing}
      ${tile.cannotDecode ? html`<p class="cannot">${words.call.cannotDecode}</p>` : nothing}
    `;
  }

  private renderName(): TemplateResult {
    const { tile, showsName } = this;
    const name = this.shownName();
    const sign = this.speaking
      ? html`<vdx-level .voice=${tile.voice}></vdx-level>`
      : tile.kind === 'camera' && !tile.microphoneOn
        ? icon('microphoneOff')
        : nothing;
    return html`<div class=${showsName || sign !== nothing ? 'name' : 'visually-hidden'} title=${showsName ? name : nothing}>
      ${sign}
      <span class=${showsName ? 'text' : 'visually-hidden'} dir="auto">${name}${this.renderAbout()}</span>
      ${tile.kind === 'screen' ? nothing : html`<span class="visually-hidden">${this.spokenState()}</span>`}
    </div>`;
  }

  /** Function and organisation of others, where they are known. */
  private renderAbout(): TemplateResult | typeof nothing {
    const { tile, words } = this;
    if (tile.isSelf || tile.kind === 'screen') return nothing;
    const parts = [functionText(tile.function ?? '', words.language), tile.organisation ?? ''].filter((part) => part !== '');
    return parts.length === 0 ? nothing : html`<span class="about">, ${parts.join(', ')}</span>`;
  }

  private shownName(): string {
    const { tile, words } = this;
    if (tile.kind === 'screen') return tile.isSelf ? words.call.yourScreen : words.call.screenOf(tile.name);
    return tile.isSelf ? words.call.you : tile.name;
  }

  /** Others' trouble in words; a dimmed picture alone says nothing. */
  private renderTrouble(): TemplateResult | typeof nothing {
    const { tile, words } = this;
    const text = tile.reconnecting ? words.call.reconnecting : tile.quality === 'good' ? '' : words.call.weak;
    if (text === '' || tile.isSelf) return nothing;
    return html`<div class="trouble">${icon('weak')}<span class="text">${text}</span></div>`;
  }

  private spokenState(): string {
    const { tile, words } = this;
    const parts = [tile.microphoneOn ? '' : words.call.microphoneOff, tile.sourceOn ? '' : words.call.cameraOff];
    return parts
      .filter((part) => part !== '')
      .map((part) => `, ${part}`)
      .join('');
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { tile, video } = this;
    if (video !== null && video.srcObject !== tile.stream) video.srcObject = tile.stream;
    this.toggleAttribute('showing', tile.showing);
    this.toggleAttribute('speaking', this.speaking);
    this.toggleAttribute('reconnecting', tile.reconnecting);
    this.toggleAttribute('screen', tile.kind === 'screen');
    this.dataset['participant'] = tile.participantId;
    this.dataset['kind'] = tile.kind;
    this.dataset['name'] = tile.name;
    if (tile.isSelf) this.dataset['self'] = 'true';
    else delete this.dataset['self'];
    const before = changed.get('tile');
    if (before?.name !== tile.name) this.style.setProperty('--tone', `var(--tone-${String(toneOf(tile.name))})`);
    if (before?.kind !== tile.kind) this.fit();
  }

  /** When the tile or the picture has another shape. Faces are centred sideways, so only height is spared. */
  private fit(): void {
    const { video, size } = this;
    if (video === null) return;
    const wide = size.width * video.videoHeight;
    const high = size.height * video.videoWidth;
    const whole = this.tile.kind === 'screen' || (wide > 0 && high / wide < MIN_VISIBLE_PART);
    this.toggleAttribute('whole', whole);
  }
}

export function isSpeaking(tile: Tile): boolean {
  return tile.kind === 'camera' && tile.microphoneOn && tile.voice.level >= SPEAKING_LEVEL;
}
