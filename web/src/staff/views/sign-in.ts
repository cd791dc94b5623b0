/** Before one is signed in: one button where there is another login, or e-mail and password; and choosing the password. */

import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { staffProblem } from '../../text/staff.js';
import type { Shown } from '../requests.js';
import type { StaffState } from '../resources.js';
import { viewStyles } from '../staff.styles.js';
import { View } from '../view.js';

export class SignedInEvent extends Event {
  constructor(readonly session: StaffState) {
    super('signedin', { bubbles: true, composed: true });
  }
}

/** Where the organisation's login begins; the server leads there and back. */
export const SIGN_IN_PATH = '/staff/sign-in';

const MIN_PASSWORD_CHARS = 12;
const MAX_PASSWORD_CHARS = 128;

/** Not a problem: the person wanted it. */
export const SIGNED_OUT = 'signed_out';

@customElement('vdx-staff-sign-in')
export class SignInView extends View {
  static override styles = [reset, buttons, fields, viewStyles];

  /** Null: the server has not told how one signs in. */
  @property({ attribute: false }) session: StaffState | null = null;
  /** The code of what went wrong before; '' for nothing. */
  @property() trouble = '';
  /** The secret of the link that the page was opened with; '' for none. */
  @property({ attribute: false }) invitation = '';

  @state() private isWorking = false;
  @state() private problem = '';
  @state() private isShown = false;
  @query('#email') private emailInput!: HTMLInputElement | null;
  @query('#password') private passwordInput!: HTMLInputElement | null;

  override render(): TemplateResult {
    const { signIn, again } = this.words;
    if (this.invitation !== '') {
      if (this.session !== null) return this.session.way === 'openId' ? this.renderInvited() : this.renderChoosing();
      if (this.trouble === '') return html`<div class="stack"><h1 tabindex="-1">${signIn.invited}</h1></div>`;
    }
    if (this.session === null) {
      return html`<div class="stack">
        <h1 tabindex="-1">${this.words.product}</h1>
        ${this.renderProblem(this.words.problem[staffProblem({ code: this.trouble, field: '' })])}
        <div class="row"><button class="button primary wide-on-phones" type="button" @click=${() => this.dispatchEvent(new Event('again', { bubbles: true, composed: true }))}>${again}</button></div>
      </div>`;
    }
    const { way } = this.session;
    const isOut = this.trouble === SIGNED_OUT;
    const problem = this.problem || (this.trouble === '' || isOut ? '' : this.words.problem[staffProblem({ code: this.trouble, field: '' })]);
    return html`<div class="stack">
      <h1 tabindex="-1">${signIn.title}</h1>
      ${way === 'development' ? html`<p class="note">${signIn.developmentLead}</p>` : html`<p class="lead">${way === 'openId' ? signIn.lead : signIn.passwordLead}</p>`}
      ${isOut ? html`<p class="lead" role="status">${signIn.ended}</p>` : nothing}
      ${way === 'password' ? this.renderPassword(problem) : html`${this.renderProblem(problem)}
        <div class="row">
          ${way === 'development'
            ? html`<button class="button primary wide-on-phones" type="button" aria-disabled=${this.isWorking ? 'true' : nothing} @click=${this.signIn}>
                ${this.isWorking ? signIn.working : signIn.development}
              </button>`
            : html`<a class="button primary wide-on-phones" href=${SIGN_IN_PATH}>${signIn.go}</a>`}
        </div>`}
    </div>`;
  }

  private renderPassword(problem: string): TemplateResult {
    const { signIn } = this.words;
    const invalid = this.problem === '' ? nothing : 'true';
    return html`<form novalidate @submit=${this.submit}>
      <div class="field">
        <label for="email">${signIn.email}</label>
        <input id="email" name="username" type="email" inputmode="email" autocomplete="username" maxlength="254" autocapitalize="none" spellcheck="false"
          aria-describedby="problem" aria-invalid=${invalid} />
      </div>
      <div class="field">
        <label for="password">${signIn.password}</label>
        ${this.renderInput('current-password', 'problem', invalid)}
        ${this.renderProblem(problem)}
      </div>
      ${this.renderShow()}
      ${this.renderSubmit(signIn.go)}
      <p class="soft">${signIn.noAccess}</p>
    </form>`;
  }

