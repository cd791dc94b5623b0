/** A host asks for the microphone or the camera. Only the person answers; nothing opens by itself. */

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CallCommands, CallState } from '../../call-types.js';
import { buttons, reset } from '../../styles/shared.js';
import { roomWords } from '../../text/rooms.js';
import type { Language } from '../../text/words.js';
import { AnnounceEvent } from '../announcer/announcer.js';
import { icon } from '../icon/icon.js';
import { askedStyles } from './asked.styles.js';

type Openable = 'microphone' | 'camera';

const isOpenable = (source: string): source is Openable => source === 'microphone' || source === 'camera';

@customElement('vdx-asked')
export class AskedElement extends LitElement {
  static override styles = [reset, buttons, askedStyles];

  @property({ attribute: false }) call!: CallState;
  @property({ attribute: false }) commands!: CallCommands;
  @property({ attribute: false }) language: Language = 'da';

  private said: readonly Openable[] = [];

  private get asked(): readonly Openable[] {
    return (this.call.documents.ownSources?.asked ?? []).filter(isOpenable);
  }

  override render(): TemplateResult | typeof nothing {
    const words = roomWords(this.language).asked;
    const { asked } = this;
    if (asked.length === 0) return nothing;
    return html`${asked.map(
      (source) => html`<section data-asked=${source}>
        <p>${icon(source)}<span>${words.text[source]}</span></p>
        <div class="row">
          <button class="button yes" type="button" @click=${() => void this.answer(source, true)}>${words.yes}</button>
          <button class="button" type="button" @click=${() => void this.answer(source, false)}>${words.no}</button>
        </div>
      </section>`,
    )}`;
  }

  protected override updated(): void {
    const { asked } = this;
    const words = roomWords(this.language).asked;
    for (const source of asked.filter((one) => !this.said.includes(one))) {
      this.dispatchEvent(new AnnounceEvent(words.text[source], 'assertive'));
    }
    this.said = asked;
  }

  private async answer(source: Openable, accepted: boolean): Promise<void> {
    await this.commands.ask({ type: 'answerAsked', source, accepted });
    if (!accepted) return;
    if (source === 'microphone') await this.commands.setMicrophone(true);
    else await this.commands.setCamera(true);
  }
}
