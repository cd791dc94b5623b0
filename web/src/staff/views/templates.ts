/** The organisation's templates: all of them, and one to be made or changed. */

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../elements/icon/icon.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { setupWords, type SetupWords } from '../../text/staff-setup.js';
import type { Template, TemplateFields } from '../resources.js';
import { fragmentOf } from '../route.js';
import { viewStyles } from '../staff.styles.js';
import { View } from '../view.js';

export const OPENS_BEFORE = [0, 15, 30, 60] as const;
const MAX_NAME = 60;
const MAX_PEOPLE = 500;
const NEW: TemplateFields = {
  name: '', isDefault: false, lobby: 'untilHost', mode: 'meeting', guestPinRequired: false, guestsMuted: false, guestsMayShare: true,
  opensBeforeMinutes: 15, maxParticipants: 0, endsOnTime: false,
};

@customElement('vdx-staff-templates')
export class TemplatesView extends View {
  /** Null until they were told. */
  @state() private templates: readonly Template[] | null = null;
  @state() private problem = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.fetchTemplates();
  }

  override render(): TemplateResult {
    const words = setupWords(this.language).templates;
    return html`<div class="stack">
      <h1 tabindex="-1">${words.title}</h1>
      <p class="lead">${words.lead}</p>
      ${this.renderProblem(this.problem)}
      ${this.templates === null ? nothing : this.templates.length === 0 ? html`<p class="soft">${words.none}</p>` : this.renderList(this.templates, words)}
      <div class="row"><a class="button primary" href=${fragmentOf({ at: 'template', id: null })}>${words.add}</a></div>
    </div>`;
  }

  private renderList(templates: readonly Template[], words: SetupWords['templates']): TemplateResult {
    return html`<ul>
      ${templates.map((one) => {
        const name = one.name || words.unnamed;
        return html`<li class="card">
          <span>
            <strong>${name}</strong>${one.isDefault ? html`<span class="badge">${words.isDefault}</span>` : nothing}<br />
            <span class="soft">${words.modes[one.mode]} · ${words.lobbies[one.lobby]}</span>
          </span>
          <a class="button" href=${fragmentOf({ at: 'template', id: one.id })} aria-label=${words.editOf(name)}>${words.edit}</a>
        </li>`;
      })}
    </ul>`;
  }

  private async fetchTemplates(): Promise<void> {
    const answer = await this.requests.templates();
    if ('value' in answer) this.templates = answer.value.templates;
    else this.problem = this.problemText(answer.problem);
  }

  static override styles = [
    reset,
    buttons,
    viewStyles,
    css`
      ul {
        display: grid;
        gap: var(--space-12);
        padding: 0;
        list-style: none;
      }

      li {
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        padding: var(--space-16);
        overflow-wrap: anywhere;
      }

      .badge {
        display: inline-block;
        margin-inline-start: var(--space-8);
        padding: 0 var(--space-8);
        border: 1px solid var(--brand-text);
        border-radius: var(--radius-full);
        color: var(--brand-text);
      }
    `,
  ];
}

@customElement('vdx-staff-template')
export class TemplateView extends View {
  /** Null: a new one. */
  @property({ attribute: false }) template: number | null = null;

