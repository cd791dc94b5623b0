import { css } from 'lit';

export const rowStyles = css`
  :host {
    display: block;
  }

  article {
    display: grid;
    /* Danish and English clocks are of one width; others, with their halves of the day, of their own. */
    grid-template-columns: minmax(7.5rem, max-content) minmax(0, 1fr) auto;
    align-items: center;
    gap: var(--space-8) var(--space-16);
    padding: var(--space-16);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  article.waiting {
    border: 2px solid var(--brand-text);
    padding: calc(var(--space-24) - 1px) calc(var(--space-16) - 1px);
  }

  article.over,
  article.cancelled {
    background: none;
    color: var(--ink-soft);
  }

  .times {
    align-self: start;
    padding-block-start: 0.125rem;
    font-size: var(--text-18);
    font-weight: var(--bold);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .what {
    display: grid;
    gap: var(--space-4);
    min-width: 0;
  }

  h2 {
    font-size: min(var(--text-18), 9vw);
    overflow-wrap: break-word;
  }

  .who {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    font-size: var(--text-20);
    font-weight: var(--bold);
    color: var(--brand-text);
  }

  ul {
    padding: 0;
    list-style: none;
  }

  .going-on {
    color: var(--positive);
    font-weight: var(--bold);
  }

  .soft,
  .by {
    color: var(--ink-soft);
    overflow-wrap: anywhere;
  }

  .do {
    display: flex;
    align-items: center;
    gap: var(--space-8);
  }

  .waiting .button.primary {
    min-height: var(--target-call);
    font-size: min(var(--text-20), 7.6vw);
    padding-inline: min(var(--space-32), 8vw);
  }

  .opened {
    grid-column: 1 / -1;
    display: grid;
    gap: var(--space-16);
    padding-block-start: var(--space-16);
    border-block-start: 1px solid var(--line);
  }

  .opened li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: var(--space-4) var(--space-16);
    min-height: 44px;
    border-block-start: 1px solid var(--line);
  }

  .opened li:first-child {
    border-block-start: 0;
  }

  @media (max-width: 37.49em) {
    .opened li {
      flex-direction: column;
      gap: 0;
      align-items: start;
      padding-block: var(--space-8);
    }
  }

  .fate.good {
    color: var(--positive);
  }

  .fate.lost {
    color: var(--danger);
  }

  .menu {
    min-width: var(--target);
  }

  .send {
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: end;
    gap: var(--space-12);
  }

  @media (max-width: 47.99em) {
    article {
      grid-template-columns: minmax(0, 1fr) auto;
    }

    .times {
      white-space: normal;
    }

    .times {
      grid-column: 1;
    }

    .do {
      flex-wrap: wrap;
    }

    .do.way {
      grid-column: 1 / -1;
    }

    .do:not(.way) {
      grid-area: 1 / 2;
    }

    .what {
      grid-column: 1 / -1;
    }

    .do a {
      flex: 1 1 auto;
    }

    article.waiting {
      padding-block: calc(var(--space-16) - 1px);
    }

    .send {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
