/**
 * The pages of text: help, help for hosts, accessibility, privacy. First what the organisation says itself, then what is so
 * of the page, then whom to turn to. Linked from every screen; fetched only by who reads it.
 */

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import '../elements/frame/frame.js';
import { renderSaid, statementAddress, type Statement } from '../look/links.js';
import { askLook, type Look } from '../look/look.js';
import { showColours } from '../look/colours.js';
import { organisationOf } from '../organisation-path.js';
import { buttons, reset } from '../styles/shared.js';
import { PageWords } from '../text/page-words.js';
import { languageOf, showLanguage, type Language } from '../text/languages.js';
import { phoneLink, phoneText } from '../text/names.js';
import { helpWords } from '../text/help.js';
import { statementsWords, type Section, type StatementsWords, type StatementWords } from '../text/statements.js';
import type { Words } from '../text/words.js';

export const askLookOfPath = (): Promise<Look | null> => askLook(organisationOf(location.pathname), null);

@customElement('vdx-statement')
export class StatementPage extends LitElement {
  static override styles = [
    reset,
    buttons,
    css`
      article {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-16);
        width: 100%;
        max-width: calc(var(--measure) + 2 * var(--space-16));
        margin-inline: auto;
        padding: var(--space-24) var(--space-16) var(--space-48);
        overflow-wrap: anywhere;
        hyphens: auto;
      }

      section {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-12);
        padding-block-start: var(--space-16);
      }

      h1 {
        font-size: var(--text-32);
      }

      h1:focus {
        outline: none;
        box-shadow: none;
      }

      h2 {
        font-size: var(--text-24);
      }

      .lead {
        font-size: var(--text-20);
      }

      ul {
        display: grid;
        gap: var(--space-8);
        padding-inline-start: var(--space-24);
      }

      .own {
        padding: var(--space-16);
        border-inline-start: 4px solid var(--brand-text);
        background: var(--surface);
      }

      .reviewed {
        color: var(--ink-soft);
        font-size: var(--text-16);
      }
    `,
  ];

  @property({ attribute: false }) statement: Statement = 'accessibility';
  @property({ attribute: false }) language: Language | null = null;
  @property({ attribute: false }) askLook = askLookOfPath;

  private readonly spoken = new PageWords(this, () => this.language);
  @state() private look: Look | null = null;
  @query('h1') private heading!: HTMLElement | null;

  private get words(): Words | null {
    return this.spoken.words;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.askLook().then((look) => {
      if (this.isConnected) void showColours(look);
      this.look = look;
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { words, look } = this;
    if (words === null) return nothing;
    const said = statementsWords(words.language);
    const { title, lead, sections } = textOf(this.statement, words.language);
    const own = ownTextOf(this.statement, look);
    const room = look === null ? null : { organisation: look.name, helpLine: look.helpLine };
    return html`<vdx-frame .room=${room} .look=${look} .words=${words}>
      <article>
        <h1 tabindex="-1" dir="auto">${title}</h1>
        ${own === '' ? nothing : html`<section class="own"><h2>${said.from(look?.name ?? '')}</h2>${renderSaid(own)}</section>`}
        <p class="lead" dir="auto">${lead}</p>
        ${sections.map(renderSection)}
        ${this.renderContact(said)}
        ${this.renderLast(said)}
      </article>
    </vdx-frame>`;
  }

  private renderLast(said: StatementsWords): TemplateResult {
    const language = this.words?.language ?? 'da';
    if (this.statement === 'help') return html``;
    if (this.statement !== 'hosting') return html`<p class="reviewed">${said.reviewed}</p>`;
    const address = this.look?.helpUrl || statementAddress('help', this.look?.organisation ?? '', language);
    return html`<p><a class="link" href=${address}>${helpWords(language).toHelp}</a></p>`;
  }

  private renderContact(said: StatementsWords): TemplateResult {
    const { contact = '', helpLine = '' } = this.look ?? {};
    return html`<section>
      <h2>${said.contact}</h2>
      ${contact === '' && helpLine === '' ? html`<p>${said.nobody}</p>` : renderSaid(contact)}
      ${helpLine === '' ? nothing : html`<p><a class="link" href=${phoneLink(helpLine)}>${said.call(phoneText(helpLine))}</a></p>`}
    </section>`;
  }

  protected override updated(): void {
    const { words } = this;
    if (words === null) return;
    showLanguage(words.language);
    document.title = `${this.heading?.textContent ?? ''} – ${words.product}`;
  }

}

function textOf(name: Statement, language: Language): StatementWords {
  return name === 'help' || name === 'hosting' ? helpWords(language)[name] : statementsWords(language)[name];
}

function ownTextOf(name: Statement, look: Look | null): string {
  return name === 'accessibility' ? (look?.accessibilityText ?? '') : name === 'privacy' ? (look?.privacyText ?? '') : '';
}

function renderSection({ heading, paragraphs, points }: Section): TemplateResult {
  return html`<section>
    <h2 dir="auto">${heading}</h2>
    ${paragraphs.map((text) => html`<p dir="auto">${text}</p>`)}
    ${points.length === 0 ? nothing : html`<ul>${points.map((text) => html`<li dir="auto">${text}</li>`)}</ul>`}
  </section>`;
}

export function openStatement(statement: Statement): void {
  const page = new StatementPage();
  page.statement = statement;
  page.language = languageOf(new URLSearchParams(location.search).get('lang'));
  document.body.append(page);
}
