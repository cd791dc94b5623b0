/** How the organisation's pages look: each field beside a piece of a real page that shows it at once. */

import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icon } from '../../elements/icon/icon.js';
import '../../elements/frame/frame.js';
import { paintLook } from '../../look/paint.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { setupWords, type SetupWords } from '../../text/staff-setup.js';
import type { Words } from '../../text/words.js';
import { COLOURS, correctionsOf, fieldIdOf, fieldsOf, hardToRead, MAX_LINKS, served, shownLook, toBeSet, type ColourName, type Correction } from '../look-form.js';
import { logoOf } from '../logo-file.js';
import type { LookFields, LookText, StaffPerson } from '../resources.js';
import { viewStyles } from '../staff.styles.js';
import { View } from '../view.js';
import { lookStyles } from './look.styles.js';

type Screen = 'welcome' | 'waiting' | 'ended';
const SCREENS: readonly Screen[] = ['welcome', 'waiting', 'ended'];
/** As the server takes them. */
const MAX_LABEL = 80;
const MAX_TEXT = 500;
const MAX_LONG_TEXT = 4000;
const MAX_URL = 300;
const NO_COLOUR = '#000000';

@customElement('vdx-staff-look')
export class LookView extends View {
  static override styles = [reset, buttons, fields, viewStyles, lookStyles];

  @property({ attribute: false }) person!: StaffPerson;
  @property({ attribute: false }) common!: Words;

