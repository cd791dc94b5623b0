import { css } from 'lit';

export const testPageStyles = css`
  :host {
    display: block;
  }

  .step {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    justify-items: start;
    gap: var(--space-16);
    width: 100%;
    max-width: var(--measure);
    margin-inline: auto;
    padding: var(--space-48) var(--space-16);
  }

  h1 {
    max-width: 100%;
    font-size: var(--text-32);
  }

  h1:focus {
    outline: none;
    box-shadow: none;
  }

  p {
    font-size: var(--text-20);
    text-wrap: pretty;
  }

  .quiet {
    color: var(--ink-soft);
    font-size: var(--text-18);
  }

  .when {
    font-weight: var(--bold);
  }

  /* As large as it may be and the button still in sight. */
  video {
    display: block;
    width: min(100%, 60vh * 16 / 9);
    aspect-ratio: 16 / 9;
    border-radius: var(--radius-card);
    background: var(--stage);
    object-fit: cover;
  }

  video.own {
    scale: -1 1;
  }

  progress {
    width: 100%;
    height: var(--space-12);
    accent-color: var(--brand);
  }

  .badge {
    display: grid;
    place-items: center;
    width: 4rem;
    height: 4rem;
    border: 3px solid currentcolor;
    border-radius: var(--radius-full);
  }

  .badge .icon {
    width: 2.5rem;
    height: 2.5rem;
  }

  .badge.fine {
    color: var(--positive);
  }

  .badge.poor {
    color: var(--caution);
  }

  .badge.bad {
    color: var(--danger);
  }

  .found {
    display: grid;
    width: 100%;
    margin: 0;
    border-block: 1px solid var(--line);
  }

  .found > div {
    display: grid;
    grid-template-columns: 9.5rem 1fr;
    gap: var(--space-12);
    align-items: start;
    padding-block: var(--space-12);
  }

  .found > div + div {
    border-top: 1px solid var(--line);
  }

  dt {
    display: flex;
    gap: var(--space-12);
    font-weight: var(--bold);
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }

  .found .fine .icon {
    color: var(--positive);
  }

  .found .poor .icon {
    color: var(--caution);
  }

  .found .bad .icon {
    color: var(--danger);
  }

  .told {
    display: flex;
    gap: var(--space-12);
    align-items: start;
    font-size: var(--text-18);
  }

  .told .icon {
    margin-top: 0.125rem;
    color: var(--positive);
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-12);
    width: 100%;
    margin-top: var(--space-8);
  }

  details {
    width: 100%;
  }

  summary {
    display: flex;
    align-items: center;
    width: fit-content;
    min-height: 44px;
    border-radius: var(--radius);
    color: var(--brand-text);
    font-weight: var(--bold);
    text-decoration: underline;
    text-underline-offset: 0.2em;
    cursor: pointer;
  }

  .technical {
    display: grid;
    grid-template-columns: minmax(8rem, auto) 1fr;
    gap: var(--space-8) var(--space-16);
    margin: 0;
    padding: var(--space-16);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    font-size: var(--text-16);
    font-variant-numeric: tabular-nums;
  }

  /* As the screens before a call: in the middle of a wide window. */
  @media (min-width: 43.75em) and (min-height: 37.5em) {
    .step {
      align-content: center;
      max-width: 40rem;
      min-height: 100%;
      padding: var(--space-24) var(--space-32) var(--space-32);
    }
  }

  @media (min-width: 56.25em) {
    h1 {
      font-size: var(--text-40);
    }
  }

  @media (max-width: 37.49em) {
    .step {
      padding-block: var(--space-24);
    }

    .button {
      width: 100%;
    }

    .found > div {
      grid-template-columns: 1fr;
      gap: 0;
    }

    .found dd {
      padding-inline-start: calc(1.5rem + var(--space-12));
    }

    .technical {
      grid-template-columns: 1fr;
      gap: 0;
    }

    .technical dd {
      margin-bottom: var(--space-8);
    }
  }
`;
