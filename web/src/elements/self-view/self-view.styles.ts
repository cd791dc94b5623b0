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

  /* Never more than two fifths of the room's height: large text and a notice leave little of it. */
  section {
    position: relative;
    width: min(clamp(104px, 6.5rem, 128px), 30cqh);
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

  /* Among many small tiles it is small itself, and grows for the one who wants something of it. */
  :host([compact]) section:not(.open, :focus-within) {
    width: min(80px, 30cqh);
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

  @media (min-width: 43.75em) and (min-height: 30.01em) {
    section {
      width: min(clamp(240px, 15rem, 320px), 70cqh);
      aspect-ratio: 16 / 9;
    }

    :host([compact]) section:not(.open, :focus-within, :hover) {
      width: min(176px, 70cqh);
    }

    .actions {
      flex-flow: row wrap;
      align-content: center;
      align-items: center;
    }
  }

  :host([seated]) section {
    position: absolute;
    right: 0;
    bottom: 0;
    width: 100%;
    height: 100%;
    aspect-ratio: auto;
  }

  /* A seat in a strip is lower than two buttons. */
  :host([seated]) section.open,
  :host([seated]) section:focus-within {
    min-width: 160px;
    min-height: 120px;
  }

  @media (max-width: 43.74em), (max-height: 30em) {
    .actions .icon {
      display: none;
    }
  }
`;
