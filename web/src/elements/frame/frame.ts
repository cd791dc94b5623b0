/**
 * The paper round everything that is not the call itself: whose meeting it is, the other language, and at the same
 * place on every screen the way to a human.
 */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Inviter } from '../../call-types.js';
import type { Look } from '../../look/look.js';
import { renderLinks } from '../../look/links.js';
import { buttons, reset } from '../../styles/shared.js';
import { initials, phoneLink, phoneText } from '../../text/names.js';
import type { Words } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import '../logo/logo.js';
import '../language/language.js';
import { frameStyles } from './frame.styles.js';

@customElement('vdx-frame')
export class Frame extends LitElement {
  static override styles = [reset, buttons, frameStyles];

  @property({ attribute: false }) room: Inviter | null = null;
  @property({ attribute: false }) look: Look | null = null;
  @property({ attribute: false }) words!: Words;

  @state() private isLogoBroken = false;

  override render(): TemplateResult {
    const { words, look } = this;
    const organisation = this.room?.organisation ?? '';
    const helpLine = this.room?.helpLine ?? '';
    const isNamed = look !== null && look.logo !== '' && !this.isLogoBroken && look.logoText === organisation;
    return html`
      <header>
        <div class="whose">
          <vdx-logo .look=${look} @logofailed=${() => { this.isLogoBroken = true; }}>
            <span class="mark" aria-hidden="true">${organisation === '' ? icon('camera') : initials(organisation)}</span>
          </vdx-logo>
          ${isNamed ? nothing : html`<span>${organisation === '' ? words.product : organisation}</span>`}
        </div>
        <vdx-language .words=${words}></vdx-language>
      </header>
      <main><slot></slot></main>
      <footer>
        <div class="human">
          ${icon('phone')}
          <p>
            ${words.help.ask}
            ${helpLine === ''
              ? words.help.nobody
              : html`<a class="link" href=${phoneLink(helpLine)}>${words.help.call(phoneText(helpLine))}</a>`}
          </p>
        </div>
        ${renderLinks(look, words.language)}
      </footer>
    `;
  }
}
