/** What the browser itself does to sound and picture: only what it offers is shown. No models of ours. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, DevicesState, Processing } from '../../call-types.js';
import { fields, reset } from '../../styles/shared.js';
import { techniqueWords } from '../../text/technique.js';
import type { Language } from '../../text/words.js';
import { check } from '../select/select.js';
import { processingStyles } from './processing.styles.js';

const SOUND = ['noiseSuppression', 'echoCancellation', 'autoGainControl'] as const;

@customElement('vdx-processing')
export class ProcessingElement extends LitElement {
  static override styles = [reset, fields, processingStyles];

  @property({ attribute: false }) devices!: DevicesState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  override render(): TemplateResult | typeof nothing {
    const { devices } = this;
    const words = techniqueWords(this.language).processing;
    const offered: Partial<MediaTrackSupportedConstraints> = navigator.mediaDevices?.getSupportedConstraints?.() ?? {};
    // Where the original sound is sent, none of these is at work.
    const sound = devices.isOriginalSound ? [] : SOUND.filter((name) => offered[name] === true);
    if (sound.length === 0 && !devices.canBlur) return nothing;
    const row = (name: keyof Processing & keyof typeof words): TemplateResult =>
      check(words[name], devices.processing[name], (isOn) => void this.choose(name, isOn), name);
    return html`<fieldset aria-describedby="hint">
      <legend>${words.title}</legend>
      ${devices.canBlur ? check(words.blur, devices.processing.backgroundBlur, (isOn) => void this.choose('backgroundBlur', isOn), 'blur') : nothing}
      ${sound.map(row)}
      <p class="hint" id="hint">${words.hint}</p>
    </fieldset>`;
  }

  /** What came to nothing is shown as it is. */
  private async choose(name: keyof Processing, isOn: boolean): Promise<void> {
    await this.commands.setProcessing({ [name]: isOn });
    this.requestUpdate();
  }
}
