/**
 * Captions beside the picture: the last finished lines and the one that is being written. A strip of its own, so that
 * nothing is covered. Not read aloud while they are written; who reads with fingers or ears finds them as a region.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallState } from '../../call-types.js';
import { reset } from '../../styles/shared.js';
import type { Language } from '../../text/words.js';
import { writtenText } from '../../text/written.js';
import { captionsStyles } from './captions.styles.js';
import { USUAL, type CaptionPreferences } from './preferences.js';

const LINES = 3;

@customElement('vdx-captions')
export class Captions extends LitElement {
  static override styles = [reset, captionsStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) preferences: CaptionPreferences = USUAL;
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult | typeof nothing {
    const { call, preferences } = this;
    if (!preferences.isOn) return nothing;
    const open = call.documents.captions?.lines ?? [];
    const finished = call.words.captions.map((one) => ({ key: String(one.number), who: one.participantId, text: one.text }));
    const lines = [...finished, ...open.map((one) => ({ key: one.participantId, who: one.participantId, text: one.text }))];
    return html`<div
      class="strip size-${preferences.size} ${preferences.look}"
      role="region"
      tabindex="0"
      aria-label=${writtenText(this.language).captions}
    >
      ${lines.slice(-LINES).map((line) => html`<p dir="auto" data-participant=${line.who}>${line.text}</p>`)}
    </div>`;
  }
}
