import { css } from 'lit';

export const selfViewStyles = css`
  :host {
    position: absolute;
    z-index: 2;
    --away: var(--space-16);
  }

  :host([corner^='bottom']) {
    bottom: var(--away);
  }

  :host([corner^='top']) {
    top: var(--away);
  }

  :host([corner$='Right']) {
    right: var(--away);
  }

  :host([corner$='Left']) {
    left: var(--away);
  }

  /* Until the stage has told where. */
  section {
    position: relative;
    width: min(104px, 30cqh);
    aspect-ratio: 3 / 4;
    border-radius: var(--radius-card);
    /* A line and no blur: what lies under it is other people's moving pictures. */
    box-shadow: 0 0 0 2px var(--stage);
    cursor: grab;
    touch-action: none;
    user-select: none;
  }

  section:active {
    cursor: grabbing;
  }

  vdx-tile {
    width: 100%;
    height: 100%;
  }

  .actions {
    position: absolute;
    inset: 0;
    display: flex;
    flex-direction: column;
    align-items: stretch;
    justify-content: center;
    gap: var(--space-4);
    padding: var(--space-8);
    border-radius: var(--radius-card);
    background: var(--scrim);
    opacity: 0;
    pointer-events: none;
    transition: opacity var(--quick) var(--ease);
  }

  .open .actions,
  section:focus-within .actions {
    opacity: 1;
    pointer-events: auto;
  }

  @media (hover: hover) {
    section:hover .actions {
      opacity: 1;
      pointer-events: auto;
    }
  }

  button {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-8);
    min-height: 44px;
    padding: 0 var(--space-12);
    border: 0;
    border-radius: var(--radius-full);
    background: var(--stage-ink);
    color: var(--stage);
    font-size: var(--text-16);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    cursor: pointer;
  }

  button:hover {
    background: color-mix(in srgb, var(--stage) 14%, var(--stage-ink));
  }

  button .icon {
    width: 1.25rem;
    height: 1.25rem;
  }

  .back {
    box-shadow: var(--shadow);
  }

  :host([seated]) section {
    position: absolute;
    width: 100%;
    height: 100%;
    aspect-ratio: auto;
  }

  :host([seated][corner^='bottom']) section {
    bottom: 0;
  }

  :host([seated][corner^='top']) section {
    top: 0;
  }

  :host([seated][corner$='Right']) section {
    right: 0;
  }

  :host([seated][corner$='Left']) section {
    left: 0;
  }

  /* Its place may be smaller than its buttons: it grows, towards the middle, for the one who wants something of it. */
  :host([seated]) section.open,
  :host([seated]) section:focus-within {
    min-width: min(10rem, 70cqw);
    min-height: min(var(--grown, 8rem), 70cqh);
  }

  :host([turns]) {
    --grown: 11rem;
  }

  @media (hover: hover) {
    :host([seated]) section:hover {
      min-width: min(10rem, 70cqw);
      min-height: min(var(--grown, 8rem), 70cqh);
    }
  }

  @media (max-width: 43.74em), (max-height: 30em) {
    .actions .icon {
      display: none;
    }
  }
`;
