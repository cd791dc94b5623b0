/** The day: what goes on, what comes, and above all who waits. What is over goes aside. */

import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../../elements/icon/icon.js';
import '../../elements/lobby/alerts.js';
import { buttons, reset } from '../../styles/shared.js';
import { waitedText } from '../../text/staff.js';
import { CallingOff } from '../calling-off.js';
import { DayWatch, UNSEEN, type Watched } from '../day-watch.js';
import { dayAfter, minutesSince, planOf, waitingCount } from '../day.js';
import { glyph } from '../glyphs.js';
import type { DayMeeting } from '../resources.js';
import { fragmentOf } from '../route.js';
import { viewStyles } from '../staff.styles.js';
import { clockText, danish, dateText, dayWord } from '../times.js';
import { DayChangedEvent, View } from '../view.js';
import './meeting-row.js';
import type { CallOffEvent, MeetingRow } from './meeting-row.js';

const TICK_MS = 10_000;

@customElement('vdx-staff-day')
export class DayView extends View {
  /** '' for today. */
  @property() day = '';
  /** Today, as the page watches it all the time. */
  @property({ attribute: false }) today: Watched = UNSEEN;
  @property() own = '';

  @state() private other: Watched = UNSEEN;
  @state() private showsEarlier = false;
  @state() private problem = '';
  private watch: DayWatch | null = null;
  private calling!: CallingOff;
  private ticking: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.ticking = setInterval(() => { this.requestUpdate(); }, TICK_MS);
    this.addEventListener('calloff', this.onCallOff);
    this.calling = new CallingOff(
      this.requests,
      () => { this.requestUpdate(); },
      (_, problem) => {
        this.problem = problem === null ? '' : this.problemText(problem);
        this.dispatchEvent(new DayChangedEvent());
        this.watch?.look();
      },
    );
    this.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticking);
    this.removeEventListener('calloff', this.onCallOff);
    this.watch?.stop();
    this.calling.close();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('day') && this.hasUpdated) this.follow();
  }

  private follow(): void {
    this.watch?.stop();
    this.watch = null;
    this.other = UNSEEN;
    this.problem = '';
    if (this.isToday) return;
    this.watch = new DayWatch(this.requests, this.day, (now) => { this.other = now; });
    this.watch.start();
  }

  private get isToday(): boolean {
    return this.day === '' || this.day === this.today.day?.day;
  }

  override render(): TemplateResult {
    const { language, words } = this;
    const watched = this.isToday ? this.today : this.other;
    const nowMs = Date.now() + watched.aheadMs;
    const day = this.day || (watched.day?.day ?? danish(nowMs).day);
    const date = dateText(day, language);
    const word = dayWord(day, nowMs, words.day);
    return html`<div class="stack">
      <div class="head">
        <div>
          <h1 tabindex="-1">${word === '' ? capital(date) : word}</h1>
          ${word === '' ? nothing : html`<p class="soft date">${date}</p>`}
        </div>
        <div class="row">
          <a class="button small" href=${fragmentOf({ at: 'day', day: dayAfter(day, -1) })}>${glyph('before')}<span class="visually-hidden">${words.day.before}</span></a>
          ${this.isToday ? nothing : html`<a class="button" href=${fragmentOf({ at: 'day', day: '' })}>${words.day.toToday}</a>`}
          <a class="button small" href=${fragmentOf({ at: 'day', day: dayAfter(day, 1) })}>${glyph('after')}<span class="visually-hidden">${words.day.after}</span></a>
          <a class="button" href=${fragmentOf({ at: 'book', day: this.isToday ? '' : day })}>${glyph('book')}<span>${words.day.book}</span></a>
        </div>
      </div>
      <div class="notices"><div role="status">
        ${watched.problem === null ? nothing : html`<p class="note">${icon('warning')}<span>${watched.day === null ? this.problemText(watched.problem) : words.day.stale}</span></p>`}
      </div>
      ${this.renderProblem(this.problem)}
      ${this.renderUndo()}</div>
      ${watched.day === null ? nothing : this.renderDay(watched.day.meetings, nowMs, watched.day.isWhole)}
    </div>`;
  }

  private renderUndo(): TemplateResult {
    const words = this.words.day;
    return html`<div role="status">
      ${repeat(this.calling.meetings, (one) => one.uuid, (one) => html`<p class="note undo">
        <span>${words.cancelled(one.subject)} ${words.untold}</span>
        <button class="button" type="button" @click=${() => { this.calling.undo(one.uuid); }}>${words.undo}</button>
      </p>`)}
    </div>`;
  }

  private renderDay(all: readonly DayMeeting[], nowMs: number, isWhole: boolean): TemplateResult {
    const words = this.words.day;
    const meetings = all.filter((one) => !this.calling.has(one.uuid));
    const plan = planOf(meetings, nowMs);
    const isEmpty = plan.now.length + plan.coming.length === 0;
    const nowLine = html`<li class="now"><span>${words.now(clockText(nowMs, this.language))}</span></li>`;
    return html`
      ${this.renderWaiting(meetings, nowMs)}
      ${plan.earlier.length === 0
        ? nothing
        : html`<button class="link" type="button" aria-expanded=${String(this.showsEarlier)} @click=${() => { this.showsEarlier = !this.showsEarlier; }}>
            ${this.showsEarlier ? words.hideEarlier : words.earlier(plan.earlier.length)}
          </button>`}
      <ul class="meetings" aria-label=${words.list}>
        ${this.showsEarlier ? this.renderRows(plan.earlier, nowMs) : nothing}
        ${this.renderRows(plan.now, nowMs)}
        ${this.isToday ? nowLine : nothing}
        ${this.renderRows(plan.coming, nowMs)}
      </ul>
      ${isEmpty
        ? html`<div class="empty">
            <p class="lead">${this.isToday ? words.none : words.noneOther}</p>
          </div>`
        : nothing}
      ${isWhole ? nothing : html`<p class="note">${icon('info')}<span>${words.cut}</span></p>`}
      ${this.isToday ? html`<vdx-lobby-alerts .language=${this.language}></vdx-lobby-alerts>` : nothing}
    `;
  }

  /** Where the list is long, who waits may be out of sight. */
  private renderWaiting(meetings: readonly DayMeeting[], nowMs: number): TemplateResult | typeof nothing {
    const count = waitingCount(meetings);
    const words = this.words.day;
    if (count === 0 || meetings.length < 4) return nothing;
    const [first] = meetings
      .flatMap((meeting) => meeting.waiting.map((one) => ({ meeting, one })))
      .sort((a, b) => Date.parse(a.one.since) - Date.parse(b.one.since));
    if (first === undefined) return nothing;
    return html`<p class="summary">
      ${icon('person')}
      <span><strong>${words.waiting(count)}</strong> · ${words.longest}: ${waitedText(words, first.one.name, minutesSince(first.one.since, nowMs))}</span>
      <button class="link" type="button" @click=${() => { this.show(first.meeting.uuid); }}>${words.toWaiting}</button>
    </p>`;
  }

  private renderRows(meetings: readonly DayMeeting[], nowMs: number): unknown {
    return repeat(meetings, (one) => one.uuid, (one) => html`<li>
      <vdx-meeting-row id=${`m-${one.uuid}`} .requests=${this.requests} .language=${this.language} .meeting=${one} .nowMs=${nowMs} .own=${this.own}></vdx-meeting-row>
    </li>`);
  }

  private show(uuid: string): void {
    const row = this.renderRoot.querySelector<MeetingRow>(`#m-${CSS.escape(uuid)}`);
    row?.scrollIntoView({ block: 'center' });
    row?.focus();
  }

  private readonly onCallOff = (event: Event): void => {
    this.problem = '';
    this.calling.begin((event as CallOffEvent).meeting);
    this.focus();
  };

  static override styles = [
    reset,
    buttons,
    viewStyles,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        justify-content: space-between;
        gap: var(--space-16);
      }

      .date {
        font-size: var(--text-18);
      }

      .button.small {
        padding-inline: var(--space-12);
      }

      .button.small:dir(rtl) .icon {
        scale: -1 1;
      }

      vdx-lobby-alerts {
        padding-block-start: var(--space-16);
        border-block-start: 1px solid var(--line);
      }

      .meetings {
        display: grid;
        gap: var(--space-12);
        padding: 0;
        list-style: none;
      }

      .now {
        display: flex;
        align-items: center;
        gap: var(--space-12);
        color: var(--brand-text);
        font-weight: var(--bold);
      }

      .now::before,
      .now::after {
        height: 2px;
        background: currentColor;
        content: '';
      }

      .now::before {
        width: var(--space-16);
      }

      .now::after {
        flex: 1;
      }

      .undo,
      .summary {
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
      }

      .summary {
        display: flex;
        gap: var(--space-4) var(--space-12);
        padding: var(--space-8) var(--space-16);
        border: 2px solid var(--brand-text);
        border-radius: var(--radius-card);
        background: var(--surface);
      }

      .summary .icon {
        color: var(--brand-text);
      }

      .summary span {
        flex: 1 1 14rem;
      }

      .notices {
        display: grid;
        gap: 0;
        margin-block-end: calc(-1 * var(--space-24));
      }

      .notices .note,
      .notices .problem:not(:empty) {
        margin-block-end: var(--space-16);
      }

      @media (min-width: 56em) {
        .summary {
          position: sticky;
          z-index: 1;
          inset-block-start: var(--space-8);
        }
      }

      .empty {
        padding-block: var(--space-16);
      }
    `,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('da') + text.slice(1);
}
