/**
 * Before the call: one question per screen, or for a host one screen with all of it. Which screens there are, and in
 * which order, is `prejoin/steps`; where the page stands is kept in the browser's history (`prejoin/place`).
 *
 * Camera and microphone are asked for by the person's own click, or without one where the browser asks nobody; never
 * before the screen that shows them.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { CallCommands, CallState, JoiningWay } from '../call-types.js';
import '../elements/frame/frame.js';
import { parseLink } from '../link.js';
import { shelfOf } from '../memory.js';
import type { NetworkCheck, NetworkVerdict } from '../network/check.js';
import { readPlace, writePlace, type Place } from '../prejoin/place.js';
import type { MelodyPlayer } from '../prejoin/player.js';
import { landing, stepAfter, stepBefore, stepsFor, type Part, type Situation, type Step } from '../prejoin/steps.js';
import { readTried, writeTried } from '../prejoin/tried.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { prejoinWords } from '../text/prejoin.js';
import type { Words } from '../text/words.js';
import { mayPreviewAtOnce } from './platform.js';
import { deskStyles } from './prejoin/desk.styles.js';
import { stepStyles } from './prejoin/styles.js';
import { renderTerms } from './prejoin/terms.js';
import type { Later, PrejoinView, Screen } from './prejoin/view.js';
import { renderWelcome } from './prejoin/welcome.js';
import type { WhoFields } from './prejoin/who.js';

/** A level above this is a voice and not the room (guess). */
const HEARD_LEVEL = 0.12;

/** Who has said nothing by then has not noticed the question, or has a microphone that gives nothing. */
const QUIET_MS = 6000;

const FIRST: Readonly<Partial<Record<Step, Screen>>> = { welcome: renderWelcome, terms: renderTerms };
const RETRY_MS = 2000;
const TRIES_NETWORK: ReadonlySet<Step> = new Set<Step>(['camera', 'microphone', 'speaker', 'ready']);
const ASKS_FOR_VOICE: ReadonlySet<Step> = new Set<Step>(['microphone', 'host']);
/** They show what runs. */
const NEEDS_DEVICES: ReadonlySet<Step> = new Set<Step>(['camera', 'microphone', 'ready', 'host']);

