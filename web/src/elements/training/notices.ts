/**
 * What group training tells and asks a person, as lines across the top of the call: each stands while its cause stands,
 * and each is said aloud once. A question about being seen waits for its answer; nothing happens without it.
 */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { reset } from '../../styles/shared.js';
import { phoneLink } from '../../text/names.js';
import { trainingWords, type TrainingWords } from '../../text/training.js';
import type { Language } from '../../text/words.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { icon, type IconName } from '../icon/icon.js';
import { Alarm } from './alarm.js';
import { noticesStyles } from './notices.styles.js';

interface Deed {
  readonly text: string;
  readonly run: () => void;
}

interface Line {
  /** The same while it is the same line: what is new is said aloud. */
  readonly id: string;
  readonly icon: IconName;
  readonly text: string;
  readonly deeds: readonly Deed[];
  readonly phone?: string;
  readonly isLoud?: boolean;
}

/** How often what counts down is looked at. */
const TICK_MS = 10_000;

@customElement('vdx-training-notices')
export class TrainingNotices extends LitElement {
  static override styles = [reset, noticesStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  private readonly alarm = new Alarm();
  private said: ReadonlySet<string> = new Set();
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => {
      if (this.call.documents.ownGroup?.endsAt != null) this.requestUpdate();
    }, TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
    this.alarm.set(0);
  }

  override render(): TemplateResult | typeof nothing {
    const lines = this.lines(trainingWords(this.language));
    return lines.length === 0 ? nothing : html`<ul>${lines.map((line) => this.renderLine(line))}</ul>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const lines = this.lines(trainingWords(this.language));
    for (const line of lines) {
      if (!this.said.has(line.id)) this.dispatchEvent(new AnnounceEvent(line.text, line.isLoud ? 'assertive' : 'polite'));
    }
    this.said = new Set(lines.map((line) => line.id));
    this.alarm.set(this.call.documents.helpCalls?.calls.length ?? 0);
  }

  private renderLine(line: Line): TemplateResult {
    return html`<li class=${line.isLoud ? 'loud' : ''} data-line=${line.id.split(' ', 1)[0] ?? ''}>
      ${icon(line.icon)}
      <p>${line.text}</p>
      ${line.phone === undefined || line.phone === ''
        ? nothing
        : html`<a class="act" href=${phoneLink(line.phone)}>${trainingWords(this.language).phone(line.phone)}</a>`}
      ${line.deeds.map((deed) => html`<button class="act" type="button" @click=${deed.run}>${deed.text}</button>`)}
    </li>`;
  }

  private lines(words: TrainingWords): readonly Line[] {
    return [...this.calls(words), ...this.questions(words), ...this.places(words), ...this.ownHelp(words)];
  }

  private nameOf(id: string | null): string {
    return this.call.participants.find((person) => person.id === id)?.name ?? '';
  }

  /** At the hosts, until one of them answers. */
  private calls(words: TrainingWords): readonly Line[] {
    const { helpCalls, peopleNotes } = this.call.documents;
    return (helpCalls?.calls ?? []).map(({ participantId }) => {
      const note = peopleNotes?.people.find((one) => one.participantId === participantId);
      const where = [note?.address, note?.relative].filter((part) => part !== undefined && part !== '').join(', ');
      const text = words.needsHelp(this.nameOf(participantId));
      return {
        id: `help ${participantId}`,
        icon: 'warning',
        text: where === '' ? text : `${text} (${where})`,
        phone: note?.phone ?? '',
        deeds: [{ text: words.takeCare, run: () => void this.commands.ask({ type: 'answerHelp', participantId }) }],
        isLoud: true,
      };
    });
  }

  private questions(words: TrainingWords): readonly Line[] {
    const { consents, ownGroup } = this.call.documents;
    const lines: Line[] = [];
    const ask = (question: 'visibility' | 'spotlight' | 'group', text: string): void => {
      const answer = (agrees: boolean) => (): void => void this.commands.ask({ type: 'answerConsent', question, agrees });
      const deeds = [{ text: words.no, run: answer(false) }, { text: words.yes, run: answer(true) }];
      lines.push({ id: `ask-${question}`, icon: 'people', text, deeds });
    };
    if (consents?.visibility === 'asked') ask('visibility', words.askVisibility);
    if (consents?.spotlight === 'asked') ask('spotlight', words.askSpotlight);
    if (ownGroup?.consent === 'asked') ask('group', words.askGroup);
    return lines;
  }

  private places(words: TrainingWords): readonly Line[] {
    const { consents, ownGroup, awayHosts } = this.call.documents;
    const lines: Line[] = [];
    if (consents?.spotlight === 'agreed') {
      const isHost = this.call.self?.role === 'host';
      const run = (): void =>
        void this.commands.ask(
          isHost ? { type: 'spotlight', participantId: null } : { type: 'answerConsent', question: 'spotlight', agrees: false },
        );
      lines.push({ id: 'spotlight', icon: 'show', text: words.inSpotlight, deeds: [{ text: words.stop, run }] });
    }
    if (ownGroup?.place === 'aside') {
      const run = (): void => void this.commands.ask({ type: 'endAside' });
      const text = words.aside(this.nameOf(ownGroup.participantId));
      lines.push({ id: 'aside', icon: 'people', text, deeds: [{ text: words.back, run }] });
    }
    if (ownGroup?.place === 'group') lines.push(this.group(words, ownGroup.endsAt));
    if ((awayHosts?.hosts.length ?? 0) > 0 && this.call.self?.role !== 'host') {
      lines.push({ id: 'away', icon: 'info', text: words.hostAway, deeds: [] });
    }
    return lines;
  }

  private group(words: TrainingWords, endsAt: number | null): Line {
    const isHost = this.call.self?.role === 'host';
    const left = endsAt === null ? '' : ` ${words.groupEnds(Math.ceil((endsAt - Date.now() / 1000) / 60))}`;
    const run = (): void =>
      void this.commands.ask(
        isHost ? { type: 'visitGroup', group: null } : { type: 'answerConsent', question: 'group', agrees: false },
      );
    return { id: 'group', icon: 'people', text: words.inGroup + left, deeds: [{ text: words.back, run }] };
  }

  private ownHelp(words: TrainingWords): readonly Line[] {
    const { ownHelp } = this.call.documents;
    if (ownHelp?.asked === true) {
      const run = (): void => void this.commands.ask({ type: 'withdrawHelp' });
      return [{ id: 'own-help', icon: 'check', text: words.helpAsked, deeds: [{ text: words.withdraw, run }] }];
    }
    const answeredBy = this.nameOf(ownHelp?.answeredBy ?? null);
    return answeredBy === '' ? [] : [{ id: 'answered', icon: 'check', text: words.helpAnswered(answeredBy), deeds: [] }];
  }
}