  @state() private form: TemplateFields | null = null;
  @state() private nameProblem = '';
  @state() private problem = '';
  @state() private isSaving = false;
  /** Deleted a moment ago, and can be brought back. */
  @state() private isGone = false;

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('template')) return;
    this.problem = this.nameProblem = '';
    this.isGone = false;
    this.form = this.template === null ? NEW : null;
    if (this.template !== null) void this.fetchTemplate(this.template);
  }

  override render(): TemplateResult {
    const all = setupWords(this.language);
    const words = all.templates;
    const { form } = this;
    const title = this.template === null ? words.newTitle : words.changeTitle;
    if (form === null) return html`<div class="stack"><h1 tabindex="-1">${title}</h1>${this.renderProblem(this.problem)}</div>`;
    if (this.isGone) {
      return html`<div class="stack">
        <h1 tabindex="-1">${words.removed(form.name)}</h1>
        ${this.renderProblem(this.problem)}
        <div class="row">
          <button class="button" type="button" @click=${this.bringBack}>${this.words.day.undo}</button>
          <a class="button" href=${fragmentOf({ at: 'templates' })}>${all.back}</a>
        </div>
      </div>`;
    }
    const opens = OPENS_BEFORE.includes(form.opensBeforeMinutes as 0) ? OPENS_BEFORE : [...OPENS_BEFORE, form.opensBeforeMinutes];
    return html`<form novalidate autocomplete="off" @submit=${this.save} @change=${this.read}>
      <h1 tabindex="-1">${title}</h1>
      <div class="field">
        <label for="name">${words.name}</label>
        <span class="hint" id="name-hint">${words.nameHint}</span>
        <input id="name" type="text" maxlength=${MAX_NAME} .value=${form.name} aria-describedby="name-hint name-problem" aria-invalid=${this.nameProblem === '' ? nothing : 'true'} />
        ${this.renderProblem(this.nameProblem, 'name-problem')}
      </div>
      ${this.renderChoice('mode', words.mode, form.mode, words.modes, words.modeHint)}
      ${this.renderChoice('lobby', words.lobby, form.lobby, words.lobbies, '')}
      <div>
        ${this.renderCheck('guestPinRequired', words.pin, form.guestPinRequired)}
        ${this.renderCheck('guestsMuted', words.muted, form.guestsMuted)}
        ${this.renderCheck('guestsMayShare', words.share, form.guestsMayShare)}
        ${this.renderCheck('endsOnTime', words.endsOnTime, form.endsOnTime)}
        ${this.renderCheck('isDefault', words.makeDefault, form.isDefault)}
      </div>
      <div class="pair">
        <div class="field">
          <label for="opensBeforeMinutes">${words.opens}</label>
          <span class="choice"><select id="opensBeforeMinutes">
            ${opens.map((each, index) => html`<option value=${each} ?selected=${each === form.opensBeforeMinutes}>${words.opensChoices[index] ?? String(each)}</option>`)}
          </select>${icon('chevron')}</span>
        </div>
        <div class="field">
          <label for="maxParticipants">${words.most}</label>
          <input id="maxParticipants" type="number" min="0" max=${MAX_PEOPLE} .value=${String(form.maxParticipants)} aria-describedby="most-hint" />
          <span class="hint" id="most-hint">${words.mostHint}</span>
        </div>
      </div>
      <p class="soft">${words.stays}</p>
      ${this.renderProblem(this.problem)}
      <div class="row">
        <button class="button primary" type="submit" aria-disabled=${this.isSaving ? 'true' : nothing}>${this.isSaving ? all.saving : all.save}</button>
        <a class="button" href=${fragmentOf({ at: 'templates' })}>${all.back}</a>
        ${this.template === null ? nothing : html`<button class="button danger" type="button" @click=${this.takeAway}>${words.remove}</button>`}
      </div>
    </form>`;
  }

  private renderChoice(name: 'mode' | 'lobby', label: string, chosen: string, choices: Readonly<Record<string, string>>, hint: string): TemplateResult {
    return html`<fieldset aria-describedby=${hint === '' ? nothing : `${name}-hint`}>
      <legend>${label}</legend>
      ${hint === '' ? nothing : html`<p class="soft" id=${`${name}-hint`}>${hint}</p>`}
      <div>
        ${Object.entries(choices).map(
          ([value, text]) => html`<label class="check"><input type="radio" name=${name} value=${value} ?checked=${value === chosen} /><span>${text}</span></label>`,
        )}
      </div>
    </fieldset>`;
  }

  private renderCheck(name: string, text: string, isOn: boolean): TemplateResult {
    return html`<label class="check"><input id=${name} type="checkbox" ?checked=${isOn} /><span>${text}</span></label>`;
  }

  private readonly read = (event: Event): void => {
    const { form } = this;
    const field = event.target as HTMLInputElement | HTMLSelectElement;
    if (form === null) return;
    const name = field.type === 'radio' ? field.name : field.id;
    const isNumber = name === 'opensBeforeMinutes' || name === 'maxParticipants';
    const value = field instanceof HTMLInputElement && field.type === 'checkbox' ? field.checked : isNumber ? Math.min(24 * 60, Math.max(0, Math.trunc(Number(field.value) || 0))) : field.value;
    this.form = { ...form, [name]: name === 'maxParticipants' ? Math.min(MAX_PEOPLE, value as number) : value };
  };

  private readonly save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { form } = this;
    if (form === null || this.isSaving) return;
    this.problem = this.nameProblem = '';
    const name = form.name.trim();
    if (name === '') {
      this.nameProblem = setupWords(this.language).templates.nameMissing;
      this.renderRoot.querySelector<HTMLElement>('#name')?.focus();
      return;
    }
    this.isSaving = true;
    const answer = await (this.template === null ? this.requests.addTemplate({ ...form, name }) : this.requests.changeTemplate(this.template, { ...form, name }));
    this.isSaving = false;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      return;
    }
    this.say(setupWords(this.language).saved);
    location.hash = fragmentOf({ at: 'templates' });
  };

  private readonly takeAway = async (): Promise<void> => {
    if (this.template === null || this.isSaving) return;
    this.isSaving = true;
    const answer = await this.requests.deleteTemplate(this.template);
    this.isSaving = false;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      return;
    }
    this.isGone = true;
    void this.updateComplete.then(() => { this.focus(); });
  };

  /** Makes it again: nothing hangs on its number. */
  private readonly bringBack = async (): Promise<void> => {
    const { form } = this;
    if (form === null || this.isSaving) return;
    this.isSaving = true;
    const answer = await this.requests.addTemplate(form);
    this.isSaving = false;
    if ('problem' in answer) this.problem = this.problemText(answer.problem);
    else location.replace(fragmentOf({ at: 'templates' }));
  };

  private async fetchTemplate(id: number): Promise<void> {
    const answer = await this.requests.templates();
    if (id !== this.template) return;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      return;
    }
    const found = answer.value.templates.find((one) => one.id === id);
    if (found === undefined) {
      this.problem = this.problemText({ code: 'not_found', field: '' });
      return;
    }
    const { id: _, ...form } = found;
    this.form = form;
  }

  static override styles = [
    reset,
    buttons,
    fields,
    viewStyles,
    css`
      .check {
        padding-block: var(--space-4);
      }

      legend {
        margin-block-end: 0;
      }

      fieldset {
        gap: var(--space-8);
      }
    `,
  ];
}
