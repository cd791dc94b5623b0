/**
 * Calling somebody now: one number, one button, and then what becomes of it until the two talk. The number is in the
 * field until the SMS was taken, and nowhere else.
 */

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { askAgainMs, isLost } from '../../elements/invite/fate.js';
import { icon } from '../../elements/icon/icon.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { waitedText } from '../../text/staff.js';
import { UNSEEN, type Watched } from '../day-watch.js';
import { minutesSince } from '../day.js';
import { glyph } from '../glyphs.js';
import type { DayMeeting, Sms } from '../resources.js';
import { fragmentOf } from '../route.js';
import { viewStyles } from '../staff.styles.js';
import { DayChangedEvent, View } from '../view.js';
import { enterPath } from './meeting-row.js';

const MAX_NUMBER_CHARS = 32;
const SLOW_MINUTES = 3;

export class RungEvent extends Event {
  constructor(readonly uuid: string) {
    super('rung', { bubbles: true, composed: true });
  }
}

@customElement('vdx-staff-call')
export class CallView extends View {
  /** Of the call that goes on; '' for none yet. */
  @property() uuid = '';
  @property({ attribute: false }) today: Watched = UNSEEN;

  @state() private messages: readonly Sms[] = [];
  @state() private problem = '';
  @state() private isWorking = false;
  @state() private isStopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looksAt = '';
  private wasHere = false;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('uuid') || this.uuid === this.looksAt) return;
    this.looksAt = this.uuid;
    this.isStopped = false;
    this.wasHere = false;
    this.problem = '';
    this.messages = [];
    clearTimeout(this.timer);
    if (this.uuid !== '') void this.look();
  }

  protected override updated(): void {
    const isHere = (this.meeting?.waiting.length ?? 0) > 0;
    if (isHere && !this.wasHere) this.renderRoot.querySelector<HTMLElement>('a.button.primary')?.focus();
    this.wasHere = isHere;
  }

  private get meeting(): DayMeeting | null {
    return this.today.day?.meetings.find((one) => one.uuid === this.uuid) ?? null;
  }

  override render(): TemplateResult {
    return this.uuid === '' ? this.renderForm() : this.renderCalling();
  }

  private renderForm(): TemplateResult {
    const words = this.words.call;
    return html`<form novalidate autocomplete="off" @submit=${this.call}>
      <h1 tabindex="-1">${words.title}</h1>
      <p class="lead">${words.lead}</p>
      <div class="field">
        <label for="number">${words.number}</label>
        <span class="hint" id="hint">${this.words.book.numberHint}</span>
        <input id="number" type="tel" inputmode="tel" autocomplete="off" maxlength=${MAX_NUMBER_CHARS} ?readonly=${this.isWorking}
          aria-describedby="hint problem" aria-invalid=${this.problem === '' ? nothing : 'true'} />
        ${this.renderProblem(this.problem)}
      </div>
      <div class="row">
        <button class="button primary wide-on-phones" type="submit" aria-disabled=${this.isWorking ? 'true' : nothing}>
          ${glyph('call')}<span>${this.isWorking ? words.working : words.go}</span>
        </button>
      </div>
    </form>`;
  }

  private renderCalling(): TemplateResult {
    const words = this.words.call;
    const { meeting } = this;
    const nowMs = Date.now() + this.today.aheadMs;
    const first = meeting?.waiting[0];
    const isHere = first !== undefined;
    const isInside = !isHere && (meeting?.hosts ?? 0) > 0 && (meeting?.guests ?? 0) > 0;
    if (this.isStopped) return html`<div class="stack"><h1 tabindex="-1">${words.stopped}</h1>${this.renderAnother()}</div>`;
    const [last] = this.messages.filter((one) => one.purpose !== 'reminder');
    const isLate = meeting !== null && !isHere && !isInside && minutesSince(meeting.startTime, nowMs) >= SLOW_MINUTES;
    return html`<div class="stack">
      <h1 tabindex="-1" class=${isHere ? 'here' : ''}>${isHere ? words.here : isInside ? words.inside : words.under}</h1>
      <p class="lead">${isHere ? words.hereHint : isInside ? '' : words.waitsFor}</p>
      <ol aria-label=${words.steps}>
        ${this.renderStep(words.step.sms, last === undefined ? this.words.state.waiting : `${this.words.state[last.state]} · ${last.to}`, last === undefined ? '' : isLost(last) ? 'lost' : last.state === 'delivered' ? 'done' : 'doing')}
        ${this.renderStep(words.step.link, first !== undefined ? waitedText(this.words.day, first.name, minutesSince(first.since, nowMs)) : isInside ? '' : words.notYet, isHere || isInside ? 'done' : '')}
        ${this.renderStep(words.step.room, isInside ? '' : words.notYet, isInside ? 'done' : '')}
      </ol>
      ${isLate ? html`<p class="note">${icon('info')}<span>${words.slow}</span></p>` : nothing}
      ${this.renderProblem(this.problem)}
      <div class="row">
        <a class="button ${isHere || isInside ? 'primary' : ''}" href=${enterPath(this.uuid)} target="_blank" rel="noopener"
          aria-label=${`${this.words.day.enter}, ${this.words.day.enterHint}`}>${glyph('enter')}<span>${this.words.day.enter}</span></a>
        ${last === undefined || isHere || isInside
          ? nothing
          : html`<button class="button" type="button" aria-disabled=${this.isWorking ? 'true' : nothing} @click=${() => { void this.sendAgain(last); }}>${this.words.day.sendAgain}</button>`}
        ${isInside ? nothing : html`<button class="button" type="button" aria-disabled=${this.isWorking ? 'true' : nothing} @click=${this.stop}>${words.stop}</button>`}
      </div>
      ${isInside ? this.renderAnother() : nothing}
    </div>`;
  }

  private renderStep(name: string, text: string, tone: '' | 'doing' | 'done' | 'lost'): TemplateResult {
    return html`<li class=${tone}>
      <span class="dot">${tone === 'done' ? icon('check') : tone === 'lost' ? icon('warning') : nothing}</span>
      <span><strong>${name}</strong>${text === '' ? nothing : html`<br />${text}`}</span>
    </li>`;
  }

  private renderAnother(): TemplateResult {
    return html`<div class="row"><a class="button" href=${fragmentOf({ at: 'call' })}>${this.words.call.another}</a></div>`;
  }

  private readonly call = async (event: Event): Promise<void> => {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#number');
    if (field === null || this.isWorking) return;
    const to = field.value.trim();
    if (to === '') {
      this.problem = this.words.call.missing;
      field.focus();
      return;
    }
    this.isWorking = true;
    this.problem = '';
    const answer = await this.requests.callNow(to);
    this.isWorking = false;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      field.focus();
      return;
    }
    this.say(this.words.call.sent);
    this.dispatchEvent(new DayChangedEvent());
    this.dispatchEvent(new RungEvent(answer.value.uuid));
  };

  private readonly stop = async (): Promise<void> => {
    if (this.isWorking) return;
    this.isWorking = true;
    this.problem = '';
    const answer = await this.requests.end(this.uuid);
    this.isWorking = false;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      return;
    }
    this.isStopped = true;
    clearTimeout(this.timer);
    this.dispatchEvent(new DayChangedEvent());
    void this.updateComplete.then(() => { this.focus(); });
  };

  private async sendAgain(message: Sms): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    this.problem = '';
    const answer = await this.requests.sendAgain(this.uuid, message.reference);
    this.isWorking = false;
    if ('problem' in answer) this.problem = this.problemText(answer.problem);
    else this.messages = [...answer.value.messages, ...this.messages];
    void this.look();
  }

  private async look(): Promise<void> {
    clearTimeout(this.timer);
    const { uuid } = this;
    const answer = await this.requests.messages(uuid);
    if (!this.isConnected || uuid !== this.uuid) return;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
    } else {
      const [before] = this.messages;
      this.messages = answer.value.messages;
      const [now] = this.messages;
      if (now !== undefined && now.state !== before?.state) this.say(`${this.words.call.step.sms}: ${this.words.state[now.state]}.`);
    }
    const again = askAgainMs(this.messages);
    if (again !== null) this.timer = setTimeout(() => void this.look(), again);
  }

  static override styles = [
    reset,
    buttons,
    fields,
    viewStyles,
    css`
      #number {
        max-width: 24rem;
        min-height: 4rem;
        font-size: var(--text-32);
        font-weight: var(--bold);
      }

      .here {
        color: var(--brand-text);
      }

      ol {
        display: grid;
        gap: var(--space-16);
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        gap: var(--space-12);
        color: var(--ink-soft);
      }

      li.done,
      li.doing,
      li.lost {
        color: var(--ink);
      }

      .dot {
        display: grid;
        flex: none;
        place-items: center;
        width: 2rem;
        height: 2rem;
        border: 2px solid var(--edge);
        border-radius: var(--radius-full);
      }

      .dot .icon {
        width: 1.25rem;
        height: 1.25rem;
      }

      .doing .dot {
        border-color: var(--brand-text);
        border-style: dashed;
      }

      .done .dot {
        border-color: var(--positive);
        background: var(--positive);
        color: var(--paper);
      }

      .lost .dot {
        border-color: var(--danger);
        color: var(--danger);
      }
    `,
  ];
}
