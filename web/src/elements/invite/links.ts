/**
 * A host passes on the way in himself: the short link that everybody may have, or a link for one person, which can be
 * taken back. Each with its QR code, for a telephone held to the screen. A personal link is told once and kept nowhere.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallCommands } from '../../call-types.js';
import type { HostRequests, MadeLink, MeetingLinks, PersonalLink } from '../../protocol/host-requests.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { hostWords, type HostWords, type LinkProblem } from '../../text/host.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { linksStyles } from './links.styles.js';

/** As the server takes it. */
const MAX_NAME_CHARS = 80;

const PROBLEMS: Readonly<Record<string, LinkProblem>> = {
  meeting_unknown: 'unbooked',
  not_permitted: 'notYours',
  token_missing: 'notYours',
  token_invalid: 'notYours',
  token_expired: 'notYours',
  too_many_invitations: 'full',
  rate_limited: 'tooFast',
  unreachable: 'unreachable',
};

function problemOf(code: string): LinkProblem {
  return PROBLEMS[code] ?? 'other';
}

@customElement('vdx-links')
export class Links extends LitElement {
  static override styles = [reset, buttons, fields, linksStyles];

  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  @state() private isOpen = false;
  @state() private links: MeetingLinks | null = null;
  @state() private made: MadeLink | null = null;
  @state() private problem: LinkProblem | null = null;
  @state() private news = '';
  @query('#name') private field!: HTMLInputElement | null;
  @query('#links') private button!: HTMLElement;
  private isBusy = false;

  override render(): TemplateResult {
    const words = hostWords(this.language).links;
    return html`<button class="button" type="button" id="links" aria-expanded=${String(this.isOpen)} @click=${this.toggle}>
        ${icon('share')}<span>${words.open}</span>
      </button>
      <p class="news" role="status">${this.news}</p>
      ${this.isOpen ? html`<div class="opened">${this.renderProblem(words)}${this.renderShared(words)}${this.renderPersonal(words)}</div>` : nothing}`;
  }

  private renderProblem(words: HostWords['links']): TemplateResult {
    const { problem } = this;
    return html`<div role="alert">
      ${problem === null ? nothing : html`<p class="problem">${icon('warning')}<span>${words.problem[problem]}</span></p>`}
    </div>`;
  }

  private renderShared(words: HostWords['links']): TemplateResult | typeof nothing {
    const { links } = this;
    if (links === null) return nothing;
    return html`<section aria-labelledby="shared">
      <h4 id="shared">${words.shared}</h4>
      <p class="soft">${words.sharedHint}</p>
      ${this.renderLink('shared-url', words.shared, links.shortUrl, links.qr, words)}
    </section>`;
  }

  private renderPersonal(words: HostWords['links']): TemplateResult | typeof nothing {
    const { links, made } = this;
    if (links === null) return nothing;
    return html`<section aria-labelledby="personal">
      <h4 id="personal">${words.personal}</h4>
      <p class="soft">${words.personalHint}</p>
      ${made === null
        ? html`<form autocomplete="off" @submit=${this.make}>
            <div class="field">
              <label for="name">${words.name}</label>
              <input id="name" type="text" maxlength=${MAX_NAME_CHARS} autocomplete="off" />
            </div>
            <button class="button" type="submit" id="make">${words.make}</button>
          </form>`
        : html`<p class="made">${words.made(made.name)}. ${words.onceHint}</p>
            ${this.renderLink('personal-url', words.personal, made.url, made.qr, words)}
            <button class="button" type="button" data-revoke=${made.id} @click=${() => void this.revoke(made)}>${words.revoke}</button>`}
      ${links.links.length === 0
        ? nothing
        : html`<h4 id="earlier">${words.earlier}</h4>
            <ul aria-labelledby="earlier">
              ${repeat(links.links, (one) => one.id, (one) => this.renderEarlier(one, words))}
            </ul>`}
    </section>`;
  }

  private renderEarlier(one: PersonalLink, words: HostWords['links']): TemplateResult {
    const name = one.name === '' ? words.nameless : one.name;
    return html`<li>
      <span class="name">${name}</span>
      <button class="button" type="button" data-revoke=${one.id} aria-label=${words.revokeOf(name)} @click=${() => void this.revoke(one)}>
        ${words.revoke}
      </button>
    </li>`;
  }

  private renderLink(id: string, label: string, url: string, qr: string, words: HostWords['links']): TemplateResult {
    return html`<input id=${id} type="text" readonly .value=${url} aria-label=${label} @focus=${(event: Event) => { (event.target as HTMLInputElement).select(); }} />
      <button class="button primary" type="button" data-copy=${id} @click=${() => void this.copy(url, id)}>${words.copy}</button>
      ${qr === '' ? nothing : html`<figure><img src="data:image/svg+xml,${encodeURIComponent(qr)}" alt=${words.qr} /><figcaption class="soft">${words.qrHint}</figcaption></figure>`}`;
  }

  private readonly toggle = (): void => {
    this.isOpen = !this.isOpen;
    this.news = '';
    this.problem = null;
    this.made = null;
    if (this.isOpen) void this.look();
  };

  private hub(): Promise<HostRequests | null> {
    return this.commands.hub.host().catch(() => null);
  }

  private async look(): Promise<void> {
    const answer = (await (await this.hub())?.links()) ?? { code: 'unreachable' };
    if ('told' in answer) this.links = answer.told;
    else this.problem = problemOf(answer.code);
  }

  private readonly make = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = null;
    const answer = (await (await this.hub())?.makeLink(this.field?.value.trim() ?? '')) ?? { code: 'unreachable' };
    this.isBusy = false;
    if (!('told' in answer)) {
      this.problem = problemOf(answer.code);
      return;
    }
    this.made = answer.told;
    this.news = hostWords(this.language).links.made(answer.told.name);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[data-copy=personal-url]')?.focus();
  };

  private async revoke(link: PersonalLink): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = null;
    const answer = (await (await this.hub())?.revokeLink(link.id)) ?? { code: 'unreachable' };
    this.isBusy = false;
    // Somebody else has taken it back: that is what was wanted.
    if (!('told' in answer) && answer.code !== 'invitation_unknown') {
      this.problem = problemOf(answer.code);
      return;
    }
    if (this.made?.id === link.id) this.made = null;
    if (this.links !== null) this.links = { ...this.links, links: this.links.links.filter((one) => one.id !== link.id) };
    this.news = hostWords(this.language).links.revoked;
    this.button.focus();
  }

  private async copy(url: string, id: string): Promise<void> {
    const words = hostWords(this.language).links;
    try {
      await navigator.clipboard.writeText(url);
      this.news = words.copied;
    } catch {
      // A frame without `clipboard-write`.
      this.news = words.notCopied;
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.focus();
    }
  }
}
