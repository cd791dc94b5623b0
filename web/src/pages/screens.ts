/**
 * Development only: every screen and state by name, in groups, and the chosen one in a window of any size, language and
 * text size. What is shown is the page itself with an invented state; its buttons work on that state.
 */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { buttons, fields, reset } from '../styles/shared.js';
import { LANGUAGES, nameOf } from '../text/languages.js';
import { screensStyles } from './screens.styles.js';

/** The first that fits a story's name. */
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ['Ind ad døren', /^(?:entry|pin)/],
  ['Prøv dit udstyr', /^test/],
  ['Før mødet', /^(?:prejoin|welcome|check|terms|ready|network)/],
  ['Venteværelset', /^waiting/],
  ['Vært', /^(?:host|lobby|staff-call)/],
  ['Ordet', /^floor|floor/],
  ['Træning på hold', /training|group|spotlight/],
  ['Mødet', /^(?:call|alone|connecting|written|layout|film|screen)/],
  ['Efter mødet', /^(?:ended|rating|after)/],
  ['Når noget går galt', /^(?:failed|trouble|problem|message|old|in-app)/],
  ['Om siden', /^(?:statement|help)/],
  ['Medarbejdere', /^staff/],
  ['Drift', /^operator/],
  ['Leverandører', /^playground/],
];
const OTHER = 'Andet';

export function groupOf(story: string): string {
  return GROUPS.find(([, pattern]) => pattern.test(story))?.[0] ?? OTHER;
}

const SIZES = [[360, 640], [390, 844], [768, 1024], [844, 390], [1440, 900]] as const;
const TEXT_PERCENT = [100, 150, 200] as const;
const THEMES = [['', 'Som browseren'], ['light', 'Dag'], ['dark', 'Nat']] as const;
const NAMES = [['own', 'Almindelige navne'], ['long', 'Lange navne'], ['short', 'Korte navne']] as const;

@customElement('vdx-screens')
export class Screens extends LitElement {
  static override styles = [reset, buttons, fields, screensStyles];

  @property({ attribute: false }) stories: readonly string[] = [];
  @state() private story = '';
  @state() private size: readonly [number, number] = SIZES[1];
  @state() private language = 'da';
  @state() private text = '100';
  @state() private names = 'own';
  @state() private theme = '';

  override render(): TemplateResult {
    const groups = new Map<string, string[]>([...GROUPS.map(([name]): [string, string[]] => [name, []]), [OTHER, []]]);
    for (const story of this.stories) groups.get(groupOf(story))?.push(story);
    return html`<nav aria-label="Skærme">
        <h1>Skærme</h1>
        <p class="hint">${this.stories.length} tilstande</p>
        ${[...groups].filter(([, stories]) => stories.length > 0).map(([name, stories]) => this.renderGroup(name, stories))}
      </nav>
      <main>${this.renderChoices()}${this.renderWindow()}</main>`;
  }

  private renderGroup(name: string, stories: readonly string[]): TemplateResult {
    return html`<h2>${name}</h2>
      <ul>
        ${stories.map(
          (story) => html`<li>
            <a class="link" href=${this.addressOf(story)} aria-current=${String(story === this.story)} @click=${(event: MouseEvent) => { this.open(event, story); }}>${story}</a>
          </li>`,
        )}
      </ul>`;
  }

  private renderChoices(): TemplateResult {
    const sizes = SIZES.map(([width, height]): [string, string] => [`${String(width)}x${String(height)}`, `${String(width)} × ${String(height)}`]);
    return html`<form class="choices" @change=${this.choose}>
      ${list('size', 'Vindue', sizes, `${String(this.size[0])}x${String(this.size[1])}`)}
      ${list('language', 'Sprog', LANGUAGES.map((each) => [each, nameOf(each)]), this.language)}
      ${list('text', 'Tekst', TEXT_PERCENT.map((each) => [String(each), `${String(each)} %`]), this.text)}
      ${list('names', 'Navne', NAMES, this.names)}
      ${list('theme', 'Lys', THEMES, this.theme)}
      ${this.story === '' ? '' : html`<a class="link" href=${this.addressOf(this.story)} target="_blank">Åbn alene</a>`}
    </form>`;
  }

  private renderWindow(): TemplateResult {
    if (this.story === '') return html`<p>Vælg en skærm.</p>`;
    return html`<iframe title=${this.story} src=${this.addressOf(this.story)} width=${this.size[0]} height=${this.size[1]}></iframe>`;
  }

  private addressOf(story: string): string {
    const { language, text, names, theme } = this;
    return `?${new URLSearchParams({ story, lang: language, ...(text === '100' ? {} : { text }), ...(names === 'own' ? {} : { names }), ...(theme === '' ? {} : { theme }) }).toString()}`;
  }

  private open(event: MouseEvent, story: string): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.story = story;
  }

  private choose(event: Event): void {
    const { name, value } = event.target as HTMLSelectElement;
    if (name === 'size') {
      const [width = SIZES[1][0], height = SIZES[1][1]] = value.split('x').map(Number);
      this.size = [width, height];
    } else if (name === 'language' || name === 'text' || name === 'names' || name === 'theme') this[name] = value;
  }
}

function list(name: string, label: string, values: readonly (readonly [string, string])[], chosen: string): TemplateResult {
  return html`<div>
    <label for=${name}>${label}</label>
    <select id=${name} name=${name}>
      ${values.map(([value, text]) => html`<option value=${value} ?selected=${value === chosen}>${text}</option>`)}
    </select>
  </div>`;
}

export function screensPage(stories: readonly string[]): HTMLElement {
  document.documentElement.lang = 'da';
  document.title = 'Skærme';
  return Object.assign(new Screens(), { stories });
}
