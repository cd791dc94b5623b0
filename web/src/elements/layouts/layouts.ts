/** How the pictures are arranged: for oneself where the room leaves it to each, and for all by a host. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { LAYOUTS } from '../../conference/layouts.gen.js';
import { fields, reset } from '../../styles/shared.js';
import { layoutWords, type LayoutWords } from '../../text/layouts.js';
import type { Language } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { check } from '../select/select.js';
import { layoutsStyles } from './layouts.styles.js';

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
        ? this.renderChoice('own', words.title, told.layout, null, (layout) => void ask({ type: 'chooseLayout', layout }))
        : html`<div class="field"><span class="label">${words.title}</span><p>${words.fixedByHost}</p></div>`}
      ${this.call.self?.role === 'host'
        ? html`<fieldset>
            <legend>${words.forAll}</legend>
            ${this.renderChoice('guests', words.forGuests, room.guestLayout, words.asMode, (guestLayout) =>
              void ask({ type: 'changeRoom', guestLayout: guestLayout ?? '' }))}
            ${this.renderChoice('hosts', words.forHosts, room.hostLayout, words.asMode, (hostLayout) =>
              void ask({ type: 'changeRoom', hostLayout: hostLayout ?? '' }))}
            ${check(words.eachChooses, room.layoutChoice === 'each', (isEach) =>
              void ask({ type: 'changeRoom', layoutChoice: isEach ? 'each' : 'hosts' }), 'each-chooses')}
            ${check(words.showsNames, room.showsNames, (showsNames) => void ask({ type: 'changeRoom', showsNames }), 'shows-names')}
          </fieldset>`
        : nothing}
    `;
  }

  /** `none`: the word for naming no layout; null: one is always named. */
  private renderChoice(
    id: string,
    label: string,
    selected: string,
    none: string | null,
    choose: (layout: string | null) => void,
  ): TemplateResult {
    const words: LayoutWords = layoutWords(this.language);
    const chosen = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      choose(value === '' ? null : value);
    };
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <div class="choice">
        <select id=${id} @change=${chosen}>
          ${none === null ? nothing : html`<option value="" .selected=${selected === ''}>${none}</option>`}
          ${NAMES.map((name) => html`<option value=${name} .selected=${name === selected}>${words.names[name] ?? name}</option>`)}
        </select>
        ${icon('chevron')}
      </div>
    </div>`;
  }
}
