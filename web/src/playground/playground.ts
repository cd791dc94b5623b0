/**
 * The playground: a supplier's page. It knows nothing but `/embed.js`, as a supplier does; types aside, nothing of the call is
 * imported.
 */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { VdxMeeting } from '../embedding/element.js';
import { reset } from '../styles/shared.js';
import { playgroundStyles } from './playground.styles.js';
import { ATTRIBUTES, GROUPS, type Known } from './presets.js';

/** Lines of the log that are kept. */
const MAX_LINES = 300;

function element<K extends keyof HTMLElementTagNameMap>(name: K, text = '', className = ''): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

@customElement('vdx-playground')
export class Playground extends LitElement {
  static override styles = [reset, playgroundStyles];

  private known: Known = { other: '', waiting: '', request: 0 };
  private meeting: VdxMeeting | null = null;
  private readonly listened = new WeakMap<EventTarget, Set<string>>();

  override render(): TemplateResult {
    return html`
      <header>
        <h1>Embedding, live</h1>
        <p>A page of a supplier, as docs/embedding.md tells it. In development only.</p>
      </header>
      <main>
        <section class="stage" aria-labelledby="meeting-heading">
          <h2 id="meeting-heading" class="visually-hidden">The meeting</h2>
          <form id="open">
            <label for="link">Link of a meeting</label>
            <input id="link" type="url" placeholder="paste one, or make a new room" autocomplete="off" spellcheck="false" />
            <button type="submit">Open</button>
            <button type="button" id="new-room" class="primary">New room</button>
            <a id="guest" target="_blank" rel="noopener" hidden>Join as a guest in a new tab</a>
          </form>
          <div id="place"><p class="empty">Make a new room: you are its host here, and the guest comes from another tab.</p></div>
          <details>
            <summary>What stands in the page</summary>
            <pre id="markup" tabindex="0"></pre>
          </details>
        </section>
        <section class="commands" aria-labelledby="commands-heading">
          <h2 id="commands-heading">Commands</h2>
          <div id="groups"></div>
          <h3>Attributes, live</h3>
          <div id="attributes" class="row"></div>
          <h3>Any command</h3>
          <form id="any" class="row">
            <label class="visually-hidden" for="name">Command</label>
            <select id="name"></select>
            <label class="visually-hidden" for="args">Arguments, as JSON</label>
            <input id="args" value="{}" spellcheck="false" autocomplete="off" />
            <button type="submit">Send</button>
          </form>
        </section>
        <section class="events" aria-labelledby="events-heading">
          <div class="row">
            <h2 id="events-heading">Events and answers</h2>
            <button type="button" id="clear">Clear</button>
          </div>
          <div id="log" role="log" tabindex="0" aria-labelledby="events-heading"></div>
        </section>
      </main>
    `;
  }

  protected override firstUpdated(): void {
    this.buttons();
    this.listenToForms();
  }

  private place<E extends HTMLElement>(id: string, kind: new () => E): E {
    const found = this.renderRoot.querySelector(`#${id}`);
    if (!(found instanceof kind)) throw new Error(`no #${id}`);
    return found;
  }

