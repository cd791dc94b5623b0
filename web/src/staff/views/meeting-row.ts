/** One meeting of the day: when, what, who waits, one button; behind `Mere` its link, its SMS and how to call it off. */

import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../../elements/icon/icon.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { askAgainMs, isLost } from '../../elements/invite/fate.js';
import { waitedText } from '../../text/staff.js';
import { minutesSince, standingOf, type Standing } from '../day.js';
import { glyph } from '../glyphs.js';
import type { DayMeeting, Sms } from '../resources.js';
import { viewStyles } from '../staff.styles.js';
import { clockText } from '../times.js';
import { copyText, View } from '../view.js';
import { rowStyles } from './meeting-row.styles.js';

const MAX_NAMES = 5;
const MAX_NUMBER_CHARS = 32;

/** The meeting is to be called off, or ended where its room is there already. */
export class CallOffEvent extends Event {
  constructor(readonly meeting: DayMeeting) {
    super('calloff', { bubbles: true, composed: true });
  }
}

export const enterPath = (uuid: string): string => `/staff/meetings/${uuid}`;

@customElement('vdx-meeting-row')
export class MeetingRow extends View {
  static override styles = [reset, buttons, fields, viewStyles, rowStyles];

  @property({ attribute: false }) meeting!: DayMeeting;
  /** By the server's clock. */
  @property({ type: Number }) nowMs = 0;
  /** Whose page it is; only other hosts are named. */
  @property() own = '';

