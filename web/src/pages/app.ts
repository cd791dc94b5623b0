/**
 * The page as a whole: which screen the state asks for, in which language, under which title. Its content stands in
 * the document itself (no shadow), so that the live regions are the document's.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Call, CallState } from '../call-types.js';
import { isFramed } from '../embedding/framed.js';
import '../elements/announcer/announcer.js';
import type { AnnounceEvent, Announcer } from '../elements/announcer/announcer.js';
import type { LanguageEvent } from '../elements/language/language.js';
import { showColours } from '../look/colours.js';
import { roomWords } from '../text/rooms.js';
import { chooseLanguage, loadWords, storedLanguage, storeLanguage } from '../text/language.js';
import { languageOf, offeredLanguages, showLanguage, type Language } from '../text/languages.js';
import type { Words } from '../text/words.js';
import './message.js';
import './pin.js';
import './waiting.js';
import { messageOf } from './message.js';
import './prejoin.js';

/** What is needed in the call only is fetched while people are still looking at themselves. */
const fetchCallPage = (): Promise<unknown> => import('./call.js');
const RETRY_MS = 2000;

type Screen = 'pin' | 'prejoin' | 'waiting' | 'call' | 'message';

export function screenOf(call: CallState): Screen {
  if (call.phase === 'connecting' || call.phase === 'inCall') return 'call';
  if (call.phase === 'ended' || call.phase === 'failed') return 'message';
  if (call.phase === 'pin' || call.phase === 'waiting') return call.phase;
  return 'prejoin';
}

/** What the window is called: the state first, since tabs are narrow. Never the meeting's subject: titles are kept. */
export function titleOf(call: CallState, words: Words): string {
  const organisation = (call.room ?? call.invitation)?.organisation ?? '';
  const waiting = call.documents.lobby?.waiting.length ?? 0;
  return `${waiting > 0 ? `(${String(waiting)}) ` : ''}${stateTitle(call, words)} – ${organisation === '' ? words.product : organisation}`;
}

function stateTitle(call: CallState, words: Words): string {
  const message = messageOf(call, words);
  if (message !== null) return message.message.title;
  if (call.phase === 'connecting') return words.title.connecting;
  if (call.phase === 'pin') return roomWords(words.language).pin.title;
  if (call.phase === 'waiting' && call.waiting !== null) return roomWords(words.language).waiting.title[call.waiting.reason];
  if (call.phase !== 'inCall') return words.title.prejoin;
  if (call.banners.includes('reconnecting')) return words.title.reconnecting;
  return words.title.inCall(call.participants.filter((each) => !each.isSelf).length);
}

@customElement('vdx-app')
export class App extends LitElement {
  @property({ attribute: false }) call!: Call;

  @state() private current!: CallState;
  /** Null until the words of the person's language are there. */
  @state() private words: Words | null = null;
  @query('vdx-announcer') private announcer!: Announcer;
  private unsubscribe: (() => void) | undefined;
  private screen: Screen | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.current = this.call.getState();
    if (this.current.look !== null) void showColours(this.current.look);
    void this.fetchCall();
    void this.speak(chooseLanguage(this.current.language, storedLanguage(), navigator.languages));
    this.unsubscribe = this.call.subscribe((call) => {
      if (call.look !== this.current.look) void showColours(call.look);
      this.current = call;
    });
    this.addEventListener('announce', this.onAnnounce);
    this.addEventListener('language', this.onLanguage);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    this.removeEventListener('announce', this.onAnnounce);
    this.removeEventListener('language', this.onLanguage);
  }

  override render(): TemplateResult {
    return html`${this.words === null ? nothing : this.renderScreen(this.words)}<vdx-announcer></vdx-announcer>`;
  }

  private renderScreen(words: Words): TemplateResult {
    const { call, current } = this;
    switch (screenOf(current)) {
      case 'prejoin':
        return html`<vdx-prejoin .call=${current} .commands=${call} .words=${words}></vdx-prejoin>`;
      case 'pin':
        return html`<vdx-pin .call=${current} .commands=${call} .words=${words}></vdx-pin>`;
      case 'waiting':
        return html`<vdx-waiting .call=${current} .commands=${call} .words=${words}></vdx-waiting>`;
      case 'call':
        return html`<vdx-call role="main" .call=${current} .commands=${call} .words=${words}>${words.call.connecting}</vdx-call>`;
      case 'message':
        return html`<vdx-message .call=${current} .commands=${call} .words=${words}></vdx-message>`;
    }
  }

  protected override updated(_changed: PropertyValues): void {
    const { words } = this;
    if (words === null) return;
    showLanguage(words.language);
    document.title = titleOf(this.current, words);
    const screen = screenOf(this.current);
    if (screen === this.screen) return;
    const isFirst = this.screen === null;
    this.screen = screen;
    document.documentElement.classList.toggle('in-call', screen === 'call');
    if (!isFirst) void this.focusScreen();
  }

  /**
   * A new screen is a new page to those who do not see it: the focus goes to its heading. In a frame only when the person is
   * in there: who types in the page around it is not torn away.
   */
  private async focusScreen(): Promise<void> {
    if (isFramed() && !document.hasFocus()) return;
    const screen = this.querySelector<LitElement>('vdx-prejoin, vdx-pin, vdx-waiting, vdx-call, vdx-message');
    if (screen !== null) await customElements.whenDefined(screen.localName);
    await screen?.updateComplete;
    screen?.focus();
  }

  /** Until it is there the page says that it connects; without a network the next try may have one. */
  private async fetchCall(): Promise<void> {
    try {
      await fetchCallPage();
    } catch {
      if (this.isConnected) setTimeout(() => void this.fetchCall(), RETRY_MS);
    }
  }

  private readonly onAnnounce = (event: Event): void => {
    const { text, urgency } = event as AnnounceEvent;
    this.announcer.say(text, urgency);
  };

  private readonly onLanguage = (event: Event): void => {
    const { language } = event as LanguageEvent;
    storeLanguage(language);
    void this.speak(language);
  };

  /** As whoever embeds the page asks; not remembered. False: not offered here. */
  async setLanguage(tag: string): Promise<boolean> {
    const language = languageOf(tag);
    if (language === null || !offeredLanguages().includes(language)) return false;
    await this.speak(language);
    return this.words?.language === language;
  }

  /** A language whose words cannot be fetched now is not spoken; the page goes on in the one before, or in Danish. */
  private async speak(language: Language): Promise<void> {
    try {
      this.words = await loadWords(language);
    } catch {
      this.words ??= await loadWords('da');
    }
  }
}
