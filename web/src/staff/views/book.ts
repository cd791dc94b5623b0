/** Booking: what, when, how long, for whom. What is wrong stands beside its field; what was booked has a view of its own. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../elements/icon/icon.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import {
  defaultsOf, fieldOf, LENGTHS, MAX_SUBJECT, problemsOf, REMINDERS, remindersOf, requestOf, type BookingField, type BookingForm, type BookingProblems,
} from '../booking.js';
import type { Booked, Template } from '../resources.js';
import { viewStyles } from '../staff.styles.js';
import { DayChangedEvent, View } from '../view.js';

const MAX_NUMBER_CHARS = 32;
const MAX_EMAIL_CHARS = 254;

/** What is known of a meeting that was just booked, and nowhere kept: the e-mail, and why no SMS left. */
export interface JustBooked {
  readonly booked: Booked;
  readonly email: string;
  /** '' when it was sent, or none was wanted. */
  readonly smsProblem: string;
  /** To try again with. */
  readonly number: string;
}

export class BookedEvent extends Event {
  constructor(readonly just: JustBooked) {
    super('booked', { bubbles: true, composed: true });
  }
}

@customElement('vdx-staff-book')
export class BookView extends View {
  /** '' for today. */
  @property() day = '';

  @state() private form!: BookingForm;
  @state() private problems: BookingProblems = {};
  @state() private problem = '';
  @state() private isBooking = false;
  @state() private templates: readonly Template[] = [];
  /** The same booking is never made twice, however often the button is pressed. */
  private key = crypto.randomUUID();

  override connectedCallback(): void {
    super.connectedCallback();
    this.form = defaultsOf(Date.now(), this.day);
    void this.fetchTemplates();
  }

