/**
 * `<vdx-meeting src="https://HUB/r/ROOM#t=TOKEN" display-name="Anna">`: a call in a supplier's page. An iframe with the right
 * `allow`, settings as attributes (`configuration.ts`), commands as promises, events as DOM events. The same can be had with
 * an iframe alone, see docs/embedding.md.
 *
 * Runs in other people's pages: no framework, no global but the element, no style outside its shadow.
 */

import { attributeOf, parametersOf, readConfiguration, SETTING_KEYS, type SettingKey } from '../configuration.js';
import { ALLOW, missingText } from './allow.js';
import type { CommandArguments, CommandName, CommandValues } from './commands.js';
import { CommandError } from './command-error.js';
import { Correspondence } from './correspondence.js';
import type { EventDetails } from './events.js';
import type { Capabilities } from './frame.js';

/** What a changed attribute asks of a call that is there; every other one opens the call anew, as does `src`. */
const LIVE: Readonly<Partial<Record<SettingKey, (said: string | null) => readonly [CommandName, unknown]>>> = {
  microphone: (said) => ['setMicrophone', { on: !isOff(said) }],
  camera: (said) => ['setCamera', { on: !isOff(said) }],
  layout: (said) => ['setLayout', { layout: said === '' ? null : said }],
  lang: (said) => ['setLanguage', { lang: said ?? '' }],
};
/** Longer than a page takes on a slow network to answer what was said to it. */
const SPEAKS_WITHIN_MS = 15_000;
const STYLE = ':host{display:block;position:relative;min-height:20rem}:host([hidden]){display:none}iframe{position:absolute;inset:0;width:100%;height:100%;border:0}';

type Nothing = Readonly<Record<never, never>>;
/** Commands that take nothing may be called without arguments. */
type Given<N extends CommandName> = Nothing extends CommandArguments[N] ? [args?: CommandArguments[N]] : [args: CommandArguments[N]];
type ValueOf<N> = N extends keyof CommandValues ? CommandValues[N] : undefined;

export class VdxMeeting extends HTMLElement {
  static readonly observedAttributes = ['src', ...SETTING_KEYS.map(attributeOf)];

  readonly #frame = document.createElement('iframe');
  #letters: Correspondence | null = null;
  /** In a document; its attributes have been read. */
  #isPlaced = false;
  #isScheduled = false;
  readonly #onMessage = (event: MessageEvent): void => this.#letters?.receive(event);

  constructor() {
    super();
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [style];
    this.#frame.allow = ALLOW;
    this.#frame.referrerPolicy = 'no-referrer';
    this.#frame.addEventListener('load', () => void this.#onLoad());
  }

  connectedCallback(): void {
    this.#isPlaced = true;
    addEventListener('message', this.#onMessage);
    this.#frame.title = this.getAttribute('title') ?? 'Videomøde';
    this.#open();
  }

  disconnectedCallback(): void {
    this.#isPlaced = false;
    removeEventListener('message', this.#onMessage);
    this.#close();
  }

  attributeChangedCallback(attribute: string, before: string | null, after: string | null): void {
    if (before === after || !this.#isPlaced) return;
    const key = SETTING_KEYS.find((one) => attributeOf(one) === attribute);
    const live = key === undefined ? undefined : LIVE[key];
    if (live === undefined || this.#letters === null) {
      this.#openSoon();
      return;
    }
    const [name, args] = live(after);
    this.#letters.command(name, args).catch((error: unknown) => this.#complain(`${attribute}: ${String(error)}`));
  }

  /** Asks the call for something. Rejects with an error whose `code` is stable. */
  command<N extends CommandName>(name: N, ...[args]: Given<N>): Promise<ValueOf<N>> {
    return this.#command(name, args) as Promise<ValueOf<N>>;
  }

  /** What the call in the frame can do and tell. */
  getCapabilities(): Promise<Capabilities> {
    return this.#command('getCapabilities') as Promise<Capabilities>;
  }

  #command(name: string, args?: unknown): Promise<unknown> {
    return this.#letters?.command(name, args) ?? Promise.reject(new CommandError('closed', 'there is no frame: set src'));
  }

  /** Several attributes set in a row open one call. */
  #openSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.#isPlaced) this.#open();
    });
  }

  #open(): void {
    this.#close();
    const address = this.#address();
    if (address === null) return;
    this.#letters = new Correspondence(
      () => this.#frame.contentWindow,
      address.origin,
      (name, detail) => this.#tell(name, detail),
    );
    this.#frame.src = address.href;
    this.shadowRoot?.append(this.#frame);
  }

  #close(): void {
    this.#letters?.close();
    this.#letters = null;
    this.#frame.remove();
  }

  /** What the attributes say goes into the fragment, with the token: no server and no log sees it. */
  #address(): URL | null {
    const src = this.getAttribute('src') ?? '';
    if (src === '') return null;
    let address: URL;
    try {
      address = new URL(src, document.baseURI);
    } catch {
      address = new URL('invalid:');
    }
    if (!/^https?:$/.test(address.protocol)) {
      this.#fail('bad_address', 'src is no address of a meeting');
      return null;
    }
    const said = parametersOf(readConfiguration((key) => this.getAttribute(attributeOf(key))));
    const isRoom = /\/r\/[^/]+\/?$/.test(address.pathname);
    const whole = new URLSearchParams(isRoom ? address.hash.slice(1) : address.search);
    for (const [key, value] of said) whole.set(key, value);
    if (isRoom) address.hash = whole.toString();
    else address.search = whole.toString();
    return address;
  }

  /** Also after the call has gone to another room. The first word tells the frame whom to tell what happens. */
  async #onLoad(): Promise<void> {
    const letters = this.#letters;
    if (letters === null) return;
    letters.onLoaded();
    try {
      const capabilities = await letters.command('getCapabilities', undefined, SPEAKS_WITHIN_MS);
      if (letters === this.#letters) this.#tell('ready', capabilities);
    } catch (error) {
      if (letters !== this.#letters || !(error instanceof CommandError)) return;
      const isSilent = error.code === 'no_answer';
      this.#fail(error.code, isSilent ? 'is this page among those that may embed the call (frame-ancestors)?' : error.message);
    }
  }

  #tell(name: string, detail: unknown): void {
    if (name === 'allowMissing') this.#complain(missingText((detail as EventDetails['allowMissing']).features));
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #fail(code: string, text: string): void {
    this.#complain(`${code}: ${text}`);
    this.dispatchEvent(new CustomEvent('error', { detail: { code, retryable: false } }));
  }

  #complain(text: string): void {
    console.error(`<vdx-meeting> ${text}`);
  }
}

function isOff(said: string | null): boolean {
  return readConfiguration((key) => (key === 'camera' ? said : null)).camera === false;
}

/** Those of the call, and `ready`, which comes before them: the page in the frame is there. */
type Details = EventDetails & { readonly ready: Capabilities };

export interface VdxMeeting {
  addEventListener<N extends keyof Details>(
    type: N,
    listener: (event: CustomEvent<Details[N]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'vdx-meeting': VdxMeeting;
  }
}