  /** The link is used up when the password is sent, so a program that looks at links uses up none. */
  private renderChoosing(): TemplateResult {
    const { signIn } = this.words;
    return html`<div class="stack">
      <h1 tabindex="-1">${signIn.invited}</h1>
      <p class="lead">${signIn.chooseLead}</p>
      <form novalidate @submit=${this.submit}>
        <div class="field">
          <label for="password">${signIn.newPassword}</label>
          <span class="hint" id="rule">${signIn.rule}</span>
          ${this.renderInput('new-password', 'rule problem', this.problem === '' ? nothing : 'true')}
          ${this.renderProblem(this.problem)}
        </div>
        ${this.renderShow()}
        ${this.renderSubmit(signIn.choose)}
      </form>
    </div>`;
  }

  private renderInput(autocomplete: 'current-password' | 'new-password', describedBy: string, invalid: 'true' | typeof nothing): TemplateResult {
    return html`<input id="password" name="password" type=${this.isShown ? 'text' : 'password'} autocomplete=${autocomplete} maxlength=${MAX_PASSWORD_CHARS}
      autocapitalize="none" spellcheck="false" dir="ltr" aria-describedby=${describedBy} aria-invalid=${invalid} />`;
  }

  private renderShow(): TemplateResult {
    return html`<label class="check"><input id="show" type="checkbox" .checked=${this.isShown} @change=${this.show} /><span>${this.words.signIn.show}</span></label>`;
  }

  private renderSubmit(text: string): TemplateResult {
    return html`<div class="row">
      <button class="button primary wide-on-phones" type="submit" aria-disabled=${this.isWorking ? 'true' : nothing}>${this.isWorking ? this.words.signIn.working : text}</button>
    </div>`;
  }

  /** Asks first: a program that looks at links must not use it up. */
  private renderInvited(): TemplateResult {
    const { signIn } = this.words;
    return html`<div class="stack">
      <h1 tabindex="-1">${signIn.invited}</h1>
      <p class="lead">${signIn.invitedLead}</p>
      ${this.renderProblem(this.problem)}
      <div class="row">
        <button class="button primary wide-on-phones" type="button" aria-disabled=${this.isWorking ? 'true' : nothing} @click=${this.signIn}>
          ${this.isWorking ? signIn.working : signIn.go}
        </button>
      </div>
    </div>`;
  }

  private readonly signIn = (): Promise<void> => this.begin(this.invitation === '' ? undefined : { invitation: this.invitation });

  private readonly show = (event: Event): void => {
    this.isShown = (event.target as HTMLInputElement).checked;
  };

  private readonly submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const password = this.passwordInput?.value ?? '';
    const email = this.emailInput?.value.trim() ?? '';
    const { problem } = this.words;
    if (this.invitation !== '' && password.length < MIN_PASSWORD_CHARS) this.problem = problem.passwordShort;
    else if (this.invitation === '' && (email === '' || password === '')) this.problem = problem.passwordWrong;
    else await this.begin(this.invitation === '' ? { email, password } : { invitation: this.invitation, password });
    if (this.problem === '') return;
    await this.updateComplete;
    (this.invitation === '' && email === '' ? this.emailInput : this.passwordInput)?.focus();
  };

  private async begin(shown: Shown | undefined): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    this.problem = '';
    const answer = await this.requests.signIn(shown);
    this.isWorking = false;
    if ('value' in answer) this.dispatchEvent(new SignedInEvent(answer.value));
    else if (answer.problem.code === 'rate_limited' && shown !== undefined) this.problem = this.words.problem.passwordWait;
    else this.problem = this.problemText(answer.problem);
  }
}
