/** For hosts: what is booked, how long is left, who is expected and here, and who was here where the room notes it. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { ExpectedPerson, MeetingDetails, Stay } from '../../protocol/host-requests.js';
import { buttons, reset } from '../../styles/shared.js';
import { hostWords, type HostWords } from '../../text/host.js';
import { localeOf } from '../../text/languages.js';
import { phoneLink, phoneText } from '../../text/names.js';
import { functionText } from '../../text/people.js';
import { momentText } from '../../text/times.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { detailsStyles } from './details.styles.js';

/** Minutes are shown, so a look now and then is enough. */
const LOOK_MS = 15_000;
const MINUTE_MS = 60_000;
/** Of the room's id, as the server's `short_id`: what `vdxmedia explain` takes. In two halves, to be said aloud. */
const SHORT_CHARS = 6;

/** By name, as links fix it: two of the same name are not told apart. */
function isHere(person: ExpectedPerson, call: CallState): boolean {
  return call.participants.some((one) => one.name === person.name && one.connection !== 'returning');
}

@customElement('vdx-details')
export class Details extends LitElement {
  static override styles = [reset, buttons, detailsStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  @state() private details: MeetingDetails | null = null;
  @state() private stays: readonly Stay[] = [];
  @state() private isUnreachable = false;
  @state() private isFileMissing = false;
  private looking: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.looking = setInterval(() => { this.requestUpdate(); }, LOOK_MS);
  }

  /** Not before: where this part of the page came late, its properties are set later than it is connected. */
  protected override firstUpdated(): void {
    void this.fetch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  override render(): TemplateResult {
    const words = hostWords(this.language).details;
    const { details } = this;
    if (details === null) {
      return this.isUnreachable
        ? html`<p role="alert">${words.unreachable}</p>
            <button class="button" type="button" id="again" @click=${() => void this.fetch()}>${words.tryAgain}</button>`
        : html`<p role="status">${words.loading}</p>`;
    }
    return html`${this.renderFacts(details, words)} ${this.renderExpected(details, words)} ${this.renderAttendance(words)}`;
  }

  private renderFacts(details: MeetingDetails, words: HostWords['details']): TemplateResult {
    const now = Date.now();
    const moment = (ms: number | null): string => (ms === null ? words.none : momentText(ms, now, this.language));
    const left = details.endsAt === null ? null : Math.floor((details.endsAt - now) / MINUTE_MS);
    const shortId = (this.call.room?.id ?? '').slice(0, SHORT_CHARS);
    const row = (term: string, text: TemplateResult | string): TemplateResult => html`<dt>${term}</dt><dd>${text}</dd>`;
    return html`${left === null
        ? nothing
        : html`<p class="left ${left < 0 ? 'over' : ''}">${left < 0 ? words.over(-left) : words.left(left)}</p>`}
      <dl>
        ${details.subject === '' ? nothing : row(words.subject, details.subject)}
        ${row(words.organisation, details.organisation === '' ? words.none : details.organisation)}
        ${details.helpLine === ''
          ? nothing
          : row(words.helpLine, html`<a class="link" dir="ltr" href=${phoneLink(details.helpLine)}>${phoneText(details.helpLine)}</a>`)}
        ${details.startsAt === null ? nothing : row(words.begins, moment(details.startsAt))}
        ${details.endsAt === null ? nothing : row(words.ends, moment(details.endsAt))}
        ${details.closesAt === null || details.closesAt === details.endsAt ? nothing : row(words.closes, moment(details.closesAt))}
        ${details.organisedBy === '' ? nothing : row(words.organisedBy, details.organisedBy)}
        ${shortId === '' ? nothing : row(words.shortId, html`<span dir="ltr" id="short-id">${shortId.slice(0, SHORT_CHARS / 2)} ${shortId.slice(SHORT_CHARS / 2)}</span>`)}
      </dl>
      ${details.isBooked ? nothing : html`<p class="soft">${words.unbooked}</p>`}`;
  }

  private renderExpected(details: MeetingDetails, words: HostWords['details']): TemplateResult | typeof nothing {
    if (details.expected.length === 0) return nothing;
    return html`<section aria-labelledby="expected">
      <h3 id="expected">${words.expected}</h3>
      <ul>
        ${details.expected.map((one) => {
          const what = [functionText(one.function, this.language), one.organisation].filter((part) => part !== '').join(', ');
          const here = isHere(one, this.call);
          return html`<li>
            <div class="who"><p class="name">${one.name}</p>${what === '' ? nothing : html`<p class="soft">${what}</p>`}</div>
            <p class="state ${here ? 'here' : ''}">${here ? icon('check') : nothing}<span>${here ? words.isHere : words.isNotHere}</span></p>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  private renderAttendance(words: HostWords['details']): TemplateResult {
    const clock = new Intl.DateTimeFormat(localeOf(this.language), { hour: '2-digit', minute: '2-digit' });
    return html`<section aria-labelledby="attendance">
      <h3 id="attendance">${words.attendance}</h3>
      ${this.stays.length === 0
        ? html`<p class="soft">${words.attendanceNone}</p>`
        : html`<p class="soft">${words.attendanceHint}</p>
            <ul>
              ${this.stays.map(
                (stay) => html`<li>
                  <div class="who">
                    <p class="name">${stay.name}</p>
                    <p class="soft">${words.fromTo(clock.format(stay.firstSeen), clock.format(stay.lastSeen))}</p>
                  </div>
                </li>`,
              )}
            </ul>
            <button class="button" type="button" id="file" @click=${() => void this.save()}>${words.file}</button>
            <div role="alert">${this.isFileMissing ? html`<p>${words.unreachable}</p>` : nothing}</div>`}
    </section>`;
  }

  private async fetch(): Promise<void> {
    this.isUnreachable = false;
    const hub = await this.commands.hub.host().catch(() => null);
    const [details, stays] = await Promise.all([hub?.details(), hub?.attendance()]);
    if (stays !== undefined && 'told' in stays) this.stays = stays.told;
    if (details !== undefined && 'told' in details) this.details = details.told;
    else this.isUnreachable = true;
  }

  private async save(): Promise<void> {
    const hub = await this.commands.hub.host().catch(() => null);
    const file = await hub?.attendanceFile();
    this.isFileMissing = file === undefined || !('told' in file);
    if (file === undefined || !('told' in file)) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file.told);
    link.download = `${hostWords(this.language).details.attendance}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
