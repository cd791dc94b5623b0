import { css } from 'lit';

export const controlStyles = css`
  :host {
    display: inline-flex;
    min-width: 0;
    --ground: var(--stage-raised);
    --on-ground: var(--stage-ink);
    --marked: var(--stage-ink);
    --on-marked: var(--stage);
  }

  button {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: var(--target-call);
    padding-block: 0;
    padding-inline: 20px var(--space-24);
    border: var(--border, 0);
    border-radius: var(--radius-full);
    background: var(--ground);
    color: var(--on-ground);
    font-size: var(--text-16);
    font-weight: var(--bold);
    line-height: var(--leading-tight);
    white-space: nowrap;
  }

  button:hover {
    background: color-mix(in srgb, var(--on-ground) 12%, var(--ground));
  }

  .marked,
  .marked:hover {
    background: var(--marked);
    color: var(--on-marked);
  }

  .leave {
    background: var(--stage-danger);
    color: var(--stage-danger-ink);
  }

  .leave:hover {
    background: color-mix(in srgb, var(--stage) 14%, var(--stage-danger));
  }

  .busy {
    cursor: progress;
  }

  .busy .icon {
    opacity: 0.5;
  }

  .disc {
    position: relative;
    display: grid;
    place-items: center;
  }

  .badge {
    position: absolute;
    top: -6px;
    inset-inline-start: calc(50% + 4px);
    display: none;
    place-items: center;
    min-width: 1.375rem;
    height: 1.375rem;
    padding: 0 var(--space-4);
    border-radius: var(--radius-full);
    background: var(--stage-caution);
    color: var(--stage);
    font-size: var(--text-16);
    font-weight: var(--bold);
    font-variant-numeric: tabular-nums;
  }

  /* No text of the button, which is named by its words. */
  .badge::before {
    content: attr(data-count);
  }

  .rest {
    white-space: pre;
  }

  /* Eight labels fill a row; how many wait is then a figure at the icon. */
  @media (max-width: 99.99em) {
    .badge {
      top: -12px;
      display: grid;
      inset-inline-start: -12px;
    }

    .rest {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }

  /* Narrow: a disc of 56 px, the word under it on the bar's own ground. */
  @media (max-width: 53.75em) and (min-height: 30.01em), (max-width: 36em) {
    :host(:not([beside])) {
      flex: 1 1 min(3.5rem, 30%);
      min-width: min-content;
      max-width: 7rem;
      justify-content: center;
    }

    :host(:not([beside])) button {
      flex-direction: column;
      gap: var(--space-4);
      width: 100%;
      padding: 0 0 2px;
      border-radius: var(--radius-card);
      background: none;
      color: var(--stage-ink);
      font-size: min(1rem, 24px);
      font-weight: var(--regular);
    }

    :host(:not([beside])) .disc {
      width: var(--target-call);
      height: var(--target-call);
      border-radius: var(--radius-full);
      background: var(--ground);
      color: var(--on-ground);
    }

    .badge {
      top: -6px;
      inset-inline-start: calc(50% + 4px);
    }

    :host(:not([beside])) .marked .disc {
      background: var(--marked);
      color: var(--on-marked);
    }

    :host(:not([beside])) .leave .disc {
      background: var(--stage-danger);
      color: var(--stage-danger-ink);
    }

    :host(:not([beside])) .rest {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }

  /* A phone on its side: height is what is scarce, and five words stand in one row. */
  @media (max-height: 30em) and (min-width: 36.01em) {
    button {
      gap: min(0.5em, var(--space-8));
      min-height: var(--target);
      padding: 0 var(--space-8);
      font-size: min(1rem, 24px);
    }

    .icon {
      width: min(1.5rem, 28px);
      height: min(1.5rem, 28px);
    }

    .rest {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
`;
