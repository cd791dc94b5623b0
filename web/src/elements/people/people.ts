/**
 * Who is here: name, organisation, function, role, and what each concern marks. Whoever may do something about a person
 * finds it under the person's own button; sections of the concerns stand above and below the list.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CallCommands, CallState, ParticipantState } from '../../call-types.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { initials, toneOf } from '../../text/names.js';
import { BROWSER_NAMES } from '../technique/browser.js';
import type { PersonDevice } from '../../protocol/host-requests.js';
import { hostWords } from '../../text/host.js';
import { functionText, peopleWords, type PeopleWords } from '../../text/people.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import '../undo/undo.js';
import './concerns.js';
import { peopleStyles } from './people.styles.js';
import { actionsFor, isHost, marksOf, sectionsFor, type Mark, type PeopleContext, type PeopleSection, type PersonAction } from './registry.js';

const BELOW = 100;

@customElement('vdx-people')
export class People extends LitElement {
  static override styles = [reset, buttons, fields, peopleStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  /** Whose actions are open. */
  @state() private opened: string | null = null;
  /** What people are in the call with, as hosts are told when they look at somebody. */
  @state() private devices: ReadonlyMap<string, PersonDevice> = new Map();
  /** Which of them asks something first. */
  @state() private asking: string | null = null;

  override render(): TemplateResult {
    const words = peopleWords(this.language);
    const sections = sectionsFor(this.call);
    const people = this.inOrder();
    return html`
      ${repeat(sections.filter((one) => one.order < BELOW), ({ id }) => id, (one) => this.renderSection(one))}
      <section class="here">
        <h3 id="here">${words.here(people.length)}</h3>
        <ul aria-labelledby="here">
          ${repeat(
            people,
            (person) => person.id,
            (person) => this.renderPerson(person, words),
          )}
        </ul>
      </section>
      ${repeat(sections.filter((one) => one.order >= BELOW), ({ id }) => id, (one) => this.renderSection(one))}
    `;
  }

  /** In the order of joining, but who calls comes first. */
  private inOrder(): readonly ParticipantState[] {
    const people = this.call.participants.filter((person) => !person.isFilm);
    const calls = (person: ParticipantState): boolean => marksOf(person, this.call, this.language).some((mark) => mark.isUrgent === true);
    return [...people.filter(calls), ...people.filter((person) => !calls(person))];
  }

  private get context(): PeopleContext {
    return { call: this.call, commands: this.commands, language: this.language };
  }

  private renderSection(section: PeopleSection): TemplateResult {
    return html`<div class="section" data-section=${section.id}>${section.render(this.context)}</div>`;
  }

  private renderPerson(person: ParticipantState, words: PeopleWords): TemplateResult {
    const actions = actionsFor(person, this.call);
    const isOpen = this.opened === person.id && actions.length > 0;
    const what = [functionText(person.function, this.language), person.organisation].filter((part) => part !== '').join(', ');
    return html`<li data-person=${person.id} class=${person.connection === 'connected' ? '' : 'away'}>
      <div class="person">
        <span class="face tone-${toneOf(person.name)}" aria-hidden="true">${initials(person.name)}</span>
        <div class="who">
          <p class="name">${person.name}${person.isSelf ? html` <span class="soft">(${words.you})</span>` : nothing}</p>
          <p class="what">
            ${person.role === 'host' ? html`<span class="role">${words.host}</span>` : nothing}${what}
          </p>
          ${this.renderLoud(marksOf(person, this.call, this.language))}
        </div>
        <div class="marks">${marksOf(person, this.call, this.language).map((mark) => this.renderMark(mark))}</div>
        ${actions.length === 0
          ? nothing
          : html`<button
              type="button"
              class="menu"
              aria-expanded=${String(isOpen)}
              aria-label=${words.actionsFor(person.name)}
              @click=${() => { this.open(isOpen ? null : person.id); }}
            >
              ${icon('chevron')}
            </button>`}
      </div>
      ${isOpen ? this.renderActions(person, actions) : nothing}
    </li>`;
  }

  private renderLoud(marks: readonly Mark[]): TemplateResult | typeof nothing {
    const loud = marks.filter((mark) => mark.isLoud === true);
    if (loud.length === 0) return nothing;
    return html`${loud.map((mark) => html`<p class="loud">${icon(mark.icon)}<span>${mark.text}</span></p>`)}`;
  }

  private renderMark(mark: Mark): TemplateResult | typeof nothing {
    if (mark.isLoud === true) return nothing;
    return html`<span class="mark" title=${mark.text}>${icon(mark.icon)}<span class="visually-hidden">${mark.text}</span></span>`;
  }

  private renderActions(person: ParticipantState, actions: readonly PersonAction[]): TemplateResult {
    const asking = actions.find((action) => action.id === this.asking);
    if (asking?.form !== undefined) {
      return html`<div class="actions" @keydown=${this.onKey}>${asking.form(person, this.context, () => { this.close(person.id); })}</div>`;
    }
    return html`<div class="actions" @keydown=${this.onKey}>
      ${this.renderDevice(person)}
      ${repeat(actions, (action) => action.id, (action) => this.renderAction(action, person))}
    </div>`;
  }

  private renderDevice(person: ParticipantState): TemplateResult | typeof nothing {
    const device = this.devices.get(person.id);
    if (device === undefined) return nothing;
    const words = hostWords(this.language).person;
    const browser = BROWSER_NAMES[device.browser];
    return html`<p class="device">${browser === '' ? words.device[device.kind] : words.deviceWith(words.device[device.kind], browser)}</p>`;
  }

  /** Only where somebody looks, and only for hosts. */
  private async askDevices(): Promise<void> {
    if (!isHost(this.call)) return;
    const hub = await this.commands.hub.host().catch(() => null);
    const answer = await hub?.devices();
    if (answer !== undefined && 'told' in answer) this.devices = answer.told;
  }

  private renderAction(action: PersonAction, person: ParticipantState): TemplateResult {
    const label = action.label(person, this.language, this.call);
    const { undoable } = action;
    if (undoable !== undefined) {
      return html`<vdx-undo
        data-action=${action.id}
        .label=${label}
        .pending=${(seconds: number) => undoable(person, this.language, seconds)}
        .act=${() => { this.run(action, person); }}
        .language=${this.language}
        ?danger=${action.isDangerous === true}
      ></vdx-undo>`;
    }
    return html`<button
      type="button"
      class="button ${action.isDangerous === true ? 'danger' : ''}"
      data-action=${action.id}
      @click=${() => { this.run(action, person); }}
    >
      ${label}
    </button>`;
  }

  private open(person: string | null): void {
    this.opened = person;
    this.asking = null;
    if (person !== null) void this.askDevices();
  }

  private run(action: PersonAction, person: ParticipantState): void {
    if (action.form !== undefined) {
      this.asking = action.id;
      return;
    }
    action.run(person, this.context);
    this.close(person.id);
  }

  /** Escape closes the actions before it closes the panel. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.opened === null) return;
    event.stopPropagation();
    this.close(this.opened);
  }

  private close(person: string): void {
    this.open(null);
    this.renderRoot.querySelector<HTMLElement>(`[data-person="${CSS.escape(person)}"] .menu`)?.focus();
  }
}