  @state() private isOpen = false;
  /** Null: not told yet. */
  @state() private messages: readonly Sms[] | null = null;
  @state() private problem = '';
  @state() private isSending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('a.button')?.focus();
  }

  override render(): TemplateResult {
    const { meeting, nowMs, language } = this;
    const words = this.words.day;
    const standing = standingOf(meeting, nowMs);
    const canEnter = standing === 'waiting' || standing === 'live' || standing === 'open';
    return html`<article class=${standing} aria-labelledby="subject">
      <p class="times">${words.times(clockText(meeting.startTime, language), clockText(meeting.endTime, language))}</p>
      <div class="what">
        <h2 id="subject">${meeting.subject}</h2>
        ${this.renderStanding(standing)}
        ${meeting.organizedByEmail === '' || meeting.organizedByEmail === this.own ? nothing : html`<p class="by">${words.by(meeting.organizedByEmail)}</p>`}
      </div>
      <div class="do ${canEnter ? 'way' : ''}">
        ${canEnter
          ? html`<a class="button ${standing === 'waiting' ? 'primary' : ''}" href=${enterPath(meeting.uuid)} target="_blank" rel="noopener"
              aria-label=${`${words.enter}: ${meeting.subject}, ${words.enterHint}`}>${glyph('enter')}<span>${words.enter}</span></a>`
          : nothing}
        ${standing === 'over'
          ? nothing
          : html`<button class="button menu" type="button" aria-expanded=${String(this.isOpen)} aria-label=${words.moreOf(meeting.subject)} @click=${this.toggle}>
              ${words.more}
            </button>`}
      </div>
      ${this.isOpen ? this.renderOpened(standing) : nothing}
    </article>`;
  }

  private renderStanding(standing: Standing): TemplateResult {
    const { meeting, language } = this;
    const words = this.words.day;
    switch (standing) {
      case 'waiting': {
        const named = meeting.waiting.slice(0, MAX_NAMES);
        return html`<p class="who">${icon('person')}<span>${words.waiting(meeting.waiting.length)}</span></p>
          <ul>
            ${named.map((one) => html`<li>${waitedText(words, one.name, minutesSince(one.since, this.nowMs))}</li>`)}
          </ul>`;
      }
      case 'live':
        return html`<p class="going-on">${words.inside(meeting.hosts + meeting.guests)}${meeting.hosts === 0 ? `. ${words.withoutHost}` : ''}</p>`;
      case 'open':
        return html`<p class="soft">${words.open}</p>`;
      case 'later':
        return html`<p class="soft">${words.opens(clockText(meeting.opensAt, language))}</p>`;
      default:
        return html`<p class="soft">${words.over}</p>`;
    }
  }

  private renderOpened(standing: Standing): TemplateResult {
    const { meeting } = this;
    const words = this.words.day;
    return html`<div class="opened">
      <div class="row">
        <span><strong>${words.link}</strong><br /><span class="address">${meeting.shortUrl}</span></span>
        <button class="button" type="button" @click=${this.copy}>${glyph('copy')}<span>${words.copy}</span></button>
      </div>
      <section aria-labelledby="sms">
        <h3 id="sms">${words.sms}</h3>
        ${this.messages === null ? nothing : this.messages.length === 0 ? html`<p class="soft">${words.noSms}</p>` : this.renderMessages(this.messages)}
        <form class="send" novalidate autocomplete="off" @submit=${this.send}>
          <div class="field">
            <label for="number">${words.newNumber}</label>
            <input id="number" type="tel" inputmode="tel" autocomplete="off" maxlength=${MAX_NUMBER_CHARS} aria-describedby="problem" />
          </div>
          <button class="button" type="submit" aria-disabled=${this.isSending ? 'true' : nothing}>${this.words.booked.send}</button>
        </form>
        ${this.renderProblem(this.problem)}
      </section>
      <div class="row">
        <button class="button danger" type="button" id="off" @click=${this.callOff}>${standing === 'later' ? words.cancel : words.end}</button>
        <span class="soft">${words.untold}</span>
      </div>
    </div>`;
  }

  private renderMessages(messages: readonly Sms[]): TemplateResult {
    const { day, state: states, purpose, ending } = this.words;
    return html`<ul>
      ${messages.map((one) => {
        const tone = one.state === 'delivered' ? 'good' : isLost(one) ? 'lost' : '';
        const digits = one.to.slice(-2);
        return html`<li data-state=${one.state}>
          <span><span aria-hidden="true">${one.to}</span><span class="visually-hidden">${ending(digits)}</span></span>
          <span class="fate ${tone}">${purpose[one.purpose]}: ${states[one.state]}</span>
          ${one.purpose === 'reminder'
            ? nothing
            : html`<button class="link" type="button" aria-label=${day.sendAgainTo(digits)} @click=${() => { void this.sendAgain(one); }}>${day.sendAgain}</button>`}
        </li>`;
      })}
    </ul>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  private readonly toggle = (): void => {
    this.isOpen = !this.isOpen;
    this.problem = '';
    clearTimeout(this.timer);
    if (this.isOpen) void this.look();
  };

  /** While something may still become of a message. */
  private async look(): Promise<void> {
    clearTimeout(this.timer);
    const answer = await this.requests.messages(this.meeting.uuid);
    if (!this.isOpen || !this.isConnected) return;
    if ('value' in answer) this.messages = answer.value.messages;
    else this.problem = this.problemText(answer.problem);
    const again = askAgainMs(this.messages);
    if (again !== null) this.timer = setTimeout(() => void this.look(), again);
  }

  private readonly copy = (event: Event): void => {
    void copyText(this.meeting.shortUrl, event.currentTarget as HTMLElement, this.words.day.copied).then((isDone) => {
      if (isDone) this.say(this.words.day.copied);
    });
  };

  private readonly send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#number');
    if (field === null || this.isSending) return;
    const to = field.value.trim();
    if (to === '') {
      this.problem = this.words.call.missing;
      field.focus();
      return;
    }
    this.isSending = true;
    this.problem = '';
    const answer = await this.requests.sendSms(this.meeting.uuid, { to, sendNow: true, reminders: [] });
    this.isSending = false;
    if ('value' in answer) {
      field.value = '';
      this.tell(answer.value.messages);
    } else {
      this.problem = this.problemText(answer.problem);
      field.focus();
    }
  };

  private async sendAgain(message: Sms): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    this.problem = '';
    const answer = await this.requests.sendAgain(this.meeting.uuid, message.reference);
    this.isSending = false;
    if ('value' in answer) this.tell(answer.value.messages);
    else this.problem = this.problemText(answer.problem);
  }

  private tell(added: readonly Sms[]): void {
    this.messages = [...added, ...(this.messages ?? [])];
    void this.look();
    const [first] = added;
    if (first !== undefined) this.say(`${this.words.ending(first.to.slice(-2))}: ${this.words.state[first.state]}.`);
  }

  private readonly callOff = (): void => {
    this.isOpen = false;
    this.dispatchEvent(new CallOffEvent(this.meeting));
  };
}
