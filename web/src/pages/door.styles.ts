import { css } from 'lit';

/** Before one is in: the PIN and the lobby. */
export const doorStyles = css`
  :host {
    display: block;
  }

  form,
  .waiting {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    justify-items: start;
    gap: var(--space-16);
    max-width: var(--measure);
    margin-inline: auto;
    padding: var(--space-24) var(--space-16);
  }

  h1 {
    max-width: 100%;
    font-size: var(--text-32);
    overflow-wrap: break-word;
    hyphens: auto;
  }

  .field {
    width: 100%;
  }

  .pin[type='text'] {
    max-width: 16rem;
    min-height: 4.5rem;
    font-size: var(--text-40);
    font-weight: var(--bold);
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.2em;
    text-align: center;
  }

  .problem:empty {
    display: none;
  }

  .notice {
    padding: var(--space-12) var(--space-16);
    border-inline-start: 4px solid var(--brand-text);
    background: var(--surface);
  }

  .notice .label {
    font-size: var(--text-16);
    font-weight: var(--bold);
  }

  .since {
    color: var(--ink-soft);
    font-variant-numeric: tabular-nums;
  }

  vdx-tile {
    width: min(22rem, 100%);
    aspect-ratio: 16 / 9;
  }

  .own {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-8);
  }

  .own vdx-control {
    --ground: var(--surface);
    --on-ground: var(--ink);
    --marked: var(--ink);
    --on-marked: var(--paper);
    --border: 1px solid var(--edge);
  }

  @media (max-width: 37.49em) {
    form .button {
      width: 100%;
    }
  }

  /* As the screens before and after: in the middle of a wide window. */
  @media (min-width: 43.75em) {
    form,
    .waiting {
      align-content: center;
      min-height: 100%;
    }
  }
`;
