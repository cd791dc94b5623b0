import { css } from 'lit';

/** One column on phones; on desks tiles side by side, and tables beside each other. Figures in even columns. */
export const operatorStyles = css`
  :host {
    display: grid;
    grid-template: auto 1fr auto / minmax(0, 1fr);
    min-height: 100vh;
    min-height: 100dvh;
    background: var(--paper);
    color: var(--ink);
    font-size: var(--text-16);
    font-variant-numeric: tabular-nums;
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-4) var(--space-24);
    padding: var(--space-12) var(--space-24);
    border-block-end: 1px solid var(--line);
  }

  header .soft {
    flex: 1 1 16rem;
  }

  h1 {
    font-size: var(--text-24);
  }

  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-32);
    align-content: start;
    width: 100%;
    max-width: 88rem;
    margin: 0 auto;
    padding: var(--space-24);
  }

  footer {
    padding: var(--space-8) var(--space-24);
    border-block-start: 1px solid var(--line);
  }

  .links {
    display: flex;
    flex-wrap: wrap;
    column-gap: var(--space-16);
  }

  .links a {
    display: inline-flex;
    align-items: center;
    min-width: 44px;
    min-height: 44px;
    color: var(--ink-soft);
  }

  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: var(--space-12);
    min-width: 0;
  }

  .skip {
    position: absolute;
    inset-inline-start: var(--space-16);
    inset-block-start: -20rem;
    padding: var(--space-12);
    background: var(--surface);
  }

  .skip:focus {
    inset-block-start: var(--space-8);
  }

  .row {
    align-items: end;
  }

  .button.primary {
    font-size: var(--text-16);
  }

  .state {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    font-size: var(--text-18);
    font-weight: var(--bold);
  }

  .state .icon {
    color: var(--positive);
  }

  .state.caution .icon {
    color: var(--caution);
  }

  .tiles {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--space-12);
    margin: 0;
  }

  .tile,
  .card {
    min-width: 0;
    padding: var(--space-16);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  .tile {
    display: grid;
    grid-template: auto auto auto 1fr / minmax(0, 1fr);
    overflow-wrap: break-word;
    gap: var(--space-4);
  }

  .tile dt {
    font-weight: var(--bold);
    font-size: min(var(--text-16), 7vw);
    line-height: var(--leading-tight);
    overflow-wrap: break-word;
    hyphens: auto;
  }

  .tile dd {
    margin: 0;
  }

  .tile .figure {
    font-size: var(--text-32);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  .tile .line {
    align-self: end;
  }

  svg.trend {
    display: block;
    width: 100%;
    height: 2rem;
    overflow: visible;
    color: var(--brand-text);
  }

  @media (min-width: 50em) {
    .tiles {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }
  }

  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-32);
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(30rem, 100%), 1fr));
    gap: var(--space-32) var(--space-24);
    align-items: start;
  }

  svg.shares {
    display: block;
    width: 100%;
    height: 1rem;
  }

  .good {
    fill: var(--positive);
    background: var(--positive);
  }

  .weak {
    fill: var(--caution);
    background: var(--caution);
  }

  .lost {
    fill: var(--danger);
    background: var(--danger);
  }

  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-4) var(--space-24);
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .legend li {
    display: flex;
    align-items: center;
    gap: var(--space-8);
  }

  .legend i {
    width: 0.75rem;
    height: 0.75rem;
    border-radius: 2px;
  }

  .scroll {
    overflow-x: auto;
  }

  .scroll th {
    overflow-wrap: normal;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }

  caption {
    text-align: start;
  }

  th,
  td {
    padding: var(--space-8);
    border-block-end: 1px solid var(--line);
    text-align: end;
    vertical-align: baseline;
    overflow-wrap: anywhere;
  }

  th {
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    vertical-align: baseline;
  }

  th:first-child,
  td:first-child {
    padding-inline-start: 0;
    text-align: start;
  }

  tbody th {
    font-weight: var(--regular);
  }

  thead th {
    overflow-wrap: normal;
    hyphens: auto;
  }

  .age {
    white-space: nowrap;
  }

  .trouble {
    color: var(--danger);
    font-weight: var(--bold);
  }

  .events {
    display: grid;
    margin: 0;
    padding: 0;
    list-style: none;
  }

  .events li {
    display: grid;
    grid-template-columns: 5.5rem minmax(0, 1fr) auto;
    gap: var(--space-4) var(--space-12);
    padding-block: var(--space-8);
    border-block-end: 1px solid var(--line);
  }

  pre {
    margin: 0;
    padding: var(--space-16);
    overflow-x: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    font-family: ui-monospace, 'SFMono-Regular', Menlo, Consolas, monospace;
    font-size: var(--text-16);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  input {
    width: min(24rem, 100%);
    min-height: var(--target);
    padding: var(--space-8) var(--space-12);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: inherit;
  }

  .key {
    display: grid;
    gap: var(--space-24);
    max-width: var(--measure);
  }

  .problem {
    color: var(--danger);
    font-weight: var(--bold);
  }

  @media (max-width: 37.49em) {
    header,
    main {
      padding-inline: var(--space-16);
    }

    .tile {
      padding: var(--space-12);
    }

    table {
      font-size: min(1rem, 6.4vw);
    }

    .tile .figure {
      font-size: var(--text-24);
    }

    th,
    td {
      padding-inline: var(--space-4);
    }

    .events li {
      grid-template-columns: 5.5rem minmax(0, 1fr);
    }

    .events .room {
      grid-column: 2;
    }

    .least {
      display: none;
    }
  }
`;
