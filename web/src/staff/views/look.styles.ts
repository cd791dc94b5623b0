import { css } from 'lit';

export const lookStyles = css`
  :host {
    max-width: 72rem;
  }

  .lead {
    margin-block: var(--space-8) var(--space-24);
  }

  .both {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-48);
    align-items: start;
    margin-block-start: var(--space-16);
  }

  /* Beside each other only where both have room, with large text too. */
  .both > form {
    flex: 3 1 min(24rem, 100%);
    min-width: 0;
  }

  .both > figure {
    flex: 2 1 min(20rem, 100%);
    min-width: 0;
    max-width: 26rem;
  }

  figure {
    position: sticky;
    inset-block-start: var(--space-24);
    display: grid;
    gap: var(--space-12);
    margin: 0;
  }

  .screens {
    gap: var(--space-8);
  }

  .screens .button {
    min-height: 44px;
    padding-inline: var(--space-12);
    font-weight: var(--regular);
  }

  .screens [aria-pressed='true'] {
    border: 2px solid var(--brand-text);
    font-weight: var(--bold);
  }

  .page {
    overflow: hidden;
    border: 1px solid var(--edge);
    border-radius: var(--radius-card);
    background: var(--paper);
    color: var(--ink);
  }

  .page vdx-frame {
    min-height: 30rem;
  }

  .sample {
    display: grid;
    align-content: start;
    justify-items: start;
    gap: var(--space-16);
    padding: var(--space-24) var(--space-16);
    color: var(--ink);
    font-size: var(--text-18);
  }

  .title {
    font-size: var(--text-32);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  .said {
    white-space: pre-line;
    overflow-wrap: anywhere;
  }

  .colours {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr));
    gap: var(--space-16);
  }

  .colour p {
    font-size: var(--text-16);
  }

  input[type='color'] {
    width: 4rem;
    height: var(--target);
    padding: var(--space-4);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    cursor: pointer;
  }

  img {
    max-width: 11rem;
    height: 3rem;
    padding: var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: #ffffff;
    object-fit: contain;
  }

  /* The field itself takes the focus; what is seen is its label. */
  .file {
    position: relative;
    cursor: pointer;
  }

  .file input {
    position: absolute;
    inset: 0;
    width: 100%;
    opacity: 0;
    cursor: pointer;
  }

  .file:focus-within {
    outline: var(--ring) solid var(--focus);
    outline-offset: 2px;
  }

  .one-link {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1.5fr) auto;
    gap: var(--space-12);
    align-items: end;
  }

  .one-link .link {
    min-width: var(--target);
    min-height: var(--target);
    justify-content: center;
  }

  details {
    padding: var(--space-8) var(--space-16);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
  }

  details > * + * {
    margin-block-start: var(--space-16);
  }

  summary {
    min-height: 44px;
    padding-block: var(--space-8);
    font-weight: var(--bold);
    cursor: pointer;
  }

  .note ul {
    margin-block-start: var(--space-4);
    padding-inline-start: var(--space-16);
  }

  .note.good {
    border-color: var(--positive);
  }

  .note.good .icon {
    color: var(--positive);
  }

  @media (min-width: 43.75em) {
    .sample {
      padding-inline: var(--space-32);
    }
  }

  @media (max-width: 75em) {
    .both {
      flex-direction: column;
      align-items: stretch;
      gap: var(--space-24);
    }

    .both > form,
    .both > figure {
      flex: none;
      max-width: none;
    }

    figure {
      position: static;
      order: -1;
    }

    .page vdx-frame {
      min-height: 22rem;
    }
  }

  @media (max-width: 37.49em) {
    .one-link {
      grid-template-columns: minmax(0, 1fr) auto;
    }

    .one-link .field {
      grid-column: 1;
    }

    .one-link .link {
      grid-column: 2;
      grid-row: 2;
    }
  }
`;
