import { css } from 'lit';

/** One screen with everything: a host's, and the last one. */
export const deskStyles = css`
  .self,
  .who {
    display: grid;
    align-content: start;
    gap: var(--space-16);
    min-width: 0;
  }

  .desk h1 {
    font-size: var(--text-24);
  }

  .desk vdx-tile {
    max-height: 26vh;
  }

  .ready vdx-tile {
    max-height: 32vh;
  }

  /* Where something is to be typed, that comes first. */
  .ready:has(#name) vdx-tile {
    max-height: 22vh;
  }

  .self .link {
    justify-self: start;
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

  fieldset {
    display: grid;
    gap: var(--space-8);
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  legend {
    padding: 0;
    font-weight: var(--bold);
  }

  .hint:empty,
  .network:empty {
    display: none;
  }

  .network {
    display: flex;
    gap: var(--space-8);
    font-size: var(--text-16);
  }

  .network .icon {
    color: var(--caution);
  }

  .network.good .icon {
    color: var(--positive);
  }

  .choices {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr));
    gap: var(--space-8);
  }

  .way {
    position: relative;
    display: grid;
    place-items: center;
    align-content: center;
    gap: var(--space-4);
    min-height: 4.5rem;
    padding: var(--space-8);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--surface);
    font-size: var(--text-16);
    line-height: var(--leading-tight);
    text-align: center;
    cursor: pointer;
  }

  /* The whole card is the radio button, for the finger and for the focus. */
  .way input {
    appearance: none;
    position: absolute;
    inset: 0;
    margin: 0;
    border-radius: inherit;
    cursor: pointer;
  }

  .way.is-chosen {
    border-color: var(--brand-text);
    box-shadow: inset 0 0 0 2px var(--brand-text);
    color: var(--brand-text);
    font-weight: var(--bold);
  }

  /* The band reaches below the window, and above its button as far as a target is tall: what lies under it is covered whole, or seen enough to be pressed. */
  @media (max-width: 43.74em), (max-height: 37.49em) {
    .desk .actions {
      bottom: calc(-1 * var(--space-48));
      margin-block-end: calc(-1 * var(--space-48));
      padding-block: var(--space-24) calc(var(--space-48) + var(--space-8));
    }
  }

  @media (min-width: 56.25em), (min-width: 40em) and (max-height: 30em) {
    .desk {
      display: grid;
      grid-template:
        'self intro' auto
        'self who' auto / minmax(0, 1.35fr) minmax(0, 1fr);
      align-content: center;
      gap: var(--space-32) var(--space-64);
      max-width: 72rem;
      padding: var(--space-32);
    }

    .desk h1 {
      font-size: min(var(--text-40), 4.2vw);
    }

    .desk .intro {
      grid-area: intro;
      gap: var(--space-12);
    }

    .desk .intro > p {
      font-size: var(--text-20);
    }

    .desk .self {
      grid-area: self;
    }

    .desk .who {
      grid-area: who;
    }

    .desk vdx-tile,
    .ready:has(#name) vdx-tile,
    .desk .ask {
      aspect-ratio: 16 / 9;
      max-height: none;
    }

    .desk .actions {
      position: static;
      margin: 0;
      padding: var(--space-8) 0 0;
    }
  }
`;
