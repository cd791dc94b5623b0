/** For hosts: who sees the guests, small groups and their time, and whom to phone in an emergency. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { GuestVisibility } from '../../protocol/messages.gen.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { check, select } from '../select/select.js';
import { smallGroups } from './small-groups.js';
import { phoneLink } from '../../text/names.js';
import { trainingWords } from '../../text/training.js';
import type { Language } from '../../text/words.js';
import { groupDeskStyles } from './group-desk.styles.js';

const MAX_GROUPS = 16;
const MAX_MINUTES = 120;
const VISIBILITIES: readonly GuestVisibility[] = ['hosts', 'spotlight', 'all'];

/** In the order of joining, as evenly as can be; no group is empty. */
export function dealt(people: readonly string[], count: number): readonly (readonly string[])[] {
  const groups: string[][] = Array.from({ length: Math.min(count, people.length) }, () => []);
  people.forEach((person, index) => groups[index % groups.length]?.push(person));
  return groups;
}

@customElement('vdx-group-desk')
export class GroupDesk extends LitElement {
  static override styles = [reset, buttons, fields, groupDeskStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';
  @query('#count') private count!: HTMLInputElement;
  @query('#minutes') private minutes!: HTMLInputElement;

  override render(): TemplateResult {
    const words = trainingWords(this.language).host;
    return html`<h3>${words.title}</h3>
      ${this.renderSound()} ${this.renderVisibility()} ${this.renderGroups()} ${this.renderNotes()}`;
  }

  private renderSound(): TemplateResult {
    const words = trainingWords(this.language);
    const { isOriginalSound } = this.call.devices;
    const choose = (isOn: boolean): void => void this.commands.setOriginalSound(isOn);
    return html`<div class="field">
      ${check(words.music, isOriginalSound, choose, 'original-sound', 'original-sound-hint')}
      <p class="hint" id="original-sound-hint">${words.musicHint}</p>
    </div>`;
  }

  private renderVisibility(): TemplateResult {
    const words = trainingWords(this.language).host;
    const now = this.call.documents.roomChanged?.room.guestVisibility;
    return select({
      id: 'visibility',
      label: words.visibility,
      values: VISIBILITIES,
      chosen: now,
      text: (one) => words.visibilities[one],
      choose: (guestVisibility) => void this.commands.ask({ type: 'changeRoom', guestVisibility }),
    });
  }

  private renderGroups(): TemplateResult {
    const words = trainingWords(this.language).host;
    const groups = smallGroups(this.call);
    const endsAt = this.call.documents.groups?.endsAt ?? null;
    if (groups.length > 0) {
      const left = endsAt === null ? '' : trainingWords(this.language).groupEnds(Math.ceil((endsAt - Date.now() / 1000) / 60));
      return html`<h4>${words.groups}</h4>
        ${left === '' ? nothing : html`<p class="hint">${left}</p>`}
        <ul>
          ${groups.map((group) => {
            const names = group.people
              .map((one) => this.nameOf(one.participantId) + (one.consent === 'agreed' ? '' : ` (${words.notInYet})`))
              .join(', ');
            return html`<li>
              <span>${words.group(group.group + 1)}: ${names}</span>
              <button class="link" type="button" @click=${() => { this.visit(group.group); }}>
                ${words.visit(group.group + 1)}
              </button>
            </li>`;
          })}
        </ul>
        <button class="button" type="button" @click=${() => void this.commands.ask({ type: 'endGroups' })}>
          ${words.endGroups}
        </button>`;
    }
    return html`<h4>${words.groups}</h4>
      <form @submit=${this.form}>
        <div class="field">
          <label for="count">${words.groupCount}</label>
          <input id="count" type="number" min="1" max=${MAX_GROUPS} value="2" />
        </div>
        <div class="field">
          <label for="minutes">${words.minutes}</label>
          <span class="hint" id="minutes-hint">${words.minutesHint}</span>
          <input id="minutes" type="number" min="0" max=${MAX_MINUTES} value="5" aria-describedby="minutes-hint" />
        </div>
        <button class="button" type="submit">${words.form}</button>
      </form>`;
  }

  private renderNotes(): TemplateResult | typeof nothing {
    const words = trainingWords(this.language);
    const people = (this.call.documents.peopleNotes?.people ?? []).filter((one) => one.phone + one.address + one.relative !== '');
    if (people.length === 0) return nothing;
    return html`<h4>${words.host.notes}</h4>
      <ul>
        ${people.map(
          (one) => html`<li>
            <span>${[this.nameOf(one.participantId), one.address, one.relative].filter((part) => part !== '').join(', ')}</span>
            ${one.phone === '' ? nothing : html`<a class="link" href=${phoneLink(one.phone)}>${words.phone(one.phone)}</a>`}
          </li>`,
        )}
      </ul>`;
  }

  private nameOf(id: string): string {
    return this.call.participants.find((person) => person.id === id)?.name ?? '';
  }

  private visit(group: number): void {
    void this.commands.ask({ type: 'visitGroup', group });
  }

  private readonly form = (event: Event): void => {
    event.preventDefault();
    const elsewhere = (this.call.documents.groups?.groups ?? []).flatMap((group) => group.people.map((one) => one.participantId));
    const guests = this.call.participants
      .filter((person) => person.role === 'guest' && person.connection === 'connected' && !elsewhere.includes(person.id))
      .map((person) => person.id);
    const groups = dealt(guests, Math.min(Math.max(this.count.valueAsNumber || 1, 1), MAX_GROUPS));
    const seconds = Math.min(Math.max(this.minutes.valueAsNumber || 0, 0), MAX_MINUTES) * 60;
    if (groups.length > 0) void this.commands.ask({ type: 'formGroups', groups, seconds });
  };
}
