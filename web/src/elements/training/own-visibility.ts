/** For a guest: whether the other guests see him, and changing one's mind. */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { trainingWords } from '../../text/training.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';

@customElement('vdx-own-visibility')
export class OwnVisibility extends LitElement {
  static override styles = [reset, buttons];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult {
    const words = trainingWords(this.language);
    const isSeen = this.call.documents.consents?.visibility === 'agreed';
    const change = (): void =>
      void this.commands.ask({ type: 'answerConsent', question: 'visibility', agrees: !isSeen });
    return html`<p>${isSeen ? words.seenByAll : words.seenByHosts}</p>
      <button class="link" type="button" @click=${change}>
        ${icon(isSeen ? 'hide' : 'show')}${isSeen ? words.hideMe : words.letSee}
      </button>`;
  }
}
