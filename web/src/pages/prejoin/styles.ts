/** The screens before the call. On phones what one presses is at the lower edge, where the thumb is, and stays there. */

import { css } from 'lit';

export const stepStyles = css`
  :host {
    display: block;
  }

  .step,
  .desk {
    display: flex;
    flex-direction: column;
    gap: var(--space-16);
    width: 100%;
    max-width: 34rem;
    min-height: 100%;
    margin-inline: auto;
    padding: var(--space-8) var(--space-16) 0;
  }

  /* Narrow and with large text: "Videokonsultation" in an organisation's name stays whole. */
  h1 {
    font-size: min(var(--text-32), 9.6vw);
    overflow-wrap: anywhere;
  }

  h1:focus {
    outline: none;
    box-shadow: none;
  }

  p {
    max-width: var(--measure);
    text-wrap: pretty;
  }

  .intro {
    display: grid;
    gap: var(--space-8);
  }

  .lead {
    margin-block-start: auto;
  }

  .lead + .actions {
    margin-block-start: 0;
  }

  .soft,
  .lead,
  .intro p {
    color: var(--ink-soft);
  }

  .said {
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0 var(--space-16);
    min-height: 44px;
  }

  .top:empty {
    display: none;
  }

  .back {
    margin-inline-start: calc(-1 * var(--space-8));
    padding-inline: var(--space-4) var(--space-8);
  }

  .back span {
    text-decoration: underline;
  }

  .back:dir(rtl) .icon {
    scale: -1 1;
  }

  .moment {
    padding: var(--space-24) var(--space-16);
    color: var(--ink-soft);
  }

  .progress {
    color: var(--ink-soft);
    font-variant-numeric: tabular-nums;
  }

  .facts {
    display: grid;
    gap: var(--space-16);
    margin: 0;
    padding: var(--space-16);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  .facts:not(:has(.fact)) {
    display: none;
  }

  .fact {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 0 var(--space-12);
  }

  .fact .icon {
    grid-row: 1 / 3;
    margin-block-start: var(--space-4);
    color: var(--brand-text);
  }

  dt {
    color: var(--ink-soft);
    font-size: var(--text-16);
  }

  dd {
    margin: 0;
    font-size: min(var(--text-20), 8.6vw);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    overflow-wrap: break-word;
    hyphens: auto;
  }

  .more {
    display: block;
    font-size: var(--text-18);
    font-weight: var(--regular);
  }

  vdx-tile {
    width: 100%;
    aspect-ratio: 4 / 3;
    max-height: 42vh;
  }

  .ask {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--space-16);
    min-height: 14rem;
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
    text-align: center;
    --focus-ground: var(--surface);
  }

  .ask p {
    max-width: 26rem;
    text-wrap: balance;
  }

  .drawing {
    display: grid;
    place-items: center;
    width: 4rem;
    height: 4rem;
    border-radius: var(--radius-full);
    background: color-mix(in srgb, var(--brand-text) 12%, var(--surface));
    color: var(--brand-text);
  }

  .drawing .icon {
    width: 2rem;
    height: 2rem;
  }

  .turn {
    align-self: start;
  }

  .hearing {
    display: grid;
    align-content: center;
    gap: var(--space-16);
    flex: 1;
    min-height: 9rem;
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
    --level-height: 3rem;
  }

  .heard {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    min-height: 1.5em;
    font-size: var(--text-20);
    text-wrap: pretty;
  }

  .is-heard {
    color: var(--positive);
    font-weight: var(--bold);
  }

  .note {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--space-12);
    flex: 1;
    min-height: 9rem;
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  .note p {
    min-height: 1.5em;
  }

  .is-playing .drawing {
    background: var(--brand);
    color: var(--brand-ink);
  }

  .advice {
    display: grid;
    gap: var(--space-12);
    padding-inline-start: 1.25rem;
  }

  .actions {
    position: sticky;
    bottom: 0;
    display: grid;
    gap: var(--space-8);
    margin-block-start: auto;
    margin-inline: calc(-1 * var(--space-16));
    padding: var(--space-12) var(--space-16) var(--space-8);
    background: var(--paper);
  }

  .actions.rest {
    position: static;
    margin-block: calc(-1 * var(--space-16)) 0;
    padding-block: 0 var(--space-8);
  }

  .actions .link {
    justify-self: center;
  }

  .large {
    min-height: var(--target-call);
    font-size: var(--text-20);
  }

  .answers {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: var(--space-12);
  }

  @media (min-width: 43.75em) and (min-height: 37.5em) {
    .step {
      max-width: 40rem;
      justify-content: center;
      gap: var(--space-24);
      padding: var(--space-24) var(--space-32) var(--space-32);
    }

    .actions {
      position: static;
      margin: 0;
      padding: var(--space-8) 0 0;
    }

    .actions.rest {
      margin-block: calc(-1 * var(--space-16)) 0;
      padding-block: 0;
    }

    .hearing,
    .note {
      flex: none;
    }

    .lead {
      margin: 0;
    }

    .step vdx-tile {
      aspect-ratio: 16 / 9;
    }
  }

  /* A phone on its side: the picture beside what is asked about it. */
  @media (min-width: 40em) and (max-height: 30em) {
    .step:has(> vdx-tile) {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      grid-auto-rows: min-content;
      gap: var(--space-8) var(--space-24);
      max-width: 60rem;
    }

    .step:has(> vdx-tile) > * {
      grid-column: 2;
    }

    .step:has(> vdx-tile) > vdx-tile {
      grid-area: 1 / 1 / span 8;
      max-height: 70vh;
    }

    .step .actions,
    .step .actions.rest {
      position: static;
      margin: 0;
      padding: 0;
    }
  }
`;
