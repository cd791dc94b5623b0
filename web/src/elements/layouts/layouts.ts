/** How the pictures are arranged, as small pictures: for oneself where the room leaves it to each, and for all by a host. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { LAYOUTS } from '../../conference/layouts.gen.js';
import { fields, reset } from '../../styles/shared.js';
import { layoutWords, type LayoutWords } from '../../text/layouts.js';
import type { Language } from '../../text/words.js';
import { live } from 'lit/directives/live.js';
import { icon } from '../icon/icon.js';
import { check } from '../select/select.js';
import { layoutsStyles } from './layouts.styles.js';
import { layoutPicture } from './picture.js';

/** The automatic ones first, then by how many are shown. */
const NAMES = Object.keys(LAYOUTS).sort((a, b) => Number(LAYOUTS[a]?.arrangement === 'fixed') - Number(LAYOUTS[b]?.arrangement === 'fixed'));

@customElement('vdx-layouts')
export class Layouts extends LitElement {
  static override styles = [reset, fields, layoutsStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult | typeof nothing {
    const told = this.call.documents.layoutChanged;
    const room = this.call.documents.roomChanged?.room;
    if (told === undefined || room === undefined) return nothing;
    const words = layoutWords(this.language);
    const ask: CallCommands['ask'] = (command) => this.commands.ask(command);
    return html`
      ${told.mayChoose
        ? html`<div class="field">
            <span class="label">${words.title}</span>
            ${this.renderPictures('own', words.title, told.layout, NAMES, (layout) => void ask({ type: 'chooseLayout', layout }))}
          </div>`
        : html`<div class="field"><span class="label">${words.title}</span><p>${words.fixedByHost}</p></div>`}
      ${this.call.self?.role === 'host'
        ? html`<fieldset>
            <legend>${words.forAll}</legend>
            ${this.renderForOthers('guests', words.forGuests, room.guestLayout, (guestLayout) => void ask({ type: 'changeRoom', guestLayout }))}
            ${this.renderForOthers('hosts', words.forHosts, room.hostLayout, (hostLayout) => void ask({ type: 'changeRoom', hostLayout }))}
            ${check(words.eachChooses, room.layoutChoice === 'each', (isEach) =>
              void ask({ type: 'changeRoom', layoutChoice: isEach ? 'each' : 'hosts' }), 'each-chooses')}
            ${check(words.showsNames, room.showsNames, (showsNames) => void ask({ type: 'changeRoom', showsNames }), 'shows-names')}
          </fieldset>`
        : nothing}
    `;
  }

  /** For others: folded, with what is chosen in its line. `asMode`: as the meeting's kind has it. */
  private renderForOthers(id: string, label: string, selected: string, choose: (layout: string) => void): TemplateResult {
    const words = layoutWords(this.language);
    return html`<details id=${id}>
      <summary>${icon('chevron')}<span>${label}: <b>${selected === '' ? words.asMode : (words.names[selected] ?? selected)}</b></span></summary>
      ${this.renderPictures(id, label, selected, ['', ...NAMES], choose)}
    </details>`;
  }

  private renderPictures(id: string, label: string, selected: string, names: readonly string[], choose: (layout: string) => void): TemplateResult {
    const words: LayoutWords = layoutWords(this.language);
    const nameOf = (name: string): string => (name === '' ? words.asMode : (words.names[name] ?? name));
    return html`<div class="pictures" role="radiogroup" aria-label=${label}>
        ${names.map((name) => {
          const layout = LAYOUTS[name];
          return html`<label title=${nameOf(name)}>
            <input
              type="radio"
              name=${id}
              value=${name}
              aria-label=${nameOf(name)}
              .checked=${live(name === selected)}
              @change=${() => { choose(name); }}
            />
            ${layout === undefined ? html`<span class="plain">${nameOf(name)}</span>` : layoutPicture(layout)}
          </label>`;
        })}
      </div>
      <p class="chosen" aria-hidden="true">${nameOf(selected)}</p>`;
  }
}
