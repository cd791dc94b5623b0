import { css } from 'lit';

export const messageStyles = css`
  .note {
    padding: var(--space-12) var(--space-16);
    border-inline-start: 4px solid var(--brand-text);
    background: var(--surface);
  }

  .message {
    display: grid;
    /* Not wider than the window, however long a word is. */
    grid-template-columns: minmax(0, 1fr);
    align-content: center;
    justify-items: start;
    gap: var(--space-16);
    width: 100%;
    max-width: 40rem;
    margin-inline: auto;
    padding: var(--space-32) var(--space-16);
  }

  h1 {
    font-size: var(--text-32);
    max-width: 100%;
    text-wrap: balance;
    overflow-wrap: break-word;
    hyphens: auto;
  }

  h1:focus {
    outline: none;
    box-shadow: none;
  }

  p {
    max-width: var(--measure);
    font-size: var(--text-20);
    text-wrap: pretty;
  }

  .wait {
    color: var(--ink-soft);
    font-size: var(--text-18);
  }

  .button {
    margin-top: var(--space-16);
  }

  @media (max-width: 37.49em) {
    .message {
      align-content: start;
      padding-top: var(--space-48);
    }

    .button {
      width: 100%;
    }
  }

  @media (min-width: 56.25em) {
    h1 {
      font-size: var(--text-40);
    }
  }
`;
