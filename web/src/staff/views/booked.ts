/** A meeting that is booked: when, what becomes of its SMS, and everything that can be passed on in other ways. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { askAgainMs, isLost } from '../../elements/invite/fate.js';
import { icon } from '../../elements/icon/icon.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { glyph } from '../glyphs.js';
import type { Booked, Sms } from '../resources.js';
import { fragmentOf } from '../route.js';
import { viewStyles } from '../staff.styles.js';
import { clockText, danish, dateText } from '../times.js';
import { copyText, View } from '../view.js';
import type { JustBooked } from './book.js';

@customElement('vdx-staff-booked')
export class BookedView extends View {
  @property() uuid = '';
  /** Of this page a moment ago; null when the address was opened later. */
  @property({ attribute: false }) just: JustBooked | null = null;

  @state() private booked: Booked | null = null;
  @state() private messages: readonly Sms[] = [];
  @state() private problem = '';
  @state() private isSending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.just?.booked.uuid === this.uuid) {
      this.booked = this.just.booked;
      this.problem = this.just.smsProblem;
    } else {
      this.just = null;
      void this.fetchMeeting();
    }
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render(): TemplateResult {
    const { booked, language } = this;
    const words = this.words.booked;
    if (booked === null) return html`<div class="stack"><h1 tabindex="-1">${words.title}</h1>${this.renderProblem(this.problem)}</div>`;
    const { day } = danish(Date.parse(booked.startTime));
    const times = this.words.day.times(clockText(booked.startTime, language), clockText(booked.endTime, language));
    return html`<div class="stack">
      <div>
        <h1 tabindex="-1">${icon('check')}${words.title}</h1>
        <p class="lead"><strong>${booked.subject}</strong><br />${dateText(day, language)}, ${times}</p>
      </div>
      <section class="card" aria-labelledby="sms">
        <h2 id="sms">${words.smsOf}</h2>
        ${this.problem === '' ? nothing : html`<p class="note danger" role="alert">${icon('warning')}<span>${this.just?.smsProblem === this.problem ? `${words.smsFailed} ` : ''}${this.problem}</span></p>`}
        ${this.messages.length === 0 ? this.renderForm() : this.renderMessages()}
        <div>
          <h3>${words.smsWould}</h3>
          <p class="text" lang=${language === 'da' ? 'da' : 'en'}>${language === 'da' ? booked.smsText.da : booked.smsText.en}</p>
        </div>
      </section>
      <section class="card" aria-labelledby="link">
        <h2 id="link">${words.link}</h2>
        <p class="address"><strong>${booked.shortUrl}</strong></p>
        <p class="soft">${words.linkHint}</p>
        ${booked.guestPin === '' ? nothing : html`<p>${words.pin(booked.guestPin)}</p>`}
        <div class="row">
          <button class="button" type="button" @click=${(event: Event) => { this.copy(booked.shortUrl, event); }}>${glyph('copy')}<span>${this.words.day.copy}</span></button>
          <a class="button" href=${this.mailLink(booked)}>${glyph('mail')}<span>${words.mail}</span></a>
          <button class="button" type="button" @click=${this.saveCalendar}>${glyph('day')}<span>${words.calendar}</span></button>
        </div>
        <details>
          <summary>${words.letter}</summary>
          <p class="soft">${words.letterHint}</p>
          <p class="text">${booked.letterText.da}</p>
          <button class="button" type="button" @click=${(event: Event) => { this.copy(booked.letterText.da, event); }}>${glyph('copy')}<span>${this.words.day.copy}</span></button>
        </details>
      </section>
      <div class="row">
        <a class="button primary" href=${fragmentOf({ at: 'day', day: day === danish(Date.now()).day ? '' : day })}>${words.toDay}</a>
        <a class="button" href=${fragmentOf({ at: 'book', day: '' })}>${words.another}</a>
      </div>
    </div>`;
  }

  private renderForm(): TemplateResult {
    const words = this.words.booked;
    return html`<form class="send" novalidate autocomplete="off" @submit=${this.send}>
      <div class="field">
        <label for="number">${this.words.book.number}</label>
        <input id="number" type="tel" inputmode="tel" autocomplete="off" maxlength="32" .value=${this.just?.number ?? ''} />
      </div>
      <button class="button" type="submit" aria-disabled=${this.isSending ? 'true' : nothing}>${this.isSending ? words.sending : words.send}</button>
    </form>`;
  }

  private renderMessages(): TemplateResult {
    return html`<ul>
      ${this.messages.map((one) => {
        const tone = one.state === 'delivered' ? 'good' : isLost(one) ? 'lost' : '';
        return html`<li data-state=${one.state}>
          <span><span aria-hidden="true">${one.to}</span><span class="visually-hidden">${this.words.ending(one.to.slice(-2))}</span></span>
          <span class="fate ${tone}">${this.words.purpose[one.purpose]}: ${this.words.state[one.state]}</span>
        </li>`;
      })}
    </ul>`;
  }

  private mailLink(booked: Booked): string {
    const text = this.language === 'da' ? booked.letterText.da : booked.letterText.en;
    return `mailto:${encodeURIComponent(this.just?.email ?? '')}?subject=${encodeURIComponent(this.words.booked.mailSubject)}&body=${encodeURIComponent(text)}`;
  }

  private copy(text: string, event: Event): void {
    void copyText(text, event.currentTarget as HTMLElement, this.words.day.copied).then((isDone) => {
      if (isDone) this.say(this.words.day.copied);
    });
  }

  private readonly saveCalendar = async (): Promise<void> => {
    const answer = await this.requests.calendar(this.uuid);
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      return;
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(answer.value);
    link.download = 'videomoede.ics';
    link.click();
    setTimeout(() => { URL.revokeObjectURL(link.href); }, 10_000);
  };

  private readonly send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#number');
    const to = field?.value.trim() ?? '';
    if (field === null || this.isSending) return;
    if (to === '') {
      this.problem = this.words.call.missing;
      field.focus();
      return;
    }
    this.isSending = true;
    this.problem = '';
    const answer = await this.requests.sendSms(this.uuid, { to, sendNow: true, reminders: [] });
    this.isSending = false;
    if ('problem' in answer) {
      this.problem = this.problemText(answer.problem);
      field.focus();
      return;
    }
    this.messages = answer.value.messages;
    void this.look();
  };

  private async fetchMeeting(): Promise<void> {
    const answer = await this.requests.meeting(this.uuid);
    if ('value' in answer) this.booked = answer.value;
    else this.problem = this.problemText(answer.problem);
  }

  private async look(): Promise<void> {
    clearTimeout(this.timer);
    const answer = await this.requests.messages(this.uuid);
    if (!this.isConnected || 'problem' in answer) return;
    const before = new Map(this.messages.map((one) => [one.reference, one.state]));
    this.messages = answer.value.messages;
    for (const one of this.messages) {
      if (before.has(one.reference) && before.get(one.reference) !== one.state) this.say(`${this.words.ending(one.to.slice(-2))}: ${this.words.state[one.state]}.`);
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
      h1 {
        display: flex;
        align-items: center;
        gap: var(--space-12);
      }

      h1 .icon {
        width: 2rem;
        height: 2rem;
        color: var(--positive);
      }

      ul {
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: var(--space-4) var(--space-16);
        min-height: 2.75rem;
        align-items: center;
      }

      .fate {
        font-weight: var(--bold);
      }

      /* Narrow: what became of it always stands under the number. */
      @media (max-width: 37.49em) {
        li {
          flex-direction: column;
          gap: 0;
          align-items: start;
          justify-content: center;
          padding-block: var(--space-4);
        }
      }

      .fate.good {
        color: var(--positive);
      }

      .fate.lost {
        color: var(--danger);
      }

      .send {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: var(--space-12);
      }

      .send .field {
        flex: 1 1 12rem;
        min-width: 0;
      }

      summary {
        min-height: 44px;
        padding-block: var(--space-8);
        font-weight: var(--bold);
        cursor: pointer;
      }

      details[open] {
        display: grid;
        gap: var(--space-12);
        justify-items: start;
      }
    `,
  ];
}