@customElement('vdx-prejoin')
export class Prejoin extends LitElement implements PrejoinView {
  static override styles = [reset, buttons, fields, stepStyles, deskStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  @state() place: Place = readPlace();
  @state() wasHeard = false;
  /** For some time now nothing was heard of a microphone that is on. */
  @state() isQuiet = false;
  private quietTimer: ReturnType<typeof setTimeout> | undefined;
  /** Null until the browser has said whether it would ask. */
  @state() private isAllowed: boolean | null = null;
  @query('h1') private headline!: HTMLElement | null;
  player: MelodyPlayer | null = null;
  who: WhoFields | null = null;
  @state() private later: Later | null = null;
  /** As it was when the page came: what works now has its screen all the same. */
  private tried: ReadonlySet<Part> = readTried(shelfOf('localStorage'), Date.now());
  private unsubscribe: (() => void) | undefined;
  private hasStarted = false;
  private network: NetworkCheck | null = null;
  private isNetworkAsked = false;
  private hasChosenWay = false;
  private fetched: Situation['role'] | null = null;
  private shown: HTMLElement | null = null;

  override focus(): void {
    this.headline?.focus({ preventScroll: true });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
    addEventListener('popstate', this.onPopState);
    void mayPreviewAtOnce().then((may) => { this.isAllowed = may; });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('popstate', this.onPopState);
    this.unsubscribe?.();
    this.player?.stop();
    this.network?.stop();
    clearTimeout(this.quietTimer);
  }

  // ── where we are ──────────────────────────────────────────────────────────────────────────────────────────────────

  get situation(): Situation {
    const { invitation, look, acceptedTerms } = this.call;
    const { isShort, skipsCheck } = this.place;
    const role = invitation?.role ?? 'guest';
    return {
      role,
      // Who works there has agreed on his own.
      areTermsDue: role === 'guest' && look?.terms != null && look.terms.version !== acceptedTerms,
      // Back from the call's door, where the terms were missing.
      isShort: isShort || parseLink(location.href).joinsAtOnce,
      skipsCheck,
      tried: this.tried,
      hasPermission: this.isAllowed === true,
    };
  }

  get steps(): readonly Step[] {
    return stepsFor(this.situation);
  }

  get step(): Step {
    return landing(this.steps, this.place.step, this.isAllowed === true || this.call.phase !== 'idle');
  }

  get verdict(): NetworkVerdict | null {
    return this.network?.value?.verdict ?? null;
  }

  chooseWay(way: JoiningWay): void {
    this.hasChosenWay = true;
    void this.commands.setWay(way);
  }

  goOn(missing?: ReadonlySet<Step>): void {
    this.show({ ...this.place, step: stepAfter(this.steps, this.step, missing), helps: false }, true);
  }

  goBack(): void {
    this.show({ ...this.place, step: stepBefore(this.steps, this.step), helps: false }, false);
  }

  skipCheck(): void {
    const place = { ...this.place, skipsCheck: true, helps: false };
    this.show({ ...place, step: this.situation.areTermsDue ? 'terms' : 'ready' }, true);
  }

  tryAll(): void {
    this.tried = new Set();
    this.show({ ...this.place, step: 'camera', skipsCheck: false, helps: false }, true);
  }

  setHelps(helps: boolean): void {
    this.show({ ...this.place, step: this.step, helps }, helps);
  }

  markTried(part: Part): void {
    writeTried(shelfOf('localStorage'), part, Date.now());
  }

  enter(event: Event): void {
    event.preventDefault();
    if (this.who?.check() === true) void this.commands.join();
  }

  private show(place: Place, isForth: boolean): void {
    this.player?.stop();
    writePlace(place, isForth);
    this.place = place;
  }

  private readonly onPopState = (): void => {
    this.place = readPlace();
  };

  // ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

  override render(): TemplateResult {
    const { call, words, step } = this;
    // A moment: what a loaded page goes on with depends on what the browser allows.
    const isKnown = this.isAllowed !== null || this.place.step === null || this.place.step === 'welcome';
    return html`<vdx-frame .room=${call.room ?? call.invitation} .look=${call.look} .words=${words}>
      ${isKnown ? this.renderStep(step) : nothing}
    </vdx-frame>`;
  }

  private renderStep(step: Step): TemplateResult {
    const screen = FIRST[step] ?? this.later?.screens[step];
    return screen === undefined ? html`<p class="moment" data-loading>${prejoinWords(this.words.language).moment}</p>` : screen(this);
  }

  /** While the first screen is read. Without a network the next try may have one. */
  private async fetchLater(role: Situation['role']): Promise<void> {
    this.fetched = role;
    try {
      const { later } = await (role === 'host' ? import('./prejoin/host-screens.js') : import('./prejoin/guest-screens.js'));
      if (this.fetched !== role) return;
      this.who ??= later.makeWho(this);
      this.player ??= later.makePlayer(() => { this.requestUpdate(); });
      this.later = later;
    } catch {
      if (this.isConnected) setTimeout(() => void this.fetchLater(role), RETRY_MS);
    }
  }

  /** In the background, from the first thing that is tried; what it cannot find out is not said. */
  private async checkNetwork(): Promise<void> {
    if (this.isNetworkAsked) return;
    this.isNetworkAsked = true;
    const network = await this.commands.hub.network().catch(() => null);
    if (network === null || !this.isConnected) return;
    this.network = network;
    network.subscribe(() => {
      // It chooses for who has not chosen, and `ready` says so.
      if (this.verdict === 'soundOnly' && !this.hasChosenWay && this.call.local.way === 'picture') void this.commands.setWay('sound');
      this.requestUpdate();
    });
    network.start('');
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('call')) return;
    this.listen();
    const { role } = this.situation;
    if (role !== this.fetched) void this.fetchLater(role);
  }

  protected override updated(_changed: PropertyValues): void {
    const { step, call } = this;
    if (this.isAllowed === true && call.phase === 'idle' && NEEDS_DEVICES.has(step) && !this.hasStarted) {
      this.hasStarted = true;
      void this.commands.startPreview();
    }
    this.watchQuiet(!this.wasHeard && ASKS_FOR_VOICE.has(step) && call.local.microphone.on && call.local.microphone.error === null);
    if (TRIES_NETWORK.has(step) && !this.place.skipsCheck && !this.situation.isShort) void this.checkNetwork();
    // A new screen has a new heading, and is a new page to those who do not see it.
    if (this.headline === this.shown) return;
    if (this.shown !== null) this.focus();
    this.shown = this.headline;
  }

  private watchQuiet(isListening: boolean): void {
    if (isListening) {
      this.quietTimer ??= setTimeout(() => { this.isQuiet = true; }, QUIET_MS);
      return;
    }
    clearTimeout(this.quietTimer);
    this.quietTimer = undefined;
    this.isQuiet = false;
  }

  private listen(): void {
    this.unsubscribe?.();
    // Before the first rendering there is no call.
    const voice = (this.call as CallState | undefined)?.local.microphone.voice;
    if (voice === undefined || this.wasHeard) return;
    const hear = (): void => {
      if (voice.level > HEARD_LEVEL) this.wasHeard = true;
    };
    this.unsubscribe = voice.subscribe(hear);
    hear();
  }
}
