/** Round every view of the staff page: whose it is, the ways to the views (beside on desks, below on phones), the way out. */

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from '../elements/icon/icon.js';
import '../elements/language/language.js';
import { buttons, reset } from '../styles/shared.js';
import { initials } from '../text/names.js';
import { lookWords } from '../text/look.js';
import type { StaffWords } from '../text/staff.js';
import type { Words } from '../text/words.js';
import { glyph, type GlyphName } from './glyphs.js';
import { isAdmin, type StaffPerson } from './resources.js';
import { fragmentOf, type Route } from './route.js';

export class SignOutEvent extends Event {
  constructor() {
    super('signout', { bubbles: true, composed: true });
  }
}

interface Place {
  readonly name: GlyphName;
  readonly route: Route;
  /** Views that belong to it. */
  readonly covers: readonly Route['at'][];
}

const DAILY: readonly Place[] = [
  { name: 'day', route: { at: 'day', day: '' }, covers: ['day'] },
  { name: 'book', route: { at: 'book', day: '' }, covers: ['book', 'booked'] },
  { name: 'call', route: { at: 'call' }, covers: ['call', 'calling'] },
];
const RARE: readonly Place[] = [
  { name: 'templates', route: { at: 'templates' }, covers: ['templates', 'template'] },
  { name: 'look', route: { at: 'look' }, covers: ['look'] },
];
const MORE: Place = { name: 'more', route: { at: 'more' }, covers: ['more', 'templates', 'template', 'look'] };

@customElement('vdx-staff-frame')
export class StaffFrame extends LitElement {
  @property({ attribute: false }) words!: StaffWords;
  /** For the choice of language. */
  @property({ attribute: false }) common: Words | null = null;
  /** Null: nobody is signed in, and there is nowhere to go. */
  @property({ attribute: false }) person: StaffPerson | null = null;
  @property({ attribute: false }) route: Route = { at: 'day', day: '' };
  /** Shown at the way to the day. */
  @property({ type: Number }) waiting = 0;
  /** What concerns the whole page; '' for nothing. */
  @property() notice = '';

  override render(): TemplateResult {
    const { words, person } = this;
    const organisation = person === null ? '' : person.organisationName || person.organisation;
    return html`
      <header>
        ${person === null ? nothing : html`<a class="skip" href="#main" @click=${this.skip}>${words.nav.skip}</a>`}
        <div class="whose">
          <span class="mark" aria-hidden="true">${organisation === '' ? icon('camera') : initials(organisation)}</span>
          <span>${organisation === '' ? words.product : organisation}</span>
        </div>
        ${person === null ? nothing : this.renderNavigation(person)}
        ${this.common === null ? nothing : html`<vdx-language class="language" .words=${this.common}></vdx-language>`}
      </header>
      <main id="main">
        <p class="notice" role="alert">${this.notice === '' ? nothing : html`${icon('warning')}<span>${this.notice}</span>`}</p>
        <slot></slot>
        <footer>
          <a class="link" href="/help/host">${lookWords(this.common?.language ?? 'da').hosting}</a>
          <a class="link" href="/accessibility">${words.help.accessibility}</a>
          <a class="link" href="/privacy">${words.help.privacy}</a>
        </footer>
      </main>
    `;
  }

  private renderNavigation(person: StaffPerson): TemplateResult {
    const { words } = this;
    return html`<nav aria-label=${words.nav.label}>
        ${DAILY.map((place) => this.renderPlace(place, ''))}
        ${isAdmin(person) ? RARE.map((place) => this.renderPlace(place, 'desk')) : nothing}
        ${this.renderPlace(MORE, 'phone')}
      </nav>
      <div class="who desk">
        <p class="soft">${person.name || person.email}</p>
        <button class="link" type="button" @click=${this.signOut}>${glyph('out')}<span>${words.nav.signOut}</span></button>
      </div>`;
  }

  private renderPlace(place: Place, where: '' | 'desk' | 'phone'): TemplateResult {
    const isHere = place.covers.includes(this.route.at);
    const count = place.name === 'day' && this.waiting > 0 ? this.waiting : 0;
    const { nav } = this.words;
    const name = place.name as keyof typeof nav;
    return html`<a class=${where} href=${fragmentOf(place.route)} aria-current=${isHere ? 'page' : nothing}>
      ${glyph(place.name)}<span>${nav[name]}</span>
      ${count === 0 ? nothing : html`<span class="count"><span aria-hidden="true">${count}</span><span class="visually-hidden">, ${this.words.day.waiting(count)}</span></span>`}
    </a>`;
  }

  private readonly signOut = (): void => {
    this.dispatchEvent(new SignOutEvent());
  };

  /** The fragment names views, so it cannot name places in them too. */
  private readonly skip = (event: Event): void => {
    event.preventDefault();
    this.dispatchEvent(new Event('skip', { bubbles: true, composed: true }));
  };

