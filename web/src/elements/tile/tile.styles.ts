import { css } from 'lit';

export const tileStyles = css`
  .about {
    font-weight: var(--regular);
  }

  :host {
    position: relative;
    display: block;
    overflow: hidden;
    border-radius: var(--radius-card);
    background: color-mix(in srgb, var(--tone) 40%, var(--stage-raised));
    color: var(--stage-ink);
    container-type: size;
    contain: strict;
  }

  :host([screen]) {
    background: var(--stage-raised);
  }

  /* Where the picture covers everything, no ground may shine through at the round corners. */
  :host([showing]:not([whole])) {
    background: none;
  }

  video {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
    opacity: 0;
  }

  :host([showing]) video {
    opacity: 1;
  }

  :host([whole]) video {
    object-fit: contain;
  }

  .mirrored {
    transform: scaleX(-1);
  }

  .blank {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    font-size: min(clamp(1.25rem, 18cqmin, 5rem), 36cqmin);
    font-weight: var(--bold);
    letter-spacing: 0.02em;
    line-height: 1;
  }

  .blank span {
    display: grid;
    place-items: center;
    width: 2.4em;
    height: 2.4em;
    border-radius: var(--radius-full);
    background: var(--tone);
  }

  :host([showing]) .blank {
    display: none;
  }

  :host([reconnecting]) video,
  :host([reconnecting]) .blank span {
    opacity: 0.35;
  }

  .ring {
    position: absolute;
    inset: 0;
    border-radius: inherit;
    pointer-events: none;
  }

  :host([speaking]) .ring {
    box-shadow:
      inset 0 0 0 var(--ring) var(--stage-positive),
      inset 0 0 0 5px var(--stage);
  }

  .caption {
    position: absolute;
    inset-inline-start: var(--space-8);
    bottom: var(--space-8);
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: var(--space-4);
    max-width: calc(100% - 2 * var(--space-8));
    font-size: var(--text-16);
    line-height: var(--leading);
  }

  .name,
  .trouble {
    display: flex;
    align-items: center;
    gap: var(--space-8);
    max-width: 100%;
    min-width: 0;
    padding: 2px var(--space-8);
    border-radius: var(--radius);
    background: var(--scrim);
  }

  .name {
    font-weight: var(--bold);
  }

  .trouble {
    color: var(--stage-caution);
  }

  .text {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  /* Trouble is told in full, on two lines where it must be. */
  .trouble .text {
    white-space: normal;
    line-height: var(--leading-tight);
  }

  .icon {
    width: 1.125rem;
    height: 1.125rem;
  }

  vdx-level {
    flex: none;
    --level-colour: var(--stage-positive);
  }

  /* In the middle, in place of the initials, and never over the name. */
  .cannot {
    position: absolute;
    inset: var(--space-8) var(--space-8) 2.75rem;
    display: grid;
    align-content: safe center;
    overflow: hidden;
    font-size: var(--text-16);
    line-height: var(--leading-tight);
    text-align: center;
    text-wrap: balance;
    overflow-wrap: break-word;
  }

  .blank:has(~ .cannot) span {
    visibility: hidden;
  }

  @container (max-width: 210px) {
    .name,
    .trouble {
      gap: var(--space-4);
      padding-inline: 6px;
    }
  }

  /* In a strip on a phone there is room for a name and nothing more; the words stay for screen readers. */
  @container (max-width: 9.5rem) or (max-height: 7.5rem) {
    .blank:has(~ .cannot) span {
      visibility: visible;
    }

    /* Above the name, not behind it. */
    .blank {
      inset-block-end: 1.5rem;
      font-size: min(clamp(1.25rem, 18cqmin, 5rem), max(1rem, 26cqmin));
    }

    .trouble .text,
    .cannot {
      position: absolute;
      width: 1px;
      height: 1px;
      margin: 0;
      clip-path: inset(50%);
    }

    .caption {
      inset-inline-start: var(--space-4);
      bottom: var(--space-4);
      max-width: calc(100% - 2 * var(--space-4));
    }

    .name,
    .trouble {
      padding-block: 0;
    }
  }

  /* Room for the name alone: it says more than the initials. */
  @container (max-height: 3.5rem) {
    .blank {
      display: none;
    }
  }

  /* Not even for that: nothing of half a letter. All is still read aloud. */
  @container (max-height: 1.9rem) or (max-width: 2.5rem) {
    .caption {
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
`;
