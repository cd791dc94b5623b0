import { css } from 'lit';

/** The meeting large, commands beside it, events under both. A tool for developers, in our own clothes. */
export const playgroundStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100vh;
    background: var(--paper);
    color: var(--ink);
    font-size: var(--text-16);
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: var(--space-4) var(--space-16);
    padding: var(--space-16) var(--space-24);
    border-block-end: 1px solid var(--line);
  }

  h1,
  h2,
  h3,
  p {
    margin: 0;
    line-height: var(--leading-tight);
  }

  h1 {
    font-size: var(--text-24);
  }

  h2 {
    font-size: var(--text-20);
  }

  h3 {
    margin-block: var(--space-16) var(--space-8);
    color: var(--ink-soft);
    font-size: var(--text-16);
    font-weight: var(--regular);
  }

  header p,
  .empty {
    color: var(--ink-soft);
  }

  main {
    display: grid;
    grid-template:
      'stage commands' minmax(0, 1fr)
      'events commands' minmax(12rem, 28vh) / minmax(0, 1fr) minmax(20rem, 27rem);
    gap: var(--space-24);
    flex: 1;
    padding: var(--space-24);
  }

  .stage {
    grid-area: stage;
    display: flex;
    flex-direction: column;
    gap: var(--space-12);
  }

  #place {
    display: grid;
    flex: 1;
    min-height: 22rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
    overflow: hidden;
  }

  #place .empty {
    align-self: center;
    justify-self: center;
    max-width: 26rem;
    padding: var(--space-24);
    text-align: center;
  }

  .commands {
    grid-area: commands;
    padding-inline-start: var(--space-24);
    border-inline-start: 1px solid var(--line);
  }

  .events {
    grid-area: events;
    display: flex;
    flex-direction: column;
    gap: var(--space-8);
    min-height: 0;
  }

  .events .row {
    justify-content: space-between;
  }

  .row,
  #open,
  .group {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-8);
  }

  #open label {
    color: var(--ink-soft);
  }

  #open input {
    flex: 1 1 14rem;
  }

  #any input {
    flex: 1 1 8rem;
    font-family: ui-monospace, monospace;
  }

  button,
  input,
  select,
  #guest {
    min-width: 44px;
    min-height: 44px;
    padding: var(--space-4) var(--space-12);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    max-width: 100%;
    color: var(--ink);
    font: inherit;
    font-size: min(var(--text-16), 6vw);
    overflow-wrap: anywhere;
  }

  input,
  select {
    min-width: 0;
  }

  button {
    cursor: pointer;
  }

  button:hover {
    border-color: var(--ink);
  }

  button.primary,
  #guest {
    border-color: var(--brand);
    background: var(--brand);
    color: var(--brand-ink);
    text-decoration: none;
  }

  #guest {
    display: inline-flex;
    align-items: center;
  }

  #guest[hidden] {
    display: none;
  }

  :focus-visible {
    outline: var(--ring) solid var(--focus);
    outline-offset: 2px;
  }

  summary {
    min-height: 44px;
    padding-block: var(--space-8);
    color: var(--ink-soft);
    cursor: pointer;
  }

  pre,
  #log {
    margin: 0;
    padding: var(--space-12);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    font-family: ui-monospace, monospace;
    font-size: var(--text-16);
    overflow: auto;
  }

  pre {
    margin-block-start: var(--space-8);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  #log {
    flex: 1;
    min-height: 0;
  }

  #log > div {
    display: grid;
    grid-template-columns: 6.5rem 1.5rem minmax(0, 1fr);
    gap: var(--space-8);
    padding-block: var(--space-4);
    overflow-wrap: anywhere;
  }

  #log > div + div {
    border-block-start: 1px solid var(--line);
  }

  #log time,
  #log .detail {
    color: var(--ink-soft);
  }

  #log .refusal {
    color: var(--danger);
  }

  @media (min-width: 64rem) {
    :host {
      height: 100vh;
      height: 100dvh;
    }

    main {
      min-height: 0;
    }

    .commands,
    .stage {
      min-height: 0;
      overflow: auto;
    }
  }

  @media (max-width: 63.99rem) {
    main {
      grid-template: 'stage' auto 'commands' auto 'events' 24rem / minmax(0, 1fr);
      padding: var(--space-16);
    }

    .commands {
      padding-inline-start: 0;
      border-inline-start: 0;
    }

    #place {
      height: 34rem;
      flex: none;
    }
  }
`;
