/** What every element's shadow root needs: the reset, the focus ring, buttons, fields. Built of tokens only. */

import { css } from 'lit';

export const reset = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  p,
  ul,
  ol {
    margin: 0;
  }

  h1,
  h2 {
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    text-wrap: balance;
    /* With large text a long word is wider than a phone. */
    overflow-wrap: anywhere;
    hyphens: auto;
    hyphenate-limit-chars: 14 5 4;
  }

  button,
  input,
  select {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }

  button {
    cursor: pointer;
  }

  /* A bright line between two dark ones is seen on any video; between two light ones on any paper. */
  :focus-visible {
    outline: var(--ring) solid var(--focus);
    outline-offset: 2px;
    box-shadow: 0 0 0 7px var(--focus-ground, var(--paper));
  }

  :focus:not(:focus-visible) {
    outline: none;
  }

  .icon {
    flex: none;
    width: 1.5rem;
    height: 1.5rem;
  }

  /* An organisation's own words. */
  .said {
    white-space: pre-line;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** One primary button per screen; the others are quiet. */
export const buttons = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-8);
    min-height: var(--target);
    padding: var(--space-8) var(--space-24);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    text-align: center;
    text-decoration: none;
  }

  .button:hover {
    background: color-mix(in srgb, var(--ink) 6%, var(--surface));
  }

  .button.primary {
    min-height: var(--target-call);
    border-color: var(--brand-text);
    background: var(--brand);
    color: var(--brand-ink);
    font-size: var(--text-20);
  }

  .button.primary:hover {
    background: color-mix(in srgb, var(--ink) 14%, var(--brand));
  }

  .button[aria-disabled='true'],
  .button[aria-disabled='true']:hover {
    border-color: var(--edge);
    background: var(--surface);
    color: var(--ink-soft);
    cursor: default;
  }

  .link {
    display: inline-flex;
    align-items: center;
    gap: var(--space-8);
    min-height: 44px;
    padding: 0 var(--space-4);
    border: 0;
    border-radius: var(--radius);
    background: none;
    color: var(--brand-text);
    font-weight: var(--bold);
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }

  .link:hover {
    text-decoration-thickness: 2px;
  }
`;

export const fields = css`
  .field {
    display: grid;
    gap: var(--space-4);
  }

  .field > label,
  .field > .label {
    font-weight: var(--bold);
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-16);
  }

  .problem {
    display: flex;
    gap: var(--space-8);
    color: var(--danger);
    font-weight: var(--bold);
  }

  input[type='text'],
  input[type='number'],
  select {
    width: 100%;
    min-height: var(--target);
    padding: var(--space-8) var(--space-12);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
  }

  /* Telephone numbers, PINs and addresses are read from the left in every language. */
  input[type='tel'],
  input[inputmode='numeric'],
  input[inputmode='email'] {
    direction: ltr;
  }

  input[aria-invalid='true'] {
    border: 2px solid var(--danger);
  }

  .check {
    display: flex;
    align-items: center;
    gap: var(--space-12);
    min-height: 44px;
    font-size: var(--text-16);
    cursor: pointer;
  }

  .check input {
    flex: none;
    width: 1.5rem;
    height: 1.5rem;
    margin: 0;
    accent-color: var(--brand);
  }

  .choice {
    position: relative;
  }

  .choice select {
    appearance: none;
    padding-inline-end: var(--space-48);
    text-overflow: ellipsis;
  }

  .choice .icon {
    position: absolute;
    inset-inline-end: var(--space-12);
    top: 50%;
    translate: 0 -50%;
    pointer-events: none;
  }
`;
