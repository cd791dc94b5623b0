/**
 * The paper round everything that is not the call itself: whose meeting it is, the other language, and at the same
 * place on every screen the way to a human.
 */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Inviter } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { initials, phoneLink, phoneText } from '../../text/names.js';
import type { Words } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import '../language/language.js';
import { frameStyles } from './frame.styles.js';

@customElement('vdx-frame')
export class Frame extends LitElement {
  static override styles = [reset, buttons, frameStyles];

  @property({ attribute: false }) room: Inviter | null = null;
  @property({ attribute: false }) words!: Words;

  override render(): TemplateResult {
    const { words } = this;
    const organisation = this.room?.organisation ?? '';
    const helpLine = this.room?.helpLine ?? '';
    return html`
      <header>
        <div class="whose">
          <span class="mark" aria-hidden="true">${organisation === '' ? icon('camera') : initials(organisation)}</span>
          <span>${organisation === '' ? words.product : organisation}</span>
        </div>
        <vdx-language .words=${words}></vdx-language>
      </header>
      <main><slot></slot></main>
      <footer>
        ${icon('phone')}
        <p>
          ${words.help.ask}
          ${helpLine === ''
            ? words.help.nobody
            : html`<a class="link" href=${phoneLink(helpLine)}>${words.help.call(phoneText(helpLine))}</a>`}
        </p>
      </footer>
    `;
  }
}
