import { css } from 'lit';

/** A row beside each other on wide windows, a list on phones: either way each answer is as large as the next. */
export const ratingStyles = css`
  :host {
    display: block;
    width: 100%;
    --focus-ground: var(--surface);
  }

  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-16);
    margin-top: var(--space-24);
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
  }

  h2 {
    font-size: var(--text-20);
  }

  h2:focus {
    outline: none;
    box-shadow: none;
  }

  .scores,
  .troubles,
  .two {
    display: grid;
    gap: var(--space-8);
    padding: 0;
    list-style: none;
  }

  .choice {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-12);
    width: 100%;
    min-height: max(var(--target-call), 3.5rem);
    padding: var(--space-8) var(--space-16);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--paper);
    color: var(--ink);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
  }

  .choice:hover {
    background: color-mix(in srgb, var(--ink) 6%, var(--paper));
  }

  .choice[aria-pressed='true'] {
    border-color: var(--brand-text);
    background: var(--brand);
    color: var(--brand-ink);
  }

  .choice span {
    min-width: 0;
    font-size: min(1em, 8.5vw);
    hyphens: auto;
    overflow-wrap: break-word;
  }

  .face {
    flex: none;
    width: 2rem;
    height: 2rem;
    fill: none;
    stroke: var(--brand-text);
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .soft {
    color: var(--ink-soft);
    font-size: var(--text-16);
  }

  .thanks {
    display: flex;
    gap: var(--space-12);
    margin-top: var(--space-24);
    font-size: var(--text-18);
  }

  .thanks .icon {
    color: var(--positive);
  }

  .two .button {
    min-height: var(--target-call);
  }

  @media (max-width: 37.49em) {
    section {
      padding: var(--space-16);
    }

    .scores .choice {
      justify-content: flex-start;
    }
  }

  @media (min-width: 37.5em) {
    .scores {
      grid-template-columns: repeat(auto-fit, minmax(min(10rem, 100%), 1fr));
    }

    .troubles {
      grid-template-columns: repeat(auto-fit, minmax(min(10rem, 100%), 1fr));
    }

    .two {
      grid-template-columns: repeat(2, 1fr);
    }
  }
`;