  static override styles = [
    reset,
    buttons,
    css`
      :host {
        display: grid;
        grid-template: auto 1fr / minmax(0, 1fr);
        min-height: 100vh;
        min-height: 100dvh;
        background: var(--paper);
        color: var(--ink);
        font-size: var(--text-16);
      }

      header {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: var(--space-12);
        padding: var(--space-12) max(var(--space-16), env(safe-area-inset-right)) var(--space-12)
          max(var(--space-16), env(safe-area-inset-left));
        border-block-end: 1px solid var(--line);
      }

      .whose {
        display: flex;
        flex: 1 1 12rem;
        align-items: center;
        gap: var(--space-12);
        min-width: 0;
        font-size: var(--text-18);
        font-weight: var(--bold);
        line-height: var(--leading-tight);
      }

      .whose span:last-child {
        min-width: 0;
        hyphens: auto;
        overflow-wrap: break-word;
      }

      .mark {
        display: grid;
        flex: none;
        place-items: center;
        min-width: 2.25rem;
        height: 2.25rem;
        border-radius: var(--radius);
        background: var(--brand);
        color: var(--brand-ink);
        font-size: var(--text-16);
      }

      nav a {
        display: flex;
        align-items: center;
        color: var(--ink);
        line-height: var(--leading-tight);
        text-decoration: none;
      }

      nav a[aria-current] {
        color: var(--brand-text);
        font-weight: var(--bold);
      }

      .count {
        display: grid;
        place-items: center;
        min-width: 1.5rem;
        height: 1.5rem;
        padding-inline: var(--space-4);
        border-radius: var(--radius-full);
        background: var(--brand);
        color: var(--brand-ink);
        font-weight: var(--bold);
        font-variant-numeric: tabular-nums;
      }

      main {
        display: flex;
        flex-direction: column;
        min-width: 0;
        padding: var(--space-24) max(var(--space-16), env(safe-area-inset-right)) var(--space-24)
          max(var(--space-16), env(safe-area-inset-left));
      }

      .notice {
        display: flex;
        gap: var(--space-8);
        width: 100%;
        max-width: 48rem;
        margin-inline: auto;
        color: var(--danger);
        font-weight: var(--bold);
      }

      .notice:not(:empty) {
        margin-block-end: var(--space-16);
      }

      ::slotted(*) {
        width: 100%;
        margin-inline: auto;
      }

      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0 var(--space-24);
        margin-block-start: auto;
        padding-block-start: var(--space-48);
      }

      footer .link {
        color: var(--ink-soft);
        font-weight: var(--regular);
      }

      .soft {
        color: var(--ink-soft);
        overflow-wrap: anywhere;
      }

      .skip {
        position: absolute;
        z-index: 2;
        inset-block-start: var(--space-8);
        inset-inline-start: var(--space-8);
        padding: var(--space-12) var(--space-16);
        border-radius: var(--radius);
        background: var(--brand);
        color: var(--brand-ink);
      }

      .skip:not(:focus) {
        clip-path: inset(50%);
        pointer-events: none;
      }

      @media (max-width: 55.99em) {
        .desk {
          display: none !important;
        }

        nav {
          position: fixed;
          z-index: 1;
          inset-inline: 0;
          inset-block-end: 0;
          display: flex;
          padding-block-end: env(safe-area-inset-bottom);
          border-block-start: 1px solid var(--line);
          background: var(--surface);
        }

        nav a {
          position: relative;
          flex: 1 1 0;
          flex-direction: column;
          justify-content: center;
          gap: var(--space-4);
          min-width: 0;
          min-height: 4rem;
          padding: var(--space-4);
          font-size: min(1em, 6vw);
          text-align: center;
        }

        nav a[aria-current] {
          box-shadow: inset 0 3px 0 var(--brand-text);
        }

        .count {
          position: absolute;
          inset-block-start: var(--space-4);
          inset-inline-start: calc(50% + 0.5rem);
        }

        main {
          padding-block-end: calc(5rem + env(safe-area-inset-bottom));
        }
      }

      @media (min-width: 56em) {
        :host {
          grid-template: 1fr / 17rem minmax(0, 1fr);
        }

        :host(.alone) {
          grid-template: auto 1fr / minmax(0, 1fr);
        }

        /* As the screens before a call: in the middle of a wide window. */
        :host(.alone) ::slotted(*) {
          max-width: 40rem;
          margin-block: auto;
        }

        :host(.alone) footer {
          margin-block-start: 0;
        }

        :host(:not(.alone)) header {
          position: sticky;
          inset-block-start: 0;
          flex-flow: column nowrap;
          justify-content: start;
          align-items: stretch;
          height: 100vh;
          padding: var(--space-24) var(--space-16);
          border-block-end: 0;
          border-inline-end: 1px solid var(--line);
          overflow-y: auto;
        }

        :host(:not(.alone)) .whose {
          flex: none;
          padding: 0 var(--space-8) var(--space-16);
        }

        .phone {
          display: none !important;
        }

        nav {
          display: grid;
          flex: 1;
          align-content: start;
          gap: var(--space-4);
        }

        nav a {
          gap: var(--space-12);
          min-height: var(--target);
          padding: var(--space-8) var(--space-12);
          border-radius: var(--radius);
        }

        nav a:hover {
          background: color-mix(in srgb, var(--ink) 6%, var(--paper));
        }

        nav a[aria-current] {
          background: color-mix(in srgb, var(--brand) 14%, var(--paper));
          color: var(--ink);
        }

        .count {
          margin-inline-start: auto;
        }

        .who {
          padding-inline: var(--space-8);
        }

        .language {
          align-self: flex-start;
          margin-inline-start: var(--space-4);
        }

        main {
          padding: var(--space-48) var(--space-48) var(--space-24);
        }
      }
    `,
  ];
}
