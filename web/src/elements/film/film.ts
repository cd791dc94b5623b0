/** A host's exercise film: the library's list, and what can be done with the film that is there. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { Clip } from '../../protocol/clips.js';
import type { ControlFilm, FilmChanged } from '../../protocol/messages.gen.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { filmWords, type FilmWords } from '../../text/film.js';
import type { Language } from '../../text/words.js';
import { filmStyles } from './film.styles.js';
import { clockText, positionOf } from './position.js';

const TICK_MS = 500;

@customElement('vdx-film')
export class Film extends LitElement {
  static override styles = [reset, buttons, fields, filmStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  /** `failed`: no answer came. */
  @state() private clips: readonly Clip[] | 'failed' | null = null;
  @state() private now = Date.now();
  /** While somebody drags, the slider is theirs. */
  @state() private dragged: number | null = null;
  private told: FilmChanged | undefined;
  private heardAt = Date.now();
  private timer: ReturnType<typeof setInterval> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.timer = undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const film = this.call.documents.filmChanged;
    if (changed.has('call') && film !== this.told) {
      // Opened in the middle of a film, the panel has only the server's clock to go by.
      const age = this.told === undefined && film !== undefined ? Date.now() - film.at * 1000 : 0;
      const isLikely = film !== undefined && age > 0 && age < film.durationS * 1000;
      this.told = film;
      this.heardAt = Date.now() - (isLikely ? age : 0);
      this.now = Date.now();
    }
    if (film?.status === 'playing') {
      this.timer ??= setInterval(() => { this.now = Date.now(); }, TICK_MS);
    } else {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  override render(): TemplateResult {
    const words = filmWords(this.language);
    const film = this.call.documents.filmChanged;
    return html`
      <h3>${words.title}</h3>
      ${film === undefined ? nothing : this.renderFilm(film, words)}
      <button class="button" type="button" id="show-films" @click=${this.fetchClips}>${words.show}</button>
      ${this.renderClips(words)}
    `;
  }

  private renderFilm(film: FilmChanged, words: FilmWords): TemplateResult | typeof nothing {
    switch (film.status) {
      case 'stopped':
        return nothing;
      case 'failed':
        return html`<p class="problem" role="alert">${words.failed[film.code ?? ''] ?? words.failedOther}</p>`;
      case 'loading':
        return html`<p role="status">${words.loading(film.clip)}</p>
          <button class="button" type="button" id="stop-film" @click=${() => { this.ask({ action: 'stop' }); }}>${words.stop}</button>`;
      case 'playing':
      case 'paused':
      case 'ended':
        return this.renderControls(film, words);
    }
  }

  private renderControls(film: FilmChanged, words: FilmWords): TemplateResult {
    const position = this.dragged ?? positionOf(film, this.heardAt, this.now);
    const isPlaying = film.status === 'playing';
    const text = words.at(clockText(position), clockText(film.durationS));
    return html`
      <p class="soft">${film.clip}</p>
      <input
        type="range"
        id="position"
        min="0"
        max=${String(film.durationS)}
        step="0.1"
        .value=${String(position)}
        aria-label=${words.position}
        aria-valuetext=${text}
        @input=${(event: Event) => { this.dragged = Number((event.target as HTMLInputElement).value); }}
        @change=${(event: Event) => { this.seek(Number((event.target as HTMLInputElement).value)); }}
      />
      <p class="soft" id="clock">${text}</p>
      <div class="row">
        <button class="button primary" type="button" id="play-film" @click=${() => { this.ask({ action: isPlaying ? 'pause' : 'play' }); }}>
          ${isPlaying ? words.pause : words.play}
        </button>
        <button class="button" type="button" id="stop-film" @click=${() => { this.ask({ action: 'stop' }); }}>${words.stop}</button>
      </div>
      <label class="check">
        <input
          type="checkbox"
          id="loop-film"
          .checked=${film.isLooping}
          @change=${(event: Event) => { this.ask({ action: 'loop', isOn: (event.target as HTMLInputElement).checked }); }}
        />
        ${words.loop}
      </label>
    `;
  }

  private renderClips(words: FilmWords): TemplateResult | typeof nothing {
    if (this.clips === null) return nothing;
    if (this.clips === 'failed') return html`<p class="problem" role="alert">${words.unreachable}</p>`;
    if (this.clips.length === 0) return html`<p>${words.none}</p>`;
    return html`<ul aria-label=${words.choose}>
      ${this.clips.map(
        (clip) => html`<li>
          ${clip.code === null
            ? html`<button class="button" type="button" data-clip=${clip.clip} @click=${() => { this.ask({ action: 'load', clip: clip.clip }); }}>
                <span>${clip.title}</span><span>${clockText(clip.durationS ?? 0)}</span>
              </button>`
            : html`<p class="soft">${clip.title}: ${words.failed[clip.code] ?? words.cannotPlay}</p>`}
        </li>`,
      )}
    </ul>`;
  }

  private readonly fetchClips = (): void => {
    void this.commands.hub.clips().then((clips) => { this.clips = clips ?? 'failed'; });
  };

  private seek(positionS: number): void {
    this.dragged = null;
    this.heardAt = Date.now();
    this.ask({ action: 'seek', positionS });
  }

  private ask(order: Omit<ControlFilm, 'type'>): void {
    void this.commands.ask({ type: 'film', ...order });
  }
}
