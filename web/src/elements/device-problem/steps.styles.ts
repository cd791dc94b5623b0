import { css } from 'lit';

/** Steps beside each other where there is room; the number belongs to the words. */
export const stepsStyles = css`
  ol {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr));
    gap: var(--space-16);
    width: 100%;
    padding: 0;
    list-style: none;
    counter-reset: step;
  }

  /* Beside its picture where both have room, below it where letters are large. */
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    align-content: start;
    gap: var(--space-8) var(--space-12);
    max-width: 24rem;
    counter-increment: step;
  }

  li p {
    flex: 1 1 8rem;
    min-width: 0;
    hyphens: auto;
    overflow-wrap: anywhere;
  }

  li p::before {
    content: counter(step) '. ';
    font-weight: var(--bold);
  }

  li:only-child p::before {
    content: none;
  }

  .drawing {
    flex: 0 1 9rem;
    min-width: 8rem;
    fill: none;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .drawing .paper {
    fill: var(--paper);
    stroke: var(--edge);
    stroke-width: 1.5;
  }

  .drawing .field {
    fill: var(--surface);
    stroke: var(--line);
    stroke-width: 1.5;
  }

  .drawing .text {
    fill: var(--line);
  }

  .drawing .mark-text,
  .drawing .on {
    fill: var(--brand);
  }

  .drawing .row {
    fill: color-mix(in srgb, var(--brand) 14%, var(--surface));
  }

  .drawing .edge {
    stroke: var(--line);
    stroke-width: 1.5;
  }

  .drawing .quiet {
    stroke: var(--edge);
    stroke-width: 1.5;
  }

  .drawing .mark {
    stroke: var(--brand-text);
    stroke-width: 2;
  }

  .drawing .ring {
    stroke: var(--brand-text);
    stroke-width: 2.5;
  }

  .drawing .knob {
    fill: var(--brand-ink);
  }

  .drawing .knob-line {
    stroke: var(--brand-ink);
    stroke-width: 2;
  }
`;
