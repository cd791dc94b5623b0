/** For hosts: how people get the floor, and who may share a screen. A section of the people's panel, below the people. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import type { ChangeRoom, FloorPolicy } from '../../protocol/messages.gen.js';
import { buttons, fields, reset } from '../../styles/shared.js';
import { floorQueueWords } from '../../text/floor-queue.js';
import type { Language } from '../../text/words.js';
import { check, select } from '../select/select.js';
import { queueStyles } from './queue.styles.js';

const POLICIES: readonly FloorPolicy[] = ['free', 'hands', 'queue', 'moderated'];
/** Raised hands alone would keep nobody from sharing. */
const SCREEN_POLICIES: readonly FloorPolicy[] = ['free', 'queue', 'moderated'];
const TURNS_MIN = [0, 1, 2, 3, 5, 10];
const PLACES = [1, 2, 3, 5];

@customElement('vdx-floor-rules')
export class FloorRules extends LitElement {
  static override styles = [reset, buttons, fields, queueStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult | typeof nothing {
    const words = floorQueueWords(this.language);
    const room = this.call.documents.roomChanged?.room;
    if (room === undefined) return nothing;
    const minutes = room.turnS / 60;
    const turns = TURNS_MIN.includes(minutes) ? TURNS_MIN : [...TURNS_MIN, minutes];
    const places = PLACES.includes(room.maxSpeakers) ? PLACES : [...PLACES, room.maxSpeakers];
    const screens = SCREEN_POLICIES.includes(room.screenPolicy) ? SCREEN_POLICIES : [...SCREEN_POLICIES, room.screenPolicy];
    return html`<div class="rules">
      ${select({
        id: 'policy',
        label: words.policy,
        values: POLICIES,
        chosen: room.floorPolicy,
        text: (policy) => words.policies[policy],
        choose: (floorPolicy) => { this.change({ floorPolicy }); },
      })}
      <p class="soft">
        ${words.explained[room.floorPolicy]}${room.floorPolicy === 'queue' && room.guestVisibility !== 'all' ? ` ${words.queueIsPrivate}` : ''}
      </p>
      ${room.floorPolicy === 'queue' || room.floorPolicy === 'moderated'
        ? html`${select({
              id: 'turn',
              label: words.turn,
              values: turns,
              chosen: minutes,
              text: (one) => (one === 0 ? words.noLimit : words.minutes(one)),
              choose: (one) => { this.change({ turnS: one * 60 }); },
            })}
            ${select({
              id: 'places',
              label: words.places,
              values: places,
              chosen: room.maxSpeakers,
              text: String,
              choose: (maxSpeakers) => { this.change({ maxSpeakers }); },
            })}
            ${check(words.exempt, room.hostsExempt, (hostsExempt) => { this.change({ hostsExempt }); }, 'exempt')}`
        : nothing}
      ${room.floorPolicy === 'free'
        ? nothing
        : check(words.showsSpeaker, room.showsSpeaker, (showsSpeaker) => { this.change({ showsSpeaker }); }, 'shows-speaker')}
      ${select({
        id: 'screen-policy',
        label: words.screenPolicy,
        values: screens,
        chosen: room.screenPolicy,
        text: (policy) => words.screenPolicies[policy],
        choose: (screenPolicy) => { this.change({ screenPolicy }); },
      })}
    </div>`;
  }

  private change(change: Omit<ChangeRoom, 'type'>): void {
    void this.commands.ask({ type: 'changeRoom', ...change });
  }
}
