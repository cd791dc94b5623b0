/**
 * The call: the others fill the window, the buttons stay at the bottom, words say the state. Also the moment before
 * (connecting) and the time alone, when the own picture is the large one.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState, Tile } from '../call-types.js';
import { PLAIN, type Situation } from '../conference/arrange.js';
import { AnnounceEvent } from '../elements/announcer/announcer.js';
import '../elements/asked/asked.js';
import '../elements/banner/banner.js';
import '../elements/control/control.js';
import type { Control } from '../elements/control/control.js';
import '../elements/captions/caption-settings.js';
import type { CaptionPreferencesEvent } from '../elements/captions/caption-settings.js';
import '../elements/captions/captions.js';
import { readPreferences, writePreferences, type CaptionPreferences } from '../elements/captions/preferences.js';
import '../elements/chat/chat.js';
import { Draft } from '../elements/chat/draft.js';
import { isChatUnderMore, Unread } from '../elements/chat/unread.js';
import '../elements/device-problem/device-problem.js';
import '../elements/devices/devices.js';
import '../elements/floor/floor.js';
import { floorButton, isSilenced } from '../elements/floor/standing.js';
import { LanguageEvent } from '../elements/frame/frame.js';
import { icon, type IconName } from '../elements/icon/icon.js';
import '../elements/ending/ending.js';
import '../elements/layouts/layouts.js';
import { situationOf } from '../elements/layouts/situation.js';
import '../elements/panel/panel.js';
import '../elements/people/people.js';
import { nextCorner } from '../elements/self-view/corner.js';
import '../elements/reactions/reactions.js';
import '../elements/self-view/self-view.js';
import type { CornerEvent, ShowSelfEvent } from '../elements/self-view/self-view.js';
import '../elements/stage/stage.js';
import type { TileSizeEvent } from '../elements/stage/stage.js';
import '../elements/toasts/toasts.js';
import '../elements/training/notices.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { phoneLink, phoneText } from '../text/names.js';
import { shelfOf } from '../memory.js';
import { floorWords } from '../text/floor.js';
import { peopleWords } from '../text/people.js';
import { roomWords } from '../text/rooms.js';
import type { Corner, Words } from '../text/words.js';
import { writtenText } from '../text/written.js';
import { bannerOf, CALL_INSTEAD_MS, lostFor, type BannerContent } from './banners.js';
import { chatButton, hasHelp, helpButton, peopleButton } from './bar-buttons.js';
import { callStyles } from './call.styles.js';
import { ownStateText, ownTile } from './own-tile.js';
import { WordsVoice } from './words-voice.js';

/** From so many others on, a phone's tiles are hardly larger than the own picture. */
const CROWDED = 4;

/** On phones the lower edge is where names stand; on wide windows faces are higher than the lower corner. */
function startCorner(): Corner {
  return matchMedia('(max-width: 43.74em)').matches ? 'topRight' : 'bottomRight';
}

/** A panel has the name of the button that opens it. */
type PanelName = 'more' | 'people' | 'chat';

