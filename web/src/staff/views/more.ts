/** On phones: what is not needed every day, and the way out. */

import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { buttons, reset } from '../../styles/shared.js';
import { setupWords } from '../../text/staff-setup.js';
import { SignOutEvent } from '../frame.js';
import { glyph } from '../glyphs.js';
import { isAdmin, type StaffPerson } from '../resources.js';
import { fragmentOf } from '../route.js';
import { viewStyles } from '../staff.styles.js';
import { clockText } from '../times.js';
import { View } from '../view.js';

@customElement('vdx-staff-more')
export class MoreView extends View {
  @property({ attribute: false }) person: StaffPerson | null = null;

  override render(): TemplateResult {
    const { nav } = this.words;
    const words = setupWords(this.language).more;
    const { person } = this;
    return html`<div class="stack">
      <h1 tabindex="-1">${words.title}</h1>
      ${person !== null && isAdmin(person)
        ? html`<ul>
            <li><a class="button" href=${fragmentOf({ at: 'templates' })}>${glyph('templates')}<span>${nav.templates}</span></a></li>
            <li><a class="button" href=${fragmentOf({ at: 'look' })}>${glyph('look')}<span>${nav.look}</span></a></li>
          </ul>`
        : nothing}
      ${person === null
        ? nothing
        : html`<div class="card">
            <p>${words.signedIn} <strong>${person.name || person.email}</strong></p>
            <p class="soft">${words.endsAt(clockText(person.endsAt, this.language))}</p>
            <div class="row"><button class="button" type="button" @click=${() => this.dispatchEvent(new SignOutEvent())}>${glyph('out')}<span>${nav.signOut}</span></button></div>
          </div>`}
    </div>`;
  }

  static override styles = [
    reset,
    buttons,
    viewStyles,
    css`
      ul {
        display: grid;
        gap: var(--space-12);
        padding: 0;
        list-style: none;
      }

      li .button {
        justify-content: start;
        width: 100%;
      }
    `,
  ];
}
