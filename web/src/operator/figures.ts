/** The server in figures: people, calls, packets and load as tiles with their last two minutes, connections, and the relay's workers. */

import { html, nothing, svg, type TemplateResult } from 'lit';
import { localeOf } from '../text/languages.js';
import { linePoints, type Now, sum, type Trend } from './now.js';
import { numberText, type Page } from './written.js';

const LINE = { width: 120, height: 24 } as const;

export function renderTiles(page: Page, now: Now): TemplateResult {
  const { now: words } = page.words;
  const { rates } = page;
  const count = (value: number | null): string => (value === null ? '–' : numberText(page.language, value, value < 10 && value !== Math.floor(value) ? 1 : 0));
  const share = (value: number | null): string => (value === null ? '–' : new Intl.NumberFormat(localeOf(page.language), { style: 'percent' }).format(value));
  const ms = (value: number): string => `${numberText(page.language, value, value < 10 ? 1 : 0)} ms`;
  const relay = rates === null ? null : sum(rates.workers);
  return html`<section aria-labelledby="now">
    <h2 id="now">${words.title}</h2>
    <dl class="tiles">
      ${renderTile(page, 'people', words.people, count(now.hosts + now.guests), words.peopleMore(now.hosts, now.guests))}
      ${renderTile(page, 'calls', words.calls, count(now.calls), words.callsMore(now.roomsOpen))}
      ${renderTile(page, 'waiting', words.waiting, count(now.waiting), words.waitingMore)}
      ${renderTile(page, 'lag', words.lag, ms(now.loopLagMs), words.lagMore(ms(now.worstLoopLagMs)))}
      ${renderTile(page, 'packetsIn', words.packetsIn, count(rates === null ? null : Math.round(rates.packetsIn)), `${words.perSecond}, ${words.rate(count(rates?.mbpsIn ?? null))}`)}
      ${renderTile(page, 'packetsOut', words.packetsOut, count(rates === null ? null : Math.round(rates.packetsOut)), `${words.perSecond}, ${words.rate(count(rates?.mbpsOut ?? null))}`)}
      ${renderTile(page, 'signalling', words.signalling, share(rates?.signalling ?? null), words.ofCore)}
      ${renderTile(page, 'relay', words.relay, share(relay), `${words.ofCore}; ${words.rejected(count(rates?.rejected ?? null))}`)}
    </dl>
  </section>`;
}

function renderTile(page: Page, trend: Trend, name: string, figure: string, more: string): TemplateResult {
  const points = linePoints(page.trends[trend], LINE.width, LINE.height);
  return html`<div class="tile">
    <dt>${name}</dt>
    <dd class="figure">${figure}</dd>
    <dd class="soft">${more}</dd>
    <dd class="line">
      <svg class="trend" viewBox=${`0 0 ${String(LINE.width)} ${String(LINE.height)}`} preserveAspectRatio="none" role="img" aria-label="${name}, ${page.words.now.trend}">
        ${points === '' ? nothing : svg`<polyline points=${points} fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke" stroke-linejoin="round" />`}
      </svg>
    </dd>
  </div>`;
}

export function renderQuality(page: Page, now: Now): TemplateResult {
  const { quality: words } = page.words;
  const { qualities, byTransport } = now;
  const kinds = ['good', 'weak', 'lost'] as const;
  const all = sum(kinds.map((kind) => qualities[kind]));
  let left = 0;
  const bars = kinds.map((kind) => {
    const width = all === 0 ? 0 : (100 * qualities[kind]) / all;
    const bar = svg`<rect class=${kind} x=${left.toFixed(2)} y="0" width=${width.toFixed(2)} height="10" />`;
    left += width;
    return bar;
  });
  return html`<section aria-labelledby="quality">
    <h2 id="quality">${words.title}</h2>
    ${all === 0
      ? html`<p class="soft">${words.none}</p>`
      : html`<svg class="shares" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${bars}</svg>
          <ul class="legend">${kinds.map((kind) => html`<li><i class=${kind}></i><span>${words[kind]}: ${numberText(page.language, qualities[kind])}</span></li>`)}</ul>`}
    <p class="soft">${words.ways(byTransport.udp, byTransport.tcp, byTransport.turn, byTransport.none)}</p>
  </section>`;
}

export function renderWorkers(page: Page, now: Now): TemplateResult {
  const { workers: words } = page.words;
  const percent = new Intl.NumberFormat(localeOf(page.language), { style: 'percent' });
  return html`<section aria-labelledby="workers">
    <h2 id="workers">${words.title}</h2>
    <table aria-labelledby="workers">
      <thead><tr><th scope="col">${words.worker}</th><th scope="col">${words.load}</th><th scope="col">${words.peers}</th></tr></thead>
      <tbody>
        ${now.workers.map((worker, index) => {
          const load = page.rates?.workers[index];
          return html`<tr><th scope="row">${index + 1}</th><td>${load === undefined ? '–' : percent.format(load)}</td><td>${numberText(page.language, worker.peers)}</td></tr>`;
        })}
      </tbody>
    </table>
  </section>`;
}
