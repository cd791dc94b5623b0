/** What every screen before the call has: the way back, where one is, a heading, big buttons. */

import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon/icon.js';
import { stepBefore } from '../../prejoin/steps.js';
import { prejoinWords } from '../../text/prejoin.js';
import type { PrejoinView } from './view.js';

/** Back, and where one is. From advice it leads back to the question. */
export function renderTop(view: PrejoinView, part = '', count = ''): TemplateResult {
  const canGoBack = view.place.helps || stepBefore(view.steps, view.step) !== null;
  const goBack = (): void => {
    if (view.place.helps) view.setHelps(false);
    else view.goBack();
  };
  return html`<div class="top">
    ${canGoBack ? html`<button class="link back" type="button" @click=${goBack}>${icon('back')}<span>${prejoinWords(view.words.language).back}</span></button>` : nothing}
    ${part === ''
      ? nothing
      : html`<p class="progress" id="progress">
          ${part}${count === '' ? nothing : html` · ${count}`}
        </p>`}
  </div>`;
}

export function renderHeading(title: string): TemplateResult {
  return html`<h1 tabindex="-1" aria-describedby="progress">${title}</h1>`;
}

export function button(text: string, run: () => void, look: '' | 'primary' = '', isBusy = false): TemplateResult {
  return html`<button class="button large ${look}" type="button" aria-disabled=${isBusy ? 'true' : nothing} @click=${run}>${text}</button>`;
}
