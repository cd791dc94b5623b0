/** The keys of the call, as far as they do something here, and the switch for all of them. */

import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CallState } from '../../call-types.js';
import { SHORTCUTS, usesShortcuts, writeShortcuts } from '../../pages/shortcuts.js';
import { fields, reset } from '../../styles/shared.js';
import { techniqueWords } from '../../text/technique.js';
import type { Language } from '../../text/words.js';
import { check } from '../select/select.js';
import { shortcutsStyles } from './shortcuts.styles.js';

@customElement('vdx-shortcuts')
export class ShortcutsElement extends LitElement {
  static override styles = [reset, fields, shortcutsStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) language: Language = 'da';
  @state() private isOn = usesShortcuts();

  override render(): TemplateResult {
    const words = techniqueWords(this.language).shortcuts;
    const offered = SHORTCUTS.filter((one) => one.isOffered?.(this.call) ?? true);
    return html`${check(words.use, this.isOn, (isOn) => { this.choose(isOn); }, 'use', 'hint')}
      <p class="hint" id="hint">${words.hint}</p>
      <dl class=${this.isOn ? '' : 'off'}>
        ${offered.map((one) => html`<div><dt><kbd>${one.key.toUpperCase()}</kbd></dt><dd>${words[one.label]}</dd></div>`)}
        <div><dt><kbd>${words.escapeKey}</kbd></dt><dd>${words.escape}</dd></div>
      </dl>`;
  }

  private choose(isOn: boolean): void {
    this.isOn = isOn;
    writeShortcuts(isOn);
  }
}
