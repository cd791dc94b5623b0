/** Steps with a picture each. */

import { html, type TemplateResult } from 'lit';
import type { Guide } from '../../text/device-problem.js';
import { drawingsOf } from './drawings.js';

export function steps(texts: readonly string[], guide: Guide): TemplateResult {
  const drawings = drawingsOf(guide);
  return html`<ol>
    ${texts.map((text, index) => html`<li>${drawings[index]}<p>${text}</p></li>`)}
  </ol>`;
}
