/** The first screen of a link: whose meeting it is, with whom, and when. One button. */

import { html, nothing, type TemplateResult } from 'lit';
import { icon, type IconName } from '../../elements/icon/icon.js';
import { renderSaid } from '../../look/links.js';
import { functionText } from '../../text/people.js';
import { prejoinWords } from '../../text/prejoin.js';
import { clockText, dayText, momentText } from '../../text/times.js';
import type { Words } from '../../text/words.js';
import { button } from './top.js';
import type { PrejoinView } from './view.js';

const DAY_MS = 24 * 3600_000;

/** "I dag kl. 10.30" */
export function whenText(ms: number, nowMs: number, { language }: Words): string {
  const words = prejoinWords(language).when;
  const clock = clockText(ms, language);
  const isDay = (other: number): boolean => new Date(ms).toDateString() === new Date(other).toDateString();
  if (isDay(nowMs)) return words.today(clock);
  if (isDay(nowMs + DAY_MS)) return words.tomorrow(clock);
  const day = dayText(ms, language);
  return words.day(day.charAt(0).toLocaleUpperCase(language) + day.slice(1), clock);
}

export function headingOf({ call, words }: PrejoinView): string {
  const organisation = (call.room ?? call.invitation)?.organisation ?? '';
  return organisation === '' ? words.prejoin.heading : words.prejoin.headingWith(organisation);
}

/** While the door is closed: when it opens. */
export function opensText({ call, words }: PrejoinView): string {
  const opensAt = call.invitation?.opensAt ?? null;
  if (call.invitation?.state !== 'notYet' || opensAt === null) return '';
  return words.prejoin.opens(momentText(opensAt, Date.now(), words.language));
}

export function renderWelcome(view: PrejoinView): TemplateResult {
  const { call, words, steps } = view;
  const said = prejoinWords(words.language);
  const { hostName = '', hostFunction = '', startsAt = null, subject = null } = call.invitation ?? {};
  const hasCheck = steps.includes('camera') || steps.includes('microphone') || steps.includes('speaker');
  const lead = opensText(view) || (hasCheck ? said.welcome.lead : view.place.skipsCheck ? '' : said.welcome.leadTried);
  const fact = (name: IconName, label: string, text: string, more = ''): TemplateResult | typeof nothing =>
    text === ''
      ? nothing
      : html`<div class="fact">
          ${icon(name)}
          <dt>${label}</dt>
          <dd>${text}${more === '' ? nothing : html`<span class="more">${more}</span>`}</dd>
        </div>`;
  return html`<div class="step welcome">
    <div class="intro">
      <h1 tabindex="-1">${headingOf(view)}</h1>
      ${renderSaid(call.look?.welcome)}
    </div>
    <dl class="facts">
      ${fact('person', said.welcome.who, hostName, functionText(hostFunction, words.language))}
      ${fact('clock', said.welcome.when, startsAt === null ? '' : whenText(startsAt, Date.now(), words))}
      ${fact('chat', said.welcome.what, subject ?? '')}
    </dl>
    ${lead === '' ? nothing : html`<p class="lead">${lead}</p>`}
    <div class="actions">${button(hasCheck ? said.welcome.go : said.welcome.goOn, () => { view.goOn(); }, 'primary')}</div>
    ${hasCheck
      ? html`<div class="actions rest">
          <button class="link" type="button" @click=${() => { view.skipCheck(); }}>${said.welcome.skip}</button>
        </div>`
      : nothing}
  </div>`;
}
