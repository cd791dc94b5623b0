/** What the server lists: its largest rooms, what went wrong lately, and bounds that were hit. */

import { html, nothing, type TemplateResult } from 'lit';
import { ageText, type Now } from './now.js';
import { clockText, numberText, type Page } from './written.js';

const MAX_SHOWN = 15;

export function renderRooms(page: Page, now: Now): TemplateResult {
  const { rooms: words } = page.words;
  const shown = now.rooms.slice(0, MAX_SHOWN);
  return html`<section aria-labelledby="rooms">
    <h2 id="rooms">${words.title}</h2>
    ${shown.length === 0
      ? html`<p class="soft">${words.none}</p>`
      : html`<div class="scroll" tabindex="0" role="group" aria-labelledby="rooms"><table aria-labelledby="rooms">
          <thead>
            <tr>
              <th scope="col">${words.room}</th><th scope="col">${words.people}</th><th scope="col">${words.waiting}</th>
              <th scope="col">${words.weak}</th><th scope="col" class="least">${words.sources}</th><th scope="col">${words.age}</th>
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (room) => html`<tr>
                <th scope="row">${room.room}</th><td>${room.hosts} + ${room.guests}</td><td>${room.waiting}</td>
                <td class=${room.weak > 0 ? 'trouble' : ''}>${room.weak}</td><td class="least">${room.sources}</td><td class="age">${ageText(room.ageS)}</td>
              </tr>`,
            )}
          </tbody>
        </table></div>`}
    <p class="soft">${words.hint}</p>
    ${now.calls > shown.length ? html`<p class="soft">${words.more(now.calls - shown.length)}</p>` : nothing}
  </section>`;
}

export function renderProblems(page: Page, now: Now): TemplateResult {
  const { problems: words } = page.words;
  return html`<section aria-labelledby="problems">
    <h2 id="problems">${words.title}</h2>
    ${now.problems.length === 0
      ? html`<p class="soft">${words.none}</p>`
      : html`<ul class="events">
          ${now.problems.slice(0, MAX_SHOWN).map(
            (one) => html`<li>
              <span>${clockText(page.language, one.at)}</span><span>${words.what[one.what] ?? one.what}<span class="soft">, ${one.how}</span></span><span class="room soft">${one.room}</span>
            </li>`,
          )}
        </ul>`}
  </section>`;
}

export function renderBounds(page: Page, now: Now): TemplateResult {
  const { bounds: words } = page.words;
  const recent = page.rates?.bounds ?? {};
  return html`<section aria-labelledby="bounds">
    <h2 id="bounds">${words.title}</h2>
    <p class="soft">${now.bounds.length === 0 ? words.none : words.lead}</p>
    ${now.bounds.length === 0
      ? nothing
      : html`<div class="scroll" tabindex="0" role="group" aria-labelledby="bounds"><table aria-labelledby="bounds">
          <thead><tr><th scope="col">${words.name}</th><th scope="col">${words.total}</th><th scope="col">${words.recent}</th></tr></thead>
          <tbody>
            ${now.bounds.map(({ name, total }) => {
              const more = recent[name] ?? 0;
              return html`<tr><th scope="row">${name}</th><td>${numberText(page.language, total)}</td><td class=${more > 0 ? 'trouble' : ''}>${more > 0 ? `+${numberText(page.language, more)}` : '0'}</td></tr>`;
            })}
          </tbody>
        </table></div>`}
  </section>`;
}