  private note(sign: string, name: string, detail: unknown, isRefusal = false): void {
    const log = this.place('log', HTMLDivElement);
    const now = new Date();
    const time = element('time', now.toTimeString().slice(0, 8));
    time.dateTime = now.toISOString();
    const said = element('span');
    const text = detail === undefined ? '' : JSON.stringify(detail);
    said.append(element('b', name, isRefusal ? 'refusal' : ''), ' ', element('span', text, 'detail'));
    const line = element('div');
    line.append(time, element('span', sign), said);
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    log.append(line);
    if (log.childElementCount > MAX_LINES) log.firstElementChild?.remove();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  private async send(name: string, args?: unknown): Promise<void> {
    if (this.meeting === null) {
      this.note('!', 'no meeting', 'make a new room first', true);
      return;
    }
    this.note('→', name, args);
    try {
      const anything = this.meeting as unknown as { command(name: string, args?: unknown): Promise<unknown> };
      this.note('←', name, (await (name === 'getCapabilities' ? this.meeting.getCapabilities() : anything.command(name, args))) ?? 'done');
    } catch (error) {
      this.note('←', name, String((error as Error).message), true);
    }
  }

  /** What the buttons need to name somebody. */
  private learn(name: string, detail: unknown): void {
    const said = detail as {
      readonly participant?: { readonly participantId: string; readonly isSelf: boolean };
      readonly waiting?: readonly { readonly id: string }[];
      readonly speech?: { readonly queue?: readonly { readonly request: number }[]; readonly holders?: readonly { readonly request: number }[] };
    };
    if (name === 'participantJoined' && said.participant !== undefined) this.known = { ...this.known, other: said.participant.participantId };
    if (name === 'knocking') this.known = { ...this.known, waiting: said.waiting?.[0]?.id ?? '' };
    if (name === 'floorChanged') this.known = { ...this.known, request: (said.speech?.queue?.[0] ?? said.speech?.holders?.[0])?.request ?? 0 };
  }

  private async open(link: string): Promise<void> {
    await customElements.whenDefined('vdx-meeting');
    const opened = document.createElement('vdx-meeting');
    opened.setAttribute('src', link);
    opened.setAttribute('display-name', 'Anna');
    opened.addEventListener('ready', ({ detail }) => {
      this.note('•', 'ready', detail);
      for (const name of detail.events) this.listen(opened, name);
    });
    this.listen(opened, 'error');
    this.meeting = opened;
    this.place('place', HTMLDivElement).replaceChildren(opened);
    this.showMarkup();
  }

  private listen(target: VdxMeeting, name: string): void {
    const names = this.listened.get(target) ?? new Set();
    this.listened.set(target, names);
    if (names.has(name)) return;
    names.add(name);
    target.addEventListener(name, (event) => {
      const { detail } = event as CustomEvent<unknown>;
      this.learn(name, detail);
      this.note('•', name, detail);
    });
  }

  /** Without the token, which is nobody's but the person's. */
  private showMarkup(): void {
    const said = [...(this.meeting?.attributes ?? [])].map(({ name, value }) => `${name}="${value.replace(/t=[^&"]{12,}/, 't=TOKEN')}"`);
    this.place('markup', HTMLPreElement).textContent = [
      `<script type="module" src="${location.origin}/embed.js"></script>`,
      `<vdx-this.meeting ${said.join(' ')}></vdx-meeting>`,
    ].join('\n');
  }

  private async makeRoom(): Promise<void> {
    const answer = await fetch('/docs/embed/room', { method: 'POST' });
    if (!answer.ok) {
      this.note('!', 'no room', answer.status, true);
      return;
    }
    const { hostUrl, guestUrl } = (await answer.json()) as { readonly hostUrl: string; readonly guestUrl: string };
    // The server names itself by its public address; the page may have been opened by another name of the same machine.
    const here = (address: string): string => address.replace(new URL(address).origin, location.origin);
    this.place('link', HTMLInputElement).value = here(hostUrl);
    const guest = this.place('guest', HTMLAnchorElement);
    guest.href = here(guestUrl);
    guest.hidden = false;
    await this.open(here(hostUrl));
  }

  private buttons(): void {
    const groups = this.place('groups', HTMLDivElement);
    for (const [heading, presets] of GROUPS) {
      const group = element('div', '', 'group');
      group.setAttribute('role', 'group');
      group.setAttribute('aria-label', heading);
      for (const [name, label = '', args] of presets) {
        const button = element('button', label === '' ? name : `${name}: ${label}`);
        button.type = 'button';
        button.addEventListener('click', () => void this.send(name, args?.(this.known)));
        group.append(button);
      }
      groups.append(element('h3', heading), group);
    }
    for (const [attribute, value] of ATTRIBUTES) {
      const button = element('button', `${attribute}="${value}"`);
      button.type = 'button';
      button.addEventListener('click', () => {
        this.note('→', 'attribute', { [attribute]: value });
        this.meeting?.setAttribute(attribute, value);
        this.showMarkup();
      });
      this.place('attributes', HTMLDivElement).append(button);
    }
    const names = new Set(GROUPS.flatMap(([, presets]) => presets.map(([name]) => name)));
    this.place('name', HTMLSelectElement).append(...[...names].map((name) => new Option(name)));
  }

  private listenToForms(): void {
    this.place('open', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.open(this.place('link', HTMLInputElement).value);
    });
    this.place('new-room', HTMLButtonElement).addEventListener('click', () => void this.makeRoom());
    this.place('clear', HTMLButtonElement).addEventListener('click', () => { this.place('log', HTMLDivElement).replaceChildren(); });
    this.place('any', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      try {
        void this.send(this.place('name', HTMLSelectElement).value, JSON.parse(this.place('args', HTMLInputElement).value));
      } catch (error) {
        this.note('!', 'arguments', String(error), true);
      }
    });
  }
}
