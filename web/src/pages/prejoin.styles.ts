import { css } from 'lit';

export const prejoinStyles = css`
  form {
    display: grid;
    align-content: start;
    gap: var(--space-16);
    width: 100%;
    max-width: 34rem;
    margin-inline: auto;
    padding: var(--space-8) var(--space-16) 0;
  }

  h1 {
    font-size: var(--text-24);
    overflow-wrap: anywhere;
  }

  h1:focus {
    outline: none;
    box-shadow: none;
  }

  .intro {
    display: grid;
    gap: var(--space-4);
  }

  .intro p {
    color: var(--ink-soft);
    max-width: var(--measure);
    text-wrap: pretty;
  }

  .self,
  .who {
    display: grid;
    align-content: start;
    gap: var(--space-16);
    min-width: 0;
  }

  vdx-tile {
    width: 100%;
    aspect-ratio: 4 / 3;
    max-height: 38vh;
  }

  .ask {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: var(--space-16);
    min-height: 15rem;
    padding: var(--space-24);
    border: 1px solid var(--line);
    border-radius: var(--radius-card);
    background: var(--surface);
    text-align: center;
    --focus-ground: var(--surface);
  }

  .ask p {
    max-width: 26rem;
    text-wrap: balance;
  }

  .drawing {
    display: grid;
    place-items: center;
    width: 4rem;
    height: 4rem;
    border-radius: var(--radius-full);
    background: color-mix(in srgb, var(--brand-text) 12%, var(--surface));
    color: var(--brand-text);
  }

  .drawing .icon {
    width: 2rem;
    height: 2rem;
  }

  .own {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-16) var(--space-12);
  }

  .own vdx-control {
    --ground: var(--surface);
    --on-ground: var(--ink);
    --marked: var(--ink);
    --on-marked: var(--paper);
    --border: 1px solid var(--edge);
  }

  .meter {
    display: grid;
    flex: 1 1 12rem;
    gap: var(--space-4);
    min-width: 0;
    --level-height: 10px;
  }

  details {
    border: 0;
  }

  summary {
    display: inline-flex;
    align-items: center;
    gap: var(--space-8);
    min-height: 44px;
    border-radius: var(--radius);
    color: var(--brand-text);
    font-weight: var(--bold);
    list-style: none;
    cursor: pointer;
  }

  summary::-webkit-details-marker {
    display: none;
  }

  summary span {
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 0.2em;
  }

  details[open] summary .icon {
    rotate: 180deg;
  }

  details vdx-devices {
    padding: var(--space-8) 0;
  }

  .go {
    position: sticky;
    bottom: 0;
    display: grid;
    margin: 0 calc(-1 * var(--space-16));
    padding: var(--space-12) var(--space-16) var(--space-16);
    background: var(--paper);
  }

  @media (min-width: 56.25em), (min-width: 40em) and (max-height: 30em) {
    form {
      grid-template:
        'self intro' auto
        'self who' auto / minmax(0, 1.35fr) minmax(0, 1fr);
      align-content: center;
      gap: var(--space-32) var(--space-64);
      max-width: 72rem;
      padding: var(--space-32);
    }

    h1 {
      font-size: var(--text-40);
    }

    .intro {
      grid-area: intro;
      gap: var(--space-12);
    }

    .intro p {
      font-size: var(--text-20);
    }

    .self {
      grid-area: self;
    }

    .who {
      grid-area: who;
      gap: var(--space-16);
    }

    vdx-tile,
    .ask {
      aspect-ratio: 16 / 9;
      max-height: none;
    }

    .go {
      position: static;
      margin: 0;
      padding: var(--space-8) 0 0;
    }
  }

  @media (max-height: 45em) and (max-width: 37.49em) {
    .ask {
      min-height: 0;
      padding: var(--space-16);
      gap: var(--space-12);
    }

    .drawing {
      display: none;
    }

    vdx-tile {
      max-height: 30vh;
    }
  }

  @media (min-width: 37.5em) and (max-width: 56.24em) and (min-height: 30.01em) {
    form {
      padding-top: var(--space-32);
    }

    h1 {
      font-size: var(--text-32);
    }
  }

  @media (max-height: 30em) {
    form {
      gap: var(--space-16) var(--space-32);
      padding-block: var(--space-8) var(--space-16);
    }

    h1 {
      font-size: var(--text-24);
    }
  }
`;
