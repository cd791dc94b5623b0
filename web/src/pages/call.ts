/**
 * The call: the others fill the window, the buttons stay at the bottom, words say the state. Also the moment before
 * (connecting) and the time alone, when the own picture is the large one.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState, Tile } from '../call-types.js';
import { PLAIN, type Situation } from '../conference/arrange.js';
import type { Box } from '../conference/layout.js';
import { AnnounceEvent } from '../elements/announcer/announcer.js';
import '../elements/asked/asked.js';
import '../elements/banner/banner.js';
import type { Control } from '../elements/control/control.js';
import { WaitAlerts } from '../elements/lobby/alerting.js';
import '../elements/captions/captions.js';
import { readPreferences, writePreferences, type CaptionPreferences } from '../elements/captions/preferences.js';
import { Draft } from '../elements/chat/draft.js';
import { Unread } from '../elements/chat/unread.js';
import '../elements/floor/floor.js';
import { icon } from '../elements/icon/icon.js';
import '../elements/ending/ending.js';
import { situationOf } from '../elements/layouts/situation.js';
import '../elements/reactions/reactions.js';
import '../elements/self-view/self-view.js';
import type { CornerEvent, ShowSelfEvent } from '../elements/self-view/self-view.js';
import '../elements/stage/stage.js';
import type { OwnPlaceEvent, TileSizeEvent } from '../elements/stage/stage.js';
import '../elements/toasts/toasts.js';
import '../elements/training/notices.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { shelfOf } from '../memory.js';
import type { Corner, Words } from '../text/words.js';
import { writtenText } from '../text/written.js';
import { bannerOf, CALL_INSTEAD_MS, lostFor, type BannerContent } from './banners.js';
import { renderBar, renderCancel } from './bar.js';
import { callStyles } from './call.styles.js';
import type { CallView, PanelName } from './call-view.js';
import { ownTile } from './own-tile.js';
import { renderPanel } from './panels.js';
import { press } from './shortcuts.js';
import { WordsVoice } from './words-voice.js';

/** On phones the lower edge is where names stand; on wide windows faces are higher than the lower corner. */
function startCorner(): Corner {
  return matchMedia('(max-width: 43.74em)').matches ? 'topRight' : 'bottomRight';
}

