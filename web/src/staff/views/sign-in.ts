/** Before one is signed in: one button, or why there is none. */

import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { staffProblem } from '../../text/staff.js';
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

  override render(): TemplateResult {
    const { signIn, again } = this.words;
    if (this.invitation !== '') return this.renderInvited();
    if (this.session === null) {
      return html`<div class="stack">
        <h1 tabindex="-1">${this.words.product}</h1>
        ${this.renderProblem(this.words.problem[staffProblem({ code: this.trouble, field: '' })])}
        <div class="row"><button class="button primary wide-on-phones" type="button" @click=${() => this.dispatchEvent(new Event('again', { bubbles: true, composed: true }))}>${again}</button></div>
      </div>`;
    }
    const { way } = this.session;
    if (way === 'none') {
      return html`<div class="stack"><h1 tabindex="-1">${signIn.nowhere}</h1><p class="lead">${signIn.nowhereLead}</p></div>`;
    }
    const isOut = this.trouble === SIGNED_OUT;
    const problem = this.problem || (this.trouble === '' || isOut ? '' : this.words.problem[staffProblem({ code: this.trouble, field: '' })]);
    return html`<div class="stack">
      <h1 tabindex="-1">${signIn.title}</h1>
      ${way === 'development'
        ? html`<p class="note">${signIn.developmentLead}</p>`
        : html`<p class="lead">${signIn.lead}</p>`}
      ${isOut ? html`<p class="lead" role="status">${signIn.ended}</p>` : nothing}
      ${this.renderProblem(problem)}
      <div class="row">
        ${way === 'development'
          ? html`<button class="button primary wide-on-phones" type="button" aria-disabled=${this.isWorking ? 'true' : nothing} @click=${this.signIn}>
              ${this.isWorking ? signIn.working : signIn.development}
            </button>`
          : html`<a class="button primary wide-on-phones" href=${SIGN_IN_PATH}>${signIn.go}</a>`}
      </div>
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

  private readonly signIn = async (): Promise<void> => {
    if (this.isWorking) return;
    this.isWorking = true;
    this.problem = '';
    const answer = await this.requests.signIn(this.invitation === '' ? undefined : this.invitation);
    this.isWorking = false;
    if ('value' in answer) this.dispatchEvent(new SignedInEvent(answer.value));
    else this.problem = this.problemText(answer.problem);
  };
}
