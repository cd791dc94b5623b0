/** For hosts, under those who wait: how they want to hear of the next one. The browser is asked on their click only. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fields, reset } from '../../styles/shared.js';
import { hostWords } from '../../text/host.js';
import type { Language } from '../../text/words.js';
import { check } from '../select/select.js';
import { canNotify, readAlerts, writeAlerts, type AlertChoice } from './alerting.js';
import { knock } from './knock.js';
import { lobbyStyles } from './lobby.styles.js';

@customElement('vdx-lobby-alerts')
export class LobbyAlerts extends LitElement {
  static override styles = [reset, fields, lobbyStyles];

  @property({ attribute: false }) language: Language = 'da';
  @state() private choice: AlertChoice = readAlerts();
  @state() private isDenied = false;

  override render(): TemplateResult {
    const words = hostWords(this.language).alerts;
    const { sound } = this.choice;
    const notification = this.choice.notification && canNotify() && Notification.permission === 'granted';
    return html`<div role="group" aria-labelledby="alerts">
      <p class="soft" id="alerts">${words.title}</p>
      ${check(words.sound, sound, (isOn) => { this.chooseSound(isOn); }, 'knock')}
      ${canNotify() ? check(words.notification, notification, (isOn) => void this.chooseNotification(isOn), 'notify') : nothing}
      <div role="status">${this.isDenied ? html`<p class="soft">${words.denied}</p>` : nothing}</div>
    </div>`;
  }

  /** Switched on, it is heard once: that is the question whether it can be. */
  private chooseSound(sound: boolean): void {
    this.choose({ sound });
    if (sound) void knock();
  }

  private async chooseNotification(notification: boolean): Promise<void> {
    const isAllowed = !notification || (await Notification.requestPermission()) === 'granted';
    this.isDenied = !isAllowed;
    this.choose({ notification: notification && isAllowed });
  }

  private choose(change: Partial<AlertChoice>): void {
    this.choice = { ...this.choice, ...change };
    writeAlerts(this.choice);
    this.requestUpdate();
  }
}
