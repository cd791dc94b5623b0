/** Which camera, microphone and loudspeaker: one list each, and whether hands speak; changed at once. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, Device, DeviceKind, DevicesState } from '../../call-types.js';
import { fields, reset } from '../../styles/shared.js';
import type { Words } from '../../text/words.js';
import { icon } from '../icon/icon.js';
import { devicesStyles } from './devices.styles.js';

@customElement('vdx-devices')
export class Devices extends LitElement {
  static override styles = [reset, fields, devicesStyles];

  @property({ attribute: false }) devices!: DevicesState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) words!: Words;

  override render(): TemplateResult {
    const { devices } = this;
    return html`
      ${this.renderChoice('camera', devices.cameras)} ${this.renderSignLanguage()}
      ${this.renderChoice('microphone', devices.microphones)}
      ${devices.canChooseSpeaker ? this.renderChoice('speaker', devices.speakers) : nothing}
    `;
  }

  private renderChoice(kind: DeviceKind, list: readonly Device[]): TemplateResult {
    const { words, devices } = this;
    const selected = devices.selected[kind];
    return html`<div class="field">
      <label for=${kind}>${words.device[kind]}</label>
      <div class="choice">
        <select id=${kind} ?disabled=${list.length === 0} @change=${(event: Event) => { this.choose(kind, event); }}>
          ${list.length === 0 ? html`<option>${words.device.none}</option>` : nothing}
          ${list.map(
            (device, index) =>
              html`<option value=${device.id} .selected=${device.id === selected}>
                ${device.label === '' ? words.device.unnamed(words.device[kind], index + 1) : device.label}
              </option>`,
          )}
        </select>
        ${icon('chevron')}
      </div>
    </div>`;
  }

  private renderSignLanguage(): TemplateResult {
    const { words, devices } = this;
    return html`<div class="field">
      <label class="check">
        <input
          type="checkbox"
          id="sign-language"
          aria-describedby="sign-language-help"
          .checked=${devices.usesSignLanguage}
          @change=${(event: Event) => { this.chooseSignLanguage(event); }}
        />
        ${words.device.signLanguage}
      </label>
      <p class="hint" id="sign-language-help">${words.device.signLanguageHelp}</p>
    </div>`;
  }

  private chooseSignLanguage(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.commands.setSignLanguage(event.target.checked);
  }

  private choose(kind: DeviceKind, event: Event): void {
    if (event.target instanceof HTMLSelectElement) void this.commands.chooseDevice(kind, event.target.value);
  }
}
