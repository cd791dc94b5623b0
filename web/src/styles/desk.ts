/** What the pages of those at work share, the staff's and the operator's: headings, rows, notes, buttons of usual size. */

import { css } from 'lit';

export const desk = css`
  h1:focus {
    outline: none;
    box-shadow: none;
  }

  h2 {
    font-size: var(--text-20);
  }

  .soft {
    color: var(--ink-soft);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-12);
  }

  .note {
    display: flex;
    gap: var(--space-12);
    padding: var(--space-12) var(--space-16);
    border-inline-start: 4px solid var(--caution);
    border-radius: var(--radius);
    background: var(--surface);
  }

  .note .icon {
    color: var(--caution);
  }

  .button {
    padding-inline: min(var(--space-16), 4vw);
    font-size: min(var(--text-16), 7.2vw);
  }

  .button.primary {
    min-height: var(--target);
  }

  .problem:empty {
    display: none;
  }
`;
