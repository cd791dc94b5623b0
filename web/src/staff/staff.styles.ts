import { css } from 'lit';
import { desk } from '../styles/desk.js';

/** What the staff page's views share: one column, its heading, cards, notes, fields of every kind. */
export const viewStyles = css`
  ${desk}

  :host {
    display: block;
    max-width: 48rem;
    font-size: var(--text-16);
  }

  h1 {
    font-size: var(--text-32);
  }

  h3 {
    margin: 0;
    font-size: var(--text-16);
    line-height: var(--leading-tight);
  }

  .lead {
    max-width: var(--measure);
    font-size: var(--text-18);
    text-wrap: pretty;
  }

  .stack,
  form {
    display: grid;
    gap: var(--space-24);
    align-content: start;
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(9rem, 100%), 1fr));
    gap: var(--space-16);
    align-items: start;
  }

  .row > * {
    min-width: 0;
    max-width: 100%;
  }

  .button > span {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .button {
    overflow-wrap: anywhere;
  }

  .card {
    display: grid;
    gap: var(--space-16);
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  fieldset {
    display: grid;
    gap: var(--space-16);
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0;
    margin-block-end: var(--space-8);
    font-size: var(--text-20);
    font-weight: var(--bold);
  }

  input[type='tel'],
  input[type='email'],
  input[type='password'],
  input[type='date'],
  input[type='time'],
  input[type='url'],
  input[type='search'],
  textarea {
    width: 100%;
    min-height: var(--target);
    padding: var(--space-8) var(--space-12);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: inherit;
    font-variant-numeric: tabular-nums;
  }

  textarea {
    min-height: 6rem;
    resize: vertical;
  }

  [aria-invalid='true'] {
    border: 2px solid var(--danger);
  }

  .problem .icon {
    width: 1.25rem;
    height: 1.25rem;
    margin-block-start: 0.125rem;
  }

  .note.danger {
    border-color: var(--danger);
  }

  .note.danger .icon {
    color: var(--danger);
  }

  .button.primary {
    font-size: min(var(--text-18), 7.2vw);
    padding-inline: min(var(--space-24), 4vw);
  }

  .button .icon,
  .link .icon {
    width: 1.25rem;
    height: 1.25rem;
  }

  .button.danger {
    border-color: var(--danger);
    color: var(--danger);
  }

  .text {
    padding: var(--space-12) var(--space-16);
    border-radius: var(--radius);
    background: color-mix(in srgb, var(--ink) 6%, var(--surface));
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .address {
    overflow-wrap: anywhere;
    font-variant-numeric: tabular-nums;
  }

  @media (max-width: 37.49em) {
    .card {
      padding: var(--space-16);
    }

    h1 {
      font-size: var(--text-24);
    }

    .wide-on-phones {
      width: 100%;
    }
  }
`;