@customElement('vdx-call')
export class CallPage extends LitElement implements CallView {
  static override styles = [reset, buttons, fields, callStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @state() panel: PanelName | null = null;
  @state() isSelfShown = true;
  @state() corner: Corner = startCorner();
  /** Who has put it in a corner wants it there. */
  @state() private wasMoved = false;
  @state() private seat: Box | null = null;
  @query('h1') private heading!: HTMLElement;
  @state() captionPreferences: CaptionPreferences = readPreferences(shelfOf('localStorage'));
  readonly draft = new Draft((command) => this.commands.ask(command));
  private readonly unread = new Unread();
  private readonly voice = new WordsVoice(this.unread, (text) => this.dispatchEvent(new AnnounceEvent(text)));
  readonly since = Date.now();
  private readonly alerts = new WaitAlerts((text) => this.dispatchEvent(new AnnounceEvent(text)));
  private phoneTimer: ReturnType<typeof setTimeout> | undefined;
  private situation: Situation = PLAIN;
  private wasSeated = false;
  private lastBanner: BannerContent['code'] | null = null;

  override focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.onKey);
    clearTimeout(this.phoneTimer);
    this.voice.stop();
    this.alerts.stop();
  }

  override render(): TemplateResult {
    const { call, words } = this;
    this.situation = situationOf(call, this.situation);
    const banner = bannerOf(call, words, this.commands, Date.now());
    const isConnecting = call.phase === 'connecting';
    const others = call.tiles.filter((tile) => !tile.isSelf);
    return html`
      <h1 class="visually-hidden" tabindex="-1">
        ${isConnecting ? words.call.connecting : words.call.heading(call.room?.subject ?? '')}
      </h1>
      <div class="banner">${banner === null ? nothing : this.renderBanner(banner)}${this.renderAnnouncements()}
        <vdx-training-notices .call=${call} .commands=${this.commands} .language=${words.language}></vdx-training-notices>
        <vdx-ending .call=${call} .commands=${this.commands} .language=${words.language}></vdx-ending>
      </div>
      <div class="room">
        ${this.captionPreferences.place === 'above' ? this.renderCaptions() : nothing}
        <div class="scene">${others.length === 0 ? this.renderAlone(isConnecting) : this.renderOthers(others)}</div>
        ${this.captionPreferences.place === 'below' ? this.renderCaptions() : nothing}
        <vdx-floor .call=${call} .commands=${this.commands} .language=${words.language}></vdx-floor>
        <vdx-reactions .call=${call} .language=${words.language}></vdx-reactions>
        <vdx-toasts .notices=${call.notices} .words=${words}></vdx-toasts>
        <vdx-asked .call=${call} .commands=${this.commands} .language=${words.language}></vdx-asked>
        ${call.audioBlocked ? this.renderUnmute() : nothing}
      </div>
      ${isConnecting ? renderCancel(this) : renderBar(this, this.unread.count(call.words.messages, this.panel === 'chat'))}
      ${renderPanel(this)}
    `;
  }

  private get showsNames(): boolean {
    return this.call.documents.roomChanged?.room.showsNames ?? true;
  }

  private renderOthers(others: readonly Tile[]): TemplateResult {
    return html`<vdx-stage
        .tiles=${others}
        .situation=${this.situation}
        .showsNames=${this.showsNames}
        .words=${this.words}
        .seatsOwn=${this.isSelfShown}
        .ownCorner=${this.wasMoved ? this.corner : null}
        @ownplace=${this.sit}
        @tilesize=${this.tellSize}></vdx-stage>
      <vdx-self-view
        .tile=${ownTile(this.call)}
        .words=${this.words}
        .corner=${this.corner}
        .seat=${this.seat}
        .shown=${this.isSelfShown}
        .showsName=${this.showsNames}
        .mirrored=${this.call.devices.facing !== 'environment'}
        .canTurn=${this.call.devices.facing !== null && this.call.local.camera.on}
        @turncamera=${() => void this.commands.turnCamera()}
        @corner=${(event: CornerEvent) => { this.move(event.corner); }}
        @showself=${(event: ShowSelfEvent) => { this.showSelf(event.show); }}
      ></vdx-self-view>`;
  }

  private renderAlone(isConnecting: boolean): TemplateResult {
    const { words } = this;
    return html`<vdx-stage .tiles=${[ownTile(this.call)]} .mirrorSelf=${this.call.devices.facing !== 'environment'} .showsNames=${this.showsNames} .words=${words}></vdx-stage>
      <div class="alone">
        <p class="title">${isConnecting ? words.call.connecting : words.call.alone}</p>
        <p class="soft">${isConnecting ? words.call.connectingHint : words.call.aloneHint}</p>
      </div>`;
  }

  private renderBanner(banner: BannerContent): TemplateResult {
    return html`<vdx-banner
      .icon=${banner.icon}
      .text=${banner.text}
      .action=${banner.action}
      .phone=${banner.phone}
      ?trouble=${banner.isTrouble}
      @banneraction=${banner.run}
    ></vdx-banner>`;
  }

  private renderUnmute(): TemplateResult {
    const { words } = this;
    return html`<div class="unmute">
      <p>${words.call.unmuteHint}</p>
      <button class="button primary" type="button" @click=${() => void this.commands.resumeAudio()}>
        ${icon('speaker')}<span>${words.call.unmute}</span>
      </button>
    </div>`;
  }

  private renderAnnouncements(): readonly TemplateResult[] {
    const words = writtenText(this.words.language);
    const isHost = this.call.self?.role === 'host';
    return (this.call.documents.announcements?.announcements ?? []).map(
      ({ number, text }) => html`<vdx-banner
        .text=${words.fromHost(text)}
        .action=${isHost ? words.takeAway : ''}
        @banneraction=${() => void this.commands.ask({ type: 'takeAnnouncementAway', number })}
      ></vdx-banner>`,
    );
  }

  private renderCaptions(): TemplateResult {
    return html`<vdx-captions
      .call=${this.call}
      .preferences=${this.captionPreferences}
      .language=${this.words.language}
    ></vdx-captions>`;
  }

  /** Who came to listen and write finds where he writes; a phone would show nothing else then. */
  protected override willUpdate(): void {
    if (this.wasSeated || this.call.phase !== 'inCall') return;
    this.wasSeated = true;
    const { local, shows } = this.call;
    if (local.way === 'listen' && shows.chat && matchMedia('(min-width: 43.75em)').matches) this.panel = 'chat';
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    this.announceBanner();
    const seen = { isChatOpen: this.panel === 'chat', hasCaptionsOn: this.captionPreferences.isOn };
    this.voice.tell(this.call, writtenText(this.words.language), seen);
    // To hosts: a knock must be heard as well as seen.
    if (this.call.self?.role === 'host') this.alerts.update(this.call, this.words.language);
    const before = changed.get('call') as CallState | undefined;
    if (before?.link.signalling === 'reconnecting' && this.call.link.signalling === 'connected') this.draft.resync();
    clearTimeout(this.phoneTimer);
    const lost = lostFor(this.call, Date.now());
    if (this.call.link.lostSince !== null && lost < CALL_INSTEAD_MS) {
      this.phoneTimer = setTimeout(() => {
        this.requestUpdate();
      }, CALL_INSTEAD_MS - lost);
    }
  }

  /** A lost connection is announced by its notice; the other banners have none. */
  private announceBanner(): void {
    const banner = bannerOf(this.call, this.words, this.commands, Date.now());
    const code = banner?.code ?? null;
    if (code === this.lastBanner) return;
    this.lastBanner = code;
    if (banner !== null && code !== 'reconnecting') this.dispatchEvent(new AnnounceEvent(banner.text));
  }

  setCaptions(preferences: CaptionPreferences): void {
    this.captionPreferences = preferences;
    writePreferences(shelfOf('localStorage'), preferences);
  }

  /** Where it is put by itself is where "move" goes on from. */
  private sit({ place }: OwnPlaceEvent): void {
    this.seat = place?.box ?? null;
    if (place !== null) this.corner = place.corner;
  }

  private tellSize(event: TileSizeEvent): void {
    this.commands.setTileSize(event.tileId, event.width, event.height);
  }

  move(corner: Corner): void {
    this.wasMoved = true;
    this.corner = corner;
    this.dispatchEvent(new AnnounceEvent(this.words.self.movedTo[corner]));
  }

  showSelf(show: boolean): void {
    this.isSelfShown = show;
    this.dispatchEvent(new AnnounceEvent(show ? this.words.self.shown : this.words.self.hidden));
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    press(event, this, (text) => this.dispatchEvent(new AnnounceEvent(text)));
  };

  /** Two panels would cover the room; the other one makes way. */
  togglePanel(name: PanelName): void {
    this.panel = this.panel === name ? null : name;
  }

  readonly closePanel = (): void => {
    const name = this.panel;
    this.panel = null;
    if (name === null) return;
    const control = (id: string): Control | null => this.renderRoot.querySelector<Control>(`#${id}`);
    (control(name)?.checkVisibility() ? control(name) : control('more'))?.focus();
  };
}