  override render(): TemplateResult {
    const { form } = this;
    const words = this.words.book;
    return html`<form novalidate autocomplete="off" @submit=${this.book} @input=${this.read} @change=${this.read}>
      <h1 tabindex="-1">${words.title}</h1>
      ${this.renderField('subject', words.subject, words.subjectHint, html`<input
        id="subject" type="text" maxlength=${MAX_SUBJECT} .value=${form.subject}
        aria-describedby="subject-hint subject-problem" aria-invalid=${this.problems.subject === undefined ? nothing : 'true'} />`)}
      <div class="pair">
        ${this.renderField('day', words.day, '', html`<input id="day" type="date" .value=${form.day}
          aria-describedby="day-problem" aria-invalid=${this.problems.day === undefined ? nothing : 'true'} />`)}
        ${this.renderField('clock', words.clock, '', html`<input id="clock" type="time" step="300" .value=${form.clock}
          aria-describedby="clock-problem" aria-invalid=${this.problems.clock === undefined ? nothing : 'true'} />`)}
        <div class="field">
          <label for="minutes">${words.length}</label>
          <span class="choice"><select id="minutes">
            ${LENGTHS.map((each, index) => html`<option value=${each} ?selected=${each === form.minutes}>${words.lengths[index]}</option>`)}
          </select>${icon('chevron')}</span>
        </div>
      </div>
      <fieldset>
        <legend>${words.who}</legend>
        <p class="soft">${words.whoHint}</p>
        ${this.renderField('number', words.number, words.numberHint, html`<input id="number" type="tel" inputmode="tel" autocomplete="off"
          maxlength=${MAX_NUMBER_CHARS} .value=${form.number}
          aria-describedby="number-hint number-problem" aria-invalid=${this.problems.number === undefined ? nothing : 'true'} />`)}
        ${form.number.trim() === '' ? nothing : this.renderSms()}
        ${this.renderField('email', words.email, words.emailHint, html`<input id="email" type="email" autocomplete="off" maxlength=${MAX_EMAIL_CHARS}
          .value=${form.email} aria-describedby="email-hint email-problem" aria-invalid=${this.problems.email === undefined ? nothing : 'true'} />`)}
      </fieldset>
      ${this.templates.length === 0 ? nothing : html`<div class="field">
        <label for="template">${words.template}</label>
        <span class="choice"><select id="template">
          <option value="0" ?selected=${form.template === 0}>${words.ownTemplate}</option>
          ${this.templates.map((each) => html`<option value=${each.id} ?selected=${each.id === form.template}>${each.name || `#${String(each.id)}`}</option>`)}
        </select>${icon('chevron')}</span>
      </div>`}
      ${this.renderProblem(this.problem)}
      <div class="row">
        <button class="button primary wide-on-phones" type="submit" aria-disabled=${this.isBooking ? 'true' : nothing}>
          ${this.isBooking ? words.working : words.go}
        </button>
      </div>
    </form>`;
  }

  private renderField(name: BookingField, label: string, hint: string, input: TemplateResult): TemplateResult {
    const words = this.words.book.problem;
    const problem = this.problems[name];
    const text =
      problem === undefined
        ? ''
        : problem === 'missing'
          ? name === 'subject' ? words.subjectMissing : name === 'day' ? words.dayMissing : words.clockMissing
          : words[problem];
    return html`<div class="field">
      <label for=${name}>${label}</label>
      ${hint === '' ? nothing : html`<span class="hint" id=${`${name}-hint`}>${hint}</span>`}
      ${input}
      <p class="problem" id=${`${name}-problem`}>${text === '' ? nothing : html`${icon('warning')}<span>${text}</span>`}</p>
    </div>`;
  }

  private renderSms(): TemplateResult {
    const { form } = this;
    const words = this.words.book;
    const names = ['none', 'hour', 'day'] as const;
    return html`<div class="pair">
      <label class="check"><input id="sendNow" type="checkbox" ?checked=${form.sendNow} /><span>${words.sendNow}</span></label>
      <div class="field">
        <label for="reminder">${words.reminder}</label>
        <span class="choice"><select id="reminder">
          ${REMINDERS.map((each, index) => html`<option value=${each} ?selected=${each === form.reminder}>${words.reminders[names[index] ?? 'none']}</option>`)}
        </select>${icon('chevron')}</span>
      </div>
    </div>`;
  }

  private readonly read = (event: Event): void => {
    const field = event.target as HTMLInputElement | HTMLSelectElement;
    const value = field instanceof HTMLInputElement && field.type === 'checkbox' ? field.checked : field.value;
    const isNumber = field.id === 'minutes' || field.id === 'reminder' || field.id === 'template';
    this.form = { ...this.form, [field.id]: isNumber ? Number(value) : value };
    this.key = crypto.randomUUID();
    if (Object.keys(this.problems).length > 0) {
      // What is mended is no problem any more; what is not wrong yet is not called so while one types.
      const still = problemsOf(this.form, Date.now());
      this.problems = Object.fromEntries(Object.entries(this.problems).filter(([name]) => name in still)) as BookingProblems;
    }
  };

  private readonly book = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.isBooking) return;
    this.problem = '';
    this.problems = problemsOf(this.form, Date.now());
    if (Object.keys(this.problems).length > 0) {
      this.toFirstProblem();
      return;
    }
    this.isBooking = true;
    const { form } = this;
    const answer = await this.requests.book(requestOf(form), this.key);
    if ('problem' in answer) {
      this.isBooking = false;
      const field = answer.problem.code === 'validation_failed' ? fieldOf(answer.problem.field) : null;
      if (field === null) this.problem = this.problemText(answer.problem);
      else {
        this.problems = { [field]: 'wrong' };
        this.toFirstProblem();
      }
      return;
    }
    this.dispatchEvent(new DayChangedEvent());
    const smsProblem = await this.sendSms(answer.value.uuid, form);
    this.isBooking = false;
    this.dispatchEvent(new BookedEvent({ booked: answer.value, email: form.email.trim(), smsProblem, number: smsProblem === '' ? '' : form.number }));
  };

  /** What went wrong, in words; '' when nothing did. */
  private async sendSms(uuid: string, form: BookingForm): Promise<string> {
    const to = form.number.trim();
    const reminders = remindersOf(form, Date.now());
    if (to === '' || (!form.sendNow && reminders.length === 0)) return '';
    const answer = await this.requests.sendSms(uuid, { to, sendNow: form.sendNow, reminders });
    return 'problem' in answer ? this.problemText(answer.problem) : '';
  }

  private toFirstProblem(): void {
    const [name] = Object.keys(this.problems);
    this.say(this.words.book.problems, 'assertive');
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>(`#${name ?? 'subject'}`)?.focus();
    });
  }

  private async fetchTemplates(): Promise<void> {
    const answer = await this.requests.templates();
    if ('value' in answer) this.templates = answer.value.templates;
  }

  static override styles = [
    reset,
    buttons,
    fields,
    viewStyles,
    css`
      #number {
        font-size: var(--text-20);
      }
    `,
  ];
}