  /** Null until it was told. */
  @state() private form: LookFields | null = null;
  @state() private isInherited = false;
  @state() private screen: Screen = 'welcome';
  @state() private problem = '';
  /** The id of the field that the server does not take; '' for none. */
  @state() private wrong = '';
  @state() private isSaving = false;
  @state() private isSaved = false;
  @state() private corrections: readonly Correction[] = [];
  @query('.page') private page!: HTMLElement | null;
  private version = 0;
  private unpaint: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.fetchLook();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unpaint?.();
    this.unpaint = null;
  }

  override render(): TemplateResult {
    const all = setupWords(this.language);
    const words = all.look;
    const { form } = this;
    if (form === null) return html`<div class="stack"><h1 tabindex="-1">${words.title}</h1>${this.renderProblem(this.problem)}</div>`;
    return html`<h1 tabindex="-1">${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${this.isInherited ? html`<p class="note">${icon('info')}<span>${words.inherited}</span></p>` : nothing}
      <div class="both">
        <form novalidate autocomplete="off" @submit=${this.save} @input=${this.read}>
          ${this.renderColours(form, words)}
          <fieldset>
            <legend>${words.texts}</legend>
            ${SCREENS.map((each) => this.renderText(form, each, words[each], MAX_TEXT))}
          </fieldset>
          ${this.renderLinks(form, words)}
          <details>
            <summary>${words.terms}</summary>
            <p class="soft">${words.termsHint}</p>
            ${this.renderLine(form, 'termsTitle', words.termsTitle, 'text', MAX_LABEL)}
            ${this.renderText(form, 'termsText', words.termsText, MAX_LONG_TEXT)}
            ${this.renderLine(form, 'termsButton', words.termsButton, 'text', MAX_LABEL)}
            <label class="check"><input id="termsDemanded" type="checkbox" ?checked=${form.termsDemanded} /><span>${words.termsDemanded}</span></label>
          </details>
          <details>
            <summary>${words.pages}</summary>
            ${this.renderLine(form, 'accessibilityUrl', words.accessibilityUrl, 'url', MAX_URL)}
            ${this.renderText(form, 'accessibilityText', words.accessibilityText, MAX_LONG_TEXT)}
            ${this.renderLine(form, 'privacyUrl', words.privacyUrl, 'url', MAX_URL)}
            ${this.renderText(form, 'privacyText', words.privacyText, MAX_LONG_TEXT)}
            ${this.renderText(form, 'contact', words.contact, MAX_TEXT)}
          </details>
          ${this.renderProblem(this.problem)}
          <div role="status">
            ${this.isSaved ? this.renderSaved(all) : nothing}
          </div>
          <div class="row">
            <button class="button primary wide-on-phones" type="submit" aria-disabled=${this.isSaving ? 'true' : nothing}>${this.isSaving ? all.saving : all.save}</button>
          </div>
        </form>
        ${this.renderPreview(form, words)}
      </div>`;
  }

  private renderSaved(all: SetupWords): TemplateResult {
    const words = all.look;
    if (this.corrections.length === 0) return html`<p class="note good">${icon('check')}<span>${all.saved}</span></p>`;
    return html`<div class="note">${icon('info')}<div>
      <strong>${words.corrected}</strong>
      <ul>${this.corrections.map(({ name, before, after }) => html`<li>${words.became(words[name], before, after)}</li>`)}</ul>
    </div></div>`;
  }

  private renderColours(form: LookFields, words: SetupWords['look']): TemplateResult {
    const hard = hardToRead(form);
    return html`<fieldset>
      <legend>${words.colours}</legend>
      <div class="colours">${COLOURS.map((name) => this.renderColour(form, name, words, hard.includes(name)))}</div>
      <div class="field">
        <span class="label">${words.logo}</span>
        <span class="hint" id="logo-hint">${words.logoHint}</span>
        <div class="row">
          ${form.logo === '' ? nothing : html`<img src=${form.logo} alt=${form.logoText} />`}
          <label class="button file"><input id="logo" type="file" accept="image/*" aria-describedby="logo-hint" @change=${this.chooseLogo} /><span>${words.logoChoose}</span></label>
          ${form.logo === '' ? nothing : html`<button class="link" type="button" @click=${() => { this.set({ logo: '' }); }}>${words.logoRemove}</button>`}
        </div>
      </div>
      ${form.logo === '' ? nothing : this.renderLine(form, 'logoText', words.logoText, 'text', MAX_LABEL)}
    </fieldset>`;
  }

  private renderColour(form: LookFields, name: ColourName, words: SetupWords['look'], isHard: boolean): TemplateResult {
    const value = form[name];
    return html`<div class="field colour">
      <label for=${name}>${words[name]}</label>
      <div class="row">
        <input id=${name} type="color" .value=${value === '' ? this.ownColour(name) : value} aria-describedby=${`${name}-said`} />
        ${value === '' ? html`<span class="soft">${words.ours}</span>` : html`<button class="link" type="button" @click=${() => { this.set({ [name]: '' }); }}>${words.ours}</button>`}
      </div>
      <p class="soft" id=${`${name}-said`}>${isHard ? words.unreadable : ''}</p>
    </div>`;
  }

  /** What the page has without one, to begin from. */
  private ownColour(name: ColourName): string {
    const token = { accent: '--brand', accentText: '--brand-ink', background: '--paper', text: '--ink' }[name];
    const found = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    const whole = /^#[0-9a-f]{3}$/i.test(found) ? `#${[...found.slice(1)].map((digit) => digit + digit).join('')}` : found;
    return /^#[0-9a-f]{6}$/i.test(whole) ? whole : NO_COLOUR;
  }

  private renderLine(form: LookFields, name: LookText, label: string, type: 'text' | 'url', most: number): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input id=${name} type=${type} maxlength=${most} .value=${form[name]} aria-describedby=${`${name}-problem`} aria-invalid=${this.wrong === name ? 'true' : nothing} />
      ${this.renderWrong(name)}
    </div>`;
  }

  private renderText(form: LookFields, name: LookText, label: string, most: number): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <textarea id=${name} maxlength=${most} .value=${form[name]} aria-describedby=${`${name}-problem`} aria-invalid=${this.wrong === name ? 'true' : nothing}></textarea>
      ${this.renderWrong(name)}
    </div>`;
  }

  private renderWrong(id: string): TemplateResult {
    return html`<p class="problem" id=${`${id}-problem`}>${this.wrong === id ? html`${icon('warning')}<span>${setupWords(this.language).look.wrong}</span>` : nothing}</p>`;
  }

  private renderLinks(form: LookFields, words: SetupWords['look']): TemplateResult {
    return html`<fieldset>
      <legend>${words.links}</legend>
      ${this.renderLine(form, 'helpUrl', words.helpUrl, 'url', MAX_URL)}
      ${form.links.map((link, index) => html`<div class="one-link">
        ${(['label', 'url'] as const).map((part) => {
          const id = `link-${String(index)}-${part}`;
          return html`<div class="field">
            <label for=${id}>${part === 'label' ? words.linkLabel(index + 1) : words.linkUrl(index + 1)}</label>
            <input id=${id} type=${part === 'label' ? 'text' : 'url'} maxlength=${part === 'label' ? MAX_LABEL : MAX_URL} .value=${link[part]}
              aria-describedby=${`${id}-problem`} aria-invalid=${this.wrong === id ? 'true' : nothing} />
            ${this.renderWrong(id)}
          </div>`;
        })}
        <button class="link" type="button" aria-label=${words.linkRemove(index + 1)} @click=${() => { this.set({ links: form.links.filter((_, at) => at !== index) }); }}>${icon('close')}</button>
      </div>`)}
      ${form.links.length >= MAX_LINKS
        ? nothing
        : html`<div class="row"><button class="button" type="button" @click=${() => { this.set({ links: [...form.links, { label: '', url: '' }] }); }}>${words.linkAdd}</button></div>`}
    </fieldset>`;
  }

  private renderPreview(form: LookFields, words: SetupWords['look']): TemplateResult {
    const name = this.person.organisationName || this.person.organisation;
    const text = form[this.screen];
    return html`<figure>
      <figcaption><h2>${words.preview}</h2></figcaption>
      <div class="row screens" role="group" aria-label=${words.preview}>
        ${SCREENS.map((each) => html`<button class="button" type="button" aria-pressed=${String(each === this.screen)} @click=${() => { this.screen = each; }}>${words.screens[each]}</button>`)}
      </div>
      <div class="page" inert>
        <vdx-frame .room=${{ organisation: name, helpLine: '' }} .look=${shownLook(form, name)} .words=${this.common}>
          <div class="sample">
            <p class="title">${words.sample[this.screen]}</p>
            ${text === '' ? nothing : html`<p class="said">${text}</p>`}
            ${this.screen === 'welcome' ? html`<span class="button primary">${words.sample.go}</span>` : html`<span class="link">${words.sample.link}</span>`}
          </div>
        </vdx-frame>
      </div>
    </figure>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('form') || this.form === null || this.page === null) return;
    const { background, text, accent, accentText } = served(this.form);
    this.unpaint?.();
    this.unpaint = paintLook({ background, text, accent, accentText }, this.page);
  }

  private set(changes: Partial<LookFields>): void {
    if (this.form === null) return;
    this.form = { ...this.form, ...changes };
    this.isSaved = false;
  }

  private readonly read = (event: Event): void => {
    const field = event.target as HTMLInputElement | HTMLTextAreaElement;
    const { form } = this;
    if (form === null || field.id === 'logo') return;
    if (field.id === this.wrong) this.wrong = '';
    const link = /^link-(\d)-(label|url)$/.exec(field.id);
    if (link !== null) {
      this.set({ links: form.links.map((one, index) => (index === Number(link[1]) ? { ...one, [link[2] ?? 'url']: field.value } : one)) });
      return;
    }
    this.set({ [field.id]: field.type === 'checkbox' ? (field as HTMLInputElement).checked : field.value });
  };

  private readonly chooseLogo = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    field.value = '';
    if (file === undefined) return;
    const logo = await logoOf(file);
    this.problem = logo === null ? setupWords(this.language).look.logoBad : '';
    if (logo !== null) this.set({ logo, ...(this.form?.logoText === '' ? { logoText: this.person.organisationName } : {}) });
  };

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.form === null || this.isSaving) return;
    this.isSaving = true;
    this.isSaved = false;
    this.problem = this.wrong = '';
    const answer = await this.requests.saveLook(this.person.organisation, toBeSet(this.form), this.version);
    this.isSaving = false;
    if ('problem' in answer) {
      const { code, field } = answer.problem;
      this.wrong = code === 'validation_failed' ? fieldIdOf(field) : '';
      await this.updateComplete;
      const found = this.wrong === '' ? null : this.renderRoot.querySelector<HTMLElement>(`#${CSS.escape(this.wrong)}`);
      const closed = found?.closest('details');
      if (closed != null) closed.open = true;
      found?.focus();
      if (found === null) this.problem = this.problemText(answer.problem);
      return;
    }
    this.take(answer.value.version, fieldsOf(answer.value), false);
    this.corrections = correctionsOf(answer.value.corrections);
    this.isSaved = true;
  };

  private async fetchLook(): Promise<void> {
    const answer = await this.requests.look(this.person.organisation);
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      return;
    }
    const stored = answer.value;
    const isOwn = stored.organisation === this.person.organisation;
    this.take(isOwn ? stored.version : 0, fieldsOf(stored), !isOwn);
  }

  private take(version: number, form: LookFields, isInherited: boolean): void {
    this.version = version;
    this.form = form;
    this.isInherited = isInherited;
  }
}