@customElement('vdx-call')
export class CallPage extends LitElement {
  static override styles = [reset, buttons, fields, callStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @state() private panel: PanelName | null = null;
  @state() private isSelfShown = true;
  @state() private corner: Corner = startCorner();
  @query('h1') private heading!: HTMLElement;
  @state() private captionPreferences: CaptionPreferences = readPreferences(shelfOf('localStorage'));
  private readonly draft = new Draft((command) => this.commands.ask(command));
  private readonly unread = new Unread();
  private readonly voice = new WordsVoice(this.unread, (text) => this.dispatchEvent(new AnnounceEvent(text)));
  private phoneTimer: ReturnType<typeof setTimeout> | undefined;
  private situation: Situation = PLAIN;
  private lastBanner: BannerContent['code'] | null = null;

  override focus(): void {
    this.heading.focus({ preventScroll: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.phoneTimer);
    this.voice.stop();
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
      <main class="room">
        ${this.captionPreferences.place === 'above' ? this.renderCaptions() : nothing}
        <div class="scene">${others.length === 0 ? this.renderAlone(isConnecting) : this.renderOthers(others)}</div>
        ${this.captionPreferences.place === 'below' ? this.renderCaptions() : nothing}
        <vdx-floor .call=${call} .commands=${this.commands} .language=${words.language}></vdx-floor>
        <vdx-reactions .call=${call} .language=${words.language}></vdx-reactions>
        <vdx-toasts .notices=${call.notices} .words=${words}></vdx-toasts>
        <vdx-asked .call=${call} .commands=${this.commands} .language=${words.language}></vdx-asked>
        ${call.audioBlocked ? this.renderUnmute() : nothing}
      </main>
      ${isConnecting ? this.renderCancel() : this.renderBar()} ${this.renderPanel()}
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
        @tilesize=${this.tellSize}></vdx-stage>
      <vdx-self-view
        .tile=${ownTile(this.call)}
        .words=${this.words}
        .corner=${this.corner}
        .shown=${this.isSelfShown}
        .showsName=${this.showsNames}
        ?compact=${others.length >= CROWDED}
        @corner=${(event: CornerEvent) => { this.move(event.corner); }}
        @showself=${(event: ShowSelfEvent) => { this.showSelf(event.show); }}
      ></vdx-self-view>`;
  }

  private renderAlone(isConnecting: boolean): TemplateResult {
    const { words } = this;
    return html`<vdx-stage .tiles=${[ownTile(this.call)]} .showsNames=${this.showsNames} .words=${words}></vdx-stage>
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

  private renderCancel(): TemplateResult {
    return html`<div class="bar">
      <div class="buttons">
        <vdx-control
          beside
          .label=${this.words.call.cancel}
          .icon=${'close'}
          @click=${() => void this.commands.leave()}
        ></vdx-control>
      </div>
    </div>`;
  }

  private renderBar(): TemplateResult {
    const { call, commands, words } = this;
    const { microphone, camera, screen } = call.local;
    const state = ownStateText(call, words);
    const floor = floorButton(call, floorWords(words.language));
    const unread = this.unread.count(call.words.messages, this.panel === 'chat');
    const [share = '', ...rest] = words.call.share.split(' ');
    return html`<div class="bar">
      <p class="subject">${call.room?.subject ?? ''}</p>
      <div class="buttons ${call.self?.role ?? ''} ${floor === null ? '' : 'has-floor'}" role="group" aria-label=${words.call.controls}>
        <vdx-control
          .look=${'state'}
          .label=${words.call.microphone}
          .labelRest=${isSilenced(call) ? `, ${floorWords(words.language).notHeard}` : ''}
          .icon=${'microphone'}
          .iconOff=${'microphoneOff'}
          .pressed=${microphone.on}
          .busy=${microphone.busy}
          @click=${() => void commands.setMicrophone(!microphone.on)}
        ></vdx-control>
        <vdx-control
          .look=${'state'}
          .label=${words.call.camera}
          .icon=${'camera'}
          .iconOff=${'cameraOff'}
          .pressed=${camera.on}
          .busy=${camera.busy}
          @click=${() => void commands.setCamera(!camera.on)}
        ></vdx-control>
        ${floor === null
          ? nothing
          : html`<vdx-control
              id="floor"
              .label=${floor.label}
              .labelRest=${floor.rest}
              .icon=${'hand'}
              .pressed=${floor.isPressed}
              @click=${() => void commands.ask(floor.command)}
            ></vdx-control>`}
        ${screen.supported
          ? html`<vdx-control
              id="share"
              .label=${share}
              .labelRest=${rest.length === 0 ? '' : ` ${rest.join(' ')}`}
              .icon=${'share'}
              .pressed=${screen.on}
              @click=${() => void (screen.on ? commands.stopScreenShare() : commands.startScreenShare())}
            ></vdx-control>`
          : nothing}
        ${helpButton(call, commands, words)}
        ${peopleButton(call, words, this.panel === 'people', () => { this.togglePanel('people'); })}
        ${chatButton(words, unread, this.panel === 'chat', () => { this.togglePanel('chat'); })}
        <vdx-control
          id="more"
          .label=${words.call.more}
          .badge=${isChatUnderMore(call, floor !== null || hasHelp(call)) ? unread : 0}
          .icon=${'more'}
          .expanded=${this.panel === 'more'}
          @click=${() => { this.togglePanel('more'); }}
        ></vdx-control>
        <vdx-control
          .look=${'leave'}
          .label=${words.call.leave}
          .icon=${'leave'}
          @click=${() => void commands.leave()}
        ></vdx-control>
      </div>
      <p class="state">${state}</p>
    </div>`;
  }

  private renderPanel(): TemplateResult | typeof nothing {
    if (this.panel === null) return nothing;
    if (this.panel === 'chat') return this.renderChat();
    return this.panel === 'people' ? this.renderPeople() : this.renderMore();
  }

  private renderChat(): TemplateResult {
    const { call, commands, words, draft } = this;
    return html`<vdx-panel
      .heading=${writtenText(words.language).chat}
      .closeLabel=${words.panel.close}
      @closepanel=${this.closePanel}
    >
      <vdx-chat .call=${call} .commands=${commands} .draft=${draft} .language=${words.language}></vdx-chat>
    </vdx-panel>`;
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

  private renderPeople(): TemplateResult {
    const { call, commands, words } = this;
    const { language } = words;
    return html`<vdx-panel
      .heading=${peopleWords(language).title}
      .closeLabel=${words.panel.close}
      @closepanel=${this.closePanel}
    >
      <vdx-people .call=${call} .commands=${commands} .language=${language}></vdx-people>
    </vdx-panel>`;
  }

  /** What stands here on a phone, whose bar has one row: guests keep the floor or the chat there, hosts the people. */
  private renderCrowdedOut(): TemplateResult | typeof nothing {
    const { call, words, commands } = this;
    const { screen } = call.local;
    const floor = floorButton(call, floorWords(words.language));
    const isHost = call.self?.role === 'host';
    const item = (name: IconName, label: string, run: () => void): TemplateResult =>
      html`<button class="button" type="button" @click=${run}>${icon(name)}<span>${label}</span></button>`;
    return html`<div class="crowded-out">
      ${isHost ? nothing : item('people', peopleWords(words.language).button, () => { this.togglePanel('people'); })}
      ${isHost && floor !== null ? item('hand', floor.label + floor.rest, () => void commands.ask(floor.command)) : nothing}
      ${isHost || floor !== null || hasHelp(call)
        ? item('chat', writtenText(words.language).chat, () => { this.togglePanel('chat'); })
        : nothing}
      ${screen.supported && !screen.on ? item('share', words.call.share, () => void commands.startScreenShare()) : nothing}
    </div>`;
  }

  private renderMore(): TemplateResult {
    const { call, words, commands } = this;
    const { camera, microphone } = call.local;
    const helpLine = (call.room ?? call.invitation)?.helpLine ?? '';
    return html`<vdx-panel .heading=${words.panel.title} .closeLabel=${words.panel.close} @closepanel=${this.closePanel}>
      ${this.renderCrowdedOut()}
      ${camera.error === null
        ? nothing
        : html`<vdx-device-problem
            .error=${camera.error}
            .which=${'camera'}
            .words=${words}
            @retry=${() => void commands.setCamera(true)}
          ></vdx-device-problem>`}
      ${microphone.error === null
        ? nothing
        : html`<vdx-device-problem
            .error=${microphone.error}
            .which=${'microphone'}
            .words=${words}
            @retry=${() => void commands.setMicrophone(true)}
          ></vdx-device-problem>`}
      ${this.captionPreferences.isOn || this.hasCaptions
        ? html`<vdx-caption-settings
            .preferences=${this.captionPreferences}
            .language=${words.language}
            @captionpreferences=${(event: CaptionPreferencesEvent) => { this.setCaptions(event.preferences); }}
          ></vdx-caption-settings>`
        : nothing}
      <vdx-layouts .call=${call} .commands=${commands} .language=${words.language}></vdx-layouts>
      <vdx-devices .devices=${call.devices} .commands=${commands} .words=${words}></vdx-devices>
      <div class="field">
        <span class="label" id="own-picture">${words.panel.ownPicture}</span>
        <div class="pair" role="group" aria-labelledby="own-picture">
          <button class="button" type="button" @click=${() => { this.showSelf(!this.isSelfShown); }}>
            ${icon(this.isSelfShown ? 'hide' : 'show')}<span
              >${this.isSelfShown ? words.self.hide : words.self.show}</span
            >
          </button>
          ${this.isSelfShown
            ? html`<button class="button" type="button" @click=${() => { this.move(nextCorner(this.corner)); }}>
                ${icon('move')}<span>${words.self.move}</span>
              </button>`
            : nothing}
        </div>
      </div>
      <div class="field help">
        <span class="label">${words.help.ask}</span>
        ${helpLine === ''
          ? html`<p>${words.help.nobody}</p>`
          : html`<a class="link" href=${phoneLink(helpLine)}>${icon('phone')}${words.help.call(phoneText(helpLine))}</a>`}
        <button
          class="link"
          type="button"
          lang=${words.language === 'da' ? 'en' : 'da'}
          @click=${() => this.dispatchEvent(new LanguageEvent())}
        >
          ${words.otherLanguage}
        </button>
      </div>
    </vdx-panel>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    this.announceBanner();
    const seen = { isChatOpen: this.panel === 'chat', hasCaptionsOn: this.captionPreferences.isOn };
    this.voice.tell(this.call, writtenText(this.words.language), seen);
    this.announceWaiting(changed.get('call') as CallState | undefined);
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

  /** To hosts: a knock must be heard as well as seen. */
  private announceWaiting(before: CallState | undefined): void {
    if (before === undefined || this.call.self?.role !== 'host') return;
    const known = new Set(before.documents.lobby?.waiting.map((one) => one.id));
    for (const one of this.call.documents.lobby?.waiting ?? []) {
      if (!known.has(one.id)) this.dispatchEvent(new AnnounceEvent(roomWords(this.words.language).lobby.came(one.name)));
    }
  }

  private get hasCaptions(): boolean {
    return (this.call.documents.captions?.writers.length ?? 0) > 0;
  }

  private setCaptions(preferences: CaptionPreferences): void {
    this.captionPreferences = preferences;
    writePreferences(shelfOf('localStorage'), preferences);
  }

  private tellSize(event: TileSizeEvent): void {
    this.commands.setTileSize(event.tileId, event.width, event.height);
  }

  private move(corner: Corner): void {
    this.corner = corner;
    this.dispatchEvent(new AnnounceEvent(this.words.self.movedTo[corner]));
  }

  private showSelf(show: boolean): void {
    this.isSelfShown = show;
    this.dispatchEvent(new AnnounceEvent(show ? this.words.self.shown : this.words.self.hidden));
  }

  /** Two panels would cover the room; the other one makes way. */
  private togglePanel(name: PanelName): void {
    this.panel = this.panel === name ? null : name;
  }

  private closePanel(): void {
    const name = this.panel;
    this.panel = null;
    if (name === null) return;
    const control = (id: string): Control | null => this.renderRoot.querySelector<Control>(`#${id}`);
    (control(name)?.checkVisibility() === false ? control('more') : control(name))?.focus();
  }
}
